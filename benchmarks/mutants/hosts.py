"""Real files as hosts of planted defects, and what mlopslint finds in them before and after."""

from __future__ import annotations

import ast
import dataclasses
import json
import random
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from mlopslint import facts
from mlopslint.cache import Cache, default_folder
from mlopslint.concepts import concepts_of
from mlopslint.config import Config
from mlopslint.errors import MlopslintError
from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.findings import SILENT, find
from mlopslint.gather import gather
from mlopslint.kinds import kind_of
from mlopslint.records import Entry, Finding
from mlopslint.snapshot import Snapshot, blob_id, open_snapshot
from mlopslint.view import View

#: Bytes above which a file is no host: a run is to stay short.
LARGEST = {"python": 60_000, "notebook": 200_000}


class Mutant(NamedTuple):
    """A defect in its host: what the files become, and where a finding must point."""

    rule: str
    variation: str
    path: str  #: the file that the finding must be in
    files: dict[str, bytes]  #: path -> content, of every file that is changed or new
    lines: tuple[int, int]  #: first and last line of the planted region
    cells: frozenset[int] = frozenset()  #: the cells of a notebook that hold it; the lines do not count then
    gone: frozenset[str] = frozenset()  #: files that are no longer there
    whole: bool = False  #: whether the rule must see the whole project


@dataclass(eq=False)
class Project:
    """A repository at its newest commit."""

    name: str
    snapshot: Snapshot
    texts: dict[str, bytes]
    _clean: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def gathered(self) -> Gathered:
        """The facts of all its files."""
        store = Cache(default_folder())
        try:
            return gather(self.snapshot, store, jobs=1)
        finally:
            store.close()

    @cached_property
    def view(self) -> View:
        """Its facts as rules of projects see them."""
        return View(self.snapshot, self.gathered)

    @cache
    def on_its_own(self, path: str) -> bool:
        """Whether a module of the sources neither imports another of the project nor is imported by one."""
        if self.view.roles[path] != "source":
            return False
        concepts = concepts_of(self.view)
        return set(concepts.reach([path])) | set(concepts.reaching([path])) <= {path}

    def paths(self, *kinds: str) -> list[str]:
        """Its files of some kinds that are small enough to be hosts, and whose findings are shown."""
        roles = self.view.roles
        return [
            path
            for path, data in self.texts.items()
            if kind_of(path) in kinds
            and len(data) <= LARGEST.get(kind_of(path), 60_000)
            and roles[path] not in {*SILENT, "test"}
        ]

    def codes(self, path: str) -> frozenset[str]:
        """The rules that find something in a file as it is."""
        if path not in self._clean:
            self._clean[path] = frozenset(finding.code for finding in lint(self, {path: self.texts[path]}))
        return self._clean[path]


def project(path: str) -> Project:
    """The repository at a path; of a plain folder, all its files."""
    try:
        snapshot = open_snapshot(path, "HEAD")
    except MlopslintError:
        snapshot = open_snapshot(path)
    wanted = [
        entry
        for entry in snapshot.entries
        if entry.size <= max(LARGEST.values()) and kind_of(entry.path) in KINDS and "\n" not in entry.path
    ]
    texts = {entry.path: data for entry, data, _ in snapshot.read(wanted) if data}
    name = path.rstrip("/").removesuffix("/repo").rpartition("/")[2].replace("+", "/")
    return Project(name, snapshot, dict(sorted(texts.items())))


KINDS = frozenset({"python", "notebook", "github-workflow", "dockerfile", "compose", "yaml", "shell", "ini"})


def lint(
    owner: Project, files: dict[str, bytes], gone: frozenset[str] = frozenset(), whole: bool = False
) -> tuple[Finding, ...]:
    """What the rules that are on by default find in these files, seen alone or in the whole project."""
    mine = {path: FileFacts(facts.read(kind_of(path), data)) for path, data in files.items()}
    entries = {path: Entry(path, blob_id(data), len(data)) for path, data in files.items()}
    kinds = {path: kind_of(path) for path in files}
    if whole:
        base = owner.gathered
        others = {entry.path: entry for entry in owner.snapshot.entries if entry.path not in gone}
        mine = {path: found for path, found in base.facts.items() if path not in gone} | mine
        kinds = {path: kind for path, kind in base.kinds.items() if path not in gone} | kinds
        entries = others | entries

    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        for entry in wanted:
            data = files.get(entry.path)
            if data is None:
                yield from owner.snapshot.read([entry])
            else:
                yield entry, data, ""

    snapshot = dataclasses.replace(
        owner.snapshot, entries=tuple(entries[path] for path in sorted(entries)), read=read, git=False
    )
    view = View(snapshot, Gathered(mine, kinds, (), 0, 0))
    return find(view, Config(), only=lambda path: path in files, versions=None if whole else {}).shown


