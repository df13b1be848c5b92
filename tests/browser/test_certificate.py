"""The certificate that `flask tls self-signed` makes, in a real Chromium."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import expect

from tests.browser.ward_device import CHROMIUM, WardDevice
from tests.server import running_server
from tracker import create_app
from tracker.certificate import Host, make_authority, sign
from tracker.config import Settings
from tracker.routine import Routine

pytestmark = pytest.mark.browser


def test_over_https_with_a_certificate_of_its_own_it_works_without_the_server_too(
    chromium: Chromium,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    template_database: Path,
    routine: Routine,
) -> None:
    shutil.copy(template_database, tmp_path / "tracker.sqlite3")
    app = create_app(Settings(data_dir=tmp_path), routine)
    assert app.test_cli_runner().invoke(args=["tls", "self-signed", "--host", "localhost"]).exit_code == 0
    cert, key = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem"
    public = x509.load_pem_x509_certificate(cert.read_bytes()).public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    trust = base64.b64encode(hashlib.sha256(spki).digest()).decode()  # stands for installing it on the device
    with running_server(tmp_path, tls_cert=cert, tls_key=key) as address:
        laptop = WardDevice(
            chromium, tmp_path_factory.mktemp("disk"), address, (f"--ignore-certificate-errors-spki-list={trust}",)
        )
        try:
            laptop.start().goto("/ward")
            laptop.wait_for_worker()
        finally:
            laptop.close()
    laptop.start()
    try:
        laptop.page.goto("/ward")  # the server is gone
        expect(laptop.page.locator("#ward-title")).to_be_visible()
    finally:
        laptop.close()


@pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil (libnss3-tools) installs the authority")
def test_chromium_trusts_the_installed_authority_for_its_own_hosts_only(chromium: Chromium, tmp_path: Path) -> None:
    hosts = (x509.DNSName("ward.example"), x509.IPAddress(ip_address("127.0.0.1")))
    key = ec.generate_private_key(ec.SECP256R1())
    authority = make_authority(hosts, key, 90)
    (tmp_path / "tls-ca.crt").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    trusted = tmp_path / ".pki/nssdb"
    trusted.mkdir(parents=True)
    certutil = ("certutil", "-d", f"sql:{trusted}")
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run([*certutil, "-A", "-n", "ward", "-t", "C,,", "-i", str(tmp_path / "tls-ca.crt")], check=True)
    with (
        _https_server(hosts, authority, key, tmp_path) as good,
        _https_server((x509.DNSName("bank.example"),), authority, key, tmp_path) as bad,
        chromium.browser_type.launch_persistent_context(
            str(tmp_path / "disk"),
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.example 127.0.0.1"],
            env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / ".local")},
        ) as context,
    ):
        page = context.pages[0]
        for host in ("ward.example", "127.0.0.1"):
            answer = page.goto(f"https://{host}:{good}/")
            assert answer is not None
            assert answer.ok
        with pytest.raises(BrowserError, match="ERR_CERT_INVALID"):
            page.goto(f"https://bank.example:{bad}/")


@contextmanager
def _https_server(
    hosts: Sequence[Host], authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, folder: Path
) -> Iterator[int]:
    """Any page, with a certificate of that authority; gives the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = folder / f"{hosts[0].value}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signed = sign(hosts, key.public_key(), authority, authority_key)
    pem.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)
    handler = partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_told: None  # type: ignore[method-assign]  # the browser breaks off
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
