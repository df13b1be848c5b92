from flask import Blueprint

blueprint = Blueprint("routine", __name__)
