"""Frames and arrays: what their subscripts, attributes, operators and methods do to rows, columns and what was learned."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mlopslint.lint.flow import api
from mlopslint.lint.flow.events import Evaluation, Fit
from mlopslint.lint.flow.values import (
    NONE,
    UNKNOWN,
    Cls,
    Columns,
    Const,
    Data,
    Func,
    Groups,
    Ids,
    Indexer,
    Inst,
    Labels,
    Map,
    Method,
    Mod,
    Noise,
    Obj,
    Seq,
    Side,
    Stat,
    Truth,
    Unknown,
    Value,
    data_of,
    merge,
    stats_of,
    strings_of,
)
from mlopslint.patterns import late

if TYPE_CHECKING:
    from mlopslint.lint.flow.engine import Machine

_DATA_NAME = late(
    r"^(x|y|df|data|dataset|frame|features?|target|labels?|train|test|valid|val|images|texts?|samples)(_|\d|$)"
    r"|(^|_)(df|data|dataset|x|y|train|test|features|labels)\d*$|^[xy](train|test|val|valid)$|^(train|test|val)[xy]$"
    r"|^(train|test|valid|val)_?(set|data|df|x|y|images|labels|features|target|texts)|^X|_(set|images|texts)$",
    re.I,
)


@lru_cache(maxsize=1024)
def names_data(name: str) -> bool:
    """The name says that the variable is rows of data."""
    return _DATA_NAME.search(name) is not None


def text(node: ast.AST, most: int = 40) -> str:
    """Source of an expression for a message, shortened."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(ast.dump(node)) > 400:
        node = node.func.value
    try:
        shown = " ".join(ast.unparse(node).split())
    except (ValueError, RecursionError):
        return "the data"
    return shown if len(shown) <= most else shown[: most - 3] + "..."


# Subscripts


def index(machine: Machine, data: Data, key_node: ast.expr, node: ast.AST, via: str) -> Value:
    """``data[key]``, ``data.loc[key]``, ``data.iloc[key]``."""
    if isinstance(key_node, ast.Tuple) and len(key_node.elts) >= 2:
        rows, columns = key_node.elts[0], key_node.elts[1]
        if via == "" and data.columns is not None and all(isinstance(item, ast.Constant) for item in key_node.elts):
            return replace(data, columns=None)
        out = _rows(machine, data, rows, node, via)
        if _is_whole(columns):
            return out
        key = machine.ev(columns)
        names = strings_of(key) if via == "loc" else None
        return _select(out, names)
    if isinstance(key_node, ast.Slice):
        return _rows(machine, data, key_node, node, via)
    key = machine.ev(key_node)
    if via:
        return pick(machine, data, key, key_node, node)
    if isinstance(key, Const):
        if isinstance(key.value, str):
            return _select(data, frozenset((key.value,)))
        if isinstance(key.value, int):
            return machine.derived(replace(data, columns=None), node)
        return replace(data, columns=None)
    names = strings_of(key)
    if names is not None:
        return _select(data, names)
    if isinstance(key, (Side, Truth)):
        return pick(machine, data, key, key_node, node)
    if isinstance(key, Labels):
        return pick(machine, data, key, key_node, node) if key.rows else replace(data, columns=None)
    if isinstance(key, Data):
        # A frame indexed by data: a mask or row numbers computed from it, unless columns are meant.
        return pick(machine, data, key, key_node, node)
    if _row_name(key_node):
        return pick(machine, data, key, key_node, node)
    return replace(data, columns=None)


