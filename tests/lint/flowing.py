"""The data-flow analysis as the readers of modules and notebooks ask it: with what each function calls."""

import ast

from mlopslint.facts.python import Reader
from mlopslint.lint import engine, flow
from mlopslint.lint.flow import Leak


def analyse(cells: list[tuple[ast.Module, int]]) -> list[Leak]:
    """The leaks, which are the same whether or not it is known what each function calls."""
    reader = Reader()
    for tree, cell in cells:
        reader.cell = cell
        reader.module(tree, "", engine.tables(b".fit"))
    found = flow.analyse(cells, reader.seen)
    assert _told(found) == _told(flow.analyse(cells))
    return found


def _told(leaks: list[Leak]) -> list[tuple[str, int, int, str, str]]:
    return [(leak.code, leak.cell, leak.node.lineno, leak.message, leak.confidence) for leak in leaks]
