"""Calls of libraries: constructors, fits, transforms, predictions, splits, metrics, and functions on arrays."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mlopslint.lint.flow import api, frames, rules
from mlopslint.lint.flow.events import Evaluation, Fit
from mlopslint.lint.flow.values import (
    NONE,
    UNKNOWN,
    Choice,
    Columns,
    Const,
    Data,
    Folds,
    Func,
    Groups,
    Ids,
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
    join_all,
    merge,
    stats_of,
)

if TYPE_CHECKING:
    from mlopslint.lint.flow.engine import Machine

Named = dict[str, Value]

_READS = api.words(
    "read_csv read_table read_excel read_json read_parquet read_sql read_sql_query read_sql_table read_feather read_hdf"
    " read_pickle read_fwf read_html read_stata read_sas loadtxt genfromtxt load_dataset image_dataset_from_directory"
    " text_dataset_from_directory"
)
_BUILTINS_OF_NO_DATA = api.words(
    "print len range str int float bool type isinstance open input sum min max id hash dir vars getattr setattr hasattr"
    " abs round super any all format repr iter display"
)
_WHERE = frozenset({"where", "select"})


def argument(args: list[Value], named: Named, place: int, *names: str) -> Value | None:
    if place < len(args):
        return args[place]
    for name in names:
        if name in named:
            return named[name]
    return None


def node_of(node: ast.AST, place: int, *names: str) -> ast.AST:
    """The expression of an argument, for messages."""
    if isinstance(node, ast.Call):
        if place < len(node.args):
            return node.args[place]
        for word in node.keywords:
            if word.arg in names:
                return word.value
    return node


def call(machine: Machine, target: Value, args: list[Value], named: Named, node: ast.AST) -> Value:
    if not isinstance(node, ast.Call):
        return UNKNOWN
    if isinstance(target, Mod):
        return _function(machine, target.path, args, named, node)
    if isinstance(target, Method):
        return method(machine, target.owner, target.name, args, named, node)
    if isinstance(target, Obj) and target.kind in api.TRANSFORMERS:
        return _transform(machine, target, args, named, node)
    if isinstance(node.func, ast.Name) and isinstance(target, Unknown):
        return _builtin(machine, node.func.id, args, named, node)
    return _opaque(machine, "", args, named, node)


# Functions


def _builtin(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    first = args[0] if args else None
    if name in _BUILTINS_OF_NO_DATA:
        return UNKNOWN
    if name in ("list", "tuple", "sorted", "set", "reversed", "iter"):
        if first is None:
            return Seq((), True)
        return first
    if name == "dict":
        return Map(tuple(named.items()))
    if name == "next":
        return machine.element(first) if first is not None else UNKNOWN
    if name == "enumerate" and first is not None:
        return Seq((Seq((UNKNOWN, machine.element(first))),), True)
    if name == "zip" and args:
        if all(isinstance(item, Seq) and not item.loose for item in args):
            length = min(len(item.items) for item in args if isinstance(item, Seq))
            return Seq(
                tuple(
                    Seq(tuple(item.items[i] for item in args if isinstance(item, Seq))) for i in range(min(length, 12))
                )
            )
        return Seq((Seq(tuple(machine.element(item) for item in args)),), True)
    if name == "map" and len(args) > 1:
        if isinstance(first, Func):
            data = data_of(args[1])
            result = machine.apply(first, [machine.element(args[1])], {}, node)
            return data if data is not None else Seq((result,), True)
        return data_of(args[1]) or UNKNOWN
    return _opaque(machine, name, args, named, node)


def _opaque(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    """A call of something not known: of one piece of data it is that data changed, otherwise an object."""
    found = [item for item in [*args, *named.values()] if isinstance(item, (Data, Truth))]
    if len(found) == 1 and not isinstance(args[0] if args else None, Obj):
        data = data_of(found[0])
        assert data is not None
        return machine.derived(replace(data, columns=None), node)
    if found:
        return UNKNOWN
    return Obj((id(node), machine.loop_depth > 0), name or "object", "")


def _function(machine: Machine, path: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    top, _, _ = path.partition(".")
    name = path.rpartition(".")[2]
    first = args[0] if args else None
    kind = api.kind_of(path)
    if name.startswith("make_") and name in ("make_pipeline", "make_column_transformer", "make_union"):
        kind = "pipeline" if name == "make_pipeline" else "columns"
        return Obj(_ident(machine, node), "Pipeline" if kind == "pipeline" else "ColumnTransformer", kind, tuple(args))
    if kind:
        return _construct(machine, path, name, kind, args, named, node)
    if name == "train_test_split" or name == "iterative_train_test_split":
        args = [Data(item.data.rows) if isinstance(item, Labels) and item.rows else item for item in args]
        found = [data for item in args if (data := data_of(item)) is not None]
        shuffle = named.get("shuffle")
        if found and not (isinstance(shuffle, Const) and shuffle.value is False):
            rules.shuffled_split(machine, found, node, "train_test_split")
        if len(found) < len(args) or not found:
            return _partial_split(machine, args, node) if found else UNKNOWN
        return frames.split_data(machine, found, node, 2)
    if path == "numpy.split" and len(args) > 1 and frames.cuts_by_length(node):
        found = [data for item in args[:1] if (data := data_of(item)) is not None]
        return frames.split_data(machine, found, node, 3) if found else UNKNOWN
    if name in ("zeros", "empty", "zeros_like", "empty_like") and top in ("numpy", "torch", "scipy"):
        return Data(NONE)  # to be filled row by row
    if name in ("random_split", "split_dataset") and first is not None:
        data = data_of(first) or _held_by(machine, first)
        if data is not None:
            return frames.split_data(machine, [data], node, 3 if _length(args) == 3 else 2)
    if name == "Subset" and len(node.args) > 1:
        data = data_of(first) or _held_by(machine, first)
        if data is not None:
            return frames._pick(machine, data, args[1] if len(args) > 1 else UNKNOWN, node.args[1], node)
    if name == "load_data" and "datasets" in path:
        return _ready_made(machine, node)
    if name in api.CV_FUNCTIONS:
        return _cross_validate(machine, name, args, named, node)
    if name in _READS or name.startswith(("load_", "fetch_", "make_")) and top in ("sklearn", "seaborn", "sns"):
        return _source(machine, name, args, named, node)
    if api.is_metric(path):
        return _metric(machine, name, args, named, node)
    if name == "clone" or name in ("deepcopy", "copy") and isinstance(first, (Obj, Choice)):
        return _clone(machine, first, node)
    if name in api.SCALING_FUNCTIONS and top in ("sklearn", "scipy", "cuml", "dask_ml"):
        return _scale(machine, name, first, named, node)
    if name in ("train", "cv") and top in ("lightgbm", "xgboost", "catboost"):
        return _boost(machine, name, args, named, node)
    if name in ("rand", "random", "uniform", "random_sample", "binomial", "permutation", "choice") and (
        ".random" in path or top == "random"
    ):
        if name in ("permutation",) and data_of(first) is not None:
            return first if first is not None else UNKNOWN
        return Noise((id(node), len(machine.stack)))
    if name in ("resample", "shuffle") and top == "sklearn":
        return _resample(machine, name, args, named, node)
    if name in _WHERE:
        found = [data for item in args[1:] if (data := data_of(item)) is not None and not isinstance(item, Stat)]
        learned = frozenset().union(*(stats_of(item) for item in args[1:]), NONE)
        if found:
            return replace(merge(found), columns=None, learned=merge(found).learned | learned)
        if first is not None and isinstance(first, Truth):
            return replace(first.data, columns=None)
        return UNKNOWN
    if name in ("split",) and top == "numpy" and first is not None:
        data = data_of(first)
        if data is not None:
            bounds = argument(args, named, 1, "indices_or_sections")
            count = len(bounds.items) + 1 if isinstance(bounds, Seq) else 2
            if isinstance(bounds, Const) and isinstance(bounds.value, int) and 0 < bounds.value < 10:
                count = bounds.value
            return _cut(machine, data, node, count)
    if name in api.CONCATENATES:
        return _concatenate(machine, name, args, named, node)
    if name == "qcut" and first is not None:
        data = data_of(first)
        if data is None:
            return UNKNOWN
        fit = machine.log.fit(Fit("rank", "qcut", node, machine.cell, data.rows, frames.text(node_of(node, 0))))
        return replace(data, columns=None, learned=data.learned | {fit})
    if name in api.STATISTICS and top in ("numpy", "scipy", "tensorflow", "torch", "statistics"):
        data = data_of(first)
        if data is None:
            return UNKNOWN
        if name in api.SCORES and data.predicted is not None:
            if data.error:
                frames.evaluate(machine, data, node, node_of(node, 0))
            return UNKNOWN
        if frames.is_row_wise(named, args[1:] if name not in ("percentile", "quantile", "nanpercentile") else []):
            return replace(data, columns=None)
        if isinstance(first, Seq):
            return UNKNOWN
        return frames.statistic(machine, data, name, node)
    if name in ("sum", "reduce_mean", "count_nonzero") and isinstance(first, (Data, Truth)):
        data = data_of(first)
        if data is not None and data.predicted is not None and data.error:
            frames.evaluate(machine, data, node, node_of(node, 0))
        return UNKNOWN
    if name in api.KEEPS_ROWS and top != "":
        return _keep(machine, name, args, named, node)
    if name[:1].isupper() and top in api.FAMILY:
        return Obj(_ident(machine, node), name, "unknown-class", tuple(args)[:4])
    if top in (
        "matplotlib",
        "seaborn",
        "plotly",
        "os",
        "sys",
        "logging",
        "mlflow",
        "wandb",
        "joblib",
        "pickle",
        "json",
    ):
        return Obj(_ident(machine, node), name, "") if name == "load" else UNKNOWN
    return _opaque(machine, name, args, named, node)


def _held_by(machine: Machine, value: Value | None) -> Data | None:
    """The rows that a data set of a class of the module holds in its attributes."""
    if not isinstance(value, Inst):
        return None
    held = machine.heap.get(value.ident, {})
    return data_of(Seq(tuple(item for item in held.values() if isinstance(item, Data))))


def _ident(machine: Machine, node: ast.AST) -> tuple[int, int]:
    return (id(node), id(machine.stack[-1]) if machine.stack else 0)


def _length(args: list[Value]) -> int:
    return len(args[1].items) if len(args) > 1 and isinstance(args[1], Seq) else 2


def _partial_split(machine: Machine, args: list[Value], node: ast.Call) -> Value:
    """A split of several arrays, some of them unknown: those become rows of their own."""
    known = [data_of(item) for item in args]
    datas = []
    for place, data in enumerate(known):
        if data is None:
            part = machine.log.part("derived", node, machine.cell, NONE, own=("argument", place))
            data = Data(frozenset((part,)))
        datas.append(data)
    return frames.split_data(machine, datas, node, 2)


def _cut(machine: Machine, data: Data, node: ast.AST, count: int) -> Seq:
    key = (id(node), data.rows)
    items = []
    for side in range(count):
        part = machine.log.part("slice", node, machine.cell, data.rows, key, side)
        items.append(replace(data, rows=frozenset((part,))))
    return Seq(tuple(items))


def _ready_made(machine: Machine, node: ast.AST) -> Seq:
    pairs = []
    for role in ("train", "test"):
        part = machine.log.part("source", node, machine.cell, NONE, own=role)
        machine.log.parts[part].role = role
        machine.log.parts[part].named = True
        rows = Data(frozenset((part,)))
        pairs.append(Seq((rows, replace(rows))))
    return Seq(tuple(pairs))


def _source(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    part = machine.log.part("source", node, machine.cell, NONE, own=len(machine.stack))
    machine.log.parts[part].loaded = not name.startswith("make_")
    frame = name.startswith("read_")
    timed = 0
    if frame and "parse_dates" in named and "index_col" in named:
        dates = named["parse_dates"]
        if not (isinstance(dates, Const) and dates.value is False):
            timed = node.lineno
    parsed = named.get("parse_dates")
    if isinstance(parsed, Seq):
        for item in parsed.items:
            if isinstance(item, Const) and isinstance(item.value, str):
                machine.time_columns.add(item.value)
    if name == "read_html":
        return UNKNOWN
    data = Data(frozenset((part,)), columns=Columns(part) if frame else None, timed=timed)
    both = named.get("return_X_y")
    if name.startswith("make_") or (isinstance(both, Const) and both.value is True):
        return Seq((data, replace(data)))
    return data


def _clone(machine: Machine, value: Value | None, node: ast.AST) -> Value:
    if isinstance(value, Obj):
        return dataclasses.replace(value, ident=(id(node), hash(value.ident)))
    if isinstance(value, Choice):
        return Choice(tuple(_clone(machine, item, node) for item in value.values))
    return value if value is not None else UNKNOWN


def _scale(machine: Machine, name: str, first: Value | None, named: Named, node: ast.Call) -> Value:
    data = data_of(first)
    if data is None:
        return UNKNOWN
    if frames.is_row_wise(named, []):
        return replace(data)
    fit = machine.log.fit(Fit("scale", name, node, machine.cell, data.rows, frames.text(node_of(node, 0))))
    return replace(data, learned=data.learned | {fit})


def _keep(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    first = argument(args, named, 0, "data", "x", "object", "arrays", "sequences")
    if name == "DataFrame" and first is None:
        index = named.get("index")
        return Data(index.data.rows if isinstance(index, Labels) else NONE)
    if name == "cut":
        data = data_of(first)
        return replace(data, columns=None) if data is not None else UNKNOWN
    if name in ("list", "sorted", "tuple", "Dataset", "Pool", "DMatrix"):
        label = argument(args, named, 1, "label", "y")
        data, target = data_of(first), data_of(label)
        if data is not None and target is not None and name in ("Dataset", "Pool", "DMatrix"):
            rules.target_in_features(machine, data, target, node, name)
    if name == "to_datetime" and isinstance(first, Data) and first.columns and first.columns.only:
        machine.time_columns |= first.columns.only
    if name == "array_split":
        data = data_of(first)
        return Seq((machine.derived(data, node),), True) if data is not None else UNKNOWN
    if isinstance(first, Stat):
        return first if name not in ("DataFrame", "Series") else (data_of(first) or UNKNOWN)
    if name == "shuffle" and isinstance(first, Seq):
        return first
    data = data_of(first)
    if data is None:
        return first if isinstance(first, Seq) else UNKNOWN
    if name == "DataFrame":
        return replace(data, columns=frames.new_table(machine, node) if "columns" in named else None)
    return replace(data, columns=data.columns if name in api.KEEPS_COLUMNS else None)


def _concatenate(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    first = argument(args, named, 0, "objs", "arrays", "tensors", "left")
    if name == "merge":
        left, right = data_of(first), data_of(argument(args, named, 1, "right"))
        if left is None:
            return UNKNOWN
        return replace(left, columns=None, learned=left.learned | (right.learned if right is not None else NONE))
    data = data_of(first)
    if name in ("append",) and len(args) > 1:
        other = data_of(args[1])
        data = merge([data, other]) if data is not None and other is not None else data
    if data is None:
        return UNKNOWN
    axis = argument(args, named, 1, "axis")
    side_by_side = name in ("hstack", "column_stack", "c_") or (
        isinstance(axis, Const) and axis.value in (1, "columns", -1)
    )
    if side_by_side and isinstance(first, Seq):
        parts = [part for item in first.items if (part := data_of(item)) is not None]
        if parts:
            return replace(data, rows=parts[0].rows, columns=None)
    return replace(data)


def _resample(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    again = named.get("replace")
    out: list[Value] = []
    for item in args:
        data = data_of(item)
        if data is None:
            out.append(UNKNOWN)
        elif name == "shuffle":
            out.append(replace(data, timed=0))
        elif isinstance(again, Const) and again.value is False:
            out.append(machine.derived(data, node, "sample"))
        else:
            fit = machine.log.fit(Fit("over", "resample", node, machine.cell, data.rows, frames.text(node_of(node, 0))))
            out.append(replace(data, resampled=data.resampled | {fit}, timed=0))
    return out[0] if len(out) == 1 else Seq(tuple(out))


def _boost(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    data = data_of(argument(args, named, 1, "train_set", "dtrain", "pool"))
    made = Obj(_ident(machine, node), "Booster", "booster")
    if data is not None and name == "train":
        _learn(machine, made, data, None, node, node_of(node, 1, "train_set", "dtrain", "pool"))
    elif data is not None:
        machine.log.cross_validated = True
        rules.before_cross_validation(machine, data, node)
    return made


def _metric(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    values = [
        *args[:2],
        *(named[word] for word in ("y_true", "y_pred", "y_score", "y_prob", "y_test") if word in named),
    ]
    if "estimator" in named or (args and isinstance(args[0], Obj)):
        data = data_of(argument(args, named, 1, "X"))
        if data is not None and args:
            _score(machine, args[0], data, node, node_of(node, 1, "X"))
        return UNKNOWN
    found = [data for value in values if (data := data_of(value)) is not None and data.predicted is not None]
    if found:
        frames.evaluate(machine, max(found, key=lambda data: len(data.predicted or ())), node, node)
    return UNKNOWN


def _cross_validate(machine: Machine, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    machine.log.cross_validated = True
    data = data_of(argument(args, named, 1, "X"))
    splitter = named.get("cv")
    if data is not None:
        rules.before_cross_validation(machine, data, node)
        if isinstance(splitter, Obj) and splitter.option("shuffle") is True:
            rules.shuffled_split(machine, [data], node, splitter.name)
    if name == "cross_val_predict" and data is not None:
        return replace(data, predicted=NONE, learned=NONE, columns=None)
    return UNKNOWN


# Objects


def _construct(
    machine: Machine, path: str, name: str, kind: str, args: list[Value], named: Named, node: ast.Call
) -> Value:
    parts: tuple[Value, ...] = ()
    if kind in ("pipeline", "columns"):
        steps = argument(args, named, 0, "steps", "transformers", "transformer_list", "features")
        parts = _steps(steps)
        rest = named.get("remainder")
        if rest is not None and not isinstance(rest, Const):
            parts = (*parts, rest)
    elif kind in ("search", "meta", "prefit", "select"):
        parts = tuple(item for item in [*args[:2], *named.values()] if isinstance(item, (Obj, Choice, Seq, Inst)))
    options = frames.options_of(named)
    if kind == "meta" and name.endswith(("Classifier", "Regressor", "Chain")):
        kind = "classifier" if name.endswith(("Classifier", "ClassifierChain")) else "regressor"
    if kind == "impute" and dict(options).get("strategy") == "constant":
        kind = "stateless"
    if kind == "text" and dict(options).get("vocabulary") is not None and name == "CountVectorizer":
        kind = "stateless"
    if kind == "text" and "vocabulary" in named and name == "CountVectorizer":
        kind = "stateless"
    if kind == "splitter" and args and isinstance(args[0], Data):
        return _old_splitter(machine, args[0], node)
    if kind == "network" and name == "Model" and not (args or "inputs" in named):
        return Obj(_ident(machine, node), name, "")
    return Obj(_ident(machine, node), name, kind, parts, options)


def _old_splitter(machine: Machine, data: Data, node: ast.AST) -> Value:
    machine.log.splits = True
    return Folds((id(node), data.rows))


def _steps(steps: Value | None) -> tuple[Value, ...]:
    if not isinstance(steps, Seq):
        return () if steps is None else (UNKNOWN,)
    out: list[Value] = []
    for step in steps.items:
        if isinstance(step, Seq) and len(step.items) >= 2:
            inner = step.items[1]
            if isinstance(inner, Const) and not isinstance(step.items[0], Const):
                inner = step.items[0]
            out.append(_steps(inner)[0] if isinstance(inner, Seq) and _steps(inner) else inner)
        else:
            out.append(step)
    return tuple(out)


def role_of(value: Value, depth: int = 0) -> str:
    """What an object does as a whole: a pipeline does what its steps do together."""
    if isinstance(value, Obj):
        if value.kind == "pipeline":
            kinds = [role_of(step, depth + 1) for step in value.parts] if depth < 5 else [""]
            if not kinds:
                return ""
            if kinds[-1] in api.SUPERVISED or kinds[-1] == "prefit":
                return kinds[-1]
            return _strongest(kinds)
        if value.kind == "columns":
            return _strongest([role_of(step, depth + 1) for step in value.parts]) if depth < 5 else ""
        if value.kind == "search":
            inner = [role_of(part, depth + 1) for part in value.parts] if depth < 5 else []
            return "cluster" if "cluster" in inner else "search"
        return value.kind
    if isinstance(value, Choice) and depth < 5:
        kinds = [role_of(item, depth + 1) for item in value.values]
        if kinds and all(kind in api.SUPERVISED for kind in kinds):
            return kinds[0] if len(set(kinds)) == 1 else "meta"
        return _strongest([kind for kind in kinds if kind])
    if isinstance(value, Const):
        return "stateless"
    return ""


def _strongest(kinds: list[str]) -> str:
    for kind in ("scale", "decompose", "select", "target", "impute", "bin", "text", "encode"):
        if kind in kinds:
            return kind
    return "stateless" if kinds and all(kind == "stateless" for kind in kinds) else ""


def name_of(value: Value, depth: int = 0) -> str:
    if isinstance(value, Obj):
        if value.kind in ("pipeline", "columns") and depth < 4:
            role = role_of(value)
            inner = next((name_of(part, depth + 1) for part in value.parts if role_of(part) == role and role), "")
            return f"{value.name} ({inner})" if inner and "(" not in inner else inner or value.name
        return value.name
    if isinstance(value, Choice):
        return next((name_of(item, depth + 1) for item in value.values if isinstance(item, Obj)), "estimator")
    return "estimator"


def method(machine: Machine, owner: Value, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    """``owner.name(...)``."""
    if isinstance(owner, Data):
        return frames.call_method(machine, owner, name, args, named, node)
    if isinstance(owner, Truth):
        if name in api.SCORES and owner.data.predicted is not None:
            if owner.data.error:
                frames.evaluate(machine, owner.data, node, node.func)
            return UNKNOWN
        return (
            owner
            if name in ("any", "all", "to_numpy", "isin", "values")
            else frames.call_method(machine, owner.data, name, args, named, node)
        )
    if isinstance(owner, Groups):
        return frames.call_group(machine, owner, name, args, named, node)
    if isinstance(owner, Labels):
        return _labels(machine, owner, name, args)
    if isinstance(owner, Stat):
        if name in ("reset_index", "to_frame", "sort_values", "head", "dropna", "unstack", "agg") and owner.table:
            return Data(frozenset((owner.table,)))
        return owner
    if isinstance(owner, Seq):
        return _sequence(machine, owner, name, args, node)
    if isinstance(owner, Map):
        return _mapping(machine, owner, name, args)
    if isinstance(owner, Choice):
        if name in ("fit", "predict", "score", "fit_transform", "transform", "predict_proba", "evaluate"):
            return _object(machine, owner, name, args, named, node)
        return join_all([method(machine, item, name, args, named, node) for item in owner.values])
    if isinstance(owner, Inst):
        return _instance(machine, owner, name, args, named, node)
    if isinstance(owner, Folds):
        return owner
    if isinstance(owner, (Noise, Side)):
        return owner
    if isinstance(owner, Obj):
        return _object(machine, owner, name, args, named, node)
    if isinstance(owner, Mod):
        return UNKNOWN
    if isinstance(owner, Method) and name in api.STATISTICS:
        return UNKNOWN
    if isinstance(owner, Unknown):
        if name in ("fit", "predict", "score"):
            return _unknown_model(machine, name, args, named)
        return _opaque(machine, "", args, named, node)
    return UNKNOWN


def _unknown_model(machine: Machine, name: str, args: list[Value], named: Named) -> Value:
    data = data_of(argument(args, named, 0, "X", "x"))
    if name == "predict" and data is not None:
        return replace(data, predicted=NONE, columns=None)
    return UNKNOWN


def _labels(machine: Machine, owner: Labels, name: str, args: list[Value]) -> Value:
    first = args[0] if args else None
    if name == "isin" and owner.rows and first is not None:
        other = first.data if isinstance(first, Labels) else data_of(first)
        if other is not None and len(other.rows) == 1:
            part = machine.log.parts[next(iter(other.rows))]
            if part.side in (0, 1) and part.parents:
                return Side(part.key, part.side)
        return Truth(owner.data)
    return owner


def _sequence(machine: Machine, owner: Seq, name: str, args: list[Value], node: ast.Call) -> Value:
    if name in ("append", "extend", "insert", "add") and args:
        value = args[-1]
        if name == "extend" and isinstance(value, Seq):
            items = owner.items + value.items
        else:
            items = (*owner.items, value) if value not in owner.items else owner.items
        machine.mutate(owner, Seq(items[:24], owner.loose or machine.loop_depth > 0 or name == "extend"))
        return UNKNOWN
    if name in ("pop", "get"):
        return machine.element(owner)
    if name in ("copy",):
        return dataclasses.replace(owner)
    return UNKNOWN


def _mapping(machine: Machine, owner: Map, name: str, args: list[Value]) -> Value:
    known: dict[Any, Value] = dict(owner.items)
    if name in ("get", "pop", "setdefault") and args:
        key = args[0]
        if isinstance(key, Const) and isinstance(key.value, (str, int)):
            return known.get(key.value, known.get(None, UNKNOWN))
        return join_all(list(known.values())[:12])
    if name == "items":
        if len(known) <= 12 and None not in known:
            return Seq(tuple(Seq((Const(key), value)) for key, value in known.items()))
        return Seq((Seq((UNKNOWN, join_all(list(known.values())))),), True)
    if name == "values":
        return Seq(tuple(known.values())[:12], True)
    if name == "copy":
        return dataclasses.replace(owner)
    return UNKNOWN


def _instance(machine: Machine, owner: Inst, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    """A method that a class of the module takes from its base."""
    found = machine.find_method(owner.cls, name, owner)
    if isinstance(found, Func):
        return machine.apply(found, args, named, node)
    if name == "fit_transform":
        fit, transform = (machine.find_method(owner.cls, one, owner) for one in ("fit", "transform"))
        if isinstance(fit, Func):
            machine.apply(fit, args, named, node)
        if isinstance(transform, Func):
            return machine.apply(transform, args[:1], {}, node)
    return _opaque(machine, name, args, named, node)


_FITS = api.words("fit fit_transform fit_on_texts adapt partial_fit fit_generator train")
_PREDICTS = api.words("predict predict_proba predict_log_proba predict_classes decision_function predict_generator")


def _object(machine: Machine, owner: Value, name: str, args: list[Value], named: Named, node: ast.Call) -> Value:
    role = role_of(owner)
    data = data_of(argument(args, named, 0, "X", "x", "texts", "raw_documents", "data", "y", "dtrain"))
    shown = node_of(node, 0, "X", "x", "texts", "raw_documents", "data", "y", "dtrain")
    if role in ("over", "under") and name in ("fit_resample", "fit_sample", "fit"):
        return _fit_resample(machine, owner, data, args, named, node, shown)
    if isinstance(owner, Obj) and owner.kind == "splitter":
        if name == "split" and data is not None:
            machine.log.splits = True
            if owner.option("shuffle") is True or owner.name.endswith("ShuffleSplit"):
                rules.shuffled_split(machine, [data], node, owner.name)
            return Folds((id(node), data.rows))
        if name == "split":
            return Folds((id(node), NONE))
        return UNKNOWN
    if name in _FITS:
        if data is None:
            machine.set_fits(owner, NONE)
            return owner if name == "fit" and role else UNKNOWN
        target = data_of(argument(args, named, 1, "y", "Y"))
        fits = _learn(machine, owner, data, target, node, shown, named)
        if name == "fit_transform":
            return _transformed(machine, owner, role, data, fits, node)
        if role == "network":
            return UNKNOWN
        return owner
    if name in ("fit_predict",):
        return replace(data, columns=None, predicted=NONE) if data is not None else UNKNOWN
    if name in ("transform", "texts_to_sequences", "texts_to_matrix", "inverse_transform") and data is not None:
        if name == "inverse_transform":
            # Rows made up again from what is left of them, to be looked at or compared.
            return replace(data, columns=None, predicted=data.predicted if data.predicted is not None else NONE)
        return _transformed(machine, owner, role, data, machine.fits_of(owner), node)
    if name in _PREDICTS and data is not None:
        rules.used(machine, data)
        return replace(data, columns=None, predicted=machine.fits_of(owner))
    if name in ("score", "evaluate", "evaluate_generator") and data is not None:
        _score(machine, owner, data, node, shown)
        return UNKNOWN
    if name in ("set_params", "set_output"):
        return owner
    if name in ("best_estimator_", "get_params"):
        return UNKNOWN
    if isinstance(owner, Obj) and owner.kind in ("", "unknown-class"):
        if name == "train_test_split" and data is not None:
            return frames.split_data(machine, [data], node, 2)
        return _opaque(machine, "", args, named, node)
    return UNKNOWN


def _transform(machine: Machine, owner: Obj, args: list[Value], named: Named, node: ast.Call) -> Value:
    """A fitted layer called on data."""
    data = data_of(args[0]) if args else None
    if data is None:
        return UNKNOWN
    return _transformed(machine, owner, role_of(owner), data, machine.fits_of(owner), node)


def _transformed(machine: Machine, owner: Value, role: str, data: Data, fits: Ids, node: ast.AST) -> Data:
    kept = frozenset(fit for fit in fits if machine.log.fits[fit].kind in api.LEARNS)
    columns = data.columns if role in ("scale", "impute") and isinstance(owner, Obj) and owner.kind == role else None
    out = replace(data, learned=data.learned | kept, columns=columns)
    if kept:
        rules.after_split(machine, out, kept)
    return out


def _fit_resample(
    machine: Machine,
    owner: Value,
    data: Data | None,
    args: list[Value],
    named: Named,
    node: ast.Call,
    shown: ast.AST,
) -> Value:
    if data is None:
        return UNKNOWN
    kind = "under" if role_of(owner) == "under" else "over"
    name = name_of(owner)
    fit = machine.log.fit(Fit(kind, name, node, machine.cell, data.rows, frames.text(shown)))
    rules.fit_on_held_out(machine, owner, fit, data, data_of(argument(args, named, 1, "y")), node)
    out: list[Value] = []
    for item in (data, data_of(argument(args, named, 1, "y"))):
        if item is not None:
            out.append(replace(item, resampled=item.resampled | {fit}))
        else:
            out.append(UNKNOWN)
    return Seq(tuple(out))


def _learn(
    machine: Machine,
    owner: Value,
    data: Data,
    target: Data | None,
    node: ast.Call,
    shown: ast.AST,
    named: Named | None = None,
) -> Ids:
    """A fit of any object: recorded, and judged on the spot."""
    role = role_of(owner) or "unknown"
    fit = machine.log.fit(
        Fit(
            role,
            name_of(owner),
            node,
            machine.cell,
            data.rows,
            frames.text(shown),
            role != "unknown",
            data.predicted is not None,
            data.learned,
        )
    )
    fits = frozenset((fit,))
    machine.set_fits(owner, fits)
    if isinstance(owner, Obj):
        machine.log.fitted_objects.append((owner.ident, fit))
    rules.fit_on_held_out(machine, owner, fit, data, target, node)
    if role in api.SUPERVISED:
        rules.used(machine, data)
        if target is not None and rules.sees_all_columns(owner):
            rules.target_in_features(machine, data, target, node, name_of(owner))
        if role == "search":
            machine.log.cross_validated = True
            rules.before_cross_validation(machine, data, node)
        share = named.get("validation_split") if named else None
        if isinstance(share, Const) and isinstance(share.value, float) and share.value > 0:
            machine.log.splits = True
            rules.before_cross_validation(machine, data, node, "low")
        if named and "validation_data" in named:
            machine.log.splits = True
    return fits


def _score(machine: Machine, owner: Value, data: Data, node: ast.AST, shown: ast.AST) -> None:
    machine.log.evaluate(
        Evaluation(
            machine.fits_of(owner),
            data.rows,
            data.learned,
            node,
            machine.cell,
            frames.text(shown),
            machine.loop_depth,
        )
    )
    rules.used(machine, data)
