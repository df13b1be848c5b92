"""Settings: from `TRACKER_*` variables or a TOML file named by `TRACKER_CONFIG`, checked once at start.

A variable wins over the file. Every mistake is told at once, each with the name that the user wrote.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tracker.identity import ReserveFormat
from tracker.key_file import make_once

PREFIX = "TRACKER_"
BUNDLED_ROUTINE = Path(__file__).parent / "routine" / "gavleborg"
_STRUCTURED = {"trusted_hosts", "reserve_numbers"}


class SettingsError(Exception):
    """Settings that cannot be used; one mistake a line."""


def _default_reserve_formats() -> tuple[ReserveFormat, ...]:
    # Formats as listed in shared/references.md. The letter keeps a mistyped personnummer from passing as one.
    return (
        ReserveFormat(name="NRID", pattern=r"(?=.*[A-Z])[0-9A-Z]{2}\d{6}[0-9A-Z]{4}"),
        ReserveFormat(name="VGR", pattern=r"(18|19|20)\d{6}[A-Z]\d{2}[0-9A-Z]"),
        ReserveFormat(name="Stockholm", pattern=r"99(18|19|20)\d{8}", check="luhn"),
    )


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where the embedded database and the secret key are kept."""
    database_url: str = ""
    """SQLAlchemy address; empty: the embedded SQLite database in `data_dir`."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""
    """The address users type, where it differs from host and port (behind a proxy)."""
    trusted_hosts: tuple[str, ...] = ()
    """Host names the server answers to; empty: any (safe only on a closed network)."""
    threads: int = Field(default=8, ge=1, le=64)
    workers: int = Field(default=1, ge=1, le=32)
    secret_key: str = ""
    """Signs cookies; empty: made once and kept in `data_dir`."""
    sealing_key: Path | None = None
    """PEM file: the key that devices seal entries to, then older ones. None: `sealing.key` in `data_dir`."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    routine_dir: Path = BUNDLED_ROUTINE
    reserve_numbers: tuple[ReserveFormat, ...] = Field(default_factory=_default_reserve_formats)
    language: Literal["sv", "en"] = "sv"
    time_zone: str = "Europe/Stockholm"
    claim_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_hours: int = Field(default=10, ge=1, le=24 * 7)
    idle_minutes: int = Field(default=60, ge=1, le=24 * 60)
    link_hours: int = Field(default=72, ge=1, le=24 * 30)
    duplicate_hours: int = Field(default=4, ge=1, le=72)
    """How close in time two similar actions count as a likely duplicate."""
    max_upload_mb: int = Field(default=20, ge=1, le=200)

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone such as Europe/Stockholm")
        return value

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("secret_key")
    @classmethod
    def long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must be at least 32 characters")
        return value

    @field_validator("routine_dir")
    @classmethod
    def existing_folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value

    @model_validator(mode="after")
    def tls_is_a_pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key must be given together")
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'tracker.sqlite3').resolve()}"

    @property
    def address(self) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in ("0.0.0.0", "127.0.0.1", "::") else self.host  # noqa: S104 - compared, not bound
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}"

    def secret(self) -> str:
        """The secret key, made on first use and readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret.key"
        make_once(path, lambda: secrets.token_hex(32).encode("ascii"))
        return path.read_text(encoding="ascii")

    @property
    def sealing_keys(self) -> Path:
        """The file of the keys that devices seal their entries to, made on first use."""
        return self.sealing_key or self.data_dir / "sealing.key"


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, or raise SettingsError naming every mistake."""
    source: dict[str, str] = {}
    values: dict[str, Any] = {}
    config_path = environment.get(PREFIX + "CONFIG")
    if config_path:
        for key, value in _read_file(Path(config_path)).items():
            values[key] = value
            source[key] = f"{config_path}: {key}"
    faults = []
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name == PREFIX + "CONFIG":
            continue
        key = name.removeprefix(PREFIX).lower()
        source[key] = name
        try:
            values[key] = json.loads(text) if key in _STRUCTURED else text
        except ValueError:
            faults.append(f"{name}: must be a JSON list")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            key = str(fault["loc"][0]) if fault["loc"] else ""
            message = "there is no such setting" if fault["type"] == "extra_forbidden" else fault["msg"]
            faults.append(f"{source.get(key, key) or 'settings'}: {message.removeprefix('Value error, ')}")
        raise SettingsError("\n".join(faults)) from None
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsError(f"TRACKER_CONFIG: cannot read {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
