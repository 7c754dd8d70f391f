"""Shared helpers of the tests: small git repositories on the fly, and stored results that one option refreshes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["browsers", "databases", "stories"]

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="store the present results as the expected ones")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["MLOPSLINT_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, Any], None]:
    """Compare a value with what is stored in a JSON file, or store it."""

    def compare(path: Path, value: Any) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        assert path.exists(), f"{path.name}: nothing stored yet; run pytest --update-golden"
        assert value == json.loads(path.read_text(encoding="utf-8"))

    return compare


def git(folder: Path, *arguments: str) -> str:
    identity = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.com",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
    ]
    run = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Path]:
    """A git repository with these files (text or bytes), committed."""

    def make(files: dict[str, str | bytes], name: str = "repo", commit: bool = True) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        git(folder, "init", "-q", "-b", "main")
        write(folder, files)
        if commit:
            git(folder, "add", "-A", "-f")
            git(folder, "commit", "-q", "--allow-empty", "-m", "first")
        return folder

    return make


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(content, encoding="utf-8")
