"""Abstract values: what the interpreter knows of a variable, above all which rows a frame holds and what was learned from them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

Ids: TypeAlias = frozenset[int]
NONE: Ids = frozenset()


class Columns(NamedTuple):
    """Columns of a frame relative to the table that they come from; a frame without one has unknown columns."""

    table: int
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        return name in self.only if self.only is not None else name not in self.without


class Unknown(Struct, frozen=True):
    """Anything else."""


class Const(Struct, frozen=True):
    value: Any


class Mod(Struct, frozen=True):
    """A module or a name in it, by its full dotted path."""

    path: str


class Data(Struct, frozen=True):
    """Rows: a frame, series, array, tensor, list of samples, data set."""

    rows: Ids
    learned: Ids = NONE
    resampled: Ids = NONE
    columns: Columns | None = None
    predicted: Ids | None = None
    timed: int = 0
    #: Columns that something learned is confined to.
    places: frozenset[tuple[int, str]] = frozenset()
    #: Predictions put against something else: their mean is a score.
    error: bool = False


class Truth(Struct, frozen=True):
    """A boolean per row: a comparison, usable as a filter; of predictions and targets it is their agreement."""

    data: Data


class Stat(Struct, frozen=True):
    """Numbers learned from rows: a mean, a table of group means."""

    fits: Ids
    extreme: bool = False
    table: int = 0


class Side(Struct, frozen=True):
    """Row numbers, or a mask, of one side of a split."""

    split: Any
    side: int
    folds: bool = False


class Folds(Struct, frozen=True):
    """What a splitter's ``split`` gives."""

    split: Any


class Noise(Struct, frozen=True):
    """Random numbers, one per row: compared with a share they are a mask."""

    split: Any


class Labels(Struct, frozen=True):
    """``frame.index`` or ``frame.columns``."""

    data: Data
    rows: bool


class Indexer(Struct, frozen=True):
    """``frame.iloc`` and kin."""

    data: Data
    name: str


class Groups(Struct, frozen=True):
    """``frame.groupby(...)``, perhaps with columns chosen."""

    data: Data


@dataclass(frozen=True, slots=True)
class Seq:
    items: tuple[Value, ...]
    #: A list of unknown length whose elements are each like one of the items.
    loose: bool = False
    size: int = field(init=False, compare=False, default=1)

    def __post_init__(self) -> None:
        if _measure(self, self.items):
            object.__setattr__(self, "items", ())
            object.__setattr__(self, "loose", True)


@dataclass(frozen=True, slots=True)
class Map:
    items: tuple[tuple[Any, Value], ...]
    size: int = field(init=False, compare=False, default=1)

    def __post_init__(self) -> None:
        if _measure(self, tuple(value for _, value in self.items)):
            object.__setattr__(self, "items", ())


