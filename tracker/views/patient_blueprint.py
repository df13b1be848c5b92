"""The blueprint that the modules of the unit's patients share."""

from flask import Blueprint

blueprint = Blueprint("patient", __name__)
