"""The checks that there are, the tables by which a walk finds the ones that want a node, and their findings as facts."""

from __future__ import annotations

import ast
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from mlopslint.errors import MlopslintError
from mlopslint.lint.base import Context, File, FileRule, Notebook, NotebookRule, Problem, ProjectRule, PythonRule, Rule
from mlopslint.lint.cards import Card, card, kept
from mlopslint.literals import SHARED, Group
from mlopslint.patterns import late
from mlopslint.plugins import plugins
from mlopslint.records import Fact

#: Findings of one rule in one module, above which it is not asked again: the rest would say the same.
LIMIT = 500
_NAME = late(r"^([a-z]{3}\d{3})_[a-z0-9_]+\.py$")


class FlowRule(Rule):
    """A rule that the data-flow analysis answers (``lint/flow``): its file holds its documentation and examples."""


class Tables(NamedTuple):
    """Which Python rules want which callees and nodes, and whether there is anything for the data-flow analysis."""

    calls: dict[str, tuple[Waiting, ...]]
    attributes: dict[str, tuple[Waiting, ...]]
    nodes: dict[type[ast.AST], tuple[Waiting, ...]]
    flow: bool


def modules() -> dict[str, str]:
    """Code -> name of the module that holds its check."""
    found = {}
    for name in _file_names():
        match = _NAME.match(name)
        if match:
            found[match.group(1).upper()] = f"mlopslint.lint.{name[:-3]}"
    return dict(sorted(found.items()))


def _file_names() -> list[str]:
    """What lies beside this module, in a folder or in a zip (for which the machinery takes longer to import than to ask)."""
    try:
        return os.listdir(os.path.dirname(__file__))
    except OSError:
        from importlib.resources import files

        return [entry.name for entry in files("mlopslint.lint").iterdir()]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All checks, by code: the built-in ones, and those that installed packages add."""
    return (*built_in(), *_added().values())


def built_in() -> tuple[Rule, ...]:
    """The checks of the program's own, by code."""
    return tuple(_rule_of(module, code) for code, module in modules().items())


@lru_cache(maxsize=1)
def _added() -> dict[str, Rule]:
    """Checks of plugins by code; a plugin never takes the place of a built-in check.

    Raises MlopslintError for an entry point that cannot be loaded or is no rule.
    """
    found: dict[str, Rule] = {}
    for plugin in plugins("mlopslint.rules"):
        try:
            cls = plugin.load()
        except Exception as error:
            raise MlopslintError(f"plugin {plugin.name} ({plugin.source}): {type(error).__name__}: {error}") from None
        if not (
            isinstance(cls, type) and issubclass(cls, Rule) and re.fullmatch(r"[A-Z]{3}\d{3}", getattr(cls, "code", ""))
        ):
            raise MlopslintError(
                f"plugin {plugin.name} ({plugin.source}): {plugin.value} is no rule with a code such as ABC101"
            )
        if cls.code not in _modules():
            found[cls.code] = cls()
    return found


@lru_cache(maxsize=1)
def _modules() -> dict[str, str]:
    return modules()


@lru_cache(maxsize=256)
def rule(code: str) -> Rule | None:
    """One check by its code, without importing the others."""
    module = _modules().get(code)
    return _rule_of(module, code) if module else _added().get(code)


def codes() -> tuple[str, ...]:
    """The codes of all checks."""
    return (*_modules(), *_added())


def _rule_of(module: str, code: str) -> Rule:
    for value in vars(import_module(module)).values():
        if isinstance(value, type) and issubclass(value, Rule) and getattr(value, "code", "") == code:
            made: Rule = value()
            return made
    raise LookupError(f"{module} holds no rule {code}")


@lru_cache(maxsize=1)
def _cards() -> tuple[Card, ...]:
    """What all checks wait for, by code; the built-in ones are not imported where a wheel tells."""
    known = kept()
    if known is None:
        return tuple(card(item) for item in rules())
    return (*known, *(card(item) for item in _added().values()))


def _of_sort(sort: str, asks: Callable[[tuple[str, ...]], bool]) -> Iterator[Any]:
    """The checks of one sort, imported: those that are for all kinds, and those whose kinds are asked for."""
    for item in _cards():
        if sort in item.sorts and (not item.kinds or asks(item.kinds)):
            yield rule(item.code)


