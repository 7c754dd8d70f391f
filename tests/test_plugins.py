"""Rules and reporters of other packages, found by their entry points."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

MODULE = '''
import ast
from mlopslint.lint.base import PythonRule

class NoEval(PythonRule):
    """A call of eval."""
    code = "ACM101"
    name = "no-eval"
    calls = ("eval",)
    def check(self, node, name, at):
        if name == "eval":
            yield at.problem(node, "eval runs what it is given")

def shout(report):
    return f"SCORE {report.assessment.score}\\n"
'''


@pytest.fixture
def run(tmp_path):
    site = tmp_path / "site-packages"
    info = site / "acme_rules-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_rules.py").write_text(MODULE)
    points = info / "entry_points.txt"
    points.write_text(
        "[mlopslint.rules]\nno-eval = acme_rules:NoEval\n\n[mlopslint.reporters]\nshout = acme_rules:shout\n"
    )
    (tmp_path / "a.py").write_text("eval('1')\n")

    def call(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(site), "MLOPSLINT_CACHE_DIR": str(tmp_path / "cache")}
        return subprocess.run(
            [sys.executable, "-m", "mlopslint", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

    call.points = points
    return call


def test_a_rule_of_another_package_is_run_selected_and_explained(run):
    found = json.loads(run("lint", "a.py", "-f", "json").stdout)["findings"]
    assert [(item["code"], item["name"], item["line"]) for item in found] == [("ACM101", "no-eval", 1)]
    assert run("lint", "a.py", "--ignore", "ACM101").returncode == 0
    assert "A call of eval" in run("explain", "ACM101").stdout
    assert "ACM101" in run("rules").stdout


def test_a_reporter_of_another_package_is_a_format(run):
    assert run("scan", ".", "-f", "shout").stdout.startswith("SCORE ")
    assert "no format 'shuot'" in run("scan", ".", "-f", "shuot").stderr


def test_a_plugin_that_cannot_be_loaded_is_one_clear_line(run):
    run.points.write_text("[mlopslint.rules]\nbroken = nowhere:Rule\n")
    failed = run("lint", "a.py", "--no-cache")
    assert failed.returncode == 2 and "plugin broken (acme_rules-1.0.dist-info)" in failed.stderr
    assert "Traceback" not in failed.stderr
