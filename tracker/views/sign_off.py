from flask import Blueprint

blueprint = Blueprint("sign_off", __name__)
