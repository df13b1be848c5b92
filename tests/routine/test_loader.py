"""A broken routine is refused with the file, the key and the fault, and nothing starts with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.routine.faults import ENTER_NOTE, FAULTS
from tracker import create_app
from tracker.config import Settings
from tracker.routine import RoutineError, load_routine

BUNDLED = Settings().routine_dir
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled routine, to break."""
    copy = tmp_path / "routine"
    shutil.copytree(BUNDLED, copy)
    return copy


def edit(folder: Path, file: str, old: str, new: str, after: str = "") -> None:
    """Replace the first `old` that follows `after`."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    start = text.index(after) if after else 0
    assert old in text[start:], "the routine has changed: mend the test"
    path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")


def fault_of(folder: Path) -> str:
    with pytest.raises(RoutineError) as refused:
        load_routine(folder)
    return str(refused.value)


def test_the_bundled_routine_is_whole() -> None:
    assert load_routine(BUNDLED).version


def test_the_same_files_always_give_the_same_version() -> None:
    assert load_routine(BUNDLED).digest == load_routine(BUNDLED).digest


def test_a_changed_text_gives_another_version(folder: Path) -> None:
    edit(folder, "melior.toml", 'name = "Melior"', 'name = "Melior 2"')
    assert load_routine(folder).digest != load_routine(BUNDLED).digest


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_by_file_key_and_what_is_wrong(folder: Path, name: str) -> None:
    fault = FAULTS[name]
    edit(folder, fault.file, fault.old, fault.new, fault.after)
    message = fault_of(folder)
    for part in fault.message:
        assert part in message
    assert message.splitlines()[0].startswith(fault.file)


def test_an_empty_text_is_a_fault(folder: Path) -> None:
    path = folder / "medspeech.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('{ sv = "Inspelat på", en', '{ sv = "", en', 1), encoding="utf-8")
    assert "medspeech.toml: kinds[medspeech.dictation].fields[medium].label.sv:" in fault_of(folder)


@pytest.mark.parametrize("file", ["communication.toml", "elvis.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert f"{file}: the file is missing" in fault_of(folder)


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "elvis.toml").write_bytes(b"\xff\xfe\x00")
    assert "elvis.toml: not valid TOML" in fault_of(folder)


def test_faults_in_several_files_are_told_at_once(folder: Path) -> None:
    edit(folder, "melior.toml", 'role = "author"', 'role = "porter"', ENTER_NOTE)
    (folder / "elvis.toml").unlink()
    message = fault_of(folder)
    assert "melior.toml: kinds[melior.note]" in message
    assert "elvis.toml: the file is missing" in message


def test_the_application_is_not_built_on_a_broken_routine(folder: Path, tmp_path: Path) -> None:
    (folder / "pmo.toml").unlink()
    with pytest.raises(RoutineError, match=r"pmo\.toml"):
        create_app(Settings(data_dir=tmp_path / "data", routine_dir=folder))


def test_the_server_does_not_start_on_a_broken_routine_and_says_why(folder: Path, tmp_path: Path) -> None:
    edit(folder, "melior.toml", 'role = "author"', 'role = "porter"', ENTER_NOTE)
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "TRACKER_DATA_DIR": str(tmp_path / "data"), "TRACKER_ROUTINE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert "melior.toml: kinds[melior.note].items[enter-note].role: unknown role 'porter'" in run.stderr
    assert "Traceback" not in run.stderr
