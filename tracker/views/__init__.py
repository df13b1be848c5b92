"""Pages: load, check permission, build the form, call the service, answer."""

from __future__ import annotations

from flask import Flask

from tracker.views import (
    action,
    action_import,
    api,
    confirmation,
    device,
    duty,
    errors,
    export,
    health,
    history,
    home,
    item,
    live,
    login,
    orphan_sheet,
    outage,
    overview,
    page,
    patient,
    patient_contact,
    reply,
    risk_word,
    routine,
    second_check,
    sheet,
    shift,
    sign_off,
    stray_result,
    tick_import,
    unit,
    user,
    ward,
    work_list,
)


def register(app: Flask) -> None:
    for module in (
        home,
        login,
        health,
        action,
        action_import,
        patient,
        sheet,
        orphan_sheet,
        ward,
        device,
        shift,
        item,
        work_list,
        second_check,
        reply,
        stray_result,
        patient_contact,
        confirmation,
        sign_off,
        duty,
        routine,
        export,
        tick_import,
        outage,
        overview,
        unit,
        risk_word,
        user,
        history,
    ):
        app.register_blueprint(module.blueprint)
    api.register(app)
    errors.register(app)
    page.register(app)
    live.register(app)
