"""QR codes of numbered forms, as SVG that stands in the page."""

from __future__ import annotations

from functools import lru_cache

import segno

from tracker.serial import code_of


@lru_cache(maxsize=2048)
def sheet_code(serial: str) -> str:
    """The code of one form: black on white with its own quiet zone, sized by the page, error correction M or better."""
    code = segno.make_qr(code_of(serial), error="m")
    return code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
