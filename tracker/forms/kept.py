"""A form that came when its session had ended: kept, signed, until its owner has logged in again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import ImmutableMultiDict

from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l

_OURS = {"csrf_token"}


@dataclass(frozen=True)
class KeptForm:
    path: str
    fields: list[tuple[str, str]]
    owner_id: int
    sealed: str
    """All of it, signed, so that nobody can make a user send what they did not type."""


def keep_typed(path: str, form: ImmutableMultiDict[str, str], owner_id: int) -> KeptForm:
    fields = [(name, value) for name, value in form.items(multi=True) if name not in _OURS]
    return KeptForm(path, fields, owner_id, _signer().dumps([path, fields, owner_id]))


def kept_form(form: ImmutableMultiDict[str, str]) -> KeptForm:
    """The kept form that a log-in form carries; raises Invalid if it is not as we signed it."""
    sealed = form.get("kept", "")
    try:
        path, fields, owner_id = _signer().loads(sealed)
    except (BadSignature, ValueError):
        raise Invalid({"/kept": _l("What was typed could not be read. Go back and type it again.")}) from None
    return KeptForm(path, [(name, value) for name, value in fields], owner_id, sealed)


def _signer() -> Any:
    return URLSafeSerializer(current_app.secret_key or "", salt="kept-form")
