"""Predicates on training, experiments and reproducibility (AUT, EXP, VER)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mlopslint.commands import Command, all_commands, ci_commands
from mlopslint.concepts import DATA_WORDS, EVAL_WORDS, TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge

_METRIC = re.compile(
    r"metric|score|result|acc|auc|loss|rmse|mse|mae|f1|report|eval|perf|performance|stats|log_stats|map50|precision|recall",
    re.I,
)


_STRONG_METRIC = re.compile(
    r"metric|scores?\b|\bacc|auc|rmse|\bmse|\bmae|f1|perf(ormance)?|eval|precision|recall", re.I
)


def trains(judge: Judge) -> Outcome:
    """Whether the repository trains models at all (in scripts, modules or notebooks)."""
    concepts = judge.concepts
    if concepts.training:
        return found(concepts.training[:3], 3)
    remote = [hit for hit in concepts.stage_names if TRAIN_WORDS.search(hit.fact.name)]
    if remote:
        return found(remote[:3], 3)
    return NOTHING


def deep_learning(judge: Judge) -> Outcome:
    """COS003 applies: a deep-learning model is trained."""
    return found(judge.concepts.deep_learning[:2], 3)


_STAGE_SCRIPT = re.compile(
    r"(prep\w*|process\w*|clean|download|data|load|split|featur\w*|extract|train\w*|fit|eval\w*|test|predict|infer\w*|tune|valid\w*|deploy|register|export)",
    re.I,
)


def chained_by_script(judge: Judge) -> Outcome:
    """AUT001 half: stages chained by Make or a shell script."""
    by_file: dict[str, dict[str, Evidence]] = {}
    for command in all_commands(judge.view):
        if (
            command.via
            or judge.view.kinds.get(command.hit.path)
            not in ("shell", "makefile", "justfile", "taskfile", "package-json")
            or judge.view.roles[command.hit.path] != "source"
        ):
            continue
        line = command.line
        if re.match(r"(pip|apt|pytest|ruff|black|flake8|mypy|docker|git|echo|cd|mkdir)", line):
            continue
        script = next(
            (w for w in command.words if w.endswith((".py", ".R", ".jl", ".ipynb"))),
            command.words[0] if "." in command.words[0] else "",
        )
        match = _STAGE_SCRIPT.search(
            script.rpartition("/")[2] if "/" in script else script.rpartition(".")[0].rpartition(".")[2] or script
        )
        if script and match:
            by_file.setdefault(command.hit.path, {}).setdefault(match.group(1).lower()[:5], command.evidence())
    for path, stages in sorted(by_file.items()):
        if len(stages) >= 2 and any(key.startswith(("train", "fit")) for key in stages):
            return half(f"{path} chains {len(stages)} stages by hand", stages.values(), 3)
    return NOTHING


def preprocessing_scripted(judge: Judge) -> Outcome:
    """AUT002: data preparation in a module, a script or a stage rather than in notebooks only."""
    view = judge.view
    stages = [hit for hit in judge.concepts.stage_names if DATA_WORDS.search(hit.fact.name)]
    if stages:
        return found(stages[:3], 3, f"{stages[0].fact.name} is a stage of the pipeline")
    files = [
        path
        for path in view.files(["python", "r", "julia", "scala", "sql"])
        if DATA_WORDS.search("/".join(path.rsplit("/", 2)[-2:]))
        and not path.endswith("__init__.py")
        and (view.kinds[path] != "python" or view.module(path).get("statements", 0) > 2)
    ]
    works = [path for path in files if view.kinds[path] != "python" or any(True for _ in view.of(path, "def"))]
    if works:
        return yes(f"{works[0]} prepares data", [Evidence(path) for path in works[:3]], 3)
    functions = [
        hit
        for hit in view.hits("def")
        if view.kinds.get(hit.path) == "python" and DATA_WORDS.search(hit.fact.name.rpartition(".")[2])
    ]
    if functions:
        return found(functions[:3], 3, f"{functions[0].fact.name} in {functions[0].path} prepares data")
    handled = [
        hit
        for hit in view.hits(
            "call",
            "pandas.read_*",
            "polars.read_*",
            "*.read_csv",
            "torch.utils.data.DataLoader*",
            "tensorflow.data.*",
            "sklearn.preprocessing.*",
            "datasets.load_dataset*",
            "pyspark.*.read*",
        )
        if view.kinds.get(hit.path) == "python"
    ]
    if handled:
        return found(handled[:3], 3, f"{handled[0].path} reads and prepares data").trusted("medium")
    if view.notebooks:
        return no("data is prepared in notebooks only", [Evidence(path) for path in view.notebooks[:2]])
    return no("no code prepares data")


def training_scripted(judge: Judge) -> Outcome:
    """AUT003: training is started from a script or module with parameters from arguments or configuration."""
    view, concepts = judge.view, judge.concepts
    entries = concepts.training_entries
    if entries:
        for path in entries:
            near = {path, *concepts.imports.get(path, ())}
            if any(concepts.takes_arguments(p) for p in near) or _reads_configuration(
                judge, near | concepts.reach([path])
            ):
                how = "arguments" if any(concepts.takes_arguments(p) for p in near) else "configuration"
                return yes(
                    f"{path} starts training with parameters from {how}", [Evidence(path, _line(judge, path))], 3
                )
        path = entries[0]
        functions = [f for f in view.of(path, "def") if TRAIN_WORDS.search(f.name) and f.value.get("args")]
        if functions:
            return half(
                f"{path} trains, with its parameters set in the code",
                [Evidence(path, functions[0].line, functions[0].name)],
                3,
            )
        return half(f"{path} trains, with constants only", [Evidence(path, _line(judge, path))], 3)
    steps = [hit for hit in concepts.stage_names if TRAIN_WORDS.search(hit.fact.name)]
    if steps:
        return found(steps[:2], 3, f"{steps[0].fact.name} is a stage that trains")
    if concepts.training_files:
        path = concepts.training_files[0]
        callers = [p for p in view.python_files if path in concepts.imports.get(p, ())]
        if any(f.value.get("args") for f in view.of(path, "def") if f.value["type"] != "class") and (
            callers or concepts.is_runnable(path)
        ):
            return yes(
                f"{path} trains through functions with parameters", [Evidence(path, _line(judge, path))], 3, "medium"
            )
        return half(
            f"{path} trains, but nothing starts it with parameters", [Evidence(path, _line(judge, path))], 3, "medium"
        )
    if concepts.training_scripts_other:
        path = concepts.training_scripts_other[0]
        return half(f"{path} trains; whether it takes parameters cannot be seen", [Evidence(path)], 3, "low")
    if concepts.training_notebooks:
        return no("models are trained in notebooks only", [Evidence(path) for path in concepts.training_notebooks[:3]])
    return no("no code trains a model")


def _line(judge: Judge, path: str) -> int | None:
    return next((hit.fact.line for hit in judge.concepts.training if hit.path == path), None)


def _reads_configuration(judge: Judge, paths: Iterable[str]) -> bool:
    from mlopslint.predicates.structure import _READERS

    wanted = set(paths)
    return any(
        hit.path in wanted
        for kind in ("call", "decorator")
        for hit in judge.view.hits(kind, *_READERS, "json.load", "os.getenv", "os.environ", "os.environ.get")
    )


def tuning_automated(judge: Judge) -> Outcome:
    """AUT004: a hyperparameter search in code or configuration."""
    uses = judge.technologies.find(kinds=["hyperparameter-tuning", "automl"], rung=2)
    wired = [
        use
        for use in uses
        if use.rung >= 3
        or any(item.detail == "present" for item in use.evidence)
        or "imported" not in use.evidence[0].detail
    ]
    if wired:
        return Outcome(1.0, wired[0].evidence, wired[0].rung, f"{wired[0].name} searches hyperparameters")
    loops = [
        hit
        for hit in judge.view.hits("def")
        if re.search(
            r"(^|_)(tune|tuning|hyperparam\w*_search|grid_search|random_search|hpo|evolve|optimi[sz]e_hyper\w*|hyperopt|sweep)(_|$)",
            hit.fact.name.rpartition(".")[2],
            re.I,
        )
        and hit.get("type") != "class"
        and hit.get("lines", 0) > 8
    ]
    if loops:
        return found(loops[:2], 3, f"{loops[0].fact.name} searches hyperparameters").trusted("medium")
    options = [
        hit
        for hit in judge.view.hits("call", "*.add_argument", ".add_argument")
        if str(hit.get("0", "")).lstrip("-") in ("evolve", "tune", "hpo", "sweep", "grid-search")
    ]
    if options:
        return found(options[:2], 3, f"option {options[0].get('0')} searches hyperparameters").trusted("medium")
    declared = judge.technologies.find(kinds=["hyperparameter-tuning"], rung=1)
    if declared:
        return half(f"{declared[0].name} is declared but not used", declared[0].evidence, 1)
    return no("no search over hyperparameters in code")


_PROMOTES = re.compile(
    r"register|promot|transition_model|set_registered_model_alias|deploy|approve|cancel|sys\.exit|^exit$|^raise$|create_model_version|push_to_hub|upload_model|set_model_version_tag|copy_model_version|copyfile|trigger|blessed|archive|return (True|False)|publish",
    re.I,
)
_COMPARES = re.compile(
    r"prod|champion|current|baseline|threshold|min_|minimum|required|previous|old_|registered|challenger|candidate|accept|target_|reference|deployed|live_|existing",
    re.I,
)
_KEEPS = re.compile(r"save|best|checkpoint|state_dict|copy|dump|write_model|to_disk", re.I)


def model_selection(judge: Judge) -> Outcome:
    """AUT005: a candidate is compared with a bar or the current model in code and promoted or refused."""
    view = judge.view
    steps = list(
        view.hits(
            "call",
            "*.ConditionStep",
            "sagemaker.workflow.condition_step.ConditionStep",
            "kfp.dsl.Condition",
            "kfp.dsl.If",
            "kfp.v2.dsl.Condition",
            "mlflow.validate_evaluation_results",
            "tensorflow_model_analysis.*Threshold*",
            "tfx.*Evaluator",
            "tfx.*.Evaluator",
            "mlflow.models.MetricThreshold",
            "*.MetricThreshold",
            "tfma.*Threshold*",
        )
    )
    if steps:
        return found(steps[:3], 4, f"{steps[0].fact.name} decides on the candidate")
    keeps: list[Hit] = []
    for hit in view.hits("branch"):
        effects = [str(item) for key in ("then", "else") for item in (hit.get(key) or ())]
        words, function = hit.fact.name, str(hit.get("in", ""))
        promoting = [item for item in effects if _PROMOTES.search(item)]
        compares = _COMPARES.search(words) or re.search(
            r"promot|compare|is_better|validate_model|select_model|evaluat\w*_model|challenge|should_", function, re.I
        )
        if re.search(r"early|stop|patience|epoch|\blr\b|_lr|learning_rate|step|batch", words, re.I):
            continue
        strong = [
            item
            for item in promoting
            if re.search(
                r"register|promot|transition|alias|deploy|approve|cancel|create_model_version|copy_model|push_to_hub|upload_model|publish",
                item,
                re.I,
            )
        ]
        if strong and (compares or re.search(r"metric|score|acc|auc|f1|rmse|mse|mae|r2|loss", words, re.I)):
            return found([hit], 4, f"{words} decides whether the model is promoted")
        if (
            promoting
            and compares
            and re.search(r"acc|auc|score|f1|rmse|mse|mae|r2|metric|loss|precision|recall|perf", words, re.I)
            and re.search(
                r"valid|eval|promot|regist|deploy|compar|select|gate|quality|check|push|blessing",
                f"{hit.path} {function}",
                re.I,
            )
        ):
            return found([hit], 4, f"{words} decides whether the candidate is accepted").trusted("medium")
        if any(_KEEPS.search(item) for item in effects):
            keeps.append(hit)
    for hit in view.hits(
        "call",
        "*ModelCheckpoint",
        "*.EarlyStopping",
        "transformers.TrainingArguments",
        "*TrainingArguments",
        "*.CheckpointConfig",
        "ray.*.CheckpointConfig",
    ):
        if (
            hit.get("monitor")
            or hit.get("save_best_only")
            or hit.get("load_best_model_at_end")
            or hit.get("checkpoint_score_attribute")
            or hit.get("restore_best_weights")
        ):
            keeps.append(hit)
    for path in judge.view.files(["yaml", "json", "toml"]):
        for fact in view.of(path, "key"):
            if re.search(
                r"(^|\.)(save_best_only|save_top_k|load_best_model_at_end|early_stopping_metric)$", fact.name
            ) or (fact.name.endswith("monitor") and "checkpoint" in path + fact.name):
                keeps.append(Hit(path, fact))
    for hit in view.hits(
        "call",
        "*GridSearchCV",
        "*RandomizedSearchCV",
        "*.get_best_result",
        "*.best_trial",
        "*.find_best*",
        "*.search_runs",
        ".search_runs",
    ):
        if hit.get("order_by") or "best" in hit.fact.name or "Search" in hit.fact.name:
            keeps.append(hit)
    for hit in view.hits(
        "string",
        "*best*.pt",
        "*best*.pth",
        "*best*.ckpt",
        "*best*.h5",
        "*best*.keras",
        "*best*.pkl",
        "*best*.joblib",
        "*best*.bin",
        "*best*.onnx",
    ):
        if hit.path in {h.path for h in judge.concepts.savers} and view.kinds.get(hit.path) == "python":
            keeps.append(hit)
    for hit in judge.concepts.savers:
        if (
            re.search(r"\bbest", str({k: v for k, v in (hit.fact.value or {}).items() if k != "in"}), re.I)
            and view.kinds.get(hit.path) == "python"
        ):
            keeps.append(hit)
    if keeps:
        keeps.sort(key=lambda hit: "Search" in hit.fact.name)
        if "Search" not in keeps[0].fact.name:
            return half(
                "the best checkpoint or run is kept by its metric; nothing compares it with a bar or the current model",
                [hit.evidence() for hit in keeps[:3]],
                3,
            )
    return no("no code compares a candidate with a bar or with the current model")


_TRAIN_COMMAND = re.compile(
    r"train|retrain|fit|dvc (repro|exp run)|kedro run|mlflow run|pipeline|finetune|airflow|kfp|run_pipeline|zenml|flow\.py|workflow",
    re.I,
)
_SMOKE = re.compile(
    r"--?(max[-_]?)?(epochs?|steps|iters?)[= ]+[123]\b|smoke|fast[-_]dev|dry[-_]?run|tiny|mini[-_]|coco(8|128)|--quick|--debug|--limit",
    re.I,
)


def trains_by_command(line: str) -> bool:
    """Whether a command line starts training of a real model."""
    if re.match(
        r"(pip|uv|poetry|conda|apt|apt-get|git|docker|echo|cd|ls|mkdir|cp|mv|rm|cat|pytest|ruff|black|mypy|flake8|pylint|pre-commit|coverage|python -m (pytest|pip))\b",
        line,
    ):
        return bool(re.match(r"docker (compose )?run .*train", line))
    line = " ".join(line.split()[:4] if not re.match(r"python\d? ", line) else line.split()[:2])
    return bool(
        re.search(
            r"(^|[/_. -])(re)?train(ing)?[\w-]*(\.py|\.sh|\.R|\.jl|\b)|dvc (repro|exp run)|kedro run|mlflow run|az ml job create|az ml run submit|anyscale jobs? submit|run_.*pipeline|sagemaker.*start-pipeline|gcloud ai (custom-jobs|pipeline)|databricks (jobs run|bundle run)|python .*pipeline\w*\.py|kfp run|prefect deployment run|airflow dags trigger|cml runner|sky launch",
            line,
            re.I,
        )
    ) and not re.search(r"trained|--help|--version|constraint|strain", line)


def retraining_triggered(judge: Judge) -> Outcome:
    """AUT006: training of the real model on a schedule or a trigger."""
    view = judge.view
    scheduled: list[Evidence] = []
    for hit in view.hits("schedule"):
        text = f"{hit.get('of') or ''} {hit.path}"
        kind = view.kinds.get(hit.path, "")
        if kind in (
            "github-workflow",
            "gitlab-ci",
            "azure-pipeline",
            "circleci",
            "travis",
            "bitbucket",
            "jenkinsfile",
            "buildkite",
            "drone",
            "yaml-pipeline",
            "codebuild",
            "cirrus",
        ):
            continue
        if re.search(r"train|pipeline|retrain|dvc|model", text, re.I) and not re.search(
            r"batch|inference|score|predict|monitor|drift|cleanup|backup", text, re.I
        ):
            scheduled.append(hit.evidence(f"schedule {hit.fact.name}"))
    triggers: dict[str, list[Hit]] = {}
    for hit in view.hits("ci-trigger"):
        triggers.setdefault(hit.path, []).append(hit)
    code_driven: list[Evidence] = []
    for command in ci_commands(view):
        if not trains_by_command(command.line) or _SMOKE.search(command.line):
            continue
        path = command.hit.path
        origin = _ci_file(judge, command, triggers)
        names = {hit.fact.name for hit in triggers.get(origin, ())}
        if names & {"schedule", "repository_dispatch"} and not _looks_like_test(command):
            scheduled.append(command.evidence())
        elif names & {"push", "pull_request", "tag", "release", "workflow_run"} and not re.search(
            r"(^|/)tests?/", path
        ):
            code_driven.append(command.evidence())
    for hit in view.hits(
        "call",
        "*.schedule.cron",
        "airflow.DAG",
        "airflow.*.DAG",
        "*.DAG",
        "airflow.decorators.dag",
        "prefect.*.CronSchedule",
        "prefect.*.IntervalSchedule",
        "dagster.ScheduleDefinition",
        "azureml.pipeline.core.Schedule.create",
        "azure.ai.ml.entities.*Schedule",
        "*.CronTrigger",
        "*.RecurrenceTrigger",
        "flytekit.*CronSchedule",
        "flytekit.CronSchedule",
        "google.cloud.aiplatform.PipelineJobSchedule*",
        "*.create_schedule",
        "kfp.*.create_recurring_run",
        "*.create_recurring_run",
        "zenml.config.schedule.Schedule",
        "*.PipelineSchedule",
    ):
        interval = hit.get(
            "schedule_interval", hit.get("schedule", hit.get("cron", hit.get("cron_expression", hit.get("0"))))
        )
        last = hit.fact.name.rpartition(".")[2]
        if last in ("DAG", "dag") and (
            interval in (None, "@once")
            or not ("schedule" in str(hit.fact.value) or "schedule_interval" in str(hit.fact.value))
        ):
            continue
        if last in ("DAG", "dag") and not _trains_in(judge, hit.path):
            continue
        scheduled.append(hit.evidence(f"{hit.fact.name} {interval if isinstance(interval, str) else ''}".strip()))
    for hit in view.hits(
        "decorator",
        "metaflow.schedule",
        "airflow.decorators.dag",
        "airflow.sdk.dag",
        "metaflow.trigger",
        "dagster.schedule",
        "dagster.sensor",
        "modal.*.function",
        "metaflow.trigger_on_finish",
    ):
        if hit.fact.name.endswith(".dag"):
            if not (hit.get("schedule") or hit.get("schedule_interval")) or not _trains_in(judge, hit.path):
                continue
        if hit.fact.name.startswith("modal") and not hit.get("schedule"):
            continue
        scheduled.append(hit.evidence(hit.fact.name))
    if scheduled:
        return yes("training is scheduled or triggered", scheduled, 5, "medium")
    if code_driven:
        return half("training runs when the code changes, not on a schedule or on new data", code_driven, 4)
    return no("nothing schedules or triggers training")


def _ci_file(judge: Judge, command: Command, triggers: dict[str, list[Hit]]) -> str:
    """The CI file from which a command runs (its own, or the one whose command leads to it)."""
    path = command.hit.path
    if path in triggers or not command.via:
        return path
    for other in all_commands(judge.view):
        if other.where == "ci" and not other.via and other.line == command.via:
            return other.hit.path
    return path


def _looks_like_test(command: Command) -> bool:
    job = str(command.hit.get("job") or "")
    return bool(
        re.search(r"test|smoke|lint|check|nightly-ci|benchmark", f"{job} {command.hit.path.rpartition('/')[2]}", re.I)
    )


def _trains_in(judge: Judge, path: str) -> bool:
    facts = judge.view.gathered.facts.get(path, ())
    text = (
        " ".join(f.name for f in facts if f.kind in ("call", "import", "def", "stage"))
        + " "
        + " ".join(str(f.value) for f in facts if f.kind == "call")
    )
    return bool(re.search(r"train|retrain|\.fit\b|pipeline", text, re.I))


def scripts_over_notebooks(judge: Judge) -> Outcome:
    """AUT007: most of the project's code is outside notebooks."""
    view = judge.view
    notebook = sum(view.module(path).get("statements", 0) for path in view.notebooks)
    script = sum(view.module(path).get("statements", 0) for path in view.files("python", frozenset({"source", "test"})))
    for path in view.files(["r", "julia", "scala", "java"]):
        script += sum(int(f.value.get("lines", 0)) for f in view.of(path, "language")) // 2
    if not notebook and not script:
        return not_applicable("there is no code")
    share = notebook / (notebook + script)
    text = f"{share:.0%} of {notebook + script} statements are in notebooks"
    evidence = [Evidence(path) for path in view.notebooks[:3]]
    if share <= 0.30:
        return yes(text, evidence[:1], 3)
    if share <= 0.60:
        return half(text, evidence, 3)
    return no(text, evidence)


