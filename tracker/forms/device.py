"""Forms about devices."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.i18n import lazy_text as _l
from tracker.services.device import MAX_NAME


class RenameDeviceForm(FlaskForm):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter a name for the device.")), Length(max=MAX_NAME)],
        description=_l("As the unit calls it, such as: the computer in the office."),
    )


class ExcuseDeviceForm(FlaskForm):
    reason = TextAreaField(
        _l("Why can the unit be signed off although this device may hold entries?"),
        [
            InputRequired(_l("Say why, for example that the device is lost and its entries were logged again.")),
            Length(max=2000),
        ],
        description=_l("It stands in the evidence of the sign-off, with your name."),
    )


class CarriedFileForm(FlaskForm):
    file = FileField(
        _l("Carried file"),
        [FileRequired(_l("Choose the file that was saved on the device."))],
        description=_l("Its name ends in .dtsealed. It can be read in several times: nothing is logged twice."),
        render_kw={"accept": ".dtsealed"},
    )
