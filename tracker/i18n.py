"""Text in the user's language. English is the source; Swedish is the default for users."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_request_context, request
from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from tracker.extensions import current_settings

LANGUAGES = ("sv", "en")
LANGUAGE_COOKIE = "language"


def text(message: str, **values: Any) -> str:
    """The message in the user's language, now."""
    return str(gettext(message, **values))


def plural(one: str, many: str, number: int, **values: Any) -> str:
    """The message for one or for many; `%(num)s` is the number."""
    return str(ngettext(one, many, number, **values))


def lazy_text(message: str, **values: Any) -> Any:
    """Translated when shown, not when said."""
    return lazy_gettext(message, **values)


def language() -> str:
    locale = get_locale()
    return locale.language if locale else "sv"


def choose_language() -> str:
    """The user's own choice, else the browser's cookie, else the setting."""
    default = current_settings().language
    if not has_request_context():
        return default
    user = g.get("user")
    chosen = (user.language if user else None) or request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else default


def time_zone() -> ZoneInfo:
    return ZoneInfo(current_settings().time_zone)