# -- experiments -------------------------------------------------------------------------------------------------------


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
    orchestrated = judge.technologies.find(kinds=["pipeline"], rung=3)
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


# -- reproducibility ---------------------------------------------------------------------------------------------------

_SEEDERS: dict[str, tuple[str, ...]] = {
    "random.seed": ("random",),
    "numpy.random.seed": ("numpy", "sklearn"),
    "numpy.random.RandomState": ("numpy",),
    "numpy.random.default_rng": ("numpy",),
    "torch.manual_seed": ("torch",),
    "torch.cuda.manual_seed": ("torch",),
    "torch.cuda.manual_seed_all": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "tensorflow.random.set_seed": ("tensorflow",),
    "tensorflow.set_random_seed": ("tensorflow",),
    "tensorflow.compat.v1.set_random_seed": ("tensorflow",),
    "mxnet.random.seed": ("mxnet",),
    "paddle.seed": ("paddle",),
    "jax.random.PRNGKey": ("jax",),
    "jax.random.key": ("jax",),
    "r:set.seed": ("r",),
}
_ALL = ("random", "numpy", "torch", "tensorflow", "sklearn", "jax")
_SEED_ALL = (
    "*seed_everything",
    "*set_seed",
    "*set_seeds",
    "*set_random_seed*",
    "*.enable_full_determinism",
    "*set_determinism",
    "*init_seeds",
    "*fix_seed*",
    "*setup_seed",
    "*seed_all*",
    "*set_all_seeds",
    "*manual_seed_all",
    "*fix_random*",
    "*seed_torch",
    "*set_global_seed*",
    "*random_seed_all",
    "ignite.utils.manual_seed",
    "*set_reproducib*",
    "*make_deterministic",
)
_DRAWS: dict[str, tuple[str, ...]] = {
    "random": ("random.random", "random.shuffle", "random.choice", "random.choices", "random.sample", "random.randint", "random.uniform", "random.gauss", "random.randrange", "random.normalvariate"),
    "numpy": ("numpy.random.rand", "numpy.random.randn", "numpy.random.randint", "numpy.random.shuffle", "numpy.random.permutation", "numpy.random.choice", "numpy.random.uniform", "numpy.random.normal", "numpy.random.random", "numpy.random.beta", "numpy.random.binomial", "numpy.random.multinomial", "numpy.random.random_sample"),
    "sklearn": (
        "sklearn.model_selection.train_test_split", "sklearn.cross_validation.train_test_split", "sklearn.ensemble.RandomForest*", "sklearn.ensemble.GradientBoosting*",
        "sklearn.ensemble.ExtraTrees*", "sklearn.tree.DecisionTree*", "sklearn.cluster.KMeans", "sklearn.cluster.MiniBatchKMeans", "sklearn.neural_network.MLP*",
        "sklearn.linear_model.SGD*", "sklearn.ensemble.AdaBoost*", "sklearn.ensemble.IsolationForest", "sklearn.manifold.TSNE", "sklearn.model_selection.RandomizedSearchCV",
        "sklearn.model_selection.ShuffleSplit", "sklearn.model_selection.StratifiedShuffleSplit", "sklearn.mixture.*", "sklearn.ensemble.Bagging*", "sklearn.utils.shuffle",
        "imblearn.over_sampling.*", "imblearn.under_sampling.*",
    ),
}  # fmt: skip


