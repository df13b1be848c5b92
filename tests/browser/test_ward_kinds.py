"""The forms that a device builds of the routine ask what the server's own forms ask."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LogIn, Site
from tests.browser.grid_ward import furnish_ward

pytestmark = pytest.mark.browser
_ASKED = """(root) => {
  const tidy = (text) => text.replace(/\\s+/g, " ").trim();
  const shown = (one) => !one.closest(".off") && !one.closest("[hidden]");
  const controls = [...root.querySelectorAll("[id^=f_]")].filter((one) => one.matches("input, select, textarea"));
  return {
    fields: controls.map((one) => [
      one.id, one.tagName, one.type === "radio" ? one.value : one.type, shown(one), one.checked === true,
      one.value === "on" ? "" : one.value, Boolean(one.closest(".more-fields")),
      [...(one.options ?? [])].map((option) => [option.value, tidy(option.textContent)]),
      one.hasAttribute("list"), one.getAttribute("maxlength"), one.getAttribute("inputmode"),
    ]),
    labels: [...root.querySelectorAll(".specs label, .specs legend")].map((one) => tidy(one.textContent)),
    hints: [...root.querySelectorAll(".specs .hint")].map((one) => tidy(one.textContent)),
    leaves: [...root.querySelectorAll(".afterwards li")].filter(shown).map((one) => tidy(one.textContent)),
    done: [...root.querySelectorAll(".afterwards .choice")].filter(shown).map((one) => tidy(one.textContent)),
    more: tidy(root.querySelector(".more-fields > summary")?.textContent ?? ""),
  };
}"""
_COMPARE = (
    """async (kind) => {
  const asked = """
    + _ASKED
    + """;
  const page = await (await fetch(`/log/${kind}`)).text();
  const theirs = asked(new DOMParser().parseFromString(page, "text/html").querySelector("#log-form"));
  history.pushState(null, "", `/ward/log/${kind}`);
  dispatchEvent(new PopStateEvent("popstate"));
  const own = await new Promise((resolve) => {
    const look = () => {
      const form = document.querySelector("#log-form");
      if (form && form.dataset.seen !== "yes") {
        form.dataset.seen = "yes";
        resolve(asked(form));
      } else requestAnimationFrame(look);
    };
    look();
  });
  return [theirs, own];
}"""
)


@pytest.fixture
def nurse(log_in: LogIn, site: Site) -> Page:
    furnish_ward(site, patients=2, drugs=2)
    page = log_in("nurse")
    page.goto("/ward")
    page.locator("a.tile.kind").first.wait_for()
    return page


def test_every_kind_asks_what_the_servers_own_form_asks(nurse: Page, site: Site) -> None:
    kinds = list(site.routine.kinds)
    assert len(kinds) == 40
    different: list[Any] = []
    for kind in kinds:
        theirs, own = nurse.evaluate(_COMPARE, kind)
        for part in theirs:
            if theirs[part] != own[part]:
                odd = [(a, b) for a, b in zip(theirs[part], own[part], strict=False) if a != b][:2]
                different.append([kind, part, odd or (len(theirs[part]), len(own[part]))])
    assert different == [], "\n".join(map(str, different))
