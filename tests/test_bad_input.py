"""Hostile and broken input: a clear line in ``errors``, never a traceback, and nothing else is lost."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import git

from mlopslint import Config, review

GOOD = {"good.py": "import torch\n\ntorch.manual_seed(1)\n"}
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)

BAD: dict[str, tuple[str, bytes]] = {
    "binary as Python": ("bad.py", bytes(range(256)) * 40),
    "NUL bytes": ("bad.py", b"x = 1\0\n"),
    "broken syntax": ("bad.py", b"def (:\n"),
    "Python 2": ("bad.py", b"print 'hello'\n"),
    "deep Python": ("bad.py", b"x = " + b"(" * 5000 + b")" * 5000),
    "long sum": ("bad.py", b"x = " + b"+".join([b"1"] * 20000)),
    "100 MB of JSON": ("bad.json", b'{"a": "' + b"x" * 100_000_000 + b'"}'),
    "deep JSON": ("bad.json", b"[" * 100_000),
    "alias bomb": ("bad.yaml", BOMB.encode()),
    "deep YAML": ("bad.yaml", b"[" * 20_000),
    "wrong notebook": ("bad.ipynb", b'{"nbformat": 7, "cells": 3}'),
    "no notebook": ("bad.ipynb", b"[1, 2"),
    "duplicate keys": ("pyproject.toml", b"[project]\nname = 'a'\nname = 'b'\n"),
    "half a character": ("bad.py", b"x = open('\\udcff.csv')\n"),
    "odd encoding": ("bad.md", "# Über".encode("utf-16")),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_cost_only_themselves(make_repo, name):
    path, data = BAD[name]
    folder = make_repo(GOOD)
    (folder / path).write_bytes(data)
    report = review(str(folder), config=Config(), use_cache=False)
    assert any(use.name == "PyTorch" for use in report.inventory.technologies)
    for error in report.errors:
        assert error.path == path and error.reason and "\n" not in error.reason
    if name not in ("odd encoding", "half a character", "long sum"):
        assert report.errors, name


def run(*arguments: str, cwd: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=120,
    )


@pytest.mark.parametrize("name", ["broken syntax", "alias bomb", "duplicate keys"])
def test_the_command_line_shows_no_traceback(make_repo, name):
    path, data = BAD[name]
    folder = make_repo(GOOD)
    (folder / path).write_bytes(data)
    result = run("scan", str(folder), "-f", "json")
    assert "Traceback" not in result.stderr
    assert result.returncode == 0 and path in result.stdout


def test_a_hostile_repository_is_never_imported(make_repo, tmp_path):
    marker = tmp_path / "ran"
    evil = f"open({str(marker)!r}, 'w')\n"
    folder = make_repo(
        {
            "setup.py": evil,
            "conftest.py": evil,
            "sitecustomize.py": evil,
            "yaml.py": evil,
            "click.py": evil,
            "mlopslint.toml": "",
        }
    )
    result = run("scan", ".", cwd=str(folder))
    assert result.returncode == 0, result.stderr
    assert not marker.exists()


def test_a_tree_of_links_and_odd_files_ends(make_repo):
    folder = make_repo(GOOD)
    (folder / "loop").symlink_to(folder)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.py")
    assert review(str(folder), config=Config()).inventory.files == 1


def test_an_empty_repository_has_no_score_of_its_own(make_repo):
    report = review(str(make_repo({}, commit=False)), config=Config())
    assert report.inventory.files == 0
    assert report.assessment.level == 0


def test_a_corrupt_cache_is_rebuilt_silently(make_repo, tmp_path):
    folder = make_repo(GOOD)
    cache = tmp_path / "cache"
    before = review(str(folder), config=Config(), cache_dir=str(cache))
    for file in cache.iterdir():
        file.write_bytes(b"garbage" * 100)
    after = review(str(folder), config=Config(), cache_dir=str(cache))
    assert after.assessment == before.assessment


def test_an_unwritable_cache_is_done_without(make_repo, tmp_path):
    folder = make_repo(GOOD)
    (tmp_path / "file").write_text("")
    assert review(str(folder), config=Config(), cache_dir=str(tmp_path / "file")).inventory.files == 1


def test_concurrent_runs_share_a_cache(make_repo, tmp_path):
    folder = make_repo({f"m{i}.py": f"import torch\nx = {i}\n" for i in range(40)})
    command = [sys.executable, "-m", "mlopslint", "scan", str(folder), "-f", "json", "--cache-dir", str(tmp_path / "c")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outs = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0] * 4, [err for _, err in outs]
    assert len({out.partition('"statistics"')[0] for out, _ in outs}) == 1


def test_nothing_absolute_or_secret_leaves_in_a_result(make_repo):
    folder = make_repo({**GOOD, "a.py": "token = 'ghp_" + "a8Kd03mZqPw7Xy1LrT5vNcB2hGfJ4sU6eW9o'\n"})
    git(folder, "remote", "add", "origin", "https://u:pw123456@github.com/o/r.git")
    text = run("scan", str(folder), "-f", "json").stdout
    assert str(folder) not in text and "a8Kd03mZ" not in text and "pw123456" not in text
