"""Functions of libraries: what they read, split, join, summarise and evaluate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from mlopslint.lint.flow import api, frames, objects, rules
from mlopslint.lint.flow.called import Call
from mlopslint.lint.flow.events import Fit
from mlopslint.lint.flow.values import (
    NONE,
    UNKNOWN,
    Choice,
    Columns,
    Const,
    Data,
    Ids,
    Inst,
    Labels,
    Noise,
    Obj,
    Seq,
    Stat,
    Truth,
    Value,
    data_of,
    merge,
    stats_of,
)

#: What a function makes; None: this reading does not fit, and the next one is asked.
Reading = Callable[[Call], Value | None]


def function(call: Call) -> Value:
    """The value of a call of a library's function or class."""
    early, late = _SPLITS.get(call.name, ()), _OTHERS.get(call.name, ())
    for reading in (_pipeline, _instance, *early, _source, _metric, *late, _unknown_class):
        value = reading(call)
        if value is not None:
            return value
    if call.top in _ASIDE:
        return Obj(call.ident(), call.name, "") if call.name == "load" else UNKNOWN
    return call.unknown(call.name)


# Objects

_MADE = {
    "make_pipeline": ("Pipeline", "pipeline"),
    "make_column_transformer": ("ColumnTransformer", "columns"),
    "make_union": ("ColumnTransformer", "columns"),
}


def _pipeline(call: Call) -> Value | None:
    made = _MADE.get(call.name)
    return Obj(call.ident(), *made, tuple(call.args)) if made else None


def _instance(call: Call) -> Value | None:
    kind = api.kind_of(call.path)
    return objects.construct(call, kind) if kind else None


def _unknown_class(call: Call) -> Value | None:
    if call.name[:1].isupper() and call.top in api.FAMILY:
        return Obj(call.ident(), call.name, "unknown-class", tuple(call.args)[:4])
    return None


def _copy(call: Call) -> Value | None:
    if call.name == "clone" or isinstance(call.first, (Obj, Choice)):
        return _clone(call.first, id(call.node))
    return None


def _clone(value: Value | None, place: int) -> Value:
    if isinstance(value, Obj):
        return dataclasses.replace(value, ident=(place, hash(value.ident)))
    if isinstance(value, Choice):
        return Choice(tuple(_clone(item, place) for item in value.values))
    return value if value is not None else UNKNOWN


# Sources

_READS = api.words(
    "read_csv read_table read_excel read_json read_parquet read_sql read_sql_query read_sql_table read_feather read_hdf"
    " read_pickle read_fwf read_html read_stata read_sas loadtxt genfromtxt load_dataset image_dataset_from_directory"
    " text_dataset_from_directory"
)


def _source(call: Call) -> Value | None:
    name, named, machine = call.name, call.named, call.machine
    sample = name.startswith(("load_", "fetch_", "make_")) and call.top in ("sklearn", "seaborn", "sns")
    if not (sample or name in _READS):
        return None
    fixed = all(isinstance(item, Const) for item in (*call.args, *named.values()))
    own = tuple(str(item.value) for item in call.args if isinstance(item, Const)) if fixed else machine.context
    machine.read += 1
    part = machine.log.part("source", call.node, machine.cell, NONE, own=own)
    machine.log.parts[part].loaded = not name.startswith("make_")
    frame = name.startswith("read_")
    timed = 0
    dates = named.get("parse_dates")
    if frame and dates is not None and "index_col" in named:
        if not (isinstance(dates, Const) and dates.value is False):
            timed = call.node.lineno
    if isinstance(dates, Seq):
        for item in dates.items:
            if isinstance(item, Const) and isinstance(item.value, str):
                machine.time_columns.add(item.value)
    if name == "read_html":
        return UNKNOWN
    data = Data(frozenset((part,)), columns=Columns(part) if frame else None, timed=timed)
    both = named.get("return_X_y")
    if name.startswith("make_") or (isinstance(both, Const) and both.value is True):
        return Seq((data, replace(data)))
    return data