def seeds_set(judge: Judge) -> Outcome:
    """VER005: every random library that the training code uses is seeded."""
    view, concepts = judge.view, judge.concepts
    if concepts.training_files or concepts.training_entries:
        trains = set(concepts.training_files)
        callers = concepts.reaching(sorted(trains)) - trains
        scope = concepts.reach(
            sorted(
                {*trains, *concepts.training_entries, *(path for path in callers if view.kinds.get(path) == "python")}
            )
        )
        scope |= {path for path in view.python_files if path in concepts.training_entries}
    else:
        scope = set(concepts.training_notebooks) | set(concepts.training_scripts_other)
    stages = {
        path
        for hit in concepts.stage_names
        for path in view.python_files
        if path.rpartition("/")[2] in str(hit.get("cmd", ""))
    }
    scope |= stages
    scope = {path for path in scope if view.roles.get(path) == "source"}
    if not scope:
        return not_applicable("there is no training code")
    used: dict[str, Hit] = {}
    unseeded: dict[str, Hit] = {}
    for library, patterns in _DRAWS.items():
        for hit in view.hits("call", *patterns):
            if hit.path not in scope:
                continue
            if library == "sklearn":
                last = hit.fact.name.rpartition(".")[2]
                if hit.get("shuffle") is False or (last[:1].islower() and last not in ("train_test_split", "shuffle")):
                    continue  # not shuffled, or a method of an estimator
                if hit.get("random_state") is not None or "**" in (hit.fact.value or {}):
                    used.setdefault(library, hit)
                else:
                    unseeded.setdefault(library, hit)
                    used.setdefault(library, hit)
            else:
                used.setdefault(library, hit)
                unseeded.setdefault(library, hit)
    seeded_arguments = any(
        hit.path in scope
        and (hit.get("random_state") is not None or hit.get("seed") is not None or hit.get("random_seed") is not None)
        for hit in view.hits("call", *_SEEDED_CALLS)
    )
    for library, modules in (
        ("torch", ("torch",)),
        ("tensorflow", ("tensorflow", "keras", "tf_keras")),
        ("jax", ("jax",)),
    ):
        for hit in concepts.training:
            if hit.path in scope and any(
                fact.name.split(".")[0] in modules
                for path in (hit.path, *concepts.imports.get(hit.path, ()))
                for fact in view.of(path, "import")
            ):
                used.setdefault(library, hit)
                unseeded.setdefault(library, hit)
                break
    seeded: dict[str, Hit] = {}
    for name, libraries in _SEEDERS.items():
        for hit in view.hits("call", name):
            if hit.path in scope and (
                hit.get("0") is not None
                or hit.get("seed") is not None
                or (hit.fact.value and len(hit.fact.value) > (1 if "in" in hit.fact.value else 0))
            ):
                for library in libraries:
                    seeded.setdefault(library, hit)
    for hit in view.hits("call", *_SEED_ALL):
        if hit.path not in scope and view.kinds.get(hit.path) != "notebook":
            continue
        local = ":" in hit.fact.name or "." not in hit.fact.name.lstrip(".")
        if local and hit.path in scope and seeded:
            continue  # a helper of the project: what its body seeds was seen above, as the import graph reaches it
        for library in _ALL:
            seeded.setdefault(library, hit)
    for hit in view.hits(
        "call",
        "transformers.TrainingArguments",
        "*.TrainingArguments",
        "*TrainingArguments",
        "trl.*Config",
        "*.Seq2SeqTrainingArguments",
        "ultralytics.*",
    ):
        if hit.path in scope:  # these seed every library themselves, with a default seed
            for library in ("random", "numpy", "torch"):
                seeded.setdefault(library, hit)
    missing = {
        library: hit
        for library, hit in unseeded.items()
        if library not in seeded
        and not (library == "sklearn" and "numpy" in seeded and seeded["numpy"].fact.name == "numpy.random.seed")
    }
    if not used:
        if seeded or seeded_arguments:
            return yes(
                "the random numbers of training are seeded", [hit.evidence() for hit in list(seeded.values())[:1]], 3
            )
        return yes("training draws no random numbers that would need a seed", [], 3, "medium")
    if not missing:
        shown = [seeded[library] for library in used if library in seeded] or list(used.values())
        return yes(
            f"{', '.join(sorted(used))} {'is' if len(used) == 1 else 'are'} seeded",
            [hit.evidence() for hit in shown[:4]],
            3,
        )
    evidence = [hit.evidence(f"{library}: {hit.fact.name} is not seeded") for library, hit in missing.items()]
    if len(missing) < len(used) or seeded or seeded_arguments:
        return half(f"{', '.join(sorted(missing))} {'is' if len(missing) == 1 else 'are'} not seeded", evidence, 3)
    return no(f"{', '.join(sorted(missing))} {'is' if len(missing) == 1 else 'are'} not seeded", evidence)