def _is_whole(node: ast.expr) -> bool:
    if isinstance(node, ast.Slice):
        return node.lower is None and node.upper is None
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _row_name(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(name) and api.names_rows(name)


def _select(data: Data, names: frozenset[str] | None) -> Data:
    if names is not None and data.places:
        data = _forget(data, {fit for fit, _ in data.places} - {fit for fit, column in data.places if column in names})
    columns = data.columns
    if names is None or columns is None:
        return replace(data, columns=None)
    if columns.only is not None and not names <= columns.only:
        return replace(data, columns=None)
    return replace(data, columns=Columns(columns.table, names))


def _rows(machine: Machine, data: Data, key: ast.expr, node: ast.AST, via: str) -> Data:
    if _is_whole(key):
        return data
    if isinstance(key, ast.Slice):
        return _slice(machine, data, key, node)
    return pick(machine, data, machine.ev(key), key, node)


def _slice(machine: Machine, data: Data, key: ast.Slice, node: ast.AST) -> Data:
    if key.step is not None and key.lower is None and key.upper is None:
        if isinstance(key.step, ast.UnaryOp):
            return data
        return machine.derived(data, node, "slice")
    lower = ast.dump(key.lower) if key.lower is not None else None
    upper = ast.dump(key.upper) if key.upper is not None else None
    if lower in ("Constant(value=0)", None) and upper is not None:
        bound, side = upper, 0
    elif upper is None and lower is not None:
        bound, side = lower, 1
    else:
        bound, side = f"{lower}:{upper}", 2
    if side == 1 and lower == "Constant(value=1)":
        return data  # the header or first row left out
    cut = (data.rows, bound, id(machine.stack[-1]) if machine.stack else 0)
    part = machine.log.part("slice", node, machine.cell, data.rows, cut, side)
    return replace(data, rows=frozenset((part,)))


def pick(machine: Machine, data: Data, key: Value, key_node: ast.expr, node: ast.AST) -> Data:
    """Rows chosen by a mask, row numbers, or labels."""
    if isinstance(key, Seq) and any(isinstance(item, Side) for item in key.items):
        key = next(item for item in key.items if isinstance(item, Side))
    if isinstance(key, Side):
        kind = "folds" if key.folds else "mask"
        part = machine.log.part(kind, node, machine.cell, data.rows, key.split, key.side)
        out = replace(data, rows=frozenset((part,)))
        if key.folds:
            check_split(machine, [data], node)
        return out
    if isinstance(key, Labels):
        if key.rows:
            return replace(data, rows=key.data.rows) if data.rows & machine.log.above(key.data.rows) else data
        return replace(data, columns=None)
    if isinstance(key, Truth):
        part = machine.log.part("filter", node, machine.cell, data.rows)
        return replace(data, rows=frozenset((part,)))
    if isinstance(key, Data) and key.rows.isdisjoint(data.rows) and data.rows & machine.log.above(key.rows):
        return replace(data, rows=key.rows)  # row numbers or labels of a part of these very rows
    name = (
        key_node.id if isinstance(key_node, ast.Name) else key_node.attr if isinstance(key_node, ast.Attribute) else ""
    )
    role = api.role_of_name(name) if name else ""
    if role:
        cut = (data.rows, "named", id(machine.stack[-1]) if machine.stack else 0)
        part = machine.log.part("mask", node, machine.cell, data.rows, cut, ("train", "valid", "test").index(role))
        if not machine.log.parts[part].role:
            machine.log.parts[part].role = role
        return replace(data, rows=frozenset((part,)))
    kind = "filter" if isinstance(key, (Data, Unknown)) else "derived"
    return machine.derived(data, node, kind)


def without(machine: Machine, data: Data, key: Value) -> Data:
    """The frame with columns dropped."""
    names = strings_of(key)
    columns = data.columns
    if names is None:
        return replace(data, columns=None)
    data = _forget(data, {fit for fit, _ in data.places} - {fit for fit, column in data.places if column not in names})
    if columns is None:
        return data
    if columns.only is not None:
        return replace(data, columns=columns._replace(only=columns.only - names))
    return replace(data, columns=columns._replace(without=columns.without | names))


def _forget(data: Data, fits: set[int]) -> Data:
    """What was learned only for columns that are gone is gone with them."""
    places = frozenset(place for place in data.places if place[0] not in fits)
    return replace(data, learned=data.learned - fits, places=places)


def with_column(data: Data, key: Value, value: Value) -> Data:
    """The frame after ``frame[key] = value``."""
    names = strings_of(key)
    columns = data.columns
    learned, resampled, places = data.learned, data.resampled, data.places
    rows, predicted = data.rows, data.predicted
    item = value.data if isinstance(value, Truth) else value
    if isinstance(item, Data):
        if item.predicted is None:
            new = item.learned if isinstance(value, Data) else NONE
            if names is not None:
                held = {fit for fit, _ in places} | (new - learned)
                places |= {(fit, column) for fit in new & held for column in names}
            learned |= new
            resampled |= item.resampled
        elif not rows or data.predicted is not None:
            # An array of predictions, column by column.
            predicted = item.predicted | (data.predicted or NONE)
        if not rows:
            rows = item.rows
    if columns is not None:
        if names is None:
            columns = None if columns.only is not None or columns.without else columns
        elif columns.only is not None:
            columns = columns._replace(only=columns.only | names)
        elif columns.without:
            columns = columns._replace(without=columns.without - names)
    return replace(
        data,
        rows=rows,
        learned=learned,
        resampled=resampled,
        columns=columns,
        predicted=predicted,
        places=places,
    )


def renamed(machine: Machine, data: Data, node: ast.AST) -> Data:
    return replace(data, columns=new_table(machine, node) if data.columns is not None else None)


def new_table(machine: Machine, node: ast.AST) -> Columns:
    return Columns(id(node))


# Attributes and operators


def attribute(machine: Machine, data: Data, name: str, node: ast.Attribute) -> Value:
    if name in ("iloc", "loc", "ix", "at", "iat"):
        return Indexer(data, "iloc" if name in ("iat", "iloc") else "loc")
    if name == "index":
        return Labels(data, True)
    if name == "columns":
        return Labels(data, False)
    if name in ("values", "array", "data"):
        return replace(data)
    if name in ("str", "dt", "cat", "sparse"):
        return replace(data, columns=None)
    if name in ("shape", "size", "dtype", "dtypes", "ndim", "feature_names", "target_names", "DESCR", "empty"):
        return UNKNOWN
    if name == "T":
        return machine.derived(replace(data, columns=None), node)
    if name in api.SAME_METHODS or name in api.OPAQUE_METHODS or name in api.STATISTICS or name in _METHODS:
        return Method(data, name)
    return _select(data, frozenset((name,)))


_METHODS = api.words(
    "iteritems iterrows itertuples drop apply map sample groupby transform fit agg pop insert rank join merge append assign"
)


#: Values of which arithmetic makes nothing that is followed.
_PLAIN = frozenset({Unknown, Const, Mod, Obj, Method, Map, Inst, Func, Cls})


def binary(machine: Machine, left: Value, op: ast.operator, right: Value, node: ast.AST) -> Value:
    if left.__class__ in _PLAIN and right.__class__ in _PLAIN:
        return UNKNOWN
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Side):
            return one if not isinstance(other, Side) else UNKNOWN
    if isinstance(left, Stat) and isinstance(right, Stat):
        return Stat(left.fits | right.fits, left.extreme and right.extreme)
    if isinstance(left, Truth) and isinstance(right, Truth):
        return Truth(merge([left.data, right.data]))
    if isinstance(left, Truth) and isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
        return left
    if isinstance(right, Truth) and isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
        return right
    if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(op, ast.Add):
        return Seq((left.items + right.items)[:120], left.loose or right.loose)
    if isinstance(left, Seq) and isinstance(op, ast.Mult):
        return Seq(left.items, True)
    a = left.data if isinstance(left, Truth) else left
    b = right.data if isinstance(right, Truth) else right
    if isinstance(a, Data) and isinstance(b, Data):
        predictions = [one for one in (a, b) if one.predicted is not None]
        out = replace(merge([a, b]), columns=None)
        if len(predictions) == 1:
            out = replace(out, rows=predictions[0].rows, learned=NONE, error=True)
        return out
    if isinstance(a, Data) and isinstance(b, Stat):
        centred = isinstance(op, ast.Sub) and not b.extreme
        if centred or isinstance(op, ast.Div):
            return absorb(machine, a, b.fits, node)
        return replace(a)
    if isinstance(b, Data) and isinstance(a, Stat):
        return replace(b)
    if isinstance(a, Data):
        return replace(a)
    if isinstance(b, Data):
        return replace(b)
    if isinstance(a, Stat):
        return a
    if isinstance(b, Stat):
        return b
    if isinstance(left, Noise):
        return left
    return UNKNOWN