def _ready_made(call: Call) -> Value | None:
    """``keras.datasets.mnist.load_data()``: rows that come split."""
    if "datasets" not in call.path:
        return None
    log = call.machine.log
    pairs = []
    for role in ("train", "test"):
        part = log.part("source", call.node, call.machine.cell, NONE, own=role)
        log.parts[part].role = role
        log.parts[part].named = True
        rows = Data(frozenset((part,)))
        pairs.append(Seq((rows, replace(rows))))
    return Seq(tuple(pairs))


def _to_be_filled(call: Call) -> Value | None:
    return Data(NONE) if call.top in ("numpy", "torch", "scipy") else None


def _noise(call: Call) -> Value | None:
    if ".random" not in call.path and call.top != "random":
        return None
    if call.name == "permutation" and data_of(call.first) is not None:
        return call.first
    return Noise((id(call.node), len(call.machine.stack)))


# Splits


def _train_test_split(call: Call) -> Value:
    args = [Data(item.data.rows) if isinstance(item, Labels) and item.rows else item for item in call.args]
    found = [data for item in args if (data := data_of(item)) is not None]
    shuffle = call.named.get("shuffle")
    if found and not (isinstance(shuffle, Const) and shuffle.value is False):
        rules.shuffled_split(call.machine, found, call.node, "train_test_split")
    if not found:
        return UNKNOWN
    return frames.split_data(
        call.machine, found if len(found) == len(args) else _with_unknown(call, args), call.node, 2
    )


def _with_unknown(call: Call, args: list[Value]) -> list[Data]:
    """The arrays of a split of which some are unknown: those are rows of their own."""
    datas = []
    for place, item in enumerate(args):
        data = data_of(item)
        if data is None:
            part = call.machine.log.part("derived", call.node, call.machine.cell, NONE, own=("argument", place))
            data = Data(frozenset((part,)))
        datas.append(data)
    return datas


def _split_by_length(call: Call) -> Value | None:
    """``np.split(df, [int(.6 * len(df)), int(.8 * len(df))])``."""
    if call.path != "numpy.split" or len(call.args) < 2 or not frames.cuts_by_length(call.node):
        return None
    data = data_of(call.first)
    return frames.split_data(call.machine, [data], call.node, 3) if data is not None else UNKNOWN


def _split_in_pieces(call: Call) -> Value | None:
    data = data_of(call.first)
    if call.top != "numpy" or data is None:
        return None
    bounds = call.arg(1, "indices_or_sections")
    count = len(bounds.items) + 1 if isinstance(bounds, Seq) else 2
    if isinstance(bounds, Const) and isinstance(bounds.value, int) and 0 < bounds.value < 10:
        count = bounds.value
    machine = call.machine
    key = (id(call.node), data.rows)
    parts = [machine.log.part("slice", call.node, machine.cell, data.rows, key, side) for side in range(count)]
    return Seq(tuple(replace(data, rows=frozenset((part,))) for part in parts))


def _random_split(call: Call) -> Value | None:
    data = _held(call)
    if data is None:
        return None
    lengths = call.args[1] if len(call.args) > 1 else None
    pieces = 3 if isinstance(lengths, Seq) and len(lengths.items) == 3 else 2
    return frames.split_data(call.machine, [data], call.node, pieces)


def _subset(call: Call) -> Value | None:
    data = _held(call) if len(call.node.args) > 1 else None
    if data is None:
        return None
    chosen = call.args[1] if len(call.args) > 1 else UNKNOWN
    return frames.pick(call.machine, data, chosen, call.node.args[1], call.node)


def _held(call: Call) -> Data | None:
    """The rows of the first argument; a data set of a class of the module holds them in its attributes."""
    data = data_of(call.first)
    if data is None and isinstance(call.first, Inst):
        held = call.machine.heap.get(call.first.ident, {})
        return data_of(Seq(tuple(item for item in held.values() if isinstance(item, Data))))
    return data


def _resample(call: Call) -> Value | None:
    if call.top != "sklearn":
        return None
    again = call.named.get("replace")
    out: list[Value] = []
    for item in call.args:
        data = data_of(item)
        if data is None:
            out.append(UNKNOWN)
        elif call.name == "shuffle":
            out.append(replace(data, timed=0))
        elif isinstance(again, Const) and again.value is False:
            out.append(call.machine.derived(data, call.node, "sample"))
        else:
            out.append(replace(data, resampled=data.resampled | _fit(call, "over", data), timed=0))
    return out[0] if len(out) == 1 else Seq(tuple(out))


