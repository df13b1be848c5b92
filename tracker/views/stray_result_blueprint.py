"""The blueprint that the modules of results without a recipient share."""

from flask import Blueprint

blueprint = Blueprint("stray_result", __name__)
