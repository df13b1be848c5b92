"""Logging what was done on paper, and the actions that were logged.

The pages stand in modules of their own; importing them here registers their routes.
"""

from tracker.views import action_change, action_kinds, action_list, action_log, action_show
from tracker.views.action_blueprint import blueprint

__all__ = ["action_change", "action_kinds", "action_list", "action_log", "action_show", "blueprint"]