# Rows in, rows out


def _where(call: Call) -> Value:
    values = call.args[1:]
    found = [data for item in values if (data := data_of(item)) is not None and not isinstance(item, Stat)]
    if found:
        learned = frozenset().union(*(stats_of(item) for item in values), NONE)
        rows = merge(found)
        return replace(rows, columns=None, learned=rows.learned | learned)
    if isinstance(call.first, Truth):
        return replace(call.first.data, columns=None)
    return UNKNOWN


def _concatenate(call: Call) -> Value:
    first = call.arg(0, "objs", "arrays", "tensors", "left")
    data = data_of(first)
    if call.name == "merge":
        if data is None:
            return UNKNOWN
        right = data_of(call.arg(1, "right"))
        return replace(data, columns=None, learned=data.learned | (right.learned if right is not None else NONE))
    if call.name == "append" and len(call.args) > 1:
        other = data_of(call.args[1])
        data = merge([data, other]) if data is not None and other is not None else data
    if data is None:
        return UNKNOWN
    axis = call.arg(1, "axis")
    side_by_side = call.name in ("hstack", "column_stack", "c_") or (
        isinstance(axis, Const) and axis.value in (1, "columns", -1)
    )
    if side_by_side and isinstance(first, Seq):
        parts = [part for item in first.items if (part := data_of(item)) is not None]
        if parts:
            return replace(data, rows=parts[0].rows, columns=None)
    return replace(data)


def _keep(call: Call) -> Value | None:
    if not call.top:
        return None
    name, machine = call.name, call.machine
    first = call.arg(0, "data", "x", "object", "arrays", "sequences")
    data = data_of(first)
    if name == "DataFrame" and first is None:
        index = call.named.get("index")
        return Data(index.data.rows if isinstance(index, Labels) else NONE)
    if name == "cut":
        return replace(data, columns=None) if data is not None else UNKNOWN
    if name in ("Dataset", "Pool", "DMatrix"):
        target = data_of(call.arg(1, "label", "y"))
        if data is not None and target is not None:
            rules.target_in_features(machine, data, target, call.node, name)
    if name == "to_datetime" and isinstance(first, Data) and first.columns and first.columns.only:
        machine.time_columns |= first.columns.only
    if name == "array_split":
        return Seq((machine.derived(data, call.node),), True) if data is not None else UNKNOWN
    if isinstance(first, Stat):
        return first if name not in ("DataFrame", "Series") else (data or UNKNOWN)
    if name == "shuffle" and isinstance(first, Seq):
        return first
    if data is None:
        return first if isinstance(first, Seq) else UNKNOWN
    if name == "DataFrame":
        return replace(data, columns=frames.new_table(machine, call.node) if "columns" in call.named else None)
    return replace(data, columns=data.columns if name in api.KEEPS_COLUMNS else None)


# What learns from rows


def _fit(call: Call, kind: str, data: Data) -> Ids:
    fit = Fit(kind, call.name, call.node, call.machine.cell, data.rows, frames.text(call.shown(0)))
    return frozenset((call.machine.log.fit(fit),))


def _scale(call: Call) -> Value | None:
    if call.top not in ("sklearn", "scipy", "cuml", "dask_ml"):
        return None
    data = data_of(call.first)
    if data is None:
        return UNKNOWN
    if frames.is_row_wise(call.named, []):
        return replace(data)
    return replace(data, learned=data.learned | _fit(call, "scale", data))


def _rank(call: Call) -> Value | None:
    if call.first is None:
        return None
    data = data_of(call.first)
    return replace(data, columns=None, learned=data.learned | _fit(call, "rank", data)) if data is not None else UNKNOWN


def _boost(call: Call) -> Value | None:
    """``lightgbm.train(params, data)`` and ``cv``."""
    if call.top not in ("lightgbm", "xgboost", "catboost"):
        return None
    data = data_of(call.arg(1, "train_set", "dtrain", "pool"))
    made = Obj(call.ident(), "Booster", "booster")
    if data is not None and call.name == "train":
        objects.learn(call, made, data, None, call.shown(1, "train_set", "dtrain", "pool"))
    elif data is not None:
        call.machine.log.cross_validated = True
        rules.before_cross_validation(call.machine, data, call.node)
    return made