@dataclass(frozen=True, slots=True)
class Obj:
    """An object of a library: transformer, estimator, splitter, pipeline; ``kind`` is "" for one of unknown class."""

    ident: Any
    name: str
    kind: str
    parts: tuple[Value, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    size: int = field(init=False, compare=False, default=1)

    def __post_init__(self) -> None:
        if _measure(self, self.parts):
            object.__setattr__(self, "parts", (UNKNOWN,))

    def option(self, name: str) -> Any:
        return dict(self.options).get(name)


class Inst(Struct, frozen=True):
    """An instance of a class of the module."""

    ident: Any
    cls: Cls


class Scope(Struct, frozen=True, eq=False):
    variables: dict[str, Value]
    parent: Scope | None = None
    shared: set[str] = msgspec.field(default_factory=set)


class Func(Struct, frozen=True):
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    cell: int
    owner: Value | None = None


class Cls(Struct, frozen=True):
    node: ast.ClassDef
    scope: Scope
    cell: int


class Method(Struct, frozen=True):
    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    values: tuple[Value, ...]
    size: int = field(init=False, compare=False, default=1)

    def __post_init__(self) -> None:
        if _measure(self, self.values):
            object.__setattr__(self, "values", ())


Value: TypeAlias = (
    Unknown
    | Const
    | Mod
    | Data
    | Truth
    | Stat
    | Side
    | Folds
    | Noise
    | Labels
    | Indexer
    | Groups
    | Seq
    | Map
    | Obj
    | Inst
    | Func
    | Cls
    | Method
    | Choice
)

UNKNOWN = Unknown()
_NESTED = frozenset({Seq, Map, Obj, Choice})
_MOST = 12
_LARGEST = 400


def _measure(value: Value, items: tuple[Value, ...]) -> bool:
    """Note how large a nested value is, and whether it is too large to be compared: then it is cut to nothing."""
    size = 1
    for item in items:
        size += item.size if item.__class__ in _NESTED else 1  # type: ignore[union-attr]
    object.__setattr__(value, "size", 1 if size > _LARGEST else size)
    return size > _LARGEST


def merge(parts: list[Data]) -> Data:
    """Rows of several put together; columns only where all agree."""
    first = parts[0]
    if len(parts) == 1:
        return first
    tables = {part.columns for part in parts}
    predicted = [part.predicted for part in parts if part.predicted is not None]
    return Data(
        frozenset().union(*(part.rows for part in parts)),
        frozenset().union(*(part.learned for part in parts)),
        frozenset().union(*(part.resampled for part in parts)),
        first.columns if len(tables) == 1 else None,
        frozenset().union(*predicted) if predicted else None,
        first.timed if all(part.timed for part in parts) else 0,
        _places(parts),
        any(part.error for part in parts),
    )


def _places(parts: list[Data]) -> frozenset[tuple[int, str]]:
    """Columns of what was learned, where every part that learned it confines it."""
    if not any(part.places for part in parts):
        return frozenset()
    free = {fit for part in parts for fit in part.learned - {place[0] for place in part.places}}
    return frozenset(place for part in parts for place in part.places if place[0] not in free)


def join(a: Value, b: Value) -> Value:
    """What a variable is when it is one or the other."""
    if a is b or a == b:
        return a
    if isinstance(a, (Unknown, Const)):
        return b if not isinstance(b, Const) else UNKNOWN
    if isinstance(b, (Unknown, Const)):
        return a
    if isinstance(a, Truth):
        a = a.data
    if isinstance(b, Truth):
        b = b.data
    if isinstance(a, Data) and isinstance(b, Data):
        return merge([a, b])
    if isinstance(a, Data) and isinstance(b, Stat):
        return replace(a, learned=a.learned | b.fits)
    if isinstance(b, Data) and isinstance(a, Stat):
        return replace(b, learned=b.learned | a.fits)
    if isinstance(a, Stat) and isinstance(b, Stat):
        return Stat(a.fits | b.fits, a.extreme or b.extreme, a.table)
    if isinstance(a, Seq) and isinstance(b, Seq):
        if len(a.items) == len(b.items) and not a.loose and not b.loose:
            return Seq(tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True)))
        return Seq(tuple(dict.fromkeys(a.items + b.items))[:_MOST], True)
    if isinstance(a, Map) and isinstance(b, Map):
        known = dict(a.items)
        for key, value in b.items:
            known[key] = join(known[key], value) if key in known else value
        return Map(tuple(known.items()))
    if isinstance(a, Data):
        return a
    if isinstance(b, Data):
        return b
    flat = (a.values if isinstance(a, Choice) else (a,)) + (b.values if isinstance(b, Choice) else (b,))
    return Choice(tuple(dict.fromkeys(flat))[:_MOST])


def join_all(values: list[Value]) -> Value:
    out: Value = UNKNOWN
    for value in values[: _MOST * 4]:
        out = join(out, value)
    return out


def data_of(value: Value | None, depth: int = 0) -> Data | None:
    """The rows that a value stands for as an argument of fit, split or predict."""
    if isinstance(value, Data):
        return value
    if isinstance(value, Truth):
        return value.data
    if isinstance(value, Stat) and value.table:
        return Data(frozenset((value.table,)))
    if isinstance(value, (Seq, Choice)) and depth < 4:
        items = value.items if isinstance(value, Seq) else value.values
        found = [data for item in items[:_MOST] if (data := data_of(item, depth + 1)) is not None]
        return merge(found) if found else None
    if isinstance(value, Map) and depth < 4:
        found = [data for _, item in value.items[:_MOST] if (data := data_of(item, depth + 1)) is not None]
        return merge(found) if found else None
    if isinstance(value, Groups):
        return value.data
    return None


def stats_of(value: Value | None, depth: int = 0) -> Ids:
    """Fits whose numbers a value holds, in a list or dict as well."""
    if isinstance(value, Stat):
        return value.fits
    if isinstance(value, Data):
        return value.learned
    if depth < 3:
        if isinstance(value, (Seq, Choice)):
            items = value.items if isinstance(value, Seq) else value.values
            return frozenset().union(*(stats_of(item, depth + 1) for item in items))
        if isinstance(value, Map):
            return frozenset().union(*(stats_of(item, depth + 1) for _, item in value.items))
    return NONE


def strings_of(value: Value | None) -> frozenset[str] | None:
    """The strings of a constant or of a list of them; None when any is unknown."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return frozenset((value.value,))
    if isinstance(value, Seq) and not value.loose:
        found = [item.value for item in value.items if isinstance(item, Const) and isinstance(item.value, str)]
        if len(found) == len(value.items) and found:
            return frozenset(found)
    return None