# Statistics


def absorb(machine: Machine, data: Data, fits: Ids, node: ast.AST, filled: bool = False) -> Data:
    """Rows changed by statistics: of a part of split data they must come from its training side."""
    from mlopslint.lint.flow import rules

    out = replace(data, learned=data.learned | fits)
    if fits - data.learned:
        rules.after_split(machine, out, fits - data.learned)
        if filled:
            rules.statistic_of_held_out(machine, out, fits - data.learned, node)
    return out


def statistic(machine: Machine, data: Data, name: str, node: ast.AST, kind: str = "statistic") -> Stat:
    shown = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    if isinstance(node, ast.Call) and node.args and isinstance(shown, ast.Name) and kind == "statistic":
        if not isinstance(machine.get(shown.id), Data):
            shown = node.args[0]
    fit = machine.log.fit(Fit(kind, name, node, machine.cell, data.rows, text(shown)))
    table = machine.log.part("derived", node, machine.cell, NONE, own="table")
    return Stat(frozenset((fit,)), name in api.EXTREMES, table)


def is_row_wise(named: dict[str, Value], args: list[Value]) -> bool:
    axis = named.get("axis")
    if axis is None and args:
        axis = args[0]
    if not isinstance(axis, Const):
        return axis is not None and isinstance(axis, (Seq,))
    return axis.value in (1, -1, 2, 3, "columns")