_SEEDED_CALLS = (
    "sklearn.*",
    "xgboost.*",
    "lightgbm.*",
    "catboost.*",
    "*.train_test_split",
    "*.random_split",
    "*.train_test_split*",
    "pandas.*.sample",
    ".sample",
    "*.sample",
)


_LOCKS = (
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "pip-tools",
    "pip-hashes",
    "conda-lock",
    "pixi",
    "pylock",
    "renv",
    "julia",
    "sbt",
    "hatch",
)


def dependencies_locked(judge: Judge) -> Outcome:
    """VER003: a lock file, or every direct requirement pinned exactly."""
    view = judge.view
    locks = [hit for hit in view.hits("lock", *_LOCKS) if hit.get("packages", 1) != 0]
    files: dict[str, list[Hit]] = {}
    for hit in view.hits("dependency"):
        if hit.get("group", "main") in ("main", None) and hit.fact.name != "python":
            files.setdefault(hit.path, []).append(hit)
    if locks:
        top = min(locks, key=lambda hit: hit.path.count("/"))
        return Outcome(
            1.0,
            tuple(hit.evidence(f"{hit.fact.name} lock of {hit.get('packages', '?')} packages") for hit in locks[:3]),
            2,
            f"{top.path} locks the dependencies",
        )
    if not files:
        return no("no dependencies are declared, and there is no lock file")
    kinds = {path: view.kinds.get(path, "") for path in files}
    direct = {
        path: hits
        for path, hits in files.items()
        if not re.search(
            r"(^|/)(docs?|dev|tests?|ci)[-_/.]|dev|test|docs|lint",
            path.rpartition("/")[2] if kinds[path] == "requirements" else "",
            re.I,
        )
    }
    direct = direct or files
    total = pinned = 0
    loose: list[Hit] = []
    for hits in direct.values():
        for hit in hits:
            total += 1
            if hit.get("pinned"):
                pinned += 1
            else:
                loose.append(hit)
    text = f"{pinned} of {total} direct dependencies are pinned exactly, and there is no lock file"
    if pinned == total:
        return yes(
            f"all {total} direct dependencies are pinned",
            [hit.evidence(f"{hit.fact.name}{hit.get('spec') or ''}") for hits in direct.values() for hit in hits[:2]][
                :3
            ],
        )
    evidence = [hit.evidence(f"{hit.fact.name}{hit.get('spec') or ''}") for hit in loose[:4]]
    if pinned > total / 2:
        return half(text, evidence)
    return no(text, evidence)


