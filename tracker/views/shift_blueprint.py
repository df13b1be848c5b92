"""The blueprint that the modules of the shift's end share."""

from flask import Blueprint

blueprint = Blueprint("shift", __name__)