class Waiting:
    """Stands for a check of Python until the first node is put before it, which imports it."""

    __slots__ = ("check", "code")
    check: Callable[[Any, str, Context], Iterable[Problem]]

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, name: str) -> Any:  # only reached while the slot of that name is empty
        if name != "check":
            raise AttributeError(name)
        found = rule(self.code)
        assert isinstance(found, PythonRule)
        self.check = found.check
        return self.check


@lru_cache(maxsize=1)
def _marked() -> tuple[Card, ...]:
    """Checks that see nodes only of files with their markers; one that waits for calls or attributes costs nothing where there are none."""
    return tuple(item for item in _cards() if "python" in item.sorts and item.markers and item.nodes)


@lru_cache(maxsize=256)
def _tables(chosen: frozenset[str], flow: bool) -> Tables:
    """``chosen``: the checks whose markers are there."""
    out = {item.code for item in _marked()} - chosen
    calls: dict[str, list[Waiting]] = {}
    attributes: dict[str, list[Waiting]] = {}
    nodes: dict[type[ast.AST], list[Waiting]] = {}
    every = [item for item in _cards() if "python" in item.sorts and item.code not in out]
    for item in sorted(every, key=lambda item: item.code in chosen):
        waiting = Waiting(item.code)
        for name in item.calls:
            calls.setdefault(name, []).append(waiting)
        for name in item.attributes:
            attributes.setdefault(name, []).append(waiting)
        for cls in item.node_types():
            nodes.setdefault(cls, []).append(waiting)
    return Tables(
        {k: tuple(v) for k, v in calls.items()},
        {k: tuple(v) for k, v in attributes.items()},
        {k: tuple(v) for k, v in nodes.items()},
        flow,
    )


def tables(data: bytes) -> Tables:
    """The tables for a module with these bytes: rules whose markers it lacks are left out."""
    there = _markers().among(data)
    chosen = frozenset(item.code for item in _marked() if not there.isdisjoint(item.markers))
    return _tables(chosen, not there.isdisjoint(_flow_markers()))


@lru_cache(maxsize=1)
def _markers() -> Group:
    return SHARED.group({*_flow_markers(), *(marker for item in _marked() for marker in item.markers)})


def _flow_markers() -> tuple[bytes, ...]:
    from mlopslint.lint.flow import MARKERS

    return MARKERS


def fact(code: str, problem: Problem, lines: Sequence[str]) -> Fact:
    """A problem as a fact.

    Its value is [column, end line, end column, message, fix, confidence, steps, digest of the line's text, data].
    """
    line, column, end_line, end_column = problem.region
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    fix: Any = None
    if problem.fix is not None:
        fix = [problem.fix.text, problem.fix.safety, [[list(e.region), e.op, list(e.args)] for e in problem.fix.edits]]
    digest = f"{zlib.crc32(text.encode('utf-8', 'replace')):08x}"
    steps = [list(step) for step in problem.steps]
    value = [column, end_line, end_column, problem.message, fix, problem.confidence, steps, digest, list(problem.data)]
    return Fact("lint", code, line, value, problem.cell)


def ask(rules_: Iterable[Waiting], node: ast.AST, name: str, at: Context, out: list[Fact]) -> None:
    """Put a node before these rules; a rule that fails is an error of its own and stops nothing."""
    found = at.found
    for item in rules_:
        if found and found.get(item.code, 0) > LIMIT:
            continue
        try:
            problems = [*item.check(node, name, at)]
            if problems:
                facts = [fact(item.code, problem, at.lines) for problem in problems]
                found[item.code] = found.get(item.code, 0) + len(problems)
                out += facts
        except RecursionError:
            continue
        except Exception as error:
            out.append(Fact("note", f"check {item.code} failed: {type(error).__name__}: {str(error)[:80]}"))


@lru_cache(maxsize=1)
def _notebook_rules() -> tuple[NotebookRule, ...]:
    return tuple(_of_sort("notebook", lambda kinds: True))


