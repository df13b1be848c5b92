"""`flask tls`: a certificate for a ward laptop, so that browsers let the application work without the server."""

from __future__ import annotations

import ipaddress
import re
import socket
from datetime import timedelta

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask.cli import AppGroup

from tracker.clock import utcnow
from tracker.extensions import current_settings
from tracker.key_file import write_anew

tls = AppGroup("tls", help="Certificates.")
MAX_DAYS = 825
"""Browsers trust no certificate that is valid for longer, even one that was installed by hand."""


@tls.command("self-signed")
@click.option("--host", "hosts", multiple=True, required=True, help="A name or an IP address users type; repeat.")
@click.option("--days", default=MAX_DAYS, show_default=True, type=click.IntRange(1, MAX_DAYS))
def self_signed(hosts: tuple[str, ...], days: int) -> None:
    """Make a certificate that signs itself and its key, in the data folder, and say how to use them."""
    names = [_alternative(host) for host in dict.fromkeys((*hosts, "localhost", "127.0.0.1"))]
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(hosts[0], names, key, days)
    folder = current_settings().data_dir.resolve()
    cert_path, key_path = folder / "tls-cert.pem", folder / "tls-key.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_anew(key_path, private)
    write_anew(cert_path, certificate.public_bytes(serialization.Encoding.PEM))
    print_out = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    click.echo(f"Certificate for {', '.join(hosts)}, valid until {certificate.not_valid_after_utc:%Y-%m-%d}.")
    click.echo("Start the server with these settings:")
    click.echo(f"  TRACKER_TLS_CERT={cert_path}")
    click.echo(f"  TRACKER_TLS_KEY={key_path}")
    click.echo("  TRACKER_HOST=0.0.0.0")
    click.echo(f"Install {cert_path.name} as a trusted certificate on every device, after comparing the fingerprint:")
    click.echo(f"  SHA-256 {print_out}")


def _certificate(
    host: str, names: list[x509.GeneralName], key: ec.EllipticCurvePrivateKey, days: int
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    now = utcnow()
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # a device whose clock is a little behind
        .not_valid_after(now + timedelta(days=days) - timedelta(hours=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)  # so that it can be installed
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _alternative(host: str) -> x509.GeneralName:
    """A name or an address; raises a usage error for what no browser could be given."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        ascii_name = host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    if not re.fullmatch(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?", ascii_name):
        raise click.BadParameter(f"{host} is neither a name nor an address, such as {socket.gethostname()}.")
    return x509.DNSName(ascii_name)
