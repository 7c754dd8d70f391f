"""Objects and their methods: estimators that fit, transform, predict and score, and the containers that rows travel in."""

from __future__ import annotations

import ast
import dataclasses
from typing import Any

from msgspec.structs import replace

from mlopslint.lint.flow import api, frames, rules
from mlopslint.lint.flow.called import Call, Named
from mlopslint.lint.flow.events import Evaluation, Fit
from mlopslint.lint.flow.values import (
    NONE,
    UNKNOWN,
    Choice,
    Const,
    Data,
    Folds,
    Func,
    Groups,
    Ids,
    Inst,
    Labels,
    Map,
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
)


def construct(call: Call, kind: str) -> Value:
    """An object of a library's class of this kind."""
    name, args, named = call.name, call.args, call.named
    parts: tuple[Value, ...] = ()
    if kind in ("pipeline", "columns"):
        parts = _steps(call.arg(0, "steps", "transformers", "transformer_list", "features"))
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
    if name == "CountVectorizer" and "vocabulary" in named:
        kind = "stateless"
    if kind == "splitter" and isinstance(call.first, Data):  # the cross-validation of scikit-learn before 0.18
        call.machine.log.splits = True
        return Folds((id(call.node), call.first.rows))
    if kind == "network" and name == "Model" and not (args or "inputs" in named):
        return Obj(call.ident(), name, "")
    return Obj(call.ident(), name, kind, parts, options)


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


# What an object does


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
    """What a message calls an object: of a pipeline also the step that does what the whole does."""
    if isinstance(value, Obj):
        if value.kind in ("pipeline", "columns") and depth < 4:
            role = role_of(value)
            inner = next((name_of(part, depth + 1) for part in value.parts if role_of(part) == role and role), "")
            return f"{value.name} ({inner})" if inner and "(" not in inner else inner or value.name
        return value.name
    if isinstance(value, Choice):
        return next((name_of(item, depth + 1) for item in value.values if isinstance(item, Obj)), "estimator")
    return "estimator"


# Methods

_OF_ESTIMATORS = api.words("fit predict score fit_transform transform predict_proba evaluate")
_KEEP_TABLES = api.words("reset_index to_frame sort_values head dropna unstack agg")


def method(call: Call, owner: Value) -> Value:
    """``owner.name(...)``."""
    name = call.name
    if isinstance(owner, Data):
        return _of_data(call, owner)
    if isinstance(owner, Truth):
        return _of_truth(call, owner)
    if isinstance(owner, Groups):
        return frames.call_group(call.machine, owner, name, call.args, call.named, call.node)
    if isinstance(owner, Labels):
        return _of_labels(call, owner)
    if isinstance(owner, Stat):
        return Data(frozenset((owner.table,))) if owner.table and name in _KEEP_TABLES else owner
    if isinstance(owner, Seq):
        return _of_sequence(call, owner)
    if isinstance(owner, Map):
        return _of_mapping(call, owner)
    if isinstance(owner, Choice):
        if name in _OF_ESTIMATORS:
            return _of_object(call, owner)
        return join_all([method(call, item) for item in owner.values])
    if isinstance(owner, Inst):
        return _inherited(call, owner)
    if isinstance(owner, (Folds, Noise, Side)):
        return owner
    if isinstance(owner, Obj):
        return _of_object(call, owner)
    if isinstance(owner, Unknown):
        return _of_unknown(call)
    return UNKNOWN


def _of_data(call: Call, owner: Data) -> Value:
    return frames.call_method(call.machine, owner, call.name, call.args, call.named, call.node)


def _of_truth(call: Call, owner: Truth) -> Value:
    """A comparison of predictions and targets, whose mean is a score."""
    if call.name in api.SCORES and owner.data.predicted is not None:
        if owner.data.error:
            frames.evaluate(call.machine, owner.data, call.node, call.node.func)
        return UNKNOWN
    return owner if call.name in ("any", "all", "to_numpy", "isin", "values") else _of_data(call, owner.data)


def _of_unknown(call: Call) -> Value:
    data = data_of(call.arg(0, "X", "x"))
    if call.name == "predict" and data is not None:
        return replace(data, predicted=NONE, columns=None)
    return UNKNOWN if call.name in ("fit", "predict", "score") else call.unknown()


