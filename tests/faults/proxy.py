"""Stands between a browser and the server and does harm on demand: cuts answers, swallows them, gives others instead.

A browser sees one origin all the time, as on a ward whose network comes and goes.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Fault:
    """What happens instead of, or after, passing a request on."""

    forward: bool = False
    """Whether the server gets the request at all."""
    status: int = 0
    """What is answered instead of the server's answer; 0: nothing, the connection is cut."""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut_after: int | None = None
    """So many bytes of the server's answer get through before the connection is cut."""


REFUSED = Fault()
CUT_BEFORE_ANSWER = Fault(forward=True)
CUT_IN_ANSWER = Fault(forward=True, cut_after=20)
LOGIN_PAGE = Fault(status=302, headers=(("Location", "/login"),))
HTML = (("Content-Type", "text/html"),)
PORTAL = Fault(status=200, body=b"<!doctype html><title>Guest network</title><h1>Welcome</h1>", headers=HTML)
JSON_PORTAL = Fault(status=200, body=b'{"status": "ok"}', headers=(("Content-Type", "application/json"),))


def refusal(status: int) -> Fault:
    """A problem document of that status, as the server writes it."""
    body = b'{"type":"about:blank","title":"No","status":%d,"detail":"Refused on the way."}' % status
    mark = (("Content-Type", "application/problem+json"), ("X-Tracker-Version", "0"))
    return Fault(status=status, body=body, headers=mark)


@dataclass
class Proxy:
    """`rule(method, path)` gives the fault of each request, or None to pass it on unharmed."""

    address: str
    rule: Callable[[str, str], Fault | None] = lambda _method, _path: None
    passed: list[tuple[str, str, int]] = field(default_factory=list)
    """What the server answered: method, path, status."""

    def down(self) -> None:
        self.rule = lambda _method, _path: REFUSED

    def up(self) -> None:
        self.rule = lambda _method, _path: None

    def on(self, path: str, fault: Fault, method: str = "POST") -> None:
        """That fault for every request to `path`; the rest passes."""
        self.rule = lambda asked, where: fault if asked == method and where.split("?")[0] == path else None


@contextmanager
def fault_proxy(server: str) -> Iterator[Proxy]:
    """A proxy before `server` on a port of its own."""
    target = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _serve(self) -> None:
            self.close_connection = True
            fault = proxy.rule(self.command, self.path)
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length) if length else None
            if fault is not None and not fault.forward:
                if fault.status:
                    self._answer(fault.status, list(fault.headers), fault.body)
                return
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
            try:
                connection.request(self.command, self.path, body=sent, headers=dict(self.headers.items()))
                answer = connection.getresponse()
                body = answer.read()
            except OSError:
                return
            finally:
                connection.close()
            proxy.passed.append((self.command, self.path, answer.status))
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP]
            if fault is None:
                self._answer(answer.status, headers, body)
            elif fault.cut_after is not None:
                self._answer(answer.status, headers, body, fault.cut_after)

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut: int | None = None) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body if cut is None else body[:cut])

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A browser that is killed leaves connections behind."""

    httpd = Server(("127.0.0.1", 0), Handler)
    proxy = Proxy(f"http://127.0.0.1:{httpd.server_address[1]}")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
