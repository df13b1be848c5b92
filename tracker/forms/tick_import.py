"""The form of reading a ticked workbook in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from tracker.i18n import lazy_text as _l


class TickFileForm(FlaskForm):
    file = FileField(
        _l("Ticked workbook"),
        [FileRequired(_l("Choose the workbook."))],
        render_kw={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
