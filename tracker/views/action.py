from flask import Blueprint

blueprint = Blueprint("action", __name__)
