"""What the facts mean together: which files train, serve, prepare data, test, and who imports whom."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from mlopslint.imports import Imports
from mlopslint.patterns import late
from mlopslint.records import Fact
from mlopslint.view import EVERYWHERE, Hit, View

_PREPROCESSOR = late(
    r"scaler|encoder|vectori[sz]er|imputer|tokeni[sz]er|binari[sz]er|selector|selectk|preproc|tfidf|normali[sz]er"
    r"|discreti[sz]er|transformer\b|pca|bpe|labelenc|onehot|\bpt\b|\ble\b|\bmlb\b|\bohe\b|\bss\b|augment|hasher|featur",
    re.I,
)
_ESTIMATOR = late(
    r"model|clf|classif|estim|regr|pipe|\bnet|trainer|learner|automl|search|grid|forest|xgb|lgb|lgbm|catboost|\bsvm|svc|knn"
    r"|\blr\b|bst|gbm|tree|kmeans|cluster|algo|\brf\b|\bnb\b|baseline|ensemble|network|autoencoder|\bgan\b|predictor|study"
    r"|recommender|forecaster|booster|ridge|lasso|\bdt\b|logreg|pipeline",
    re.I,
)
FRAMEWORKS = (
    "sklearn", "torch", "tensorflow", "keras", "xgboost", "lightgbm", "catboost", "jax", "flax", "pytorch_lightning", "lightning",
    "transformers", "fastai", "statsmodels", "prophet", "mxnet", "paddle", "spacy", "gensim", "autogluon", "flaml", "pycaret",
    "h2o", "tpot", "pyspark.ml", "sktime", "darts", "surprise", "implicit", "ultralytics", "detectron2", "stable_baselines3",
    "trl", "peft", "diffusers", "sentence_transformers", "imblearn", "optuna", "sagemaker", "ray.train", "numpyro", "pymc",
)  # fmt: skip
_TRAINERS = (
    "xgboost.train", "xgboost.cv", "lightgbm.train", "catboost.train", "*.fit_generator", "*.train_on_batch", "*.GradientTape",
    "ultralytics.YOLO.train", "fasttext.train_supervised", "*Trainer.train", "*Trainer.fit", "*.Learner.fit*", "jax.value_and_grad",
    "*.backward", ".backward", "*.fit_one_cycle", ".fit_one_cycle", ".fine_tune", "pycaret.*.create_model", "pycaret.*.compare_models",
    "*.learn_one", "torch.optim.*.step", "spacy.training.*", "*.initialize_optimizer", "r:*train*", "r:fit*", "julia:*fit*", "julia:*train*",
    "*LightningCLI",
    "*SFTTrainer.train", "*.AutoML.fit", "stable_baselines3.*.learn", "sagemaker.*Estimator.fit", "*HyperparameterTuner.fit",
    "*.create_training_job", ".create_training_job", "*.create_hyper_parameter_tuning_job",
    "tensorflow.estimator.train*", "tf.estimator.train*", "*.train_and_evaluate", "mlflow.*.train", "detectron2.*Trainer.train", "*.grad",
)  # fmt: skip
_FITS = ("*.fit", ".fit", "*.partial_fit", "*.fit_predict")
#: What no call that trains is named unlike.
MAY_TRAIN = (*_TRAINERS, *_FITS)
_SAVERS = (
    "torch.save", "joblib.dump", "pickle.dump", "*.save_model", ".save_model", "*.save_pretrained", ".save_pretrained", "*.save_weights",
    ".save_weights", "cloudpickle.dump", "dill.dump", "*.export", "skops.io.dump", "*.save_checkpoint", ".save_checkpoint", "*.saved_model.save",
    "*.mlflow.*.save_model", "sklearn.externals.joblib.dump", "safetensors.*.save*", "keras.*.save", "tensorflow.*.save",
)  # fmt: skip
DATA_WORDS = late(
    r"(^|[_/.-])(data|dataset|datasets|dataloader|dataloaders|data_loader|preprocess\w*|prepro|prepare\w*|preparation|featuri[sz]\w*|features?"
    r"|feature_\w+|transform(?!ers(?![a-z]))\w*|etl|clean\w*|ingest\w*|augment\w*|loader|loaders|load_data|make_dataset|tokeni[sz]\w*|normali[sz]er?s?"
    r"|build_features|extract\w*|split(?!_?(states|heads|channels?|qkv|gates?|tensors?|layers?|weights|modules?|params|args|path|name))\w*|processing|process_data|wrangl\w*|audio|collat\w*)([_/.-]|$)",
    re.I,
)
EVAL_WORDS = late(
    r"(^|[_/.-])(eval\w*|test_model|validate|validation|val|scor(e|ing)_model|benchmark\w*|get_(model_)?metrics|compute_metrics|test|model_metrics|performance\w*)([_/.-]|$)",
    re.I,
)
TRAIN_WORDS = late(
    r"(^|[_/.-])(train\w*|fit_model|fine_?tun\w*|finetun\w*|pretrain\w*|learn|retrain\w*)([_/.-]|$)", re.I
)
#: Programs that look at files of code, or change them, and run none.
_HANDLES = frozenset({
    "autoflake", "autopep8", "awk", "bandit", "black", "cat", "chmod", "codespell", "cp", "darker", "diff",
    "docformatter", "echo", "find", "flake8", "git", "grep", "gsutil", "head", "interrogate", "isort", "jupytext",
    "ls", "mv", "mypy", "pdoc", "perl", "pydocstyle", "pylint", "pyright", "pyupgrade", "radon", "rm", "rsync",
    "ruff", "scp", "sed", "sphinx-apidoc", "sphinx-build", "tail", "tar", "tee", "test", "touch", "vulture", "wc",
    "yapf", "zip",
})  # fmt: skip
_PREDICT = (
    "*.predict", ".predict", "*.predict_proba", ".predict_proba", "*.predict_batch", ".generate", "*.generate", "*.infer", ".infer",
    "*.inference", ".inference", "*.transcribe", ".transcribe", "*.pipeline", "predict*", "inference*", "infer*", "*:*predict*", "*:*inference*",
    "*.predict_*", ".predict_*", "onnxruntime.InferenceSession*", "*.decision_function", "*.ainvoke", "*.encode", "*.embed*", ".forecast",
    "*.forecast", "model", "*.model", "net", "*.score_samples", "*.recommend", ".recommend", "get_prediction*", "*:*infer*",
    "prompty.execute", "*.completions.create", "*.responses.create", "*.messages.create", "litellm.*completion", "*.generate_content",
    "*.invoke_model", "ollama.chat", "ollama.generate", "semantic_kernel.*.invoke*",
)  # fmt: skip


def concepts_of(view: View) -> Concepts:
    """The concepts of a view, derived once for all who ask."""
    found = view.shared.get("concepts")
    if not isinstance(found, Concepts):
        found = view.shared["concepts"] = Concepts(view)
    return found


_STARTS = late(r"subprocess\.|importlib\.|runpy\.|os\.system|.*TestClient|testbook|.*CliRunner")


class Concepts(Imports):
    """Derived once from a view, each property on first use."""

    def imports_framework(self, path: str) -> bool:
        return any(fact.name.startswith(FRAMEWORKS) for fact in self.view.of(path, "import"))

    @cached_property
    def framework_imports(self) -> list[Hit]:
        """The imports of machine-learning frameworks, one of each name, anywhere in the repository."""
        tops = {framework.split(".")[0] for framework in FRAMEWORKS}
        names = [name for name in self.view.names("import") if name.split(".")[0] in tops]
        firsts = (self.view.first("import", name, roles=EVERYWHERE | {"vendored"}) for name in names)
        return [hit for hit in firsts if hit is not None]

    @cached_property
    def frameworks(self) -> bool:
        """Whether any of the code uses a machine-learning framework at all."""
        return bool(self.framework_imports)

    # -- training ---------------------------------------------------------------------------------------------------------

    @cached_property
    def training(self) -> list[Hit]:
        """Calls that train a model, in the project's own code and notebooks."""
        hits = [
            hit
            for hit in self.view.hits("call", *_TRAINERS)
            if not hit.fact.name.endswith(".grad") or "jax" in hit.fact.name
        ]
        for hit in self.view.hits("call", *_FITS):
            name, on = hit.fact.name, str(hit.get("on", ""))
            if name.startswith(FRAMEWORKS):
                if not _PREPROCESSOR.search(name.rpartition(".")[0].rpartition(".")[2]):
                    hits.append(hit)
            elif name.startswith(".") and ":" not in name:
                if _ESTIMATOR.search(on) and not _PREPROCESSOR.search(on) and self.near_framework(hit.path):
                    hits.append(hit)
            elif not _PREPROCESSOR.search(name) and self.near_framework(hit.path):
                hits.append(hit)
        return [hit for hit in hits if not hit.path.startswith(("docs/",))]

    @cached_property
    def trains(self) -> list[Hit]:
        """What shows that models are trained here at all: calls, else stages that say so by their names."""
        return self.training or [hit for hit in self.stage_names if TRAIN_WORDS.search(hit.fact.name)]

    def near_framework(self, path: str) -> bool:
        """Whether a file, or one that it imports, uses a machine-learning framework."""
        return self.imports_framework(path) or any(
            self.imports_framework(other) for other in self.imports.get(path, ())
        )

    @cached_property
    def training_files(self) -> list[str]:
        """Python files (not notebooks) that train."""
        return sorted({hit.path for hit in self.training if self.view.kinds.get(hit.path) == "python"})

    @cached_property
    def training_notebooks(self) -> list[str]:
        return sorted({hit.path for hit in self.training if self.view.kinds.get(hit.path) == "notebook"})

    @cached_property
    def training_scripts_other(self) -> list[str]:
        """Files in R, Julia, Scala that train."""
        return sorted(
            {hit.path for hit in self.training if self.view.kinds.get(hit.path) in ("r", "julia", "scala", "sql")}
        )

    @cached_property
    def deep_learning(self) -> list[Hit]:
        """Training with a deep-learning framework."""
        found = []
        for path in [*self.training_files, *self.training_notebooks]:
            for fact in self.view.of(path, "import"):
                if fact.name.split(".")[0] in (
                    "torch",
                    "tensorflow",
                    "keras",
                    "jax",
                    "flax",
                    "lightning",
                    "pytorch_lightning",
                    "transformers",
                    "fastai",
                    "mxnet",
                    "paddle",
                    "ultralytics",
                    "trl",
                ):
                    found.append(Hit(path, fact))
                    break
        return found

    @cached_property
    def training_entries(self) -> list[str]:
        """Files from which training is started: they train or reach code that trains, and can be run."""
        near = self.reaching(self.training_files)
        found = [path for path in self.view.python_files if path in near and self.is_runnable(path)]
        # a service that shares a module of helpers with the training does not train
        return [path for path in found if path not in self.serving_files or path in self.training_files] or found

    @cached_property
    def _runnable_by_command(self) -> set[str]:
        from mlopslint.commands import all_commands

        named = {
            word.lstrip("./").replace("\\", "/")
            for command in all_commands(self.view)
            if command.words[0] not in _HANDLES
            for word in command.words
            if word.endswith(".py")
        }
        modules = {
            command.words[0].replace(".", "/") + ".py" for command in all_commands(self.view) if "." in command.words[0]
        }
        for hit in self.view.hits("script"):
            modules.add(str(hit.fact.value or "").partition(":")[0].replace(".", "/") + ".py")
        for hit in self.view.hits("stage"):
            named |= {word.lstrip("./") for word in str(hit.get("cmd") or "").split() if word.endswith(".py")}
            for dep in hit.get("deps") or ():
                if str(dep).endswith(".py"):
                    named.add(str(dep))
        tails = named | modules
        return {
            path
            for path in self.view.python_files
            if path in tails or any(path.endswith("/" + tail) for tail in tails if tail)
        }

    def is_runnable(self, path: str) -> bool:
        """Whether a file can be started: a main guard, a command-line parser, or something that runs it."""
        if self.view.module(path).get("main") or path.endswith("__main__.py") or path in self._runnable_by_command:
            return True
        return any(self.takes_arguments(p) for p in (path, *self._executed.get(path, ()))) or any(
            fact.name.startswith(
                ("click.", "typer.", "hydra.main", "prefect.", "metaflow.", "dagster.", "zenml.", "kfp.")
            )
            for fact in self.view.of(path, "decorator")
        )

    def takes_arguments(self, path: str) -> bool:
        """Whether a file reads a command line."""
        for kind in ("call", "decorator", "base"):
            for fact in self.view.of(path, kind):
                if fact.name.startswith(
                    (
                        "argparse.",
                        "click.",
                        "typer.",
                        "fire.Fire",
                        "absl.flags.",
                        "hydra.main",
                        "tyro.",
                        "docopt",
                        "simple_parsing",
                        "jsonargparse",
                        "transformers.HfArgumentParser",
                        "trl.TrlParser",
                        "trl.commands.cli_utils.TrlParser",
                        "sys.argv",
                        "metaflow.Parameter",
                        "configargparse",
                        "plac.",
                        "tap.",
                        "cyclopts.",
                        "tensorflow.app.flags",
                        "tf.app.flags",
                        "optparse.",
                        "getopt.",
                    )
                ):
                    return True
        return False

    @cached_property
    def savers(self) -> list[Hit]:
        """Calls that save a model."""
        return list(self.view.hits("call", *_SAVERS))

    # -- serving ------------------------------------------------------------------------------------------------------------

    @cached_property
    def routes(self) -> list[Hit]:
        """HTTP routes that the project defines."""
        found = []
        for kind in ("decorator", "call"):
            for hit in self.view.hits(
                kind, "*APIRoute", "starlette.routing.Route", "*.post", "*.get", "*.put", "*.route", "*.websocket", "*.api_route", "*.add_url_rule", "*.add_api_route", "*.add_resource",
                ".post", ".get", ".route", ".add_resource", ".add_url_rule", "*.include_router",
            ):  # fmt: skip
                name = hit.fact.name
                if re.search(
                    r"(fastapi|flask|starlette|sanic|litestar|quart|bottle|falcon|robyn|blacksheep|aiohttp\.web|restx|restful|apiflask|APIRoute|Blueprint|ray\.serve)",
                    name,
                    re.I,
                ) or (
                    kind == "decorator"
                    and (
                        name.startswith(".")
                        or ":" in name
                        or name.split(".")[0] in ("app", "router", "api", "blueprint", "bp")
                    )
                    and isinstance(hit.get("0"), str)
                    and str(hit.get("0")).startswith("/")
                ):
                    found.append(hit)
        return found

    @cached_property
    def described_routes(self) -> list[Hit]:
        """The same, each with what the function that answers it says of itself."""
        found = []
        for hit in self.routes:
            target = str(hit.get("target", ""))
            said = [
                str(fact.value.get("about", ""))
                for fact in self.view.of(hit.path, "def")
                if target and fact.name.rpartition(".")[2] == target
            ]
            fact = hit.fact
            value = {**(fact.value or {}), "about": " ".join(said)}
            found.append(Hit(hit.path, Fact(fact.kind, fact.name, fact.line, value, fact.cell)))
        return found

    @cached_property
    def predictions(self) -> list[Hit]:
        """Calls that ask a model for a prediction."""
        return list(self.view.hits("call", *_PREDICT))

    @cached_property
    def serving_files(self) -> list[str]:
        """Files that answer requests with predictions: they hold a route, and they or what they import predict."""
        predicting = {hit.path for hit in self.predictions}
        found = []
        for path in sorted({hit.path for hit in self.routes}):
            if self.view.kinds.get(path) != "python":
                continue
            near = {path, *self.imports.get(path, ())}
            words = re.compile(
                r"predict|infer|score|classif|detect|generate|embed|recommend|forecast|transcri|invocations|completion|chat|respon[sd]|answer|\bask\b|question",
                re.I,
            )
            routes = " ".join(f"{hit.get('0', '')} {hit.get('target', '')}" for hit in self.routes if hit.path == path)
            if (
                predicting & near
                and (self.near_framework(path) or words.search(routes) or any(self.loads_model(p) for p in near))
            ) or (words.search(routes) and (self.near_framework(path) or any(self.loads_model(p) for p in near))):
                found.append(path)
        return found

    def loads_model(self, path: str) -> bool:
        return any(
            re.search(
                r"(^|\.)(load_model|load_from_checkpoint|from_pretrained|InferenceSession)$|^(joblib|pickle|torch|dill|cloudpickle|skops\.io|mlflow\.\w+|bentoml\.\w+)\.(load|load_model|hub\.load)$|torch\.hub\.load|torch\.jit\.load",
                fact.name,
            )
            for fact in self.view.of(path, "call")
        )

    # -- tests --------------------------------------------------------------------------------------------------------------

    @cached_property
    def test_files(self) -> list[str]:
        """Python files that hold tests: by place or by name, with test functions in them."""
        found = []
        for path, role in self.view.roles.items():
            if self.view.kinds.get(path) != "python" or role not in ("test", "source", "example"):
                continue
            if path.endswith("conftest.py"):
                continue  # fixtures, also those that are called test_something
            if role == "test" or re.search(r"(^|/)(test[^/]*|[^/]*_tests?)\.py$", path, re.I):
                if any(is_test(fact) for fact in self.view.of(path, "def")):
                    found.append(path)
        return found

    @cached_property
    def tests(self) -> list[Hit]:
        """Test functions with at least one assertion, in files that use the project's own code."""
        return [
            Hit(path, fact)
            for path in self.test_files
            if self.tests_project(path)
            for fact in self.view.of(path, "def")
            if is_test(fact) and fact.value.get("asserts")
        ]

    def tests_project(self, path: str) -> bool:
        """Whether a test file imports the project's code, starts it, or calls it over HTTP."""
        known = self._tests_project.get(path)
        if known is None:
            known = self._tests_project[path] = self._is_of_project(path)
        return known

    @cached_property
    def _tests_project(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _packages(self) -> set[str]:
        """The first folders of the project's modules."""
        return {p.split("/")[0 if not p.startswith("src/") else 1] for p in self.view.python_files if "/" in p}

    @cached_property
    def _starters(self) -> set[str]:
        """Calls that start a program or ask a service."""
        return {name for name in self.view.names("call") if _STARTS.match(name)}

    def _is_of_project(self, path: str) -> bool:
        if any(self.view.roles.get(target) != "test" for target in self.imports.get(path, ())):
            return True
        for fact in self.view.of(path, "import"):
            if fact.name.lstrip(".:").split(".")[0] in self._packages:
                return True
        return any(fact.name in self._starters for fact in self.view.of(path, "call"))

    def tested_targets(self, path: str) -> set[str]:
        """The project's files that a test file imports, directly."""
        return {target for target in self.imports.get(path, set()) if self.view.roles.get(target) != "test"}

    # -- stages -------------------------------------------------------------------------------------------------------------

    @cached_property
    def stage_names(self) -> list[Hit]:
        """Stages of declared pipelines and what orchestrator decorators name."""
        found = [_in_words(hit) for hit in self.view.hits("stage")]
        for hit in self._ploomber_tasks:
            source = str(hit.fact.value)
            label = source.rpartition("/")[2].rpartition(".")[0 if "/" in source or source.endswith(".py") else 2]
            found.append(_in_words(Hit(hit.path, Fact("stage", label or source, hit.fact.line, {"tool": "ploomber"}))))
        for hit in self.view.hits("decorator", *_STEP_DECORATORS):
            found.append(
                Hit(
                    hit.path,
                    Fact("stage", str(hit.get("target", "")), hit.fact.line, {"tool": hit.fact.name}, hit.fact.cell),
                )
            )
        for hit in self.view.hits(
            "call",
            "*PythonScriptStep",
            "*ProcessingStep",
            "*TrainingStep",
            "*PythonOperator",
            "*BashOperator",
            "*KubernetesPodOperator",
            "*.ConditionStep",
            "kedro.pipeline.node",
            "*.Node",
            "*ContainerOp",
            "*.node",
            *_TFX_COMPONENTS,
        ):
            if hit.fact.name.lower().endswith(".node") and not any(
                fact.name.startswith(("kedro", "hamilton", "azureml", "pypyr"))
                for fact in self.view.of(hit.path, "import")
            ):
                continue  # a node of some graph or tree
            label = hit.get("name") or hit.get("task_id") or hit.get("func") or hit.get("0") or ""
            if hit.fact.name.startswith("tfx."):
                label = hit.fact.name.rpartition(".")[2]
            stage = Fact("stage", str(label).lstrip("$"), hit.fact.line, {"tool": hit.fact.name}, hit.fact.cell)
            found.append(_in_words(Hit(hit.path, stage)))
        return found

    @cached_property
    def stage_scripts(self) -> set[str]:
        """Python files that a pipeline declared in code hands to its steps (``code="prepare.py"``, ``script_name=...``)."""
        declared = {hit.path for hit in self.stage_names if self.view.kinds.get(hit.path) == "python"}
        named = {
            str(value).rpartition("/")[2]
            for path in declared
            for fact in self.view.of(path, "call")
            if isinstance(fact.value, dict)
            for value in fact.value.values()
            if isinstance(value, str) and value.endswith(".py")
        }
        found = {path for path in self.view.python_files if path.rpartition("/")[2] in named}
        for hit in self._ploomber_tasks:
            folder = hit.path.rpartition("/")[0]
            path = f"{folder}/{hit.fact.value}" if folder else str(hit.fact.value)
            if path in self.view.entries and self.view.kinds.get(path) == "python":
                found.add(path)
        return found

    def pipeline_started_by(self, words: tuple[str, ...]) -> str:
        """The project's script in a command that reaches, through imports, a pipeline declared in code; else nothing."""
        script = next((word.lstrip("./") for word in words[:3] if word.endswith(".py")), "")
        if not script or not re.match(r"(python|\./)", words[0]) and not words[0].endswith(".py"):
            return ""
        for path in self.view.python_files:
            if (path == script or path.endswith("/" + script)) and self.reach([path]) & self._pipeline_files:
                return path
        return ""

    @cached_property
    def _pipeline_files(self) -> set[str]:
        found = {hit.path for hit in self.view.hits("decorator", *_PIPELINE_DECORATORS)}
        return found | {hit.path for hit in self.view.hits("base", "metaflow.FlowSpec", "luigi.WrapperTask")}

    @cached_property
    def _ploomber_tasks(self) -> list[Hit]:
        """The sources of the tasks of Ploomber's pipelines, each a script or a function, parametrised by the pipeline."""
        return [
            hit
            for hit in self.view.hits("key", "tasks[].source")
            if re.search(r"(^|/)pipeline[^/]*\.ya?ml$", hit.path) and isinstance(hit.fact.value, str)
        ]


def in_words(name: str) -> str:
    """A name with an underscore between its words: ``Train_Model`` for ``Train Model`` and ``TrainModel``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\s+", "_", name)


def _in_words(hit: Hit) -> Hit:
    """A stage under a name of separate words: ``Train Model`` and ``TrainModel`` read as ``Train_Model``."""
    fact = hit.fact
    name = in_words(fact.name)
    if name == fact.name:
        return hit
    value = {**(fact.value if isinstance(fact.value, dict) else {}), "written": fact.name}
    return Hit(hit.path, Fact(fact.kind, name, fact.line, value, fact.cell))


_STEP_DECORATORS = (
    "prefect.task", "prefect.flow", "zenml.step", "zenml.*.step", "metaflow.step", "dagster.op", "dagster.asset", "flytekit.task", "kfp.*.component",
    "kfp.component", "airflow.decorators.task*", "airflow.sdk.task*", "kfp.dsl.component", "azure.ai.ml.*command_component", "ploomber.*",
)  # fmt: skip


_TFX_COMPONENTS = tuple(
    f"tfx.*{name}"
    for name in (
        ".StatisticsGen", ".SchemaGen", ".ExampleValidator", ".Transform", ".Trainer", ".Tuner", ".Evaluator", ".InfraValidator",
        ".Pusher", ".BulkInferrer", "ExampleGen",
    )
)  # fmt: skip


_PIPELINE_DECORATORS = (
    "zenml.pipeline", "zenml.*.pipeline", "prefect.flow", "kfp.*.pipeline", "kfp.dsl.pipeline", "flytekit.workflow", "dagster.job",
    "azure.ai.ml.dsl.pipeline", "sagemaker.*.pipeline",
)  # fmt: skip


def is_test(fact: Fact) -> bool:
    """Whether a definition is a test function."""
    value: Any = fact.value
    return (
        isinstance(value, dict)
        and value.get("type") in ("function", "method")
        and fact.name.rpartition(".")[2].startswith("test")
    )
