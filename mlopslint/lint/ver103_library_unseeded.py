"""VER103 library-unseeded."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mlopslint.lint.base import Edit, Fix, Problem, ProjectRule, Region
from mlopslint.lint.seeds import draws, named_seeding, seeded, trained_with
from mlopslint.lint.starts import STARTED, Definitions, Place, handed_on, of_methods, targets
from mlopslint.records import Fact

if TYPE_CHECKING:
    from mlopslint.concepts import Concepts
    from mlopslint.view import View

#: Packages that drive code by configuration files.
_CONFIGURING = ("hydra", "omegaconf", "jsonargparse")
_SEED_CALLS = {
    "random": "random.seed(42)",
    "numpy": "numpy.random.seed(42)",
    "torch": "torch.manual_seed(42)",
    "tensorflow": "tensorflow.random.set_seed(42)",
}


class LibraryUnseeded(ProjectRule):
    """Training draws random numbers and nothing seeds them.

    What it does
    ------------
    Finds scripts and notebooks that start a training which draws from the global generator of ``random``, NumPy, PyTorch or TensorFlow,
    where neither they nor any module of the project that they import seeds that library. Training a network draws by itself: its weights,
    the order of its batches, dropout. Seeds count wherever they are set: in helpers of other modules, by ``seed_everything``, ``set_seed``
    and their kin, by arguments called ``seed``, by trainers that seed themselves. Estimators of scikit-learn are the matter of VER101 and
    VER102.

    Why is this bad?
    ----------------
    No run can be repeated: whether a change made the model better, or only the weights began elsewhere, cannot be told.

    Example
    -------
    ::

        import torch
        from churn.model import fit

        if __name__ == "__main__":
            fit()

    Use instead
    -----------
    ::

        import torch
        from churn.model import fit

        if __name__ == "__main__":
            torch.manual_seed(42)
            fit()

    Fix safety
    ----------
    Unsafe: it seeds the library at the start of the run, after which every run draws the same numbers.

    References
    ----------
    - PyTorch, "Reproducibility": https://pytorch.org/docs/stable/notes/randomness.html
    - Keras, "Reproducibility in Keras models": https://keras.io/examples/keras_recipes/reproducibility_recipes/
    - Known from dslinter (randomness control), which looks at one file only.
    """

    code = "VER103"
    name = "library-unseeded"
    fixes = "unsafe"
    kinds = ("python", "notebook")
    started = True

    def settled(self, view: View, path: str) -> bool:
        """A notebook that takes in nothing of the project's stands for itself: nothing imports a notebook."""
        from mlopslint.imports import Imports

        return (
            view.kinds.get(path) == "notebook"
            and not any(fact.name in ("exec", "torch.hub.load") for fact in view.of(path, "call"))
            and not any(fact.name.partition(".")[0] in _CONFIGURING for fact in view.of(path, "import"))
            and not any(True for _ in Imports(view).named_in(path))
        )

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        from mlopslint.concepts import concepts_of

        concepts = concepts_of(view)
        if not concepts.training:
            return
        names = Definitions(view)
        libraries = _training_libraries(view, concepts, names)
        random = Randomness(view)
        for path, (facts, trained) in sorted(_entries(view, concepts, libraries, names).items()):
            reached = concepts.reach([path])
            missing = sorted((trained | random.drawn(reached)) - random.seeded(reached))
            if not missing or (not set(missing) & trained and random.seeded(reached)):
                continue  # where something is seeded, a draw that nothing of training implies may be meant to differ
            if random.seeded(concepts.reach(sorted(concepts.reaching([path])))) or _configured(view, concepts, path):
                continue  # it is started by something that seeds
            first = [hit.fact for hit in concepts.training if hit.path == path]
            first += [fact for fact in view.of(path, "call") if draws(fact.name) in missing]
            problem = _problem(view, path, _in_order(first or facts)[0], missing)
            # beside estimators that draw nothing themselves, a draw may as well be for a picture
            yield path, problem if set(missing) & trained else problem._replace(confidence="low")

    GOOD = (
        {"train.py": "import torch\nfrom utils import set_seed\nset_seed(1)\nloss.backward()\n", "utils.py": "def set_seed(n):\n    pass\n"},
        {
            "train.py": "import torch\nfrom pkg import prepare\nif __name__ == '__main__':\n    prepare()\n    loss.backward()\n",
            "pkg/__init__.py": "from .setup import prepare\n",
            "pkg/setup.py": "import torch\ndef prepare():\n    torch.manual_seed(0)\n",
        },
        {"train.py": "import torch\ndef step(loss):\n    loss.backward()\n"},
        {"train.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n"},
        {"train.py": "import lightning as L\nL.seed_everything(1)\nL.Trainer().fit(model)\n"},
        {"train.py": "from transformers import Trainer, TrainingArguments\nTrainer(model, TrainingArguments('out')).train()\n"},
        {"evaluate.py": "import torch\nfrom model import Net\nNet().eval()\n", "model.py": "import torch\nclass Net:\n    def fit(self, loss):\n        loss.backward()\n"},
        {"a.ipynb": {"cells": [("code", "import torch\ntorch.manual_seed(1)"), ("code", "loss.backward()")]}},
    )  # fmt: skip
    BAD = (
        ({"train.py": "import torch\n\nfor x in rows:\n    loss(x).backward()\n    optimizer.step()\n"}, "train.py", 4),
        (
            {
                "scripts/run.py": "from pkg.engine import Trainer\n\nif __name__ == '__main__':\n    trainer = Trainer()\n    trainer.fit()\n",
                "pkg/__init__.py": "",
                "pkg/engine.py": "import torch\n\n\nclass Trainer:\n    def fit(self):\n        self._epoch()\n\n    def _epoch(self):\n        self.loss.backward()\n        self.optimizer.step()\n",
            },
            "scripts/run.py",
            5,
        ),
        ({"a.ipynb": {"cells": [("code", "from tensorflow import keras\nmodel = keras.Sequential()\nmodel.fit(x, y)")]}}, "a.ipynb", 3),
    )  # fmt: skip


