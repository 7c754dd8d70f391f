"""The command line as its users call it: output, exit codes, gates, configuration errors."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import FIXTURES, git, write

# copies, as the configuration of this project would count for folders inside it
COPIES = Path(tempfile.mkdtemp(prefix="mlopslint-tests-"))
atexit.register(shutil.rmtree, COPIES, ignore_errors=True)
LEVEL1, LEVEL2 = (Path(shutil.copytree(FIXTURES / "levels" / name, COPIES / name)) for name in ("level1", "level2"))


def run(*arguments: str, cwd=None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=120,
        encoding="utf-8",
    )


def scan(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return run("scan", str(LEVEL1), *arguments, **options)


def test_the_terminal_fits_one_screen_and_says_what_to_do():
    out = scan(COLUMNS="100").stdout
    assert len(out.splitlines()) <= 42 and max(map(len, out.splitlines())) <= 100
    for part in ("Level 1 of 4", "Next steps", "explain"):
        assert part in out
    assert "\x1b[" not in out


def test_verbose_shows_every_practice_with_its_evidence():
    out = scan("--verbose").stdout
    for code in ("STR001", "DAT004", "MAT003"):
        assert code in out
    assert "pyproject.toml:" in out


def test_colour_follows_the_environment():
    assert "\x1b[" in scan(FORCE_COLOR="1").stdout
    assert "\x1b[" not in scan(FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in scan("--no-color", FORCE_COLOR="1").stdout


@pytest.mark.parametrize("format_", ["json", "markdown", "html", "csv", "terminal"])
def test_every_format_on_standard_output(format_):
    result = scan("-f", format_)
    assert result.returncode == 0 and result.stdout and not result.stderr


def test_many_outputs_in_one_run(tmp_path):
    files = [tmp_path / name for name in ("a.html", "a.md", "a.json", "a.csv")]
    result = scan("-q", *[part for file in files for part in ("-o", str(file))])
    assert result.returncode == 0 and not result.stdout
    assert json.loads(files[2].read_text(encoding="utf-8"))["assessment"]["level"] == 1
    assert all(file.stat().st_size > 500 for file in files)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--fail-under", "99"], "is below 99"),
        (["--min-level", "2"], "level 1 is below 2"),
        (["--gate", "MON=90"], "category MON has"),
    ],
)
def test_gates_fail_with_the_reason_on_the_last_line(arguments, line):
    result = scan("-q", *arguments)
    assert result.returncode == 1 and line in result.stderr.splitlines()[-1]
    assert scan("-q", "--exit-zero", *arguments).returncode == 0


def test_gates_that_are_met_say_nothing():
    result = scan("-q", "--fail-under", "10", "--min-level", "1", "--gate", "COL=10")
    assert (result.returncode, result.stderr) == (0, "")


def test_the_baseline_only_gets_stricter(tmp_path):
    baseline = tmp_path / "baseline.json"
    missing = scan("-q", "--baseline", str(baseline))
    assert missing.returncode == 2 and "no such file" in missing.stderr
    assert run("scan", str(LEVEL2), "-q", "--baseline", str(baseline), "--update-baseline").returncode == 0
    stored = baseline.read_text()
    assert '"line"' not in stored and "src/" not in stored
    worse = scan("-q", "--baseline", str(baseline))
    assert worse.returncode == 1 and "step backwards in EXP001: was pass, is fail" in worse.stderr
    assert scan("-q", "--baseline", str(baseline), "--update-baseline").returncode == 1
    assert baseline.read_text() == stored
    assert scan("-q", "--baseline", str(baseline), "--update-baseline", "--allow-lower").returncode == 0
    assert scan("-q", "--baseline", str(baseline)).returncode == 0
    assert run("scan", str(LEVEL2), "-q", "--baseline", str(baseline)).returncode == 0
    baseline.write_text("{}")
    assert scan("-q", "--baseline", str(baseline)).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["scan", "/no/such/place"], "does not exist"),
        (["scan", ".", "-f", "jsno"], "did you mean 'json'"),
        (["scan", ".", "-o", "x.docx"], "the suffix chooses the format"),
        (["scan", ".", "--gate", "DAT"], "CATEGORY=SCORE"),
        (["scan", ".", "--gate", "DTA=5"], "did you mean 'DAT'"),
        (["scan", ".", "--model", "microsft"], "did you mean 'microsoft'"),
        (["scan", ".", "--rev", "nope"], "no such commit"),
        (["scna", "."], "did you mean 'scan'"),
        (["explain", "EXP01"], "did you mean 'EXP001'"),
        (["scan", ".", "--config", "none.toml"], "none.toml"),
        (["scan", "--nope"], "No such option"),
    ],
)
def test_wrong_usage_is_two_and_one_clear_line(arguments, line, make_repo):
    result = run(*arguments, cwd=make_repo({"a.py": "x = 1\n"}))
    assert result.returncode == 2, result.stderr
    assert line in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ("modle = 'x'", "unknown key 'modle'; did you mean 'model'"),
        ("[gate]\nscroe = 5", "unknown key 'scroe'; did you mean 'score'"),
        ("ignore = ['NOPE']", "no rule begins with 'NOPE'"),
        ("rubric = '1999.1'", "this release has"),
        ("[[waive]]\nrule = 'DEP03'\nreason = 'x'", "did you mean 'DEP003'"),
        ("[target]\nlevel = 2\nby = 'soon'", "not a date"),
        ("[gate.categories]\nDTA = 5", "did you mean 'DAT'"),
        ("a = [", "cannot be read"),
        ("rules = ['nowhere']", "no such folder"),
    ],
)
def test_a_wrong_configuration_names_the_nearest(config, line, make_repo):
    result = run("scan", ".", cwd=make_repo({"mlopslint.toml": config}))
    assert result.returncode == 2 and line in result.stderr, result.stderr


def test_the_nearest_configuration_upward_wins(make_repo):
    folder = make_repo(
        {
            "mlopslint.toml": "[gate]\nscore = 99\n",
            "inner/pyproject.toml": "[tool.mlopslint.gate]\nscore = 1\n",
            "inner/a.py": "x = 1\n",
        }
    )
    assert run("scan", "-q", ".", cwd=folder).returncode == 1
    assert run("scan", "-q", "inner", cwd=folder).returncode == 0


def test_configuration_may_be_yaml(make_repo):
    folder = make_repo({".mlopslint.yaml": "gate:\n  score: 99\ntarget:\n  level: 3\n  by: 2027-03-31\n"})
    assert run("scan", "-q", ".", cwd=folder).returncode == 1
    assert json.loads(run("scan", ".", "-f", "json", "--exit-zero", cwd=folder).stdout)["assessment"]["target"] == {
        "level": 3,
        "by": "2027-03-31",
        "met": False,
    }


def test_revisions_and_the_index(make_repo):
    folder = make_repo({"a.py": "x = 1\n"})
    write(folder, {"LICENSE": "MIT License\n"})
    git(folder, "add", "LICENSE")

    def status(*arguments: str) -> str:
        practices = json.loads(run("scan", ".", "-f", "json", *arguments, cwd=folder).stdout)["assessment"]["practices"]
        return next(p["status"] for p in practices if p["code"] == "STR009")

    assert (status(), status("--staged"), status("--rev", "HEAD")) == ("pass", "pass", "fail")


def test_what_moved_since_the_commit_at_which_a_branch_left_another(make_repo):
    folder = make_repo({"train.py": "import torch\n", "README.md": "# Churn\n"})
    git(folder, "checkout", "-q", "-b", "topic")
    write(folder, {"LICENSE": (FIXTURES.parent / "LICENSE").read_text(encoding="utf-8")})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "licence")
    git(folder, "checkout", "-q", "main")
    write(folder, {"CONTRIBUTING.md": "# Contributing\n\nRun the tests, then send a change.\n"})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "what main did since is not the branch's doing")
    git(folder, "checkout", "-q", "topic")
    found = json.loads(run("scan", str(folder), "--against", "main", "-f", "json").stdout)["delta"]
    assert found["before"]["revision"] == git(folder, "rev-parse", "main~1")
    assert [(c["code"], c["before"], c["after"], c["cause"]) for c in found["changes"]] == [
        ("STR009", "fail", "pass", "code")
    ]
    text = run("scan", str(folder), "--against", "main").stdout
    assert "Since " in text and "STR009" in text and "missing → in place" in text
    assert (
        run("scan", str(folder), "--against", "mian").stderr
        == "mlopslint: --against mian: no such commit in this repository\n"
    )


def test_roadmap_lists_the_steps_to_a_level():
    result = run("roadmap", str(LEVEL1), "--to", "2", "-f", "json")
    content = json.loads(result.stdout)
    assert content["to"] == 2 and content["steps"] and all(step["level"] <= 2 for step in content["steps"])
    gains = [step["gain"] / {"S": 1, "M": 2, "L": 4}[step["effort"]] for step in content["steps"] if step["blocks"]]
    assert gains == sorted(gains, reverse=True)
    assert "```" in run("roadmap", str(LEVEL1), "-f", "markdown").stdout


def test_rules_and_explain():
    assert "EXP001" in run("rules").stdout
    rows = json.loads(run("rules", "--category", "dat", "-f", "json").stdout)
    assert sum(row.get("kind") != "lint" for row in rows) == 7
    assert {"DAT101", "DAT118"} <= {row["code"] for row in rows if row.get("kind") == "lint"}
    out = run("explain", "experiments-tracked").stdout
    for part in ("What it does", "Why it matters", "How it is detected", "How to fix it", "References", "MS2.C2"):
        assert part in out
    assert run("explain", "VER101").stdout == run("explain", "split-unseeded").stdout
    for part in ("What it does", "Why is this bad?", "Use instead", "Fix safety", "an unsafe fix"):
        assert part in run("explain", "VER101").stdout


def test_badge():
    endpoint = json.loads(run("badge", str(LEVEL1), "-f", "endpoint").stdout)
    assert endpoint == {"schemaVersion": 1, "label": "MLOps maturity", "message": "level 1 of 4", "color": "orange"}
    assert run("badge", str(LEVEL1), "--kind", "score").stdout.startswith("<svg")


def test_init_writes_what_then_counts(make_repo):
    folder = make_repo(
        {
            "pyproject.toml": "[project]\nname = 'churn'\nversion = '1'\n",
            ".pre-commit-config.yaml": "repos:\n- repo: https://github.com/psf/black\n  rev: 25.1.0\n  hooks:\n  - id: black\n",
        }
    )
    shown = run("init", "--yes", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    import yaml

    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"].rpartition("/")[2] for repo in hooks["repos"]] == ["black", "mlopslint"]
    assert yaml.safe_load((folder / ".github/workflows/mlopslint.yml").read_text())["permissions"] == {
        "contents": "read"
    }
    practices = {
        p["code"]: p["status"]
        for p in json.loads(
            run("scan", ".", "-f", "json", "--exit-zero", "--config", "pyproject.toml", cwd=folder).stdout
        )["assessment"]["practices"]
    }
    assert (practices["MAT001"], practices["MAT002"]) == ("pass", "pass")
    assert "everything is there" in run("init", "--yes", cwd=folder).stdout


def test_help_names_every_command():
    out = run("--help").stdout
    for command in ("scan", "roadmap", "rules", "explain", "init", "badge"):
        assert command in out
    assert run("--version").stdout.startswith("mlopslint ")


def test_a_closed_pipe_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "mlopslint", "scan", str(LEVEL1), "-f", "html"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.read(10)
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()