# Methods


def call_method(
    machine: Machine, data: Data, name: str, args: list[Value], named: dict[str, Value], node: ast.Call
) -> Value:
    """``data.name(...)``."""
    first = args[0] if args else None
    if name in api.SCORES and data.predicted is not None:
        if not data.error:
            return UNKNOWN
        evaluate(machine, data, node, node.func)
        return UNKNOWN
    if name in api.STATISTICS:
        if is_row_wise(named, args if name not in ("quantile", "percentile") else []):
            return replace(data, columns=None)
        return statistic(machine, data, name, node)
    if name in ("describe",):
        return UNKNOWN
    special = _SPECIAL.get(name)
    if special is not None:
        return special(machine, data, args, named, node)
    if name in ("items", "iteritems"):
        return Seq((Seq((UNKNOWN, replace(data, columns=None))),), True)
    if name in ("iterrows", "itertuples"):
        row = machine.derived(replace(data, columns=None), node)
        return Seq((Seq((UNKNOWN, row)),), True) if name == "iterrows" else row
    if name in api.OPAQUE_METHODS:
        return UNKNOWN
    if name in ("take", "skip") and first is not None:
        part = machine.log.part("slice", node, machine.cell, data.rows, (data.rows, _dump(node)), int(name == "skip"))
        return replace(data, rows=frozenset((part,)))
    if name in api.SAME_METHODS:
        out = replace(data, learned=data.learned)
        if name in ("head", "tail") and first is not None:
            return machine.derived(data, node)
        if name == "shift":
            out = replace(out, columns=None)
        if name == "sort_values" or name == "sort_index":
            out = replace(out, timed=_timed(machine, data, name, args, named, node))
        if name in ("set_index", "reset_index"):
            if name == "set_index":
                names = strings_of(first if first is not None else named.get("keys"))
                timed = bool(names) and (names <= machine.time_columns if names else False)
                out = replace(without(machine, out, first if first is not None else named.get("keys", UNKNOWN)))
                out = replace(out, timed=node.lineno if timed else data.timed)
        if name in ("replace", "where", "mask"):
            value = args[1] if len(args) > 1 else named.get("value", named.get("other"))
            out = absorb(machine, out, _imputing(value), node, True)
        if name == "fillna":
            value = first if first is not None else named.get("value")
            out = absorb(machine, out, _imputing(value), node, True)
        if name in ("ravel", "flatten", "reshape", "squeeze", "view", "tolist", "to_list"):
            out = replace(out, columns=data.columns)
        return in_place(machine, data, out, named, node)
    if name in ("rename", "add_prefix", "add_suffix", "set_axis"):
        out = renamed(machine, data, node)
        return in_place(machine, data, out, named, node)
    if name in ("fit", "predict", "score", "fit_transform", "transform", "evaluate", "compile", "backward"):
        return UNKNOWN
    # A method that is not known: the same rows, changed.
    return replace(data, columns=None)


def _imputing(value: Value | None) -> Ids:
    """Statistics that fill gaps; other data used to fill them brings its own."""
    return stats_of(value) if value is not None else NONE


def _dump(node: ast.Call) -> str:
    return ast.dump(node.args[0])[:200] if node.args else ""


def _timed(machine: Machine, data: Data, name: str, args: list[Value], named: dict[str, Value], node: ast.Call) -> int:
    if name == "sort_index":
        return data.timed
    names = strings_of(args[0] if args else named.get("by"))
    return node.lineno if names and any(api.TIME.search(item) or item in machine.time_columns for item in names) else 0


def in_place(machine: Machine, old: Data, new: Data, named: dict[str, Value], node: ast.Call) -> Value:
    flag = named.get("inplace")
    if not (isinstance(flag, Const) and flag.value is True):
        return new
    func = node.func
    if isinstance(func, ast.Attribute):
        base = func.value
        if isinstance(base, (ast.Subscript, ast.Attribute)):
            owner = machine.ev(base.value)
            if isinstance(owner, Indexer):
                owner = owner.data
            if isinstance(owner, Data) and owner is not old:
                machine.mutate(owner, replace(owner, learned=owner.learned | new.learned))
                return UNKNOWN
    machine.mutate(old, new)
    return UNKNOWN


