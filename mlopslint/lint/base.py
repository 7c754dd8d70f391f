"""What a lint check is made of: the rule, the place that it looks at, and the edit that mends what it found."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias, TypeVar

from mlopslint.literals import lines_with
from mlopslint.records import Confidence, Fact

if TYPE_CHECKING:
    from mlopslint.facts.python import Reader
    from mlopslint.view import View

T = TypeVar("T")
Severity = Literal["error", "warning", "note"]
Safety = Literal["", "safe", "unsafe"]
#: A piece of source: line and column of its begin and of its end, from 1; the end is exclusive.
Region: TypeAlias = tuple[int, int, int, int]


class Edit(NamedTuple):
    """One change of a region. ``op`` says how the text is made:

    ``text``: the region becomes ``args[0]``. ``keyword``: the call at the region gets the keyword ``args[0]`` with the value ``args[1]``.
    ``drop-keyword``: the call at the region loses the keyword ``args[0]``. ``import``: the module gets the statement ``args[0]`` if it lacks it.
    ``line-before`` and ``line-after``: a statement ``args[0]`` on a line of its own, indented as the region's first line.
    ``drop-statement``: the statement at the region goes. ``comment``: the region's line ends with the comment ``args[0]``.
    ``drop-cell`` and ``clear-outputs`` are about the cell of a notebook.
    """

    region: Region
    op: str
    args: tuple[str, ...] = ()


class Fix(NamedTuple):
    """How to mend a finding: in words, whether behaviour stays as it is, and the edits."""

    text: str
    safety: Safety
    edits: tuple[Edit, ...]


class Problem(NamedTuple):
    """One place where a rule is broken, before selection, suppression and severity."""

    region: Region
    message: str
    cell: int = 0
    fix: Fix | None = None
    confidence: Confidence | None = None  #: where this place is less sure than the rule
    steps: tuple[tuple[int, int, str], ...] = ()  #: the path to it: (line, cell, what happens there)
    data: tuple[str, ...] = ()  #: what a gate that knows the project decides by


class Rule:
    """A check. Subclass one of the kinds below in a file of its own, named ``<code>_<name>.py``.

    The docstring is the rule's page, in these sections: a first line, ``What it does``, ``Why is this bad?``, ``Example``,
    ``Use instead``, ``Fix safety`` (if it has fixes) and ``References``. ``BAD`` and ``GOOD`` are sources that the rule must and must not
    find fault with; they are its tests. A BAD example may be ``(source, fixed source)``.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = "warning"
    confidence: ClassVar[Confidence] = "high"
    default: ClassVar[bool] = True
    in_tests: ClassVar[bool] = True  #: whether it also speaks about test code
    fixes: ClassVar[Safety] = ""
    GOOD: ClassVar[tuple[Any, ...]] = ()
    BAD: ClassVar[tuple[Any, ...]] = ()


class PythonRule(Rule):
    """A check of Python code, in modules and in the cells of notebooks.

    ``calls`` are the last names of the callees that it wants to see (``"train_test_split"``), ``attributes`` the names of attributes that
    are read (``"iteritems"``), ``nodes`` the classes of nodes. Expressions
    and simple statements are shown before what stands in them is read, compound statements (loops, functions, classes) after their body, and
    ``ast.Module`` last: at the end of a cell. ``markers``: of a file without any of these bytes, no nodes are shown to the rule.
    """

    calls: ClassVar[tuple[str, ...]] = ()
    attributes: ClassVar[tuple[str, ...]] = ()
    nodes: ClassVar[tuple[type[ast.AST], ...]] = ()
    markers: ClassVar[tuple[bytes, ...]] = ()

    def check(self, node: Any, name: str, at: Context) -> Iterable[Problem]:
        """Problems at this node; ``name`` is the resolved dotted name of a callee (``sklearn.svm.SVC``), else ""."""
        raise NotImplementedError


class NotebookRule(Rule):
    """A check of a notebook as a whole."""

    def check(self, notebook: Notebook) -> Iterable[Problem]:
        """Problems of this notebook."""
        raise NotImplementedError


class FileRule(Rule):
    """A check of the text of files of some ``kinds`` (docs/facts.md lists them; empty: of every kind)."""

    kinds: ClassVar[tuple[str, ...]] = ()
    markers: ClassVar[tuple[bytes, ...]] = ()

    def check(self, file: File) -> Iterable[Problem]:
        """Problems of this file."""
        raise NotImplementedError


