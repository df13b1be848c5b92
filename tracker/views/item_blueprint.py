"""The blueprint that the modules of the re-entry queue share."""

from flask import Blueprint

blueprint = Blueprint("item", __name__)
