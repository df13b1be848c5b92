"""SQLite has one writer at a time. Here they stand in a queue, so that nobody waits until they are turned away.

SQLite itself lets whoever asks at the right moment go first, and asks ever more seldom: of fifty who write at once,
some were passed until their time was up. In one process the writers now come in the order they asked; between
processes the first of each asks again every other millisecond.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import deque
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

SECONDS = 15.0
"""So long a write waits for others; then its user is told (tracker.views.errors)."""
_HOLDS = "holds_write_lock"


class WriteLock:
    """Held by one at a time, in the order they asked."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """False: somebody held it for so long."""
        turn = threading.Lock()
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn.acquire()
            self._queue.append(turn)
        if turn.acquire(timeout=max(seconds, 0)):
            return True
        with self._guard:
            if turn in self._queue:
                self._queue.remove(turn)
                return False
        return True  # it was handed over at the last moment

    def give_back(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False


def queue_writers(engine: Engine) -> None:
    """See that whoever begins a writing transaction on this engine gives the lock back when it is over."""
    event.listen(engine, "checkin", _give_back)
    event.listen(engine, "invalidate", lambda connection, record, _error: _give_back(connection, record))
    event.listen(engine, "close", _give_back)


def begin_writing_on(connection: Connection, lock: WriteLock) -> None:
    """BEGIN IMMEDIATE, when it is this connection's turn."""
    give_up = time.monotonic() + SECONDS
    if _HOLDS not in connection.info:
        if not lock.take(SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        connection.info[_HOLDS] = lock
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while not _begins(connection, last=time.monotonic() > give_up):
            time.sleep(random.uniform(0.001, 0.003))  # noqa: S311 - so that two processes do not ask in step
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(SECONDS * 1000)}")


def _begins(connection: Connection, last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if last or "locked" not in str(error.orig):
            raise
        return False
    return True


def _give_back(_connection: Any, record: Any) -> None:
    lock = record.info.pop(_HOLDS, None)
    if lock is not None:
        lock.give_back()
