"""The re-entry desk: order and risk of items, a second person, looks for arrivals, replies, contacts, ticks read back.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 02:23:00.247146

"""
import re
from datetime import timedelta

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


# What the routine said of items when this version came, for those that are there already.
STAGES = {'act-on-reply': 4,
 'answer-request': 5,
 'change-to-phone': 0,
 'check-carried-to-elvis': 4,
 'check-electronic-reply': 4,
 'dock-dpm': 5,
 'document-administration': 3,
 'document-prescription': 2,
 'document-triage': 5,
 'enter-anaesthesia': 5,
 'enter-note': 5,
 'enter-order': 2,
 'enter-postop': 5,
 'enter-preop': 5,
 'enter-request': 4,
 'enter-surgery': 5,
 'fax-referral': 4,
 'fax-reply': 4,
 'file-print': 5,
 'hand-in-sample': 4,
 'hand-over-tape': 5,
 'hand-to-nurse': 2,
 'issue-certificate': 5,
 'link-care-contact': 0,
 'make-booking': 0,
 'move-from-dr-edi': 4,
 'note-paper-certificate': 5,
 'phone-patient': 0,
 'place-order': 4,
 'post-print': 5,
 'reconcile-queue': 0,
 'register-arrival': 0,
 'register-contact': 0,
 'register-movement': 0,
 'register-payment': 6,
 'register-sent-referral': 4,
 'register-visit': 0,
 'save-again': 0,
 'send-e-prescription': 2,
 'send-electronically': 5,
 'sign-result': 4,
 'type-dictation': 5,
 'type-referral': 4,
 'watch-fax-reply': 4,
 'watch-result': 4,
 'write-referral': 4}
URGENT = {'clinic24.assisted-triage': ('urgency', ['immediate', 'acute']),
 'clinic24.consultation': ('urgency', ['high']),
 'medspeech.dictation': ('urgency', ['high']),
 'melior.chemistry-order': ('urgency', ['immediate', 'today']),
 'melior.dictation': ('urgency', ['high']),
 'melior.note': ('urgency', ['high']),
 'pmo.dictation': ('urgency', ['high']),
 'pmo.radiology-referral': ('urgency', ['immediate', 'today', 'within_48h']),
 'pmo.referral-other': ('urgency', ['immediate', 'today', 'within_48h']),
 'provisio.surgery-request': ('urgency', ['immediate', 'acute']),
 'svarsdatabasen.chemistry-order': ('urgency', ['immediate', 'today']),
 'svarsdatabasen.pathology-referral': ('urgent', [True]),
 'svarsdatabasen.physiology-urgent': None,
 'svarsdatabasen.radiology-urgent': None,
 'svarsdatabasen.referral-received': ('urgent', [True])}
AWAITED = ['act-on-reply', 'fax-referral', 'move-from-dr-edi', 'sign-result', 'watch-fax-reply', 'watch-result']
HIGH_RISK_DRUGS = {'anticoagulant': ['waran', 'warfarin', 'heparin', 'fragmin', 'dalteparin', 'klexane', 'enoxaparin', 'innohep',
                   'tinzaparin', 'eliquis', 'apixaban', 'xarelto', 'rivaroxaban', 'pradaxa', 'dabigatran',
                   'lixiana', 'edoxaban', 'arixtra', 'fondaparinux', 'argatroban', 'bivalirudin', 'inhixa'],
 'blood': ['erytrocyt', 'blodtransfusion', 'helblod', 'plasma', 'trombocyt', 'octaplas', 'albumin', 'fibrinogen',
           'immunglobulin', 'blodkomponent'],
 'chemotherapy': ['cytostatik', 'metotrexat', 'methotrexat', 'cisplatin', 'karboplatin', 'oxaliplatin',
                  'cyklofosfamid', 'sendoxan', 'doxorubicin', 'epirubicin', 'paklitaxel', 'docetaxel', 'vinkristin',
                  'vinblastin', 'vinorelbin', 'gemcitabin', 'fluorouracil', 'kapecitabin', 'capecitabin', 'xeloda',
                  'irinotekan', 'etoposid', 'azacitidin', 'cytarabin', 'bleomycin', 'temozolomid',
                  'hydroxikarbamid', 'merkaptopurin'],
 'insulin': ['insulin', 'novorapid', 'humalog', 'lantus', 'levemir', 'tresiba', 'toujeo', 'abasaglar', 'actrapid',
             'apidra', 'fiasp', 'insulatard', 'humulin', 'novomix', 'lyumjev', 'insuman', 'semglee', 'xultophy',
             'suliqua'],
 'opioid': ['morfin', 'oxikodon', 'oxycontin', 'oxynorm', 'fentanyl', 'ketobemidon', 'ketogan', 'hydromorfon',
            'palladon', 'metadon', 'buprenorfin', 'temgesic', 'norspan', 'tapentadol', 'palexia', 'tramadol',
            'kodein', 'citodon', 'dolcontin', 'alfentanil', 'remifentanil', 'sufentanil', 'petidin', 'targiniq',
            'abstral', 'matrifen', 'durogesic'],
 'potassium': ['kalium', 'kaleorid', 'kcl', 'addex-kalium', 'kajos']}


