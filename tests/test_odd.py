"""A repository in which every file is hard to read in its own way: read whole, reported in every format, run nowhere."""

from __future__ import annotations

import json
import re
import sys
import time

import pytest
from conftest import FIXTURES, git

from mlopslint import Config, review
from mlopslint.report import FORMATS, render

sys.path.insert(0, str(FIXTURES))
import make_odd


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    make_odd.write(folder)
    for name in ("<b>bold", "::error::x"):
        (folder / f"{name}.py").write_text("import torch\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", "<script>alert('commit')</script>")
    return folder


def test_it_is_read_in_seconds_with_a_line_for_each_broken_file(odd):
    started = time.perf_counter()
    report = review(str(odd), config=Config(), use_cache=False)
    assert time.perf_counter() - started < 30
    broken = {error.path for error in report.errors}
    assert {"python/syntax_error.py", "python/nul_bytes.py", "yaml/tabs.yaml", "json/truncated.json"} <= broken
    assert all("\n" not in error.reason and "Traceback" not in error.reason for error in report.errors)
    assert not [error for error in report.errors if "could not be read" in error.reason], report.errors


def test_a_commit_reads_like_its_work_tree(odd):
    tree, commit = (review(str(odd), config=Config(), rev=rev, use_cache=False) for rev in (None, "HEAD"))
    assert tree.assessment == commit.assessment and tree.errors == commit.errors


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_holds_it(odd, format_):
    text = render(review(str(odd), config=Config()), format_)
    text.encode("utf-8")
    if format_ == "html":
        page = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)
        page = page.rpartition('<script>\n"use strict";')[0]  # the page's own; its digest is in the policy
        assert (
            page
            and "<script" not in page
            and "<b>bold" not in page
            and "onerror=alert" not in page.replace("&lt;img", "")
        )
    if format_ == "json":
        json.loads(text)
