"""The blueprint that the modules of the board of replies share."""

from flask import Blueprint

blueprint = Blueprint("reply", __name__)