def found(owner: Project, mutant: Mutant) -> bool:
    """Whether a finding of the rule points into what was planted."""
    return any(
        item.code == mutant.rule
        and item.path == mutant.path
        and (
            (item.cell or 0) in mutant.cells
            if mutant.cells
            else item.line <= mutant.lines[1] and max(item.end_line, item.line) >= mutant.lines[0]
        )
        for item in lint(owner, mutant.files, mutant.gone, mutant.whole)
    )


@dataclass(eq=False)
class Code:
    """The Python of one host: a module (one source) or the code cells of a notebook, by the numbers that findings give them."""

    owner: Project
    path: str
    sources: dict[int, str]  #: 0: the module

    @property
    def notebook(self) -> dict[str, Any]:
        """The notebook as JSON."""
        loaded: dict[str, Any] = json.loads(self.owner.texts[self.path])
        return loaded

    @cached_property
    def trees(self) -> list[tuple[int, str, ast.Module]]:
        """The sources that are plain Python, parsed."""
        trees = ((number, source, parsed(source)) for number, source in self.sources.items())
        return [(number, source, tree) for number, source, tree in trees if tree is not None]

    def imports(self, *packages: str) -> bool:
        """Whether it names one of these packages at all."""
        text = self.owner.texts[self.path]
        return any(package.encode() in text for package in packages)

    def imported(self, *packages: str) -> bool:
        """Whether it imports one of these packages."""
        return any(
            re.search(rf"(?m)^\s*(?:import|from) {package}\b", source)
            for source in self.sources.values()
            for package in packages
        )

    def replaced(
        self, rule: str, variation: str, number: int, source: str, lines: tuple[int, int], whole: bool = False
    ) -> Mutant | None:
        """This host with one source changed."""
        if parsed(source) is None:
            return None
        if whole:
            lines = (1, source.count("\n") + 1)  # said where training begins, which may be in the host's own code
        if not number:
            return Mutant(rule, variation, self.path, {self.path: source.encode()}, lines, whole=whole)
        book = self.notebook
        book["cells"][number - 1]["source"] = source.splitlines(keepends=True)
        return Mutant(rule, variation, self.path, {self.path: dumped(book)}, lines, frozenset({number}), whole=whole)

    def with_cells(self, rule: str, variation: str, sources: Sequence[str]) -> Mutant | None:
        """This notebook with cells at its end."""
        if any(parsed(source) is None for source in sources):
            return None
        book = self.notebook
        first = len(book["cells"]) + 1
        book["cells"] += [cell(source) for source in sources]
        numbers = frozenset(range(first, first + len(sources)))
        return Mutant(rule, variation, self.path, {self.path: dumped(book)}, (1, 1), numbers)


def cell(source: str, executed: int | None = None, outputs: Sequence[Any] = ()) -> dict[str, Any]:
    """A code cell of a notebook."""
    return {
        "cell_type": "code",
        "execution_count": executed,
        "metadata": {},
        "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    }


def dumped(book: dict[str, Any]) -> bytes:
    """A notebook as a file."""
    return json.dumps(book, indent=1).encode()


def parsed(source: str) -> ast.Module | None:
    """The tree of a source that would run, None for one that would not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<mutant>", "exec", dont_inherit=True)
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


@cache
def code_hosts(owner: Project, kind: str) -> list[Code]:
    """Its modules or notebooks, in an order that is mixed but always the same."""
    return list(_code_hosts(owner, kind))


def _code_hosts(owner: Project, kind: str) -> Iterator[Code]:
    paths = owner.paths(kind)
    random.Random(owner.name).shuffle(paths)
    for path in paths:
        data = owner.texts[path]
        if kind == "python":
            source = data.decode("utf-8", "replace")
            if parsed(source) is not None and "\r" not in source:
                yield Code(owner, path, {0: source})
            continue
        try:
            book = json.loads(data)
            cells = book["cells"]
            language = book.get("metadata", {}).get("language_info", {}).get("name", "python")
            sources = {
                number: "".join(item["source"]) for number, item in enumerate(cells, 1) if item["cell_type"] == "code"
            }
        except (ValueError, KeyError, TypeError):
            continue
        if language == "python" and sources and not any(source.startswith("%%") for source in sources.values()):
            yield Code(owner, path, sources)
