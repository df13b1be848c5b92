"""A test client that checks every page it fetches, and one for the API."""

from __future__ import annotations

import re
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.region import user
from tracker.extensions import db
from tracker.guard import SESSION_KEY
from tracker.services.event import CommandLine
from tracker.services.login import create_token, open_session

_NS = "{http://www.w3.org/1999/xhtml}"


def check_page(html: str) -> None:
    """One h1, a title, unique ids, labels for every input, an action for every form, valid references."""
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(html)
    errors = [code for _, code, _ in parser.errors]
    assert not errors, f"invalid HTML: {errors[:5]}"
    assert len(list(document.iter(f"{_NS}h1"))) == 1, "a page has one h1"
    title = next(document.iter(f"{_NS}title")).text or ""
    assert title.strip(" –"), "a page has a title"
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    labelled = {element.get("for") for element in document.iter(f"{_NS}label")}
    wrapped = {child for label in document.iter(f"{_NS}label") for child in label.iter()}
    for name in ("input", "select", "textarea"):
        for element in document.iter(f"{_NS}{name}"):
            if element.get("type") in ("hidden", "submit", "button") or element.get("aria-label"):
                continue
            assert element.get("id") in labelled or element in wrapped, f"no label: {element.attrib}"
    for element in document.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for", "list"):
            for reference in (element.get(attribute) or "").split():
                assert reference in ids, f"{attribute} points to nothing: {reference}"
    for form in document.iter(f"{_NS}form"):
        assert form.get("action") is not None, "a form says where it goes"
    assert not re.search(r"\son[a-z]+=\"", html), "no inline handlers (CSP)"
    assert ' style="' not in html, "no inline styles (CSP)"


class Page:
    """A fetched page: status, text, and its forms' tokens."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        self.location = response.headers.get("Location", "")

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.html)
        assert found, "the page has no form"
        return found[1]


class Browser:
    """Fetches pages as one user, checking each."""

    def __init__(self, app: Flask, login: str | None) -> None:
        self.client: FlaskClient = app.test_client()
        if login:
            with app.app_context():
                token = open_session(user(login))
                db.session.commit()
            with self.client.session_transaction() as session:
                session[SESSION_KEY] = token

    def get(self, url: str, follow: bool = True) -> Page:
        page = Page(self.client.get(url, follow_redirects=follow))
        if page.html and page.status < 300:
            check_page(page.html)
        return page

    def post(self, url: str, data: dict[str, Any] | None = None, follow: bool = True, **more: Any) -> Page:
        """Send a form, with the token any page of this session carries."""
        mine = Page(self.client.get("/account"))
        token = (mine if mine.status == 200 else Page(self.client.get("/login"))).csrf
        page = Page(self.client.post(url, data={"csrf_token": token, **(data or {})}, follow_redirects=follow, **more))
        if page.html and page.status < 500:
            check_page(page.html)
        return page


class Api:
    """The API as one user, with a bearer token."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client = app.test_client()
        with app.app_context():
            token = create_token(user(login), actor=CommandLine())
            db.session.commit()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers)
