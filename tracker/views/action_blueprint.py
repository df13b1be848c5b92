"""The blueprint that the modules of logging share."""

from flask import Blueprint

blueprint = Blueprint("action", __name__)
