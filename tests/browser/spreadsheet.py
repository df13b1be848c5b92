"""The same work typed in a plain Excel sheet by somebody who knows Excel well: fill down, copying, completing words.

The workbook is open with the cursor where the typing begins, the headers are there, and everything typed before can be
completed from its first letters. A patient is told by the bed alone, though the list must say more in the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.browser.hand import Hand


def handout() -> Hand:
    """One row: bed, drug, strength, dose, unit, route, outcome, time, initials. Most words complete after a letter."""
    hand = Hand()
    for typed in ("2", "M", "50 ", "50", "m", "p", "g"):
        hand.think()
        hand.write(typed)
        hand.press("Tab")
    hand.think()
    hand.press("Control+Shift+;", "Tab")  # the time of now
    hand.think()
    hand.write("N")
    hand.press("Enter", "Control+s")
    return hand


def medication_round() -> Hand:
    """Last round's sheet copied, where everything was given; the new time filled down; three deviations typed over."""
    hand = Hand()
    hand.think()
    hand.press("Control+a", "Control+c", "Shift+F11", "Control+v")
    hand.think()
    hand.press("Control+Home", "ArrowDown", "Control+ArrowRight")  # to the column of times
    hand.press("Control+;", "Space", "Control+Shift+;", "Control+Enter")
    hand.press("Control+Shift+ArrowDown", "Control+d")
    hand.think(12)  # every patient's paper list is read
    hand.press("ArrowLeft")  # the outcomes stand beside the times
    at = 0
    deviations = ((3, "avböjde", ("", "vill inte")), (19, "delvis", ("25", "kräktes")), (27, "ej given", ("", "sover")))
    for row, outcome, columns in deviations:
        hand.think(2)
        hand.press(*["ArrowDown"] * (row - at))
        at = row + 1  # Enter goes on to the row below
        hand.write(outcome)
        for text in columns:
            hand.press("Tab")
            hand.write(text)
        hand.press("Enter")
    hand.think()
    hand.press("Control+s")
    return hand


def visit_list() -> Hand:
    """The day's list is in the sheet; what most have in common is typed once and filled down, five rows are changed."""
    hand = Hand()
    for text in ("kom", "nybesök", "besök", "betald", "275", "kort"):
        hand.think()
        hand.write(text)
        hand.press("Tab")
    hand.think()
    hand.press("ArrowLeft", *["Shift+ArrowLeft"] * 5)
    hand.tap()  # the fill handle, twice
    hand.think(20)  # every patient on the paper list is looked up
    hand.press("ArrowLeft")
    at = 0
    for row, what in ((3, "missed"), (6, "free"), (9, "missed"), (12, "free"), (17, "free")):
        hand.think(2)
        hand.press(*["ArrowDown"] * (row - at))
        at = row + 1  # Enter goes on to the row below
        first = row in (3, 6)
        if what == "missed":
            hand.write("uteblev" if first else "u")
            hand.press("Tab", "Tab", "Tab")
            hand.write("reds ut" if first else "r")
            hand.press("Tab", "Delete", "Tab", "Delete", "Enter")
        else:
            hand.press("ArrowRight", "ArrowRight", "ArrowRight")
            hand.write("fri" if first else "f")
            hand.press("Tab", "Delete", "Tab", "Delete", "Tab")
            hand.write("barn" if first else "b")
            hand.press("Enter", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    hand.think()
    hand.press("Control+s")
    return hand


def checklist(fields: Sequence[int], items_of_a_patient: int) -> Hand:
    """The checklist on a screen: each cell that Melior asks for is copied, then the row is ticked, signed and timed.

    `fields`: how many cells are copied of each row. The cells lie side by side and the row before was signed by the
    same person, so that the signature is filled down.
    """
    hand = Hand()
    for number, copied in enumerate(fields):
        if number and number % items_of_a_patient == 0:
            hand.think()
            hand.press("ArrowDown")  # over the heading of the next patient
        hand.think()  # the right patient and drug are found in Melior
        hand.press("Control+c")
        for _ in range(copied - 1):
            hand.press("ArrowRight", "Control+c")
        hand.think()
        hand.press("Home")
        hand.write("x")
        hand.press("Control+ArrowRight", "Control+d", "Tab")  # the signature of the row above
        hand.press("Control+Shift+;", "Enter", "Home")
    hand.press("Control+s")
    return hand
