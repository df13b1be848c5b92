"""A certificate for one server, and the authority that devices are told to trust because of it.

The authority may vouch for that server's names and addresses only, and its key is never written down: nothing else can
be signed by it, by anybody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tracker.clock import utcnow

Host = x509.DNSName | x509.IPAddress
_FOR_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True)
class Certified:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    authority: x509.Certificate


def certify(hosts: Sequence[Host], days: int) -> Certified:
    """A new key, its certificate, and the authority that has signed just this one."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = make_authority(hosts, authority_key, days)
    key = ec.generate_private_key(ec.SECP256R1())
    return Certified(sign(hosts, key.public_key(), authority, authority_key), key, authority)


def make_authority(hosts: Sequence[Host], key: ec.EllipticCurvePrivateKey, days: int) -> x509.Certificate:
    name = _name(f"Downtime tracker {str(hosts[0].value)[:46]}")
    only_these = x509.NameConstraints([_alone(host) for host in hosts], None)
    return (
        _begun(name, name, key.public_key(), utcnow() + timedelta(days=days) - timedelta(hours=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .add_extension(only_these, critical=True)
        .sign(key, hashes.SHA256())
    )


def sign(
    hosts: Sequence[Host],
    key: ec.EllipticCurvePublicKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Valid for as long as the authority."""
    return (
        _begun(_name(str(hosts[0].value)[:64]), authority.subject, key, authority.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def host_named(text: str) -> Host | None:
    """A name or an address as certificates hold them; None for what no browser could be given."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        ascii_name = text.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not re.fullmatch(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?", ascii_name):
        return None
    return x509.DNSName(ascii_name)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(utcnow() - timedelta(hours=1))  # a device whose clock is a little behind
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_FOR_SERVERS, critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alone(host: Host) -> Host:
    return x509.IPAddress(ipaddress.ip_network(str(host.value))) if isinstance(host, x509.IPAddress) else host


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
