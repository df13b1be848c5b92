"""A certificate for a ward laptop: made by one command, and served by the real server."""

from __future__ import annotations

import hashlib
import http.client
import ssl
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from cryptography import x509
from flask import Flask

from tests.server import running_server
from tracker.clock import utcnow


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["tls", "self-signed", *arguments])


def test_the_certificate_names_every_host_and_its_key_is_the_owners_alone(app: Flask, tmp_path: Path) -> None:
    result = run(app, "--host", "avd10.region.example", "--host", "10.1.2.3", "--days", "400")
    assert result.exit_code == 0, result.output
    cert, key = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem"
    for path in (cert, key):
        assert path.stat().st_mode & 0o077 == 0
        assert str(path) in result.output
    made = x509.load_pem_x509_certificate(cert.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"avd10.region.example", "localhost"}
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {"10.1.2.3", "127.0.0.1"}
    assert 398 <= (made.not_valid_after_utc - utcnow()).days <= 400
    der = ssl.PEM_cert_to_DER_cert(cert.read_text())
    assert ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest()) in result.output


def test_the_server_serves_over_https_with_it(app: Flask, tmp_path: Path) -> None:
    assert run(app, "--host", "localhost").exit_code == 0
    cert, key = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem"
    with running_server(tmp_path, tls_cert=cert, tls_key=key) as address:
        port = int(address.rsplit(":", 1)[1])
        trusting = ssl.create_default_context(cafile=str(cert))
        with closing(http.client.HTTPSConnection("localhost", port, context=trusting, timeout=20)) as connection:
            connection.request("GET", "/login")
            answer = connection.getresponse()
            assert answer.status == 200
            assert "max-age" in (answer.headers["Strict-Transport-Security"] or "")
            assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("host", ["två ord", "a/b", "*"])
def test_what_is_no_host_is_told(app: Flask, host: str) -> None:
    result = run(app, "--host", host)
    assert result.exit_code != 0
    assert "neither a name nor an address" in result.output
