"""Abstract interpreter of a module or of a notebook's cells: follows rows of data through statements, functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from msgspec.structs import replace

from mlopslint.lint.flow import api, calls, events, frames
from mlopslint.lint.flow.values import (
    NONE,
    UNKNOWN,
    Choice,
    Cls,
    Const,
    Data,
    Folds,
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
    Scope,
    Seq,
    Side,
    Stat,
    Truth,
    Unknown,
    Value,
    data_of,
    join,
    join_all,
    merge,
)

#: Bounds: work per module, nesting of calls, elements kept of a literal.
STEPS = 400_000
DEPTH = 8
ITEMS = 60

Heap: TypeAlias = dict[Any, Any]


class Exhausted(Exception):
    """The bound on work was reached; what was found until then stands."""


class _Loop:
    """States that leave a loop's body early."""

    def __init__(self) -> None:
        self.states: list[tuple[dict[str, Value], Heap]] = []


class _Known(NamedTuple):
    """What a call of a function made, and what it left in the heap. ``reads``: rows come from outside in it."""

    value: Value
    heap: Heap
    reads: bool


class Machine:
    """The interpreter of one module. ``reaching``: the last names of the functions that may lead to a leak; None for all."""

    def __init__(self, reaching: frozenset[str] | None = None) -> None:
        self.reaching = reaching
        self.log = events.Log()
        self.made: list[Scope] = []
        self.top = self.fresh(None)
        self.scope = self.top
        #: Attributes of instances and fits of objects, by their identity.
        self.heap: Heap = {}
        self.cells: Sequence[tuple[ast.Module, int]] = ()
        self.cell = 0
        self.steps = 0
        self.stack: list[ast.AST] = []
        self.scopes: list[Scope] = [self.top]
        self.returns: list[Value] = []
        self.loops: list[_Loop] = []
        self.loop_depth = 0
        self.star = False
        self.memo: dict[Any, _Known] = {}
        #: What the function that runs was called with, as far as it may decide which rows are read.
        self.context: Any = ()
        #: Its parameters whose values are not known: where each comes from.
        self.origins: dict[str, Any] = {}
        self.read = 0  #: how many sources were read so far, what is remembered included
        self.called: set[int] = set()
        self.functions: list[Func] = []
        self.classes: list[Cls] = []
        self.time_columns: set[str] = set()
        #: Fits ahead of a split, by identity: (fit, split, cell of the split, confidence).
        self.early: dict[int, tuple[events.Fit, ast.AST, int, str]] = {}
        self.multiplied: dict[int, tuple[events.Fit, ast.AST, int, str]] = {}
        #: Fits whose leak is known for sure: no need to look at them again.
        self.reported: set[int] = set()
        self.found: list[tuple[str, ast.AST, int, str, tuple[Any, ...], str, tuple[str, ...]]] = []

    def fresh(self, parent: Scope | None) -> Scope:
        """A scope without names."""
        scope = Scope({}, parent)
        self.made.append(scope)
        return scope

    def release(self) -> None:
        """Scopes let go of their functions, which hold them in turn: the trees are freed at once, collector or not."""
        for scope in self.made:
            scope.variables.clear()

    # Running

    def run(self, cells: Sequence[tuple[ast.Module, int]]) -> None:
        self.cells = cells
        try:
            for tree, cell in cells:
                self.cell = cell
                self.block(tree.body)
            for cls in list(self.classes):
                if id(cls.node) not in self.called:
                    self.cell = cls.cell
                    self.unused_class(cls)
            for func in list(self.functions):
                if id(func.node) not in self.called:
                    self.unused_function(func)
        except Exhausted:
            return

    def may_leak(self, name: str) -> bool:
        """Whether there is a point in looking at what a function of that name does."""
        return self.reaching is None or name in self.reaching

    def unused_function(self, func: Func) -> None:
        if not isinstance(func.node, ast.Lambda) and not self.may_leak(func.node.name):
            return
        self.apply(func, self.blank_arguments(func), {}, func.node)

    def blank_arguments(self, func: Func) -> list[Value]:
        """Parameters of a function that nothing here calls: rows of unknown source where their names say data."""
        out: list[Value] = []
        arguments = func.node.args.posonlyargs + func.node.args.args
        if func.owner is not None:
            arguments = arguments[1:]
        for argument in arguments:
            out.append(self.blank(argument.arg, argument))
        return out

    def blank(self, name: str, node: ast.AST) -> Value:
        if not frames.names_data(name):
            return UNKNOWN
        part = self.log.part("param", node, self.cell, NONE)
        self.log.name(part, name)
        return Data(frozenset((part,)))

    def unused_class(self, cls: Cls) -> None:
        if not self.may_leak(cls.node.name):
            return
        made = self.construct(cls, [], {}, cls.node, blank=True)
        for item in cls.node.body:
            if not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) or id(item) in self.called:
                continue
            if self.may_leak(item.name):
                func = Func(item, cls.scope, cls.cell, made)
                self.apply(func, self.blank_arguments(func), {}, item)

    def leak(
        self,
        code: str,
        node: ast.AST,
        cell: int,
        message: str,
        steps: tuple[Any, ...],
        confidence: str,
        fix: tuple[str, ...] = (),
    ) -> None:
        self.found.append((code, node, cell, message, steps, confidence, fix))

    # States

    def save(self) -> tuple[dict[str, Value], Heap]:
        return dict(self.scope.variables), dict(self.heap)

    def restore(self, state: tuple[dict[str, Value], Heap]) -> None:
        self.scope.variables.clear()
        self.scope.variables.update(state[0])
        self.heap = dict(state[1])

    def mix(self, other: tuple[dict[str, Value], Heap]) -> None:
        """Join another path's state into the present one."""
        mine = self.scope.variables
        for name, value in other[0].items():
            old = mine.get(name)
            if old is None:
                mine[name] = value
            elif old is not value:
                mine[name] = join(old, value)
        heap = self.heap
        for key, kept in other[1].items():
            old_kept = heap.get(key)
            if old_kept is None:
                heap[key] = kept
            elif old_kept is not kept and old_kept != kept:
                if isinstance(kept, frozenset):
                    heap[key] = kept | old_kept
                else:
                    both = dict(old_kept)
                    for name, value in kept.items():
                        both[name] = join(both[name], value) if name in both else value
                    heap[key] = both

    # Statements

    def block(self, body: list[ast.stmt]) -> bool:
        """Run statements; True when the end is never reached."""
        for node in body:
            self.steps += 1
            if self.steps > STEPS:
                raise Exhausted
            run = _STATEMENTS.get(node.__class__)
            if run is not None and run(self, node):
                return True
        return False

    def s_expr(self, node: ast.Expr) -> bool:
        self.ev(node.value)
        return False

    def s_assign(self, node: ast.Assign) -> bool:
        names, sources = node.targets[0], node.value
        if len(node.targets) == 1 and isinstance(names, (ast.Tuple, ast.List)):
            if isinstance(sources, (ast.Tuple, ast.List)) and len(names.elts) == len(sources.elts):
                if not _starred(names.elts + sources.elts):
                    values = [self.ev(item) for item in sources.elts]
                    for target, value in zip(names.elts, values, strict=True):
                        self.bind(target, value, sources)
                    return False
        value = self.ev(node.value)
        for target in node.targets:
            self.bind(target, value, node.value)
        return False

    def s_annassign(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            self.bind(node.target, self.ev(node.value), node.value)
        return False

    def s_augassign(self, node: ast.AugAssign) -> bool:
        right = self.ev(node.value)
        left = self.ev(node.target)
        self.bind(node.target, frames.binary(self, left, node.op, right, node), node.value)
        return False

    def s_return(self, node: ast.Return) -> bool:
        value = self.ev(node.value) if node.value is not None else UNKNOWN
        self.returns.append(value)
        return True

    def s_if(self, node: ast.If) -> bool:
        self.ev(node.test)
        known = self.truth(node.test)
        if known is not None:
            return self.block(node.body if known else node.orelse)
        before = self.save()
        ended = self.block(node.body)
        after = self.save()
        self.restore(before)
        ended_else = self.block(node.orelse)
        if ended and ended_else:
            return True
        if ended_else:
            self.restore(after)
        elif not ended:
            self.mix(after)
        return False

    def truth(self, test: ast.expr) -> bool | None:
        """Whether a test of a variable for None or for being there holds, as in ``if scaler is None``."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            known = self.truth(test.operand)
            return None if known is None else not known
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            other = test.comparators[0]
            if isinstance(other, ast.Constant) and isinstance(other.value, str) and self.stack:
                return self.chosen(test, other.value)
            if not (isinstance(other, ast.Constant) and other.value is None and isinstance(test.left, ast.Name)):
                return None
            value = self.get(test.left.id)
            if isinstance(value, Unknown):
                return None
            same = isinstance(value, Const) and value.value is None
            return same if isinstance(test.ops[0], (ast.Is, ast.Eq)) else not same
        if isinstance(test, ast.Name) and self.stack:
            value = self.get(test.id)
            if isinstance(value, Const) and isinstance(value.value, (bool, type(None))):
                return bool(value.value)
            if isinstance(value, Inst) or (isinstance(value, Obj) and value.kind):
                return True
        return None

    def chosen(self, test: ast.Compare, word: str) -> bool | None:
        """Whether a parameter is the word that it is compared with, as in ``if mode == "fit"``, in the call that is followed."""
        value = self.get(test.left.id) if isinstance(test.left, ast.Name) else None
        if not (isinstance(value, Const) and isinstance(value.value, str)):
            return None
        if isinstance(test.ops[0], ast.Eq):
            return value.value == word
        return value.value != word if isinstance(test.ops[0], ast.NotEq) else None

    def s_for(self, node: ast.For | ast.AsyncFor) -> bool:
        source = self.ev(node.iter)
        before = self.save()
        loop = _Loop()
        self.loops.append(loop)
        self.loop_depth += 1
        unrolled = isinstance(node.iter, (ast.Tuple, ast.List)) and 1 <= len(node.iter.elts) <= 4
        values = list(source.items) if unrolled and isinstance(source, Seq) else [self.element(source)] * 2
        for value in values:
            self.bind(node.target, value, node.iter)
            self.block(node.body)
            for state in loop.states:
                self.mix(state)
            loop.states.clear()
        self.loop_depth -= 1
        self.loops.pop()
        self.mix(before)
        self.block(node.orelse)
        return False

    def s_while(self, node: ast.While) -> bool:
        self.ev(node.test)
        before = self.save()
        loop = _Loop()
        self.loops.append(loop)
        self.loop_depth += 1
        for _ in range(2):
            self.block(node.body)
            for state in loop.states:
                self.mix(state)
            loop.states.clear()
        self.loop_depth -= 1
        self.loops.pop()
        self.mix(before)
        self.block(node.orelse)
        return False

    def s_leave(self, node: ast.Break | ast.Continue) -> bool:
        if self.loops:
            self.loops[-1].states.append(self.save())
        return True

    def s_raise(self, node: ast.Raise) -> bool:
        return True

    def s_try(self, node: ast.Try) -> bool:
        before = self.save()
        ended = self.block(node.body) or self.block(node.orelse)
        after = self.save()
        open_ends = [] if ended else [after]
        for handler in node.handlers:
            self.restore(before)
            self.mix(after)
            if not self.block(handler.body):
                open_ends.append(self.save())
        if not open_ends:
            self.block(node.finalbody)
            return True
        self.restore(open_ends[0])
        for state in open_ends[1:]:
            self.mix(state)
        return self.block(node.finalbody)

    def s_with(self, node: ast.With | ast.AsyncWith) -> bool:
        for item in node.items:
            value = self.ev(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, item.context_expr)
        return self.block(node.body)

    def s_match(self, node: ast.Match) -> bool:
        self.ev(node.subject)
        before = self.save()
        ends = [before]
        for case in node.cases:
            self.restore(before)
            if not self.block(case.body):
                ends.append(self.save())
        self.restore(ends[0])
        for state in ends[1:]:
            self.mix(state)
        return False

    def s_import(self, node: ast.Import) -> bool:
        for alias in node.names:
            if alias.asname:
                self.set(alias.asname, Mod(alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.set(top, Mod(top))
        return False

    def s_from(self, node: ast.ImportFrom) -> bool:
        base = ("." * node.level) + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.star = True
            else:
                self.set(alias.asname or alias.name, Mod(f"{base}.{alias.name}"))
        return False

    def s_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        func = Func(node, self.scope, self.cell)
        if len(self.scopes) == 1:
            self.functions.append(func)
        self.set(node.name, func)
        return False

    def s_class(self, node: ast.ClassDef) -> bool:
        cls = Cls(node, self.scope, self.cell)
        if len(self.scopes) == 1:
            self.classes.append(cls)
        self.set(node.name, cls)
        return False

    def s_global(self, node: ast.Global) -> bool:
        self.scope.shared.update(node.names)
        return False

    def s_delete(self, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.variables.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                base = self.ev(target.value)
                if isinstance(base, Data):
                    self.mutate(base, frames.without(self, base, self.ev(target.slice)))
        return False

    def s_assert(self, node: ast.Assert) -> bool:
        self.ev(node.test)
        return False

    # Binding

    def set(self, name: str, value: Value) -> None:
        scope = self.scope
        if name in scope.shared:
            scope = self.top
        scope.variables[name] = value

    def get(self, name: str) -> Value:
        scope: Scope | None = self.scope
        while scope is not None:
            value = scope.variables.get(name)
            if value is not None:
                return value
            scope = scope.parent
        if name in api.TELLING and self.star:
            return Mod("sklearn.metrics." + name if name in api.CV_FUNCTIONS or name.islower() else "sklearn." + name)
        return UNKNOWN

    def bind(self, target: ast.expr, value: Value, source: ast.expr) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise Exhausted
        if isinstance(target, ast.Name):
            value = self.name_rows(target.id, value, source)
            self.set(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.unpack(target.elts, value, source)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value, source)
        elif isinstance(target, ast.Attribute):
            owner = self.ev(target.value)
            value = self.name_rows(target.attr, value, source)
            if isinstance(owner, Inst):
                known = dict(self.heap.get(owner.ident, {}))
                known[target.attr] = value
                self.heap[owner.ident] = known
            elif isinstance(owner, Data):
                if target.attr in ("columns", "index"):
                    self.mutate(owner, frames.renamed(self, owner, target))
                else:
                    self.mutate(owner, frames.with_column(owner, Const(target.attr), value))
            elif isinstance(target.value, ast.Name) and isinstance(owner, Obj) and not owner.kind:
                self.scope.variables[f"{target.value.id}.{target.attr}"] = value
        elif isinstance(target, ast.Subscript):
            self.store(target, value, source)

    def store(self, target: ast.Subscript, value: Value, source: ast.expr) -> None:
        owner = self.ev(target.value)
        key = self.ev(target.slice)
        if isinstance(owner, Data):
            self.mutate(owner, frames.with_column(owner, key, value))
        elif isinstance(owner, Indexer):
            if isinstance(key, Seq) and len(key.items) == 2:
                key = key.items[1]
            self.mutate(owner.data, frames.with_column(owner.data, UNKNOWN if owner.name != "loc" else key, value))
        elif isinstance(owner, Map) and isinstance(key, Const) and len(owner.items) < ITEMS:
            if isinstance(key.value, str):
                value = self.name_rows(key.value, value, source)
            known = dict(owner.items)
            known[key.value] = value
            self.mutate(owner, Map(tuple(known.items())))
        elif isinstance(owner, Map) and len(owner.items) < ITEMS:
            known = dict(owner.items)
            known[None] = join(known[None], value) if None in known else value
            self.mutate(owner, Map(tuple(known.items())))

    def mutate(self, old: Value, new: Value) -> None:
        """An object changed in place: every variable and attribute that holds it sees it."""
        if old is new:
            return
        seen: set[int] = set()
        for scope in {id(scope): scope for scope in [*self.scopes, self.top]}.values():
            if id(scope) in seen:
                continue
            seen.add(id(scope))
            for name, value in scope.variables.items():
                if value is old:
                    scope.variables[name] = new
        for key, kept in self.heap.items():
            if isinstance(kept, dict) and any(value is old for value in kept.values()):
                self.heap[key] = {name: new if value is old else value for name, value in kept.items()}

    def name_rows(self, name: str, value: Value, source: ast.expr) -> Value:
        """A value bound to a name: the name may tell the role of rows made just now."""
        if isinstance(value, Data):
            if len(value.rows) == 1:
                self.log.name(next(iter(value.rows)), name)
        elif isinstance(source, ast.Call) and (isinstance(value, Unknown) or isinstance(value, Obj) and not value.kind):
            if frames.names_data(name):
                return self.source(source, name)
        return value

    def source(self, node: ast.AST, name: str) -> Data:
        """Rows that come from somewhere not seen here."""
        self.read += 1
        part = self.log.part("source", node, self.cell, NONE, own=(name, self.context))
        self.log.name(part, name)
        return Data(frozenset((part,)))

    def unpack(self, targets: list[ast.expr], value: Value, source: ast.expr) -> None:
        values: list[Value] = []
        if isinstance(value, Seq) and not value.loose and not _starred(targets):
            if len(value.items) == len(targets):
                values = list(value.items)
        if not values and isinstance(value, Folds):
            values = [self.element(value)] * len(targets)
        if not values and isinstance(value, (Seq, Choice)):
            choices = value.items if isinstance(value, Seq) else value.values
            tuples = [item for item in choices if isinstance(item, Seq) and len(item.items) == len(targets)]
            if isinstance(value, Choice) and tuples:
                values = [join_all([item.items[place] for item in tuples]) for place in range(len(targets))]
            else:
                values = [self.element(value)] * len(targets)
        if not values:
            # Rows of an unknown tuple: each name gets rows of its own; a data set's ready-made split is known by names.
            if isinstance(value, (Obj, Unknown)) and not (isinstance(value, Obj) and value.kind):
                for place, target in enumerate(targets):
                    if isinstance(target, ast.Name) and isinstance(source, ast.Call):
                        if frames.names_data(target.id):
                            self.read += 1
                            own = (_pair(target.id), self.context)
                            part = self.log.part("source", source, self.cell, NONE, own=own)
                            self.log.name(part, target.id)
                            self.set(target.id, Data(frozenset((part,))))
                            continue
                    self.bind(
                        target, UNKNOWN if place or not isinstance(target, (ast.Tuple, ast.List)) else value, source
                    )
                    if place and isinstance(target, (ast.Tuple, ast.List)):
                        self.bind(target, value, source)
                return
            values = [value if isinstance(value, (Data, Truth)) else UNKNOWN] * len(targets)
        for target, item in zip(targets, values, strict=False):
            self.bind(target, item, source)

    def element(self, value: Value) -> Value:
        """What a loop over a value sees."""
        if isinstance(value, Seq):
            tuples = [item for item in value.items if isinstance(item, Seq)]
            if len(tuples) == len(value.items) > 1 and len({len(item.items) for item in tuples}) == 1:
                width = range(len(tuples[0].items))
                return Seq(tuple(_choices([item.items[place] for item in tuples]) for place in width))
            return _choices(list(value.items))
        if isinstance(value, Map):
            return UNKNOWN
        if isinstance(value, Folds):
            return Seq((Side(value.split, 0, True), Side(value.split, 1, True)))
        if isinstance(value, (Data, Truth)):
            return value
        if isinstance(value, Choice):
            return join_all([self.element(item) for item in value.values])
        if isinstance(value, Obj) and value.kind == "splitter":
            return Seq((Side(value.ident, 0, True), Side(value.ident, 1, True)))
        if isinstance(value, Groups):
            return Seq((UNKNOWN, self.derived(value.data, None)))
        if isinstance(value, Labels) and not value.rows and value.data.columns and value.data.columns.only:
            return UNKNOWN
        return UNKNOWN

    def derived(self, data: Data, node: ast.AST | None, kind: str = "derived") -> Data:
        """Some of the rows, chosen or changed in a way that is not understood."""
        where = node if node is not None else self.top_node
        part = self.log.part(kind, where, self.cell, data.rows)
        return replace(data, rows=frozenset((part,)))

    top_node: ast.AST = ast.Module(body=[], type_ignores=[])

    # Expressions

    def ev(self, node: ast.expr | None) -> Value:
        if node is None:
            return UNKNOWN
        self.steps += 1
        if self.steps > STEPS:
            raise Exhausted
        run = _EXPRESSIONS.get(node.__class__)
        return run(self, node) if run is not None else UNKNOWN

    def e_name(self, node: ast.Name) -> Value:
        return self.get(node.id)

    def e_const(self, node: ast.Constant) -> Value:
        return Const(node.value)

    def e_seq(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        items: list[Value] = []
        loose = len(node.elts) > ITEMS
        for item in node.elts[:ITEMS]:
            if isinstance(item, ast.Starred):
                inner = self.ev(item.value)
                if isinstance(inner, Seq) and not inner.loose:
                    items += inner.items
                else:
                    loose = True
                    items.append(self.element(inner))
            else:
                items.append(self.ev(item))
        return Seq(tuple(items[: ITEMS * 2]), loose)

    def e_dict(self, node: ast.Dict) -> Value:
        items: dict[Any, Value] = {}
        for key, value in list(zip(node.keys, node.values, strict=True))[:ITEMS]:
            known = self.ev(key)
            item = self.ev(value)
            name = known.value if isinstance(known, Const) else None
            items[name] = join(items[name], item) if name in items else item
        return Map(tuple(items.items()))

    def e_attribute(self, node: ast.Attribute) -> Value:
        owner = self.ev(node.value)
        return self.attribute(owner, node)

    def attribute(self, owner: Value, node: ast.Attribute) -> Value:
        name = node.attr
        if isinstance(owner, Mod):
            return Mod(f"{owner.path}.{name}")
        if isinstance(owner, Data):
            return frames.attribute(self, owner, name, node)
        if isinstance(owner, Inst):
            held: Value | None = self.heap.get(owner.ident, {}).get(name)
            if held is not None:
                return held
            found = self.find_method(owner.cls, name, owner)
            return found if found is not None else Method(owner, name)
        if isinstance(owner, Cls):
            found = self.find_method(owner, name, None)
            return found if found is not None else UNKNOWN
        if isinstance(owner, Choice):
            return Method(owner, name)
        if isinstance(owner, Obj) and not owner.kind and isinstance(node.value, ast.Name):
            known = self.get(f"{node.value.id}.{name}")
            if known is not UNKNOWN:
                return known
        if isinstance(owner, Unknown):
            return Method(owner, name)
        return Method(owner, name)

    def find_method(self, cls: Cls, name: str, owner: Value | None, depth: int = 0) -> Value | None:
        for item in cls.node.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == name:
                decorators = {getattr(one, "id", getattr(one, "attr", "")) for one in item.decorator_list}
                if "staticmethod" in decorators:
                    return Func(item, cls.scope, cls.cell)
                func = Func(item, cls.scope, cls.cell, owner if owner is not None else UNKNOWN)
                if "property" in decorators:
                    return self.apply(func, [], {}, item)
                return func
        for base in cls.node.bases if depth < 5 else ():
            if isinstance(base, ast.Name):
                parent = self.get(base.id)
                if isinstance(parent, Cls) and parent.node is not cls.node:
                    found = self.find_method(parent, name, owner, depth + 1)
                    if found is not None:
                        return found
        return None

    def e_subscript(self, node: ast.Subscript) -> Value:
        owner = self.ev(node.value)
        return self.subscript(owner, node)

    def subscript(self, owner: Value, node: ast.Subscript) -> Value:
        if isinstance(owner, Data):
            return frames.index(self, owner, node.slice, node, "")
        if isinstance(owner, Truth):
            return Truth(owner.data)
        if isinstance(owner, Indexer):
            return frames.index(self, owner.data, node.slice, node, owner.name)
        key = self.ev(node.slice) if not isinstance(node.slice, ast.Slice) else UNKNOWN
        if isinstance(owner, Groups):
            return owner
        if isinstance(owner, Stat):
            return owner
        if isinstance(owner, Mod) and owner.path.rpartition(".")[2] in ("c_", "r_"):
            data = data_of(key)
            return data if data is not None else UNKNOWN
        if isinstance(owner, Seq):
            if isinstance(node.slice, ast.Slice):
                return owner if owner.loose else Seq(owner.items, True)
            if isinstance(key, Const) and isinstance(key.value, int) and not owner.loose:
                if -len(owner.items) <= key.value < len(owner.items):
                    return owner.items[key.value]
            return self.element(owner)
        if isinstance(owner, Map):
            known: dict[Any, Value] = dict(owner.items)
            if isinstance(key, Const) and _hashable(key.value) and key.value in known:
                return known[key.value]
            if not isinstance(key, Const) and known:
                return join_all(list(known.values())) if len(known) < ITEMS else UNKNOWN
            return known.get(None, UNKNOWN)
        if isinstance(owner, Choice):
            return join_all([self.subscript(item, node) for item in owner.values])
        if isinstance(owner, Folds):
            return self.element(owner)
        if isinstance(owner, Side) and not isinstance(node.slice, ast.Slice):
            return owner
        return UNKNOWN

    def e_binop(self, node: ast.BinOp) -> Value:
        left, right = self.ev(node.left), self.ev(node.right)
        return frames.binary(self, left, node.op, right, node)

    def e_unary(self, node: ast.UnaryOp) -> Value:
        value = self.ev(node.operand)
        if isinstance(value, Side) and isinstance(node.op, (ast.Invert, ast.Not)):
            return replace(value, side=1 - value.side) if value.side in (0, 1) else UNKNOWN
        if isinstance(value, Const) and isinstance(node.op, ast.USub) and isinstance(value.value, (int, float)):
            return Const(-value.value)
        return value if isinstance(value, (Data, Truth, Stat)) else UNKNOWN

    def e_compare(self, node: ast.Compare) -> Value:
        values = [self.ev(node.left)] + [self.ev(item) for item in node.comparators]
        for value in values:
            if isinstance(value, Noise):
                less = isinstance(node.ops[0], (ast.Lt, ast.LtE))
                return Side(value.split, 0 if less == (values[0] is value) else 1)
            if isinstance(value, Labels):
                return Labels(value.data, value.rows)
        found = [data for value in values if (data := data_of(value)) is not None and not isinstance(value, Stat)]
        if not found:
            return UNKNOWN
        whole = merge(found)
        predictions = [data for data in found if data.predicted is not None]
        rows = predictions[0].rows if predictions else whole.rows
        against = 0 < len(predictions) < len(found)
        return Truth(Data(rows, NONE, whole.resampled, None, whole.predicted, error=against))

    def e_boolop(self, node: ast.BoolOp) -> Value:
        return join_all([self.ev(item) for item in node.values])

    def e_ifexp(self, node: ast.IfExp) -> Value:
        self.ev(node.test)
        return join(self.ev(node.body), self.ev(node.orelse))

    def e_lambda(self, node: ast.Lambda) -> Value:
        return Func(node, self.scope, self.cell)

    def e_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        sources = self.enter(node.generators)
        value = self.ev(node.elt)
        self.leave()
        if isinstance(value, (Data, Truth)):
            return value
        data = data_of(sources[0]) if sources and isinstance(sources[0], (Data, Truth)) else None
        if data is not None and not isinstance(value, (Seq, Map, Obj, Inst, Stat)):
            return replace(data, columns=None)
        return Seq((value,), True)

    def e_dictcomp(self, node: ast.DictComp) -> Value:
        self.enter(node.generators)
        self.ev(node.key)
        value = self.ev(node.value)
        self.leave()
        return Map(((None, value),))

    def enter(self, generators: list[ast.comprehension]) -> list[Value]:
        self.scope = self.fresh(self.scope)
        self.scopes.append(self.scope)
        self.loop_depth += 1
        sources = []
        for item in generators:
            source = self.ev(item.iter)
            sources.append(source)
            self.bind(item.target, self.element(source), item.iter)
            for test in item.ifs:
                self.ev(test)
        return sources

    def leave(self) -> None:
        self.loop_depth -= 1
        self.scopes.pop()
        assert self.scope.parent is not None
        self.scope = self.scope.parent

    def e_walrus(self, node: ast.NamedExpr) -> Value:
        value = self.ev(node.value)
        self.bind(node.target, value, node.value)
        return value

    def e_inner(self, node: ast.Await | ast.Starred) -> Value:
        return self.ev(node.value)

    def e_joined(self, node: ast.JoinedStr) -> Value:
        for item in node.values:
            if isinstance(item, ast.FormattedValue):
                self.ev(item.value)
        return UNKNOWN

    def e_slice(self, node: ast.Slice) -> Value:
        return UNKNOWN

    def e_yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        value = self.ev(node.value)
        self.returns.append(Seq((value,), True))
        return UNKNOWN

    def e_call(self, node: ast.Call) -> Value:
        func = node.func
        target: Value
        if isinstance(func, ast.Attribute):
            owner = self.ev(func.value)
            if isinstance(owner, (Mod, Inst, Cls)):
                target = self.attribute(owner, func)
            else:
                target = Method(owner, func.attr)
                if isinstance(owner, Obj) and not owner.kind and isinstance(func.value, ast.Name):
                    known = self.get(f"{func.value.id}.{func.attr}")
                    target = known if isinstance(known, Func) else target
        else:
            target = self.ev(func)
        args: list[Value] = []
        for item in node.args:
            if item.__class__ is ast.Constant:
                args.append(Const(item.value))
            elif item.__class__ is ast.Starred:
                inner = self.ev(item.value)
                args += inner.items if isinstance(inner, Seq) and not inner.loose else [self.element(inner)]
            else:
                args.append(self.ev(item))
        named: dict[str, Value] = {}
        for word in node.keywords:
            given = word.value
            value = Const(given.value) if given.__class__ is ast.Constant else self.ev(given)
            if word.arg:
                named[word.arg] = value
        return self.call(target, args, named, node)

    def call(self, target: Value, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
        if isinstance(target, Func):
            return self.apply(target, args, named, node)
        if isinstance(target, Cls):
            return self.construct(target, args, named, node)
        if isinstance(target, Choice):
            return join_all([self.call(item, args, named, node) for item in target.values])
        return calls.call(self, target, args, named, node)

    # Functions and classes of the module

    def construct(
        self, cls: Cls, args: list[Value], named: dict[str, Value], node: ast.AST, blank: bool = False
    ) -> Value:
        self.called.add(id(cls.node))
        made = Inst((id(node), self.loop_depth > 0), cls)
        self.heap[made.ident] = dict(self.heap.get(made.ident, {}))
        setup = self.find_method(cls, "__init__", made)
        if isinstance(setup, Func):
            self.apply(setup, self.blank_arguments(setup) if blank else args, named, node)
        elif any("dataclass" in ast.dump(item) for item in cls.node.decorator_list):
            fields = [
                item.target.id
                for item in cls.node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            ]
            known = dict(self.heap.get(made.ident, {}))
            known.update(zip(fields, args, strict=False))
            known.update(named)
            self.heap[made.ident] = known
        return made

    def apply(self, func: Func, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
        body = func.node
        self.called.add(id(body))
        if body in self.stack or len(self.stack) >= DEPTH:
            return UNKNOWN
        if func.owner is not None and not isinstance(body, ast.Lambda):
            args = [func.owner, *args]
        given = (id(body), tuple(args), tuple(sorted(named.items(), key=lambda item: item[0])))
        key: tuple[Any, ...] = (*given, self.heap_of(args, named))
        known = self.memo.get(key)
        origins = self.origins_of(func, args, named, node)
        if known is not None and known.reads:
            key = (*key, tuple(origins.items()))
            known = self.memo.get(key)
        if known is not None and not isinstance(body, ast.Lambda):
            self.heap.update(known.heap)
            self.read += known.reads
            return known.value
        scope = self.fresh(func.scope)
        arguments = body.args.posonlyargs + body.args.args
        defaults = body.args.defaults
        for argument, default in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True):
            scope.variables[argument.arg] = self.ev(default) if isinstance(default, ast.Constant) else UNKNOWN
        for argument, kw_default in zip(body.args.kwonlyargs, body.args.kw_defaults, strict=True):
            scope.variables[argument.arg] = self.ev(kw_default) if isinstance(kw_default, ast.Constant) else UNKNOWN
        for argument, value in zip(arguments, args, strict=False):
            scope.variables[argument.arg] = value
        names = {argument.arg for argument in arguments + body.args.kwonlyargs}
        for name, value in named.items():
            if name in names:
                scope.variables[name] = value
        for name in names - set(scope.variables):
            scope.variables[name] = UNKNOWN
        if body.args.vararg:
            scope.variables[body.args.vararg.arg] = Seq(tuple(args[len(arguments) :]))
        heap_before, read_before = dict(self.heap), self.read
        outer, returns, cell, loops = self.scope, self.returns, self.cell, self.loops
        self.scope, self.returns, self.cell, self.loops = scope, [], func.cell, []
        caller = self.context, self.origins
        self.context, self.origins = (given, tuple(origins.items())), origins
        self.stack.append(body)
        self.scopes.append(scope)
        try:
            if isinstance(body, ast.Lambda):
                result = self.ev(body.body)
            else:
                self.block(body.body)
                result = join_all(self.returns) if len(self.returns) != 1 else self.returns[0]
        finally:
            self.scopes.pop()
            self.stack.pop()
            self.scope, self.returns, self.cell, self.loops = outer, returns, cell, loops
            self.context, self.origins = caller
        changed = {name: kept for name, kept in self.heap.items() if heap_before.get(name) is not kept}
        known = _Known(result, changed, self.read != read_before)
        self.memo[key] = known
        if known.reads:
            self.memo[(*key[:4], tuple(origins.items()))] = known
        return result

    def origins_of(self, func: Func, args: list[Value], named: dict[str, Value], node: ast.AST) -> dict[str, Any]:
        """Parameter -> where its value comes from, of those whose values are not known.

        ``load(args.train)`` and ``load(args.test)`` read different rows, though both paths are unknown.
        """
        if not isinstance(node, ast.Call):
            return {}
        found: dict[str, Any] = {}
        taken = func.node.args.posonlyargs + func.node.args.args
        if func.owner is not None:
            taken = taken[1:]
        for parameter, expression, value in zip(taken, node.args, args[len(args) - len(node.args) :], strict=False):
            if isinstance(expression, ast.Starred):
                break
            if isinstance(value, Unknown):
                found[parameter.arg] = self.origin(expression)
        for word in node.keywords:
            if word.arg and isinstance(named.get(word.arg), Unknown):
                found[word.arg] = self.origin(word.value)
        return found

    def origin(self, node: ast.expr) -> Any:
        """What tells an unknown value from other ones: how it is written, in terms of what the function was called with."""
        tail: list[Any] = []
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node, ast.Attribute):
                tail.append(node.attr)
            else:
                tail.append(node.slice.value if isinstance(node.slice, ast.Constant) else id(node.slice))
            node = node.value
        if isinstance(node, ast.Name):
            return (self.origins.get(node.id, (self.context, node.id)), *tail)
        return (id(node), *tail)

    def heap_of(self, args: list[Value], named: dict[str, Value]) -> Any:
        """What is known of the objects handed to a function, as part of what its result depends on."""
        out = []
        for value in [*args, *named.values()]:
            if isinstance(value, Obj):
                out.append((value.ident, self.heap.get(value.ident)))
            elif isinstance(value, Inst):
                out.append((value.ident, tuple(self.heap.get(value.ident, {}).items())))
        return tuple(out)

    # Fits of objects

    def fits_of(self, value: Value) -> Ids:
        if isinstance(value, Obj):
            fits: Ids = self.heap.get(("fits", value.ident), NONE)
            return fits
        if isinstance(value, Choice):
            return frozenset().union(*(self.fits_of(item) for item in value.values))
        return NONE

    def set_fits(self, value: Value, fits: Ids) -> None:
        if isinstance(value, Obj):
            self.heap[("fits", value.ident)] = fits
            # A pipeline fits its very steps; searches and other wrappers fit copies.
            for part in value.parts if value.kind == "pipeline" else ():
                self.set_fits(part, fits)
        elif isinstance(value, Seq):
            for item in value.items:
                self.set_fits(item, fits)


def _starred(items: list[ast.expr]) -> bool:
    return any(isinstance(item, ast.Starred) for item in items)


def _hashable(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, type(None)))


def _pair(name: str) -> str:
    """Features and target of one ready-made part share their rows."""
    return api.role_of_name(name) or (
        "data" if name.lower().rstrip("_0123456789") in ("x", "y", "target", "labels") else name
    )


def _choices(values: list[Value]) -> Value:
    """Elements of a literal: kept apart when they are objects, joined when they are rows."""
    return join_all(values)


_STATEMENTS: dict[type, Callable[[Machine, Any], bool]] = {
    ast.Expr: Machine.s_expr,
    ast.Assign: Machine.s_assign,
    ast.AnnAssign: Machine.s_annassign,
    ast.AugAssign: Machine.s_augassign,
    ast.Return: Machine.s_return,
    ast.If: Machine.s_if,
    ast.For: Machine.s_for,
    ast.AsyncFor: Machine.s_for,
    ast.While: Machine.s_while,
    ast.Break: Machine.s_leave,
    ast.Continue: Machine.s_leave,
    ast.Raise: Machine.s_raise,
    ast.Try: Machine.s_try,
    ast.With: Machine.s_with,
    ast.AsyncWith: Machine.s_with,
    ast.Match: Machine.s_match,
    ast.Import: Machine.s_import,
    ast.ImportFrom: Machine.s_from,
    ast.FunctionDef: Machine.s_def,
    ast.AsyncFunctionDef: Machine.s_def,
    ast.ClassDef: Machine.s_class,
    ast.Global: Machine.s_global,
    ast.Delete: Machine.s_delete,
    ast.Assert: Machine.s_assert,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Machine.s_try

_EXPRESSIONS: dict[type, Callable[[Machine, Any], Value]] = {
    ast.Name: Machine.e_name,
    ast.Constant: Machine.e_const,
    ast.Tuple: Machine.e_seq,
    ast.List: Machine.e_seq,
    ast.Set: Machine.e_seq,
    ast.Dict: Machine.e_dict,
    ast.Attribute: Machine.e_attribute,
    ast.Subscript: Machine.e_subscript,
    ast.BinOp: Machine.e_binop,
    ast.UnaryOp: Machine.e_unary,
    ast.Compare: Machine.e_compare,
    ast.BoolOp: Machine.e_boolop,
    ast.IfExp: Machine.e_ifexp,
    ast.Lambda: Machine.e_lambda,
    ast.ListComp: Machine.e_comprehension,
    ast.SetComp: Machine.e_comprehension,
    ast.GeneratorExp: Machine.e_comprehension,
    ast.DictComp: Machine.e_dictcomp,
    ast.NamedExpr: Machine.e_walrus,
    ast.Await: Machine.e_inner,
    ast.Starred: Machine.e_inner,
    ast.JoinedStr: Machine.e_joined,
    ast.Slice: Machine.e_slice,
    ast.Yield: Machine.e_yield,
    ast.YieldFrom: Machine.e_yield,
    ast.Call: Machine.e_call,
}