def environment_defined(judge: Judge) -> Outcome:
    """VER004: the runtime, Python included, is pinned by an image, a conda environment, a dev container or Nix."""
    view = judge.view
    for path in view.files("dockerfile"):
        for fact in view.of(path, "image"):
            return yes(f"{path} builds on {fact.name}", [Evidence(path, fact.line, fact.name)])
        if view.of(path, "docker"):
            return yes(f"{path} defines the runtime", [Evidence(path, 1)])
    for path in view.files("json"):
        if "devcontainer" in path and (
            any(f.name in ("image", "dockerFile", "build.dockerfile", "build.dockerFile") for f in view.of(path, "key"))
            or view.of(path, "image")
        ):
            return yes(f"{path} defines a development container", [Evidence(path, 1)])
    for path in view.files("conda"):
        versions = view.of(path, "python-version")
        if any(re.search(r"\d", v.name) for v in versions):
            return yes(
                f"{path} pins Python and packages", [Evidence(path, versions[0].line, f"python {versions[0].name}")]
            )
    for path in view.entries:
        if view.roles[path] == "source" and re.search(
            r"(^|/)(flake\.nix|shell\.nix|default\.nix|apptainer\.def|singularity[^/]*|.*\.def|cog\.ya?ml|pixi\.lock|conda-lock\.yml|renv\.lock|Manifest\.toml)$",
            path,
            re.I,
        ):
            return yes(f"{path} defines the runtime", [Evidence(path)])
    for hit in view.hits(
        "document-type", "*environment*", "cog*", "*cluster-env*", "anyscale*", "bentofile*", "ray-cluster*"
    ):
        return yes(f"{hit.path} defines the runtime", [hit.evidence()], 2, "medium")
    for path in view.files("yaml"):
        keys = {f.name: f for f in view.of(path, "key")}
        if "base_image" in keys or ("image" in keys and ("build_commands" in keys or "post_build_cmds" in keys)):
            return yes(
                f"{path} defines the image that the code runs in",
                [Evidence(path, keys.get("base_image", next(iter(keys.values()))).line)],
                2,
                "medium",
            )
    for path in view.files("python"):
        for fact in view.of(path, "call"):
            if re.search(
                r"azureml\.core\.environment\.Environment\.|azureml\.core\.Environment\.|azure\.ai\.ml\.entities\.Environment|modal\.Image\.|flytekit\.ImageSpec|sagemaker\.image_uris|zenml\.config\.DockerSettings",
                fact.name,
            ):
                return yes(f"{fact.name} defines the environment", [Evidence(path, fact.line, fact.name)], 3)
    version = view.first("python-version")
    if version is None:
        version = next((hit for hit in view.hits("call", "setuptools.setup") if hit.get("python_requires")), None)
    if version is not None:
        return half(f"only the Python version is given ({version.path})", [version.evidence()])
    return no("nothing pins the runtime")


