"""Pages: load, check permission, build the form, call the service, answer."""

from __future__ import annotations

from flask import Flask

from tracker.views import (
    action,
    api,
    confirmation,
    duty,
    errors,
    export,
    health,
    history,
    home,
    item,
    login,
    outage,
    overview,
    page,
    routine,
    sign_off,
    unit,
    user,
)


def register(app: Flask) -> None:
    for module in (
        home,
        login,
        health,
        action,
        item,
        confirmation,
        sign_off,
        duty,
        routine,
        export,
        outage,
        overview,
        unit,
        user,
        history,
    ):
        app.register_blueprint(module.blueprint)
    api.register(app)
    errors.register(app)
    page.register(app)
