"""The leakage rules, asked at fits, splits and uses of data, and at the end of a module."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlopslint.lint.flow import Step, api, frames
from mlopslint.lint.flow.events import PROPER, Fit
from mlopslint.lint.flow.values import Choice, Data, Ids, Obj, Value
from mlopslint.patterns import late

if TYPE_CHECKING:
    from mlopslint.lint.flow.engine import Machine

#: Calls that put rows of two tables into one.
_JOINS = frozenset({"append", "concat", "concatenate", "extend", "union", "vstack"})


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _whole(machine: Machine, rows: Ids) -> Ids:
    return rows | machine.log.above(rows)


def before_split(machine: Machine, data: Data, node: ast.AST) -> None:
    """DAT101 and DAT103 at a split: what was learned or multiplied in the data ahead of it."""
    whole = _whole(machine, data.rows)
    of_train = machine.log.is_cut_train(data.rows)
    for one in sorted(data.learned - machine.reported):
        fit = machine.log.fits[one]
        if fit.rows & whole and fit.kind in api.LEARNS:
            _fit_before_split(machine, fit, node, machine.cell, "low" if of_train else api.LEARNS[fit.kind])
            if not of_train:
                machine.reported.add(one)
    for one in sorted(data.resampled):
        fit = machine.log.fits[one]
        if fit.rows & whole and not of_train:
            _resample_before_split(machine, fit, node)


def _fit_before_split(machine: Machine, fit: Fit, node: ast.AST, cell: int, confidence: str) -> None:
    """Noted, and reported at the end: the same step repeated for several columns is one leak."""
    if _of_one_picture(machine, fit.rows):
        return
    if _TARGET.match(fit.text):
        confidence = "low"  # a target centred or scaled tells the features nothing
    known = machine.early.get(id(fit))
    if known is None or _RANK[confidence] < _RANK[known[3]]:
        machine.early[id(fit)] = (fit, node, cell, confidence)


def _of_one_picture(machine: Machine, rows: Ids) -> bool:
    """The values are those of one file, read by itself: a picture scaled by its own range learns nothing from others."""
    for row in rows | machine.log.above(rows):
        part = machine.log.parts[row]
        if part.kind == "derived" and isinstance(part.node, ast.Call):
            func = part.node.func
            if (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) in _PICTURES:
                return True
    return False


_PICTURES = frozenset({"imread", "load_img", "dcmread", "decode_jpeg", "decode_png", "decode_image", "get_fdata"})
_TARGET = late(r"(y|target|labels?)(_all|_raw)?\b", re.I)
_RANK = {"high": 0, "medium": 1, "low": 2}


def finish_early(machine: Machine) -> None:
    """DAT101, one per step, data and split."""
    groups: dict[tuple[object, ...], list[tuple[Fit, ast.AST, int, str]]] = {}
    held_out = {id(node) for code, node, *_ in machine.found if code == "DAT102"}
    for found in machine.early.values():
        fit, node, _, confidence = found
        if id(fit.node) in held_out:
            continue  # one cause, and the other rule names it better
        groups.setdefault((fit.name, fit.rows, fit.cell, id(node), confidence), []).append(found)
    for group in groups.values():
        group.sort(key=lambda found: (_line(found[0].node), getattr(found[0].node, "col_offset", 0)))
        fit, node, cell, confidence = group[0]
        place = f"line {_line(node)}" + (f" of cell {cell}" if cell and cell != fit.cell else "")
        again = _again(group)
        if fit.kind in ("statistic", "rank"):
            message = f"{fit.name} of `{fit.text}` is taken{again}"
        else:
            message = f"{fit.name} is fitted on `{fit.text}`{again}"
        message += f" before the split in {place}, so the test rows shape the training data"
        steps = [Step(f"{one.name} fitted on {one.text}", _line(one.node), one.cell) for one, _, _, _ in group]
        machine.leak("DAT101", fit.node, fit.cell, message, (*steps, Step("split", _line(node), cell)), confidence)


def _listed(lines: list[int], most: int = 6) -> str:
    shown = ", ".join(map(str, lines[:most]))
    return shown + (" and more" if len(lines) > most else "")


def _resample_before_split(machine: Machine, fit: Fit, node: ast.AST, what: str = "split") -> None:
    machine.multiplied.setdefault(id(fit), (fit, node, machine.cell, what))


def finish_multiplied(machine: Machine) -> None:
    """DAT103, one per resampler and split: the classes of one table, resampled one after the other, are one leak."""
    groups: dict[tuple[object, ...], list[tuple[Fit, ast.AST, int, str]]] = {}
    for found in machine.multiplied.values():
        fit, node, cell, what = found
        groups.setdefault((fit.kind, fit.name, fit.cell, id(node), cell, what), []).append(found)
    for group in groups.values():
        group.sort(key=lambda found: (_line(found[0].node), getattr(found[0].node, "col_offset", 0)))
        fit, node, cell, what = group[0]
        place = f"line {_line(node)}" + (f" of cell {cell}" if cell and cell != fit.cell else "")
        effect = (
            "copies of one row, or rows made from it, fall on both sides"
            if fit.kind == "over"
            else "the test part no longer has the distribution of the data"
        )
        steps = [Step(f"{one.name} on {one.text}", _line(one.node), one.cell) for one, _, _, _ in group]
        machine.leak(
            "DAT103",
            fit.node,
            fit.cell,
            f"{fit.name} resamples `{fit.text}`{_again(group)} before the {what} in {place}: {effect}",
            (*steps, Step(what, _line(node), cell)),
            "high" if fit.kind == "over" else "medium",
        )


def _again(group: list[tuple[Fit, ast.AST, int, str]]) -> str:
    lines = sorted({_line(other.node) for other, _, _, _ in group[1:]} - {_line(group[0][0].node)})
    return f" (again in line{'s' if len(lines) > 1 else ''} {_listed(lines)})" if lines else ""


def before_cross_validation(machine: Machine, data: Data, node: ast.AST, confidence: str = "") -> None:
    """The folds of cross-validation are split from the data; on a training part it only blurs model choice."""
    if machine.log.is_train(data.rows) or machine.log.is_held_out(data.rows):
        return
    whole = _whole(machine, data.rows)
    if any(machine.log.parts[row].kind in PROPER for row in whole):
        return
    for one in sorted(data.learned):
        fit = machine.log.fits[one]
        if fit.rows & whole and fit.kind in api.LEARNS and fit.kind not in ("statistic", "rank"):
            level = confidence or ("medium" if api.LEARNS[fit.kind] == "high" else "low")
            _fit_before_split(machine, fit, node, machine.cell, level)
    for one in sorted(data.resampled):
        fit = machine.log.fits[one]
        if fit.rows & whole:
            _resample_before_split(machine, fit, node, "cross-validation")


def after_split(machine: Machine, data: Data, fits: Ids) -> None:
    """DAT101 at a transform: a part of split data is changed by what was fitted on the whole."""
    for row in data.rows:
        cut = _nearest_split(machine, row)
        if cut is None:
            continue
        part = machine.log.parts[cut]
        above = machine.log.above(frozenset((cut,)))
        for one in sorted(fits):
            fit = machine.log.fits[one]
            if fit.kind in api.LEARNS:
                if fit.rows & above:
                    _fit_before_split(machine, fit, part.node, part.cell, _level(machine, cut, fit))
                elif cut in fit.rows and machine.log.role(cut) in ("test", "valid"):
                    _fit_on_both(machine, fit, cut)


def _fit_on_both(machine: Machine, fit: Fit, cut: int) -> None:
    """DAT102 where training and held-out rows were put together again for a fit."""
    if not any(machine.log.role(row) == "train" for row in fit.rows):
        return
    part = machine.log.parts[cut]
    machine.leak(
        "DAT102",
        fit.node,
        fit.cell,
        f"{fit.name} is fitted on training and held-out rows together, `{fit.text}`: fit on the training part alone",
        (Step("held out", _line(part.node), part.cell), Step(f"fit on {fit.text}", _line(fit.node), fit.cell)),
        "high" if fit.kind in ("scale", "decompose", "select", "target") else "medium",
    )


def _nearest_split(machine: Machine, row: int) -> int | None:
    todo, seen = [row], set()
    while todo:
        one = todo.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if machine.log.parts[one].kind in PROPER:
            return one
        todo.extend(sorted(machine.log.parts[one].parents))
    return None


def statistic_of_held_out(machine: Machine, data: Data, fits: Ids, node: ast.AST) -> None:
    """DAT102 where held-out rows are filled or scaled by statistics of their own."""
    if not machine.log.is_held_out(data.rows) or not machine.log.is_proper(data.rows):
        return
    for one in sorted(fits):
        fit = machine.log.fits[one]
        extreme = fit.name in api.EXTREMES  # images are drawn between their own
        if fit.kind == "statistic" and not extreme and fit.rows & data.rows and machine.log.is_held_out(fit.rows):
            machine.leak(
                "DAT102",
                fit.node,
                fit.cell,
                f"{fit.name} of the held-out rows `{fit.text}` changes them: take it from the training part",
                (Step(f"{fit.name} of {fit.text}", _line(fit.node), fit.cell), Step("used", _line(node), machine.cell)),
                "medium",
            )


def _level(machine: Machine, cut: int, fit: Fit) -> str:
    """How sure a leak across a cut is; across one within a training part it only blurs the choice of a model."""
    return "low" if machine.log.is_cut_train(machine.log.parts[cut].parents) else api.LEARNS[fit.kind]


def used(machine: Machine, data: Data) -> None:
    """DAT101 where a held-out part made by a slice or mask is predicted or scored with what was learned on the whole."""
    if not data.learned or not machine.log.is_held_out(data.rows):
        return
    for row in data.rows:
        cut = machine.log.cut(row)
        if cut is None:
            continue
        part = machine.log.parts[cut]
        above = machine.log.above(frozenset((cut,)))
        for one in sorted(data.learned):
            fit = machine.log.fits[one]
            if fit.rows & above and fit.kind in api.LEARNS:
                _fit_before_split(machine, fit, part.node, part.cell, _level(machine, cut, fit))


def fit_on_held_out(
    machine: Machine, owner: Value, number: int, data: Data, target: Data | None, node: ast.Call
) -> None:
    """DAT102: a fit on rows that were held out."""
    log = machine.log
    fit = log.fits[number]
    if fit.stacked or fit.kind in ("cluster", "stateless", "prefit", "unknown", "unknown-class", ""):
        return
    if not log.is_held_out(data.rows):
        return
    if target is not None and target.predicted is not None:
        return  # predictions against the truth: a line drawn through them is an evaluation
    machine.log.held_out_fits.append((number, owner, data.rows, node, machine.cell, log.is_proper(data.rows)))


def finish_held_out(machine: Machine) -> None:
    log = machine.log
    models = frozenset().union(*(fit.rows for fit in log.fits if fit.kind in api.SUPERVISED))
    trained = {
        fit.name
        for fit in log.fits
        if fit.kind != "unknown" and (log.is_train(fit.rows) or (fit.rows <= models and not log.is_held_out(fit.rows)))
    }
    for number, owner, _, node, cell, proper in log.held_out_fits:
        fit = log.fits[number]
        if not proper and fit.name not in trained:
            continue
        if fit.kind in api.SUPERVISED and (not proper or (fit.name in trained and _judged_by_train(machine, number))):
            continue
        if fit.kind == "decompose" and fit.name not in trained:
            continue  # projected to be drawn
        method = node.func.attr if isinstance(node.func, ast.Attribute) else "fit"
        is_target = frames.text(node.args[0])[:1] in "yY" if node.args else False
        confidence = "high" if proper else "medium"
        if fit.kind in ("encode", "text") and proper:
            confidence = "medium" if fit.kind == "text" or fit.name in trained else "low"
        if fit.kind == "encode" and (
            is_target or fit.name in ("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer")
        ):
            confidence = "low"
        if fit.kind in ("over", "under"):
            message = f"{fit.name} resamples the held-out rows `{fit.text}`, so the evaluation is not on real rows"
        elif fit.kind in api.SUPERVISED:
            message = f"{fit.name} is trained on the held-out rows `{fit.text}`"
        else:
            message = f"{fit.name} is fitted on the held-out rows `{fit.text}`: fit on the training part, and only transform these"
        fix: tuple[str, ...] = ()
        if method == "fit_transform" and fit.kind in api.TRANSFORMERS and fit.name in trained and len(node.args) == 1:
            fix = ("rename", "transform") if _fitted_before(machine, owner, number) else ()
        steps = [Step(f"{method} on {fit.text}", _line(node), cell)]
        for row in sorted(fit.rows):
            cut = log.cut(row)
            if cut is not None:
                part = log.parts[cut]
                steps.insert(0, Step("held out", _line(part.node), part.cell))
                break
        machine.leak("DAT102", node, cell, message, tuple(steps), confidence, fix)


def _judged_by_train(machine: Machine, number: int) -> bool:
    """What was fitted on one half is evaluated on the other: cross-validation by hand, where each half is held out once."""
    return any(number in event.fits and machine.log.is_train(event.rows) for event in machine.log.evaluations)


def _fitted_before(machine: Machine, owner: Value, number: int) -> bool:
    """The same object was fitted on training rows ahead of this: it can transform."""
    return isinstance(owner, Obj) and any(
        one == owner.ident and earlier < number and machine.log.is_train(machine.log.fits[earlier].rows)
        for one, earlier in machine.log.fitted_objects
    )


def sees_all_columns(owner: Value, depth: int = 0) -> bool:
    """The estimator is given every column: no step chooses columns, or could."""
    if isinstance(owner, Obj):
        if owner.kind == "pipeline":
            return all(
                isinstance(part, Obj)
                and (part.kind in ("scale", "impute", "encode", "decompose") or sees_all_columns(part, depth + 1))
                for part in owner.parts
            )
        if owner.kind == "search" and depth < 4:
            return all(sees_all_columns(part, depth + 1) for part in owner.parts if isinstance(part, (Obj, Choice)))
        return owner.kind in api.SUPERVISED and owner.kind != "network"
    if isinstance(owner, Choice):
        return all(sees_all_columns(item, depth + 1) for item in owner.values)
    return False


def target_in_features(machine: Machine, data: Data, target: Data, node: ast.AST, name: str) -> None:
    """DAT106: the target is a column of the very table that the features are."""
    columns, goal = data.columns, target.columns
    if columns is None or goal is None or columns.table != goal.table or goal.only is None or len(goal.only) != 1:
        return
    (column,) = goal.only
    if not columns.has(column):
        return
    machine.leak(
        "DAT106",
        node,
        machine.cell,
        f"the target column {column!r} is still among the features passed to {name}",
        (Step(f"{column!r} is the target", _line(node), machine.cell),),
        "high",
    )


def shuffled_split(machine: Machine, datas: list[Data], node: ast.AST, name: str) -> None:
    """DAT107: rows in the order of time are split at random."""
    timed = next((data.timed for data in datas if data.timed), 0)
    if timed:
        machine.leak(
            "DAT107",
            node,
            machine.cell,
            f"{name} shuffles rows that are in the order of time (line {timed}): later rows train a model tested on earlier ones",
            (Step("ordered by time", timed, machine.cell), Step("split", _line(node), machine.cell)),
            "medium",
        )


def finish(machine: Machine) -> None:
    """The rules that need the whole module."""
    finish_held_out(machine)
    _used_at_end(machine)
    finish_early(machine)
    finish_multiplied(machine)
    _overlap(machine)
    _in_sample(machine)
    _multi_test(machine)


def _used_at_end(machine: Machine) -> None:
    for event in machine.log.evaluations:
        if event.learned:
            used(machine, Data(event.rows, event.learned))


def _overlap(machine: Machine) -> None:
    """DAT104: a model is evaluated on held-out rows that it was trained on."""
    log = machine.log
    for event in log.evaluations:
        if not event.fits or not event.rows or not log.is_held_out(event.rows):
            continue
        fits = [log.fits[one] for one in sorted(event.fits)]
        if not all(fit.kind in api.SUPERVISED and not fit.stacked for fit in fits):
            continue
        if not all(_holds(machine, fit.rows, event.rows) for fit in fits):
            continue
        if _joined_elsewhere(machine, event.node):
            continue
        fit = fits[0]
        place = f"line {_line(fit.node)}" + (f" of cell {fit.cell}" if fit.cell and fit.cell != event.cell else "")
        machine.leak(
            "DAT104",
            event.node,
            event.cell,
            f"{fit.name} is evaluated on rows that it was trained on: `{fit.text}` in {place} holds the test rows",
            (
                Step(f"{fit.name} trained on {fit.text}", _line(fit.node), fit.cell),
                Step("evaluated", _line(event.node), event.cell),
            ),
            "high",
        )


def _holds(machine: Machine, trained: Ids, tested: Ids) -> bool:
    """The rows trained on hold the tested ones and more, or overlap with them by independent sampling."""
    log = machine.log
    if trained == tested:
        return False
    for row in tested:
        cut = log.cut(row)
        if cut is None:
            return False
        above = log.above(frozenset((row,)))
        if row in trained or trained & above:
            # Trained on the held-out part and nothing else is fit-on-test.
            if not log.is_held_out(trained):
                continue
            return False
        part = log.parts[row]
        if part.kind == "sample" and any(_same_draw(machine, one, row) for one in trained):
            continue
        return False
    return True


def _joined_elsewhere(machine: Machine, evaluation: ast.AST) -> bool:
    """Whether rows are joined only where they are not evaluated: ``if not tune: join()``, and then ``if tune: evaluate()``."""
    here: set[tuple[str, bool]] = set()
    joined: set[tuple[str, bool]] = set()
    nothing: frozenset[tuple[str, bool]] = frozenset()
    todo: list[tuple[ast.AST, frozenset[tuple[str, bool]]]] = [(tree, nothing) for tree, _ in machine.cells]
    while todo:
        node, under = todo.pop()
        if node is evaluation:
            here |= under
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _JOINS:
            joined |= under
        if isinstance(node, ast.If):
            positive = not (isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not))
            text = ast.unparse(node.test).removeprefix("not ")
            todo.append((node.test, under))
            todo += [(child, under | {(text, positive)}) for child in node.body]
            todo += [(child, under | {(text, not positive)}) for child in node.orelse]
        else:
            todo += [(child, under) for child in ast.iter_child_nodes(node)]
    return any((text, not positive) in joined for text, positive in here)


def _same_draw(machine: Machine, one: int, other: int) -> bool:
    """Two samples drawn apart from the same rows."""
    a, b = machine.log.parts[one], machine.log.parts[other]
    return one != other and a.kind == b.kind == "sample" and a.parents == b.parents and a.key != b.key


def _in_sample(machine: Machine) -> None:
    """DAT104 where the only evaluation of a classifier in the whole module is on its training rows."""
    log = machine.log
    if log.splits or log.cross_validated or any(part.role in ("test", "valid", "train") for part in log.parts):
        return
    events = [event for event in log.evaluations if event.fits]
    for event in events:
        fits = [log.fits[one] for one in event.fits]
        if not event.rows or not all(fit.rows == event.rows and fit.kind == "classifier" for fit in fits):
            return
        if not all(log.parts[row].parents or log.parts[row].loaded for row in _whole(machine, event.rows)):
            return  # a toy array, or rows that are not known
    for event in events[:1]:
        fit = log.fits[min(event.fits)]
        machine.leak(
            "DAT104",
            event.node,
            event.cell,
            f"{fit.name} is evaluated only on the rows that it was trained on, `{fit.text}`: hold out a test part",
            (
                Step(f"{fit.name} trained on {fit.text}", _line(fit.node), fit.cell),
                Step("evaluated", _line(event.node), event.cell),
            ),
            "low",  # always so, but often in code that shows something else
        )


def _multi_test(machine: Machine) -> None:
    """DAT105: one test part judges several models and nothing else is held out."""
    log = machine.log
    if log.cross_validated or any(part.role == "valid" for part in log.parts):
        return
    seen: dict[Ids, set[int]] = {}
    reported: set[Ids] = set()
    for event in log.evaluations:
        if not event.fits or not log.is_held_out(event.rows) or not log.is_proper(event.rows):
            continue
        cuts = frozenset(cut for row in event.rows if (cut := log.cut(row)) is not None)
        if any(log.parts[cut].kind == "folds" for cut in cuts):
            continue
        known = seen.setdefault(cuts, set())
        known |= {id(log.fits[one].node) for one in event.fits}
        if (event.loop or len(known) > 1) and cuts not in reported:
            reported.add(cuts)
            why = "every round of the loop" if event.loop else f"{len(known)} models"
            machine.leak(
                "DAT105",
                event.node,
                event.cell,
                f"the same test rows judge {why}: choose by validation or cross-validation, and test once",
                (Step("evaluated", _line(event.node), event.cell),),
                "medium" if event.loop else "low",
            )
