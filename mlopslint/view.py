"""What rules look at: the facts of all files, indexed once, with the role that each file plays in the project."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.names import Names
from mlopslint.patterns import late, remembered
from mlopslint.records import Entry, Evidence, Fact
from mlopslint.snapshot import Snapshot

VENDORED = late(
    r"(^|/)(third[_-]?party|_?vendor(ed)?|extern(al)?s?|node_modules|site-packages|bower_components|\.eggs|deps|submodules)/"
    r"|(^|/)(versioneer|ez_setup|distribute_setup|get-pip)\.py$",
    re.I,
)
FIXTURE = late(
    r"(^|/)(fixtures?|test[_-]?data|testdata|test[_-]?assets|test[_-]?resources|golden|__snapshots__|snapshots)/", re.I
)
TEST = late(
    r"(^|/)(tests?|testing|unit_?tests?|integration_?tests?|e2e|__tests__|[a-z]+_tests?|tests_\w+)/|(^|/)(test_[^/]+|[^/]+_tests?|conftest)\.py$|(^|/)tests?\.py$",
    re.I,
)
#: A program of that name, and CI that lies among the tests.
NO_TEST = late(
    r"(?!(.*/)?(tests?|testing|unit_?tests?|integration_?tests?|e2e)/)([^/]+/)*test\.py|(.*/)?(ci|\.ci|pipelines|azure-pipelines)/[^/]+\.ya?ml",
    re.I,
)
EXAMPLE = late(r"(^|/)(examples?|samples?|demos?|tutorials?|cookbook|showcase|playground|quickstarts?)/", re.I)
DOCS = late(r"(^|/)(docs?|documentation|website|site|book)/", re.I)
GENERATED = late(
    r"(^|/)(generated|\.ipynb_checkpoints|_build|build/(lib|bdist|temp|html|static|assets|js|css)[^/]*|dist|gen|revdep|migrations|alembic/versions)/|_pb2(_grpc)?\.pyi?$|\.min\.(js|css)$|(^|/)_version\.py$",
    re.I,
)

#: Files whose facts are evidence of the project's own practice.
OWN = frozenset({"source"})
#: ... and also those that test it.
OWN_AND_TESTS = frozenset({"source", "test"})
EVERYWHERE = frozenset({"source", "test", "example", "docs", "fixture", "generated"})


class Hit(NamedTuple):
    """One fact and the file that says it."""

    path: str
    fact: Fact

    def evidence(self, detail: str = "") -> Evidence:
        shown = detail or self.get("written") or self.fact.name
        return Evidence(self.path, self.fact.line or None, shown, self.fact.cell or None)

    def get(self, key: str, default: Any = None) -> Any:
        value = self.fact.value
        return value.get(key, default) if isinstance(value, dict) else default


#: Makes a Hit of a pair, without the call of a function of Python's that a NamedTuple costs.
_hit = partial(tuple.__new__, Hit)

#: Name -> the files that have facts of it, with these.
Index = dict[str, list[tuple[str, list[Fact]]]]


def _pipelines(gathered: Gathered) -> Iterator[str]:
    """YAML files that only their content shows to be pipelines of Azure DevOps, or templates of their steps."""
    for path, some in gathered.facts.items():
        if gathered.kinds.get(path) == "yaml" and any(fact.name == "azure-pipelines" for fact in some.get("ci", ())):
            yield path


class View:
    """The facts of one repository (or of one project in it), by kind and name."""

    def __init__(
        self,
        snapshot: Snapshot,
        gathered: Gathered,
        *,
        excluded: Iterable[str] = (),
        settings: dict[str, Any] | None = None,
        folder: str = "",
    ) -> None:
        self.snapshot = snapshot
        self.gathered = gathered
        self.folder = folder
        self.settings = settings or {}
        self.shared: dict[str, Any] = {}  #: what is derived from the whole view once, by whoever derives it
        out = frozenset(excluded)
        self.entries: dict[str, Entry] = {entry.path: entry for entry in snapshot.entries if entry.path not in out}
        self.kinds = {**gathered.kinds, **dict.fromkeys(_pipelines(gathered), "yaml-pipeline")}
        self.roles = self._roles()
        self._facts = {path: some for path, some in gathered.facts.items() if path in self.entries}
        self._indices: dict[str, Index] = {}
        self._names: dict[str, Names] = {}
        self._present: dict[tuple[str, frozenset[str]], set[str]] = {}
        self._searched: dict[tuple[str, str, frozenset[str]], list[str]] = {}
        self._lasts: dict[tuple[str, frozenset[str]], dict[str, list[str]]] = {}
        self._keys: dict[str, set[str]] = {}
        self._matched: dict[tuple[str, tuple[str, ...]], list[str]] = {}

    def release(self) -> None:
        """Let go of what was derived, which holds the view in turn: the memory is free at once, collector or not."""
        self.shared.clear()

    # -- files ---------------------------------------------------------------------------------------------------------

    def _roles(self) -> dict[str, str]:
        roles: dict[str, str] = {}
        code: dict[str, int] = defaultdict(int)
        for path in self.entries:
            role = role_of(path)
            roles[path] = role
            if self.kinds.get(path) in ("python", "notebook") and not path.endswith("__init__.py"):
                code[role] += 1
        own = code["source"]
        # a repository that is a collection of examples is judged by its examples
        if code["example"] + code["docs"] > 3 * max(own, 1) and code["example"] + code["docs"] > 2:
            for path, role in roles.items():
                if role == "example" or (role == "docs" and self.kinds.get(path) in ("python", "notebook")):
                    roles[path] = "source"
        return roles

    def files(self, kinds: Iterable[str] | str | None = None, roles: frozenset[str] = OWN) -> list[str]:
        """Paths of the given kinds and roles, in order."""
        wanted = {kinds} if isinstance(kinds, str) else set(kinds) if kinds is not None else None
        return [
            path
            for path in self.entries
            if self.roles[path] in roles and (wanted is None or self.kinds.get(path) in wanted)
        ]

    @cached_property
    def place(self) -> dict[str, int]:
        """Path -> its place among the files."""
        return {path: at for at, path in enumerate(self.entries)}

    def paths(self, pattern: str, roles: frozenset[str] = OWN) -> list[str]:
        """The files in whose path a regular expression is found, in order."""
        found = [path for path in remembered(pattern).among(self.entries.keys()) if self.roles[path] in roles]
        return sorted(found, key=self.place.__getitem__)

    @cached_property
    def python_files(self) -> list[str]:
        return self.files("python")

    @cached_property
    def notebooks(self) -> list[str]:
        return [
            path
            for path in self.entries
            if self.kinds.get(path) == "notebook" and self.roles[path] not in ("vendored", "fixture", "test")
        ]

    def holds(self, kinds: Iterable[str]) -> bool:
        """Whether there is a fact, or a file, of one of these kinds."""
        there = set(self.kinds.values())
        return any(kind in self._having or kind in there for kind in kinds)

    def of(self, path: str, kind: str) -> list[Fact]:
        """The facts of one kind in one file."""
        kinds = self._facts.get(path)
        return kinds.get(kind, []) if kinds else []

    def module(self, path: str) -> dict[str, Any]:
        """The totals of one Python file or notebook (empty when it does not parse)."""
        found = self.of(path, "module")
        return found[-1].value if found else {}

    # -- facts ---------------------------------------------------------------------------------------------------------

    def _index(self, kind: str) -> Index:
        """Name -> the facts of a kind that have it, by file; made when the kind is first asked for."""
        index = self._indices.get(kind)
        if index is None:
            index = self._indices[kind] = {}
            for path, file in self._files_with(kind):
                for name, facts in file.named(kind).items():
                    if name in index:
                        index[name].append((path, facts))
                    else:
                        index[name] = [(path, facts)]
        return index

    def _files_with(self, kind: str) -> list[tuple[str, FileFacts]]:
        """The files that have facts of a kind."""
        if kind == "call":  # what a configuration names as its target is called, too
            return [(path, file) for path, file in self._facts.items() if "call" in file or "key" in file]
        return self._having.get(kind, [])

    @cached_property
    def _having(self) -> dict[str, list[tuple[str, FileFacts]]]:
        """Kind -> the files that have facts of it."""
        found: dict[str, list[tuple[str, FileFacts]]] = defaultdict(list)
        for path, file in self._facts.items():
            for kind in file:
                found[kind].append((path, file))
        return found

    def names(self, kind: str) -> KeysView[str]:
        return self._index(kind).keys()

    def hits(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind whose name matches one of the globs (all of them without any)."""
        index = self._index(kind)
        return _named(index, self.matching(kind, patterns) if patterns else index, self.roles, roles)

    def matching(self, kind: str, globs: tuple[str, ...]) -> list[str]:
        """The names of facts of a kind that match one of the globs."""
        index = self._index(kind)
        if len(globs) == 1 and globs[0] in index and "*" not in globs[0]:
            return [globs[0]]
        key = (kind, globs)
        found = self._matched.get(key)
        if found is None:
            found = self._matched[key] = self.lookup(kind).matching(globs)
        return found

    def lookup(self, kind: str) -> Names:
        """The names of facts of a kind, to be asked for globs."""
        names = self._names.get(kind)
        if names is None:
            names = self._names[kind] = Names(self._index(kind))
        return names

    def search(self, kind: str, pattern: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind in whose name a regular expression is found; each distinct name is looked at once."""
        names = self._searched.get((kind, pattern, roles))
        if names is None:
            found = remembered(pattern).among(self._names_in(kind, roles))
            names = self._searched[kind, pattern, roles] = sorted(found, key=self.lookup(kind).rank.__getitem__)
        return _named(self._index(kind), names, self.roles, roles)

    def search_last(self, kind: str, pattern: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """The same for the last part of dotted names, of which there are far fewer."""
        names = self._searched.get((f"{kind}.", pattern, roles))
        if names is None:
            lasts = self._lasts.get((kind, roles))
            if lasts is None:
                lasts = self._lasts[kind, roles] = defaultdict(list)
                there = self._names_in(kind, roles)
                for name in (name for name in self._index(kind) if name in there):
                    lasts[name.rpartition(".")[2]].append(name)
            found = [lasts[last] for last in remembered(pattern).among(lasts.keys())]
            found.sort(key=lambda some: self.lookup(kind).rank[some[0]])
            names = self._searched[f"{kind}.", pattern, roles] = [name for some in found for name in some]
        return _named(self._index(kind), names, self.roles, roles)

    def _names_in(self, kind: str, roles: frozenset[str]) -> set[str]:
        """The names of facts of a kind in files of these roles."""
        names = self._present.get((kind, roles))
        if names is None:
            some = [file.named(kind) for path, file in self._files_with(kind) if self.roles[path] in roles]
            names = self._present[kind, roles] = set().union(*some)
        return names

    def keys(self, kind: str) -> set[str]:
        """The keys that values of facts of a kind hold."""
        keys = self._keys.get(kind)
        if keys is None:
            keys = self._keys[kind] = set().union(*[file.keys_of(kind) for _, file in self._files_with(kind)])
        return keys

    def keyed(self, kind: str, keys: Iterable[str], roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind whose value holds one of these keys."""
        wanted = self.keys(kind).intersection(keys)
        if not wanted:
            return
        there = {path for path, file in self._files_with(kind) if not wanted.isdisjoint(file.keys_of(kind))}
        for places in self._index(kind).values():
            for path, facts in places:
                if path in there and self.roles[path] in roles:
                    for fact in facts:
                        value = fact.value
                        if value.__class__ is dict and not wanted.isdisjoint(value):
                            yield _hit((path, fact))

    def first(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> Hit | None:
        return next(self.hits(kind, *patterns, roles=roles), None)

    def has(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> bool:
        return self.first(kind, *patterns, roles=roles) is not None


def _named(index: Index, names: Iterable[str], of: dict[str, str], roles: frozenset[str]) -> Iterator[Hit]:
    """The hits under these keys of an index, in files of these roles."""
    for name in names:
        for path, facts in index.get(name, ()):
            if of[path] in roles:
                for fact in facts:
                    yield _hit((path, fact))


@lru_cache(maxsize=65536)
def role_of(path: str) -> str:
    """What part a file plays, by its path: source, test, example, docs, fixture, generated or vendored."""
    if VENDORED.search(path):
        return "vendored"
    if FIXTURE.search(path):
        return "fixture"
    if GENERATED.search(path):
        return "generated"
    if TEST.search(path) and not NO_TEST.fullmatch(path):
        return "test"
    if EXAMPLE.search(path):
        return "example"
    if DOCS.search(path):
        return "docs"
    return "source"
