"""A real server process for tests that need one: browsers, parallel clients, kills and restarts."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
STOP_SECONDS = 20


@contextmanager
def running_server(data_dir: Path, **settings: object) -> Iterator[str]:
    """The application served on a free port with its own data; gives the base address.

    Settings are named as in tracker.config (`claim_minutes=1`). The database is made if there is none.
    """
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environment |= {"TRACKER_DATA_DIR": str(data_dir), "TRACKER_PORT": str(port)}
    environment |= {f"TRACKER_{name.upper()}": str(value) for name, value in settings.items()}
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"{'https' if 'tls_cert' in settings else 'http'}://127.0.0.1:{port}"
        wait_until_well(process, address, data_dir / "server.log")
        yield address
    finally:
        stop(process)


def database_of(app: Flask) -> dict[str, str]:
    """The setting by which a server uses the same database, where it is not the one in the data folder."""
    address = app.extensions["tracker.settings"].database_url
    return {"database_url": address} if address else {}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_well(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return when `/healthz` answers; raise with the server's own words when it dies or takes too long."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        with suppress(OSError), closing(_connection(address)) as connection:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            break
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def stop(process: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> None:
    """End the server and its workers (they share its session), the hard way if it does not listen."""
    if process.poll() is None:
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=STOP_SECONDS)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


def send(address: str, path: str, token: str, body: Any = None, method: str = "POST") -> Answer:
    """One API request to a server process; refusals are answers too."""
    data = json.dumps(body or {}).encode() if method == "POST" else None
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(_connection(address)) as connection:
        connection.request(method, f"/api/v1{path}", body=data, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, json.load(answer))


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    if parts.scheme == "https":  # signed by itself: whether it is trusted is for the tests to see
        anybody = ssl._create_unverified_context()  # noqa: S323
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=60, context=anybody)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
