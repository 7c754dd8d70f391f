"""What a file starts, followed through the project before the project is read: only the files on the way are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from mlopslint.cache import Cache
from mlopslint.concepts import MAY_TRAIN
from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.gather import gather
from mlopslint.imports import Imports
from mlopslint.kinds import kind_of
from mlopslint.lint.starts import STARTED, Definitions, Place, handed_on, targets
from mlopslint.names import Names
from mlopslint.records import Fact
from mlopslint.snapshot import Snapshot
from mlopslint.view import View

#: Files after which reading all of the project, side by side, is the shorter way.
_MOST = 40
_DEFINED = re.compile(rb"\bdef[ \t]+(\w+)")


class OnDemand(View):
    """A view of a project whose files are read when they are first asked for; without a ``cache``, none is but those ``known``."""

    def __init__(self, snapshot: Snapshot, known: Gathered, cache: Cache | None) -> None:
        kinds = {entry.path: kind_of(entry.path) if entry.mode == "file" else entry.mode for entry in snapshot.entries}
        super().__init__(snapshot, Gathered(dict(known.facts), kinds, (), 0, 0))
        self.cache = cache
        self.read = 0  #: files that were read so far
        self._defined: dict[str, set[str]] = {}

    def of(self, path: str, kind: str) -> list[Fact]:
        if self.cache is not None and path not in self._facts and path in self.entries:
            self.read += 1
            only = Snapshot((self.entries[path],), self.snapshot.repository, self.snapshot.read, self.snapshot.root)
            self._facts[path] = gather(only, self.cache, jobs=1).facts.get(path, FileFacts())
        return super().of(path, kind)

    def may_define(self, path: str, name: str) -> bool:
        """Whether a function of this name may stand in a file; one that was not read yet is only looked through."""
        if path in self._facts or self.cache is None:
            return True
        if path not in self._defined:
            data = next((data for _, data, _ in self.snapshot.read([self.entries[path]])), None) or b""
            self._defined[path] = {found.decode() for found in _DEFINED.findall(data)}
        return name in self._defined[path]


class Starts:
    """What the top levels of files come to call, place by place."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.names = Definitions(view)
        self.imports = Imports(view)
        self._calls: dict[str, dict[str, list[Fact]]] = {}
        self._training: dict[str, set[str]] = {}
        self._imported: dict[str, tuple[set[str], frozenset[str]]] = {}
        #: Places from which nothing that trains is reached.
        self.idle: set[Place] = set()

    def calls(self, path: str) -> dict[str, list[Fact]]:
        """Function ("" for the top level) -> the calls in it."""
        if path not in self._calls:
            found = self._calls[path] = defaultdict(list)
            for fact in self.view.of(path, "call"):
                found[self.names.place(path, fact)[1]].append(fact)
        return self._calls[path]

    def training(self, path: str) -> set[str]:
        """The functions of a file that may train by themselves."""
        if path not in self._training:
            names = Names({fact.name for fact in self.view.of(path, "call")}).matching(MAY_TRAIN)
            likely = set(names)
            self._training[path] = {
                function for function, calls in self.calls(path).items() if any(fact.name in likely for fact in calls)
            }
        return self._training[path]

    def imported(self, path: str) -> tuple[set[str], frozenset[str]]:
        """What a file imports: the names, and the project's files among them."""
        if path not in self._imported:
            names = {fact.name for fact in self.view.of(path, "import")}
            self._imported[path] = names, frozenset(self.imports.named_in(path))
        return self._imported[path]

    def first(self, path: str) -> set[Place]:
        """Where a file starts: its top level, and the functions that a decorator hands to whoever starts it."""
        return {(path, "")} | {
            (path, str(fact.value.get("target")))
            for fact in self.view.of(path, "decorator")
            if fact.name.endswith(STARTED) and isinstance(fact.value, dict)
        }

    def outside(self, path: str) -> set[str]:
        """The names of other files that a file comes to call by itself."""
        found: set[str] = set()
        defined, methods = self.names.of(path), self.names.methods(path)
        pending = sorted(function for _, function in self.first(path))
        seen = set(pending)
        while pending:
            for fact in self.calls(path).get(pending.pop(), ()):
                for name in (fact.name, *handed_on(fact)):
                    inner: set[str] = set()
                    if name.partition(".")[0] in defined:
                        inner = {place for _, place in targets(self.imports, path, name, set(), self.names)}
                    elif name.startswith(".") and ":" not in name:
                        inner = set(methods.get(name[1:], ()))
                    else:
                        found.add(name)
                    pending += sorted(inner - seen)
                    seen |= inner
        return found


def comes_to_train(view: OnDemand, paths: Iterable[str], starts: Starts | None = None) -> bool:
    """Whether the top level of one of these files may come to train in what it calls; True also where that is too far to tell.

    ``starts``: what is known of the same view from earlier questions.
    """
    starts = starts or Starts(view)
    pending = sorted(set().union(*(starts.first(path) for path in paths)) - starts.idle)
    seen = set(pending)
    while pending:
        path, function = place = pending.pop()
        if view.read > _MOST or function in starts.training(path):
            return True
        found = set(_called(starts, view, place)) - starts.idle
        pending += sorted(found - seen)
        seen |= found
    starts.idle |= seen
    return False


def _called(starts: Starts, view: OnDemand, place: Place) -> Iterator[Place]:
    """What the calls in one function may mean."""
    path, function = place
    calls = starts.calls(path).get(function)
    if not calls:
        return
    imported, files = starts.imported(path)
    owner = function.rpartition(".")[0]
    for fact in calls:
        for name in (fact.name, *handed_on(fact)):
            yield from targets(starts.imports, path, name, imported, starts.names)
        if fact.name.startswith(".") and ":" not in fact.name and isinstance(fact.value, dict):
            method = fact.name[1:]
            if fact.value.get("on") == "self" and owner:
                yield path, f"{owner}.{method}"
                continue
            for file in (path, *files):
                if view.may_define(file, method):
                    for qualified in starts.names.methods(file).get(method, ()):
                        yield file, qualified