def _cross_validate(call: Call) -> Value:
    machine = call.machine
    machine.log.cross_validated = True
    data = data_of(call.arg(1, "X"))
    splitter = call.named.get("cv")
    if data is not None:
        rules.before_cross_validation(machine, data, call.node)
        if isinstance(splitter, Obj) and splitter.option("shuffle") is True:
            rules.shuffled_split(machine, [data], call.node, splitter.name)
        if call.name == "cross_val_predict":
            return replace(data, predicted=NONE, learned=NONE, columns=None)
    return UNKNOWN


# Numbers


def _metric(call: Call) -> Value | None:
    if not api.is_metric(call.path):
        return None
    args, named = call.args, call.named
    if "estimator" in named or isinstance(call.first, Obj):
        data = data_of(call.arg(1, "X"))
        if data is not None and call.first is not None:
            objects.score(call, call.first, data, call.shown(1, "X"))
        return UNKNOWN
    told = (named[word] for word in ("y_true", "y_pred", "y_score", "y_prob", "y_test") if word in named)
    found = [
        data for value in (*args[:2], *told) if (data := data_of(value)) is not None and data.predicted is not None
    ]
    if found:
        shown = max(found, key=lambda data: len(data.predicted or ()))
        frames.evaluate(call.machine, shown, call.node, call.node)
    return UNKNOWN


def _statistic(call: Call) -> Value | None:
    if call.top not in ("numpy", "scipy", "tensorflow", "torch", "statistics"):
        return None
    name, data = call.name, data_of(call.first)
    if data is None:
        return UNKNOWN
    if name in api.SCORES and data.predicted is not None:
        if data.error:
            frames.evaluate(call.machine, data, call.node, call.shown(0))
        return UNKNOWN
    rest = call.args[1:] if name not in ("percentile", "quantile", "nanpercentile") else []
    if frames.is_row_wise(call.named, rest):
        return replace(data, columns=None)
    if isinstance(call.first, Seq):
        return UNKNOWN
    return frames.statistic(call.machine, data, name, call.node)


def _total(call: Call) -> Value | None:
    if not isinstance(call.first, (Data, Truth)):
        return None
    data = data_of(call.first)
    if data is not None and data.predicted is not None and data.error:
        frames.evaluate(call.machine, data, call.node, call.shown(0))
    return UNKNOWN


def _by_name(*readings: tuple[Iterable[str], Reading]) -> dict[str, tuple[Reading, ...]]:
    found: dict[str, tuple[Reading, ...]] = {}
    for names, reading in readings:
        for name in names:
            found[name] = (*found.get(name, ()), reading)
    return found


#: Asked before a function is taken for a source or a metric, whose names are patterns.
_SPLITS = _by_name(
    (("train_test_split", "iterative_train_test_split"), _train_test_split),
    (("split",), _split_by_length),
    (("zeros", "empty", "zeros_like", "empty_like"), _to_be_filled),
    (("random_split", "split_dataset"), _random_split),
    (("Subset",), _subset),
    (("load_data",), _ready_made),
    (api.CV_FUNCTIONS, _cross_validate),
)
_OTHERS = _by_name(
    (("clone", "deepcopy", "copy"), _copy),
    (api.SCALING_FUNCTIONS, _scale),
    (("train", "cv"), _boost),
    (("rand", "random", "uniform", "random_sample", "binomial", "permutation", "choice"), _noise),
    (("resample", "shuffle"), _resample),
    (("where", "select"), _where),
    (("split",), _split_in_pieces),
    (api.CONCATENATES, _concatenate),
    (("qcut",), _rank),
    (api.STATISTICS, _statistic),
    (("sum", "reduce_mean", "count_nonzero"), _total),
    (api.KEEPS_ROWS, _keep),
)
#: Packages whose functions neither hold rows nor learn from them.
_ASIDE = api.words("matplotlib seaborn plotly os sys logging mlflow wandb joblib pickle json")
