"""Whether an uploaded file may be opened at all: a small file can unpack to gigabytes."""

from __future__ import annotations

import zipfile
from typing import IO

from tracker.errors import Invalid
from tracker.i18n import lazy_text as _l

MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBERS = 1000


def check_upload(
    file: IO[bytes], name: str, *, max_unpacked: int = MAX_UNPACKED, max_members: int = MAX_MEMBERS
) -> None:
    """Raise Invalid (`/file`) unless the file is an Excel workbook of a size that can be opened."""
    if not name.lower().endswith(".xlsx"):
        raise Invalid({"/file": _l("Choose an Excel workbook: its name ends with .xlsx.")})
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise unreadable() from None
    finally:
        file.seek(0)
    if len(members) > max_members or sum(member.file_size for member in members) > max_unpacked:
        raise Invalid({"/file": _l("The workbook unpacks to more than can be read. Split it.")})
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or any(member.flag_bits & 1 for member in members):
        raise unreadable()


def unreadable() -> Invalid:
    return Invalid(
        {"/file": _l("The file cannot be read as a workbook. Open it in Excel, save it as .xlsx and try again.")}
    )
