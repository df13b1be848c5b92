"""Which version of pages, scripts and texts is served, so that a device can tell whether what it keeps is the same."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

_ROOT = Path(__file__).parent
_STATIC = _ROOT / "static"
_ALSO = (_ROOT / "translations", _ROOT.parent / "templates" / "ward")
_LOOK_EVERY = 2.0
_known = ("", 0.0)


def static_files() -> list[str]:
    """Every file that is served as it is, by its name under `static`."""
    found = (path for path in _STATIC.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(path.relative_to(_STATIC).as_posix() for path in found)


def served_version() -> str:
    """Changes whenever one of the files does, also while the server runs; looked up every other second at most."""
    global _known
    version, looked_at = _known
    now = time.monotonic()
    if not version or now - looked_at > _LOOK_EVERY:
        version = _fingerprint()
        _known = (version, now)
    return version


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for folder in (_STATIC, *_ALSO):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                found = path.stat()
                digest.update(f"{path.relative_to(_ROOT.parent)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