def check_notebook(notebook: Notebook) -> list[Fact]:
    """Facts of the notebook rules."""
    found: list[Fact] = []
    sources = {cell.number: cell.source.split("\n") for cell in notebook.cells}
    for item in _notebook_rules():
        try:
            found += [fact(item.code, problem, sources.get(problem.cell, [])) for problem in item.check(notebook)]
        except Exception as error:
            found.append(Fact("note", f"check {item.code} failed: {type(error).__name__}: {str(error)[:80]}"))
    return found


@lru_cache(maxsize=256)
def _file_rules(kind: str) -> tuple[FileRule, ...]:
    return tuple(_of_sort("file", lambda kinds: kind in kinds))


def check_file(kind: str, data: bytes, facts: list[Fact]) -> list[Fact]:
    """Facts of the file rules of this kind."""
    found: list[Fact] = []
    file = None
    for item in _file_rules(kind):
        if item.markers and not any(marker in data for marker in item.markers):
            continue
        file = file or File(kind, data, facts)
        try:
            found += [fact(item.code, problem, file.lines) for problem in item.check(file)]
        except Exception as error:
            found.append(Fact("note", f"check {item.code} failed: {type(error).__name__}: {str(error)[:80]}"))
    return found


def flow(
    trees: Sequence[tuple[ast.Module, int]],
    sources: dict[int, str | bytes],
    tables: Tables,
    calls: Iterable[tuple[str, str]],
) -> list[Fact]:
    """Facts of the data-flow rules for one module (cell 0) or the cells of one notebook; ``calls``: (what is called, by which function)."""
    if not tables.flow:
        return []
    from mlopslint.facts.python import Reader
    from mlopslint.lint import flow as analysis

    found: list[Fact] = []
    contexts: dict[int, Context] = {}
    for leak in analysis.analyse(trees, calls):
        at = contexts.get(leak.cell)
        if at is None:
            tree = next(tree for tree, cell in trees if cell == leak.cell)
            at = contexts[leak.cell] = Context(Reader(), sources[leak.cell], tree)
        steps = tuple((step.line, step.cell, step.text) for step in leak.steps)
        fix = None
        if leak.fix and isinstance(leak.node, ast.Call) and isinstance(leak.node.func, ast.Attribute):
            fix = at.replace(
                leak.node.func, f"{at.source(leak.node.func.value)}.{leak.fix[1]}", f"Only {leak.fix[1]} here", "unsafe"
            )
        sure: Any = leak.confidence
        problem = Problem(at.region(leak.node), leak.message, leak.cell, fix, sure, steps)
        found.append(fact(leak.code, problem, at.lines))
    return found


_IGNORE = late(
    r"(?:#|//|--|<!--|/\*)\s{0,3}mlopslint:\s{0,3}(ignore(?:-file)?)\s{0,3}(?:\[([A-Za-z0-9_,\s*]{0,300})\])?[:\s]{0,4}([^\n]{0,200})"
)


def python_ignores(text: str, cell: int = 0) -> list[Fact]:
    """Inline suppressions in the comments of Python source; what stands in strings is none."""
    import io
    import tokenize

    rows = [""] * (text.count("\n") + 2)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                rows[line - 1] = token.line[:column] + token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        return ignores(text, cell)
    return ignores("\n".join(rows), cell)


def ignores(text: str, cell: int = 0) -> list[Fact]:
    """Inline suppressions: fact "suppress" named ``ignore`` or ``ignore-file``, value = [codes, reason, stands alone on its line]."""
    found = []
    for number, row in enumerate(text.split("\n"), 1):
        if "mlopslint:" not in row:
            continue
        match = _IGNORE.search(row)
        if match:
            codes = [part.strip().upper() for part in (match.group(2) or "").split(",") if part.strip()]
            reason = match.group(3).removesuffix("-->").removesuffix("*/").strip()
            alone = not row[: match.start()].strip()
            found.append(Fact("suppress", match.group(1), number, [codes, reason, alone], cell))
    return found


def project_rules(holds: Callable[[tuple[str, ...]], bool]) -> tuple[ProjectRule, ...]:
    """The rules that need the whole project, and may have something to say of one that ``holds`` these kinds of files or facts."""
    return tuple(_of_sort("project", holds))
