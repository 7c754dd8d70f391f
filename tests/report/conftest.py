"""Golden files: compared as they are, written anew with ``--update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")


def pytest_addoption(parser: pytest.Parser) -> None:
    with suppress(ValueError):  # known already
        parser.addoption("--update-golden", action="store_true", default=False, help="Write the golden files anew.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a golden file, byte by byte."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text.encode("utf-8"))
        assert file.exists(), f"no {name}: run pytest --update-golden"
        assert text == file.read_bytes().decode("utf-8"), f"{name} differs: look, then run pytest --update-golden"

    return compare
