"""The blueprint that the modules of numbered sheets share."""

from flask import Blueprint

blueprint = Blueprint("sheet", __name__)
