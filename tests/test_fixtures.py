"""Every fixture keeps its stored result; the levels fixtures are at the level that they are named after."""

from __future__ import annotations

import json
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
    import msgspec
    from msgspec.structs import replace

    folder = FIXTURES / "levels" / "level3"
    first, second = (replace(assess(folder), statistics=None) for _ in range(2))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
