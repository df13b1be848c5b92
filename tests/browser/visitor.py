"""One person in front of one screen, and what every page must keep for them, whatever it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page, Request

PHONE, DESK = (390, 844), (1280, 900)
APPLICATION = {"sv": "Driftstoppsloggen", "en": "Downtime tracker"}
_AXE = Axe()
_RULES: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
_WIDER_THAN_SCREEN = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const scrolls = (element) => element && element !== document.body
    && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element.parentElement));
  return [document.documentElement.scrollWidth + " px wide", ...wide.slice(0, 3).map(
    (element) => element.outerHTML.slice(0, 120))];
}"""
_FIRST_STOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""
_FOCUSED = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect(), style = getComputedStyle(here);
  return {
    link: here.getAttribute("href"),
    seen: box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight && box.width > 0,
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""


class Visitor:
    """A browser of one's own. What goes wrong behind the pages is gathered in `faults`."""

    def __init__(self, chromium: Chromium, address: str, size: tuple[int, int] = DESK) -> None:
        self.address = address
        self.faults: list[str] = []
        self.context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            base_url=address,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        self.page.on("request", self._see_request)
        self.page.on("requestfailed", self._see_failure)
        self.page.on("response", self._see_response)

    def _hear(self, said: ConsoleMessage) -> None:
        """Chromium also says so when a page itself is a refusal; that one the tests ask for."""
        refused = said.text.startswith("Failed to load resource") and said.location["url"] == self.page.url
        if said.type in ("error", "warning") and not refused:
            self.faults.append(f"{self.page.url}: {said.text}")

    def _see_request(self, sent: Request) -> None:
        if not sent.url.startswith((f"{self.address}/", "data:")):
            self.faults.append(f"{self.page.url} asks another origin: {sent.url}")

    def _see_failure(self, sent: Request) -> None:
        if sent.failure != "net::ERR_ABORTED":  # what was not here yet when the page was left
            self.faults.append(f"{sent.url}: {sent.failure}")

    def _see_response(self, answer: Any) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.faults.append(f"{self.page.url} asks for {answer.url}: {answer.status}")

    def log_in(self, login: str, password: str) -> None:
        self.page.goto("/login")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.address}/")

    def open(self, path: str, status: int = 200) -> None:
        answer = self.page.goto(path)
        assert answer is not None and answer.status == status, f"{path}: {answer and answer.status}"

    def in_language(self, language: str, path: str) -> tuple[str, str]:
        """The page's language attribute and title when the browser has chosen that language."""
        html = self.context.request.get(path).text()
        lang, title = re.search(r'<html lang="([^"]*)"', html), re.search(r"<title>(.*?)</title>", html, re.S)
        return (lang[1] if lang else ""), (unescape(title[1]) if title else "")

    @contextmanager
    def language(self, code: str) -> Iterator[None]:
        """Everything in that language for the time being, chosen as users do, with the button at the top."""
        self._choose(code)
        try:
            yield
        finally:
            self._choose("sv")

    def _choose(self, code: str) -> None:
        self.page.goto("/login")  # sends those who are logged in to their start
        if self.page.locator(f"html[lang={code}]").count():
            return
        button = self.page.locator(f'button[name="language"][value="{code}"]')
        if not button.is_visible():
            self.page.locator("details.me > summary").click()
        button.click()
        self.page.locator(f"html[lang={code}]").wait_for()

    def unfold(self) -> None:
        """Open all that is folded in the page, so that it is looked at too."""
        self.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")

    def barriers(self, *rules: str) -> list[str]:
        """What axe finds serious or critical on the page as it stands, by WCAG 2.1 A and AA or by those rules only."""
        chosen = {**_RULES, "runOnly": {"type": "rule", "values": rules}} if rules else _RULES
        found = _AXE.run(self.page, options=chosen).response["violations"]
        return [
            f"{self.page.url}: {one['id']} ({one['impact']}) {json.dumps(node['target'])} {_why(node)}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"][:4]
        ]

    def wider_than(self, size: tuple[int, int]) -> list[str]:
        """What makes the page scroll sideways on a screen of that size."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        return [f"{self.page.url} at {size[0]} px: {one}" for one in self.page.evaluate(_WIDER_THAN_SCREEN)]

    def no_way_past_the_menus(self) -> list[str]:
        """What is wrong with the first Tab stop: it must be the link to the content, seen, and must lead there."""
        self.page.evaluate(_FIRST_STOP)
        self.page.keyboard.press("Tab")
        first = self.page.evaluate(_FOCUSED)
        self.page.keyboard.press("Enter")
        arrived = self.page.evaluate("document.activeElement.id")
        expected = {"link": "#content", "seen": True, "outline": True}
        return [] if (first, arrived) == (expected, "content") else [f"{self.page.url}: {first}, then {arrived!r}"]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])[:300]
