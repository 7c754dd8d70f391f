"""VER103 library-unseeded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.concepts import Concepts
from mlopslint.lint.base import Edit, Fix, Problem, ProjectRule
from mlopslint.records import Fact
from mlopslint.view import View

_SEED = re.compile(r"seed|determinis|reproduc|random_state", re.I)
#: Trainers that seed every library by themselves, with a default.
_SELF = re.compile(r"TrainingArguments$|^ultralytics\.|SFTConfig$|DPOConfig$|GRPOConfig$|^transformers\.Trainer$")
#: Packages whose use means that seeds are a matter of configuration.
_SEEDING = frozenset({"autogluon", "pycaret", "flaml", "ludwig", "nni", "detectron2"})
_HOW = {
    "torch": "torch.manual_seed(42)",
    "tensorflow": "tensorflow.random.set_seed(42)",
    "numpy": "numpy.random.seed(42)",
    "random": "random.seed(42)",
}
_DRAWS = re.compile(
    r"^(?:numpy\.random\.(?:rand|randn|randint|shuffle|permutation|choice|uniform|normal|random)|random\.(?:random|shuffle|choice|choices|sample|randint|uniform))$"
)


def _seeds(fact: Fact) -> bool:
    """Whether a call seeds something, or takes a seed."""
    if (
        _SEED.search(fact.name)
        or _SELF.search(fact.name)
        or fact.name.endswith(("PRNGKey", "default_rng", "RandomState", "random.key"))
    ):
        return True
    return isinstance(fact.value, dict) and any(_SEED.search(key) for key in fact.value)


def _first_draw(view: View, concepts: Concepts, path: str) -> tuple[str, int, int] | None:
    """Library, line and cell of the first random thing that an entry point does: a training call, or a draw."""
    packages = {
        fact.name.split(".")[0] for name in (path, *concepts.imports.get(path, ())) for fact in view.of(name, "import")
    }
    for hit in sorted(concepts.training, key=lambda item: (item.fact.cell, item.fact.line)):
        if hit.path == path and not hit.fact.name.endswith("GradientTape"):
            if "torch" in packages:
                return "torch", hit.fact.line, hit.fact.cell
            if packages & {"tensorflow", "keras"}:
                return "tensorflow", hit.fact.line, hit.fact.cell
    for fact in view.of(path, "call"):
        if _DRAWS.match(fact.name):
            return fact.name.split(".")[0], fact.line, fact.cell
    return None


class LibraryUnseeded(ProjectRule):
    """Training draws at random and nothing seeds it.

    What it does
    ------------
    Finds entry points of training (scripts and notebooks) that use torch, TensorFlow or JAX to train, or draw from
    NumPy or ``random``, while neither they nor any module of the project that they reach seeds anything. Helpers
    such as ``set_seed`` and ``seed_everything``, seeded generators, and trainers that seed by themselves count.

    Why is this bad?
    ----------------
    Two runs of the same code on the same data give two models: nobody can tell a better model from luck, or make
    one again.

    Example
    -------
    ::

        model = Net()
        for x, y in loader:
            ...

    Use instead
    -----------
    ::

        torch.manual_seed(42)
        model = Net()
        for x, y in loader:
            ...

    Fix safety
    ----------
    Unsafe: every run then draws the same numbers.

    References
    ----------
    - PyTorch, "Reproducibility": https://pytorch.org/docs/stable/notes/randomness.html
    - Known from dslinter (randomness control), which looks at one file at a time.
    """

    code = "VER103"
    name = "library-unseeded"
    in_tests = False
    confidence = "medium"
    fixes = "unsafe"

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        concepts = Concepts(view)
        trains = set(concepts.training_files) | set(concepts.training_notebooks)
        for path in sorted(trains):
            entry = (
                view.kinds.get(path) == "notebook" or view.module(path).get("main") or not concepts.is_imported(path)
            )
            if not entry:
                continue
            reached = concepts.reach([path])
            if any(_seeds(fact) for name in reached for fact in view.of(name, "call")) or any(
                _SEED.search(fact.name)
                for name in reached
                for kind in ("key", "set", "field", "def")
                for fact in view.of(name, kind)
            ):
                continue
            if any(fact.name.split(".")[0] in _SEEDING for name in reached for fact in view.of(name, "import")):
                continue
            found = _first_draw(view, concepts, path)
            if found is None:
                continue
            library, line, cell = found
            seed = _HOW[library]
            root = seed.partition(".")[0]
            edits = (Edit((1, 1, 1, 1), "import", (f"import {root}",)), Edit((1, 1, 1, 1), "import", (seed,)))
            words = f"training draws from {library} and nothing that it reaches seeds it; begin with {seed}"
            fix = Fix(f"Begin with {seed}", "unsafe", edits) if not cell else None
            yield path, Problem((line, 1, line, 1), words, cell, fix)

    GOOD = (
        {
            "train.py": "import torch\nfrom helpers import set_seeds\nset_seeds()\nmodel = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(model.parameters(), lr=1)\nfor x in loader:\n    loss = model(x)\n    loss.backward()\n    opt.step()\n",
            "helpers.py": "import torch\ndef set_seeds():\n    torch.manual_seed(1)\n",
        },
        {
            "train.py": "import torch\nfrom helpers import prepare\nprepare()\nmodel = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(model.parameters(), lr=1)\nfor x in loader:\n    loss = model(x)\n    loss.backward()\n    opt.step()\n",
            "helpers.py": "from deep import start\ndef prepare():\n    start()\n",
            "deep.py": "import torch\ndef start():\n    torch.manual_seed(1)\n",
        },
        {"a.py": "import numpy as np\nx = np.random.rand(3)\n"},
    )
    BAD = (
        (
            {
                "train.py": "import torch\nmodel = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(model.parameters(), lr=1)\nif __name__ == '__main__':\n    for x in loader:\n        loss = model(x)\n        loss.backward()\n        opt.step()\n"
            },
            "train.py",
            7,
        ),
    )
