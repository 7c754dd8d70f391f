"""DAT118 frame-changed-while-iterated."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside


def _used_whole(loop: ast.For, row: str) -> bool:
    """Whether the row as a whole goes anywhere: then what was written to it is used."""
    inner: set[int] = set()
    for item in inside(loop):
        if isinstance(item, (ast.Subscript, ast.Attribute)) and isinstance(item.value, ast.Name):
            method = isinstance(item, ast.Attribute) and item.attr in (
                "to_dict",
                "tolist",
                "copy",
                "values",
                "to_json",
                "items",
            )
            if not method:
                inner.add(id(item.value))
    return any(
        isinstance(item, ast.Name) and item.id == row and isinstance(item.ctx, ast.Load) and id(item) not in inner
        for item in inside(loop)
    )


class FrameChangedWhileIterated(PythonRule):
    """A write to the row of iterrows or itertuples.

    What it does
    ------------
    Finds assignments to the row (or to its subscript or attribute) inside ``for ... in df.iterrows()``.

    Why is this bad?
    ----------------
    The row is a copy: the frame stays as it was, and the write is lost.

    Example
    -------
    ::

        for i, row in df.iterrows():
            row["price"] = row["price"] * 1.2

    Use instead
    -----------
    ::

        df["price"] = df["price"] * 1.2

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.iterrows.html
    - Known from dslinter (dataframe iteration modification).
    """

    code = "DAT118"
    name = "frame-changed-while-iterated"
    severity = "error"
    nodes = (ast.For,)
    markers = (b"iterrows", b"itertuples")

    def check(self, node: ast.For, name: str, at: Context) -> Iterator[Problem]:
        called = node.iter
        if not isinstance(called, ast.Call) or not isinstance(called.func, ast.Attribute) or called.args:
            return
        if called.func.attr not in ("iterrows", "itertuples"):
            return
        target = node.target
        if called.func.attr == "iterrows" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            target = target.elts[1]
        if not isinstance(target, ast.Name):
            return
        row = target.id
        writes: list[ast.expr] = []
        for item in inside(node):
            if isinstance(item, ast.Name) and item.id == row and isinstance(item.ctx, ast.Store) and item is not target:
                return  # the name is given another meaning: what is written then is no row of the frame
            found = (
                item.targets
                if isinstance(item, ast.Assign)
                else [item.target]
                if isinstance(item, ast.AugAssign)
                else []
            )
            for place in found:
                if (
                    isinstance(place, (ast.Subscript, ast.Attribute))
                    and isinstance(place.value, ast.Name)
                    and place.value.id == row
                ):
                    writes.append(place)
        if not writes or _used_whole(node, row):
            return
        for place in writes:
            yield at.problem(
                place, f"{row} is a copy of a row: this write is lost; write to the frame with .at or .loc"
            )

    GOOD = (
        "for i, row in df.iterrows():\n    df.at[i, 'x'] = row['y']\n",
        "for i, row in df.iterrows():\n    row['x'] = 1\n    rows.append(row)\n",
        "for i, row in df.iterrows():\n    row = dict(row)\n    row['x'] = 1\n",
        "for row in reader:\n    row['x'] = 1\n",
    )
    BAD = (
        "for i, row in df.iterrows():\n    row['x'] = row['y'] * 2\n",
        "for _, r in data.iterrows():\n    if r.y:\n        r.x += 1\n",
    )
