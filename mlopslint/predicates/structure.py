"""Predicates on layout and configuration (STR)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, half, no, not_applicable, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_ROOT_HELPERS = late(
    r"^(setup|conftest|noxfile|tasks|hubconf|fabfile|conf|versioneer|manage|wsgi|asgi|__init__|__main__|test_.*|.*_test)\.py$"
)


def source_package(judge: Judge) -> Outcome:
    """STR001: Python code in packages or purpose-named folders rather than at the root or only in notebooks."""
    view = judge.view
    files = [path for path in view.python_files if not path.endswith("__init__.py") and not path.startswith(".")]
    other = view.files(["r", "julia", "scala", "java"])
    if not files:
        nested = [path for path in other if "/" in path and not path.startswith(".")]
        if nested:
            return yes(f"the code is in folders ({nested[0].split('/')[0]}/)", [Evidence(nested[0])])
        if view.notebooks:
            return no("all code is in notebooks", [Evidence(path) for path in view.notebooks[:3]])
        return not_applicable("there is no code")
    root = [path for path in files if "/" not in path and not _ROOT_HELPERS.match(path)]
    counted = [path for path in files if "/" in path or path in root]
    if not counted:
        return no("the only code files stand at the root", [Evidence(path) for path in files[:3]])
    inner = [path for path in counted if "/" in path]
    if not inner:
        return no("all code files stand at the root", [Evidence(path) for path in root[:5]])
    folders = sorted({path.split("/")[0] for path in inner})
    if len(root) > len(counted) / 2:
        return half(
            f"{len(root)} of {len(counted)} code files stand at the root, beside {folders[0]}/",
            [Evidence(path) for path in root[:4]],
        )
    return yes(
        f"code is in {', '.join(f + '/' for f in folders[:4])}; {len(root)} of {len(counted)} files at the root",
        [Evidence(path) for path in inner[:2]],
    )


def readme(judge: Judge) -> Outcome:
    """STR002: a README that says what the project is, how to install it and how to run it."""
    view = judge.view
    found = sorted(
        (
            path
            for path in view.entries
            if re.fullmatch(r"(?:\.github/|docs/)?readme(\.(md|markdown|rst|txt|adoc|org))?", path, re.I)
        ),
        key=lambda p: (p.count("/"), len(p)),
    )
    if not found:
        deeper = [
            path
            for path in view.entries
            if re.search(r"(^|/)readme(\.\w+)?$", path, re.I) and view.roles[path] != "vendored"
        ]
        if deeper:
            return half("no README at the root, only in folders", [Evidence(deeper[0])])
        return no("there is no README")
    path = found[0]
    document = next(iter(view.of(path, "document")), None)
    words = document.value.get("words", 0) if document else 0
    if document and document.value.get("template"):
        return half("the README is still a template's text", [Evidence(path, 1)])
    if words < 40:
        return (
            half(f"the README has {words} words" if words else "the README is a title only", [Evidence(path, 1)])
            if words or view.of(path, "heading")
            else no("the README is empty", [Evidence(path)])
        )
    phrases = {fact.name: fact for fact in view.of(path, "phrase")}
    headings = [fact for fact in view.of(path, "heading")]

    sections = headings[1:] if headings and headings[0].value.get("level") == 1 else headings  # the title tells neither

    def heading(pattern: str) -> int | None:
        return next((fact.line for fact in sections if re.search(pattern, fact.name)), None)

    install = (
        phrases["install-command"].line
        if "install-command" in phrases
        else heading(
            r"\b(?:install|set.?up|getting started|quick.?start|requirement|prerequisit|environment|depend|build|how to use)"
        )
    )
    run = (
        phrases["run-command"].line
        if "run-command" in phrases
        else heading(
            r"\b(?:usage|run|train|example|getting started|quick.?start|how to|tutorial|demo|inference|predict|reproduc|pipeline|deploy|use)"
        )
    )
    bare = {fact.line for fact in headings if not fact.value.get("code")}
    if install and install == run and install in bare and not phrases.keys() & {"install-command", "run-command"}:
        return half(f"the section at line {install} shows no command to install or to run", [Evidence(path, install)])
    if install and run:
        return yes(
            f"it says how to install (line {install}) and how to run (line {run})",
            [Evidence(path, install, "install"), Evidence(path, run, "run")],
        )
    missing = " and ".join(word for word, got in (("install", install), ("run", run)) if not got)
    return half(f"it does not say how to {missing}", [Evidence(path, 1)])


def notebooks_separated(judge: Judge) -> Outcome:
    """STR003: notebooks in folders of their own."""
    view = judge.view
    notebooks = view.notebooks
    if not notebooks:
        return not_applicable("there are no notebooks")
    code = {
        path.rpartition("/")[0]
        for path in view.python_files
        if not path.endswith(("__init__.py", "setup.py", "conftest.py"))
    }
    beside = []
    for path in notebooks:
        folder = path.rpartition("/")[0]
        if re.search(
            r"(^|/)[^/]*(notebook|notebooks|nbs|exploration|explore|experiment\w*|analysis|eda|research|tutorials?|examples?|lab|labs|demo\w*|docs?|sandbox)[^/]*(/|$)",
            folder,
            re.I,
        ):
            continue
        here = [
            p
            for p in view.python_files
            if p.rpartition("/")[0] == folder and not p.endswith(("__init__.py", "setup.py", "conftest.py"))
        ]
        same = sum(p.rpartition("/")[0] == folder for p in notebooks)
        if (folder in code and len(here) >= 1 and same <= 3 * len(here)) or (
            folder == "" and (code or len(notebooks) < 2)
        ):
            beside.append(path)
    if not beside:
        return yes("notebooks have folders of their own", [Evidence(notebooks[0])])
    return no(
        f"{len(beside)} of {len(notebooks)} notebooks stand beside source code or at the root",
        [Evidence(path) for path in beside[:4]],
    )


def no_data_in_git(judge: Judge) -> Outcome:
    """STR004: no large or numerous data files as plain blobs."""
    view = judge.view
    lfs = _lfs(judge)
    large, many, unknown = [], [], []
    for path, entry in view.entries.items():
        if view.kinds.get(path) not in ("data", "archive") and not _large_json(view.kinds.get(path), path):
            continue
        if (
            view.roles[path] in ("test", "fixture", "vendored")
            or entry.mode != "file"
            or view.of(path, "pointer")
            or (lfs and lfs.search(path))
        ):
            continue
        if view.kinds.get(path) == "data":
            many.append(path)
        if entry.size < 0:
            unknown.append(path)
        if entry.size > 1_000_000 and (
            view.kinds.get(path) == "data" or re.search(r"data|corpus|train|test", path, re.I)
        ):
            large.append((entry.size, path))
    if large:
        large.sort(reverse=True)
        return no(
            f"{len(large)} data file{'s' if len(large) > 1 else ''} over 1 MB {'are' if len(large) > 1 else 'is'} tracked, the largest of {large[0][0] / 1e6:.1f} MB",
            [Evidence(p, None, f"{s / 1e6:.1f} MB") for s, p in large[:5]],
        )
    if len(many) > 50:
        return no(f"{len(many)} data files are tracked", [Evidence(path) for path in many[:5]])
    if unknown:
        return yes(
            "no data file over 1 MB among those present; some are missing from this clone",
            [Evidence(path, None, "size unknown") for path in unknown[:3]],
            confidence="low",
        )
    return yes("no data file over 1 MB is tracked", [])


def _large_json(kind: str | None, path: str) -> bool:
    return kind in ("json", "text", "other") and bool(re.search(r"(^|/)(data|datasets?|corpus|corpora)/", path, re.I))


def _lfs(judge: Judge) -> re.Pattern[str] | None:
    from mlopslint.globs import any_path

    patterns = [hit.fact.name for hit in judge.view.hits("attribute") if hit.get("filter") == "lfs"]
    return any_path(patterns) if patterns else None


_WEIGHTS = late(
    r"\.(pkl|pickle|joblib|dill|pt|pth|ckpt|h5|keras|onnx|safetensors|pb|tflite|model|caffemodel|gguf|ggml|pmml|bst|cbm|mar|engine|weights|params)$",
    re.I,
)


def no_models_in_git(judge: Judge) -> Outcome:
    """STR005: no serialized models or weights as plain blobs."""
    view = judge.view
    lfs = _lfs(judge)
    found = [
        path
        for path, entry in view.entries.items()
        if entry.mode == "file"
        and _WEIGHTS.search(path)
        and view.kinds.get(path) != "dockerfile"
        and not re.search(r"request[^/]*\.pb$", path, re.I)
        and view.roles[path] not in ("fixture", "vendored", "test")
        and not view.of(path, "pointer")
        and not (lfs and lfs.search(path))
        and not re.search(r"vocab|tokeni[sz]er|spiece|sentencepiece|\.bpe\.model|mean_std|assets/", path, re.I)
    ]
    if found:
        return no(
            f"{len(found)} model files are tracked",
            [Evidence(path, None, f"{max(view.entries[path].size, 0) / 1e3:.0f} kB") for path in found[:5]],
        )
    return yes("no model file is tracked")


_CONFIG_FILE = late(r"\.(ya?ml|toml|json|ini|cfg|conf|env|properties)\b|\.\*$", re.I)


_READERS = (
    "yaml.safe_load", "yaml.load", "yaml.full_load", "omegaconf.OmegaConf.load", "omegaconf.OmegaConf.from_cli", "tomllib.load*", "toml.load*", "tomli.load*",
    "configparser.*", "hydra.main", "hydra.compose", "dynaconf.*", "dotenv.*", "decouple.*", "environs.*", "gin.parse_config*", "gin.configurable",
    "ml_collections.*", "ruamel.yaml.*load*", "dvc.api.params_show", "box.*from_yaml", "confuse.*", "yacs.config.*", "munch.*fromYAML", "jsonargparse.*",
    "confection.*", "anyconfig.load", "config.Config", "hyperpyyaml.*", "kedro.config.*", "oyaml.*load*", "mmengine.Config.fromfile", "mmcv.Config.fromfile",
    "starlette.config.Config", "lightning.*LightningCLI", "pytorch_lightning.*LightningCLI", "pydantic_settings.*", "trl.TrlParser*", "trl.commands.cli_utils.TrlParser*", "transformers.HfArgumentParser.parse_json_file", "pyhocon.*", "traitlets.config.*",
)  # fmt: skip


def config_separated(judge: Judge) -> Outcome:
    """STR006: parameters come from configuration files or the environment, read by the code."""
    view, concepts = judge.view, judge.concepts
    evidence = []
    for kind in ("call", "decorator", "base"):
        for hit in view.hits(kind, *_READERS):
            if view.kinds.get(hit.path) == "python" and "openapi" not in hit.path:
                evidence.append(hit)
    for hit in view.hits("base", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "*BaseSettings"):
        evidence.append(hit)
    if not evidence:
        opened = {
            hit.path: hit
            for hit in view.hits("call", "open", "*.open", ".open")
            if _CONFIG_FILE.search(str(hit.get("0", "")))
            and re.search(r"conf|param|setting|hyper|option|args", str(hit.get("0", "")), re.I)
        }
        for hit in view.hits("call", "json.load", "json.loads", "*:*read_json", "*read_json"):
            words = f"{hit.get('in', '')} {hit.get('0', '')} {hit.path}"
            if (
                view.kinds.get(hit.path) == "python"
                and (hit.path in opened or re.search(r"conf|param|setting|hyper|hparam", words, re.I))
                and _has_config(judge)
            ):
                evidence.append(hit)
    environment = [
        hit
        for hit in view.hits(
            "call", "os.environ", "os.environ.get", "os.getenv", "os.environ.setdefault", "environ.get"
        )
        if view.kinds.get(hit.path) == "python"
        and isinstance(hit.get("0"), str)
        and not re.search(
            r"^(CUDA|PYTHON|TF_|OMP|NCCL|LOCAL_RANK|RANK|WORLD_SIZE|MASTER_|HOME$|PATH$|USER$|XDG|CI$|GITHUB_|HF_HOME|TOKENIZERS|KMP|TERM|SLURM|LD_|COLAB|KAGGLE|DISPLAY|DEBUG)",
            str(hit.get("0")),
        )
    ]
    if evidence:
        ml = [hit for hit in evidence if not re.search(r"(^|/)(serv\w*|api|deploy\w*|infra)/", hit.path)] or evidence
        return Outcome(
            1.0,
            tuple(hit.evidence(f"{hit.fact.name} reads configuration") for hit in ml[:4]),
            3,
            f"configuration is read with {ml[0].fact.name}",
        )
    names = {str(hit.get("0")) for hit in environment}
    if len(names) >= 4:
        return yes(
            f"{len(names)} settings come from environment variables",
            [hit.evidence(f"reads {hit.get('0')}") for hit in environment[:4]],
            3,
            "medium",
        )
    arguments = [path for path in view.python_files if concepts.takes_arguments(path)]
    if arguments:
        return half(
            "parameters come from command-line arguments with defaults only",
            [Evidence(path) for path in arguments[:3]],
            3,
        )
    if view.files(["r", "julia"]) and not view.python_files:
        return no("no configuration file is read")
    return no("parameters are constants in the code")


def _has_config(judge: Judge) -> bool:
    return any(
        re.search(
            r"(^|/)[^/]*(config|params?|parameters|settings|hyp\w*|options)[^/]*(/[^/]+)*\.(ya?ml|toml|json|ini|cfg)$",
            path,
            re.I,
        )
        for path in judge.view.entries
        if judge.view.roles[path] == "source"
    )


_ML_IGNORE = {
    "data or outputs": late(
        r"(^|/)(?:[\w.-]*[_.-])?(data|datasets?|raw|processed|prepared|features|interim|outputs?|results?|runs?|wandb|mlruns|mlflow|artifacts?|experiments?[\w-]*|stores?|predictions?|input|tmp)[\w-]*(/|\*|$)"
        r"|\.(csv|parquet|npy|npz|h5|hdf5|tfrecords?|jsonl|feather|zip|tar|gz|mat)\b|\*\.xml$",
        re.I,
    ),
    "models or checkpoints": late(
        r"(^|/)(?:[\w.-]*[_.-])?(models?|ckpts?|checkpoints?|weights|saved\w*|lightning_logs|mlruns|wandb|runs|outputs?|artifacts?|stores?)(/|\*|$)"
        r"|\.(pth?|pkl|pickle|h5|hdf5|onnx|ckpt|joblib|safetensors|bin|pb|keras)\b|(^|/)model\.\w+$",
        re.I,
    ),
}


def gitignore_for_ml(judge: Judge) -> Outcome:
    """STR008: ignore files cover data, models and caches."""
    view = judge.view
    patterns = [
        hit for hit in view.hits("ignore") if view.kinds.get(hit.path) == "ignore" and "docker" not in hit.path.lower()
    ]
    if not any(path.rpartition("/")[2] == ".gitignore" for path in view.entries):
        return no("there is no .gitignore")
    covered: dict[str, Evidence] = {}
    for hit in patterns:
        pattern = hit.fact.name
        if re.search(
            r"ipynb_checkpoints|-?test-?(output|results?)|coverage|\.egg|DS_Store|TestResults|nosetests|junit|RECYCLE\.BIN|lychee|(^|/)\.(idea|vscode|settings)/",
            pattern,
            re.I,
        ):
            continue
        if (
            pattern.startswith("!")
            or pattern.strip("/*")
            in (
                "pip-log.txt",
                "*.log",
                "local_settings.py",
                "db.sqlite3",
                "docs/_build",
                "instance",
                "pip-delete-this-directory.txt",
                "nosetests.xml",
                "*.manifest",
                "logs.txt",
                "lib",
                "develop-eggs",
                "ipython_config.py",
                "share/python-wheels",
                "profile_default",
                "celerybeat-schedule",
                "dmypy.json",
                ".spyderproject",
                "npm-debug.log*",
                "dist",
                "build",
            )
            or pattern.strip() in ("*.log", ".coverage", "*.mo", "*.pot")
        ):
            continue
        if hit.path.startswith(".dvc/"):
            continue  # DVC's own, of its cache
        if re.match(r"/?(terraform|infra\w*|docs?|node_modules|frontend|web)/", pattern):
            continue  # what other tools leave in their own folders
        folder = hit.path.rpartition("/")[0]
        text = f"{folder}/{pattern}" if folder else pattern
        for name, wanted in _ML_IGNORE.items():
            if name not in covered and wanted.search(text):
                covered[name] = hit.evidence(pattern)
    if len(covered) == 2:
        shown = " and ".join(dict.fromkeys(evidence.detail for evidence in covered.values()))
        return yes(f"it keeps data, outputs and models out with {shown}", list(covered.values()))
    if len(covered) == 1:
        name = next(iter(covered))
        caches = any(re.search(r"__pycache__|\.py\[|\.pyc|venv|env|cache", hit.fact.name) for hit in patterns)
        if caches:
            return yes(f"it covers {name} and caches", list(covered.values()), confidence="medium")
    return half(
        "it covers no data, model or output files",
        [Evidence(path) for path in view.entries if path.endswith(".gitignore")][:1],
    )
