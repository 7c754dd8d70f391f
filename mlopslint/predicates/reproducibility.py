"""Predicates on versions, seeds and environments (VER, COS003)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


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


#: Libraries that train without a framework for deep learning.
_OTHERS = frozenset({"catboost", "h2o", "lightgbm", "prophet", "pyspark", "sklearn", "statsmodels", "xgboost"})


def seeds_set(judge: Judge) -> Outcome:
    """VER005: every random library that the training code uses is seeded."""
    scope = _training_scope(judge)
    if not scope:
        return not_applicable("there is no training code")
    used, unseeded = _draws(judge, scope)
    seeded = _seeded(judge, scope)
    given = [
        hit
        for hit in judge.view.hits("call", *_SEEDED_CALLS)
        if any(hit.get(name) is not None for name in ("random_state", "seed", "random_seed"))
    ]
    by_argument = [hit for hit in given if hit.path in scope]
    if not used:
        if seeded or by_argument:
            shown = list(seeded.values())[:1] or by_argument[:2]
            return yes("the random numbers of training are seeded", [hit.evidence() for hit in shown], 3)
        aside = [hit for hit in given if judge.view.roles.get(hit.path) == "source"][:2]
        told = f"; {aside[0].fact.name.rpartition('.')[2]} has its seed" if aside else " that would need a seed"
        return yes(f"training draws no random numbers{told}", [hit.evidence() for hit in aside], 3, "medium")
    by_numpy = "numpy" in seeded and seeded["numpy"].fact.name == "numpy.random.seed"  # whose state scikit-learn takes
    missing = {
        library: hit
        for library, hit in unseeded.items()
        if library not in seeded and not (library == "sklearn" and by_numpy)
    }
    if not missing:
        shown = [seeded[library] for library in used if library in seeded] or list(used.values())
        return yes(
            f"{', '.join(sorted(used))} {'is' if len(used) == 1 else 'are'} seeded",
            [hit.evidence() for hit in shown[:4]],
            3,
        )
    told = f"{', '.join(sorted(missing))} {'is' if len(missing) == 1 else 'are'} not seeded"
    evidence = [hit.evidence(f"{library}: {hit.fact.name} is not seeded") for library, hit in missing.items()]
    elsewhere = any(judge.view.roles.get(hit.path) == "source" for hit in given)
    if len(missing) < len(used) or seeded or by_argument or elsewhere:
        return half(told, evidence, 3)
    return no(told, evidence)


def _training_scope(judge: Judge) -> set[str]:
    """The files that take part in training: those that train, start it, or are reached from there."""
    view, concepts = judge.view, judge.concepts
    if concepts.training_files or concepts.training_entries:
        trains = set(concepts.training_files)
        callers = {path for path in concepts.reaching(sorted(trains)) - trains if view.kinds.get(path) == "python"}
        scope = concepts.reach(sorted({*trains, *concepts.training_entries, *callers}))
        scope |= {path for path in view.python_files if path in concepts.training_entries}
    else:
        scope = set(concepts.training_notebooks) | set(concepts.training_scripts_other)
    commands = " ".join(str(hit.get("cmd")) for hit in concepts.stage_names if hit.get("cmd"))
    if commands:
        scope |= {path for path in view.python_files if path.rpartition("/")[2] in commands}
    scope |= concepts.stage_scripts
    return {path for path in scope if view.roles.get(path) == "source"}


#: Libraries that train, and by which imports it is told that it is they.
_DEEP = {"torch": ("torch",), "tensorflow": ("tensorflow", "keras", "tf_keras"), "jax": ("jax",)}
_DEEP_MODULES = frozenset(module for modules in _DEEP.values() for module in modules)


def _draws(judge: Judge, scope: set[str]) -> tuple[dict[str, Hit], dict[str, Hit]]:
    """Library -> where the training code draws from it, and where it does so without a seed of the call's own."""
    view, concepts = judge.view, judge.concepts
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
                if hit.get("random_state") is None and "**" not in (hit.fact.value or {}):
                    unseeded.setdefault(library, hit)
            else:
                unseeded.setdefault(library, hit)
            used.setdefault(library, hit)
    for hit in concepts.training:
        if hit.path in scope and view.kinds.get(hit.path) in ("julia", "r"):
            language = str(view.kinds[hit.path])
            used.setdefault(language, hit)
            unseeded.setdefault(language, hit)
    for library, modules in _DEEP.items():
        trained = next(
            (hit for hit in concepts.training if hit.path in scope and _trains_by(judge, hit, modules)), None
        )
        if trained is not None:
            used.setdefault(library, trained)
            unseeded.setdefault(library, trained)
    return used, unseeded


