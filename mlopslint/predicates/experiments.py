"""Predicates on experiments: tracking, metrics, evaluation (EXP)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.concepts import EVAL_WORDS, TRAIN_WORDS
from mlopslint.outcome import Outcome, found, half, no, yes
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


def experiments_tracked(judge: Judge) -> Outcome:
    """EXP001: runs are logged to a tracker; local logs only are half."""
    wired = judge.technologies.find(kinds=["experiment-tracking"], rung=3)
    if wired:
        return Outcome(
            1.0, wired[0].evidence, wired[0].rung, f"{' and '.join(use.name for use in wired[:2])} record runs"
        )
    reported = _reports_to(judge)
    if reported:
        return found(reported[:2], 3, f"the trainer reports to {reported[0].get('report_to')}")
    local = judge.technologies.find(kinds=["local-logging"], rung=3)
    if local:
        return half(f"{local[0].name} logs locally only", local[0].evidence, 3)
    configured = judge.technologies.find(kinds=["experiment-tracking"], rung=2)
    dvc = [hit for hit in judge.view.hits("stage") if hit.get("metrics")]
    if dvc:
        return yes(
            "DVC records parameters and metrics of each experiment", [dvc[0].evidence(f"stage {dvc[0].fact.name}")], 3
        )
    if configured:
        return half(f"{configured[0].name} is set up or imported, but no run is logged", configured[0].evidence, 2)
    home = _home_made_logs(judge)
    if home:
        return half("results are logged to local files only", [hit.evidence() for hit in home[:3]], 3, "medium")
    return no("runs are not logged to a tracker")


def _reports_to(judge: Judge) -> list[Hit]:
    """Trainers of Transformers and kin that are told to report to a tracker."""
    return [
        hit
        for hit in judge.view.hits("call", "*TrainingArguments", "*Config", "*Trainer", "accelerate.Accelerator")
        if re.search(
            r"wandb|mlflow|comet|neptune|clearml|dvclive|azure_ml|swanlab|trackio",
            str(hit.get("report_to") or hit.get("log_with") or ""),
        )
    ]


def _home_made_logs(judge: Judge) -> list[Hit]:
    near = judge.concepts.reach(judge.concepts.training_files + judge.concepts.training_entries)
    hits = []
    for hit in judge.view.hits(
        "call",
        "open",
        "*.open",
        ".open",
        "json.dump",
        "json.dumps",
        "*.to_csv",
        ".to_csv",
        "csv.writer",
        "csv.DictWriter",
        ".write",
        ".write_text",
        "numpy.savetxt",
    ):
        if hit.path not in near or judge.view.kinds.get(hit.path) != "python":
            continue
        text = f"{hit.get('0', '')} {hit.get('on', '')} {hit.get('in', '')}"
        if re.search(r"log\b|logs|_log|\.log|metric|history|stats|result|loss", text, re.I) and not re.search(
            r"'?r'?b?$", str(hit.get("1", "w"))
        ):
            hits.append(hit)
    return hits


def parameters_logged(judge: Judge) -> Outcome:
    """EXP002: parameters are logged to the tracker; saved beside the run is half."""
    wired = judge.technologies.find(kinds=["tracker-parameters"], rung=3)
    if wired:
        return Outcome(1.0, wired[0].evidence, 3, f"parameters are logged with {wired[0].name}")
    reported = _reports_to(judge)
    if reported:
        return found(reported[:1], 3, "the trainer reports its arguments")
    stages = [hit for hit in judge.view.hits("stage") if hit.get("params")]
    if stages:
        return yes("DVC records the parameters of its stages", [stages[0].evidence(f"stage {stages[0].fact.name}")], 3)
    if judge.technologies.find(kinds=["experiment-tracking"], rung=3):
        logs = [
            hit
            for hit in judge.view.hits(
                "call",
                "*.log",
                ".log",
                "*.tag",
                ".tag",
                "*.log_params*",
                ".log_params*",
                "*.log_param",
                ".log_param",
                "*.log_hyperparams",
                ".log_hyperparams",
                "*.log_parameters",
                ".log_parameters",
                "*.autolog",
            )
            if re.search(r"param|config|hyper|arg|autolog|alpha|lr|epoch", f"{hit.fact.name} {hit.fact.value}", re.I)
        ]
        if logs:
            return found(logs[:2], 3, "parameters are logged on the run").trusted("medium")
    saved = [
        hit
        for hit in judge.view.hits(
            "call",
            "json.dump",
            "yaml.dump",
            "yaml.safe_dump",
            "omegaconf.OmegaConf.save",
            "*.save_hyperparameters",
            ".save_hyperparameters",
            "shutil.copy*",
            "*:*write_json",
            "*write_json",
            "pickle.dump",
            "*.to_yaml",
            "*.save_config",
            ".save_config",
            "torch.save",
            "*:*yaml_save",
            "*yaml_save",
        )
        if re.search(
            r"conf|param|hparam|args|opt\b|hyp|setting|cfg",
            str({k: v for k, v in (hit.fact.value or {}).items() if k != "in"}),
            re.I,
        )
        and hit.fact.name != "torch.save"
    ]
    if saved:
        return half("parameters are saved beside the run, not in a tracker", [hit.evidence() for hit in saved[:3]], 3)
    return no("parameters are not logged")


def metrics_logged(judge: Judge) -> Outcome:
    """EXP003: metrics are logged to the tracker, or to the same local logs as the run."""
    wired = judge.technologies.find(kinds=["tracker-metrics"], rung=3)
    if wired:
        return Outcome(1.0, wired[0].evidence, 3, f"metrics are logged with {wired[0].name}")
    stages = [hit for hit in judge.view.hits("stage") if hit.get("metrics")]
    if stages:
        return yes("DVC records the metrics of its stages", [stages[0].evidence(f"stage {stages[0].fact.name}")], 3)
    reported = _reports_to(judge)
    if reported:
        return found(reported[:1], 3, "the trainer reports its metrics")
    calls = list(
        judge.view.hits(
            "call",
            "*.add_scalar*",
            ".add_scalar*",
            "*.log_metric*",
            ".log_metric*",
            "*.scalar",
            "*.log_scalar",
            ".log_scalar",
            "*.CSVLogger",
            "*.TensorBoard",
            "tensorflow.summary.*",
            "ray.*.report",
            "ray.train.report",
            "*.report_scalar",
            ".report_scalar",
        )
    )
    if calls:
        return found(calls[:3], 3, f"{calls[0].fact.name} logs metrics")
    if judge.technologies.find(kinds=["experiment-tracking"], rung=3):
        logs = [
            hit
            for hit in judge.view.hits("call", "*.log", ".log", "*.log_dict", ".log_dict", "*.log_row", "*.log_table")
            if _METRIC.search(f"{hit.fact.value}") or hit.fact.name.endswith("log_dict")
        ]
        if logs:
            return found(logs[:2], 3, "metrics are logged on the run").trusted("medium")
        automatic = judge.technologies.find(kinds=["experiment-tracking"], rung=3)
        if any("Logger" in item.detail or "Callback" in item.detail for use in automatic for item in use.evidence):
            return Outcome(1.0, automatic[0].evidence, 3, f"{automatic[0].name}'s callback logs metrics", "medium")
    if judge.technologies.find(kinds=["local-logging"], rung=3):
        local = judge.technologies.find(kinds=["local-logging"], rung=3)
        return Outcome(1.0, local[0].evidence, 3, f"metrics go to {local[0].name}", "medium")
    home = _home_made_logs(judge)
    if home:
        return found(home[:2], 3, "metrics are appended to the run's own log").trusted("medium")
    return no("metrics are not logged")


def artifacts_logged(judge: Judge) -> Outcome:
    """EXP004: models or artifacts are logged to the tracker."""
    wired = judge.technologies.find(kinds=["tracker-artifacts"], rung=3)
    if wired:
        return Outcome(1.0, wired[0].evidence, 3, f"artifacts are logged with {wired[0].name}")
    stages = [
        hit
        for hit in judge.view.hits("stage")
        if any(re.search(r"model|\.pkl|\.pt|\.h5|\.joblib|\.onnx", str(out), re.I) for out in hit.get("outs") or ())
    ]
    if stages:
        return yes(
            "DVC keeps the model as an output of its stage", [stages[0].evidence(f"stage {stages[0].fact.name}")], 3
        )
    registered = judge.technologies.find(kinds=["model-registry"], rung=3)
    if registered and judge.technologies.find(kinds=["experiment-tracking"], rung=3):
        return Outcome(1.0, registered[0].evidence, 3, f"models go to {registered[0].name}")
    if judge.technologies.find(kinds=["experiment-tracking"], rung=3):
        calls = list(
            judge.view.hits(
                "call",
                "*.log_artifact*",
                ".log_artifact*",
                "*.log_model",
                ".log_model",
                "*.upload_file*",
                "*.upload_folder",
                "*.log_image",
                "*.log_figure",
                ".log_figure",
            )
        )
        if calls:
            return found(calls[:2], 3, f"{calls[0].fact.name} logs artifacts").trusted("medium")
        options = [
            hit
            for hit in judge.view.hits(
                "call", "*MLflowLoggerCallback", "*WandbLogger", "*WandbLoggerCallback", "*MLFlowLogger"
            )
            if hit.get("save_artifact")
            or hit.get("log_model")
            or hit.get("upload_checkpoints")
            or hit.get("save_checkpoints")
        ]
        if options:
            return found(options[:2], 3, "the tracker's callback uploads models")
    return no("no model or artifact is handed to a tracker")


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
    writers = []
    for hit in view.hits(
        "call",
        "json.dump",
        "json.dumps",
        "yaml.dump",
        "yaml.safe_dump",
        "*.to_csv",
        ".to_csv",
        "*.to_json",
        ".to_json",
        "csv.writer",
        "csv.DictWriter",
        "numpy.savetxt",
        "numpy.save",
        "numpy.savez*",
        ".write_text",
        "*.write_text",
        "open",
        "pickle.dump",
        "orjson.dumps",
        "*:*save_dict",
        "*save_dict",
        "*.to_parquet",
        ".write",
        "*write_json",
        "torch.save",
    ):
        if view.kinds.get(hit.path) != "python":
            continue
        text = f"{hit.get('0', '')} {hit.get('1', '')} {hit.get('on', '')} {hit.get('path', '')} {hit.get('fp', '')} {hit.get('filepath', '')}"
        name = hit.fact.name.rpartition(".")[2]
        good: object
        if name in ("open",):
            good = re.search(
                r"(metric|result|score|eval|report|perf)\w*\.(json|csv|ya?ml)|\.(json|csv).*(metric|result|score|eval)",
                text,
                re.I,
            ) and re.search(r"w|a|x", str(hit.get("1", hit.get("mode", ""))))
        elif name in ("write", "write_text"):
            good = re.search(r"(metric|result|score|perf)\w*\.(json|csv)|\$json\.dumps", text, re.I) and (
                _METRIC.search(text) or EVAL_WORDS.search(f"{hit.path} {hit.get('in', '')}") or re.search("log", text)
            )
        elif name == "torch.save":
            good = None
        elif name.startswith("save") and hit.fact.name.startswith("numpy."):
            good = _STRONG_METRIC.search(text.replace("$", ""))
        else:
            near = EVAL_WORDS.search(f"{hit.get('in', '')} {hit.path}") or TRAIN_WORDS.search(
                f"{hit.get('in', '')} {hit.path}"
            )
            good = (
                _STRONG_METRIC.search(text)
                or (near and _METRIC.search(text))
                or (
                    EVAL_WORDS.search(f"{hit.get('in', '')}")
                    and not re.search(r"config|param|vocab|token|args", text, re.I)
                )
            )
        if good:
            writers.append(hit)
    if writers:
        return found(writers[:3], 3, f"{writers[0].path} writes results to a file")
    files = [
        hit
        for hit in view.hits(
            "string",
            "*metrics*.json",
            "*metrics*.csv",
            "*results*.csv",
            "*results*.json",
            "*scores*.json",
            "*metrics*.yaml",
            "*evaluation*.json",
            "*performance*.json",
        )
        if view.kinds.get(hit.path) == "python"
    ]
    if files:
        return found(files[:2], 3, f"results go to {files[0].fact.name}").trusted("medium")
    runs = judge.technologies.find(kinds=["managed-ml"], rung=3)
    if (
        runs
        and judge.technologies.find(kinds=["tracker-metrics"], rung=3)
        and any(
            use.kind == "tracker-metrics" and re.search("azure|sagemaker|vertex", use.name, re.I)
            for use in judge.technologies.uses.values()
        )
    ):
        return Outcome(1.0, runs[0].evidence, 3, "metrics are logged on the pipeline run", "medium")
    orchestrated = judge.technologies.find(kinds=["pipeline"], rung=2)
    metrics = judge.technologies.find(kinds=["tracker-metrics"], rung=3)
    if orchestrated and metrics:
        return Outcome(1.0, metrics[0].evidence, 3, "metrics are logged on the pipeline run", "medium")
    return no("evaluation results are not written as a machine-readable file")


def evaluation_step(judge: Judge) -> Outcome:
    """EXP006: evaluation is a function, script or stage of its own."""
    view = judge.view
    stages = [
        hit
        for hit in judge.concepts.stage_names
        if re.search(r"eval|validat\w*_model|model_validat|score_model|test_model", hit.fact.name, re.I)
    ]
    if stages:
        return found(stages[:2], 3, f"{stages[0].fact.name} is a stage of its own")
    functions = [
        hit
        for hit in view.hits("def")
        if view.kinds.get(hit.path) == "python"
        and re.search(
            r"^(_?eval\w*|evaluate\w*|.*_eval|.*_evaluate|.*evaluator|test_epoch|_?valid_epoch|validate(_model|_epoch)?|validation_step|test_step|test_model|get_(model_)?metrics|compute_(test_)?metrics|score_model|.*_evaluation|run_val\w*|val(_epoch)?|test_loop|eval_loop|calculate_metrics|compute_scores|model_metrics|.*_metrics|evaluation\w*|metrics?|benchmark\w*)$",
            hit.fact.name.rpartition(".")[2],
            re.I,
        )
        and hit.get("type") != "class"
    ]
    files = [
        path
        for path in view.python_files
        if re.search(
            r"(^|/)(eval\w*|test|val|validate|validation|\w+_eval|\w*evaluat\w*|benchmark\w*|score)\.py$", path, re.I
        )
        and view.module(path).get("statements", 0) > 3
    ]
    if files and (functions or judge.concepts.frameworks):
        return yes(f"{files[0]} evaluates", [Evidence(path) for path in files[:2]], 3)
    if functions:
        return found(functions[:3], 3, f"{functions[0].fact.name} evaluates")
    inlined = [
        hit
        for hit in view.hits(
            "call",
            "sklearn.metrics.*",
            "torchmetrics.*",
            "evaluate.load*",
            "*.score",
            ".score",
            "*.evaluate",
            ".evaluate",
            "jiwer.*",
            "*.test",
        )
    ]
    scripts = [hit for hit in inlined if view.kinds.get(hit.path) == "python"]
    if scripts:
        return half("evaluation is inlined in training", [hit.evidence() for hit in scripts[:3]], 3)
    if inlined:
        return half("evaluation exists in notebooks only", [hit.evidence() for hit in inlined[:3]], 3)
    return no("no evaluation on held-out data was found")
