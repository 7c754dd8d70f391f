"""Which technologies a repository uses, how far, and where that shows: signatures (data) against facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from mlopslint.commands import all_commands, starts_with
from mlopslint.globs import NameGlob, name_pattern, path_pattern
from mlopslint.records import Evidence, Technology, TechnologyUse
from mlopslint.view import OWN, OWN_AND_TESTS, View

#: Kinds of tools that live in tests.
_IN_TESTS = frozenset({"test-framework", "coverage", "load-testing", "notebook-ci", "data-validation"})
#: Kinds of tools whose configuration lies among the documents.
_IN_DOCS = frozenset({"documentation"})
_KEPT = 5

Add = Callable[[Technology, int, Evidence], None]


class Technologies:
    """The uses of all known technologies in one view, computed once."""

    def __init__(self, view: View, known: Iterable[Technology]) -> None:
        self.view = view
        self.known = tuple(known)

    @cached_property
    def uses(self) -> dict[tuple[str, str], TechnologyUse]:
        """(kind, name) -> use, for everything that was seen."""
        seen: dict[tuple[str, str], dict[int, list[Evidence]]] = defaultdict(lambda: defaultdict(list))

        def add(technology: Technology, rung: int, evidence: Evidence) -> None:
            some = seen[technology.kind, technology.name][rung]
            if len(some) < _KEPT:
                some.append(evidence)

        self._packages(add)
        self._code(add)
        self._configuration(add)
        self._files(add)
        self._automation(add)
        found: dict[tuple[str, str], TechnologyUse] = {}
        for key, rungs in sorted(seen.items()):
            evidence = [item for rung in sorted(rungs, reverse=True) for item in rungs[rung]]
            found[key] = TechnologyUse(key[1], key[0], max(rungs), tuple(evidence[:_KEPT]))
        return found

    def find(self, kinds: Iterable[str] = (), names: Iterable[str] = (), rung: int = 1) -> list[TechnologyUse]:
        """Uses of any of the kinds or names at ``rung`` or above, the furthest first."""
        wanted_kinds, wanted_names = set(kinds), set(names)
        found = [
            use
            for (kind, name), use in self.uses.items()
            if use.rung >= rung
            and (kind in wanted_kinds or not wanted_kinds)
            and (name in wanted_names or not wanted_names)
            and (wanted_kinds or wanted_names)
        ]
        return sorted(found, key=lambda use: (-use.rung, use.name))

    # -- signs -----------------------------------------------------------------------------------------------------------

    def _packages(self, add: Add) -> None:
        by_package: dict[str, list[Technology]] = defaultdict(list)
        for technology in self.known:
            for package in technology.packages:
                by_package[package.lower()].append(technology)
        for name in self.view.names("dependency"):
            for technology in by_package.get(name, ()):
                for hit in self.view.hits("dependency", name):
                    add(technology, 1, hit.evidence(f"{name} is declared as a dependency"))

    def _code(self, add: Add) -> None:
        by_prefix: dict[str, list[Technology]] = defaultdict(list)
        calls: dict[str, list[tuple[NameGlob, Technology]]] = defaultdict(list)
        for technology in self.known:
            for module in technology.imports:
                by_prefix[module].append(technology)
            for pattern in technology.calls:
                head = pattern.partition(".")[0]
                calls["" if "*" in head or not head else head].append((name_pattern(pattern), technology))

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
                        for hit in self.view.hits(kind, name, roles=roles(technology)):
                            add(technology, rung, hit.evidence(f"{name} is {verb}"))
        anywhere = calls.pop("", [])
        for kind in ("call", "decorator", "base"):
            # few names match any of the globs that start with a star: they are sifted together first
            sifted = set(self.view.matching(kind, tuple(glob.glob for glob, _ in anywhere)))
            for name in self.view.names(kind):
                of_head = calls.get(name.partition(".")[0], ())
                if not of_head and name not in sifted:
                    continue
                for glob, technology in (*of_head, *(anywhere if name in sifted else ())):
                    if glob.match(name):
                        for hit in self.view.hits(kind, name, roles=roles(technology)):
                            add(technology, 3, hit.evidence(f"{name} is called"))
        strings = [(name_pattern(pattern), technology) for technology in self.known for pattern in technology.strings]
        for name in self.view.names("string"):
            for glob, technology in strings:
                if glob.match(name):
                    for hit in self.view.hits("string", name):
                        add(technology, 3, hit.evidence(f"{name[:80]!r} in code"))

    def _configuration(self, add: Add) -> None:
        keys: dict[str, list[tuple[NameGlob, NameGlob | None, Technology]]] = defaultdict(list)
        resources: list[tuple[NameGlob, Technology]] = []
        images: list[tuple[NameGlob, Technology]] = []
        for technology in self.known:
            for pattern in technology.keys:
                key, _, value = pattern.partition("=")
                head = re.split(r"[.\[]", key, maxsplit=1)[0]
                keys["" if "*" in head else head].append(
                    (name_pattern(key), name_pattern(value) if value else None, technology)
                )
            resources += [(name_pattern(pattern), technology) for pattern in technology.resources]
            images += [(name_pattern(pattern), technology) for pattern in technology.images]
        for name in self.view.names("key"):
            head = re.split(r"[.\[]", name, maxsplit=1)[0]
            for glob, value_glob, technology in (*keys.get(head, ()), *keys.get("", ())):
                if not glob.match(name):
                    continue
                for hit in self.view.hits("key", name):
                    if value_glob is None or value_glob.match(str(hit.fact.value)):
                        add(
                            technology,
                            2,
                            hit.evidence(name if value_glob is None else f"{name}: {hit.fact.value}"[:120]),
                        )
        for name in self.view.names("resource"):
            for hit in self.view.hits("resource", name):
                full = f"{hit.get('api') or ''}".rpartition("/")[0] or f"{hit.get('api') or ''}"
                for glob, technology in resources:
                    if glob.match(name) or glob.match(f"{full}/{name}") or glob.match(f"{hit.get('api')}/{name}"):
                        add(technology, 3, hit.evidence(f"{name} is declared"))
        for name in self.view.names("image"):
            bare = re.sub(r"@sha256:.*$", "", name)
            bare = re.sub(r":[^/:]*$", "", bare)
            for glob, technology in images:
                if glob.match(bare) or glob.match(bare.partition("/")[2]):
                    for hit in self.view.hits("image", name):
                        add(technology, 2, hit.evidence(f"image {name}"))

    def _files(self, add: Add) -> None:
        by_name: dict[str, list[Technology]] = defaultdict(list)
        names: list[tuple[NameGlob, Technology]] = []
        paths: list[tuple[str, str, Technology]] = []
        for technology in self.known:
            for pattern in technology.files:
                lower = pattern.lower()
                if "/" in pattern or set("[{?") & set(pattern):
                    paths.append((max(re.split(r"[*?\[\]{},]+", lower), key=len).strip("/"), pattern, technology))
                elif "*" in pattern:
                    names.append((name_pattern(lower), technology))
                else:
                    by_name[lower].append(technology)
        for path in self.view.entries:
            role = self.view.roles[path]
            if role not in ("source", "docs", "test"):
                continue
            lower = path.lower()
            name = lower.rpartition("/")[2]
            found = list(by_name.get(name, ()))
            found += [technology for glob, technology in names if glob.match(name)]
            # the longest literal part is looked for first: few patterns are ever compiled
            found += [
                technology for part, pattern, technology in paths if part in lower and path_pattern(pattern).match(path)
            ]
            for technology in found:
                if role == "source" or technology.kind in (_IN_DOCS if role == "docs" else _IN_TESTS):
                    add(technology, 2, Evidence(path, None, "present"))

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
                        add(technology, command.rung, command.evidence())
        for name in self.view.names("action"):
            bare = name.partition("@")[0].lower()
            for glob, technology in actions:
                if glob.match(bare) or glob.match(name.lower()):
                    for hit in self.view.hits("action", name):
                        add(technology, 3 if hit.get("soft") else 4, hit.evidence(f"{name} runs in CI"))
        for name in self.view.names("hook"):
            for technology in hooks.get(name, ()):
                for hit in self.view.hits("hook", name):
                    add(technology, 4, hit.evidence(f"hook {name}"))


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, min(len(parts), 6) + 1)]
