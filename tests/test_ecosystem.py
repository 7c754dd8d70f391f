"""The ecosystem check: what is stored of real repositories is whole, and a difference is told."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from mlopslint.lint import engine
from mlopslint.rules import load

SCRIPT = ROOT / "benchmarks" / "ecosystem.py"
STORED = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
spec = importlib.util.spec_from_file_location("ecosystem", SCRIPT)
assert spec and spec.loader
ecosystem = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ecosystem)


@pytest.mark.parametrize("name", STORED)
def test_what_is_stored_has_a_verdict_of_every_practice_and_no_code(name: str):
    stored = STORED[name]
    assert re.fullmatch(r"[0-9a-f]{40}", stored["commit"])
    assert sorted(ecosystem.statuses(stored)) == sorted(practice.code for practice in load().practices)
    assert set(stored["findings"]) <= set(engine.codes())
    assert set(stored) == {"commit", "score", "level", "profile", "verdicts", "findings"}


def test_a_repository_that_reads_otherwise_is_told(tmp_path: Path):
    corpus = tmp_path / "corpus"
    clone = corpus / "me+mine"
    clone.mkdir(parents=True)
    (clone / "train.py").write_text("from sklearn.model_selection import train_test_split\n\ntrain_test_split(x, y)\n")
    git = ["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run([*git, *step], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    report = ecosystem.scan(ROOT, ecosystem.clone(corpus, "me/mine"), head, str(tmp_path / "cache"))
    now = ecosystem.summary(report)
    assert ecosystem.moved(now, now) == [] and now["findings"]["VER101"] == 1
    before = {
        **now,
        "score": 1.0,
        "verdicts": {"pass": "TST001", "fail": now["verdicts"]["fail"].replace("TST001 ", "")},
        "findings": {},
    }
    rows = ecosystem.moved(before, now)
    assert "TST001 pass → fail" in rows and "VER101 findings 0 → 1" in rows and rows[0].startswith("score 1.0 → ")
    text = ecosystem.markdown("a → b", {"me/mine": rows, "you/yours": []}, ["x/y: no clone"], 2)
    assert "2 repositories compared, 1 read otherwise." in text and "- not compared: x/y: no clone" in text


def test_a_repository_that_is_not_there_is_said(tmp_path: Path):
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), "--only", "openai/whisper"], capture_output=True, text=True
    )
    assert run.returncode == 0 and "not compared: openai/whisper: no clone" in run.stdout
