"""Predicates on tests (TST)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import ci_commands
from mlopslint.concepts import DATA_WORDS
from mlopslint.outcome import NOTHING, Outcome, half, no, yes
from mlopslint.patterns import remembered
from mlopslint.records import Evidence
from mlopslint.view import EVERYWHERE

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def tests_present(judge: Judge) -> Outcome:
    """TST001: three or more tests with assertions on project code."""
    tests = judge.concepts.tests
    other = judge.view.paths(
        r"(^|/)(tests?/testthat/test[^/]*\.R|test/runtests\.jl|src/test/(scala|java)/.+\.(scala|java))$", EVERYWHERE
    )
    if len(tests) >= 3:
        return Outcome(
            1.0, tuple(hit.evidence() for hit in tests[:3]), 3, f"{len(tests)} tests with assertions on project code"
        )
    if other:
        return yes(f"tests in {other[0]}", [Evidence(path) for path in other[:3]], 3, "medium")
    if tests:
        return half(
            f"only {len(tests)} test{'s' if len(tests) > 1 else ''} with assertions on project code",
            [hit.evidence() for hit in tests],
            3,
        )
    files = judge.concepts.test_files
    if files:
        return no("the tests hold no assertion on project code", [Evidence(path) for path in files[:3]], "medium")
    return no("there are no tests")


def _targets(judge: Judge) -> dict[str, list[str]]:
    return {path: sorted(judge.concepts.tested_targets(path)) for path in judge.concepts.test_files}


_ABOUT_DATA = r"preproc|data_?load|transform(?!ers(?![a-z]))|featur|clean|tokeni|split|normali|augment|dataset|prepare|encode|loader"


def data_code_tested(judge: Judge) -> Outcome:
    """TST003: tests exercise feature and preprocessing code."""
    view = judge.view
    hits: list[Evidence] = []
    for path, targets in _targets(judge).items():
        good = [
            t for t in targets if DATA_WORDS.search("/".join(t.rsplit("/", 2)[-2:])) and not t.endswith("__init__.py")
        ]
        names = [
            f
            for f in view.of(path, "import")
            if DATA_WORDS.search(f.name.rpartition(".")[2])
            and f.name.rpartition(".")[2] != f.name.partition(".")[0]  # a package whose name says "data"
            and not f.name.startswith(("torch", "tensorflow", "sklearn", "numpy", "pandas", "datasets", "transformers"))
        ]
        tests = [
            f
            for f in view.of(path, "def")
            if f.name.rpartition(".")[2].startswith("test") and remembered(_ABOUT_DATA, re.I)[f.name]
        ]
        if (good or names or tests) and (targets or judge.concepts.tests_project(path)):
            if good:
                hits.append(Evidence(path, None, f"tests {good[0]}"))
            elif (
                names
                and view.roles.get(path) == "test"
                and any(f.name.startswith(".") or judge.concepts.resolve(f.name, path) for f in names)
            ):
                hits.append(Evidence(path, names[0].line, names[0].name))
            elif tests:
                hits.append(Evidence(path, tests[0].line, tests[0].name))
    if hits:
        return yes(f"{hits[0].path} exercises data code", hits[:3], 3, "medium")
    return no("no test exercises feature or preprocessing code")


_NOT_MODELS = ("unittest", "pytest", "mock", "pandas", "numpy", "json", "typing")


_STAND_IN = r"Dummy|Fake|Mock|Stub"
#: What is fitted to data and is no model.
_PREPARES = r"(?i)(scaler|norm|normalizer|imputer|encoder|binarizer|vectorizer|tokenizer|discretizer|processor|preprocess\w*)\.fit$|(^|[._])(split|load|read|prepare)_\w*train\w*$"
_MODEL_CALLS = r"(^|[._])(fit|train(?!\w*(data|split|query|set|path|dir|file|config|args|loader|size|url|table|source))\w*|predict\w*|forward|transcribe|generate|infer(ence)?|evaluate|load_model|from_pretrained|load_checkpoint|(build|create|get|make)_(\w+_)?(model|classifier|regressor|network|net|estimator)|export\w*|detect|classify|embed|encode_image|training_step|load_learner)$|^(score|score_samples)$|(^|[.:_])(\w*(Model|Net|Classifier|Regressor|Transformer|Estimator|Predictor|Detector|Encoder|Decoder|UNet|ResNet|DETR|LSTM|GRU|CNN|Backbone|Head|Attention\w*|Loss))$|(^|\.)model$"


def model_tested(judge: Judge) -> Outcome:
    """TST004: tests train, load or call the model and assert on its behaviour; half: only that it runs."""
    view = judge.view
    asserted: list[Evidence] = []
    runs: list[Evidence] = []
    if not judge.concepts.frameworks and not any(judge.concepts.loads_model(path) for path in view.python_files):
        return _tested_elsewhere(judge) or no("no test trains, loads or calls a model")
    named = remembered(_MODEL_CALLS)
    prepares = remembered(_PREPARES)
    wanted = {
        name
        for name in view.names("call")
        if named[name.rpartition(".")[2]] and not name.startswith(_NOT_MODELS) and not prepares[name]
    }
    stand_in = remembered(_STAND_IN)
    stand_ins = stand_in.among(view.names("call"))
    for path in judge.concepts.test_files:
        if not judge.concepts.tests_project(path):
            continue
        dummies = {str((f.value or {}).get("in", "")) for f in view.of(path, "call") if f.name in stand_ins}
        made = [f.name for f in view.of(path, "def") if f.value["type"] == "class" and stand_in[f.name]]
        asserting = {f.name: f for f in view.of(path, "def") if f.name.rpartition(".")[2].startswith("test")}
        fixtures = {f.value.get("target") for f in view.of(path, "decorator") if "fixture" in f.name}
        for fact in view.of(path, "call"):
            value = fact.value if isinstance(fact.value, dict) else {}
            name = fact.name
            if name not in wanted and not (name.endswith(".load") and judge.concepts.resolve(name, path)):
                continue
            where = str(value.get("in", ""))
            test = asserting.get(where)
            item = Evidence(path, fact.line, name)
            dummy = where in dummies or (made and name in stand_ins)
            if (
                test is not None
                and test.value.get("asserts")
                and not dummy
                or where.rpartition(".")[2] in fixtures
                and not dummy
                and any(t.value.get("asserts") for t in asserting.values())
            ):
                asserted.append(item)
            else:
                runs.append(item)
    if asserted:
        return yes(f"{asserted[0].path} calls the model and asserts on it", asserted[:3], 3, "medium")
    if runs:
        return half("tests run the model without asserting on its behaviour", runs[:3], 3, "medium")
    return _tested_elsewhere(judge) or no("no test trains, loads or calls the model")


def _tested_elsewhere(judge: Judge) -> Outcome:
    """Tests in R and Julia that fit a model or ask it for predictions, and expect something of the result."""
    for path in judge.view.files(["r", "julia"], frozenset({"test"})):
        calls = judge.view.of(path, "call")
        asked = [f for f in calls if re.search(r":(predict|fit|train|augment|evaluate)!?$", f.name)]
        if asked and any(re.search(r":(expect_\w+|test)$", f.name) or "@test" in f.name for f in calls):
            return yes(
                f"{path} calls the model and asserts on it", [Evidence(path, asked[0].line, asked[0].name)], 3, "low"
            )
    return NOTHING


_END_TO_END = (
    r"TestClient|test_client|CliRunner|materialize|execute_in_process|httpx|ASGITransport|KedroSession|papermill|requests\.post"
    r"|subprocess|os\.system|runpy|(train|main|run_pipeline|run_training|train_model|train_and_evaluate)$|Trainer.*\.fit$"
)


def pipeline_tested(judge: Judge) -> Outcome:
    """TST005: an integration test runs the pipeline or the serving API end to end."""
    view = judge.view
    hits: list[Evidence] = []
    wanted = remembered(_END_TO_END).among(view.names("call"))
    for path in judge.concepts.test_files:
        for fact in view.of(path, "call"):
            name = fact.name
            if name not in wanted:
                continue
            if (
                re.search(
                    r"TestClient|\.test_client|CliRunner\.invoke|\.materialize_to_memory|\.execute_in_process|httpx\.(AsyncClient|Client)|ASGITransport|KedroSession|papermill\.execute|lightning\.(pytorch\.)?Trainer(\.from_argparse_args)?\.fit$",
                    name,
                )
                or name in ("dagster.materialize", "requests.post")
                or re.match(r"subprocess\.(run|check_call|check_output|call|Popen)|os\.system|runpy", name)
                and re.search(r"train|main|pipeline|predict|dvc|python|\.py", str(fact.value), re.I)
            ):
                hits.append(Evidence(path, fact.line, name))
            elif (
                re.search(r"(^|[.:])(train|main|run_pipeline|run_training|train_model|train_and_evaluate)$", name)
                and (":" in name or "." in name)
                and not name.startswith(".")
            ):
                target = judge.concepts.resolve(name, path)
                if target and target in judge.concepts.reaching(judge.concepts.training_files):
                    hits.append(Evidence(path, fact.line, name))
        for fact in view.of(path, "def"):
            last = fact.name.rpartition(".")[2]
            if (
                last.startswith("test")
                and fact.value.get("asserts")
                and re.search(
                    r"pipeline|end_?to_?end|e2e|integration|full_|workflow|(?<!ml)flow$|train_model|train_and|training_run|transcribe",
                    last,
                    re.I,
                )
            ):
                hits.append(Evidence(path, fact.line, fact.name))
        if re.search(r"(^|/)(integration|e2e|end_to_end|functional)[^/]*/", path) and any(
            f.value.get("asserts") for f in view.of(path, "def") if f.value["type"] != "class"
        ):
            hits.append(Evidence(path, None, "an integration test"))
    if hits:
        return yes(f"{hits[0].path} runs end to end", hits[:3], 3, "medium")
    smoke = [path for path in view.python_files if re.search(r"smoke_?test|integration_?test", path, re.I)]
    ran = [c for c in ci_commands(view) if re.search(r"smoke_?test|integration_?test|e2e", c.line, re.I)]
    if ran:
        return yes(
            "CI runs a smoke test of the service or pipeline",
            [ran[0].evidence(), *[Evidence(p) for p in smoke[:1]]],
            ran[0].rung,
            "medium",
        )
    return no("no test runs the pipeline or the API end to end")
