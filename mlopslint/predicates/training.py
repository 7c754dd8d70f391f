"""Predicates on automation: preparation, training, selection, retraining (AUT)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from mlopslint.commands import Command, all_commands, ci_commands
from mlopslint.concepts import DATA_WORDS, TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.patterns import late, remembered
from mlopslint.predicates.structure import _READERS
from mlopslint.records import Evidence
from mlopslint.technologies import packages_of
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_STAGE_SCRIPT = late(
    r"(prep\w*|process\w*|clean|download|data|load|split|featur\w*|extract|train\w*|fit|eval\w*|test|predict|infer\w*|tune|valid\w*|deploy|register|export)",
    re.I,
)


def chained_by_script(judge: Judge) -> Outcome:
    """AUT001 half: stages chained by Make or a shell script."""
    by_file: dict[str, dict[str, Evidence]] = {}
    training = tuple(judge.concepts.training_files)
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
        if re.search(r"\w_tests?\.\w+$|(^|/)(tests/|test_)", script):
            continue
        if script.lstrip("./").endswith(training):
            by_file.setdefault(command.hit.path, {}).setdefault("train", command.evidence())
        elif script and match:
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
        and (view.kinds[path] != "python" or judge.concepts.frameworks or _handles_data(judge, path))
    ]
    works = [path for path in files if view.kinds[path] != "python" or any(True for _ in view.of(path, "def"))]
    if works:
        return yes(f"{works[0]} prepares data", [Evidence(path) for path in works[:3]], 3)
    functions = [
        hit
        for hit in view.hits("def")
        if view.kinds.get(hit.path) == "python"
        and hit.path not in judge.concepts.serving_files
        and DATA_WORDS.search(hit.fact.name.rpartition(".")[2])
        and not _NO_DATA.search(hit.fact.name.rpartition(".")[2])
        and (judge.concepts.frameworks or _handles_data(judge, hit.path))
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
    handled += [
        hit
        for hit in view.hits("base", "torch.utils.data.*Dataset", "*.IterableDataset")
        if view.kinds.get(hit.path) == "python"
    ]
    if handled:
        return found(handled[:3], 3, f"{handled[0].path} reads and prepares data").trusted("medium")
    if view.notebooks:
        return no("data is prepared in notebooks only", [Evidence(path) for path in view.notebooks[:2]])
    return no("no code prepares data")


#: Functions that words of data preparation name, and that prepare none.
_NO_DATA = late(r"^_?eval|clean\w*_?(up|folders?|dir\w*|files?|cache|temp|tmp|workspace|logs?|branch\w*)|cleanup", re.I)
#: What data are held in or read with, where no framework shows that there is learning at all.
_DATA_PACKAGES = frozenset(
    [
        "pandas",
        "numpy",
        "polars",
        "pyarrow",
        "dask",
        "pyspark",
        "datasets",
        "xarray",
        "geopandas",
        "cudf",
        "ibis",
        "duckdb",
        "h5py",
        "zarr",
        "cv2",
        "PIL",
        "skimage",
        "librosa",
        "soundfile",
        "nltk",
        "sqlalchemy",
        "psycopg2",
        "psycopg",
        "snowflake",
        "boto3",
        "scipy",
        "feast",
        "great_expectations",
        "pandera",
        "beam",
        "apache_beam",
        "modin",
        "vaex",
    ]
)


def _handles_data(judge: Judge, path: str) -> bool:
    return any(fact.name.partition(".")[0] in _DATA_PACKAGES for fact in judge.view.of(path, "import"))


#: What starts something that the code does not name: a job that configuration describes.
_STARTS = frozenset({".run", ".execute", ".launch", ".start", ".train", ".fit", ".main"})


def _training_entries(judge: Judge) -> list[str]:
    """Files that start training, the plainest first; of those that only import what trains, the ones that come to call it."""
    from mlopslint.ahead import OnDemand, Starts, comes_to_train

    view, concepts = judge.view, judge.concepts
    plain = [p for p in concepts.training_entries if p in concepts.training_files or TRAIN_WORDS.search(p)]
    plain.sort(key=lambda path: not TRAIN_WORDS.search(path.rpartition("/")[2]))
    others = [path for path in concepts.training_entries if path not in plain and not path.startswith(".")]
    if not others:
        return plain
    known = OnDemand(view.snapshot, view.gathered, None)
    starts = Starts(known)
    return plain + [
        path
        for path in others
        if comes_to_train(known, [path], starts) or any(fact.name in _STARTS for fact in view.of(path, "call"))
    ]


def training_scripted(judge: Judge) -> Outcome:
    """AUT003: training is started from a script or module with parameters from arguments or configuration."""
    view, concepts = judge.view, judge.concepts
    entries = _training_entries(judge)
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
        step = _as_step(judge)
        if step:
            return step
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
        path = next((p for p in concepts.training_files if not DATA_WORDS.search(p)), concepts.training_files[0])
        step = _as_step(judge)
        if step:
            return step
        callers = [p for p in view.python_files if path in concepts.imports.get(p, ())]
        script = _bare_script(judge, callers)
        if script:
            return half(
                f"{script} trains, with constants only", [Evidence(script), Evidence(path, _line(judge, path))], 3
            )
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


def _bare_script(judge: Judge, callers: list[str]) -> str:
    """A script that starts training as it is read, and takes nothing from outside."""
    view, concepts = judge.view, judge.concepts
    for path in callers:
        if view.roles.get(path) != "source" or concepts.is_imported(path) or path.endswith("__init__.py"):
            continue
        if concepts.takes_arguments(path) or _reads_configuration(judge, [path]):
            continue
        for fact in view.of(path, "call"):
            if "in" not in (fact.value or {}) and re.search(r"(^|[._:])(re)?(train|fit)(_\w+)?$", fact.name):
                return path
    return ""


def _as_step(judge: Judge) -> Outcome:
    """Training in a script that a pipeline declared in code or for Ploomber hands its parameters to."""
    staged = [path for path in judge.concepts.training_files if path in judge.concepts.stage_scripts]
    if not staged:
        return NOTHING
    reason = f"{staged[0]} trains as a step that its pipeline parametrises"
    return yes(reason, [Evidence(staged[0], _line(judge, staged[0]))], 3, "medium")


def _line(judge: Judge, path: str) -> int | None:
    return next((hit.fact.line for hit in judge.concepts.training if hit.path == path), None)


def _reads_configuration(judge: Judge, paths: Iterable[str]) -> bool:

    wanted = set(paths)
    return any(
        hit.path in wanted
        for kind in ("call", "decorator")
        for hit in judge.view.hits(kind, *_READERS, "json.load", "os.getenv", "os.environ", "os.environ.get")
    )


def tuning_automated(judge: Judge) -> Outcome:
    """AUT004: a hyperparameter search in code or configuration."""
    uses = judge.technologies.find(kinds=["hyperparameter-tuning"], rung=2)
    trained = " ".join(hit.fact.name for hit in judge.concepts.training)
    modules = {t.name: t.imports for t in judge.technologies.known if t.kind == "automl"}
    for use in judge.technologies.find(kinds=["automl"], rung=2):  # one that only loads its models searches nothing
        if any(module in trained for module in modules.get(use.name, ())) or not modules.get(use.name):
            uses.append(use)
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
        for hit in judge.view.search_last(
            "def",
            r"(?i)^(tune|tuning)$|(^|_)(tune_(model|hyper\w*|params?|parameters)|hyperparam\w*_(search|tuning|optimi[sz]ation)|grid_search|random_search|hpo|evolve|optimi[sz]e_hyper\w*|hyperopt|sweep)(_|$)",
        )
        if hit.get("type") != "class" and hit.get("lines", 0) > 8
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


_PROMOTES = late(
    r"register|promot|transition_model|set_registered_model_alias|deploy|approve|cancel|sys\.exit|^exit$|^raise$|create_model_version|push_to_hub|upload_model|set_model_version_tag|copy_model_version|copyfile|trigger|blessed|archive|return (True|False)|publish",
    re.I,
)


_COMPARES = late(
    r"prod|champion|current|baseline|threshold|min_|minimum|required|previous|old_|registered|challenger|candidate|accept|target_|reference|deployed|live_|existing"
    r"|better|outperform|beats|good_enough|should_(promote|deploy|register|replace)|approved|(passes|meets)_",
    re.I,
)


_METRIC_WORDS = late(
    r"acc(?!el|ept|ess|ord|oun|um|id)|auc|score|f1|rmse|mse|mae|r2|metric|loss|precision|recall|perf", re.I
)
#: The score of what was trained last: ``best_model_score``, ``test_accuracy``.
_OF_CANDIDATE = late(
    r"(^|[ .])(best|candidate|final|new|test|val(idation)?)_(\w+_)?(acc(uracy)?|auc|f1|mae|mse|precision|r2|recall|rmse|scores?)(_score)?( |$)",
    re.I,
)
_KEEPS = late(r"save|best|checkpoint|state_dict|copy|dump|write_model|to_disk", re.I)


#: Steps of pipelines, and of libraries that evaluate, which let only a good candidate pass.
_CONDITIONS = (
    "*.ConditionStep", "sagemaker.workflow.condition_step.ConditionStep", "kfp.dsl.Condition", "kfp.dsl.If", "kfp.v2.dsl.Condition",
    "mlflow.validate_evaluation_results", "tensorflow_model_analysis.*Threshold*", "tfx.*Evaluator", "tfx.*.Evaluator",
    "mlflow.models.MetricThreshold", "*.MetricThreshold", "tfma.*Threshold*",
)  # fmt: skip
_PACE = late(r"early|stop|patience|epoch|\blr\b|_lr|learning_rate|step|batch", re.I)
_COMPARING = late(r"promot|compare|is_better|validate_model|select_model|evaluat\w*_model|challenge|should_", re.I)
_RELEASES = late(
    r"register|promot|transition|alias|deploy|approve|cancel|create_model_version|copy_model|push_to_hub|upload_model|publish",
    re.I,
)
_MEASURES = late(r"metric|score|acc(?!el|ept|ess|ord|oun|um|id)|auc|f1|rmse|mse|mae|r2|loss", re.I)
_JUDGES = late(r"valid|eval|promot|regist|deploy|compar|select|gate|quality|check|push|blessing", re.I)
_BAR = late(r"threshold|(^|[ ._])(min|minimum|bar|required)_", re.I)


def model_selection(judge: Judge) -> Outcome:
    """AUT005: a candidate is compared with a bar or the current model in code and promoted or refused."""
    own = packages_of(judge.view)
    steps = [  # a library that makes them decides on nothing itself
        hit
        for hit in judge.view.hits("call", *_CONDITIONS)
        if not hit.path.startswith(own.get(hit.fact.name.partition(".")[0], ("\0",)))
    ]
    if steps:
        return found(steps[:3], 4, f"{steps[0].fact.name} decides on the candidate")
    training = {*judge.concepts.training_files, *judge.concepts.training_entries}
    keeps: list[Hit] = []
    for hit in judge.view.hits("branch"):
        if _PACE.search(hit.fact.name):
            continue
        decided = _decides(hit, hit.path in training)
        if decided.grade:
            return decided
        if any(_KEEPS.search(item) for item in _effects(hit)):
            keeps.append(hit)
    keeps += _kept_by_metric(judge)
    keeps.sort(key=lambda hit: "Search" in hit.fact.name)
    if keeps and "Search" not in keeps[0].fact.name:
        return half(
            "the best checkpoint or run is kept by its metric; nothing compares it with a bar or the current model",
            [hit.evidence() for hit in keeps[:3]],
            3,
        )
    return no("no code compares a candidate with a bar or with the current model")


def _effects(hit: Hit) -> list[str]:
    """What the sides of a branch do."""
    return [str(item) for key in ("then", "else") for item in (hit.get(key) or ())]


def _decides(hit: Hit, in_training: bool) -> Outcome:
    """Whether a branch promotes or refuses a candidate, and how."""
    words, function, effects = hit.fact.name, str(hit.get("in", "")), _effects(hit)
    place = f"{hit.path} {function}"
    promoting = [item for item in effects if _PROMOTES.search(item)]
    compares = _COMPARES.search(words) or _COMPARING.search(function)
    if any(_RELEASES.search(item) for item in promoting) and (compares or _MEASURES.search(words)):
        return found([hit], 4, f"{words} decides whether the model is promoted")
    if compares and _METRIC_WORDS.search(words):
        if promoting and _JUDGES.search(place):
            return found([hit], 4, f"{words} decides whether the candidate is accepted").trusted("medium")
        if effects and re.search(r"promot", place, re.I):
            return found([hit], 3, f"{words} decides whether the candidate is promoted").trusted("medium")
    if any(item == "raise" or item.endswith("sys.exit") for item in effects):
        if in_training and _BAR.search(words):
            return found([hit], 3, f"{words} decides whether the candidate is accepted").trusted("medium")
        if _OF_CANDIDATE.search(words):
            return found([hit], 3, f"{words} is held to a bar, and refused below it").trusted("medium")
    return NOTHING


#: Options by which a trainer keeps the best of its checkpoints.
_KEEPING = ("monitor", "save_best_only", "load_best_model_at_end", "checkpoint_score_attribute", "restore_best_weights")
_BEST_FILES = tuple(f"*best*.{end}" for end in ("pt", "pth", "ckpt", "h5", "keras", "pkl", "joblib", "bin", "onnx"))


def _kept_by_metric(judge: Judge) -> Iterator[Hit]:
    """Where the best checkpoint, run or set of parameters is kept."""
    view = judge.view
    for hit in view.hits(
        "call",
        "*ModelCheckpoint",
        "*.EarlyStopping",
        "transformers.TrainingArguments",
        "*TrainingArguments",
        "*.CheckpointConfig",
        "ray.*.CheckpointConfig",
    ):
        if any(hit.get(option) for option in _KEEPING):
            yield hit
    best = remembered(r"(^|\.)(save_best_only|save_top_k|load_best_model_at_end|early_stopping_metric)$")
    for path in view.files(["yaml", "json", "toml"]):
        for fact in view.of(path, "key"):
            if best[fact.name] or (fact.name.endswith("monitor") and "checkpoint" in path + fact.name):
                yield Hit(path, fact)
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
            yield hit
    savers = {hit.path for hit in judge.concepts.savers}
    for hit in view.hits("string", *_BEST_FILES):
        if hit.path in savers and view.kinds.get(hit.path) == "python":
            yield hit
    for hit in judge.concepts.savers:
        given = {key: value for key, value in (hit.fact.value or {}).items() if key != "in"}
        if re.search(r"\bbest", str(given), re.I) and view.kinds.get(hit.path) == "python":
            yield hit


@lru_cache(maxsize=8192)
def trains_by_command(line: str) -> bool:
    """Whether a command line starts training of a real model."""
    if line.startswith(("-", "[")):
        return False  # what is left of a test in a shell script
    if re.match(
        r"(pip|uv|poetry|conda|apt|apt-get|git|docker|echo|printf|cd|ls|mkdir|cp|mv|rm|cat|head|tail|wc|sed|awk|grep|sort|curl|wget|tar|zip|unzip|gzip|gunzip|touch|chmod|find|tee|test|pytest|ruff|black|mypy|flake8|pylint|pre-commit|coverage|python -m (pytest|pip))\b",
        line,
    ):
        return bool(re.match(r"docker (compose )?run .*train", line))
    line = " ".join(line.split()[:4] if not re.match(r"python\d? ", line) else line.split()[:2])
    return bool(
        re.search(
            r"(^|[/_. -])(re)?train(ing)?[\w-]*(\.py|\.sh|\.R|\.jl|\b)|dvc (repro|exp run)|kedro run|mlflow run|az ml job create|az ml run submit|anyscale jobs? submit|run[-_].*pipeline|sagemaker.*start-pipeline|gcloud ai (custom-jobs|pipeline)|databricks (jobs run|bundle run)|python .*pipeline\w*\.py|kfp run|prefect deployment run|airflow dags trigger|cml runner|sky launch",
            line,
            re.I,
        )
    ) and not re.search(
        r"trained|--help|--version|constraint|strain"
        r"|train(ing)?/(\S*/)?(convert|deploy|download|eval|export|package|plot|prepare|publish|register|serve|stage|test)\w*\.(py|sh)\b",
        line,
    )


def runs_training_pipeline(judge: Judge, command: Command) -> bool:
    """Whether a command starts a script that runs a pipeline declared in code, in which a model is trained."""
    path = judge.concepts.pipeline_started_by(command.words)
    return bool(path) and bool(judge.concepts.reach([path]) & set(judge.concepts.training_files))


_SUBMITS = late(r"(anyscale jobs? submit|az ml job create|sky launch|gcloud ai custom-jobs)\b")


def ci_training(judge: Judge) -> list[Command]:
    """The commands of CI that start training; a job that is submitted does where something trains in its file."""
    every = ci_commands(judge.view)
    training = [c for c in every if trains_by_command(c.line) or runs_training_pipeline(judge, c)]
    submitted = [c for c in training if _SUBMITS.match(c.line)]
    idle: set[str] = set()
    for command in submitted:
        started = [c for c in every if c.via == command.line]
        if started and not any(c in training or c.words[0].startswith("$") for c in started):
            idle.add(command.line)
    return [c for c in training if c.line not in idle]


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