def _of_labels(call: Call, owner: Labels) -> Value:
    first = call.first
    if call.name == "isin" and owner.rows and first is not None:
        other = first.data if isinstance(first, Labels) else data_of(first)
        if other is not None and len(other.rows) == 1:
            part = call.machine.log.parts[next(iter(other.rows))]
            if part.side in (0, 1) and part.parents:
                return Side(part.key, part.side)
        return Truth(owner.data)
    return owner


def _of_sequence(call: Call, owner: Seq) -> Value:
    name, machine = call.name, call.machine
    if name in ("append", "extend", "insert", "add") and call.args:
        value = call.args[-1]
        if name == "extend" and isinstance(value, Seq):
            items = owner.items + value.items
        else:
            items = (*owner.items, value) if value not in owner.items else owner.items
        machine.mutate(owner, Seq(items[:24], owner.loose or machine.loop_depth > 0 or name == "extend"))
        return UNKNOWN
    if name in ("pop", "get"):
        return machine.element(owner)
    return dataclasses.replace(owner) if name == "copy" else UNKNOWN


def _of_mapping(call: Call, owner: Map) -> Value:
    name = call.name
    known: dict[Any, Value] = dict(owner.items)
    if name in ("get", "pop", "setdefault") and call.args:
        key = call.args[0]
        if isinstance(key, Const) and isinstance(key.value, (str, int)):
            return known.get(key.value, known.get(None, UNKNOWN))
        return join_all(list(known.values())[:12])
    if name == "items":
        if len(known) <= 12 and None not in known:
            return Seq(tuple(Seq((Const(key), value)) for key, value in known.items()))
        return Seq((Seq((UNKNOWN, join_all(list(known.values())))),), True)
    if name == "values":
        return Seq(tuple(known.values())[:12], True)
    return dataclasses.replace(owner) if name == "copy" else UNKNOWN


def _inherited(call: Call, owner: Inst) -> Value:
    """A method that a class of the module takes from its base."""
    machine, args, named, node = call.machine, call.args, call.named, call.node
    found = machine.find_method(owner.cls, call.name, owner)
    if isinstance(found, Func):
        return machine.apply(found, args, named, node)
    if call.name == "fit_transform":
        fit, transform = (machine.find_method(owner.cls, one, owner) for one in ("fit", "transform"))
        if isinstance(fit, Func):
            machine.apply(fit, args, named, node)
        if isinstance(transform, Func):
            return machine.apply(transform, args[:1], {}, node)
    return call.unknown(call.name)


# Estimators

_ROWS = ("X", "x", "texts", "raw_documents", "data", "y", "dtrain")  #: what libraries call the rows that they are given
_FITS = api.words("fit fit_transform fit_on_texts adapt partial_fit fit_generator train")
_PREDICTS = api.words("predict predict_proba predict_log_proba predict_classes decision_function predict_generator")
_TRANSFORMS = api.words("transform texts_to_sequences texts_to_matrix")
_SCORES = api.words("score evaluate evaluate_generator")


def _of_object(call: Call, owner: Value) -> Value:
    name, machine = call.name, call.machine
    role = role_of(owner)
    data = data_of(call.arg(0, *_ROWS))
    if role in ("over", "under") and name in ("fit_resample", "fit_sample", "fit"):
        return _fit_resample(call, owner, role, data) if data is not None else UNKNOWN
    if isinstance(owner, Obj) and owner.kind == "splitter":
        return _folds(call, owner, data)
    if name in _FITS:
        return _fit(call, owner, role, data)
    if data is not None:
        if name == "fit_predict":
            return replace(data, columns=None, predicted=NONE)
        if name == "inverse_transform":
            # Rows made up again from what is left of them, to be looked at or compared.
            return replace(data, columns=None, predicted=data.predicted if data.predicted is not None else NONE)
        if name in _TRANSFORMS:
            return _transformed(call, owner, role, data, machine.fits_of(owner))
        if name in _PREDICTS:
            rules.used(machine, data)
            return replace(data, columns=None, predicted=machine.fits_of(owner))
        if name in _SCORES:
            score(call, owner, data, call.shown(0, *_ROWS))
            return UNKNOWN
    if name in ("set_params", "set_output"):
        return owner
    if isinstance(owner, Obj) and owner.kind in ("", "unknown-class"):
        if name in ("fit_predict", "best_estimator_", "get_params"):
            return UNKNOWN
        if name == "train_test_split" and data is not None:
            return frames.split_data(machine, [data], call.node, 2)
        return call.unknown()
    return UNKNOWN