_VERSION_TAG = re.compile(r"(^|[@/_-]|v|release)\d+\.\d+|^v\d+|\d{8}|@v?\d", re.I)


def releases_tagged(judge: Judge) -> Outcome:
    """VER006: version tags, a changelog or a release workflow."""
    view = judge.view
    tags = [tag for tag in view.snapshot.tags if _VERSION_TAG.search(tag)]
    if tags:
        return yes(f"{len(tags)} version tags, such as {tags[-1]}")
    for path in view.entries:
        if (
            re.fullmatch(r"(?:docs/)?(changelog|changes|history|release[-_ ]?notes|news)(\.(md|rst|txt))?", path, re.I)
            and view.entries[path].size != 0
        ):
            return yes(f"{path} records the releases", [Evidence(path)])
    uses = judge.technologies.find(kinds=["release"], rung=2)
    if uses:
        return Outcome(1.0, uses[0].evidence, uses[0].rung, f"{uses[0].name} makes releases")
    for hit in view.hits("ci-trigger", "release", "tag"):
        return yes(f"{hit.path} runs on releases", [hit.evidence(f"on {hit.fact.name}")], 4)
    for hit in view.hits(
        "action",
        "softprops/action-gh-release*",
        "pypa/gh-action-pypi-publish*",
        "actions/create-release*",
        "ncipollo/release-action*",
        "googleapis/release-please-action*",
    ):
        return found([hit], 4, f"{hit.fact.name} makes releases")
    return no("no version tags, no changelog and no release workflow")


