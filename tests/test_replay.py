"""An unchanged tree answers with what was printed before; anything that could change the answer makes a fresh run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import git, write

from mlopslint.replay import key

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="this system starts no process that way")


def scan(folder, *arguments, **env):
    run = subprocess.run(
        [sys.executable, "-m", "mlopslint", "scan", str(folder), "-f", "json", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
    )
    return run.returncode, run.stdout.partition('"statistics"')[0], run.stderr


@pytest.fixture
def folder(make_repo):
    made = make_repo({"a.py": "x = 1\n", "sub/b.py": "y = 2\n", ".gitignore": "*.log\n"})
    for path in made.rglob("*.*"):
        if ".git" not in path.parts:
            os.utime(
                path, (1_700_000_000, 1_700_000_000)
            )  # older than the index, as in any tree that was not just made
    git(made, "update-index", "--refresh")
    return made


def state(folder, *arguments):
    return key(["scan", str(folder), "-f", "json", *arguments])


def test_a_replayed_answer_is_the_answer(folder):
    first = scan(folder)
    assert state(folder) is not None
    assert scan(folder) == first
    failing = scan(folder, "--fail-under", "99")
    assert failing[0] == 1 and scan(folder, "--fail-under", "99") == failing


CHANGES = {
    "a changed file": lambda f: (f / "a.py").write_text("x = 2\n"),
    "a file of the same size": lambda f: (f / "a.py").write_text("x = 3\n"),
    "a new file": lambda f: write(f, {"new.py": "z = 1\n"}),
    "a deleted file": lambda f: (f / "a.py").unlink(),
    "a configuration that git ignores": lambda f: write(
        f, {"mlopslint.toml": "model = 'google'\n", ".git/info/exclude": "mlopslint.toml\n"}
    ),
    "a tag": lambda f: git(f, "tag", "v1.0"),
    "a commit": lambda f: git(f, "commit", "-q", "--allow-empty", "-m", "second"),
    "a branch": lambda f: git(f, "checkout", "-q", "-b", "other"),
    "a remote": lambda f: git(f, "remote", "add", "origin", "https://github.com/o/r.git"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(folder, name):
    before = state(folder)
    assert before is not None
    CHANGES[name](folder)
    assert state(folder) != before


@pytest.mark.parametrize(
    "arguments", [["-o", "x.html"], ["--baseline", "b.json"], ["--rev", "HEAD"], ["--staged"], ["--no-cache"]]
)
def test_runs_with_other_inputs_or_outputs_are_never_replayed(folder, arguments):
    assert state(folder, *arguments) is None


def test_what_is_not_a_plain_work_tree_is_never_replayed(tmp_path, folder):
    assert key(["scan", str(tmp_path)]) is None
    assert key(["rules"]) is None
    write(folder, {"mlopslint.toml": "[gate]\nratchet = true\n", ".git/info/exclude": "mlopslint.toml\n"})
    assert state(folder) is None
    (folder / ".git/index").write_bytes(b"DIRC\0\0\0\4")
    assert state(folder) is None