def _packages(view: View, path: str) -> set[str]:
    return {fact.name.partition(".")[0] for fact in view.of(path, "import")}


def _training_libraries(view: View, concepts: Concepts, names: Definitions) -> dict[Place, set[str]]:
    """Where the project trains, and from which libraries this draws by itself."""
    found: dict[Place, set[str]] = defaultdict(set)
    about: dict[str, tuple[set[str], bool]] = {}
    for hit in concepts.training:
        if view.kinds.get(hit.path) not in ("python", "notebook"):
            continue
        if hit.path not in about:
            about[hit.path] = (_packages(view, hit.path), _optimises(view, hit.path))
        packages, optimises = about[hit.path]
        name = hit.fact.name
        if optimises or not name.endswith((".backward", ".GradientTape", ".grad")):
            found[names.place(hit.path, hit.fact)] |= {trained_with(packages, name)} - {""}
    return found


def _optimises(view: View, path: str) -> bool:
    """Whether gradients are used for steps, not only looked at."""
    return any(
        fact.name.endswith((".step", ".apply_gradients", ".minimize", ".zero_grad")) for fact in view.of(path, "call")
    )


# -- who starts what ----------------------------------------------------------------------------------------------------


def _entries(
    view: View, concepts: Concepts, libraries: dict[Place, set[str]], names: Definitions
) -> dict[str, tuple[list[Fact], set[str]]]:
    """File -> the calls of its own by which its top level comes to train, and the libraries that this draws from."""
    own = {*view.python_files, *view.notebooks}
    # only functions are called, and only from files that take in theirs
    near = concepts.reaching(sorted({path for path, name in libraries if name})) & concepts.reach(sorted(own))
    calls = _calls(view, concepts, near, {name.rpartition(".")[2] for _, name in libraries if name}, names)
    facts: dict[str, dict[int, Fact]] = defaultdict(dict)
    trained: dict[str, set[str]] = defaultdict(set)
    for hit in concepts.training:
        place = names.place(hit.path, hit.fact)
        if not place[1] and hit.path in own and place in libraries:
            facts[hit.path][id(hit.fact)] = hit.fact
            trained[hit.path] |= libraries[place]
    starts: dict[frozenset[str], set[Place]] = defaultdict(set)
    for place, drawn in libraries.items():
        starts[frozenset(drawn)].add(place)
    for libraries_drawn, seen in starts.items():
        pending = sorted(seen)
        while pending:
            for caller, fact in calls.get(pending.pop(), ()):
                if not caller[1] and caller[0] in own:
                    facts[caller[0]][id(fact)] = fact
                    trained[caller[0]] |= libraries_drawn
                if caller not in seen:
                    seen.add(caller)
                    pending.append(caller)
    return {path: (_in_order(found.values()), trained[path]) for path, found in facts.items()}


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: (fact.cell, fact.line))


def _calls(
    view: View, concepts: Concepts, paths: Iterable[str], methods: set[str], names: Definitions
) -> dict[Place, list[tuple[Place, Fact]]]:
    """Who calls each function of these files; ``methods`` are names that an unresolved method call may mean."""
    of: dict[Place, list[tuple[Place, Fact]]] = defaultdict(list)
    for path in sorted(paths):
        imported = {fact.name for fact in view.of(path, "import")}
        meant: dict[str, tuple[Place, ...]] = {}
        for fact in view.of(path, "call"):
            caller = names.place(path, fact)
            for target in of_methods(concepts, fact, caller, methods, names):
                of[target].append((caller, fact))
            for name in (fact.name, *handed_on(fact)):
                if name not in meant:
                    meant[name] = tuple(targets(concepts, path, name, imported, names))
                for target in meant[name]:
                    of[target].append((caller, fact))
        for fact in view.of(path, "decorator"):
            target_name = fact.value.get("target") if isinstance(fact.value, dict) else None
            if fact.name.endswith(STARTED) and target_name in names.of(path) and concepts.is_runnable(path):
                of[(path, str(target_name))].append(((path, ""), fact))
    return of