def _trains_by(judge: Judge, hit: Hit, modules: tuple[str, ...]) -> bool:
    """Whether a call that trains may do so with a library of these modules."""
    view = judge.view
    head = hit.fact.name.partition(".")[0]
    if hit.fact.name.endswith(".backward") and any(
        fact.name.partition(".")[0] == "torch" for fact in view.of(hit.path, "import")
    ):
        head = "torch"
    if head in _OTHERS or head in _DEEP_MODULES and head not in modules:
        return False  # another library trains there; this one may only read what it once stored
    return any(
        fact.name.split(".")[0] in modules
        for path in (hit.path, *judge.concepts.imports.get(hit.path, ()))
        for fact in view.of(path, "import")
    )


#: Arguments and configurations of trainers that seed every library themselves, with a seed by default.
_SEEDING = (
    "transformers.TrainingArguments", "*.TrainingArguments", "*TrainingArguments", "trl.*Config", "*.Seq2SeqTrainingArguments",
    "ultralytics.*",
)  # fmt: skip


def _seeded(judge: Judge, scope: set[str]) -> dict[str, Hit]:
    """Library -> what seeds it in the training code."""
    view = judge.view
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
    for hit in view.hits("call", "julia:*seed!", "r:set.seed", "r:torch_manual_seed", "r:set_random_seed"):
        if hit.path in scope:
            seeded.setdefault(hit.fact.name.partition(":")[0], hit)
    for hit in view.hits("call", *_SEED_ALL):
        if hit.path not in scope:
            continue
        local = ":" in hit.fact.name or "." not in hit.fact.name.lstrip(".")
        if local and seeded:
            continue  # a helper of the project: what its body seeds was seen above, as the import graph reaches it
        for library in _ALL:
            seeded.setdefault(library, hit)
    trainers = [*view.hits("call", *_SEEDING)]
    trainers += view.hits("base", "transformers.TrainingArguments", "transformers.Seq2SeqTrainingArguments")
    for hit in trainers:
        if hit.path in scope:
            for library in ("random", "numpy", "torch"):
                seeded.setdefault(library, hit)
    return seeded


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


#: What an environment names beside the packages that the code imports.
_INSTALLERS = frozenset({"python", "pip", "setuptools", "wheel"})


def dependencies_locked(judge: Judge) -> Outcome:
    """VER003: a lock file, or every direct requirement pinned exactly."""
    view = judge.view
    locks = [hit for hit in view.hits("lock", *_LOCKS) if hit.get("packages", 1) != 0]
    files: dict[str, list[Hit]] = {}
    for hit in view.hits("dependency"):
        if hit.get("group", "main") in ("main", None) and hit.fact.name not in _INSTALLERS:
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


_VERSION_TAG = late(r"(^|[@/_-]|v|release)\d+\.\d+|^v\d+|\d{8}|@v?\d", re.I)


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


#: Kinds of files that themselves put something into storage, where others only declare that there is some.
_HANDS_OVER = frozenset({"python", "notebook", "shell", "makefile", "dvc-config", "github-workflow", "gitlab-ci", "r"})


#: Words for what is kept of a model.
_OF_MODELS = late(r"model|weights|checkpoint|ckpt|artifact|\.(pkl|joblib|onnx|tar\.gz)", re.I)


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
        given = {k: v for k, v in (hit.fact.value or {}).items() if k != "in"}
        text = str(given)
        if any("*" in re.sub(r"^\*+/+", "", str(v)) for v in given.values()) or re.search(
            r"epoch|(?<![a-z])steps?(?![a-z])|version|timestamp|strftime|(?<![a-z])(?:time|date)|run_id|\bid\b",
            text,
            re.I,
        ):
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
            "datetime.datetime.utcnow*",
            "datetime.datetime.today*",
        )
        if hit.path in {h.path for h in judge.concepts.savers}
        or re.search(r"(^|/)(util|train|config|parse|run|experiment|main)[^/]*$", hit.path)
    ]
    if judge.concepts.savers and judge.concepts.training and stamped and not evidence:
        evidence = [hit.evidence(f"{hit.fact.name}: a time stamp in the run's path") for hit in stamped[:2]]
    if judge.concepts.training and not evidence:  # Hydra makes the run's folder of the time
        runs = [hit for hit in view.search("key", r"(^|\.)(run|sweep)\.dir$") if "${now:" in str(hit.fact.value)]
        evidence = [hit.evidence(f"{hit.fact.name}: {str(hit.fact.value)[:80]}") for hit in runs[:2]]
    near = judge.concepts.reach(judge.concepts.training_files + judge.concepts.training_notebooks)
    storage = [
        use
        for use in judge.technologies.find(kinds=["artifact-storage"], rung=3)
        if any(
            (view.kinds.get(item.path) in _HANDS_OVER or "runs" in item.detail)
            and (item.path in near or _OF_MODELS.search(f"{item.path} {item.detail}"))
            for item in use.evidence
        )
    ]
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
        if hit.fact.name.startswith("http")
        and "blob.core" not in hit.fact.name
        or _OF_MODELS.search(f"{hit.path} {hit.fact.name}")
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


_LARGE = late(
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
