"""The catalogue keeps its own promises: words, fixtures, model items, technologies."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import yaml
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


PRACTICE = "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, "
BAD = {
    "unknown key": "category: X\npractices:\n  - {code: X001, nmae: x}\n",
    "unknown condition": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {improt: torch}}\n",
    "unknown predicate": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {predicate: redme}}\n",
    "two heads": "category: X\npractices:\n  - {code: X001, name: x, title: x, what: x, why: x, remediation: x, pass: {import: a, call: b}}\n",
    "no YAML": "a: [1\n",
    "unknown concept": PRACTICE + "pass: {concept: trainig}}\n",
    "unknown place": PRACTICE + "pass: {command: pytest, in: CI}}\n",
    "unknown reach": PRACTICE + "pass: {call: '*.fit', within: services}}\n",
    "no expression": PRACTICE + "pass: {call: '*', where: {name: '!/a(/'}}}\n",
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


# -- the vocabulary of conditions ----------------------------------------------------------------------------------------

FILES = {
    "train.py": "import mlflow\nimport sklearn.linear_model\n\n\ndef train_model(depth=3):\n    model = sklearn.linear_model.Ridge(alpha=0.5, copy_X=None).fit(X, y)\n"
    "    open('metrics.log', 'w')\n    mlflow.log_metric('auc', 1)\n    return model\n\n\nif __name__ == '__main__':\n    train_model()\n",
    "tool.py": "import shutil\n\n\nclass Drift:\n    def check(self):\n        open('other.log', 'w')\n\n\nshutil.copy('a', 'b')\n",
    "tests/test_train.py": "from train import train_model\n\n\ndef test_it_learns():\n    assert train_model(depth=1)\n",
    "docs/guide.md": "# Guide\n\n" + "word " * 50 + "\n",
    "LICENSE": "",
    ".pre-commit-config.yaml": "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.9.0\n    hooks:\n      - id: ruff\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/cache@v4\n        with: {path: ~/.cache}\n"
    "      - run: pytest tests || true\n      - run: python train.py --epochs 3\n",
    "Makefile": "deploy:\n\tkubectl apply -f k8s\n",
}
#: condition -> the grade that it has in FILES
VOCABULARY = {
    "{call: '/LOG_metric$/'}": 1,
    "{call: '/^sklearn.*fit/', where: {name: '!/Lasso/'}}": 1,
    "{call: '*.Ridge', where: {alpha: '>=0.5', copy_X: '!*'}}": 1,
    "{call: '*.Ridge', where: {alpha: '>0.5'}}": 0,
    "{call: '*.Ridge', where: {alpha: '<1', alpha|copy_X: true}}": 1,
    "{call: '*', where: {beta|alpha: '*'}}": 1,
    "{call: '*', where: {beta: '*'}}": 0,
    "{call: '/ridge/', where: {beta: '!*', given: /0\\.5/}}": 1,
    "{call: '*.Ridge', where: {given: /train_model/}}": 0,
    "{call: '*.Ridge', where: {value: /train_model/}}": 1,
    "{call: open, where: {path: /tool/}}": 1,
    "{call: open, within: training}": 1,
    "{call: shutil.copy, within: training}": 0,
    "{call: '*', within: serving}": 0,
    "{def: '*', within: tests}": 0,
    "{def: '*', within: tests, roles: tests, where: {asserts: true}}": 1,
    "{def: /drift/, where: {type: '!class'}}": 0,  # the name of a class is not the last name of its method
    "{def: /drift/, where: {type: class}}": 1,
    "{document: '*', where: {words: '>=40'}}": 0,
    "{document: '*', where: {words: '>=40'}, roles: own-and-docs}": 1,
    "{file: '/^licen[sc]e/'}": 1,
    "{file: LICENSE, where: {size: '!0'}}": 0,
    "{file: '**', where: {file: [pre-commit, conda]}}": 1,
    "{file: '*.py', at-least: 2}": 1,
    "{file: '*.py', at-least: 3}": 0,
    "{hook: '*', in: hook}": 1,
    "{hook: '*', in: ci}": 0,
    "{action: '*', in: ci, where: {with.path: '~*'}}": 1,
    "{action: '*', in: outside}": 0,
    "{command: pytest}": 1,
    "{command: pytest, where: {soft: false}}": 0,
    "{command: '/train\\.py --epochs/'}": 1,
    "{command: kubectl apply}": 0,
    "{command: kubectl apply, in: outside}": 1,
    "{command: '/apply/', in: anywhere, where: {line: '!/k8s/'}}": 0,
    "{concept: training}": 1,
    "{concept: [stages, deep-learning]}": 0,
    "{concept: frameworks, as: partial}": 0.5,
    "{kind: experiment-tracking, rung: 3, where: {name: /mlflow/, detail: '!*imported*'}}": 1,
    "{kind: experiment-tracking, where: {name: '!/mlflow/'}}": 0,
    "{kind: experiment-tracking, in: ci}": 0,
    "{technology: Ruff, rung: 4, in: hook}": 1,
    "{any: [{call: nothing}, {call: open, as: partial}, {call: open}]}": 1,
    "{all: [{call: open}, {call: nothing}]}": 0,
    "{none: [{call: nothing}]}": 1,
}


@pytest.fixture
def judging(make_repo, tmp_path):
    from mlopslint.cache import Cache
    from mlopslint.gather import gather
    from mlopslint.judge import Judge
    from mlopslint.snapshot import open_snapshot
    from mlopslint.technologies import Technologies
    from mlopslint.view import View

    snapshot = open_snapshot(str(make_repo(FILES)))
    view = View(snapshot, gather(snapshot, Cache(None), jobs=1))
    return Judge(view, Technologies(view, CATALOGUE.technologies))


def test_each_word_of_the_vocabulary(judging):
    read = {text: judging.outcome(yaml.safe_load(text)).grade for text in VOCABULARY}
    assert read == VOCABULARY


REASONS = {
    "{call: '*.Ridge', reason: '{last} with {beta|alpha} in {path}'}": "Ridge with 0.5 in train.py",
    "{file: Makefile, reason: '{path} is read'}": "Makefile is read",
    "{command: pytest, reason: 'CI runs {name}'}": "CI runs pytest tests",
    "{kind: experiment-tracking, rung: 3, reason: '{name} records'}": "MLflow records",
    "{kind: experiment-tracking, rung: 3}": "MLflow is used",
    "{all: [{call: '*.Ridge'}, {call: open, reason: 'written at {0}'}]}": "written at other.log",
    "{any: [{call: nothing, reason: no}, {call: open}], reason: 'there is {name} in {path}'}": "there is open in tool.py",
    "{call: nothing, reason: never}": "",
}


def test_a_condition_says_its_reason(judging):
    assert {text: judging.outcome(yaml.safe_load(text)).reason for text in REASONS} == REASONS
    shown = judging.outcome({"call": "*.Ridge", "detail": "alpha {alpha}", "rung": 5})
    assert (shown.evidence[0].detail, shown.rung) == ("alpha 0.5", 5)


def test_most_practices_that_only_look_are_data():
    said = [p for p in CATALOGUE.practices if "'predicate'" not in str((p.applies, p.passes, p.partial))]
    assert len(said) >= 52
