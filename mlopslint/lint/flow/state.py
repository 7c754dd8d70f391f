"""What the interpreter knows of a value: its rows, their part in splits, what was applied to them, and objects with their history."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

Part = tuple[int, str]


class Fit(NamedTuple):
    """Something learned from rows: by what, where, from which rows and which part of them."""

    what: str
    name: str  #: how the data is called in the source
    node: ast.AST
    line: int
    cell: int
    origins: frozenset[int]
    parts: frozenset[Part]
    sure: str  #: high or medium


class Sampled(NamedTuple):
    """Rows that were multiplied or thinned out: by what and where."""

    what: str
    name: str
    node: ast.AST
    line: int
    cell: int


NONE: frozenset[Any] = frozenset()


class Data(NamedTuple):
    """Rows."""

    origins: frozenset[int]
    parts: frozenset[Part] = NONE
    fits: frozenset[Fit] = NONE
    sampled: frozenset[Sampled] = NONE
    frame: int = 0  #: the frame that its columns are of; 0: not known
    selected: frozenset[str] | None = None  #: the columns that it was reduced to
    dropped: frozenset[str] = NONE
    column: str = ""  #: the one column that it is
    subset: bool = False
    ordered: bool = False  #: by time
    statistic: Fit | None = None  #: it is a statistic of rows rather than rows
    model: Object | None = None  #: it is the prediction of this model ...
    of: Any = None  #: ... for these rows

    def tested(self) -> frozenset[int]:
        """The splits of which these rows are (also) the test part."""
        return frozenset(split for split, part in self.parts if part == "test")


class Object:
    """An estimator, a transformer, a splitter, an instance of a class of the project."""

    __slots__ = ("attributes", "cls", "definition", "fitted", "inner", "statistical", "trained")

    def __init__(self, cls: str, statistical: bool = False, inner: tuple[Any, ...] = ()) -> None:
        self.cls = cls
        self.statistical = statistical
        self.inner = inner
        self.fitted: frozenset[Fit] = NONE
        self.trained: Data | None = None
        self.attributes: dict[str, Any] = {}
        self.definition: ast.ClassDef | None = None


class Tuple(NamedTuple):
    """Several values."""

    items: tuple[Any, ...]


class Fold(NamedTuple):
    """The row numbers of one side of a fold."""

    split: int
    part: str


class Function(NamedTuple):
    """A function of the module, and the object it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: Object | None = None


class Class(NamedTuple):
    """A class of the module."""

    node: ast.ClassDef


def join(one: Any, two: Any) -> Any:
    """What a value may be that is one on this path and the other on that."""
    if one is two or two is None:
        return one
    if one is None:
        return two
    if isinstance(one, Data) and isinstance(two, Data):
        return one._replace(
            origins=one.origins | two.origins,
            parts=one.parts if one.parts == two.parts else one.parts & two.parts,
            fits=one.fits | two.fits,
            sampled=one.sampled | two.sampled,
            frame=one.frame if one.frame == two.frame else 0,
            selected=one.selected if one.selected == two.selected else None,
            dropped=one.dropped | two.dropped,
            column=one.column if one.column == two.column else "",
            model=one.model if one.model is two.model else None,
            statistic=one.statistic if one.statistic == two.statistic else None,
        )
    if isinstance(one, Tuple) and isinstance(two, Tuple) and len(one.items) == len(two.items):
        return Tuple(tuple(join(a, b) for a, b in zip(one.items, two.items, strict=True)))
    return one if isinstance(one, (Data, Object)) else two


def merged(values: list[Data]) -> Data:
    """The rows of several values together: what is in train and in test is in both."""
    first = values[0]
    for other in values[1:]:
        first = first._replace(
            origins=first.origins | other.origins,
            parts=first.parts | other.parts,
            fits=first.fits | other.fits,
            sampled=first.sampled | other.sampled,
            frame=first.frame if first.frame == other.frame else 0,
            selected=None,
            column="",
            statistic=None,
            model=None,
        )
    return first
