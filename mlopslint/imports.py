"""Who imports whom among the files of a repository, and what is reached from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from mlopslint.view import View


class Imports:
    """The graph of imports of a view, each part worked out on first use."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._resolved: dict[tuple[str, str], str | None] = {}

    @cached_property
    def _holders(self) -> dict[str, set[str]]:
        """Name of a folder or a module -> the folders that hold one of that name; an import that starts with no such name
        is not the project's.
        """
        found: dict[str, set[str]] = defaultdict(set)
        seen: set[str] = set()
        for path in self.view.entries:
            folder, _, name = path.rpartition("/")
            if name.endswith(".py"):
                found[name[:-3]].add(folder)
            while folder and folder not in seen:
                seen.add(folder)
                folder, _, name = folder.rpartition("/")
                found[name].add(folder)
        return found

    @cached_property
    def _modules(self) -> dict[str, list[str]]:
        """Last part of a module's dotted path -> files."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.view.entries:
            if self.view.kinds.get(path) == "python":
                stem = path[:-3].removesuffix("/__init__")
                found[stem.rpartition("/")[2]].append(path)
        return found

    def resolve(self, name: str, importer: str) -> str | None:
        """The project's file that an imported dotted name comes from, if it is the project's."""
        key = (name, importer.rpartition("/")[0])
        if key in self._resolved:
            found = self._resolved[key]
        else:
            found = self._resolved[key] = self._resolve(name, key[1], "")
        return found if found != importer else self._resolve(name, key[1], importer)

    def _resolve(self, name: str, folder: str, importer: str) -> str | None:
        """The same for any file of a folder, other than ``importer``."""
        level = 0
        if name.startswith("."):
            dots, _, name = name.partition(":")
            level = len(dots)
        parts = [part for part in name.split(".") if part]
        holders = self._holders.get(parts[0]) if parts else None
        if parts and not holders:
            return None
        if level:
            up = folder.split("/") if folder else []
            up = up[: len(up) - (level - 1)] if level > 1 else up
            bases = ["/".join(up)]
        else:
            bases = [folder, "", "src"]
            top = folder
            while top:
                top = top.rpartition("/")[0]
                bases += [top, f"{top}/src" if top else "src"]
        entries = self.view.entries
        if holders:
            bases = [base for base in bases if base in holders]
        for end in (len(parts), len(parts) - 1):
            if end < 1:
                continue
            tail = "/".join(parts[:end])
            for base in bases:
                stem = f"{base}/{tail}" if base else tail
                for candidate in (f"{stem}.py", f"{stem}/__init__.py"):
                    if candidate in entries and candidate != importer:
                        return candidate
        if level and parts == []:
            candidate = f"{bases[0]}/__init__.py" if bases[0] else "__init__.py"
            return candidate if candidate in entries else None
        if not level and len(parts) > 1:  # a package in some folder that is put on the path elsewhere
            for end in (len(parts), len(parts) - 1):
                for path in self._modules.get(parts[end - 1], ()):
                    stem = path[:-3].removesuffix("/__init__")
                    if stem.endswith("/" + "/".join(parts[:end])):
                        return path
        return None

    @cached_property
    def imports(self) -> dict[str, dict[str, None]]:
        """file -> the project's files that it imports, each once, in the order of its imports."""
        graph: dict[str, dict[str, None]] = defaultdict(dict)
        hub = "hubconf.py" if "hubconf.py" in self.view.entries else ""
        for path in self.view.entries:
            if self.view.kinds.get(path) not in ("python", "notebook"):
                continue
            for target in self.named_in(path):
                graph[path][target] = None
            for target in self._executed.get(path, ()):
                graph[path][target] = None
            if hub and path != hub and any(fact.name == "torch.hub.load" for fact in self.view.of(path, "call")):
                graph[path][hub] = None  # the hub's entry point is how the project hands out its own models
        return graph

    def named_in(self, path: str) -> Iterator[str]:
        """The project's files that the import statements of one file name, and their packages."""
        own = self._holders
        for fact in self.view.of(path, "import"):
            head = fact.name.partition(".")[0]
            target = None if head and head not in own else self.resolve(fact.name, path)  # most are of others
            if target:
                yield target
                package = target.rpartition("/")[0] + "/__init__.py"
                if package in self.view.entries and package != path:
                    yield package

    @cached_property
    def _executed(self) -> dict[str, list[str]]:
        """file -> the files that it takes in with ``exec(open("settings.py").read())``, which acts as an import does."""
        found: dict[str, list[str]] = {}
        for hit in self.view.hits("call", "exec"):
            for fact in self.view.of(hit.path, "call"):
                opened = str((fact.value or {}).get("0", "")) if fact.name == "open" else ""
                if not opened.endswith(".py") or fact.line != hit.fact.line:
                    continue
                folder = hit.path.rpartition("/")[0]
                for candidate in (f"{folder}/{opened}" if folder else opened, opened):
                    if candidate in self.view.entries and candidate != hit.path:
                        found.setdefault(hit.path, []).append(candidate)
                        break
        return found

    def reach(self, starts: list[str]) -> set[str]:
        """The files that ``starts`` reach through imports, themselves included."""
        return _spread(self.imports, starts)

    def reaching(self, targets: list[str]) -> set[str]:
        """The files that reach one of ``targets`` through imports, these themselves included."""
        return _spread(self._importers, targets)

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        graph: dict[str, set[str]] = defaultdict(set)
        for path, targets in self.imports.items():
            for target in targets:
                graph[target].add(path)
        return graph

    def is_imported(self, path: str) -> bool:
        """Whether another file of the project, tests apart, imports this one."""
        return any(self.view.roles.get(other) != "test" for other in self._importers.get(path, ()))


def _spread(graph: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """All that is reached from ``starts`` in a graph, these included."""
    seen = set(starts)
    pending = list(seen)
    while pending:
        for path in graph.get(pending.pop(), ()):
            if path not in seen:
                seen.add(path)
                pending.append(path)
    return seen
