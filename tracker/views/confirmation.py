from flask import Blueprint

blueprint = Blueprint("confirmation", __name__)
