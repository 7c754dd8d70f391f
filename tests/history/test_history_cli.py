"""``mlopslint history`` as its users call it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from conftest import git, write


def history(*arguments: str, store, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", "history", *arguments],
        capture_output=True, text=True, encoding="utf-8", input=stdin, env={**os.environ, "MLOPSLINT_STORE": str(store)},
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return tmp_path / "folder" / "history.sqlite"


@pytest.fixture
def repo(make_repo):
    folder = make_repo({"train.py": "import torch\n", "README.md": "# Churn\n"}, name="churn")
    write(folder, {"LICENSE": "Apache License\nVersion 2.0\n"})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "licence")
    return folder


def test_from_recording_to_pruning(repo, store, tmp_path):
    first = history("record", str(repo), "--rev", "HEAD~1", store=store)
    assert first.returncode == 0 and first.stdout.startswith("recorded churn ")
    write(repo, {"train.py": "import torch, pickle\n"})  # what is not committed does not count
    assert history("record", str(repo), "--team", "risk", store=store).stdout.startswith("recorded churn ")
    assert "is recorded already" in history("record", str(repo), store=store).stdout
    listed = history("list", store=store).stdout
    assert listed.startswith("churn") and listed.count("level 0") == 2 and "+" in listed
    rows = json.loads(history("list", "-f", "json", store=store).stdout)
    assert [row["team"] for row in rows] == [None, "risk"]
    assert [r["revision"] for r in csv.DictReader(io.StringIO(history("list", "-f", "csv", store=store).stdout))] == [
        row["revision"] for row in rows
    ]
    shown = history("show", "churn", "--rev", rows[0]["revision"][:8], "-f", "json", store=store)
    assert json.loads(shown.stdout)["repository"]["revision"] == rows[0]["revision"]
    page = tmp_path / "p.html"
    assert history("show", "churn", "-o", str(page), store=store).returncode == 0 and "<html" in page.read_text("utf-8")
    lines = history("export", store=store).stdout.splitlines()
    assert [json.loads(line)["report"]["assessment"]["score"] for line in lines] == [row["score"] for row in rows]
    assert (
        history("prune", "--keep-last", "1", "--dry-run", store=store).stdout
        == "would remove 1 of 2 results of 1 repository\n"
    )
    assert history("prune", "--keep-last", "1", store=store).stdout == "removed 1 of 2 results of 1 repository\n"
    assert json.loads(history("list", "-f", "json", store=store).stdout) == rows[1:]
    assert history("prune", "--before", "2100", store=store).stdout == "removed 1 of 1 results of 1 repository\n"
    assert history("list", store=store).stdout == "nothing is recorded\n"


def test_a_result_file_is_recorded_as_well(repo, store, tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "mlopslint", "scan", str(repo), "-f", "json"], capture_output=True, text=True, check=True
    ).stdout
    (tmp_path / "r.json").write_text(made, encoding="utf-8")
    assert "recorded churn" in history("record", str(tmp_path / "r.json"), store=store).stdout
    assert "recorded already" in history("record", "-", store=store, stdin=made).stdout


def test_commits_that_a_rewrite_took_away_are_said_and_stay(repo, store):
    history("record", str(repo), store=store)
    git(repo, "commit", "-q", "--amend", "-m", "other words")
    git(repo, "reflog", "expire", "--expire=now", "--all")
    git(repo, "gc", "-q", "--prune=now")
    out = history("record", str(repo), store=store)
    assert out.returncode == 0 and "1 of 2 recorded commits are not in this repository any more" in out.stderr
    assert len(json.loads(history("list", "-f", "json", store=store).stdout)) == 2


def test_a_clock_that_runs_ahead_is_said(repo, store):
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "later"],
        cwd=repo, check=True, env={**os.environ, "GIT_COMMITTER_DATE": "2090-01-01T00:00:00Z"},
    )  # fmt: skip
    assert "2090-01-01T00:00:00Z, in the future" in history("record", str(repo), store=store).stderr


def test_another_rubric_is_never_compared(repo, store):
    made = json.loads(
        subprocess.run(
            [sys.executable, "-m", "mlopslint", "scan", str(repo), "-f", "json"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    history("record", str(repo), "--rev", "HEAD~1", store=store)
    made["assessment"]["rubric"] = "2027.1"
    history("record", "-", store=store, stdin=json.dumps(made))
    assert "rubric 2026.4 → 2027.1: not comparable" in history("list", store=store).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "fraud"], "fraud: nothing is recorded of it"),
        (["show", "churn", "--at", "2001"], "churn: nothing is recorded up to 2001"),
        (["prune"], "prune needs --keep-last N or --before DATE"),
        (["list", "--since", "soon"], "--since soon: not a date"),
        (["record", "/no/such/folder"], "/no/such/folder: does not exist"),
        (["record", "/no/such.json"], "/no/such.json: No such file or directory"),
    ],
)
def test_wrong_usage_is_two_and_one_clear_line(arguments, told, repo, store):
    history("record", str(repo), store=store)
    out = history(*arguments, store=store)
    assert out.returncode == 2 and told in out.stderr and out.stderr.count("\n") == 1


def test_a_folder_without_git_has_no_history(tmp_path, store):
    write(tmp_path / "plain", {"a.py": "x = 1\n"})
    out = history("record", str(tmp_path / "plain"), store=store)
    assert out.returncode == 2 and "history is by commit" in out.stderr


def test_what_is_no_result_is_refused(store):
    out = history("record", "-", store=store, stdin='{"a": 1}')
    assert out.returncode == 2 and "not a result of `mlopslint scan -f json`" in out.stderr and not store.exists()
