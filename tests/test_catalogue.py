"""The catalogue keeps its own promises: words, fixtures, model items, technologies."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from conftest import ROOT
from practice_cases import CASES

from mlopslint.errors import MlopslintError
from mlopslint.predicates import PREDICATES
from mlopslint.rules import load

CATALOGUE = load()
STORED = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests" / "golden").glob("*.json"))
}


def test_codes_and_names_are_distinct():
    codes = [p.code for p in CATALOGUE.practices]
    names = [p.name for p in CATALOGUE.practices]
    assert len(set(codes)) == len(codes) >= 119
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Z]{3}\d{3}", code) for code in codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("practice", CATALOGUE.practices, ids=lambda p: p.code)
def test_every_practice_says_what_why_and_how(practice):
    for text, least in ((practice.what, 4), (practice.why, 8), (practice.remediation, 8)):
        assert len(text.split()) >= least, practice.code
    assert practice.references and all(url.startswith("https://") for url in practice.references)
    assert practice.snippets and any(not snippet.for_ for snippet in practice.snippets)
    assert practice.code.startswith(practice.category)


@pytest.mark.parametrize("practice", CATALOGUE.practices, ids=lambda p: p.code)
def test_every_practice_passes_somewhere_and_fails_somewhere(practice):
    seen = {name: result["practices"][practice.code][0] for name, result in STORED.items()}
    small = practice.code in CASES
    assert small or "pass" in seen.values(), f"{practice.code} passes in no fixture"
    assert small or "fail" in seen.values() or "partial" in seen.values(), f"{practice.code} fails in no fixture"


def test_predicates_are_documented_and_used():
    used = set(
        re.findall(
            r"predicate: (\w+)", "".join(p.read_text(encoding="utf-8") for p in (ROOT / "rules").rglob("*.yaml"))
        )
    )
    inner = set(
        re.findall(
            r'predicate\("(\w+)"\)', "".join(p.read_text(encoding="utf-8") for p in (ROOT / "mlopslint").rglob("*.py"))
        )
    )
    for name, function in PREDICATES.items():
        assert function.__doc__, name
        assert name in used | inner, f"predicate {name} is used by no rule"


@pytest.mark.parametrize("name", ["microsoft", "google", "aws", "ml-test-score"])
def test_every_statically_observable_item_is_answered(name):
    answered = {item for practice in CATALOGUE.practices for item in practice.answers.get(name, ())}
    model = CATALOGUE.model(name)
    assert answered <= {item.id for item in model.items}
    assert {item.id for item in model.items if item.observable == "S"} <= answered
    assert not {item.id for item in model.items if item.observable in "RA"} & answered


def test_the_ml_test_score_has_28_tests_in_four_sections_of_seven():
    items = CATALOGUE.model("ml-test-score").items
    groups = [item.group for item in items]
    assert len(items) == 28 and {groups.count(group) for group in groups} == {7}


def test_technologies_are_distinct_and_have_signs():
    seen = set()
    for technology in CATALOGUE.technologies:
        assert (technology.kind, technology.name) not in seen
        seen.add((technology.kind, technology.name))
        assert any(
            getattr(technology, sign)
            for sign in (
                "packages",
                "imports",
                "calls",
                "files",
                "keys",
                "resources",
                "images",
                "actions",
                "commands",
                "hooks",
                "strings",
            )
        ), technology.name


MISSION = (
    "Docker", "Kubernetes", "AWS", "Azure", "GCP", "TensorFlow", "PyTorch", "Keras", "scikit-learn", "Kubeflow", "Charmed Kubeflow", "PEFT", "Feast",
    "Flower", "Argo Rollouts", "GrowthBook", "MLflow", "DVC",
)  # fmt: skip


@pytest.mark.parametrize("name", MISSION)
def test_the_technologies_that_matter_most_are_recognised(name):
    assert any(f": {name} (" in use for result in STORED.values() for use in result["technologies"])


@pytest.mark.parametrize(
    "kind", ["automl", "federated-learning", "peft", "feature-store", "ab-testing", "progressive-delivery", "pipeline"]
)
def test_the_families_that_matter_most_are_recognised_in_use(kind):
    assert any(
        use.startswith(f"{kind}: ") and not use.endswith("(1)")
        for result in STORED.values()
        for use in result["technologies"]
    )


def test_snippets_name_technologies_that_exist():
    known = {technology.name for technology in CATALOGUE.technologies}
    wanted = {name for practice in CATALOGUE.practices for snippet in practice.snippets for name in snippet.for_}
    assert wanted <= known, sorted(wanted - known)


BAD = {
    "unknown key": "category: X\npractices:\n  - {code: X001, nmae: x}\n",
    "unknown condition": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {improt: torch}}\n",
    "unknown predicate": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {predicate: redme}}\n",
    "two heads": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {import: a, call: b}}\n",
    "no YAML": "a: [1\n",
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_custom_rule_is_one_clear_line(tmp_path, name):
    (tmp_path / "own.yaml").write_text(BAD[name])
    with pytest.raises(MlopslintError, match=r"rules/own.yaml: .+") as caught:
        load([str(tmp_path)])
    assert "\n" not in str(caught.value)


def test_nearest_names_are_offered(tmp_path):
    (tmp_path / "own.yaml").write_text(BAD["unknown condition"])
    with pytest.raises(MlopslintError, match="did you mean 'import'"):
        load([str(tmp_path)])
    with pytest.raises(MlopslintError, match="did you mean 'EXP001'"):
        CATALOGUE.practice("EXP01")


def test_a_custom_rule_works_like_a_built_in_one(make_repo):
    from mlopslint import Config, review

    rule = (
        "category: ORG\ntitle: Our own\norder: 20\npractices:\n  - code: ORG001\n    name: runbook\n    title: There is a runbook\n    level: 1\n    weight: 3\n"
        "    what: A runbook.\n    why: On call.\n    remediation: Write one.\n    pass: {file: [RUNBOOK.md]}\n"
    )
    folder = make_repo({"rules/own.yaml": rule, "a.py": "x = 1\n"})
    config = Config(rules=("rules",))
    before = {v.code: v.status for v in review(str(folder), config=config).assessment.practices}
    (folder / "RUNBOOK.md").write_text("# call me\n")
    after = {v.code: v.status for v in review(str(folder), config=config, today=date(2026, 1, 1)).assessment.practices}
    assert (before["ORG001"], after["ORG001"]) == ("fail", "pass")
