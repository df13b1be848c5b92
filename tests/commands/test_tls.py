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
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from flask import Flask

from tests.server import running_server
from tracker.certificate import Host, host_named, make_authority, sign
from tracker.clock import utcnow


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["tls", "self-signed", *arguments])


def verify(authority: x509.Certificate, certificate: x509.Certificate, host: str) -> None:
    """As a browser that was told to trust the authority."""
    checks = PolicyBuilder().store(Store([authority])).build_server_verifier(named(host))
    checks.verify(certificate, [])


def named(text: str) -> Host:
    host = host_named(text)
    assert host is not None
    return host


def test_the_certificate_names_every_host_and_its_key_is_the_owners_alone(app: Flask, tmp_path: Path) -> None:
    result = run(app, "--host", "avd10.region.example", "--host", "10.1.2.3", "--days", "400")
    assert result.exit_code == 0, result.output
    cert, key, ca = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem", tmp_path / "tls-ca.crt"
    for path in (cert, key, ca):
        assert path.stat().st_mode & 0o077 == 0
        assert str(path) in result.output
    made, sent_along = x509.load_pem_x509_certificates(cert.read_bytes())
    authority = x509.load_pem_x509_certificate(ca.read_bytes())
    assert sent_along == authority
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"avd10.region.example", "localhost"}
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {"10.1.2.3", "127.0.0.1"}
    assert 398 <= (made.not_valid_after_utc - utcnow()).days <= 400
    der = ssl.PEM_cert_to_DER_cert(ca.read_text())
    assert ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest()) in result.output


def test_devices_that_trust_it_trust_nothing_else(app: Flask, tmp_path: Path) -> None:
    assert run(app, "--host", "avd10.region.example", "--host", "10.1.2.3").exit_code == 0
    made = x509.load_pem_x509_certificate((tmp_path / "tls-cert.pem").read_bytes())
    authority = x509.load_pem_x509_certificate((tmp_path / "tls-ca.crt").read_bytes())
    for host in ("avd10.region.example", "localhost", "10.1.2.3"):
        verify(authority, made, host)
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca, "its key signs no other"
    only = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert only.critical
    assert [str(one.value) for one in only.value.permitted_subtrees or ()] == [
        "avd10.region.example",
        "10.1.2.3/32",
        "localhost",
        "127.0.0.1/32",
    ]
    keys = [path.name for path in tmp_path.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert sorted(keys) == ["sealing.key", "tls-key.pem"], "the authority's key is written nowhere"


@pytest.mark.parametrize("stranger", ["bank.example", "region.example", "10.1.2.4", "::1"])
def test_even_with_its_key_the_authority_could_vouch_for_no_other(stranger: str) -> None:
    key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = make_authority([named("avd10.region.example"), named("10.1.2.3")], key, 90)
    with pytest.raises(VerificationError, match="name constraint"):
        verify(authority, sign([named(stranger)], server_key.public_key(), authority, key), stranger)


def test_the_server_serves_over_https_with_it(app: Flask, tmp_path: Path) -> None:
    assert run(app, "--host", "localhost").exit_code == 0
    cert, key, ca = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem", tmp_path / "tls-ca.crt"
    with running_server(tmp_path, tls_cert=cert, tls_key=key) as address:
        port = int(address.rsplit(":", 1)[1])
        trusting = ssl.create_default_context(cafile=str(ca))
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
