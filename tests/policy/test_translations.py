"""Every text that users read is there in Swedish, and the compiled catalogue is the one that was translated."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tracker" / "translations" / "sv" / "LC_MESSAGES"
SCRIPTS = [path for path in (ROOT / "tracker" / "static" / "js").rglob("*.js") if path.name != "texts.js"]
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_text": None, "plural": (1, 2)}


def used() -> set[str]:
    """Every text in the code and the templates; of a plural, the singular."""
    with (ROOT / "tracker" / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str] = set()
    for folder in ("tracker", "exports", "templates"):
        mapping = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        choices = {pattern.removeprefix(f"{folder}/"): option for pattern, option in options.items()}
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, mapping, choices, KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="sv")


def _texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


def test_every_text_is_translated(catalogue: Catalog) -> None:
    texts = used()
    assert len(texts) > 100, "texts are found"
    missing = [text for text in sorted(texts) if not (message := catalogue.get(text)) or not all(_texts(message))]
    assert missing == []


def test_no_text_of_a_script_is_overlooked(app: Flask) -> None:
    """The extractor does not look everywhere: not into a text within a text, for one."""
    told = {
        text for path in SCRIPTS for text in re.findall(r'\b(?:_|plural)\(\s*"((?:[^"\\]|\\.)*)"', path.read_text())
    }
    known = app.test_client().get("/texts/sv.json").get_json()["texts"]
    assert sorted(told - set(known)) == []


def test_nothing_is_translated_that_is_no_longer_used(catalogue: Catalog) -> None:
    texts = used()
    assert [key for message in catalogue if (key := _key(message)) and key not in texts] == []


def test_a_translation_keeps_the_places_for_values(catalogue: Catalog) -> None:
    for message in catalogue:
        wanted = set(re.findall(r"%\(\w+\)[sd]", _key(message)))
        for text in _texts(message):
            assert set(re.findall(r"%\(\w+\)[sd]", text)) <= wanted | {"%(num)s", "%(num)d"}, text
        assert not wanted - set(re.findall(r"%\(\w+\)[sd]", _texts(message)[-1])), _key(message)


def test_no_translation_is_doubtful_or_left_in_english(catalogue: Catalog) -> None:
    for message in catalogue:
        assert not message.fuzzy or not message.id, _key(message)
        words = re.findall(r"[^\W\d_]{2,}", re.sub(r"%\(\w+\)s", "", _key(message)))
        if len(words) >= 3:
            assert _texts(message)[0] != _key(message)


def test_the_compiled_catalogue_is_the_translated_one(catalogue: Catalog) -> None:
    compiled = read_mo(BytesIO((FOLDER / "messages.mo").read_bytes()))
    assert {_key(message): _texts(message) for message in compiled if message.id} == {
        _key(message): _texts(message) for message in catalogue if message.id and any(_texts(message))
    }


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)
