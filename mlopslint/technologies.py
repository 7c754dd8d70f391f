"""Which technologies a repository uses, how far, and where that shows: signatures (data) against facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

from mlopslint.commands import all_commands, starts_with
from mlopslint.globs import NameGlob, name_pattern, path_pattern
from mlopslint.names import Names
from mlopslint.patterns import forgettable
from mlopslint.records import Evidence, Technology, TechnologyUse
from mlopslint.view import OWN, OWN_AND_TESTS, Hit, View

#: Kinds of tools that live in tests.
_IN_TESTS = frozenset({"test-framework", "coverage", "load-testing", "notebook-ci", "data-validation"})
#: Kinds of tools whose configuration lies among the documents.
_IN_DOCS = frozenset({"documentation"})
_KEPT = 5
#: Facts about code.
_CODE = ("import", "call", "decorator", "base", "set")

T = TypeVar("T")
Uses = dict[tuple[str, str], TechnologyUse]


class Sign(NamedTuple):
    """What one name says: which technology, how far it is used, and the words of its evidence."""

    technology: Technology
    rung: int
    detail: str
    value: NameGlob | None = None  #: what the value of the fact must be, too; of ``argument``, where there is one
    argument: str = ""  #: what a call must be given, too


class Technologies:
    """The uses of all known technologies in one view, each looked for once.

    Where few practices are asked (``few``), only the technologies that these ask for are looked for.
    """

    def __init__(self, view: View, known: Iterable[Technology], *, few: bool = False) -> None:
        self.view = view
        self.known = tuple(known)
        self.few = few
        self._looked: dict[tuple[str, str], TechnologyUse | None] = {}

    @cached_property
    def uses(self) -> Uses:
        """(kind, name) -> use, for everything that was seen."""
        return _uses(self.view, signs_of(self.known))

    def find(self, kinds: Iterable[str] = (), names: Iterable[str] = (), rung: int = 1) -> list[TechnologyUse]:
        """Uses of any of the kinds or names at ``rung`` or above, the furthest first."""
        wanted_kinds, wanted_names = set(kinds), set(names)
        found = [
            use
            for (kind, name), use in self._of(wanted_kinds, wanted_names).items()
            if use.rung >= rung
            and (kind in wanted_kinds or not wanted_kinds)
            and (name in wanted_names or not wanted_names)
            and (wanted_kinds or wanted_names)
        ]
        return sorted(found, key=lambda use: (-use.rung, use.name))

    def _of(self, kinds: set[str], names: set[str]) -> Uses:
        """All uses; of ``few`` at least those of these kinds or names."""
        if not self.few:
            return self.uses
        new = [
            technology
            for technology in self.known
            if (technology.kind in kinds or technology.name in names)
            and (technology.kind, technology.name) not in self._looked
        ]
        if new:
            found = _uses(self.view, signs_of(tuple(new)))
            self._looked |= {key: found.get(key) for key in ((t.kind, t.name) for t in new)}
        return {key: use for key, use in sorted(self._looked.items()) if use}


def _uses(view: View, signs: Signs) -> Uses:
    """(kind, name) -> use, in this order, for everything that was seen."""
    seen: dict[tuple[str, str], dict[int, list[Evidence]]] = defaultdict(dict)
    for technology, rung, evidence in _seen(view, signs):
        rungs = seen[technology.kind, technology.name]
        known = rungs.get(rung, [])
        for item in evidence if len(known) < _KEPT else ():
            if item not in known:  # two signs may say the same
                rungs[rung] = known = [*known, item]
                if len(known) == _KEPT:
                    break
    found: Uses = {}
    for key, rungs in sorted(seen.items()):
        if not rungs:
            continue
        evidence = [item for rung in sorted(rungs, reverse=True) for item in rungs[rung]]
        found[key] = TechnologyUse(key[1], key[0], max(rungs), tuple(evidence[:_KEPT]))
    return found


def _seen(view: View, signs: Signs) -> Iterator[tuple[Technology, int, Iterable[Evidence]]]:
    """Each technology with a rung and its evidence, of which only the first pieces are ever made."""
    own = packages_of(view)
    for kind in ("dependency", *_CODE, "string", "key", "image"):
        for name, said in signs.told(view, kind):
            inside = own.get(name.partition(".")[0]) if kind in _CODE else None
            for technology, rung, detail, value, argument in said:
                roles = OWN_AND_TESTS if kind in _CODE and technology.kind in _IN_TESTS else OWN
                hits = view.hits(kind, name, roles=roles)
                if inside:  # a package that calls itself is made here, and not used
                    hits = (hit for hit in hits if not hit.path.startswith(inside))
                if argument:
                    given = (
                        hit
                        for hit in hits
                        if (at := hit.get(argument)) is not None and (not value or value.match(str(at)))
                    )
                    yield technology, rung, _told(given, detail)
                elif value is None:
                    yield technology, rung, _told(hits, detail)
                else:
                    some = [hit for hit in hits if value.match(str(hit.fact.value))]
                    yield technology, rung, (hit.evidence(f"{name}: {hit.fact.value}"[:120]) for hit in some)
    for hit in view.hits("resource"):
        for technology in signs.of_resource(hit.fact.name, str(hit.get("api") or "")):
            yield technology, 3, [hit.evidence(f"{hit.fact.name} is declared")]
    for path, technologies in signs.of_files(view):
        role = view.roles[path]
        for technology in technologies:
            if role == "source" or technology.kind in (_IN_DOCS if role == "docs" else _IN_TESTS):
                yield technology, 2, [Evidence(path, None, "present")]
    for command in all_commands(view):
        if command.where in ("ci", "hook") or view.roles[command.hit.path] == "source":
            for technology in signs.of_command(command.words):
                yield technology, command.rung, [command.evidence()]
    for name, said in signs.told(view, "action"):
        for technology, _, detail, *_ in said:
            for hit in view.hits("action", name):
                yield technology, 3 if hit.get("soft") else 4, [hit.evidence(detail)]
    for name, said in signs.told(view, "hook"):
        for technology, rung, detail, *_ in said:
            yield technology, rung, _told(view.hits("hook", name), detail)


def packages_of(view: View) -> dict[str, tuple[str, ...]]:
    """Name of a package that the project itself holds -> the folders in which it lies."""
    folders = {path.rpartition("/")[0] for path in view.entries if path.endswith("/__init__.py")}
    found: dict[str, tuple[str, ...]] = {}
    for folder in sorted(folders):
        above, _, name = folder.rpartition("/")
        if above not in folders:
            found[name] = (*found.get(name, ()), f"{folder}/")
    return found


class Signs:
    """What names say about some technologies. Each name is looked at once for all the views that hold it: nearly all names
    of a commit are those of the commit before.
    """

    ROOM = 200_000

    def __init__(self, known: Iterable[Technology]) -> None:
        self.known = tuple(known)
        self._looked: dict[str, set[str]] = defaultdict(set)
        self._says: dict[str, dict[str, list[Sign]]] = defaultdict(dict)
        self._resources: dict[tuple[str, str], list[Technology]] = {}
        self._lines: dict[tuple[str, ...], list[Technology]] = {}

    def told(self, view: View, kind: str) -> list[tuple[str, list[Sign]]]:
        """The names of facts of a kind that say something, in their order, with what they say."""
        names = view.names(kind)
        says = self._heard(kind, names, lambda: view.lookup(kind))
        return [(name, says[name]) for name in names if name in says]

    def of_files(self, view: View) -> list[tuple[str, list[Technology]]]:
        """The files that are a sign by their path."""
        roles = view.roles
        paths = [path for path in view.entries if roles[path] in ("source", "docs", "test")]
        says = self._heard("file", paths, lambda: Names(paths))
        return [(path, [sign.technology for sign in says[path]]) for path in paths if path in says]

    def _heard(self, kind: str, names: Collection[str], all_of: Callable[[], Names]) -> dict[str, list[Sign]]:
        """What names of a kind say; those that say nothing are not in it."""
        looked, says = self._looked[kind], self._says[kind]
        if len(looked) > self.ROOM:
            looked.clear()
            says.clear()
        new = [name for name in names if name not in looked]
        if new:
            looked.update(new)
            for name, sign in getattr(self, f"_of_{kind}")(all_of() if len(new) == len(names) else Names(new)):
                says.setdefault(name, []).append(sign)
        return says

    # -- code ------------------------------------------------------------------------------------------------------------

    def _of_dependency(self, names: Names) -> Iterator[tuple[str, Sign]]:
        for name in names.rank:
            for technology in self._by_package.get(name, ()):
                yield name, Sign(technology, 1, f"{name} is declared as a dependency")

    @cached_property
    def _by_package(self) -> dict[str, list[Technology]]:
        return _grouped((package.lower(), t) for t in self.known for package in t.packages)

    def _of_import(self, names: Names) -> Iterator[tuple[str, Sign]]:
        return self._under(names, 1, "imported", called=True)

    def _of_call(self, names: Names) -> Iterator[tuple[str, Sign]]:
        return chain(self._under(names, 3, "called"), self._called(names))

    def _of_decorator(self, names: Names) -> Iterator[tuple[str, Sign]]:
        return chain(self._under(names, 3, "used as decorator"), self._called(names))

    def _of_base(self, names: Names) -> Iterator[tuple[str, Sign]]:
        return chain(self._under(names, 3, "subclassed"), self._called(names))

    def _of_set(self, names: Names) -> Iterator[tuple[str, Sign]]:
        return self._under(names, 3, "set")

    @cached_property
    def _by_module(self) -> dict[str, list[Technology]]:
        return _grouped((module, t) for t in self.known for module in t.imports)

    def _under(self, names: Names, rung: int, verb: str, called: bool = False) -> Iterator[tuple[str, Sign]]:
        """Names within a technology's modules; one that lists its calls is used by these alone (``called``: by all)."""
        by_module = self._by_module
        heads = {_head(module) for module in by_module}
        for name in names.rank:
            if name.partition(".")[0] not in heads:
                continue
            for prefix in _prefixes(name):
                for technology in by_module.get(prefix, ()):
                    if called or not technology.calls:
                        yield name, Sign(technology, rung, f"{name} is {verb}")

    @cached_property
    def _calls(self) -> dict[str, list[tuple[str, Technology]]]:
        return _grouped((_head(pattern.partition("(")[0]), (pattern, t)) for t in self.known for pattern in t.calls)

    def _called(self, names: Names) -> Iterator[tuple[str, Sign]]:
        there = {name.partition(".")[0] for name in names.rank}
        for head, patterns in self._calls.items():
            if not head or head in there:
                for pattern, technology in patterns:
                    function, _, given = pattern.rstrip(")").partition("(")
                    argument, _, value = given.partition("=")
                    glob = name_pattern(value) if value else None
                    said = f" with {argument}" if argument.isidentifier() else ""
                    for name in names.matching((function,)):
                        yield name, Sign(technology, 3, f"{name} is called{said}", glob, argument)

    def _of_string(self, names: Names) -> Iterator[tuple[str, Sign]]:
        strings = [(name_pattern(pattern), t) for t in self.known for pattern in t.strings]
        for name in names.rank:
            for glob, technology in strings:
                if glob.match(name):
                    yield name, Sign(technology, 3, f"{name[:80]!r} in code")

    # -- configuration -----------------------------------------------------------------------------------------------------

    @cached_property
    def _keys(self) -> dict[str, list[tuple[NameGlob, NameGlob | None, Technology]]]:
        found: list[tuple[str, tuple[NameGlob, NameGlob | None, Technology]]] = []
        for technology in self.known:
            for pattern in technology.keys:
                key, _, value = pattern.partition("=")
                glob = name_pattern(value) if value else None
                found.append((_head(key.partition("[")[0]), (name_pattern(key), glob, technology)))
        return _grouped(found)

    def _of_key(self, names: Names) -> Iterator[tuple[str, Sign]]:
        anywhere: dict[str, list[tuple[NameGlob, NameGlob | None, Technology]]] = defaultdict(list)
        for sign in self._keys.get("", ()):
            for name in names.matching((sign[0].glob,)):
                anywhere[name].append(sign)
        for name in names.rank:
            head = name.partition(".")[0].partition("[")[0]
            for glob, value, technology in (*(self._keys.get(head, ()) if head else ()), *anywhere.get(name, ())):
                if glob.match(name):
                    yield name, Sign(technology, 2, name, value)

    def of_resource(self, name: str, api: str) -> list[Technology]:
        """What a resource of this kind and API version is a sign of, once for each sign."""
        found = self._resources.get((name, api))
        if found is None:
            texts = (name, f"{api.rpartition('/')[0] or api}/{name}", f"{api}/{name}")
            found = self._resources[name, api] = [
                technology for glob, technology in self._resource_globs if any(map(glob.match, texts))
            ]
        return found

    @cached_property
    def _resource_globs(self) -> list[tuple[NameGlob, Technology]]:
        return [(name_pattern(pattern), t) for t in self.known for pattern in t.resources]

    def _of_image(self, names: Names) -> Iterator[tuple[str, Sign]]:
        images = [(name_pattern(pattern), t) for t in self.known for pattern in t.images]
        for name in names.rank:
            bare = re.sub(r"@sha256:.*$", "", name)
            bare = re.sub(r":[^/:]*$", "", bare)
            for glob, technology in images:
                if glob.match(bare) or glob.match(bare.partition("/")[2]):
                    yield name, Sign(technology, 2, f"image {name}")

    def _of_file(self, paths: Names) -> Iterator[tuple[str, Sign]]:
        by_path = _grouped((path.lower(), path) for path in paths.rank)
        by_name = _grouped((path.rpartition("/")[2].lower(), path) for path in paths.rank)
        names, lower = Names(by_name), Names(by_path)
        for technology in self.known:
            sign = Sign(technology, 2, "present")
            for pattern in technology.files:
                if "/" in pattern or set("[{?") & set(pattern):
                    # the longest literal part is looked for first: few patterns are ever compiled
                    part = max(re.split(r"[*?\[\]{},]+", pattern.lower()), key=len).strip("/")
                    for path in (path for text in lower.holding(part) for path in by_path[text]):
                        if path_pattern(pattern).match(path):
                            yield path, sign
                else:
                    for name in names.matching((pattern.lower(),)):
                        for path in by_name[name]:
                            yield path, sign

    # -- automation --------------------------------------------------------------------------------------------------------

    @cached_property
    def _commands(self) -> dict[str, list[tuple[str, Technology]]]:
        return _grouped((prefix.split()[0], (prefix, t)) for t in self.known for prefix in t.commands)

    @cached_property
    def _any_command(self) -> list[tuple[str, Technology]]:
        """Those whose first word is a glob."""
        return [sign for first, signs in self._commands.items() if "*" in first for sign in signs]

    def of_command(self, words: tuple[str, ...]) -> list[Technology]:
        """What a command is a sign of, once for each sign."""
        found = self._lines.get(words)
        if found is None:
            if len(self._lines) > self.ROOM:
                self._lines.clear()
            signs = (*self._commands.get(words[0], ()), *self._any_command) if words else ()
            found = self._lines[words] = [t for prefix, t in signs if starts_with(words, prefix)]
        return found

    def _of_action(self, names: Names) -> Iterator[tuple[str, Sign]]:
        actions = [(name_pattern(pattern.lower()), t) for t in self.known for pattern in t.actions]
        for name in names.rank:
            bare = name.partition("@")[0].lower()
            for glob, technology in actions:
                if glob.match(bare) or glob.match(name.lower()):
                    yield name, Sign(technology, 4, f"{name} runs in CI")

    def _of_hook(self, names: Names) -> Iterator[tuple[str, Sign]]:
        hooks = _grouped((hook, t) for t in self.known for hook in t.hooks)
        for name in names.rank:
            for technology in hooks.get(name, ()):
                yield name, Sign(technology, 4, f"hook {name}")


@forgettable
@lru_cache(maxsize=256)
def signs_of(known: tuple[Technology, ...]) -> Signs:
    """The signs of these technologies, with all that names were found to say about them."""
    return Signs(known)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _head(pattern: str) -> str:
    """The first part of a dotted pattern; nothing where a star is in it."""
    head = pattern.partition(".")[0]
    return "" if "*" in head else head


def _told(hits: Iterable[Hit], detail: str) -> Iterator[Evidence]:
    return (hit.evidence(detail) for hit in hits)


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, min(len(parts), 6) + 1)]