# -- who seeds ------------------------------------------------------------------------------------------------------------


class Randomness:
    """What the files of a project draw and seed, each file looked at once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[str, tuple[set[str], set[str], dict[str, set[str]]]] = {}
        self._used: dict[str, set[str]] = {}

    def _of(self, path: str) -> tuple[set[str], set[str], dict[str, set[str]]]:
        """The libraries that a file draws from, those that it seeds, and those that its seeding helpers seed."""
        known = self._known.get(path)
        if known is None:
            drawn: set[str] = set()
            found: set[str] = set()
            helpers: dict[str, set[str]] = defaultdict(set)
            for fact in self.view.of(path, "call"):
                drawn.add(draws(fact.name))
                libraries = seeded(fact)
                if libraries:
                    inner = _inner(fact)
                    if inner and named_seeding(inner):
                        helpers[inner] |= libraries
                    else:
                        found |= libraries
            known = self._known[path] = (drawn - {""}, found, helpers)
        return known

    def _names(self, path: str) -> set[str]:
        """The names that a file calls or hands on, a function's own in itself apart."""
        used = self._used.get(path)
        if used is None:
            used = self._used[path] = set()
            for fact in self.view.of(path, "call"):
                last = fact.name.rpartition(".")[2].rpartition(":")[2]
                if last != _inner(fact):
                    used.add(last)
                    used.update(handed_on(fact))
        return used

    def drawn(self, paths: Iterable[str]) -> set[str]:
        """The libraries from which these files draw by explicit calls."""
        return set().union(*(self._of(path)[0] for path in paths))

    def seeded(self, paths: Iterable[str]) -> set[str]:
        """The libraries that these files seed; a helper that is named for it and that nobody calls does not count."""
        every = {path: self._of(path) for path in paths}
        found = set().union(*(one[1] for one in every.values()))
        helpers = [one[2] for one in every.values() if one[2]]
        if helpers:
            used = set().union(*(self._names(path) for path in every))
            for one in helpers:
                for name in one.keys() & used:
                    found |= one[name]
        return found


def _inner(fact: Fact) -> str:
    """The function in which a call stands, without its class; "" at the top level."""
    return str(fact.value.get("in", "")).rpartition(".")[2] if isinstance(fact.value, dict) else ""


def _configured(view: View, concepts: Concepts, path: str) -> bool:
    """Whether a configuration that this code is driven by holds a seed."""
    driven = any(
        fact.name.partition(".")[0] in _CONFIGURING
        for file in concepts.reach([path])
        for fact in view.of(file, "import")
    )
    return driven and any(
        hit.fact.value is not None for hit in view.search("key", r"(^|[._])(random_?)?seed(_everything)?$")
    )


# -- what is said -----------------------------------------------------------------------------------------------------------


def _problem(view: View, path: str, first: Fact, missing: list[str]) -> Problem:
    tree = _tree(view, path, first.cell)
    region: Region = (first.line, 1, first.line, 1)
    fix = None
    if tree is not None:
        region = _region(tree, first) or region
        fix = _fix(tree, missing)
    words = " and ".join(missing) if len(missing) < 3 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    them = "it" if len(missing) == 1 else "them"
    return Problem(region, f"training draws from {words}, and nothing that it reaches seeds {them}", first.cell, fix)


def _tree(view: View, path: str, cell: int) -> ast.Module | None:
    """The code of a file once more, for the exact place; notebooks keep to the line."""
    if cell:
        return None
    from mlopslint.facts.python import parse

    for _, data, _ in view.snapshot.read([view.entries[path]]):
        try:
            return parse(data) if data else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return None


def _region(tree: ast.Module, fact: Fact) -> Region | None:
    last = fact.name.rpartition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno == fact.line and node.end_lineno == fact.line:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == last:
                return node.lineno, node.col_offset + 1, node.lineno, (node.end_col_offset or 0) + 1
    return None


def _fix(tree: ast.Module, missing: list[str]) -> Fix | None:
    """Seeds before the first statement under the main guard, else below the imports at the top."""
    aliases: dict[str, str] = {}
    last: ast.stmt | None = None
    guarded: ast.stmt | None = None
    for node in tree.body:
        if isinstance(node, ast.Import):
            aliases |= {alias.name: alias.asname or alias.name for alias in node.names if "." not in alias.name}
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            last = node
        elif isinstance(node, ast.If) and _is_main(node.test):
            guarded = node.body[0]
    at = guarded or last
    if at is None or any(library not in aliases for library in missing):
        return None
    calls = [aliases[library] + _SEED_CALLS[library][len(library) :] for library in missing]
    line = at.lineno
    region: Region = (line, at.col_offset + 1, at.end_lineno or line, (at.end_col_offset or 0) + 1)
    text = ("\n" + " " * at.col_offset).join(calls)
    words = "Call " + " and ".join(calls) + " at the start"
    return Fix(words, "unsafe", (Edit(region, "line-before" if guarded else "line-after", (text,)),))


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(side, ast.Name) and side.id == "__name__" for side in (test.left, *test.comparators)
    )