def _drop(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    first = args[0] if args else named.get("labels", named.get("columns", named.get("index")))
    axis = args[1] if len(args) > 1 else named.get("axis")
    by_columns = "columns" in named or (isinstance(axis, Const) and axis.value in (1, "columns"))
    if by_columns:
        out = without(machine, data, first if first is not None else UNKNOWN)
        return in_place(machine, data, out, named, node)
    if isinstance(first, Labels) and first.rows:
        return in_place(machine, data, rest_of(machine, data, first.data, node), named, node)
    if isinstance(first, Labels):
        return replace(data, columns=None)
    if first is None:
        return in_place(machine, data, replace(data, columns=None), named, node)
    # Rows by label, or (an axis that is not known) columns.
    out = replace(data, columns=None) if axis is not None and not isinstance(axis, Const) else replace(data)
    return in_place(machine, data, out, named, node)


def rest_of(machine: Machine, data: Data, other: Data, node: ast.AST) -> Data:
    """The rows of ``data`` that are not in ``other``."""
    if len(other.rows) == 1:
        part = machine.log.parts[next(iter(other.rows))]
        if part.parents & (data.rows | machine.log.above(data.rows)) and part.side in (0, 1):
            rest = machine.log.part(part.kind, node, machine.cell, data.rows, part.key, 1 - part.side)
            return replace(data, rows=frozenset((rest,)))
    return machine.derived(data, node, "filter")


def _sample(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    frac = named.get("frac")
    again = named.get("replace")
    if isinstance(again, Const) and again.value is True:
        fit = machine.log.fit(Fit("over", "sample(replace=True)", node, machine.cell, data.rows, text(_receiver(node))))
        return replace(data, resampled=data.resampled | {fit}, timed=0)
    if isinstance(frac, Const) and frac.value in (1, 1.0):
        return replace(data, timed=0)
    part = machine.log.part("sample", node, machine.cell, data.rows)
    return replace(data, rows=frozenset((part,)), timed=0)


def _receiver(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return node


def _apply(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    func = args[0] if args else named.get("func")
    name = node.func.attr if isinstance(node.func, ast.Attribute) else "apply"
    if name == "map" and func is not None and not isinstance(func, Func):
        return replace(data, columns=None, learned=data.learned | (stats_of(func) if isinstance(func, Stat) else NONE))
    if not isinstance(func, Func):
        return replace(data, columns=None)
    row_wise = is_row_wise(named, [])
    result = machine.apply(func, [UNKNOWN if row_wise else data], {}, node)
    learned = data.learned
    if isinstance(result, Stat) and result.fits:
        # x -> x if known else mean: the statistics of outside
        own = {fit for fit in result.fits if machine.log.fits[fit].rows == data.rows and not row_wise}
        learned |= result.fits - own
    elif isinstance(result, Data) and not row_wise:
        learned |= result.learned
    return replace(data, columns=None, learned=learned)


def _groupby(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    return Groups(data)


def _pop(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    key = args[0] if args else UNKNOWN
    out = _select(data, strings_of(key))
    machine.mutate(data, without(machine, data, key))
    return out


def _insert(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    key = args[1] if len(args) > 1 else named.get("column", UNKNOWN)
    value = args[2] if len(args) > 2 else named.get("value", UNKNOWN)
    machine.mutate(data, with_column(data, key, value))
    return UNKNOWN


def _rank(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    if is_row_wise(named, args):
        return replace(data, columns=None)
    fit = machine.log.fit(Fit("rank", "rank", node, machine.cell, data.rows, text(_receiver(node))))
    return replace(data, columns=None, learned=data.learned | {fit})


def _combine(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    other = data_of(args[0]) if args else data_of(named.get("right", named.get("other")))
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if other is None:
        return replace(data, columns=None)
    if not data.rows:
        return replace(other, columns=None)
    if name in ("append", "concatenate"):
        out = merge([data, other])
        return replace(out, columns=None) if other.rows != data.rows else replace(data, columns=None)
    # Joined to other columns: the rows are those of the left side.
    return replace(data, columns=None, learned=data.learned | other.learned)


def _assign(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    out = replace(data)
    for name, value in named.items():
        if isinstance(value, Func):
            value = machine.apply(value, [data], {}, node)
        out = with_column(out, Const(name), value)
    return out


def _pipe(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    if args and isinstance(args[0], Func):
        return machine.call(args[0], [data, *args[1:]], named, node)
    return replace(data, columns=None)


def _query(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    return machine.derived(data, node, "filter")


def _filter(machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call) -> Value:
    return replace(data, columns=None)


def _train_test_split(
    machine: Machine, data: Data, args: list[Value], named: dict[str, Value], node: ast.Call
) -> Value:
    return split_data(machine, [data], node, 2)


_SPECIAL = {
    "drop": _drop,
    "sample": _sample,
    "apply": _apply,
    "transform": _apply,
    "map": _apply,
    "applymap": _apply,
    "groupby": _groupby,
    "pop": _pop,
    "insert": _insert,
    "rank": _rank,
    "merge": _combine,
    "join": _combine,
    "append": _combine,
    "concatenate": _combine,
    "assign": _assign,
    "pipe": _pipe,
    "query": _query,
    "filter": _filter,
    "select_dtypes": _filter,
    "train_test_split": _train_test_split,
}


def call_group(
    machine: Machine, groups: Groups, name: str, args: list[Value], named: dict[str, Value], node: ast.Call
) -> Value:
    """``frame.groupby(...).name(...)``: statistics of groups, or rows transformed by them."""
    data = groups.data
    if name in ("transform", "apply", "agg", "aggregate"):
        func = args[0] if args else named.get("func")
        learned = data.learned
        if isinstance(func, Func):
            result = machine.apply(func, [data], {}, node)
            if isinstance(result, Stat):
                learned |= result.fits
            elif isinstance(result, Data):
                learned |= result.learned
        elif name == "transform":
            names = strings_of(func)
            if names and names <= api.STATISTICS:
                learned |= statistic(machine, data, f"groupby {min(names)}", node).fits
        elif isinstance(func, (Const, Map, Seq)):
            return statistic(machine, data, "groupby aggregate", node)
        if name in ("agg", "aggregate"):
            return machine.derived(replace(data, columns=None, learned=NONE), node)
        if name == "apply":
            return machine.derived(replace(data, columns=None, learned=learned), node)
        return replace(data, columns=None, learned=learned)
    if name in api.STATISTICS:
        return statistic(machine, data, f"groupby {name}", node)
    if name in ("fillna", "ffill", "bfill", "shift", "rolling", "cumsum", "cumcount", "diff", "rank", "pct_change"):
        return replace(data, columns=None)
    if name in ("sample", "head", "tail", "first", "last", "nth"):
        return machine.derived(replace(data, columns=None), node)
    return UNKNOWN


# Splits and evaluations


def check_split(machine: Machine, datas: list[Data], node: ast.AST) -> None:
    """Data about to be split: statistics learned from it, or rows multiplied in it, leak from one side to the other."""
    from mlopslint.lint.flow import rules

    machine.log.splits = True
    for data in datas:
        rules.before_split(machine, data, node)


def cuts_by_length(node: ast.Call) -> bool:
    """Whether ``np.split`` cuts at shares of the rows (``[int(.7 * len(x))]``), as parts for training and testing are."""
    cuts = node.args[1] if len(node.args) > 1 else None
    return isinstance(cuts, ast.List | ast.Tuple) and any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "len"
        for part in ast.walk(cuts)
    )


def split_data(machine: Machine, datas: list[Data], node: ast.AST, sides: int) -> Seq:
    """train_test_split and kin: the parts of each array in turn."""
    check_split(machine, datas, node)
    rows = frozenset().union(*(data.rows for data in datas))
    items: list[Value] = []
    key = (id(node), rows)
    for data in datas:
        for side in range(sides):
            part = machine.log.part("split", node, machine.cell, rows, key, side)
            items.append(replace(data, rows=frozenset((part,))))
    return Seq(tuple(items))


def evaluate(machine: Machine, predicted: Data, node: ast.AST, shown: ast.AST) -> None:
    machine.log.evaluate(
        Evaluation(
            predicted.predicted or NONE,
            predicted.rows,
            predicted.learned,
            node,
            machine.cell,
            text(shown),
            machine.loop_depth,
        )
    )


def options_of(named: dict[str, Value]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value.value) for name, value in named.items() if isinstance(value, Const))
