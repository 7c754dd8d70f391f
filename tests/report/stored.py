"""Golden files of text: compared byte by byte, written anew with ``pytest --update-golden``."""

from __future__ import annotations

from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")


def compare(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Compare a text with the golden file of this name, or store it."""
    file = GOLDEN / name
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    assert file.exists(), f"{name}: nothing stored yet; run pytest --update-golden"
    assert text == file.read_bytes().decode("utf-8"), f"{name} differs: look, then run pytest --update-golden"
