"""Sealing as the browser does it (tracker/static/js/ward/seal.js), for tests without one."""

from __future__ import annotations

import base64
import json
import os
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tracker.sealing import receipt
from tracker.services.entry import entry_digest


def seal(entry: dict[str, Any], told: dict[str, Any], ticket: str | None = None) -> dict[str, str]:
    """The body for `POST /sealed-entries`. `told` is the bundle's `seal`."""
    salt = secrets.token_urlsafe(16)
    digest = receipt(entry_digest(entry), salt)
    numbers = [int.from_bytes(base64.urlsafe_b64decode(told["public_key"][name] + "=="), "big") for name in ("x", "y")]
    server = ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    key = HKDF(hashes.SHA256(), 32, salt=point, info=b"downtime-tracker seal 1").derive(own.exchange(ec.ECDH(), server))
    nonce = os.urandom(12)
    bound = f"1.{entry['id']}.{digest}.{told['key_id']}".encode()
    content = json.dumps({"entry": entry, "salt": salt, "ticket": ticket}).encode()
    sealed = b"\x01" + point + nonce + AESGCM(key).encrypt(nonce, content, bound)
    return {
        "id": entry["id"],
        "digest": digest,
        "key_id": told["key_id"],
        "sealed": base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(),
    }
