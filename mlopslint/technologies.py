"""Which technologies a repository uses, how far, and where that shows: signatures (data) against facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice

from mlopslint.commands import all_commands, starts_with
from mlopslint.globs import NameGlob, name_pattern, path_pattern
from mlopslint.names import Names
from mlopslint.records import Evidence, Technology, TechnologyUse
from mlopslint.view import OWN, OWN_AND_TESTS, Hit, View

#: Kinds of tools that live in tests.
_IN_TESTS = frozenset({"test-framework", "coverage", "load-testing", "notebook-ci", "data-validation"})
#: Kinds of tools whose configuration lies among the documents.
_IN_DOCS = frozenset({"documentation"})
_KEPT = 5

#: Takes the evidence of a use, of which only the first pieces are ever made.
Add = Callable[[Technology, int, Iterable[Evidence]], None]


Uses = dict[tuple[str, str], TechnologyUse]


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
        return _Search(self.view, self.known).uses()

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
            found = _Search(self.view, new).uses()
            self._looked |= {key: found.get(key) for key in ((t.kind, t.name) for t in new)}
        return {key: use for key, use in sorted(self._looked.items()) if use}


class _Search:
    """The signs of some technologies against the facts of a view."""

    def __init__(self, view: View, known: Iterable[Technology]) -> None:
        self.view = view
        self.known = tuple(known)

    def uses(self) -> Uses:
        """(kind, name) -> use, in this order, for everything that was seen."""
        seen: dict[tuple[str, str], dict[int, list[Evidence]]] = defaultdict(dict)

        def add(technology: Technology, rung: int, evidence: Iterable[Evidence]) -> None:
            rungs = seen[technology.kind, technology.name]
            known = rungs.get(rung, [])
            more = list(islice(evidence, _KEPT - len(known)))
            if more:
                rungs[rung] = known + more

        self._packages(add)
        self._code(add)
        self._configuration(add)
        self._files(add)
        self._automation(add)
        found: Uses = {}
        for key, rungs in sorted(seen.items()):
            if not rungs:
                continue
            evidence = [item for rung in sorted(rungs, reverse=True) for item in rungs[rung]]
            found[key] = TechnologyUse(key[1], key[0], max(rungs), tuple(evidence[:_KEPT]))
        return found

    # -- signs -----------------------------------------------------------------------------------------------------------

    def _packages(self, add: Add) -> None:
        by_package: dict[str, list[Technology]] = defaultdict(list)
        for technology in self.known:
            for package in technology.packages:
                by_package[package.lower()].append(technology)
        for name in self.view.names("dependency"):
            for technology in by_package.get(name, ()):
                hits = self.view.hits("dependency", name)
                add(technology, 1, _told(hits, f"{name} is declared as a dependency"))

    def _code(self, add: Add) -> None:
        by_prefix: dict[str, list[Technology]] = defaultdict(list)
        calls: dict[str, list[tuple[str, Technology]]] = defaultdict(list)
        for technology in self.known:
            for module in technology.imports:
                by_prefix[module].append(technology)
            for pattern in technology.calls:
                head = pattern.partition(".")[0]
                calls["" if "*" in head or not head else head].append((pattern, technology))

        heads = {module.partition(".")[0] for module in by_prefix}

        def roles(technology: Technology) -> frozenset[str]:
            return OWN_AND_TESTS if technology.kind in _IN_TESTS else OWN

        for kind, rung, verb in (
            ("import", 1, "imported"),
            ("call", 3, "called"),
            ("decorator", 3, "used as decorator"),
            ("base", 3, "subclassed"),
            ("set", 3, "set"),
        ):
            for name in self.view.names(kind):
                if name.partition(".")[0] not in heads:
                    continue
                for prefix in _prefixes(name):
                    for technology in by_prefix.get(prefix, ()):
                        if kind != "import" and technology.calls:
                            continue
                        hits = self.view.hits(kind, name, roles=roles(technology))
                        add(technology, rung, _told(hits, f"{name} is {verb}"))
        for kind in ("call", "decorator", "base"):
            there = {name.partition(".")[0] for name in self.view.names(kind)}
            matched: dict[str, list[Technology]] = defaultdict(list)
            for head in calls:
                if not head or head in there:
                    for pattern, technology in calls[head]:
                        for name in self.view.matching(kind, (pattern,)):
                            matched[name].append(technology)
            for name in self.view.names(kind):
                for technology in matched.get(name, ()):
                    hits = self.view.hits(kind, name, roles=roles(technology))
                    add(technology, 3, _told(hits, f"{name} is called"))
        strings = [(name_pattern(pattern), technology) for technology in self.known for pattern in technology.strings]
        for name in self.view.names("string"):
            for glob, technology in strings:
                if glob.match(name):
                    add(technology, 3, _told(self.view.hits("string", name), f"{name[:80]!r} in code"))

    def _configuration(self, add: Add) -> None:
        keys: dict[str, list[tuple[NameGlob, NameGlob | None, Technology]]] = defaultdict(list)
        resources: list[tuple[NameGlob, Technology]] = []
        images: list[tuple[NameGlob, Technology]] = []
        for technology in self.known:
            for pattern in technology.keys:
                key, _, value = pattern.partition("=")
                head = key.partition(".")[0].partition("[")[0]
                keys["" if "*" in head else head].append(
                    (name_pattern(key), name_pattern(value) if value else None, technology)
                )
            resources += [(name_pattern(pattern), technology) for pattern in technology.resources]
            images += [(name_pattern(pattern), technology) for pattern in technology.images]
        anywhere: dict[str, list[tuple[NameGlob, NameGlob | None, Technology]]] = defaultdict(list)
        for sign in keys.pop("", ()):
            for name in self.view.matching("key", (sign[0].glob,)):
                anywhere[name].append(sign)
        for name in self.view.names("key"):
            head = name.partition(".")[0].partition("[")[0]
            for glob, value_glob, technology in (*keys.get(head, ()), *anywhere.get(name, ())):
                if not glob.match(name):
                    continue
                hits = self.view.hits("key", name)
                if value_glob is None:
                    add(technology, 2, _told(hits, name))
                else:
                    some = [hit for hit in hits if value_glob.match(str(hit.fact.value))]
                    add(technology, 2, (hit.evidence(f"{name}: {hit.fact.value}"[:120]) for hit in some))
        for name in self.view.names("resource"):
            for hit in self.view.hits("resource", name):
                full = f"{hit.get('api') or ''}".rpartition("/")[0] or f"{hit.get('api') or ''}"
                for glob, technology in resources:
                    if glob.match(name) or glob.match(f"{full}/{name}") or glob.match(f"{hit.get('api')}/{name}"):
                        add(technology, 3, [hit.evidence(f"{name} is declared")])
        for name in self.view.names("image"):
            bare = re.sub(r"@sha256:.*$", "", name)
            bare = re.sub(r":[^/:]*$", "", bare)
            for glob, technology in images:
                if glob.match(bare) or glob.match(bare.partition("/")[2]):
                    add(technology, 2, _told(self.view.hits("image", name), f"image {name}"))

    def _files(self, add: Add) -> None:
        roles = self.view.roles
        paths = [path for path in self.view.entries if roles[path] in ("source", "docs", "test")]
        by_name: dict[str, list[str]] = defaultdict(list)
        by_path: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            by_path[path.lower()].append(path)
            by_name[path.lower().rpartition("/")[2]].append(path)
        names, lower = Names(by_name), Names(by_path)
        found: dict[str, list[Technology]] = defaultdict(list)
        for technology in self.known:
            for pattern in technology.files:
                if "/" in pattern or set("[{?") & set(pattern):
                    # the longest literal part is looked for first: few patterns are ever compiled
                    part = max(re.split(r"[*?\[\]{},]+", pattern.lower()), key=len).strip("/")
                    for path in (path for text in lower.holding(part) for path in by_path[text]):
                        if path_pattern(pattern).match(path):
                            found[path].append(technology)
                else:
                    for name in names.matching((pattern.lower(),)):
                        for path in by_name[name]:
                            found[path].append(technology)
        for path in paths:
            role = roles[path]
            for technology in found.get(path, ()):
                if role == "source" or technology.kind in (_IN_DOCS if role == "docs" else _IN_TESTS):
                    add(technology, 2, [Evidence(path, None, "present")])

    def _automation(self, add: Add) -> None:
        commands: dict[str, list[tuple[str, Technology]]] = defaultdict(list)
        actions: list[tuple[NameGlob, Technology]] = []
        hooks: dict[str, list[Technology]] = defaultdict(list)
        for technology in self.known:
            for prefix in technology.commands:
                first = prefix.split()[0]
                commands["*" if "*" in first else first].append((prefix, technology))
            actions += [(name_pattern(pattern.lower()), technology) for pattern in technology.actions]
            for hook in technology.hooks:
                hooks[hook].append(technology)
        for command in all_commands(self.view):
            if command.where not in ("ci", "hook") and self.view.roles[command.hit.path] != "source":
                continue
            for word in (command.words[0], "*") if command.words else ():
                for prefix, technology in commands.get(word, ()):
                    if starts_with(command.words, prefix):
                        add(technology, command.rung, [command.evidence()])
        for name in self.view.names("action"):
            bare = name.partition("@")[0].lower()
            for glob, technology in actions:
                if glob.match(bare) or glob.match(name.lower()):
                    for hit in self.view.hits("action", name):
                        add(technology, 3 if hit.get("soft") else 4, [hit.evidence(f"{name} runs in CI")])
        for name in self.view.names("hook"):
            for technology in hooks.get(name, ()):
                add(technology, 4, _told(self.view.hits("hook", name), f"hook {name}"))


def _told(hits: Iterable[Hit], detail: str) -> Iterator[Evidence]:
    return (hit.evidence(detail) for hit in hits)


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, min(len(parts), 6) + 1)]
