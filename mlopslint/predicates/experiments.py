"""Predicates on experiments: tracking, metrics, evaluation (EXP)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.concepts import EVAL_WORDS, TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, no, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_METRIC = late(
    r"metric|score|result|acc|auc|loss|rmse|mse|mae|f1|report|eval|perf|performance|stats|log_stats|map50|precision|recall",
    re.I,
)


_STRONG_METRIC = late(r"metric|scores?\b|\bacc|auc|rmse|\bmse|\bmae|f1|perf(ormance)?|eval|precision|recall", re.I)


#: Calls that write something somewhere.
_WRITERS = (
    "json.dump", "json.dumps", "yaml.dump", "yaml.safe_dump", "orjson.dumps", "pickle.dump", "csv.writer", "csv.DictWriter",
    "*.to_csv", ".to_csv", "*.to_json", ".to_json", "*.to_parquet", "numpy.savetxt", "numpy.save", "numpy.savez*",
    ".write_text", "*.write_text", ".write", "open", "*:*save_dict", "*save_dict", "*write_json", "*save_json", "*dump_json",
)  # fmt: skip
#: Names of files that hold results.
_RESULT_FILES = (
    "*metrics*.json", "*metrics*.csv", "*metrics*.yaml", "*results*.csv", "*results*.json", "*scores*.json", "*evaluation*.json",
    "*performance*.json",
)  # fmt: skip
_RESULTS_OPENED = late(
    r"(metric|result|score|eval|report|perf)\w*\.(json|csv|ya?ml)|\.(json|csv).*(metric|result|score|eval)", re.I
)
_RESULTS_WRITTEN = late(r"(metric|result|score|perf)\w*\.(json|csv)|\$json\.dumps", re.I)
_NO_RESULTS = late(r"config|param|vocab|token|args", re.I)
_SPLITS = late(r"split|train_(and_)?test", re.I)


def metrics_file(judge: Judge) -> Outcome:
    """EXP005: evaluation results as a machine-readable file, pipeline metrics or on the pipeline run."""
    view = judge.view
    for hit in view.hits("stage"):
        if hit.get("metrics"):
            return yes(
                f"stage {hit.fact.name} declares metrics", [hit.evidence(f"metrics of stage {hit.fact.name}")], 3
            )
    for hit in view.hits("call", "dvclive.Live", "kfp.*.Metrics", "*.log_metrics"):
        if hit.fact.name.startswith(("dvclive", "kfp")):
            return found([hit], 3, f"{hit.fact.name} writes metrics")
    writers = [
        hit for hit in view.hits("call", *_WRITERS) if view.kinds.get(hit.path) == "python" and _writes_results(hit)
    ]
    if writers:
        return found(writers[:3], 3, f"{writers[0].path} writes results to a file")
    files = [hit for hit in view.hits("string", *_RESULT_FILES) if view.kinds.get(hit.path) == "python"]
    if files:
        return found(files[:2], 3, f"results go to {files[0].fact.name}").trusted("medium")
    metrics = judge.technologies.find(kinds=["tracker-metrics"], rung=3)
    managed = [use for use in metrics if re.search("azure|sagemaker|vertex", use.name, re.I)]
    if judge.technologies.find(kinds=["managed-ml"], rung=3) and managed:
        return Outcome(1.0, managed[0].evidence, 3, "metrics are logged on the pipeline run", "medium")
    if judge.technologies.find(kinds=["pipeline"], rung=2) and metrics:
        return Outcome(1.0, metrics[0].evidence, 3, "metrics are logged on the pipeline run", "medium")
    return no("evaluation results are not written as a machine-readable file")


def _writes_results(hit: Hit) -> bool:
    """Whether what a call writes, or where it does, is named for results."""
    text = " ".join(str(hit.get(key, "")) for key in ("0", "1", "on", "path", "fp", "filepath", "data"))
    name, function = hit.fact.name.rpartition(".")[2], str(hit.get("in", ""))
    if name == "open":
        writing = re.search(r"w|a|x", str(hit.get("1", hit.get("mode", ""))))
        return bool(_RESULTS_OPENED.search(text) and writing)
    if name in ("write", "write_text"):
        about = _METRIC.search(text) or EVAL_WORDS.search(f"{hit.path} {function}") or "log" in text
        return bool(_RESULTS_WRITTEN.search(text) and about)
    if name.startswith("save") and hit.fact.name.startswith("numpy."):
        return bool(_STRONG_METRIC.search(text.replace("$", "")))
    place = f"{function} {hit.path}"
    if _STRONG_METRIC.search(text) or _METRIC.search(text) and (EVAL_WORDS.search(place) or TRAIN_WORDS.search(place)):
        return True
    return bool(EVAL_WORDS.search(function) and not _NO_RESULTS.search(text) and not _SPLITS.search(function))


_EVALUATES = late(
    r"(^|/)(eval\w*|test|val|\w+_eval|\w*evaluat\w*|benchmark\w*)\.py$"
    r"|^(?!.*(etl|data|features?|schema)[\w-]*/)(.*/)?(validate|validation)\.py$",
    re.I,
)


_OF_A_MODEL = frozenset(
    {
        "eval",
        "no_grad",
        "inference_mode",
        "predict",
        "predict_proba",
        "evaluate",
        "score",
        "forward",
        "load_model",
        "model",
    }
)


def _asks_a_model(judge: Judge, path: str) -> bool:
    """Whether a module lets a model say something, or measures what one said."""
    return any(
        fact.name.rpartition(".")[2] in _OF_A_MODEL
        or fact.name.startswith(("sklearn.metrics", "torchmetrics", "evaluate."))
        for fact in judge.view.of(path, "call")
    )


def evaluation_module(judge: Judge) -> Outcome:
    """EXP006: a module of its own evaluates; one that is called test must use a framework, and hold no tests."""
    view = judge.view
    found_in = []
    for path in view.files("python"):
        if not _EVALUATES.search(path) or view.module(path).get("statements", 0) <= 3:
            continue
        if path.endswith(("/test.py", "/val.py")) or path in ("test.py", "val.py"):
            tests = any(fact.name.rpartition(".")[2].startswith(("test_", "_test")) for fact in view.of(path, "def"))
            if tests or not judge.concepts.near_framework(path):
                continue
        elif "valid" in path.rpartition("/")[2] and not _asks_a_model(judge, path):
            continue  # what is validated is a configuration, or what a function is given
        found_in.append(path)
    if not found_in:
        return NOTHING
    return yes(f"{found_in[0]} evaluates", [Evidence(path, None, "a module of its own") for path in found_in[:4]], 3)
