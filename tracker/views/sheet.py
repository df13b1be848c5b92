"""Numbered sheets: printing, issuing, accounting for each.

The pages stand in modules of their own; importing them here registers their routes.
"""

from tracker.views import sheet_issue, sheet_list, sheet_print, sheet_series, sheet_show
from tracker.views.sheet_blueprint import blueprint

__all__ = ["blueprint", "sheet_issue", "sheet_list", "sheet_print", "sheet_series", "sheet_show"]
