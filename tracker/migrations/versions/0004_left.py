"""Who had begun, results without a recipient in a hand-over, and whose order one was matched to.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 05:58:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ONE_OF_THREE = (
    '(item_id IS NOT NULL AND orphan_id IS NULL AND sheet_id IS NULL)'
    ' OR (item_id IS NULL AND question_id IS NULL'
    ' AND (orphan_id IS NOT NULL AND sheet_id IS NULL OR orphan_id IS NULL AND sheet_id IS NOT NULL))'
)
ONE_OF_FOUR = (
    '(item_id IS NOT NULL AND orphan_id IS NULL AND sheet_id IS NULL AND stray_id IS NULL)'
    ' OR (item_id IS NULL AND question_id IS NULL'
    ' AND (orphan_id IS NOT NULL AND sheet_id IS NULL AND stray_id IS NULL'
    ' OR orphan_id IS NULL AND sheet_id IS NOT NULL AND stray_id IS NULL'
    ' OR orphan_id IS NULL AND sheet_id IS NULL AND stray_id IS NOT NULL))'
)


def upgrade():
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('attention_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_item_attention_by_id_user_account'), 'user_account', ['attention_by_id'], ['id'])

    with op.batch_alter_table('handover_line', schema=None) as batch_op:
        batch_op.drop_constraint('one_thing', type_='check')
        batch_op.add_column(sa.Column('stray_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_handover_line_stray_id_stray_result'), 'stray_result', ['stray_id'], ['id'])
        batch_op.create_check_constraint('one_thing', ONE_OF_FOUR)

    with op.batch_alter_table('stray_result', schema=None) as batch_op:
        batch_op.add_column(sa.Column('matched_patient_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_stray_result_matched_patient_id_patient'), 'patient', ['matched_patient_id'], ['id'])
    # What is matched already: whose the order is now stands in for whose it was then.
    op.execute(
        'UPDATE stray_result SET matched_patient_id = (SELECT action.patient_id FROM item JOIN action'
        " ON action.id = item.action_id WHERE item.id = stray_result.item_id) WHERE solution = 'matched'"
    )
    with op.batch_alter_table('stray_result', schema=None) as batch_op:
        batch_op.drop_constraint('matched_has_item', type_='check')
        batch_op.create_check_constraint('matched_has_item', "solution <> 'matched' OR item_id IS NOT NULL AND matched_patient_id IS NOT NULL")


def downgrade():
    with op.batch_alter_table('stray_result', schema=None) as batch_op:
        batch_op.drop_constraint('matched_has_item', type_='check')
        batch_op.create_check_constraint('matched_has_item', "solution <> 'matched' OR item_id IS NOT NULL")
        batch_op.drop_constraint(batch_op.f('fk_stray_result_matched_patient_id_patient'), type_='foreignkey')
        batch_op.drop_column('matched_patient_id')

    with op.batch_alter_table('handover_line', schema=None) as batch_op:
        batch_op.drop_constraint('one_thing', type_='check')
        batch_op.drop_constraint(batch_op.f('fk_handover_line_stray_id_stray_result'), type_='foreignkey')
        batch_op.drop_column('stray_id')
        batch_op.create_check_constraint('one_thing', ONE_OF_THREE)

    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_item_attention_by_id_user_account'), type_='foreignkey')
        batch_op.drop_column('attention_by_id')