class ProjectRule(Rule):
    """A check that needs the facts of several files, or a path: it runs after all facts are there.

    ``whole``: what it says of a file may depend on others, so that it wants to see the whole project. ``kinds``: of files or of facts;
    a project that has none of them is not shown to it. ``reads``: the kinds of other files whose facts count, where these are few.
    ``started``: what it says of a file hangs on what that comes to start in others.

    In its examples a project is a mapping of paths to contents (or to a number of bytes that do not matter), and BAD ones say where:
    ``({path: content}, path, line)``.
    """

    whole: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    started: ClassVar[bool] = False

    def may_find(self, view: View) -> bool:
        """Whether it could find something in this part of a project once it sees the rest, although it finds nothing there now."""
        return False

    def settled(self, view: View, path: str) -> bool:
        """Whether what it found in a file stands, whatever the others of the project hold; ``view`` lists them all and reads none."""
        return False

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        """(path, problem) pairs of this project."""
        raise NotImplementedError


class Context:
    """Where the walk is when a rule is asked: resolution of names, what encloses the node, and the source."""

    __slots__ = (
        "_lines",
        "found",
        "_text",
        "function",
        "functions",
        "loops",
        "memo",
        "notebook",
        "packages",
        "packages_of",
        "reader",
        "statement",
        "tree",
    )

    def __init__(self, reader: Reader, text: str | bytes, tree: ast.Module, notebook: bool = False) -> None:
        self.reader = reader
        self._text = text
        self._lines: list[str] | None = None
        self.tree = tree
        self.statement: ast.stmt | None = None  #: the innermost statement that holds the node
        self.function: ast.AST | None = None  #: the innermost function, None at the top level
        self.functions: tuple[ast.AST, ...] = ()  #: all enclosing functions and classes, outermost first
        self.loops: tuple[ast.stmt, ...] = ()  #: enclosing loops of the same function, outermost first
        self.notebook = notebook
        self.found: dict[str, int] = {}  #: problems of each rule so far; a rule is not asked again above a limit
        self.packages: set[str] = set()  #: the packages of the first ``packages_of`` names that are imported
        self.packages_of = 0
        self.memo: dict[str, Any] = {}  #: what checks have found out about the whole module, by their own keys

    def resolve(self, node: ast.AST) -> str:
        """The dotted name of an expression through imports, aliases and simple local types.

        ``df = pd.read_csv(f)`` makes ``df.dropna`` read ``pandas.read_csv.dropna``. A method of something unknown starts with a dot
        (``.fit``), a name from a relative import with dots and a colon (``.:utils.seed``), an unbound name is itself; "" is no name.
        """
        return self.reader.dotted(node)  # type: ignore[arg-type]

    def instance(self, call: ast.Call) -> bool:
        """Whether a call is of an object that was made before (``model(x)``), and not of the class or function it is named by."""
        func = call.func
        if isinstance(func, ast.Name):
            return func.id in self.reader.types
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self":
            return func.attr in self.reader.attributes
        return False

    @property
    def names(self) -> dict[str, str]:
        """What is imported so far: local name -> dotted name."""
        return self.reader.names

    def imported(self, *packages: str) -> bool:
        """Whether anything of one of these packages is imported (so far)."""
        names = self.reader.names
        read = self.packages_of
        if read != len(names):
            self.packages |= {value.partition(".")[0] for value in islice(reversed(names.values()), len(names) - read)}
            self.packages_of = len(names)
        return not self.packages.isdisjoint(packages)

    def once(self, node: ast.AST, make: Callable[[Any], T]) -> T:
        """What ``make(node)`` says of a node of this module, worked out once however often it is asked for."""
        key = f"{make.__module__}.{make.__qualname__} {id(node)}"
        if key not in self.memo:
            self.memo[key] = make(node)
        found: T = self.memo[key]
        return found

    @property
    def text(self) -> str:
        """The source of the module or cell."""
        if isinstance(self._text, bytes):
            self._text = self._text.decode("utf-8", "replace")
        return self._text

    @property
    def lines(self) -> list[str]:
        """The source of the module or cell by lines."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def holds(self, text: str) -> bool:
        """Whether a text stands anywhere in the module or cell: asked before its tree is walked."""
        return bool(self._places(text))

    def _places(self, text: str) -> list[int]:
        places: list[int] | None = self.memo.get(text)
        if places is None:
            places = self.memo[text] = lines_with((text,), self.text)
        return places

    def within(self, node: Any, text: str) -> bool:
        """Whether a text stands on one of the lines of a node: asked before its tree is walked."""
        places = self._places(text)
        at = bisect_left(places, node.lineno)
        return at < len(places) and places[at] <= (node.end_lineno or node.lineno)

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        line, column, end_line, end_column = self.region(node)
        if line == end_line:
            return self.lines[line - 1][column - 1 : end_column - 1]
        middle = self.lines[line : end_line - 1]
        return "\n".join([self.lines[line - 1][column - 1 :], *middle, self.lines[end_line - 1][: end_column - 1]])

    def region(self, node: Any) -> Region:
        """Line and column, from 1, of the begin and of the (exclusive) end of a node, in characters."""
        line, end = node.lineno, node.end_lineno or node.lineno
        return (line, self._column(line, node.col_offset), end, self._column(end, node.end_col_offset or 0))

    def _column(self, line: int, offset: int) -> int:
        lines = self.lines
        text = lines[line - 1] if line <= len(lines) else ""
        if text.isascii():
            return offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1

    def problem(
        self,
        node: ast.AST,
        message: str,
        fix: Fix | None = None,
        confidence: Confidence | None = None,
        steps: tuple[tuple[int, int, str], ...] = (),
    ) -> Problem:
        """A problem at a node."""
        return Problem(self.region(node), message, self.reader.cell, fix, confidence, steps)

    def replace(self, node: ast.AST, text: str, words: str, safety: Safety = "safe") -> Fix:
        """A fix that puts ``text`` in the place of a node."""
        return Fix(words, safety, (Edit(self.region(node), "text", (text,)),))

    def keyword(self, call: ast.Call, name: str, value: str, words: str, safety: Safety = "unsafe") -> Fix:
        """A fix that gives a call a keyword argument."""
        return Fix(words, safety, (Edit(self.region(call), "keyword", (name, value)),))


class Cell(NamedTuple):
    """One cell of a notebook: its number from 1, its source, and for code what was saved of its run."""

    number: int
    kind: str
    source: str
    executed: int | None  #: the execution count
    outputs: list[Any]
    output_size: int
    tree: ast.Module | None  #: None where the cell does not parse or is not Python
    metadata: dict[str, Any]
    broken: str = ""  #: why it does not parse
    printed: str = ""  #: the readable text of the saved outputs, without pictures and other encoded data


class Notebook(NamedTuple):
    """A notebook as notebook rules see it."""

    cells: tuple[Cell, ...]
    language: str
    format: int
    metadata: dict[str, Any]
    facts: list[Fact]

    @property
    def code(self) -> list[Cell]:
        """Its code cells."""
        return [cell for cell in self.cells if cell.kind == "code"]

    @staticmethod
    def problem(cell: Cell, message: str, fix: Fix | None = None, line: int = 1) -> Problem:
        """A problem of a cell, at its first line unless said otherwise."""
        rows = cell.source.split("\n")
        row = rows[line - 1] if line <= len(rows) else ""
        return Problem((line, 1, line, len(row) + 1), message, cell.number, fix)


class File:
    """A text file as file rules see it: its kind, bytes, text, lines, facts, and its tree where it is YAML."""

    __slots__ = ("_documents", "_text", "data", "facts", "kind")

    def __init__(self, kind: str, data: bytes, facts: list[Fact]) -> None:
        self.kind = kind
        self.data = data
        self.facts = facts
        self._text: str | None = None
        self._documents: list[Any] | None = None

    @property
    def text(self) -> str:
        """The decoded text."""
        if self._text is None:
            from mlopslint.facts.text import decode

            self._text = decode(self.data)
        return self._text

    @property
    def lines(self) -> list[str]:
        """The text by lines."""
        return self.text.split("\n")

    @property
    def documents(self) -> list[Any]:
        """The documents of a YAML file, as the plain trees of ``facts.tree`` that know their lines."""
        if self._documents is None:
            from mlopslint.facts.tree import load_yaml

            self._documents = load_yaml(self.text).documents
        return self._documents

    def of(self, kind: str) -> Iterator[Fact]:
        """Its facts of one kind."""
        return (fact for fact in self.facts if fact.kind == kind)

    def problem(
        self, line: int, message: str, fix: Fix | None = None, confidence: Confidence | None = None, part: str = ""
    ) -> Problem:
        """A problem at a line: at ``part`` of it where that is found, else at its text without the indentation."""
        rows = self.lines
        row = rows[line - 1] if 0 < line <= len(rows) else ""
        at = row.find(part) if part else -1
        if at >= 0:
            return Problem((line, at + 1, line, at + 1 + len(part)), message, 0, fix, confidence)
        return Problem(
            (line, len(row) - len(row.lstrip()) + 1, line, len(row.rstrip()) + 1), message, 0, fix, confidence
        )
