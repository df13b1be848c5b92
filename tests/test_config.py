"""Settings: where they come from, and that every mistake is told by the name that was written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tracker.config import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[1]


def faults_of(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(environment)
    return str(refused.value).splitlines()


def test_without_settings_everything_has_a_sensible_value() -> None:
    settings = load_settings({})
    assert settings.address == "http://localhost:8000"
    assert settings.database.startswith("sqlite:///")
    assert settings.language == "sv"
    assert settings.time_zone == "Europe/Stockholm"
    assert settings.reserve_numbers


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tracker.toml"
    path.write_text('port = 8100\nlanguage = "en"\n', encoding="utf-8")
    settings = load_settings({"TRACKER_CONFIG": str(path), "TRACKER_PORT": "8200"})
    assert (settings.port, settings.language) == (8200, "en")


def test_variables_of_other_programs_are_left_alone() -> None:
    assert load_settings({"PORT": "x", "FLASK_DEBUG": "1"}) == load_settings({})


def test_lists_are_written_as_json(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "TRACKER_TRUSTED_HOSTS": '["tracker.region.se"]',
            "TRACKER_RESERVE_NUMBERS": '[{"name": "Own", "pattern": "R[0-9]{6}"}]',
        }
    )
    assert settings.trusted_hosts == ("tracker.region.se",)
    assert [reserve.name for reserve in settings.reserve_numbers] == ["Own"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "valid integer"),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("PROT", "8000", "there is no such setting"),
        ("LANGUAGE", "fi", "'sv' or 'en'"),
        ("TIME_ZONE", "Gävle", "not a time zone such as Europe/Stockholm"),
        ("DATABASE_URL", "mysql://localhost/x", "must begin with sqlite:/// or postgresql://"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("ROUTINE_DIR", "/no/such/folder", "there is no folder /no/such/folder"),
        ("TRUSTED_HOSTS", "tracker.region.se", "must be a JSON list"),
        ("RESERVE_NUMBERS", '[{"name": "Own", "pattern": "["}]', "not a regular expression"),
        ("RESERVE_NUMBERS", '[{"name": "Own"}]', "Field required"),
        ("CLAIM_MINUTES", "0", "greater than or equal to 1"),
        ("SESSION_HOURS", "1000", "less than or equal to 168"),
        ("MAX_UPLOAD_MB", "lots", "valid integer"),
    ],
)
def test_a_mistake_in_a_variable_is_told_by_the_variables_name(name: str, value: str, said: str) -> None:
    (fault,) = faults_of({f"TRACKER_{name}": value})
    assert fault.startswith(f"TRACKER_{name}: ")
    assert said in fault


def test_a_mistake_in_the_file_is_told_by_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "tracker.toml"
    path.write_text('prot = 8000\nlanguage = "fi"\n', encoding="utf-8")
    faults = faults_of({"TRACKER_CONFIG": str(path)})
    assert f"{path}: prot: there is no such setting" in faults
    assert any(fault.startswith(f"{path}: language: ") for fault in faults)


def test_all_mistakes_are_told_at_once() -> None:
    faults = faults_of({"TRACKER_PORT": "x", "TRACKER_LANGUAGE": "fi", "TRACKER_TRUSTED_HOSTS": "x"})
    assert {fault.split(":")[0] for fault in faults} == {"TRACKER_PORT", "TRACKER_LANGUAGE", "TRACKER_TRUSTED_HOSTS"}


def test_a_certificate_without_its_key_is_refused() -> None:
    (fault,) = faults_of({"TRACKER_TLS_CERT": "/etc/cert.pem"})
    assert "tls_cert and tls_key must be given together" in fault


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (fault,) = faults_of({"TRACKER_CONFIG": str(tmp_path / "none.toml")})
    assert fault == f"TRACKER_CONFIG: cannot read {tmp_path / 'none.toml'}"


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tracker.toml"
    path.write_bytes(content)
    assert str(path) in faults_of({"TRACKER_CONFIG": str(path)})[0]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(host="0.0.0.0", port=8123), "http://localhost:8123"),  # noqa: S104 - nothing is bound
        (Settings(host="10.1.2.3"), "http://10.1.2.3:8000"),
        (Settings(tls_cert=Path("c"), tls_key=Path("k"), port=8443), "https://localhost:8443"),
        (Settings(public_url="https://driftstopp.region.se/"), "https://driftstopp.region.se"),
    ],
)
def test_the_address_is_the_one_to_type_in_a_browser(settings: Settings, address: str) -> None:
    assert settings.address == address


def test_postgresql_goes_through_psycopg_however_it_was_written() -> None:
    for url in ("postgresql://u@h/db", "postgresql+psycopg://u@h/db"):
        assert Settings(database_url=url).database == "postgresql+psycopg://u@h/db"


def test_the_secret_is_made_once_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "folder")
    secret = settings.secret()
    assert len(secret) >= 32
    assert Settings(data_dir=settings.data_dir).secret() == secret
    (path,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: settings.secret(), range(64)))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_the_server_does_not_start_with_a_mistake_and_says_which(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PROT": "8000"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert "TRACKER_PROT: there is no such setting" in run.stderr
    assert "Traceback" not in run.stderr
