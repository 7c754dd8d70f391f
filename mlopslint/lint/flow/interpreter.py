"""The abstract interpreter: one pass over the statements in their order, functions of the module at their calls."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from mlopslint.lint.flow import Leak, Step, knowledge
from mlopslint.lint.flow.state import Class, Data, Fit, Fold, Function, Object, Sampled, Tuple, join, merged

#: Statements and calls that one module may cost; a longer one is analysed in part.
BUDGET = 60_000
_DEPTH = 5
#: Splits that are files of their own are numbered from here downward, cuts of one frame from -1.
_FILES = -1_000_000

Env = dict[str, Any]


class Interpreter:
    """The state of one analysis."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.star = False
        self.globals: Env = {}
        self.cell = 0
        self.counter = 0
        self.budget = BUDGET
        self.depth = 0
        self.found: dict[tuple[str, int, int, int], Leak] = {}
        self.called: set[int] = set()
        self.returns: list[Any] = []
        self.fits: list[Fit] = []
        self.named_tests: list[tuple[Fit, Data]] = []
        self.held_out = False
        self.in_sample: list[tuple[Object, ast.AST, int]] = []
        self.guessing = False
        self.judged: dict[int, list[tuple[str, ast.AST, int]]] = {}
        self.envs: list[Env] = []

    # -- driving -------------------------------------------------------------------------------------------------------

    def module(self, cells: Sequence[tuple[ast.Module, int]]) -> None:
        """Run the cells, then what nobody has called, on rows of its own."""
        for tree, cell in cells:
            self.cell = cell
            self.block(tree.body, self.globals)
        for tree, cell in cells:
            self.cell = cell
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and id(node) not in self.called:
                    self.alone(node)

    def alone(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function that is called from elsewhere: its parameters are rows that nothing is known of."""
        self.guessing = True
        arguments = node.args
        env: Env = {}
        for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if item.arg in ("self", "cls"):
                env[item.arg] = Object("self")
            elif _rows(item.arg):
                env[item.arg] = self.named(item.arg, self.fresh())
        self.run(node, env)

    def run(self, node: Any, env: Env) -> Any:
        """The body of a function; what it returns."""
        self.called.add(id(node))
        if self.depth >= _DEPTH or self.budget <= 0:
            return None
        outer, self.returns = self.returns, []
        self.depth += 1
        self.envs.append(env)
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body, env)
            self.block(node.body, env)
        finally:
            self.depth -= 1
            self.envs.pop()
            results, self.returns = self.returns, outer
        value: Any = None
        for result in results:
            value = join(value, result)
        return value

    def fresh(self, frame: bool = True) -> Data:
        """Rows from somewhere."""
        self.counter += 1
        return Data(frozenset({self.counter}), frame=self.counter if frame else 0)

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt], env: Env) -> None:
        for node in body:
            self.budget -= 1
            if self.budget <= 0:
                return
            self.statement(node, env)

    def statement(self, node: ast.stmt, env: Env) -> None:
        if isinstance(node, ast.Assign):
            value = self.value(node.value, env)
            for target in node.targets:
                self.assign(target, value, env, node.value)
        elif isinstance(node, ast.Expr):
            self.value(node.value, env)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, self.value(node.value, env), env, node.value)
        elif isinstance(node, ast.AugAssign):
            value = self.combine(self.value(_load(node.target), env), self.value(node.value, env))
            self.assign(node.target, value, env, node.value)
        elif isinstance(node, ast.Return):
            self.returns.append(self.value(node.value, env) if node.value is not None else None)
        elif isinstance(node, ast.If):
            self.value(node.test, env)
            self.branches((node.body, node.orelse), env)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self.iterate(node, env)
        elif isinstance(node, ast.While):
            self.value(node.test, env)
            for _ in range(2):
                self.block(node.body, env)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                value = self.value(item.context_expr, env)
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, value, env, item.context_expr)
            self.block(node.body, env)
        elif isinstance(node, ast.Try):
            self.block(node.body, env)
            self.branches((*(handler.body for handler in node.handlers), node.orelse), env)
            self.block(node.finalbody, env)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            env[node.name] = Function(node)
        elif isinstance(node, ast.ClassDef):
            env[node.name] = Class(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imports(node, env)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    self.drop_from(target.value.id, _strings(target.slice), env)
                elif isinstance(target, ast.Name):
                    env.pop(target.id, None)
        elif isinstance(node, (ast.Assert, ast.Raise)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.value(child, env)
        elif hasattr(node, "cases"):
            self.branches(tuple(case.body for case in node.cases), env)

    def branches(self, bodies: Sequence[list[ast.stmt]], env: Env) -> None:
        """Each of these may run, or none: what is known afterwards is the join."""
        results = []
        for body in bodies:
            if body:
                inner = dict(env)
                self.block(body, inner)
                results.append(inner)
        if len(results) == 1 and len(bodies) == 1:
            results.append(dict(env))
        for inner in results:
            for name, value in inner.items():
                env[name] = join(env.get(name), value) if name in env and len(results) < 2 else value
        if len(results) > 1:
            for name in {key for inner in results for key in inner}:
                value = None
                for inner in results:
                    value = join(value, inner.get(name))
                env[name] = value

    def iterate(self, node: ast.For | ast.AsyncFor, env: Env) -> None:
        value = self.value(node.iter, env)
        call = node.iter
        while (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in ("enumerate", "tqdm", "list")
            and call.args
        ):
            call = call.args[0]
        split = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "split"
        item = value.items[0] if isinstance(value, Tuple) and value.items else value
        if isinstance(node.target, ast.Tuple) and split:
            self.held_out = True
        self.assign(node.target, item if not split else None, env, node.iter)
        if split and isinstance(call, ast.Call):
            names = [element for element in ast.walk(node.target) if isinstance(element, ast.Name)][-2:]
            base = next((self.value(argument, env) for argument in call.args), None)
            if len(names) == 2 and isinstance(base, Data):
                self.split_check(base, call, "the cross-validation", validation=True)
                self.counter += 1
                for name, part in zip(names, ("train", "test"), strict=True):
                    env[name.id] = Fold(self.counter, part)
        for _ in range(2):
            self.block(node.body, env)
        self.block(node.orelse, env)

    def imports(self, node: ast.Import | ast.ImportFrom, env: Env) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                self.names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
            elif alias.name == "*":
                self.star = self.star or (node.module or "").partition(".")[0] in knowledge.LIBRARIES
            else:
                self.names[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"

    # -- assignment ----------------------------------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: Any, env: Env, source: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            if value is None and isinstance(source, ast.Call) and _rows(target.id):
                value = self.fresh()  # a loader of the project, most likely
                source = None
            if isinstance(value, Data):
                value = self.named(target.id, value, source)
            env[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, Tuple) and len(value.items) == len(target.elts) else None
            for i, element in enumerate(target.elts):
                if isinstance(element, ast.Starred):
                    self.assign(element.value, None, env)
                    continue
                part = items[i] if items else (value._replace(frame=0, column="") if isinstance(value, Data) else None)
                inner = (
                    source.elts[i]
                    if isinstance(source, (ast.Tuple, ast.List)) and len(source.elts) == len(target.elts)
                    else None
                )
                self.assign(element, part, env, inner)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, env)
            if isinstance(owner, Data):
                self.store(target, value, env)
            elif isinstance(owner, Object):
                owner.attributes[target.attr] = (
                    self.named(target.attr, value, source) if isinstance(value, Data) else value
                )
        elif isinstance(target, ast.Subscript):
            self.store(target, value, env)

    def store(self, target: ast.Subscript | ast.Attribute, value: Any, env: Env) -> None:
        """``df['x'] = value``: the frame takes over what was applied to the value."""
        base: ast.expr = target.value
        while isinstance(base, (ast.Subscript, ast.Attribute)) and not (
            isinstance(base, ast.Attribute) and _is_self(base.value)
        ):
            base = base.value
        old = self.value(base, env)
        if not isinstance(old, Data) or old.statistic:
            return
        new = old
        if isinstance(value, Data) and not value.statistic and value.model is None:
            new = old._replace(fits=old.fits | value.fits, sampled=old.sampled | value.sampled)
        elif isinstance(value, Data) and value.statistic:
            new = self.apply(value.statistic, old)
        keys = _strings(target.slice) if isinstance(target, ast.Subscript) else [target.attr]
        if keys and new.dropped & set(keys):
            new = new._replace(dropped=new.dropped - set(keys))
        if isinstance(base, ast.Name):
            env[base.id] = new
        elif isinstance(base, ast.Attribute):
            owner = self.value(base.value, env)
            if isinstance(owner, Object):
                owner.attributes[base.attr] = new

    def assumed(self, node: ast.expr, value: Any, env: Env) -> Any:
        """A name that nothing is known of is rows where it is used as rows."""
        if value is None and isinstance(node, ast.Name) and node.id not in env:
            value = env[node.id] = self.named(node.id, self.fresh())
        return value

    def named(self, name: str, value: Data, source: ast.expr | None = None) -> Data:
        """Rows that their name calls train or test, where they are loaded so or cut from others."""
        kinds = {part for _, part in value.parts}
        if (value.parts and not (value.subset and kinds == {"train", "test"})) or value.statistic or not value.origins:
            return value
        part = "test" if knowledge.TEST_NAME.search(name) else "val" if knowledge.VALID_NAME.search(name) else ""
        train = bool(knowledge.TRAIN_NAME.search(name))
        if value.model is not None or bool(part) == train:
            return value  # neither, or test_train_ratio and kin
        if value.subset and source is not None:
            self.held_out = self.held_out or bool(part)
            self.split_check(value, source, f"{name} is cut from it", "medium")
            return value._replace(parts=frozenset({(-min(value.origins), part or "train")}))
        if source is None or (isinstance(source, ast.Call) and self.loads(source)):
            return value._replace(parts=frozenset({(_FILES - min(value.origins), "test" if part else "train")}))
        return value

    def loads(self, call: ast.Call) -> bool:
        """Whether a call reads rows from somewhere."""
        return bool(knowledge.LOADERS.match(_last(call.func)))

    def drop_from(self, name: str, columns: list[str], env: Env) -> None:
        old = env.get(name)
        if isinstance(old, Data):
            env[name] = old._replace(dropped=old.dropped | set(columns)) if columns else old._replace(frame=0)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr | None, env: Env) -> Any:
        """What an expression is; None where nothing is known."""
        if node is None or self.budget <= 0:
            return None
        if isinstance(node, ast.Name):
            return env.get(node.id, self.globals.get(node.id))
        if isinstance(node, ast.Call):
            self.budget -= 1
            return self.call(node, env)
        if isinstance(node, ast.Attribute):
            return self.attribute(node, env)
        if isinstance(node, ast.Subscript):
            return self.subscript(node, env)
        if isinstance(node, (ast.Tuple, ast.List)):
            return Tuple(tuple(self.value(item, env) for item in node.elts))
        if isinstance(node, ast.BinOp):
            return self.combine(self.value(node.left, env), self.value(node.right, env))
        if isinstance(node, ast.UnaryOp):
            return self.value(node.operand, env)
        if isinstance(node, ast.IfExp):
            self.value(node.test, env)
            return join(self.value(node.body, env), self.value(node.orelse, env))
        if isinstance(node, ast.Lambda):
            return Function(node)
        if isinstance(node, ast.NamedExpr):
            value = self.value(node.value, env)
            self.assign(node.target, value, env, node.value)
            return value
        if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            inner = dict(env)
            for part in node.generators:
                item = self.value(part.iter, inner)
                self.assign(part.target, item.items[0] if isinstance(item, Tuple) and item.items else item, inner)
            made = self.value(node.elt, inner)
            return Tuple((made,)) if made is not None else None
        if isinstance(node, ast.Await):
            return self.value(node.value, env)
        if isinstance(node, ast.Compare):
            self.value(node.left, env)
            for item in node.comparators:
                self.value(item, env)
            return None
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, env)
        return None

    def combine(self, one: Any, two: Any) -> Any:
        """Arithmetic: rows by a statistic of rows, or rows by rows."""
        if isinstance(one, Data) and isinstance(two, Data):
            if one.statistic and two.statistic:
                return one
            if two.statistic:
                return self.apply(two.statistic, one)._replace(column="", model=None)
            if one.statistic:
                return self.apply(one.statistic, two)._replace(column="", model=None)
            return one._replace(fits=one.fits | two.fits, sampled=one.sampled | two.sampled, column="")
        if isinstance(one, Tuple) and isinstance(two, Tuple):
            return Tuple(one.items + two.items)
        return one if isinstance(one, Data) else two if isinstance(two, Data) else None

    def attribute(self, node: ast.Attribute, env: Env) -> Any:
        owner = self.value(node.value, env)
        if isinstance(owner, Object):
            if node.attr in owner.attributes:
                return owner.attributes[node.attr]
            method = _method(owner.definition, node.attr)
            return Function(method, owner) if method is not None else None
        if isinstance(owner, Data):
            if node.attr in knowledge.SCALARS:
                return None
            if node.attr in ("values", "T", "str", "dt", "iloc", "loc", "at", "iat", "data", "array"):
                return owner
            if node.attr in ("target", "labels"):
                return owner._replace(column="target", frame=0)
            return owner._replace(column=node.attr, selected=frozenset({node.attr})) if owner.frame else owner
        return None

    def subscript(self, node: ast.Subscript, env: Env) -> Any:
        owner = self.value(node.value, env)
        key = node.slice
        if isinstance(owner, Tuple):
            position = key.value if isinstance(key, ast.Constant) else None
            if isinstance(position, int) and -len(owner.items) <= position < len(owner.items):
                return owner.items[position]
            return owner.items[0] if owner.items else None
        if not isinstance(owner, Data):
            self.value(key, env)
            return None
        locating = isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc")
        columns = key.elts[1] if locating and isinstance(key, ast.Tuple) and len(key.elts) == 2 else None
        rows = key.elts[0] if isinstance(key, ast.Tuple) and key.elts else key
        fold = self.value(rows, env) if isinstance(rows, (ast.Name, ast.Attribute)) else None
        if isinstance(fold, Fold):
            return owner._replace(parts=owner.parts | {(fold.split, fold.part)})
        if columns is not None:
            chosen = _strings(columns)
            subset = not (isinstance(rows, ast.Slice) and rows.lower is None and rows.upper is None)
            return self.columns(owner._replace(subset=owner.subset or subset), chosen, columns)
        if locating:
            return owner._replace(subset=True)
        names = _strings(key)
        if names:
            return self.columns(owner, names, key)
        if isinstance(key, (ast.Slice, ast.Compare, ast.BinOp, ast.UnaryOp)):
            if isinstance(key, ast.Slice) and key.lower is None and key.upper is None:
                return owner
            return owner._replace(subset=True)
        if isinstance(key, ast.Tuple) and any(isinstance(item, ast.Slice) for item in key.elts):
            first = key.elts[0]
            cut = isinstance(first, ast.Slice) and (first.lower is not None or first.upper is not None)
            return owner._replace(frame=0, subset=owner.subset or cut)
        return owner._replace(frame=0, subset=True)

    def columns(self, owner: Data, names: list[str], key: ast.expr) -> Data:
        if not names:
            full = isinstance(key, ast.Slice) and key.lower is None and key.upper is None
            return owner if full else owner._replace(frame=0, column="")
        single = isinstance(key, ast.Constant)
        return owner._replace(selected=frozenset(names), column=names[0] if single else "")

    # -- calls ---------------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call, env: Env) -> Any:
        func = node.func
        if isinstance(func, ast.Attribute):
            owner = self.value(func.value, env)
            if owner is not None:
                return self.method(owner, func.attr, node, env)
        dotted = self.dotted(func)
        last = dotted.rpartition(".")[2]
        target = env.get(func.id, self.globals.get(func.id)) if isinstance(func, ast.Name) else None
        if isinstance(target, Function):
            return self.invoke(target, node, env)
        if isinstance(target, Class):
            return self.instance(target, node, env)
        if isinstance(target, Object):
            return self.method(target, "__call__", node, env)
        args = [self.value(item.value if isinstance(item, ast.Starred) else item, env) for item in node.args]
        words = {item.arg: self.value(item.value, env) for item in node.keywords if item.arg}
        root = dotted.partition(".")[0]
        known = root in knowledge.LIBRARIES or (self.star and "." not in dotted)
        if last == "train_test_split" or (last == "random_split" and root == "torch"):
            rows = [self.assumed(item, value, env) for item, value in zip(node.args, args, strict=True)]
            return self.split(node, rows, last)
        if last in knowledge.CROSS_VALIDATION and known:
            self.held_out = True
            for value in (args[1] if len(args) > 1 else words.get("X"),):
                if isinstance(value, Data):
                    self.split_check(value, node, f"{last} splits it", validation=True)
            return None
        if last == "resample" and root == "sklearn" and args and isinstance(args[0], Data):
            return self.sample(args[0], "resample", node, node.args[0])
        if known and last[:1].isupper() or (known and last in knowledge.COMPOSITES):
            return self.construct(last, args, words)
        if knowledge.METRICS.match(last) and (root == "sklearn" or "." not in dotted or root == "metrics"):
            self.judge(node, args)
            return None
        return self.function(node, dotted, last, args, words)

    def function(self, node: ast.Call, dotted: str, last: str, args: list[Any], words: dict[str, Any]) -> Any:
        """A function of a library that nothing special is known of: rows in, rows out."""
        root = dotted.partition(".")[0]
        every = [
            item
            for value in (*args, *words.values())
            for item in (value.items if isinstance(value, Tuple) else (value,))
        ]
        rows = [item for item in every if isinstance(item, Data)]
        if (
            last
            in ("concat", "concatenate", "vstack", "hstack", "append", "column_stack", "merge", "stack", "r_", "c_")
            and rows
        ):
            return merged(rows)
        if (
            root in ("numpy", "scipy")
            and last.removeprefix("nan") in knowledge.FRAME_STATISTICS
            and rows
            and not rows[0].statistic
        ):
            return self.statistic(rows[0], last, node, node.args[0] if node.args else node)
        if (
            last in ("scale", "minmax_scale", "robust_scale", "quantile_transform", "power_transform")
            and root == "sklearn"
            and rows
        ):
            return rows[0]._replace(fits=rows[0].fits | {self.fit(last, rows[0], node, node.args[0])})
        if last == "zscore" and root == "scipy" and rows:
            return rows[0]._replace(fits=rows[0].fits | {self.fit(last, rows[0], node, node.args[0])})
        if last in (
            "len",
            "print",
            "type",
            "isinstance",
            "range",
            "str",
            "int",
            "float",
            "display",
            "sum",
            "zip",
            "enumerate",
            "sorted",
            "show",
        ):
            if last == "zip":
                return Tuple((Tuple(tuple(args)),))
            return None
        if rows and root not in ("matplotlib", "seaborn", "plotly", "plt", "sns"):
            return rows[0]._replace(
                frame=rows[0].frame if last in ("array", "asarray", "get_dummies", "DataFrame", "to_numeric") else 0,
                model=rows[0].model,
                column="" if last == "get_dummies" else rows[0].column,
            )
        if knowledge.LOADERS.match(last):
            if any(
                item.arg == "return_X_y" and isinstance(item.value, ast.Constant) and item.value.value
                for item in node.keywords
            ) or (last.startswith("make_") and root == "sklearn"):
                data = self.fresh(frame=False)
                return Tuple((data, data._replace(column="target")))
            data = self.fresh()
            if any(item.arg == "parse_dates" for item in node.keywords) and any(
                item.arg == "index_col" for item in node.keywords
            ):
                data = data._replace(ordered=True)
            return data
        return None

    def construct(self, last: str, args: list[Any], words: dict[str, Any]) -> Object:
        """An object of a library."""
        if last in knowledge.COMPOSITES or last in knowledge.SEARCHES or last in knowledge.CALIBRATION:
            inner = tuple(_objects([*args, *words.values()]))
            learns = bool(inner) and all(map(_transforms, inner))
            return Object(last, learns and any(item.statistical for item in inner), inner)
        return Object(last, last in knowledge.STATISTICS)

    def instance(self, target: Class, node: ast.Call, env: Env) -> Object:
        made = Object(target.node.name)
        made.definition = target.node
        start = _method(target.node, "__init__")
        if start is not None:
            self.invoke(Function(start, made), node, env)
        return made

    def invoke(self, function: Function, node: ast.Call, env: Env) -> Any:
        """A function of the module with these arguments."""
        arguments = function.node.args
        args = [self.value(item.value if isinstance(item, ast.Starred) else item, env) for item in node.args]
        words = {item.arg: self.value(item.value, env) for item in node.keywords if item.arg}
        inner: Env = {}
        names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
        if function.owner is not None and names:
            inner[names[0]] = function.owner
            names = names[1:]
        inner.update(zip(names, args, strict=False))
        inner.update({name: value for name, value in words.items() if name})
        scope = {**env, **inner} if isinstance(function.node, ast.Lambda) else inner
        return self.run(function.node, scope)

    def method(self, owner: Any, name: str, node: ast.Call, env: Env) -> Any:
        if isinstance(owner, Object):
            own = _method(owner.definition, name)
            if own is not None:
                return self.invoke(Function(own, owner), node, env)
            if name in owner.attributes and isinstance(owner.attributes[name], Object):
                return self.method(owner.attributes[name], "__call__", node, env)
        args = [self.value(item.value if isinstance(item, ast.Starred) else item, env) for item in node.args]
        words = {item.arg: self.value(item.value, env) for item in node.keywords if item.arg}
        if isinstance(owner, Object):
            if args and owner.cls in knowledge.STATISTICS | knowledge.COMPOSITES:
                args[0] = self.assumed(node.args[0], args[0], env)
            return self.of_object(owner, name, node, args, words)
        if isinstance(owner, Data):
            return self.of_rows(owner, name, node, args, words, env)
        if isinstance(owner, Tuple) and name == "append" and args:
            return None
        return None

    def of_object(self, owner: Object, name: str, node: ast.Call, args: list[Any], words: dict[str, Any]) -> Any:
        first = (
            args[0]
            if args
            else next(
                (words[key] for key in ("X", "x", "X_train", "data", "raw_documents", "texts") if key in words), None
            )
        )
        source = node.args[0] if node.args else node
        if isinstance(first, Tuple):
            first = next((item for item in first.items if isinstance(item, Data)), None)
        if knowledge.RESAMPLERS.match(owner.cls) and name in ("fit_resample", "fit_sample", "fit_transform"):
            if not isinstance(first, Data):
                return None
            made = self.sample(first, owner.cls, node, source)
            return Tuple((made, made._replace(column="target")))
        if name in ("fit", "fit_transform", "partial_fit", "adapt", "fit_on_texts", "fit_predict"):
            target = args[1] if len(args) > 1 else words.get("y")
            self.learn(owner, name, node, first, target, source)
            if name == "fit_transform":
                return self.transform(owner, first)
            return owner if name in ("fit", "partial_fit") else None
        if name in ("transform", "texts_to_sequences", "texts_to_matrix", "inverse_transform", "__call__") and (
            owner.statistical or owner.cls in knowledge.STATELESS or owner.cls in knowledge.COMPOSITES
        ):
            return self.transform(owner, first)
        if name in (
            "predict",
            "predict_proba",
            "decision_function",
            "predict_log_proba",
            "predict_classes",
            "__call__",
        ):
            if isinstance(first, Data):
                return first._replace(model=owner, of=first, column="", frame=0)
            return None
        if name in ("score", "evaluate") and isinstance(first, Data):
            self.judge_model(owner, first, node)
            return None
        if name == "split" and owner.cls in knowledge.SPLITTERS:
            return None
        if name in ("set_params", "set_output", "to", "cuda", "compile", "eval", "train"):
            return owner
        return None

    def of_rows(self, owner: Data, name: str, node: ast.Call, args: list[Any], words: dict[str, Any], env: Env) -> Any:
        if name in knowledge.FRAME_STATISTICS and not owner.statistic and owner.model is None:
            return self.statistic(owner, name, node, node.func.value if isinstance(node.func, ast.Attribute) else node)
        if name in ("fillna", "clip", "replace", "where", "mask", "sub", "div", "subtract", "divide", "add", "mul"):
            for value in (*args, *words.values()):
                if isinstance(value, Data) and value.statistic:
                    changed = self.apply(value.statistic, owner, filled=name == "fillna")
                    return self.in_place(owner, changed, node, env) or changed
            return owner
        if name == "drop":
            columns = [
                text
                for item in (*node.args[:1], *(w.value for w in node.keywords if w.arg in ("columns", "labels")))
                for text in _strings(item)
            ]
            by_column = any(word.arg == "columns" for word in node.keywords) or any(
                isinstance(item, ast.Constant) and item.value in (1, "columns")
                for item in (*node.args[1:2], *(w.value for w in node.keywords if w.arg == "axis"))
            )
            if by_column:
                changed = (
                    owner._replace(dropped=owner.dropped | set(columns), column="")
                    if columns
                    else owner._replace(frame=0)
                )
            else:
                changed = owner._replace(subset=True)
            self.in_place(owner, changed, node, env)
            return changed
        if name == "pop":
            columns = _strings(node.args[0]) if node.args else []
            self.in_place(owner, owner._replace(dropped=owner.dropped | set(columns)), node, env, force=True)
            return (
                owner._replace(column=columns[0], selected=frozenset(columns)) if columns else owner._replace(frame=0)
            )
        if name == "sample":
            replaced = any(
                word.arg == "replace" and isinstance(word.value, ast.Constant) and word.value.value is True
                for word in node.keywords
            )
            made = owner._replace(subset=True)
            return (
                self.sample(
                    made,
                    "sample(replace=True)",
                    node,
                    node.func.value if isinstance(node.func, ast.Attribute) else node,
                )
                if replaced
                else made
            )
        if name in ("append", "join", "merge", "concat"):
            rows = [item for item in args if isinstance(item, Data)]
            return merged([owner, *rows]) if rows else owner
        if name in knowledge.SUBSETS:
            return owner._replace(subset=True)
        if name in ("sort_values", "set_index", "sort_index"):
            timed = any(
                knowledge.TIME_NAME.search(text)
                for item in (*node.args, *(word.value for word in node.keywords))
                for text in _strings(item)
            )
            return owner._replace(ordered=owner.ordered or timed)
        if name in (
            "to_numpy",
            "copy",
            "astype",
            "reset_index",
            "dropna",
            "drop_duplicates",
            "assign",
            "rename",
            "to_frame",
            "ravel",
            "flatten",
            "reshape",
            "squeeze",
            "toarray",
            "todense",
            "apply",
            "map",
            "transform",
            "round",
            "shift",
            "ffill",
            "bfill",
            "interpolate",
            "values",
        ):
            keeps = name in (
                "copy",
                "astype",
                "reset_index",
                "dropna",
                "drop_duplicates",
                "to_numpy",
                "round",
                "ffill",
                "bfill",
            )
            return owner._replace(frame=owner.frame if keeps else 0) if name != "assign" else owner
        if name in knowledge.SCALARS or name in (
            "tolist",
            "to_dict",
            "sum",
            "nunique",
            "corr",
            "isnull",
            "isna",
            "any",
            "all",
            "groupby",
        ):
            return None
        return owner._replace(frame=0, column="")

    def in_place(self, old: Data, new: Data, node: ast.Call, env: Env, force: bool = False) -> Data | None:
        """A method that changes its frame itself: every name of the frame gets the new value, and so does a frame by its column."""
        if not force and not _true(node, "inplace"):
            return None
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(owner, (ast.Subscript, ast.Attribute)) and not _is_self(owner.value):
            self.store(owner, new, env)
            return new
        for scope in (self.globals, *self.envs, env):
            for name, value in scope.items():
                if value is old or (isinstance(value, Data) and value == old):
                    scope[name] = new
        return new

    def apply(self, event: Fit, data: Data, filled: bool = False) -> Data:
        """Rows changed by what was learned; test rows that are filled by a statistic of their own are DAT102."""
        if (
            filled
            and {part for _, part in event.parts} == {"test"} == {part for _, part in data.parts}
            and event.origins & data.origins
        ):
            if not all(split <= _FILES for split, _ in event.parts):
                self.report_on_test(event, event.node, "", "medium")
        return data._replace(fits=data.fits | {event})

    # -- what happens to rows --------------------------------------------------------------------------------------------

    def fit(self, what: str, data: Data, node: ast.AST, source: ast.AST, sure: str = "high") -> Fit:
        made = Fit(what, _text(source), node, getattr(node, "lineno", 0), self.cell, data.origins, data.parts, sure)
        self.fits.append(made)
        return made

    def statistic(self, data: Data, what: str, node: ast.AST, source: ast.AST) -> Data:
        return data._replace(statistic=self.fit(f"{what}()", data, node, source, "medium"), column="")

    def sample(self, data: Data, what: str, node: ast.AST, source: ast.AST) -> Data:
        event = Sampled(what, _text(source), node, getattr(node, "lineno", 0), self.cell)
        return data._replace(sampled=data.sampled | {event}, frame=0)

    def transform(self, owner: Object, data: Any) -> Any:
        if not isinstance(data, Data):
            return None
        return data._replace(fits=data.fits | owner.fitted, frame=0, column="")

    def learn(self, owner: Object, name: str, node: ast.Call, data: Any, target: Any, source: ast.AST) -> None:
        """A call of fit: a transformer learns statistics, a model is trained."""
        if not isinstance(data, Data) or data.statistic:
            return
        transformer = owner.statistical or owner.cls in knowledge.STATELESS
        if transformer:
            sure = "medium" if owner.cls in knowledge.VOCABULARY else "high"
            if owner.statistical and data.column != "target":
                event = self.fit(owner.cls, data, node, source, sure)
                owner.fitted = frozenset({event})
                self.on_test(event, data, node, name)
            return
        if owner.cls in knowledge.SEARCHES:
            self.held_out = True
            self.split_check(data, node, f"{owner.cls} splits it", validation=True)
        if owner.cls in knowledge.UNSUPERVISED or owner.cls in knowledge.CALIBRATION or target is None:
            return
        owner.trained = data
        if owner.cls.endswith("CV"):
            self.held_out = True
        trains = {split for split, part in data.parts if part == "train" and split > _FILES}
        for event in sorted(data.fits, key=lambda item: (item.cell, item.line)):
            if trains and event.origins & data.origins and not event.parts:
                self.learned(event, node, f"{owner.cls} is trained on a part of them")
        if isinstance(target, Data):
            self.target_inside(data, target, node)

    def on_test(self, event: Fit, data: Data, node: ast.Call, name: str) -> None:
        """DAT102: a transformer learns from the rows that are to judge."""
        parts = {part for _, part in data.parts}
        if parts != {"test"}:
            return
        if all(split <= _FILES for split, _ in data.parts):
            self.named_tests.append((event, data))
            return
        self.report_on_test(event, node, name, "high")

    def report_on_test(self, event: Fit, node: ast.AST, name: str, confidence: str) -> None:
        fix = ("rename", "transform") if name == "fit_transform" else ()
        message = (
            f"{event.what} learns from the test rows {event.name}; fit it on the training rows, and only transform here"
        )
        self.leak(
            "DAT102",
            node,
            message,
            (Step(f"{event.what} is fitted on {event.name}", event.line, event.cell),),
            confidence,
            event.cell,
            fix,
        )

    def split(self, node: ast.Call, args: list[Any], what: str) -> Any:
        """train_test_split: a train and a test part of every argument."""
        self.held_out = True
        self.counter += 1
        split = self.counter
        shuffled = not any(
            word.arg == "shuffle" and isinstance(word.value, ast.Constant) and word.value.value is False
            for word in node.keywords
        )
        parts: list[Any] = []
        for value in args:
            if isinstance(value, Tuple):
                value = next((item for item in value.items if isinstance(item, Data)), None)
            if not isinstance(value, Data):
                value = self.fresh(frame=False)
            else:
                self.split_check(value, node, f"{what} splits it")
                if value.ordered and shuffled:
                    self.leak(
                        "DAT107",
                        node,
                        "rows in the order of time are split at random; split at a point in time",
                        (),
                        "medium",
                        self.cell,
                    )
            for part in ("train", "test"):
                parts.append(value._replace(parts=value.parts | {(split, part)}, subset=False))
        return Tuple(tuple(parts)) if what == "train_test_split" else Tuple(tuple(parts[:2]))

    def split_check(self, data: Data, node: ast.AST, how: str, confidence: str = "", validation: bool = False) -> None:
        """DAT101 and DAT103: what is split now has learned from, or was multiplied with, all of its rows.

        ``validation``: it is split by cross-validation, in which training rows that stand apart from test rows may have learned from
        each other.
        """
        for event in sorted(data.fits, key=lambda item: (item.cell, item.line)):
            if not event.origins & data.origins or not _whole(event, data, validation):
                continue
            self.learned(event, node, how, confidence)
        for sampled in sorted(data.sampled, key=lambda item: (item.cell, item.line)):
            message = f"{sampled.what} multiplies or thins out {sampled.name} before it is split: copies of a row end up on both sides"
            steps = (
                Step(f"{sampled.what} on {sampled.name}", sampled.line, sampled.cell),
                Step(how, getattr(node, "lineno", 0), self.cell),
            )
            self.leak("DAT103", sampled.node, message, steps, confidence or "high", sampled.cell)

    def learned(self, event: Fit, node: ast.AST, how: str, confidence: str = "") -> None:
        message = f"{event.what} learns from all rows of {event.name}, the test rows among them; split first, and fit on the training rows"
        steps = (
            Step(f"{event.what} is fitted on {event.name}", event.line, event.cell),
            Step(how, getattr(node, "lineno", 0), self.cell),
        )
        self.leak("DAT101", event.node, message, steps, confidence or event.sure, event.cell)

    def target_inside(self, data: Data, target: Data, node: ast.Call) -> None:
        """DAT106: the column to be predicted is among the features."""
        name = target.column
        if not name or name == "target" or not target.frame or data.frame != target.frame or data.column:
            return
        if name in data.dropped or (data.selected is not None and name not in data.selected):
            return
        self.leak("DAT106", node, f"the target column {name!r} is still among the features", (), "high", self.cell)

    def judge(self, node: ast.Call, args: list[Any]) -> None:
        """A metric: which model's predictions for which rows."""
        for value in args:
            if isinstance(value, Data) and value.model is not None and isinstance(value.of, Data):
                self.judge_model(value.model, value.of, node)
                return

    def judge_model(self, model: Object, data: Data, node: ast.Call) -> None:
        trained = model.trained
        if trained is None:
            if data.parts:
                self.held_out = True
            return
        shared = data.tested() & trained.tested()
        if data.tested() and not shared:
            self.held_out = True
        if data.tested():
            for split in data.tested():
                self.judged.setdefault(split, []).append((model.cls, node, self.cell))
        if shared and {part for split, part in trained.parts if split in shared} >= {"train", "test"}:
            self.leak(
                "DAT104",
                node,
                f"{model.cls} is judged on rows that it was trained on: its training rows include the test part",
                (),
                "high",
                self.cell,
            )
        elif shared:
            self.leak(
                "DAT104",
                node,
                f"{model.cls} is judged on the very test rows that it was trained on",
                (),
                "high",
                self.cell,
            )
        elif (
            not trained.parts
            and not data.parts
            and trained.origins == data.origins
            and not data.subset
            and not trained.subset
        ):
            if not self.guessing:  # what calls a function may judge its model elsewhere
                self.in_sample.append((model, node, self.cell))
        elif not data.origins & trained.origins:
            self.held_out = True

    # -- results -------------------------------------------------------------------------------------------------------

    def leak(
        self,
        code: str,
        node: ast.AST,
        message: str,
        steps: tuple[Step, ...],
        confidence: str,
        cell: int,
        fix: tuple[str, ...] = (),
    ) -> None:
        key = (code, cell, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        if key not in self.found:
            self.found[key] = Leak(code, node, cell, message, steps, confidence, fix)

    def leaks(self) -> list[Leak]:
        """What was found, in the order of the source, with what can only be said at the end."""
        for event, data in self.named_tests:
            if any(other.what == event.what and not (other.origins & data.origins) for other in self.fits):
                name = (
                    event.node.func.attr
                    if isinstance(event.node, ast.Call) and isinstance(event.node.func, ast.Attribute)
                    else ""
                )
                self.report_on_test(event, event.node, name, "medium")
        if not self.held_out:
            for model, node, cell in self.in_sample:
                message = f"{model.cls} is judged only on the rows that it was trained on; hold some rows back"
                self.leak("DAT104", node, message, (), "medium", cell)
        for uses in self.judged.values():
            models = {name for name, _, _ in uses}
            places = {(cell, node.lineno) for _, node, cell in uses if isinstance(node, ast.Call)}
            if len(models) >= 3 and len(places) >= 3:
                _, node, cell = uses[-1]
                self.leak(
                    "DAT105",
                    node,
                    f"{len(models)} kinds of model are judged on the same test rows; choose on validation rows, and use the test rows once",
                    (),
                    "medium",
                    cell,
                )
        return sorted(self.found.values(), key=lambda item: (item.cell, getattr(item.node, "lineno", 0), item.code))

    # -- names -----------------------------------------------------------------------------------------------------------

    def dotted(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            parts.append(self.names.get(node.id, node.id))
        return ".".join(reversed(parts))


def _transforms(item: Object) -> bool:
    """Whether an object is a transformer rather than a model."""
    if item.statistical or item.cls in knowledge.STATELESS or item.cls in knowledge.COMPOSITES:
        return True
    return _method(item.definition, "transform") is not None


def _whole(event: Fit, data: Data, validation: bool) -> bool:
    """Whether what was learned comes from rows of both sides of a split that is made now."""
    kinds = {part for _, part in event.parts}
    if not event.parts or kinds >= {"train", "test"}:
        return True
    if validation or event.parts != data.parts:
        return False
    return all(split < 0 for split, _ in event.parts)  # parts by their names only: this is the first real split


def _true(node: ast.Call, name: str) -> bool:
    return any(
        word.arg == name and isinstance(word.value, ast.Constant) and word.value.value is True for word in node.keywords
    )


def _rows(name: str) -> bool:
    """Whether a parameter is rows by its name."""
    return (
        name.lower() in ("x", "y", "df", "data", "dataset", "features", "train", "test", "frame", "inputs")
        or any(pattern.search(name) for pattern in (knowledge.TEST_NAME, knowledge.TRAIN_NAME, knowledge.VALID_NAME))
        or name.startswith(("X_", "df_", "y_"))
        or name.endswith(("_df", "_data"))
    )


def _objects(values: Sequence[Any]) -> list[Object]:
    found: list[Object] = []
    stack = list(values)
    while stack and len(found) < 40:
        item = stack.pop()
        if isinstance(item, Object):
            found.append(item)
        elif isinstance(item, Tuple):
            stack += item.items
    return found


def _method(definition: ast.ClassDef | None, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    if definition is None:
        return None
    return next(
        (
            item
            for item in definition.body
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == name
        ),
        None,
    )


def _strings(node: ast.AST | None) -> list[str]:
    """The column names that an expression spells out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and all(
        isinstance(item, ast.Constant) and isinstance(item.value, str) for item in node.elts
    ):
        return [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return []


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.AST) -> str:
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "the data"
    return text if len(text) <= 40 else text[:39] + "…"


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _load(node: ast.expr) -> ast.expr:
    return node
