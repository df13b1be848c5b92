"""Pages that refresh themselves: the script asks again and again, and mostly hears "nothing new" (304).

A page's tag holds the point of the history at which it was built. While nothing has happened since then in the
reader's units, two indexed reads answer; otherwise the page's content is built and sent as a fragment, unless it turns
out to be what the reader has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, make_response, request

from tracker.guard import current_unit, current_user, forget_seen, is_live
from tracker.i18n import language
from tracker.i18n import text as _
from tracker.queries.live import Happening, Point, changed_between, happenings, point_now
from tracker.views.page import clock_time

View = TypeVar("View", bound=Callable[..., Any])
BUILD_EVERY = timedelta(minutes=5)
"""Ages and the ends of prolonged claims move without anybody writing: the content is built so often anyway."""
_TAG = re.compile(r'(?:W/)?"(\d{1,18})\.([0-9a-f]{8})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]{12})\.([0-9a-f]{0,12})"')
_PASSING = re.compile(r'name="csrf_token" value="[^"]*"|<ul data-live-happened>.*?</ul>', re.DOTALL)
"""What differs from one building to the next although the content is the same."""


@dataclass(frozen=True)
class Tag:
    """What a page was built from: the point, when, for whom, and what came of it."""

    point: Point
    built: datetime
    scope: str
    content: str = ""

    def __str__(self) -> str:
        at, built = (int(moment.timestamp() * 1000) for moment in (self.point.at, self.built))
        return f"{self.point.length}.{self.point.end}.{at}.{built}.{self.scope}.{self.content}"


def live(view: View) -> View:
    """The page's script may ask for it again; the template extends `live/page.html` and marks what is to be fresh."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        point = point_now()  # before anything is read: what comes later is found the next time
        scope = _scope()
        seen = _tag_seen() if is_live() else None
        g.live_tag = Tag(point, point.at, scope)
        if not is_live():
            return view(*args, **kwargs)
        g.live_since = seen.point.length if seen else point.length
        if seen and seen.scope == scope and _nothing_new(seen, point):
            return _unchanged(Tag(point, seen.built, scope, seen.content))
        response = make_response(view(*args, **kwargs))
        if response.status_code != 200:
            return response
        now = Tag(point, point.at, scope, _digest(response.get_data(as_text=True)))
        if seen and seen.scope == scope and seen.content == now.content:
            forget_seen()
            return _unchanged(now)
        response.headers["ETag"] = f'"{now}"'
        return response

    return cast(View, answer)


def register(app: Flask) -> None:
    app.context_processor(lambda: {"is_live": is_live(), "live_tag": g.get("live_tag"), "happened": _happened})


def _nothing_new(seen: Tag, point: Point) -> bool:
    if not timedelta(0) <= point.at - seen.built < BUILD_EVERY:
        return False
    return not changed_between(current_user(), seen.point, point)


def _unchanged(tag: Tag) -> Response:
    return Response(status=304, headers={"ETag": f'"{tag}"'})


def _tag_seen() -> Tag | None:
    found = _TAG.fullmatch(request.headers.get("If-None-Match", ""))
    if found is None:
        return None
    length, end, at, built, scope, content = found.groups()
    try:
        moments = [datetime.fromtimestamp(int(text) / 1000, UTC) for text in (at, built)]
    except (OverflowError, ValueError, OSError):
        return None
    return Tag(Point(int(length), end, moments[0]), moments[1], scope, content)


def _scope() -> str:
    """Whose page it is, of what, and in which language: a tag of another is worth nothing."""
    unit = current_unit()
    return _digest(f"{current_user().id} {unit.id if unit else ''} {language()} {request.full_path}")


def _digest(text: str) -> str:
    return hashlib.sha256(_PASSING.sub("", text).encode()).hexdigest()[:12]


def _happened() -> list[tuple[int, str]]:
    """Each item that somebody did something to since the reader's page was built, and in words who did what last."""
    told = {one.item_id: _in_words(one) for one in happenings(current_user(), g.get("live_since", 0))}
    return list(told.items())


def _in_words(one: Happening) -> str:
    given = {"name": one.who, "time": clock_time(one.at)}
    match one.verb:
        case "claimed":
            return _("%(name)s took it at %(time)s.", **given)
        case "released":
            return _("%(name)s let go of it at %(time)s.", **given)
        case "done":
            return _("%(name)s marked it done at %(time)s.", **given)
        case "not-needed":
            return _("%(name)s said at %(time)s that it is not needed.", **given)
        case "asked":
            return _("%(name)s asked a question about it at %(time)s.", **given)
        case "answered":
            return _("%(name)s answered the question at %(time)s.", **given)
        case "undone":
            return _("%(name)s opened it again at %(time)s.", **given)
    return _("%(name)s changed it at %(time)s.", **given)
