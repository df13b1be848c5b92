"""The unit's patients: the list, a whole list at once, unknown identities, moving to another unit.

The pages stand in modules of their own; importing them here registers their routes.
"""

from tracker.views import patient_import, patient_link, patient_list, patient_move, patient_show
from tracker.views.patient_blueprint import blueprint

__all__ = ["blueprint", "patient_import", "patient_link", "patient_list", "patient_move", "patient_show"]
