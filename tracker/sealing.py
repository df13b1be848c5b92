"""The key pair that devices seal their entries to, opening what they sealed, and tickets that say who wrote an entry.

The envelope, version 1: a version byte, the device's ephemeral P-256 public key (65 bytes, uncompressed), a nonce (12
bytes) and the AES-256-GCM ciphertext. Its key is HKDF-SHA256 (salt: the ephemeral public key) of the ECDH secret. The
entry's id, its digest and the key's id are bound to it: an envelope cannot be passed off as another entry's.
tracker/static/js/ward/seal.js seals.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer

from tracker.key_file import make_once

ENVELOPE = 1
_POINT, _NONCE = 65, 12
_INFO = b"downtime-tracker seal 1"
_PEM = re.compile(b"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", re.DOTALL)


class SealBroken(Exception):
    """What came is not an envelope, was changed on the way, or is sealed to a key that is not here."""


class KeyFault(Exception):
    """The file of the keys cannot be used; says why."""


@dataclass(frozen=True)
class _Key:
    id: str
    private: ec.EllipticCurvePrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _base64url(_bytes(numbers.x)), "y": _base64url(_bytes(numbers.y))}


class SealingKeys:
    """The keys of a PEM file. The first is sealed to; the others still open what was sealed to them before."""

    def __init__(self, path: Path) -> None:
        make_once(path, _new_key)
        try:
            keys = [_read(pem) for pem in _PEM.findall(path.read_bytes())]
        except (OSError, ValueError, TypeError) as error:
            raise KeyFault(f"{path}: not a file of P-256 private keys in PEM: {error}") from None
        if not keys:
            raise KeyFault(f"{path}: holds no private key in PEM")
        self._current = keys[0]
        self._by_id = {key.id: key for key in keys}

    @property
    def seal(self) -> dict[str, Any]:
        """What a device needs to seal: the key's id and the public key as JWK."""
        return {"key_id": self._current.id, "public_key": self._current.jwk}

    def open(self, sealed: str, *, entry_id: str, digest: str, key_id: str) -> dict[str, Any]:
        """The sealed JSON object. Raises SealBroken for whatever is not as it was sealed."""
        key = self._by_id.get(key_id)
        if key is None:
            raise SealBroken
        try:
            envelope = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            point, nonce = envelope[1 : 1 + _POINT], envelope[1 + _POINT : 1 + _POINT + _NONCE]
            if envelope[:1] != bytes([ENVELOPE]):
                raise SealBroken
            other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            secret = key.private.exchange(ec.ECDH(), other)
            derived = HKDF(hashes.SHA256(), 32, salt=point, info=_INFO).derive(secret)
            bound = f"1.{entry_id}.{digest}.{key_id}".encode()
            content = json.loads(AESGCM(derived).decrypt(nonce, envelope[1 + _POINT + _NONCE :], bound))
        except (ValueError, InvalidTag, binascii.Error, RecursionError):
            raise SealBroken from None
        if not isinstance(content, dict):
            raise SealBroken
        return content


@dataclass(frozen=True)
class Ticket:
    """Who may write on which device, until when: issued with the bundle, sealed in with each entry."""

    user_id: int
    device_id: uuid.UUID | None
    session_id: int | None
    until: datetime


class Tickets:
    """Signs tickets and knows its own again."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeSerializer(secret, salt="ticket", signer_kwargs={"digest_method": hashlib.sha256})

    def issue(self, ticket: Ticket) -> str:
        device = ticket.device_id.hex if ticket.device_id else None
        return str(self._signer.dumps([ticket.user_id, device, ticket.session_id, ticket.until.isoformat()]))

    def read(self, text: object) -> Ticket | None:
        """The ticket, or None for what is none of ours. Whether it is still valid is not asked here."""
        if not isinstance(text, str) or not text:
            return None
        try:
            user_id, device, session_id, until = self._signer.loads(text)
            return Ticket(user_id, uuid.UUID(device) if device else None, session_id, datetime.fromisoformat(until))
        except (BadSignature, ValueError, TypeError):
            return None


def receipt(entry_digest: str, salt: str) -> str:
    """What stands on the device beside a sealed entry: its digest, salted against guessing at the content."""
    return hashlib.sha256(f"{entry_digest}.{salt}".encode()).hexdigest()


def opaque(secret: str, what: Mapping[str, Any]) -> str:
    """A short mark that tells two of a sort apart and nothing else, such as two users of one browser."""
    text = json.dumps(what, sort_keys=True)
    return hashlib.blake2b(text.encode(), key=hashlib.sha256(secret.encode()).digest(), digest_size=9).hexdigest()


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read(pem: bytes) -> _Key:
    private = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise ValueError("a key of another kind")
    public = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return _Key(hashlib.sha256(public).hexdigest()[:16], private)


def _bytes(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