ENTRY_TIME = timedelta(hours=48)


def upgrade():
    with op.batch_alter_table('outage', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sent_as', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('cancelled_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('cancel_reason', sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_outage_sent_as'), ['sent_as'])
        batch_op.create_foreign_key(batch_op.f('fk_outage_cancelled_by_id_user_account'), 'user_account', ['cancelled_by_id'], ['id'])
        batch_op.create_check_constraint('cancelled_has_actor_and_reason', '(cancelled_at IS NULL) = (cancelled_by_id IS NULL) AND (cancelled_at IS NULL) = (cancel_reason IS NULL)')
        batch_op.create_check_constraint('sent_has_digest', '(sent_as IS NULL) = (digest IS NULL)')

    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('risk_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=30), nullable=False),
    sa.Column('word', sa.String(length=60), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_risk_word_by_id_user_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_risk_word_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_word')),
    sa.UniqueConstraint('unit_id', 'category', 'word', name=op.f('uq_risk_word_unit_id_category_word'))
    )
    op.create_table('tick_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outage_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('file_digest', sa.String(length=64), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('about', sa.JSON(), nullable=False),
    sa.Column('applied', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_tick_import_by_id_user_account')),
    sa.ForeignKeyConstraint(['outage_id'], ['outage.id'], name=op.f('fk_tick_import_outage_id_outage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tick_import'))
    )
    with op.batch_alter_table('tick_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tick_import_by_id'), ['by_id'], unique=False)

    op.create_table('arrival_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('arrived', 'twice', 'missing', name='arrival', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_arrival_check_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_arrival_check_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrival_check'))
    )
    with op.batch_alter_table('arrival_check', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_arrival_check_item_id'), ['item_id'], unique=False)

    op.create_table('chase',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('again_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_chase_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_chase_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chase'))
    )
    with op.batch_alter_table('chase', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chase_item_id'), ['item_id'], unique=False)

    op.create_table('patient_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('told', 'not_reached', 'not_needed', name='contactoutcome', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_patient_contact_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_patient_contact_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_contact'))
    )
    with op.batch_alter_table('patient_contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patient_contact_item_id'), ['item_id'], unique=False)

    op.create_table('stray_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outage_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Uuid(), nullable=True),
    sa.Column('patient_said', sa.String(length=120), nullable=False),
    sa.Column('sender', sa.String(length=120), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_by_id', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offered_to_id', sa.Integer(), nullable=True),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('finished_item', sa.Boolean(), nullable=False),
    sa.Column('solution', sa.Enum('matched', 'handed_over', 'other_unit', name='straysolution', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('solution_note', sa.Text(), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('solved_by_id', sa.Integer(), nullable=True),
    sa.Column('solved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("solution <> 'handed_over' OR handed_at IS NOT NULL", name=op.f('ck_stray_result_handed_over_has_time')),
    sa.CheckConstraint("solution <> 'matched' OR item_id IS NOT NULL", name=op.f('ck_stray_result_matched_has_item')),
    sa.CheckConstraint("solution IS NULL OR solution = 'matched' OR solution_note <> ''", name=op.f('ck_stray_result_solution_is_told')),
    sa.CheckConstraint('(solution IS NULL) = (solved_by_id IS NULL) AND (solution IS NULL) = (solved_at IS NULL)', name=op.f('ck_stray_result_solved_has_actor')),
    sa.ForeignKeyConstraint(['found_by_id'], ['user_account.id'], name=op.f('fk_stray_result_found_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stray_result_item_id_item')),
    sa.ForeignKeyConstraint(['offered_to_id'], ['unit.id'], name=op.f('fk_stray_result_offered_to_id_unit')),
    sa.ForeignKeyConstraint(['outage_id'], ['outage.id'], name=op.f('fk_stray_result_outage_id_outage')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_stray_result_patient_id_patient')),
    sa.ForeignKeyConstraint(['solved_by_id'], ['user_account.id'], name=op.f('fk_stray_result_solved_by_id_user_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_stray_result_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stray_result'))
    )
    with op.batch_alter_table('stray_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stray_result_item_id'), ['item_id'], unique=False)
        batch_op.create_index('ix_stray_result_outage_id_unit_id', ['outage_id', 'unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stray_result_patient_id'), ['patient_id'], unique=False)

    op.create_table('stray_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stray_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_stray_attempt_by_id_user_account')),
    sa.ForeignKeyConstraint(['stray_id'], ['stray_result.id'], name=op.f('fk_stray_attempt_stray_id_stray_result')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stray_attempt'))
    )
    with op.batch_alter_table('stray_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stray_attempt_stray_id'), ['stray_id'], unique=False)

    op.create_table('acknowledgement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('said_by', sa.String(length=120), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)', name=op.f('ck_acknowledgement_withdrawn_has_actor')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_acknowledgement_by_id_user_account')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_acknowledgement_item_id_item')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['user_account.id'], name=op.f('fk_acknowledgement_withdrawn_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acknowledgement'))
    )
    with op.batch_alter_table('acknowledgement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acknowledgement_item_id'), ['item_id'], unique=False)

    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stage', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('risk', sa.Integer(), nullable=False, server_default='4'))
        batch_op.add_column(sa.Column('high_risk', sa.String(length=30), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('entered_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('entered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('attention_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('watched_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('settled_with_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
        batch_op.create_index(batch_op.f('ix_item_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_watched_by_id'), ['watched_by_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_item_watched_by_id_user_account'), 'user_account', ['watched_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_item_settled_with_id_item'), 'item', ['settled_with_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_item_entered_by_id_user_account'), 'user_account', ['entered_by_id'], ['id'])
        batch_op.create_check_constraint('entered_has_actor', '(entered_by_id IS NULL) = (entered_at IS NULL)')
        batch_op.create_check_constraint('awaits_second_person', "state <> 'entered' OR entered_by_id IS NOT NULL")
    _fill()
    with op.batch_alter_table('item', schema=None) as batch_op:
        for name in ('stage', 'risk', 'high_risk', 'revision'):
            batch_op.alter_column(name, server_default=None)


def _fill():
    connection = op.get_bind()
    item = sa.table('item', *(sa.column(name) for name in ('id', 'action_id', 'item', 'kind_of_work', 'stage', 'risk', 'high_risk')), sa.column('due_at', sa.DateTime(timezone=True)))
    action = sa.table('action', sa.column('id'), sa.column('kind'), sa.column('fields', sa.JSON), sa.column('performed_at', sa.DateTime(timezone=True)))
    rows = connection.execute(
        sa.select(item.c.id, item.c.item, item.c.kind_of_work, action.c.kind, action.c.fields, action.c.performed_at).join_from(item, action, item.c.action_id == action.c.id)
    ).all()
    for item_id, name, work, kind, fields, performed_at in rows:
        found = _high_risk(str(fields.get('drug') or '')) if work == 'enter' else ''
        risk = 1 if found else 2 if _is_urgent(kind, fields) else 3 if name in AWAITED else 4
        connection.execute(
            item.update().where(item.c.id == item_id).values(stage=STAGES.get(name, 7), risk=risk, high_risk=found, due_at=performed_at + ENTRY_TIME if work == 'enter' else None)
        )


def _high_risk(drug):
    for category, words in HIGH_RISK_DRUGS.items():
        if re.search(r'\b(?:' + '|'.join(map(re.escape, words)) + ')', drug, re.IGNORECASE):
            return category
    return ''


def _is_urgent(kind, fields):
    if kind not in URGENT:
        return False
    condition = URGENT[kind]
    return condition is None or fields.get(condition[0]) in condition[1]


def downgrade():
    with op.batch_alter_table('outage', schema=None) as batch_op:
        batch_op.drop_constraint('cancelled_has_actor_and_reason', type_='check')
        batch_op.drop_constraint('sent_has_digest', type_='check')
        batch_op.drop_constraint(batch_op.f('uq_outage_sent_as'), type_='unique')
        batch_op.drop_constraint(batch_op.f('fk_outage_cancelled_by_id_user_account'), type_='foreignkey')
        for name in ('cancel_reason', 'cancelled_by_id', 'cancelled_at', 'digest', 'sent_as'):
            batch_op.drop_column(name)

    # ### commands auto generated by Alembic - please adjust! ###
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_constraint('awaits_second_person', type_='check')
        batch_op.drop_constraint('entered_has_actor', type_='check')
        batch_op.drop_constraint(batch_op.f('fk_item_entered_by_id_user_account'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_item_settled_with_id_item'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_item_watched_by_id_user_account'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_item_watched_by_id'))
        batch_op.drop_index(batch_op.f('ix_item_due_at'))
        batch_op.drop_column('revision')
        batch_op.drop_column('settled_with_id')
        batch_op.drop_column('watched_by_id')
        batch_op.drop_column('attention_at')
        batch_op.drop_column('entered_at')
        batch_op.drop_column('entered_by_id')
        batch_op.drop_column('due_at')
        batch_op.drop_column('high_risk')
        batch_op.drop_column('risk')
        batch_op.drop_column('stage')

    with op.batch_alter_table('acknowledgement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_acknowledgement_item_id'))

    op.drop_table('acknowledgement')
    with op.batch_alter_table('stray_attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stray_attempt_stray_id'))

    op.drop_table('stray_attempt')
    with op.batch_alter_table('stray_result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stray_result_patient_id'))
        batch_op.drop_index('ix_stray_result_outage_id_unit_id')
        batch_op.drop_index(batch_op.f('ix_stray_result_item_id'))

    op.drop_table('stray_result')
    with op.batch_alter_table('patient_contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patient_contact_item_id'))

    op.drop_table('patient_contact')
    with op.batch_alter_table('chase', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_chase_item_id'))

    op.drop_table('chase')
    with op.batch_alter_table('arrival_check', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_arrival_check_item_id'))

    op.drop_table('arrival_check')
    with op.batch_alter_table('tick_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tick_import_by_id'))

    op.drop_table('tick_import')
    op.drop_table('risk_word')
    # ### end Alembic commands ###
