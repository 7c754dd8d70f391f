"""The hooks, run by the real pre-commit, and the step of the GitHub action, run by bash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT

BAD = "import numpy as np\nx = np.zeros(3, dtype=np.float)\n"


def test_every_hook_names_a_command_that_exists():
    from mlopslint.cli import COMMANDS

    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        program, command, *_ = hook["entry"].split()
        assert program == "mlopslint" and command in COMMANDS


@pytest.mark.skipif(
    shutil.which("pre-commit", path=os.path.dirname(sys.executable)) is None, reason="pre-commit is not installed"
)
def test_pre_commit_stops_a_defect_and_lets_the_rest_pass(make_repo, tmp_path):
    folder = make_repo({"train.py": "x = 1\n", "notes.md": "# Notes\n"})
    # the hooks as they are published, with the program of this environment instead of a fresh installation
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        hook["language"] = "system"
        hook["entry"] = f"{sys.executable} -m {hook['entry']}"
        hook.pop("minimum_pre_commit_version", None)
    hooks[2]["entry"] += " --fail-under 99"
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "MLOPSLINT_CACHE_DIR": str(tmp_path / "cache"),
    }

    def run(hook):
        program = os.path.join(os.path.dirname(sys.executable), "pre-commit")
        return subprocess.run([program, "run", hook], cwd=folder, env=environment, capture_output=True, text=True)

    (folder / "train.py").write_text(BAD)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    failed = run("mlopslint")
    assert failed.returncode == 1 and "train.py:2:23: MDL114" in failed.stdout, failed.stdout
    fixing = run("mlopslint-fix")
    assert fixing.returncode == 1 and "files were modified by this hook" in fixing.stdout
    assert (folder / "train.py").read_text() == BAD.replace("np.float", "float")
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    assert run("mlopslint").returncode == 0
    gate = run("mlopslint-project")
    assert gate.returncode == 1 and "gate: score" in gate.stdout


def test_the_step_of_the_action_writes_summary_outputs_and_sarif(make_repo, tmp_path):
    folder = make_repo({"train.py": BAD})
    for name in ("summary", "output"):
        (tmp_path / name).touch()
    bin_ = tmp_path / "mlopslint" / "bin"
    bin_.mkdir(parents=True)
    (bin_ / "mlopslint").write_text(f'#!/bin/sh\nexec {sys.executable} -m mlopslint "$@"\n')
    (bin_ / "mlopslint").chmod(0o755)
    environment = {
        **os.environ, "RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"), "TARGET": ".", "SARIF": "out.sarif", "UNDER": "", "LEVEL": "", "LINT": "true",
        "ON": "error", "MORE": "", "MLOPSLINT_CACHE_DIR": str(tmp_path / "cache"),
    }  # fmt: skip
    script = str(ROOT / ".github" / "action.sh")

    def step(**changes):
        return subprocess.run(
            ["bash", script], cwd=folder, env={**environment, **changes}, capture_output=True, text=True
        )

    run = step()
    assert run.returncode == 1, run.stderr
    assert "::error file=train.py,line=2" in run.stdout
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert float(outputs["score"]) < 60 and outputs["level"] == "0" and int(outputs["findings"]) >= 1
    assert "mlopslint" in (tmp_path / "summary").read_text().lower()
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"
    assert step(ON="never").returncode == 0
    assert step(ON="never", UNDER="99").returncode == 1


def test_the_action_and_the_templates_are_well_formed():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{ inputs." not in step["run"], "inputs reach the shell through env"
    assert {"score", "level", "findings", "sarif"} <= set(action["outputs"])
    gitlab = yaml.safe_load((ROOT / "templates" / "gitlab.yml").read_text())
    assert set(gitlab["mlopslint"]["artifacts"]["reports"]) == {"codequality", "junit"}
    azure = yaml.safe_load((ROOT / "templates" / "azure-pipelines.yml").read_text())
    assert any("mlopslint scan" in str(step.get("script")) for step in azure["steps"])
