"""Files that hold a secret: made on first use, whole or not at all, and readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def make_once(path: Path, content: Callable[[], bytes]) -> None:
    """Make the file if there is none. When two processes do it at once, the first file to get the name counts."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    _write(draft, content())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def write_anew(path: Path, content: bytes) -> None:
    """Put `content` in the place of what stood there, in one step."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    _write(draft, content)
    draft.replace(path)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
