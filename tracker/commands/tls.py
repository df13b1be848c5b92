"""`flask tls`: a certificate for a ward laptop, so that browsers let the application work without the server."""

from __future__ import annotations

import socket

import click
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.cli import AppGroup

from tracker.certificate import Host, certify, host_named
from tracker.extensions import current_settings
from tracker.key_file import write_anew

tls = AppGroup("tls", help="Certificates.")
MAX_DAYS = 825
"""Browsers trust no certificate that is valid for longer, even one that was installed by hand."""


@tls.command("self-signed")
@click.option("--host", "hosts", multiple=True, required=True, help="A name or an IP address users type; repeat.")
@click.option("--days", default=MAX_DAYS, show_default=True, type=click.IntRange(1, MAX_DAYS))
def self_signed(hosts: tuple[str, ...], days: int) -> None:
    """Make a certificate, its key and the authority that signed it, in the data folder, and say how to use them.

    The authority vouches for these names only, and its key is not kept: devices that trust it trust nothing else.
    """
    made = certify([_host(name) for name in dict.fromkeys((*hosts, "localhost", "127.0.0.1"))], days)
    folder = current_settings().data_dir.resolve()
    cert_path, key_path, authority_path = folder / "tls-cert.pem", folder / "tls-key.pem", folder / "tls-ca.crt"
    authority = made.authority.public_bytes(Encoding.PEM)
    write_anew(key_path, made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_anew(cert_path, made.certificate.public_bytes(Encoding.PEM) + authority)
    write_anew(authority_path, authority)
    print_out = made.authority.fingerprint(hashes.SHA256()).hex(":").upper()
    click.echo(f"Certificate for {', '.join(hosts)}, valid until {made.certificate.not_valid_after_utc:%Y-%m-%d}.")
    click.echo("Start the server with these settings:")
    click.echo(f"  TRACKER_TLS_CERT={cert_path}")
    click.echo(f"  TRACKER_TLS_KEY={key_path}")
    click.echo("  TRACKER_HOST=0.0.0.0")
    click.echo("Install this file as a trusted authority on every device, after comparing the fingerprint:")
    click.echo(f"  {authority_path}")
    click.echo(f"  SHA-256 {print_out}")


def _host(text: str) -> Host:
    host = host_named(text)
    if host is None:
        raise click.BadParameter(f"{text} is neither a name nor an address, such as {socket.gethostname()}.")
    return host
