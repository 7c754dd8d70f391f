"""Repositories with a past: levels reached quarter by quarter."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import FIXTURES, git


def commit(folder: Path, day: str, message: str) -> str:
    git(folder, "add", "-A", "-f")
    at = f"{day}T12:00:00Z"
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", *identity, "commit", "-q", "--allow-empty", "-m", message],
        cwd=folder, check=True, env={**os.environ, "GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at},
    )  # fmt: skip
    return git(folder, "rev-parse", "HEAD")


def become(folder: Path, level: int) -> None:
    """The work tree as the fixture of this level has it."""
    for item in folder.iterdir():
        if item.name != ".git":
            shutil.rmtree(item) if item.is_dir() else item.unlink()
    shutil.copytree(FIXTURES / "levels" / f"level{level}", folder, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def story(tmp_path_factory) -> Path:
    """Levels 0 to 3 in four quarters, with commits in between that change nothing."""
    folder = tmp_path_factory.mktemp("story") / "churn"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for level, day in enumerate(("2025-02-10", "2025-05-10", "2025-08-10", "2025-11-10")):
        become(folder, level)
        commit(folder, day, f"Level {level}")
        for n in range(3):
            (folder / "NOTES.md").write_text(f"{level} {n}\n", encoding="utf-8")
            commit(folder, day[:8] + str(20 + n), f"note {n}")
    return folder
