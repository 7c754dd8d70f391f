"""Which formats there are, and what they cost to load."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
import sample

from mlopslint.errors import MlopslintError
from mlopslint.report import RENDERERS, by_suffix, render


@pytest.mark.parametrize("format_", list(RENDERERS))
def test_every_format_renders_the_same_twice(format_: str) -> None:
    module, function = RENDERERS[format_]
    assert callable(getattr(import_module(module), function))
    assert render(sample.report(), format_) == render(sample.report(), format_) != ""


@pytest.mark.parametrize(
    ("path", "format_"),
    [("a/b.HTML", "html"), ("x.md", "markdown"), ("r.json", "json"), ("r.v2.csv", "csv")],
)
def test_the_suffix_chooses(path: str, format_: str) -> None:
    assert by_suffix(path) == format_


@pytest.mark.parametrize("path", ["report", "report.pdf", "out.d/report", "x.", ".json/"])
def test_an_unknown_suffix_names_the_formats(path: str) -> None:
    with pytest.raises(MlopslintError, match=r"\.json \(json\)"):
        by_suffix(path)


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(MlopslintError, match="markdown"):
        render(sample.report(), "markdwn")


def test_nothing_heavy_is_loaded_unasked() -> None:
    code = (
        "import sys, mlopslint.report, mlopslint.report.markdown, mlopslint.report.terminal\n"
        "print([name for name in ('jinja2', 'rich', 'jsonschema') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
