"""Every fixture keeps its stored result; the levels fixtures are at the level that they are named after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT

from mlopslint import review
from mlopslint.config import Config
from mlopslint.report import json as json_format
from mlopslint.report import render

FAMILIES = ("levels", "ci", "pipelines", "clouds", "stacks")
FOLDERS = sorted(path for family in FAMILIES for path in (FIXTURES / family).glob("*") if path.is_dir())


def assess(folder: Path, config: Config | None = None):
    return review(str(folder), config=config or Config(), use_cache=False, jobs=1)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_stored_verdicts(folder, golden, make_repo):
    # copied out of this repository, so that its own git facts (tags, remote) do not count
    target = make_repo(
        {
            str(p.relative_to(folder)): p.read_bytes()
            for p in folder.rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        }
    )
    report = assess(target)
    assessment = report.assessment
    value = {
        "level": assessment.level,
        "score": assessment.score,
        "practices": {v.code: [v.status, v.rung] for v in assessment.practices},
        "models": {m.name: [m.level, m.score] for m in assessment.models},
        "technologies": sorted(f"{use.kind}: {use.name} ({use.rung})" for use in report.inventory.technologies),
        "errors": [[e.path, e.reason] for e in report.errors],
    }
    import jsonschema

    jsonschema.validate(json.loads(render(report, "json")), json_format.schema())
    golden(ROOT / "tests" / "golden" / f"{folder.parent.name}-{folder.name}.json", value)


@pytest.mark.parametrize("level", range(5))
def test_the_story_reaches_its_level(level):
    assert assess(FIXTURES / "levels" / f"level{level}").assessment.level == level


def test_the_story_only_ever_improves():
    scores = [assess(FIXTURES / "levels" / f"level{level}").assessment.score for level in range(5)]
    assert scores == sorted(scores) and scores[0] < 25 and scores[-1] > 95


def test_two_runs_give_the_same_bytes(make_repo):
    """Another process orders its sets otherwise: what is told must not follow them."""
    folder = make_repo(
        {
            "src/bikes/__init__.py": "",
            **{
                f"src/bikes/{name}.py": "def prepare(rows):\n    return rows\n"
                for name in ("datasets", "loader", "features")
            },
            "tests/test_data.py": "from bikes import features, loader, datasets\n\ndef test_data():\n"
            "    assert features.prepare([1]) == loader.prepare([1]) == datasets.prepare([1])\n",
            "tox.ini": "[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = ruff check\n",
            ".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    steps:\n      - run: tox -e py,lint\n",
        }
    )
    told = {
        subprocess.run(
            [sys.executable, "-m", "mlopslint", "scan", str(folder), "-f", "json", "--no-cache", "--exit-zero"],
            capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout.partition(b'"statistics"')[0]
        for seed in range(5)
    }  # fmt: skip
    assert len(told) == 1 and b"tests src/bikes/datasets.py" in told.pop()
