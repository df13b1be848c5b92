"""A file turned into cells, for the ward's grids. Nothing of it is kept: the grid decides what the cells mean."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from exports.cell_table import CellRow, read_cells
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.i18n import lazy_text as _l
from tracker.permissions import Permission, requires

blueprint = Blueprint("table", __name__)
MAX_GRID_ROWS = 1000
"""More rows than any ward's list: a larger file is the wrong file."""


@blueprint.post("/table")
@requires(Permission.ACTION_LOG)
def read() -> ResponseReturnValue:
    """The rows of an Excel workbook or a text file, sent as `file` → `{sheets: [{name, rows: [...]}]}`.

    A row tells its number in the file, its cells as text, whether it was hidden, and faults by the cell's place.
    """
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid({"/file": _l("Choose a file.")})
    db.session.rollback()  # reading a large file must not hold up those who log meanwhile
    rows = read_cells(upload.stream, upload.filename)
    if len(rows) > MAX_GRID_ROWS:
        raise Invalid({"/file": _l("There are more than %(rows)s rows. Split the file.", rows=MAX_GRID_ROWS)})
    sheets = [
        {"name": name, "rows": [_row(row) for row in found]} for name, found in groupby(rows, lambda row: row.sheet)
    ]
    return jsonify(sheets=sheets)


def _row(row: CellRow) -> dict[str, object]:
    faults = {str(place): str(fault) for place, fault in row.faults.items()}
    return {"number": row.number, "cells": list(row.cells), "hidden": row.hidden, "faults": faults}
