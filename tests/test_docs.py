"""The documentation builds, whole: every rule has its page with every section, every command and setting is in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytest.importorskip("mkdocs", reason="mkdocs is not installed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return folder


def test_every_practice_has_its_page_with_every_section(built: Path) -> None:
    from mlopslint.rules import load

    for practice in load().practices:
        text = (built / "practices" / practice.code / "index.html").read_text(encoding="utf-8")
        for section in ("what-it-does", "why-it-matters", "how-it-is-detected", "how-to-fix-it"):
            assert f'id="{section}"' in text, (practice.code, section)


def test_every_check_has_its_page_with_every_section(built: Path) -> None:
    from mlopslint.lint.engine import rules

    for rule in rules():
        text = (built / "checks" / rule.code / "index.html").read_text(encoding="utf-8")
        titles = re.findall(r"<h2[^>]*>(.*?)<a", text)
        for section in ("What it does", "Why is this bad?", "Example"):
            assert any(section in title for title in titles), (rule.code, section, titles)


def test_every_command_and_setting_is_told(built: Path) -> None:
    import msgspec

    from mlopslint.cli import COMMANDS
    from mlopslint.config import Config

    commands = (built / "commands" / "index.html").read_text(encoding="utf-8")
    assert all(f'id="{name}"' in commands for name in COMMANDS)
    settings = (built / "configuration" / "index.html").read_text(encoding="utf-8")
    _, components = msgspec.json.schema_components([Config])
    for name, shape in components.items():
        for key, value in shape["properties"].items():
            assert value.get("description"), (name, key)
            assert f"<code>{key}</code>" in settings, (name, key)


def test_every_model_shows_what_answers_each_item(built: Path) -> None:
    from mlopslint.rules import load

    for model in load().models:
        text = (built / "models" / model.name / "index.html").read_text(encoding="utf-8")
        assert all(f"<td>{item.id}</td>" in text for item in model.items)


def test_pages_ask_nobody_else_for_anything(built: Path) -> None:
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe)[^>]+src=[\"']?https?:", text), page
        assert not re.search(r"<link[^>]+rel=[\"']?(?:stylesheet|preconnect)[^>]+https?:", text), page
