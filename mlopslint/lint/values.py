"""What a resolved dotted origin is: ``pandas.read_csv.dropna`` is a frame, ``torch.nn.Linear`` a module; "" where it is not known."""

from __future__ import annotations

from functools import lru_cache

_FRAMES = frozenset(
    [
        "read_csv",
        "read_table",
        "read_excel",
        "read_json",
        "read_parquet",
        "read_feather",
        "read_sql",
        "read_sql_query",
        "read_sql_table",
        "read_pickle",
        "read_html",
        "read_hdf",
        "read_fwf",
        "read_orc",
        "read_stata",
        "read_sas",
        "read_xml",
        "read_clipboard",
        "DataFrame",
        "Series",
        "concat",
        "merge",
        "merge_asof",
        "get_dummies",
        "json_normalize",
        "pivot_table",
        "melt",
        "crosstab",
    ]
)
#: Methods and attributes of frames and series that are a frame or a series again.
_KEEP = frozenset(
    [
        "abs",
        "add",
        "add_prefix",
        "add_suffix",
        "agg",
        "aggregate",
        "align",
        "all",
        "any",
        "append",
        "apply",
        "applymap",
        "asfreq",
        "asof",
        "assign",
        "astype",
        "at_time",
        "between_time",
        "bfill",
        "clip",
        "combine",
        "combine_first",
        "convert_dtypes",
        "copy",
        "corr",
        "cov",
        "cummax",
        "cummin",
        "cumprod",
        "cumsum",
        "describe",
        "diff",
        "div",
        "divide",
        "dot",
        "drop",
        "drop_duplicates",
        "droplevel",
        "dropna",
        "duplicated",
        "eq",
        "eval",
        "ewm",
        "expanding",
        "explode",
        "ffill",
        "fillna",
        "filter",
        "first",
        "floordiv",
        "from_dict",
        "from_records",
        "ge",
        "get",
        "gt",
        "head",
        "iloc",
        "infer_objects",
        "interpolate",
        "isin",
        "isna",
        "isnull",
        "join",
        "last",
        "le",
        "loc",
        "lt",
        "map",
        "mask",
        "melt",
        "merge",
        "mod",
        "mode",
        "mul",
        "multiply",
        "ne",
        "nlargest",
        "notna",
        "notnull",
        "nsmallest",
        "nunique",
        "pct_change",
        "pipe",
        "pivot",
        "pivot_table",
        "pow",
        "quantile",
        "query",
        "rank",
        "reindex",
        "rename",
        "rename_axis",
        "reorder_levels",
        "replace",
        "resample",
        "reset_index",
        "rolling",
        "round",
        "sample",
        "select_dtypes",
        "set_axis",
        "set_index",
        "shift",
        "sort_index",
        "sort_values",
        "stack",
        "str",
        "sub",
        "subtract",
        "swaplevel",
        "T",
        "tail",
        "take",
        "to_frame",
        "transform",
        "transpose",
        "truncate",
        "tz_convert",
        "tz_localize",
        "unstack",
        "value_counts",
        "where",
        "xs",
        "dt",
        "cat",
        "iat",
        "at",
        "groupby",
        "values_counts",
        "mean",
        "sum",
        "min",
        "max",
        "median",
        "std",
        "var",
        "count",
        "prod",
        "sem",
        "skew",
        "size",
    ]
)
_REDUCE = frozenset(
    [
        "mean",
        "sum",
        "min",
        "max",
        "median",
        "std",
        "var",
        "count",
        "prod",
        "sem",
        "skew",
        "quantile",
        "nunique",
        "all",
        "any",
        "mode",
    ]
)

_ARRAYS = frozenset(
    [
        "array",
        "asarray",
        "zeros",
        "ones",
        "empty",
        "full",
        "zeros_like",
        "ones_like",
        "empty_like",
        "full_like",
        "arange",
        "linspace",
        "logspace",
        "eye",
        "identity",
        "load",
        "loadtxt",
        "genfromtxt",
        "concatenate",
        "vstack",
        "hstack",
        "stack",
        "column_stack",
        "where",
        "sqrt",
        "exp",
        "log",
        "abs",
        "clip",
        "dot",
        "matmul",
    ]
)
_TENSORS = frozenset(
    [
        "tensor",
        "zeros",
        "ones",
        "empty",
        "full",
        "rand",
        "randn",
        "randint",
        "arange",
        "linspace",
        "eye",
        "zeros_like",
        "ones_like",
        "rand_like",
        "randn_like",
        "cat",
        "stack",
        "from_numpy",
        "as_tensor",
        "where",
        "exp",
        "log",
        "sqrt",
        "softmax",
        "sigmoid",
        "relu",
        "matmul",
        "mm",
        "bmm",
        "sum",
        "mean",
        "max",
        "min",
        "einsum",
    ]
)
_OPTIMIZERS = frozenset(
    [
        "Adam",
        "AdamW",
        "SGD",
        "RMSprop",
        "Adagrad",
        "Adadelta",
        "Adamax",
        "NAdam",
        "RAdam",
        "LBFGS",
        "ASGD",
        "SparseAdam",
        "Rprop",
        "Optimizer",
    ]
)


@lru_cache(maxsize=8192)
def kind_of(origin: str) -> str:
    """One of ``pandas``, ``reduced`` (a number or a series), ``groupby``, ``array``, ``tensor``, ``module``, ``optimizer``, ``estimator``."""
    if not origin or origin[0] == "." or "." not in origin:
        return ""
    root, _, rest = origin.partition(".")
    parts = rest.split(".")
    if root in ("pandas", "geopandas"):
        return _pandas(parts)
    if root == "numpy":
        if parts[0] in _ARRAYS and len(parts) == 1:
            return "array"
        return "array" if parts[0] == "random" and len(parts) == 2 and parts[1] not in ("seed", "default_rng") else ""
    if root == "torch":
        return _torch(parts)
    if root in ("sklearn", "imblearn", "xgboost", "lightgbm", "catboost") and parts[-1][:1].isupper():
        return "estimator"
    return ""


def _pandas(parts: list[str]) -> str:
    if parts[0] not in _FRAMES:
        return ""
    found = "pandas"
    for part in parts[1:]:
        if found == "groupby":
            found = "pandas" if part in _KEEP else ""
        elif part == "groupby":
            found = "groupby"
        elif part in _REDUCE:
            found = "reduced"
        elif part in _KEEP:
            found = "pandas"
        else:
            return ""
        if not found:
            return ""
    return found


def _torch(parts: list[str]) -> str:
    if (
        parts[0] == "nn"
        and len(parts) == 2
        and parts[1][:1].isupper()
        and parts[1] not in ("Parameter", "ParameterList")
    ):
        return "module"
    if parts[0] == "optim" and parts[-1] in _OPTIMIZERS:
        return "optimizer"
    if parts[0] in ("hub", "jit") and parts[1:] == ["load"]:
        return "module"
    if parts[0] in _TENSORS and len(parts) == 1:
        return "tensor"
    return ""


def is_frame(origin: str) -> bool:
    """Whether this is surely a frame or a series."""
    return kind_of(origin) == "pandas"
