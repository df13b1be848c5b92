"""Excel in: the template of a unit, and reading it back."""

from __future__ import annotations

from tracker.views import action_import_run, action_import_upload
from tracker.views.action_import_blueprint import blueprint

__all__ = ["action_import_run", "action_import_upload", "blueprint"]
