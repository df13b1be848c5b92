"""Waiting for what a page cannot be asked to tell: never for ever."""

from __future__ import annotations

import time

from playwright.sync_api import Page

PATIENCE = 40
"""Seconds; fewer than sender.js lets pass before it looks by itself, so that nothing is found by chance."""


def until(page: Page, condition: str) -> None:
    """Until an expression of the page is true. (Playwright's own way needs eval, which our pages forbid.)"""
    met = page.evaluate(
        f"""async (give_up) => {{
          while (!({condition})) {{
            if (Date.now() > give_up) return false;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }}
          return true;
        }}""",
        (time.time() + PATIENCE) * 1000,
    )
    assert met, f"not within {PATIENCE} seconds: {condition}"


def wait_until_ready(page: Page) -> None:
    """Until the page that is open works without the server: the service worker stands before it."""
    until(page, "navigator.serviceWorker.controller")
