"""Rules for every source file: short, with nothing inline, nothing from elsewhere, and no bare text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = {".venv", ".git", "migrations", "translations", "node_modules", "build", "var"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CLASSES = re.compile(r"{% block (?:width|body_class) %}.*?{% endblock %}")
"""Blocks that hold names of CSS classes."""
ATTRIBUTES = re.compile(r"{% macro [^%]*%}(?:(?!{% endmacro)[^<])*{% endmacro %}")
"""Macros that write attributes or classes into a tag and no text."""
JINJA = re.compile(r"{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
LIBRARY = re.compile(r"vendor/|\.min\.")
"""Files of other projects, served from here as they are."""


def sources(*endings: str) -> list[Path]:
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.suffix in endings
        and path.is_file()
        and LEFT_OUT.isdisjoint(path.relative_to(ROOT).parts)
        and not LIBRARY.search(path.relative_to(ROOT).as_posix())
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_check() -> None:
    assert len(TEMPLATES) > 10
    assert len(sources(".py")) > 100


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(".py", ".js", ".html", ".css")
    }
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_nothing_is_named_utils() -> None:
    assert [name(path) for path in sources(".py") if path.stem in ("utils", "util", "helpers", "misc", "common")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", JINJA.sub("", text))
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text
    for attributes, content in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert 'type="application/json"' in attributes or ("src=" in attributes and not content.strip()), attributes


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_fetches_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href|action|data)\s*=\s*[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_form_that_writes_carries_the_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    macros = re.findall(r"{% macro (\w+)\((?:(?!{% endmacro).)*?csrf\(\)", text, re.DOTALL)
    token = re.compile("|".join(["csrf", "hidden_tag", *(rf"{macro}\(" for macro in macros)]))
    for attributes, content in re.findall(r"<form\b(.*?)>(.*?)</form>", text, re.DOTALL):
        if re.search(r"method\s*=\s*[\"']post", attributes, re.IGNORECASE):
            assert token.search(content), f"no token: {attributes}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = JINJA.sub(" ", ATTRIBUTES.sub("", CLASSES.sub("", text)))
    for value in re.findall(r"\b(?:title|alt|placeholder|aria-label)\s*=\s*\"([^\"]*)\"", shown):
        assert not re.search(r"[^\W\d_]", value), f"not translated: {value}"
    plain = re.sub(r"<script\b.*?</script>|<[^>]*>|&[a-z]+;", " ", shown, flags=re.DOTALL)
    assert re.findall(r"[^\W\d_]{2,}", plain) == []


def test_scripts_and_styles_fetch_nothing_from_elsewhere() -> None:
    for path in sources(".js", ".css"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", text), name(path)
        assert not re.search(r"\beval\(|new Function\(|innerHTML|document\.write", text), name(path)