def model_registry(judge: Judge) -> Outcome:
    """VER002: models are registered with a version; versioned or time-stamped paths or object storage are half."""
    view = judge.view
    uses = judge.technologies.find(kinds=["model-registry"], rung=2)
    real = [use for use in uses if use.rung >= 3 or all("imported" not in item.detail for item in use.evidence)]
    if real:
        return Outcome(1.0, real[0].evidence, real[0].rung, f"models are registered with {real[0].name}")
    for hit in view.hits("key", "artifacts.*"):
        if view.kinds.get(hit.path) == "dvc":
            return found([hit], 2, "dvc.yaml declares the model as an artifact")
    evidence: list[Evidence] = []
    for hit in judge.concepts.savers:
        if view.kinds.get(hit.path) != "python":
            continue
        text = str({k: v for k, v in (hit.fact.value or {}).items() if k != "in"})
        if "*" in text or re.search(r"epoch|step|version|timestamp|time|date|run_id|\bid\b", text, re.I):
            evidence.append(hit.evidence())
    stamped = [
        hit
        for hit in view.hits(
            "call",
            "datetime.datetime.now*",
            "datetime.now*",
            "time.strftime",
            "datetime.*.strftime",
            ".strftime",
            "time.time",
            "datetime.datetime.*",
        )
        if hit.path in {h.path for h in judge.concepts.savers}
        or re.search(r"(^|/)(util|train|config|parse|run|experiment|main)", hit.path)
    ]
    if judge.concepts.savers and stamped and not evidence:
        evidence = [hit.evidence(f"{hit.fact.name}: a time stamp in the run's path") for hit in stamped[:2]]
    storage = judge.technologies.find(kinds=["artifact-storage"], rung=3)
    urls = [
        hit
        for hit in view.hits(
            "string",
            "http*.pt",
            "http*.pth",
            "http*.bin",
            "http*.h5",
            "http*.ckpt",
            "http*.safetensors",
            "http*.onnx",
            "s3://*",
            "gs://*",
            "https://*.blob.core.windows.net/*",
        )
    ]
    if evidence:
        return half("models are saved under versioned or time-stamped paths, not in a registry", evidence[:3], 3)
    if judge.technologies.find(kinds=["tracker-artifacts"], rung=3) and judge.concepts.training:
        use = judge.technologies.find(kinds=["tracker-artifacts"], rung=3)[0]
        return half(f"models are kept per run in {use.name}, not registered", use.evidence, 3)
    if (storage and judge.concepts.training) or urls:
        items = storage[0].evidence if storage else tuple(hit.evidence() for hit in urls[:3])
        return half("models lie in object storage, not in a registry", items, 3, "medium")
    if uses:
        return half(f"{uses[0].name} is there, but no model is registered", uses[0].evidence, 2)
    return no("models are not registered")


def data_versioned(judge: Judge) -> Outcome:
    """VER001: data sets carry a version."""
    view = judge.view
    pointers = [hit for hit in view.hits("pointer") if hit.fact.name == "dvc" or view.kinds.get(hit.path) == "data"]
    if pointers:
        return found(pointers[:3], 3, f"data is versioned with {pointers[0].fact.name.upper()}")
    for hit in view.hits("stage"):
        if view.kinds.get(hit.path) in ("dvc-lock",) and (hit.get("deps") or hit.get("outs")):
            return found([hit], 3, "dvc.lock records the data's hashes")
    locks = [path for path in view.entries if view.kinds.get(path) == "dvc-lock" and view.roles[path] == "source"]
    if locks:
        return yes("dvc.lock records the data's hashes", [Evidence(locks[0])], 3)
    attributes = [
        hit
        for hit in view.hits("attribute")
        if hit.get("filter") == "lfs"
        and re.search(r"csv|parquet|data|tsv|npy|jsonl|feather|h5|xlsx|zip|tar|\*\.gz", hit.fact.name, re.I)
    ]
    if attributes and any(view.kinds.get(path) == "data" for path in view.entries):
        return found(attributes[:2], 3, "data files go through Git LFS")
    uses = judge.technologies.find(kinds=["data-versioning"], rung=3)
    uses = [use for use in uses if use.name not in ("DVC", "Git LFS")]
    if uses:
        return Outcome(1.0, uses[0].evidence, uses[0].rung, f"data sets are versioned with {uses[0].name}")
    revisions = [
        hit
        for hit in view.hits(
            "call",
            "datasets.load_dataset",
            "huggingface_hub.snapshot_download",
            "*.Dataset.get_by_name",
            "azureml.core.*Dataset*.register",
            "*.register",
        )
        if hit.get("revision") or hit.get("version") or hit.get("create_new_version")
    ]
    if revisions:
        return found(revisions[:2], 3, "data sets are fetched by version")
    configured = judge.technologies.find(kinds=["data-versioning"], rung=2)
    if configured:
        return half(f"{configured[0].name} is configured, but no data is tracked", configured[0].evidence, 2)
    if judge.technologies.find(kinds=["data-versioning"]):
        use = judge.technologies.find(kinds=["data-versioning"])[0]
        return half(f"{use.name} is declared, but no data is tracked", use.evidence, 1)
    return no("data carries no version")


def remote_storage(judge: Judge) -> Outcome:
    """VER007: data and models go to configured remote storage."""
    view = judge.view
    for hit in view.hits("remote"):
        if re.match(r"[a-z0-9+]+://", hit.fact.name) and not hit.fact.name.startswith("file:"):
            return found([hit], 2, f"a {hit.get('tool') or ''} remote is configured".replace("  ", " "))
    for kind in ("experiment-tracking", "tracker-artifacts"):
        hosted = [
            use
            for use in judge.technologies.find(kinds=[kind], rung=3)
            if re.search(r"azure|sagemaker|vertex|weights|wandb|w&b|comet|neptune|clearml|databricks", use.name, re.I)
        ]
        if hosted and judge.technologies.find(kinds=["tracker-artifacts"], rung=3):
            return Outcome(1.0, hosted[0].evidence, 3, f"artifacts go to {hosted[0].name}", "medium")
    uses = judge.technologies.find(kinds=["artifact-storage"], rung=3)
    writing = [
        use for use in uses if not all(re.search(r"http|download|imported", item.detail) for item in use.evidence)
    ]
    if writing:
        return Outcome(1.0, writing[0].evidence, writing[0].rung, f"{writing[0].name} holds data or models")
    uris = [
        hit
        for hit in view.hits(
            "string", "s3://*", "gs://*", "abfss://*", "wasbs://*", "dbfs:/*", "azureml://*", "hdfs://*", "oss://*"
        )
    ]
    keys = [
        hit
        for hit in view.hits("key")
        if isinstance(hit.fact.value, str)
        and re.match(r"(s3a?|gs|abfss?|wasbs?|azureml|hdfs|dbfs|oss|minio)://?\w", hit.fact.value)
    ]
    commands = [
        command
        for command in all_commands(view)
        if re.match(r"(aws s3(api)? |gsutil |gcloud storage |az storage |azcopy |rclone |mc cp|s5cmd )", command.line)
    ]
    if uris or keys or commands:
        evidence = (
            [hit.evidence() for hit in uris[:2]]
            + [hit.evidence(f"{hit.fact.name}: {str(hit.fact.value)[:60]}") for hit in keys[:2]]
            + [command.evidence() for command in commands[:2]]
        )
        return yes("data or models are kept in object storage", evidence, 3)
    registry = judge.technologies.find(kinds=["model-registry"], rung=3)
    if any(re.search(r"hub|azure|sagemaker|vertex|databricks|w&b|weights", use.name, re.I) for use in registry):
        return Outcome(1.0, registry[0].evidence, 3, f"models go to {registry[0].name}", "medium")
    managed = judge.technologies.find(kinds=["managed-ml"], rung=3)
    if managed:
        return Outcome(
            1.0, managed[0].evidence, 3, f"{managed[0].name} keeps data and models in its own storage", "medium"
        )
    weights = [
        hit
        for hit in view.hits(
            "string",
            "http*.pt",
            "http*.pth",
            "http*.bin",
            "http*.h5",
            "http*.ckpt",
            "http*.safetensors",
            "http*.onnx",
            "https://*.blob.core.windows.net/*",
            "https://storage.googleapis.com/*",
            "https://*.amazonaws.com/*",
        )
        if view.kinds.get(hit.path) == "python"
    ]
    if weights:
        return half(
            "models are fetched from remote storage, but nothing is written to one",
            [hit.evidence() for hit in weights[:3]],
            3,
        )
    if uses:
        return half(f"{uses[0].name} is used to fetch only", uses[0].evidence, 3)
    return no("data and models stay on local disks")


