"""What happened to rows: parts of data, fits, and evaluations, with the questions about how parts are related."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from msgspec import Struct, field

from mlopslint.lint.flow import api
from mlopslint.lint.flow.values import NONE, Ids

#: Ways to cut data that always make a train and a test part, and those that do when they are named so.
PROPER = frozenset({"split", "folds"})


class Part(Struct):
    """Some rows: those of a source (no parents), or a part of the rows of its parents."""

    kind: str  # source, param, split, folds, slice, mask, filter, sample, derived
    node: ast.AST
    cell: int
    parents: Ids
    key: Any = None
    side: int = 0
    role: str = ""
    named: bool = False
    #: Read or loaded by a call that is known to give data from outside.
    loaded: bool = False


class Fit(Struct):
    """Something learned from rows: by an estimator, a transformer, a statistic, a resampler."""

    kind: str
    name: str
    node: ast.AST
    cell: int
    rows: Ids
    text: str
    known: bool = True
    #: Learned only on some paths or on predictions of another model.
    stacked: bool = False
    learned: Ids = NONE


class Evaluation(NamedTuple):
    fits: Ids
    rows: Ids
    learned: Ids
    node: ast.AST
    cell: int
    text: str
    loop: int


class Log(Struct):
    """All events of one module."""

    parts: list[Part] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    #: Calls that split data, or hand it to cross-validation, at all.
    splits: bool = False
    cross_validated: bool = False
    #: Fits on held-out rows, and which object each fit was of; judged when the module is known as a whole.
    held_out_fits: list[tuple[int, Any, Ids, ast.Call, int, bool]] = field(default_factory=list)
    fitted_objects: list[tuple[Any, int]] = field(default_factory=list)
    _part_ids: dict[Any, int] = field(default_factory=dict)
    _fit_ids: dict[Any, int] = field(default_factory=dict)
    _above: dict[int, Ids] = field(default_factory=dict)
    _seen: set[Any] = field(default_factory=set)

    def part(
        self, kind: str, node: ast.AST, cell: int, parents: Ids, key: Any = None, side: int = 0, own: Any = None
    ) -> int:
        known = (kind, key if key is not None else (id(node), parents, own), side)
        found = self._part_ids.get(known)
        if found is None:
            found = self._part_ids[known] = len(self.parts)
            self.parts.append(Part(kind, node, cell, parents, known[1], side))
        elif not parents <= self.parts[found].parents:
            more = parents - {found} - self.parts[found].parents
            # A part is never its own ancestor, or the questions below would turn in circles.
            more = frozenset(one for one in more if found not in self.above(frozenset((one,))))
            self.parts[found].parents |= more
            self._above.clear()
        return found

    def fit(self, fit: Fit) -> int:
        known = (id(fit.node), fit.kind, fit.name, fit.rows)
        found = self._fit_ids.get(known)
        if found is None:
            found = self._fit_ids[known] = len(self.fits)
            self.fits.append(fit)
        return found

    def evaluate(self, event: Evaluation) -> None:
        known = (id(event.node), event.fits, event.rows)
        if known not in self._seen:
            self._seen.add(known)
            self.evaluations.append(event)

    def above(self, rows: Ids) -> Ids:
        """Everything that the rows are a part of, themselves apart unless one holds another."""
        out: set[int] = set()
        for row in rows:
            found = self._above.get(row)
            if found is None:
                seen: set[int] = set()
                todo = list(self.parts[row].parents)
                while todo:
                    one = todo.pop()
                    if one not in seen:
                        seen.add(one)
                        todo.extend(self.parts[one].parents)
                found = self._above[row] = frozenset(seen)
            out |= found
        return frozenset(out)

    def role(self, row: int) -> str:
        """train, valid, test, or "": a part's own role, else the one role of all that it is a part of."""
        roles: set[str] = set()
        seen: set[int] = set()
        todo = [row]
        while todo:
            one = todo.pop()
            if one in seen:
                continue
            seen.add(one)
            part = self.parts[one]
            if part.role or not part.parents:
                roles.add(part.role)
                if len(roles) > 1:
                    return ""
            else:
                todo.extend(part.parents)
        return roles.pop() if roles else ""

    def roles(self, rows: Ids) -> frozenset[str]:
        return frozenset(self.role(row) for row in rows)

    def is_held_out(self, rows: Ids) -> bool:
        """All of the rows are of test or validation parts."""
        return bool(rows) and self.roles(rows) <= {"test", "valid"}

    def is_train(self, rows: Ids) -> bool:
        return bool(rows) and self.roles(rows) <= {"train"}

    def is_cut_train(self, rows: Ids) -> bool:
        """All of the rows are of training parts whose counterpart was held out here."""
        return self.is_train(rows) and all(
            any(
                self.parts[one].role == "train" and self.parts[one].parents
                for one in {row, *self.above(frozenset((row,)))}
            )
            for row in rows
        )

    def cut(self, row: int) -> int | None:
        """The nearest part, the row's own or above, that bears the role of a held-out part."""
        todo, seen = [row], set()
        while todo:
            one = todo.pop(0)
            if one in seen:
                continue
            seen.add(one)
            if self.parts[one].role in ("test", "valid"):
                return one
            todo.extend(sorted(self.parts[one].parents))
        return None

    def is_proper(self, rows: Ids) -> bool:
        """Every row is held out by a cut of data seen here: a split, or a part whose counterpart for training is seen."""
        for row in rows:
            cut = self.cut(row)
            if cut is None:
                return False
            part = self.parts[cut]
            if part.kind in PROPER:
                continue
            if part.kind in ("source", "param", "derived") or not part.parents:
                return False
            if not any(
                other.role == "train" and other.parents & part.parents and other.kind not in ("source", "param")
                for other in self.parts
            ):
                return False
        return bool(rows)

    def name(self, row: int, name: str) -> None:
        """Called when a variable is bound to a part: the first telling name of what was made by a cut is its role."""
        part = self.parts[row]
        if part.role or (part.named and part.kind not in PROPER):
            return
        first, part.named = not part.named, True
        part.role = api.role_of_name(name)
        if (
            not part.role and first and part.kind == "split" and len(name) <= 3
        ):  # a, b: a name that says nothing leaves the order
            part.role = "test" if part.side else "train"
