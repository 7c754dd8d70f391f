"""With SOURCE_DATE_EPOCH equal input gives equal bytes; without it the report says how long it took."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest


@pytest.fixture
def folder(make_repo):
    waiver = '[[waive]]\nrule = "COL001"\nreason = "internal"\nowner = "ml"\nexpires = 2020-02-01\n'
    return make_repo({"a.py": "x = 1\n", "mlopslint.toml": waiver})


def scan(folder, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlopslint", "scan", str(folder), "-f", "html", "--exit-zero", *more]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env})


def test_equal_bytes_and_the_day_that_is_asked_for(folder, tmp_path):
    january, september = {"SOURCE_DATE_EPOCH": "1577836800"}, {"SOURCE_DATE_EPOCH": "1600000000"}
    first = scan(folder, "--no-cache", **january).stdout
    assert '"seconds":0.0' in first
    for _ in range(2):  # neither the cache nor what it answers shows
        assert scan(folder, "--cache-dir", str(tmp_path / "cache"), **january).stdout == first
    late = "the waiver of COL001 expired on 2020-02-01"
    assert late not in first and late in scan(folder, "--no-cache", **september).stdout


def test_the_report_says_how_long_it_took(folder):
    assert re.search(r"1 Python\), in \d+\.\d s\. The same commit", scan(folder, "--no-cache").stdout)


def test_a_time_that_is_none_is_one_line(folder):
    run = scan(folder, SOURCE_DATE_EPOCH="soon")
    assert run.returncode == 2
    assert run.stderr == "mlopslint: SOURCE_DATE_EPOCH=soon: not a number of seconds since 1970\n"