_LARGE = re.compile(
    r"Llama|Mistral|Qwen|Falcon|Gemma|GPTNeoX|GPTJ|OPTFor|Bloom|Mixtral|DeepSeek|Phi3|Baichuan|ChatGLM|StableDiffusion|FluxPipeline|CausalLM|FastLanguageModel|AutoModelForVision2Seq|Llava|Whisper.*ForConditional|T5ForConditional|DiffusionPipeline|UNet2DCondition",
    re.I,
)


def fine_tunes_large(judge: Judge) -> Outcome:
    """VER008 applies: the code trains a large pre-trained model."""
    view, concepts = judge.view, judge.concepts
    peft = judge.technologies.find(kinds=["peft"], rung=3)
    if peft:
        return Outcome(1.0, peft[0].evidence, 3)
    trains = set(concepts.training_files) | set(concepts.training_notebooks)
    for hit in view.hits("call", "*.from_pretrained"):
        if _LARGE.search(hit.fact.name) or re.search(
            r"\b([1-9]\d*(\.\d+)?)b\b|llama|mistral|falcon|qwen|gemma|bloom|opt-[1-9]|gpt-?(j|neox)|vicuna|alpaca",
            str(hit.get("0", "")),
            re.I,
        ):
            near = {hit.path, *concepts.imports.get(hit.path, ())} | {
                p for p in concepts.imports if hit.path in concepts.imports[p]
            }
            if near & trains:
                return found([hit], 3)
    return NOTHING


def efficient_fine_tuning(judge: Judge) -> Outcome:
    """VER008: parameter-efficient fine-tuning."""
    wired = judge.technologies.find(kinds=["peft"], rung=3)
    if wired:
        return Outcome(1.0, wired[0].evidence, 3, f"{wired[0].name} fine-tunes few parameters")
    return no("a large pre-trained model is fine-tuned in full")


def training_economy(judge: Judge) -> Outcome:
    """COS003: early stopping, mixed precision, checkpoint and resume, or spot instances."""
    view = judge.view
    calls = list(
        view.hits(
            "call",
            "*EarlyStopping*",
            "*.autocast",
            "*.GradScaler",
            "*ModelCheckpoint",
            "*.mixed_precision.*",
            "*early_stopping*",
            "*.amp.*",
            "*AsyncHyperBandScheduler",
            "*ASHAScheduler",
            "*.HyperbandPruner",
            "*.MedianPruner",
            "*resume_from_checkpoint*",
            "*.BackupAndRestore",
            "accelerate.Accelerator",
        )
    )
    if calls:
        return found(calls[:3], 3, f"{calls[0].fact.name.rpartition('.')[2]} saves training time")
    keywords = [
        hit
        for hit in view.hits(
            "call",
            "*Trainer",
            "*TrainingArguments",
            "*.train",
            "*.fit",
            ".fit",
            "*.Trainer",
            "*Estimator",
            "*Config",
            "lightgbm.train",
            "xgboost.train",
        )
        if any(
            key in (hit.fact.value or {})
            for key in (
                "precision",
                "fp16",
                "bf16",
                "resume_from_checkpoint",
                "early_stopping_rounds",
                "use_spot_instances",
                "load_best_model_at_end",
                "ckpt_path",
                "gradient_checkpointing",
                "amp",
                "patience",
            )
        )
    ]
    if keywords:
        return found(keywords[:3], 3, "training uses mixed precision, checkpoints or early stopping")
    options = [
        hit
        for hit in view.hits("call", "*.add_argument", ".add_argument")
        if re.search(r"resume|early[-_]?stop|patience|amp$|fp16|mixed", str(hit.get("0", "")), re.I)
    ]
    if options:
        return found(options[:3], 3, f"option {options[0].get('0')}")
    functions = [
        hit
        for hit in view.hits("def")
        if re.search(
            r"early_?stop|resume_(checkpoint|training)|_?resume|load_checkpoint|restore_checkpoint",
            hit.fact.name.rpartition(".")[2],
            re.I,
        )
    ]
    if functions:
        return found(functions[:2], 3, f"{functions[0].fact.name}")
    keys = [
        hit
        for hit in view.search(
            "key",
            r"(^|\.)(early_stop\w*|resume\w*|mixed_precision|fp16|bf16|precision|patience|use_spot|spot|capacity_type)$",
        )
        if hit.fact.value not in (False, None, 0, "", "false", 32, "32")
    ]
    if keys:
        return Outcome(
            1.0,
            tuple(hit.evidence(f"{hit.fact.name}: {hit.fact.value}") for hit in keys[:3]),
            2,
            f"{keys[0].fact.name} is set",
            "medium",
        )
    stops = [
        hit
        for hit in view.hits("branch")
        if re.search(r"stop|patience|minimum_updates|no_improve|not_improved|without_improv|early", hit.fact.name, re.I)
    ]
    if stops:
        return found(stops[:2], 3, "training stops when nothing improves").trusted("medium")
    return no("no early stopping, mixed precision, resuming or spot instances")
