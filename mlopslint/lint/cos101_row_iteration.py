"""COS101 row-iteration."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant, inside, keyword
from mlopslint.lint.values import is_frame

_EFFECTS = frozenset(
    {
        "print",
        "open",
        "write",
        "send",
        "post",
        "get",
        "put",
        "execute",
        "save",
        "insert",
        "text",
        "scatter",
        "plot",
        "annotate",
    }
)


def _of_the_row(item: ast.BinOp | ast.AugAssign, row: str) -> bool:
    """Whether this computes with a value of the row; putting text together is no arithmetic."""
    sides = [item.value] if isinstance(item, ast.AugAssign) else [item.left, item.right]
    if any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides):
        return False
    for side in sides:
        while isinstance(side, (ast.Subscript, ast.Attribute, ast.Call)):
            side = side.func if isinstance(side, ast.Call) else side.value
        if isinstance(side, ast.Name) and side.id == row:
            return True
    return isinstance(item, ast.AugAssign) and isinstance(item.value, ast.BinOp) and _of_the_row(item.value, row)


def _arithmetic(loop: ast.For) -> bool:
    """Whether the loop computes with the row and does little else: then it can be written on whole columns."""
    target = loop.target.elts[-1] if isinstance(loop.target, ast.Tuple) and loop.target.elts else loop.target
    row = target.id if isinstance(target, ast.Name) else ""
    computes = False
    for item in inside(loop):
        if isinstance(item, (ast.BinOp, ast.AugAssign)):
            computes = computes or _of_the_row(item, row)
        elif isinstance(item, ast.Call):
            called = (
                item.func.attr
                if isinstance(item.func, ast.Attribute)
                else item.func.id
                if isinstance(item.func, ast.Name)
                else ""
            )
            if called in _EFFECTS:
                return False
        elif isinstance(item, (ast.For, ast.While, ast.Try, ast.With, ast.Await, ast.Yield)) and item is not loop:
            return False
    return computes


class RowIteration(PythonRule):
    """A loop over the rows of a frame.

    What it does
    ------------
    Finds ``for ... in df.iterrows()``; loops over ``itertuples()`` and ``apply(axis=1)`` are found with low
    confidence, as they are often right.

    Why is this bad?
    ----------------
    ``iterrows`` makes a series of every row: hundreds of times slower than the same arithmetic on whole columns.

    Example
    -------
    ::

        for i, row in df.iterrows():
            total += row["price"] * row["count"]

    Use instead
    -----------
    ::

        total = (df["price"] * df["count"]).sum()

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.iterrows.html
    - Known from dslinter, CodeSmile (unnecessary iteration) and pandas-vet.
    """

    code = "COS101"
    name = "row-iteration"
    in_tests = False
    calls = ("iterrows", "itertuples", "apply")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if last == "apply":
            axis = keyword(node, "axis")
            if constant(axis) in (1, "columns") and is_frame(name.rpartition(".")[0]):
                yield at.problem(node, "apply(axis=1) runs row by row; work on whole columns", confidence="low")
            return
        loop = at.statement
        if not isinstance(loop, ast.For) or loop.iter is not node or node.args or node.keywords:
            return
        if last == "itertuples":
            yield at.problem(
                node, "a loop over itertuples; work on whole columns where that is possible", confidence="low"
            )
        elif _arithmetic(loop):
            yield at.problem(node, "a loop over iterrows; work on whole columns (or itertuples where rows are needed)")

    GOOD = (
        "total = (df['a'] * df['b']).sum()\n",
        "for i, row in df.iterrows():\n    send(row['mail'])\n",
        "for row in rows:\n    x += row['a']\n",
    )
    BAD = (
        "for i, row in df.iterrows():\n    total += row['a'] * row['b']\n",
        "for _, r in df.iterrows():\n    out.append(r['a'] + 1)\n",
    )