def _folds(call: Call, owner: Obj, data: Data | None) -> Value:
    if call.name != "split":
        return UNKNOWN
    if data is None:
        return Folds((id(call.node), NONE))
    call.machine.log.splits = True
    if owner.option("shuffle") is True or owner.name.endswith("ShuffleSplit"):
        rules.shuffled_split(call.machine, [data], call.node, owner.name)
    return Folds((id(call.node), data.rows))


def _fit(call: Call, owner: Value, role: str, data: Data | None) -> Value:
    if data is None:
        call.machine.set_fits(owner, NONE)
        return owner if call.name == "fit" and role else UNKNOWN
    if role == "scale" and _turned(call.shown(0, *_ROWS)):
        call.machine.set_fits(owner, NONE)  # every row is scaled by itself
        return data if call.name == "fit_transform" else owner
    target = data_of(call.arg(1, "y", "Y"))
    fits = learn(call, owner, data, target, call.shown(0, *_ROWS), call.named)
    if call.name == "fit_transform":
        return _transformed(call, owner, role, data, fits)
    return UNKNOWN if role == "network" else owner


def _turned(node: ast.AST) -> bool:
    """Whether rows are put where columns were: ``X.T``, ``X.transpose()``."""
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr in ("T", "transpose")


def layer(call: Call, owner: Obj) -> Value:
    """A fitted layer called on data."""
    data = data_of(call.first)
    if data is None:
        return UNKNOWN
    return _transformed(call, owner, role_of(owner), data, call.machine.fits_of(owner))


def _transformed(call: Call, owner: Value, role: str, data: Data, fits: Ids) -> Data:
    kept = frozenset(fit for fit in fits if call.machine.log.fits[fit].kind in api.LEARNS)
    columns = data.columns if role in ("scale", "impute") and isinstance(owner, Obj) and owner.kind == role else None
    out = replace(data, learned=data.learned | kept, columns=columns)
    if kept:
        rules.after_split(call.machine, out, kept)
    return out


def _fit_resample(call: Call, owner: Value, role: str, data: Data) -> Value:
    machine = call.machine
    target = data_of(call.arg(1, "y"))
    shown = frames.text(call.shown(0, *_ROWS))
    fit = machine.log.fit(Fit(role, name_of(owner), call.node, machine.cell, data.rows, shown))
    rules.fit_on_held_out(machine, owner, fit, data, target, call.node)
    resampled = replace(data, resampled=data.resampled | {fit})
    if target is None:
        return Seq((resampled, UNKNOWN))
    return Seq((resampled, replace(target, resampled=target.resampled | {fit})))


def learn(call: Call, owner: Value, data: Data, target: Data | None, shown: ast.AST, named: Named | None = None) -> Ids:
    """A fit of any object: recorded, and judged on the spot. ``shown`` is the expression of the rows, for messages."""
    machine, node = call.machine, call.node
    role = role_of(owner) or "unknown"
    known, fitted_before = role != "unknown", data.predicted is not None
    text = frames.text(shown)
    fit = machine.log.fit(
        Fit(role, name_of(owner), node, machine.cell, data.rows, text, known, fitted_before, data.learned)
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


def score(call: Call, owner: Value, data: Data, shown: ast.AST) -> None:
    """An evaluation of a fitted object on rows. ``shown`` is their expression, for messages."""
    machine = call.machine
    fits, text = machine.fits_of(owner), frames.text(shown)
    machine.log.evaluate(Evaluation(fits, data.rows, data.learned, call.node, machine.cell, text, machine.loop_depth))
    rules.used(machine, data)
