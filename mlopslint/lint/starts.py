"""Who starts what: which functions of a project the calls of a file mean, resolved through its imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlopslint.records import Fact

if TYPE_CHECKING:
    from mlopslint.imports import Imports
    from mlopslint.view import View

#: A file and a function in it as ``function`` or ``Class.method``; "" is its top level.
Place = tuple[str, str]

#: Decorators of functions that something else starts.
STARTED = (".command", "hydra.main", ".flow", ".task", ".step", ".job", ".op", ".asset", ".component")
#: Receivers of an unresolved ``.train``: ``model.train()`` only changes a mode.
_TRAINERS = ("trainer", "engine", "runner", "learner", "experiment", "algo", "agent", "solver")


class Definitions:
    """The functions and classes of each file of a project, and in which of them a call stands."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._of: dict[str, dict[str, str]] = {}
        self._methods: dict[str, dict[str, list[str]]] = {}
        self._outer: dict[tuple[str, str], Place] = {}
        self._passing: dict[str, dict[str, list[Fact]]] = {}

    def of(self, path: str) -> dict[str, str]:
        """Qualified name -> what it is."""
        if path not in self._of:
            facts = self.view.of(path, "def")
            self._of[path] = {fact.name: fact.value["type"] for fact in facts if isinstance(fact.value, dict)}
        return self._of[path]

    def methods(self, path: str) -> dict[str, list[str]]:
        """Name of a method -> its qualified names."""
        if path not in self._methods:
            found: dict[str, list[str]] = defaultdict(list)
            for name, what in self.of(path).items():
                if what == "method":
                    found[name.rpartition(".")[2]].append(name)
            self._methods[path] = found
        return self._methods[path]

    def passing(self, path: str, name: str) -> list[Fact]:
        """The imports by which a file may hand on a name of another one: those of that name, or all of a module."""
        by_name = self._passing.get(path)
        if by_name is None:
            by_name = self._passing[path] = {"*": []}
            for fact in self.view.of(path, "import"):
                if fact.value == "star":
                    for known in by_name.values():
                        known.append(fact)
                else:
                    last = fact.name.rpartition(".")[2].rpartition(":")[2]
                    by_name.setdefault(last, list(by_name["*"])).append(fact)
        return by_name.get(name, by_name["*"])

    def place(self, path: str, fact: Fact) -> Place:
        """The function in which a call stands: the outermost one, or ``Class.method``."""
        inner = fact.value.get("in", "") if isinstance(fact.value, dict) else ""
        if not inner:
            return path, ""
        found = self._outer.get((path, inner))
        if found is None:
            found = self._outer[path, inner] = (path, _outer(self.of(path), inner))
        return found


def _outer(defined: dict[str, str], qualified: str) -> str:
    parts = qualified.split(".")
    for end in range(1, len(parts) + 1):
        if defined.get(".".join(parts[:end])) in ("function", "method"):
            return ".".join(parts[:end])
    return qualified


def handed_on(fact: Fact) -> list[str]:
    """Functions that are given to a call instead of being called: ``spawn(worker)``, ``fire.Fire(train)``."""
    value = fact.value
    if value.__class__ is not dict:
        return []
    return [
        given[1:]
        for key, given in value.items()
        if given.__class__ is str and given[:1] == "$" and key != "on" and given[1:].isidentifier()
    ]


def of_methods(concepts: Imports, fact: Fact, caller: Place, methods: set[str], names: Definitions) -> Iterator[Place]:
    """What a call of a method of ``self`` or of an unresolved object may mean."""
    if not fact.name.startswith(".") or ":" in fact.name or not isinstance(fact.value, dict):
        return
    path, function = caller
    method, on, owner = fact.name[1:], str(fact.value.get("on", "")), function.rpartition(".")[0]
    if on == "self" and owner:
        yield path, f"{owner}.{method}"
    elif method in methods and (method != "train" or any(word in on.lower() for word in _TRAINERS)):
        for file in (path, *sorted(concepts.imports.get(path, ()))):
            for qualified in names.methods(file).get(method, ())[:20]:
                yield file, qualified


def targets(concepts: Imports, path: str, name: str, imported: set[str], names: Definitions) -> Iterator[Place]:
    """The function of the project that a resolved name means."""
    if name.partition(".")[0] in names.of(path):
        yield from _of_definition(path, name, names.of(path))
        return
    known = name
    for _ in range(8):
        if known in imported:
            file = concepts.resolve(known, path)
            if file:
                yield from _exported(concepts, file, _rest(file, known, name), names)
            return
        known = known.rpartition(".")[0]
        if not known:
            return


def _rest(file: str, known: str, name: str) -> str:
    """What of a dotted name stands in the file that its import resolves to."""
    last = known.rpartition(".")[2].rpartition(":")[2]
    stem = file[:-3].removesuffix("/__init__").rpartition("/")[2]
    tail = name[len(known) :].strip(".")
    if last == stem and tail:
        return tail
    return f"{last}.{tail}".strip(".")


def _of_definition(path: str, name: str, defined: dict[str, str]) -> Iterator[Place]:
    outer = _outer(defined, name)
    if defined.get(outer) == "class":
        yield path, f"{outer}.__init__"
    yield path, outer


def _exported(concepts: Imports, file: str, name: str, names: Definitions, depth: int = 0) -> Iterator[Place]:
    """A name of a file, followed through the imports by which it may only be passed on."""
    head = name.partition(".")[0]
    if head in names.of(file):
        yield from _of_definition(file, name, names.of(file))
        return
    if depth > 4:
        return
    followed = 0
    for fact in names.passing(file, head):
        target = concepts.resolve(fact.name, file)
        if target and target != file and followed < 20:
            followed += 1
            passed = name
            if fact.value != "star" and target[:-3].removesuffix("/__init__").rpartition("/")[2] == head:
                passed = name.partition(".")[2] or name
            yield from _exported(concepts, target, passed, names, depth + 1)
