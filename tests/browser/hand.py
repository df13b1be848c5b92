"""A person at the keyboard, counted: on a page of ours, or in a spreadsheet that only stands in the count.

The rules are the same for both, and lean towards the spreadsheet where there is a choice. docs/keystrokes.md has them
in words.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

KEY, TAP, STEP = 0.28, 1.1, 1.35
"""Seconds by the keystroke-level model (Card, Moran and Newell): a press, pointing with a click, a thought."""
SLOWLY = 70
"""Milliseconds between the presses of a person. Faster ones are taken for a hand scanner."""


@dataclass
class Hand:
    """Counts what is done; on a page it is done there too."""

    page: Page | None = None
    keys: int = 0
    taps: int = 0
    steps: int = 0

    def press(self, *names: str) -> None:
        """Keys one after the other. A key with Ctrl or Shift held is one press."""
        for name in names:
            self.keys += 1
            if self.page:
                self.page.keyboard.press(name, delay=SLOWLY)

    def write(self, text: str) -> None:
        """A press for each character."""
        self.keys += len(text)
        if self.page:
            self.page.keyboard.type(text, delay=SLOWLY)

    def tap(self, what: Locator | None = None) -> None:
        """Point and click, or put a finger on it."""
        self.taps += 1
        if what:
            what.click()

    def think(self, times: int = 1) -> None:
        """Look at the paper, or decide what to do next."""
        self.steps += times

    @property
    def seconds(self) -> int:
        return round(self.keys * KEY + self.taps * TAP + self.steps * STEP)
