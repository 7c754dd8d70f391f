"""What rules look at: the facts of all files, indexed once, with the role that each file plays in the project."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from mlopslint.gather import Gathered
from mlopslint.globs import matching
from mlopslint.patterns import late
from mlopslint.records import Entry, Evidence, Fact
from mlopslint.snapshot import Snapshot

VENDORED = late(
    r"(^|/)(third[_-]?party|_?vendor(ed)?|extern(al)?s?|node_modules|site-packages|bower_components|\.eggs|deps|submodules)/",
    re.I,
)
FIXTURE = late(
    r"(^|/)(fixtures?|test[_-]?data|testdata|test[_-]?assets|test[_-]?resources|golden|__snapshots__|snapshots)/", re.I
)
TEST = late(
    r"(^|/)(tests?|testing|unit_?tests?|integration_?tests?|e2e|__tests__|[a-z]+_tests?|tests_\w+)/|(^|/)(test_[^/]+|[^/]+_tests?|conftest)\.py$|(^|/)tests?\.py$",
    re.I,
)
EXAMPLE = late(r"(^|/)(examples?|samples?|demos?|tutorials?|cookbook|showcase|playground|quickstarts?)/", re.I)
DOCS = late(r"(^|/)(docs?|documentation|website|site|book)/", re.I)
GENERATED = late(
    r"(^|/)(generated|_?build|dist|gen|revdep|migrations|alembic/versions)/|_pb2(_grpc)?\.pyi?$|\.min\.(js|css)$|(^|/)_version\.py$",
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
        return Evidence(self.path, self.fact.line or None, detail or self.fact.name, self.fact.cell or None)

    def get(self, key: str, default: Any = None) -> Any:
        value = self.fact.value
        return value.get(key, default) if isinstance(value, dict) else default


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
        self.kinds = gathered.kinds
        self.roles = self._roles()
        self._index: dict[str, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
        for path, facts in gathered.facts.items():
            if path not in self.entries:
                continue
            for fact in facts:
                if fact.kind == "key" and "openAPIV3Schema" in fact.name:
                    continue  # what a resource of this kind may hold, not what one holds
                self._index[fact.kind][fact.name].append(Hit(path, fact))
                if (
                    fact.kind == "key"
                    and fact.name.endswith("_target_")
                    and isinstance(fact.value, str)
                    and "." in fact.value
                ):
                    # Hydra and kin call what a configuration names as its target
                    self._index["call"][fact.value].append(Hit(path, Fact("call", fact.value, fact.line)))
        self._grouped: dict[str, dict[str, list[Fact]]] = {}
        self._searched: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._last: dict[str, dict[str, list[str]]] = {}
        self._keyed: dict[str, dict[str, list[Hit]]] = {}
        self._patterns: dict[tuple[str, tuple[str, ...]], list[str]] = {}

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
    def python_files(self) -> list[str]:
        return self.files("python")

    @cached_property
    def notebooks(self) -> list[str]:
        return [
            path
            for path in self.entries
            if self.kinds.get(path) == "notebook" and self.roles[path] not in ("vendored", "fixture", "test")
        ]

    def of(self, path: str, kind: str) -> list[Fact]:
        """The facts of one kind in one file."""
        kinds = self._grouped.get(path)
        if kinds is None:
            kinds = self._grouped[path] = {}
            for fact in self.gathered.facts.get(path, ()):
                kinds.setdefault(fact.kind, []).append(fact)
        return kinds.get(kind, [])

    def module(self, path: str) -> dict[str, Any]:
        """The totals of one Python file or notebook (empty when it does not parse)."""
        found = self.of(path, "module")
        return found[-1].value if found else {}

    # -- facts ---------------------------------------------------------------------------------------------------------

    def names(self, kind: str) -> Iterable[str]:
        return self._index[kind].keys() if kind in self._index else ()

    def hits(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind whose name matches one of the globs (all of them without any)."""
        index = self._index.get(kind)
        if not index:
            return
        roles_of = self.roles
        for name in self._matching(kind, patterns) if patterns else index:
            for hit in index[name]:
                if roles_of[hit.path] in roles:
                    yield hit

    def _matching(self, kind: str, patterns: tuple[str, ...]) -> list[str]:
        key = (kind, patterns)
        found = self._patterns.get(key)
        if found is None:
            index = self._index[kind]
            if any("*" in pattern or "?" in pattern for pattern in patterns):
                found = matching(index, patterns)
            else:
                found = [name for name in dict.fromkeys(patterns) if name in index]
            self._patterns[key] = found
        return found

    def search(self, kind: str, pattern: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind in whose name a regular expression is found; each distinct name is looked at once."""
        index = self._index.get(kind)
        if not index:
            return
        key = (kind, (pattern,))
        names = self._searched.get(key)
        if names is None:
            found = re.compile(pattern).search
            names = self._searched[key] = [name for name in index if found(name)]
        yield from self._named(index, names, roles)

    def search_last(self, kind: str, pattern: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """The same for the last part of dotted names, of which there are far fewer."""
        index = self._index.get(kind)
        if not index:
            return
        if kind not in self._last:
            lasts: dict[str, list[str]] = {}
            self._last[kind] = lasts
            for name in index:
                lasts.setdefault(name.rpartition(".")[2], []).append(name)
        key = (kind, ("last", pattern))
        names = self._searched.get(key)
        if names is None:
            found = re.compile(pattern).search
            names = self._searched[key] = [
                name for last, some in self._last[kind].items() if found(last) for name in some
            ]
        yield from self._named(index, names, roles)

    def _named(self, index: dict[str, list[Hit]], names: Iterable[str], roles: frozenset[str]) -> Iterator[Hit]:
        """The hits under these keys of an index, in files of these roles."""
        for name in names:
            for hit in index.get(name, ()):
                if self.roles[hit.path] in roles:
                    yield hit

    def keys(self, kind: str) -> dict[str, list[Hit]]:
        """The facts of a kind by the keys that their values hold."""
        by_key = self._keyed.get(kind)
        if by_key is None:
            by_key = self._keyed[kind] = {}
            for some in self._index[kind].values() if kind in self._index else ():
                for hit in some:
                    if isinstance(hit.fact.value, dict):
                        for key in hit.fact.value:
                            if key in by_key:
                                by_key[key].append(hit)
                            else:
                                by_key[key] = [hit]
        return by_key

    def keyed(self, kind: str, keys: Iterable[str], roles: frozenset[str] = OWN) -> Iterator[Hit]:
        """Facts of a kind whose value holds one of these keys."""
        return self._named(self.keys(kind), keys, roles)

    def first(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> Hit | None:
        return next(self.hits(kind, *patterns, roles=roles), None)

    def has(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> bool:
        return self.first(kind, *patterns, roles=roles) is not None


def role_of(path: str) -> str:
    """What part a file plays, by its path: source, test, example, docs, fixture, generated or vendored."""
    if VENDORED.search(path):
        return "vendored"
    if FIXTURE.search(path):
        return "fixture"
    if GENERATED.search(path):
        return "generated"
    if TEST.search(path) and not re.fullmatch(r"([^/]+/)*(src/)?tests?\.py", path, re.I):
        return "test"
    if EXAMPLE.search(path):
        return "example"
    if DOCS.search(path):
        return "docs"
    return "source"
