"""Which calls draw random numbers, and which calls seed which library."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from mlopslint.patterns import late
from mlopslint.records import Fact

#: The libraries whose global generators are told apart.
ALL = frozenset({"random", "numpy", "torch", "tensorflow"})

#: Draws from a global generator; those of torch and TensorFlow are implied by training with them.
_DRAWS = {
    "random": frozenset(
        [
            "random.random",
            "random.shuffle",
            "random.choice",
            "random.choices",
            "random.sample",
            "random.randint",
            "random.uniform",
            "random.gauss",
            "random.randrange",
            "random.normalvariate",
            "random.betavariate",
            "random.triangular",
        ]
    ),
    "numpy": frozenset(
        f"numpy.random.{name}"
        for name in [
            "rand",
            "randn",
            "randint",
            "shuffle",
            "permutation",
            "choice",
            "uniform",
            "normal",
            "random",
            "beta",
            "binomial",
            "multinomial",
            "random_sample",
            "poisson",
            "exponential",
            "gamma",
            "standard_normal",
            "multivariate_normal",
            "dirichlet",
            "laplace",
            "lognormal",
        ]
    ),
}
_DRAWN_FROM = {name: library for library, names in _DRAWS.items() for name in names}

_SEEDERS = {
    "random.seed": frozenset({"random"}),
    "random.setstate": frozenset({"random"}),
    "numpy.random.seed": frozenset({"numpy"}),
    "numpy.random.set_state": frozenset({"numpy"}),
    "numpy.random.RandomState": frozenset({"numpy"}),
    "numpy.random.default_rng": frozenset({"numpy"}),
    "torch.manual_seed": frozenset({"torch"}),
    "torch.random.manual_seed": frozenset({"torch"}),
    "torch.cuda.manual_seed": frozenset({"torch"}),
    "torch.cuda.manual_seed_all": frozenset({"torch"}),
    "torch.set_rng_state": frozenset({"torch"}),
    "torch.Generator.manual_seed": frozenset({"torch"}),
    "tensorflow.random.set_seed": frozenset({"tensorflow"}),
    "tensorflow.random.set_random_seed": frozenset({"tensorflow"}),
    "tensorflow.set_random_seed": frozenset({"tensorflow"}),
    "tensorflow.compat.v1.set_random_seed": frozenset({"tensorflow"}),
    "jax.random.PRNGKey": frozenset[str](),
    "jax.random.key": frozenset[str](),
}
#: A name that says that it seeds: a helper of the project, ``seed_everything`` of Lightning, ``set_seed`` of Transformers.
_SEEDING = late(
    r"(^|_)(seeds?|seeding|random_?state|reproducib\w*|determinis\w*|full_determinism)(_|$)|seed(s|all|everything)?$",
    re.I,
)
_NO_SEEDING = late(
    r"^(get|generate|spawn|initial|draw|print|log|random|is|has|check|sample|choose|hash|new|make)_|SeedSequence", re.I
)
#: What seeds every library by itself: the seed of a Trainer of Transformers is 42, that of Ultralytics is 0.
_SEEDED = late(
    r"(TrainingArguments|Seq2SeqTrainer|SFTTrainer|LightningCLI)$|^(trl|ultralytics|spacy|setfit|axolotl)\.|^transformers\.Trainer\b|^detectron2\.engine\.default_setup$"
)
#: Keywords by which a seed or a seeded generator is handed on.
_KEYWORDS = frozenset(
    ["seed", "random_seed", "manual_seed", "rng", "rng_seed", "global_seed", "seed_everything", "generator"]
)
_ELSEWHERE = (
    "sklearn.",
    "pandas.",
    "argparse.",
    "click.",
    "typer.",
    "imblearn.",
    "xgboost.",
    "lightgbm.",
    "catboost.",
    "optuna.",
)
_NOT_A_CALL = ("add_argument", "Argument", "Option", "option", "Field", "field")


def draws(name: str) -> str:
    """The library from whose global generator this call draws, "" where it draws from none."""
    return _DRAWN_FROM.get(name, "")


def seeded(fact: Fact) -> frozenset[str]:
    """The libraries that a call seeds."""
    name = fact.name
    value: dict[str, Any] = fact.value if isinstance(fact.value, dict) else {}
    known = _SEEDERS.get(name)
    if known is not None:
        return frozenset() if "0" in value and value["0"] is None else known
    named = _named(name)
    if named is not None:
        return named
    if _KEYWORDS.isdisjoint(value):
        return frozenset()
    given = [keyword for keyword in _KEYWORDS.intersection(value) if value[keyword] is not None]
    if given == ["generator"]:
        return frozenset({"torch"})
    return ALL if given else frozenset()


@lru_cache(maxsize=65536)
def _named(name: str) -> frozenset[str] | None:
    """What a call seeds as far as its name alone decides that; None where its arguments do."""
    last = name.rpartition(".")[2]
    if name.startswith(_ELSEWHERE) or last in _NOT_A_CALL:
        return frozenset()
    return ALL if named_seeding(last) or _SEEDED.search(name) else None


def named_seeding(name: str) -> bool:
    """Whether the name of a function says that it seeds."""
    return bool(_SEEDING.search(name)) and not _NO_SEEDING.search(name)


def trained_with(packages: set[str], name: str) -> str:
    """The library whose generator a training call draws from, given what its file imports; "" where that is not clear."""
    root = name.partition(".")[0]
    torch = bool(packages & {"torch", "lightning", "pytorch_lightning", "fastai", "torchvision"})
    tensorflow = bool(packages & {"tensorflow", "keras", "tf_keras", "tensorflow_addons"})
    if root in ("torch", "lightning", "pytorch_lightning", "fastai"):
        return "torch"
    if root in ("tensorflow", "keras", "tf_keras"):
        return "tensorflow"
    if name.endswith((".backward", ".fit_one_cycle", ".fine_tune")) and torch:
        return "torch"
    if torch == tensorflow or packages & {"sklearn", "xgboost", "lightgbm", "catboost", "jax", "flax", "mxnet"}:
        return ""
    if "transformers" in packages:  # its trainers seed themselves, its Keras models do not
        return "tensorflow" if tensorflow and name.endswith(".fit") and root in ("", "transformers") else ""
    return "" if root else "torch" if torch else "tensorflow"
