from flask import Blueprint

blueprint = Blueprint("outage", __name__)
