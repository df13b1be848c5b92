from flask import Blueprint

blueprint = Blueprint("item", __name__)
