"""HTTP API, version 1: JSON in and out, the same services as the pages (design, HTTP API)."""

from __future__ import annotations

from flask import Blueprint, Flask

from tracker.views.api import (
    action,
    arrival,
    device,
    duty,
    export,
    item,
    outage,
    overview,
    patient,
    patient_contact,
    reply,
    routine,
    sealed,
    second_check,
    session,
    sheet,
    sign_off,
    stray_result,
    table,
    twin,
    ward,
    work_list,
)


def register(app: Flask) -> None:
    """Put everything under `/api/v1`. Endpoints are named `api.item.claim`."""
    version_1 = Blueprint("api", __name__, url_prefix="/api/v1")
    for module in (
        routine,
        outage,
        sign_off,
        overview,
        duty,
        action,
        item,
        work_list,
        reply,
        stray_result,
        patient_contact,
        second_check,
        arrival,
        twin,
        export,
        session,
        ward,
        sealed,
        device,
        patient,
        sheet,
        table,
    ):
        version_1.register_blueprint(module.blueprint)
    app.register_blueprint(version_1)
