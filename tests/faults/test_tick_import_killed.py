"""A ticked workbook that is read back while the server dies, again and again: every change once."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests.exports.action_book import saved
from tests.exports.tick_book import doses_logged, log_dose, melior, taken, write
from tests.faults.test_action_import_killed import PASSWORD, Reader, killed_server
from tests.region import user
from tracker import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.models import Event, Item, ItemState, TickImport
from tracker.routine import Routine
from tracker.services.event import CommandLine, verify_chain
from tracker.services.login import set_password

ROWS = 90


class TickReader(Reader):
    """The same person with a ticked workbook."""

    @property
    def place(self) -> str:
        found = re.search(r"/ticks/[0-9a-f-]{36}", self.html)
        assert found
        return found[0]

    def hand_in(self, content: bytes) -> None:
        self.open("/ticks")
        parts = {"csrf_token": self.token, "file": FileStorage(io.BytesIO(content), "ifylld.xlsx", "file")}
        stream, length, boundary = stream_encode_multipart(parts)
        self.html = self._fetch("/ticks", stream.read(length), f"multipart/form-data; boundary={boundary}")

    def begin_if_asked(self, place: str) -> None:
        if f'action="{place}/apply"' in self.html:
            self.press(f"{place}/apply")


def test_a_server_killed_half_way_makes_every_change_once(
    tmp_path: Path, template_database: Path, routine: Routine
) -> None:
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    app = create_app(Settings(data_dir=tmp_path), routine)
    with app.app_context():
        set_password(user("nurse"), PASSWORD, actor=CommandLine())
        content = ticked_workbook()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()

    with killed_server(tmp_path) as address:  # killed while the first rows are applied
        reader = TickReader(address, tmp_path)
        reader.hand_in(content)
        first = reader.place
        reader.press_without_waiting(f"{first}/apply")
    with killed_server(tmp_path) as address:  # killed after some, in the middle of others
        reader = TickReader(address, tmp_path)
        reader.open(first)
        reader.begin_if_asked(first)
        assert f"{first}/continue" in reader.html
        reader.press_without_waiting(f"{first}/continue")
    with killed_server(tmp_path) as address:  # the same file handed in anew, and killed again
        reader = TickReader(address, tmp_path)
        reader.hand_in(content)
        second = reader.place
        assert second != first
        reader.press_without_waiting(f"{second}/apply")
    with killed_server(tmp_path) as address:  # both are brought to their end
        reader = TickReader(address, tmp_path)
        for place in (second, first):
            reader.open(place)
            reader.begin_if_asked(place)
            while f"{place}/continue" in reader.html:
                reader.press(f"{place}/continue")

    with app.app_context():
        items = list(db.session.scalars(select(Item).order_by(Item.id)))
        assert {item.state for item in items} == {ItemState.DONE}
        assert [item.reference for item in items] == [f"M-{item.id}" for item in items]
        for verb in ("done", "ticked"):
            lines = list(db.session.scalars(select(Event.subject_id).where(Event.verb == verb)))
            assert sorted(lines, key=int) == [str(item.id) for item in items], "each once"
        applied, known = db.session.execute(select(func.sum(TickImport.applied), func.sum(TickImport.known))).one()
        assert (applied, known) == (ROWS, ROWS), "what one of the two uploads applied, the other knew"
        assert all(found.applied_at and not found.rows for found in db.session.scalars(select(TickImport)))
        assert list(verify_chain()) == []
        db.session.remove()
        db.engine.dispose()


def ticked_workbook() -> bytes:
    """Every dose of a ward ticked, with a reference of its own."""
    outage, _actions = doses_logged(9)
    for place in range(9, ROWS):
        log_dose(outage, place)
    book = taken(outage)
    sheet = melior(book)
    for line in range(2, ROWS + 2):
        write(sheet, line, Tick="Done", Reference=f"M-{sheet.cell(line, 1).value}")
    return saved(book)
