"""Which names the code of a notebook's cell needs and gives: Python's scoping over one module body."""

from __future__ import annotations

import ast
from typing import NamedTuple


class Names(NamedTuple):
    """Names that are read when the body runs, names that only its functions read, and names that it gives."""

    read: list[ast.Name]
    later: list[ast.Name]
    given: set[str]
    opaque: bool  #: whether it may give names that cannot be seen (star imports, exec, globals())


def names_of(body: list[ast.stmt]) -> Names:
    """The names of a module body (or of a cell)."""
    walk = _Walk()
    for statement in body:
        walk.visit(statement)
    return Names(walk.read, walk.later, walk.given, walk.opaque)


_OPAQUE = frozenset({"exec", "eval", "globals", "locals", "vars", "run_line_magic", "run_cell_magic", "get_ipython"})


class _Walk(ast.NodeVisitor):
    """One scope: what it reads and binds; inner functions hand up what they do not bind themselves."""

    def __init__(self, function: bool = False) -> None:
        self.read: list[ast.Name] = []
        self.later: list[ast.Name] = []
        self.given: set[str] = set()
        self.outer: set[str] = set()
        self.opaque = False
        self.function = function

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id in _OPAQUE:
                self.opaque = True
            self.read.append(node)
        elif isinstance(node.ctx, ast.Store):
            self.given.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.read.append(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        else:
            self.visit(node.target)

    def _imports(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.opaque = True
            self.given.add(alias.asname or alias.name.partition(".")[0])

    visit_Import = _imports
    visit_ImportFrom = _imports

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.outer.update(node.names)

    visit_Nonlocal = visit_Global

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.given.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.AST) -> None:
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            self.given.add(name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs
    visit_MatchMapping = visit_MatchAs

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
        inner = _Walk(function=True)
        if isinstance(node, ast.Lambda):
            inner.visit(node.body)
        else:
            for decorator in node.decorator_list:
                self.visit(decorator)
            self.given.add(node.name)
            for statement in node.body:
                inner.visit(statement)
        bound = {item.arg for item in every} | (inner.given - inner.outer)
        self.given |= inner.given & inner.outer
        self.opaque = self.opaque or inner.opaque
        self.later += [name for name in (*inner.read, *inner.later) if name.id not in bound]

    visit_FunctionDef = _define
    visit_AsyncFunctionDef = _define
    visit_Lambda = _define

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for item in (*node.decorator_list, *node.bases, *(word.value for word in node.keywords)):
            self.visit(item)
        self.given.add(node.name)
        inner = _Walk()
        for statement in node.body:
            inner.visit(statement)
        self.opaque = self.opaque or inner.opaque
        self.read += [name for name in inner.read if name.id not in inner.given]
        self.later += inner.later

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        inner = _Walk()
        for part in node.generators:
            inner.visit(part.iter)
            inner.visit(part.target)
            for test in part.ifs:
                inner.visit(test)
        if isinstance(node, ast.DictComp):
            inner.visit(node.key)
            inner.visit(node.value)
        else:
            inner.visit(node.elt)
        targets = {item.id for part in node.generators for item in ast.walk(part.target) if isinstance(item, ast.Name)}
        self.given |= inner.given - targets  # a walrus binds outside
        self.read += [name for name in inner.read if name.id not in targets]
        self.later += [name for name in inner.later if name.id not in targets]
        self.opaque = self.opaque or inner.opaque

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_GeneratorExp = _comprehension
    visit_DictComp = _comprehension
