"""Python source -> facts, in one parse and one walk.

Names are resolved through imports, aliases and the simplest local types (``run = mlflow.start_run()`` makes
``run.log`` read ``mlflow.start_run.log``). What cannot be resolved says so: a method of an unknown object starts with a
dot (``.fit``), a name from a relative import with dots and a colon (``.:utils.set_seed``).
"""

from __future__ import annotations

import ast
import re
from itertools import islice
from typing import Any

from mlopslint.lint import engine
from mlopslint.lint.base import Context
from mlopslint.lint.python import in_order, inside
from mlopslint.patterns import late
from mlopslint.records import Fact

_SKIPPED = frozenset({"ctx", "ops", "op", "type_comment", "kind", "type_ignores", "conversion", "is_async", "simple"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(field for field in cls._fields if field not in _SKIPPED)
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST)
}

# Calls that say nothing of a project's practices, and are half of all calls.
_DULL_FUNCTIONS = (
    "len range str int float bool list dict set tuple isinstance issubclass super enumerate zip sorted reversed min max sum abs any "
    "all map filter getattr hasattr setattr type repr round iter next id hash ord chr callable vars frozenset bytes slice property "
    "staticmethod classmethod divmod format issubset ValueError TypeError RuntimeError NotImplementedError KeyError AssertionError "
    "Exception "
)  # fmt: skip
_DULL_METHODS = (
    "append extend format join items keys values get pop strip split lower upper startswith endswith replace insert update setdefault "
    "encode decode rstrip lstrip copy remove index count sort add discard group match sub reshape view size unsqueeze squeeze permute "
    "transpose contiguous expand flatten mean sum float long item detach cpu numpy tolist astype clone dim numel type repeat any all "
    "isdigit title zfill rsplit splitlines "
)  # fmt: skip
_DULL = frozenset([*_DULL_FUNCTIONS.split(), *(f".{name}" for name in _DULL_METHODS.split())])

_INTERESTING = late(
    r"^(?:[a-z][a-z0-9+.-]{1,12}://[^\s]+|(?:models|runs|dbfs):/[^\s]+"
    r"|(?:/(?:home|Users|content|mnt|data|root)/|~/|[A-Za-z]:[\\/])[^\s]*"
    r"|[^\n<>|\"]*\.(?:csv|tsv|parquet|feather|json|jsonl|pkl|pickle|joblib|pt|pth|ckpt|h5|hdf5|keras|onnx|safetensors"
    r"|npz|npy|xlsx?|ya?ml|toml|ini|cfg|env|bin|model|txt|png|html|db|sqlite|tfrecord|bst|cbm|png))$"
)
_DOTTED = late(r"^[a-z_]\w*(?:\.\w+)+$")  # a module that is imported by its name
_METRIC = late(
    r"acc|auc|loss|scor|metric|rmse|mse|mae|f1|r2|precision|recall|fitness|iou|_map|wer|perplex|threshold|best|bleu"
    r"|rouge|baseline|champion|challenger|candidate|production|error",
    re.I,
)
_COMPARING = late(
    r"better|outperform|improves?(d|_on|_over)?$|beats|good_enough|should_(promote|deploy|register|replace)|is_(accepted|acceptable|approved)"
    r"|(passes|meets)_\w*(threshold|gate|bar|quality|criteria)",
    re.I,
)
_SNAKE = late(r"^_*[a-z][a-z0-9_]*_*$|^_+$|^__[a-z0-9_]+__$")
_CAP_WORDS = late(r"^_*[A-Z][A-Za-z0-9]*$")
_CAMEL = late(r"^_*[a-z]+[a-z0-9]+[A-Z][a-z]")  # myVariable, but not X_train, dW, n_Y
_CALLBACK = late(
    r"^(visit|leave|depart|do|test|on|render|serialize|__)_?[A-Za-z0-9_]*$|^(setUp|tearDown)(Class|Module)?$"
)
#: scikit-learn's name for the weight of each feature, which other libraries took over.
_IMPORTANCES = "feature_importances_"
_LICENCE = late(r"copyright|licen[sc]e|all rights reserved|spdx", re.I)


class Reader:
    """The walk over one module, or over the cells of one notebook in their order."""

    __slots__ = (
        "facts", "cell", "names", "counts", "seen", "types", "attributes", "function", "owner",
        "complexity", "asserts", "depth", "optional", "statements", "prints", "logs", "total_names",
        "bad_names", "main", "guards", "branches", "strings", "at", "calls", "reads", "nodes",
        "classes",
        "helpers",
        "plain",
        "trees",
        "defined",
        "defined_in",
    )  # fmt: skip

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.at: Context | None = None
        self.trees: list[ast.Module] = []
        #: What the first ``defined_in`` trees define at their top levels, for the checks that ask.
        self.defined: dict[str, ast.AST] = {}
        self.defined_in = 0
        self.calls: dict[str, tuple[engine.Waiting, ...]] = {}
        self.reads: dict[str, tuple[engine.Waiting, ...]] = {}
        self.nodes: dict[type[ast.AST], tuple[engine.Waiting, ...]] = {}
        self.cell = 0
        self.names: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.seen: set[tuple[str, str]] = set()
        self.types: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        #: function of the module -> (itself, the origin of what it returns, or the argument that it returns)
        self.helpers: dict[str, tuple[ast.FunctionDef, str, str]] = {}
        self.plain: set[ast.FunctionDef] = set()
        self.classes: set[str] = set()
        self.function = ""
        self.owner = ""
        self.complexity = 1
        self.asserts = 0
        self.depth = 0
        self.optional = False
        self.statements = 0
        self.prints = 0
        self.logs = 0
        self.total_names = 0
        self.bad_names: list[str] = []
        self.main = False
        self.guards = 0
        self.branches = 0
        self.strings: set[str] = set()

    def emit(self, kind: str, name: str, line: int, value: Any = None) -> None:
        self.facts.append(Fact(kind, name, line, value, self.cell))

    # -- names -------------------------------------------------------------------------------------------------------

    def dotted(self, node: ast.expr) -> str:
        """The resolved dotted name of an expression, ``""`` when it is none."""
        tail: list[str] = []
        while True:
            cls = node.__class__
            if cls is ast.Attribute:
                tail.append(node.attr)  # type: ignore[attr-defined]
                node = node.value  # type: ignore[attr-defined]
            elif cls is ast.Name:
                name = node.id  # type: ignore[attr-defined]
                base = self.types.get(name) or self.names.get(name)
                if base is None:
                    if not tail:
                        return name  # type: ignore[no-any-return]
                    if name == "self" and self.owner:
                        known = self.attributes.get(tail[-1])
                        if known is not None:
                            tail.pop()
                            base = known
                            break
                    return "." + tail[0]
                break
            elif cls is ast.Call:
                node = node.func  # type: ignore[attr-defined]
            elif cls is ast.Subscript or cls is ast.Await:
                node = node.value  # type: ignore[attr-defined]
            else:
                return "." + tail[0] if tail else ""
        if not tail:
            return base
        tail.append(base)
        tail.reverse()
        return ".".join(tail)

    def text(self, node: ast.AST) -> str:
        """An expression in short: its last names, for reading and for matching words."""
        cls = node.__class__
        if cls is ast.Name:
            return node.id  # type: ignore[attr-defined, no-any-return]
        if cls is ast.Attribute:
            base = self.text(node.value)  # type: ignore[attr-defined]
            return f"{base}.{node.attr}" if base else node.attr  # type: ignore[attr-defined]
        if cls is ast.Subscript:
            base = self.text(node.value)  # type: ignore[attr-defined]
            key = node.slice  # type: ignore[attr-defined]
            if key.__class__ is ast.Constant and isinstance(key.value, str):
                return f"{base}.{key.value}"
            return base
        if cls is ast.Call:
            return self.text(node.func)  # type: ignore[attr-defined]
        return ""

    def constant(self, node: ast.expr) -> Any:
        """A JSON value for a constant, ``$name`` for anything else."""
        cls = node.__class__
        if cls is ast.Constant:
            value = node.value  # type: ignore[attr-defined]
            if value.__class__ is str:
                return value[:200]
            if value is None or isinstance(value, (bool, float)):
                return value
            if isinstance(value, int):
                return value if -(2**53) < value < 2**53 else "$"
            return "$"
        if cls is ast.Name:
            return "$" + node.id[:80]  # type: ignore[attr-defined]
        if cls is ast.Attribute or cls is ast.Subscript:
            return "$" + self.text(node)[:80]
        if cls is ast.JoinedStr:
            return self.pattern(node)
        if cls is ast.BinOp:
            return self.joined(node) or "$"  # type: ignore[arg-type]
        if cls is ast.List or cls is ast.Tuple or cls is ast.Set:
            items = node.elts  # type: ignore[attr-defined]
            if len(items) <= 6 and all(item.__class__ is ast.Constant for item in items):
                return [self.constant(item) for item in items]
            return "$"
        if cls is ast.UnaryOp and node.operand.__class__ is ast.Constant:  # type: ignore[attr-defined]
            value = node.operand.value  # type: ignore[attr-defined]
            if isinstance(value, (int, float)) and isinstance(node.op, ast.USub) and abs(value) < 2**53:  # type: ignore[attr-defined]
                return -value
            return "$"
        if cls is ast.Call:
            return "$" + self.text(node)[:80]
        if cls is ast.IfExp:  # an option that may be off is still an option that is there
            found = self.constant(node.body)  # type: ignore[attr-defined]
            return found if found not in (None, "$", False) else self.constant(node.orelse)  # type: ignore[attr-defined]
        return "$"

    def joined(self, node: ast.BinOp, depth: int = 0) -> str:
        """A string or a path put together with ``+`` or ``/``, what is not written out as ``*``; empty for any other sum."""
        between = {ast.Add: "", ast.Div: "/"}.get(node.op.__class__)
        if between is None or depth > 8:
            return ""
        parts, literal = [], False
        for side in (node.left, node.right):
            if side.__class__ is ast.Constant and isinstance(side.value, str):
                part = side.value
            elif side.__class__ is ast.JoinedStr:
                part = self.pattern(side)
            elif side.__class__ is ast.BinOp:
                part = self.joined(side, depth + 1)
            else:
                part = ""
            literal = literal or bool(part)
            parts.append(part or "*")
        return between.join(parts)[:200] if literal else ""

    def pattern(self, node: ast.expr) -> str:
        """An f-string with its holes written ``*``."""
        parts = []
        for part in node.values:  # type: ignore[attr-defined]
            if part.__class__ is ast.Constant and isinstance(part.value, str):
                parts.append(part.value)
            else:
                parts.append("*")
        return "".join(parts)[:200]

    # -- checks ------------------------------------------------------------------------------------------------------

    def module(self, tree: ast.Module, source: str | bytes, tables: engine.Tables, notebook: bool = False) -> None:
        """Read a module, or one cell of a notebook, with the checks of these tables."""
        self.at = Context(self, source, tree, notebook)
        self.trees.append(tree)
        self.calls, self.reads, self.nodes, _ = tables
        self.block(tree.body)
        self.read_attributes(tree, source)
        rules = self.nodes.get(ast.Module)
        if rules:
            self.at.statement = None
            engine.ask(rules, tree, "", self.at, self.facts)

    def read_attributes(self, tree: ast.Module, source: str | bytes) -> None:
        """What is read of a fitted estimator that practices ask for; an estimator's own use of it is none."""
        if _IMPORTANCES not in source if isinstance(source, str) else _IMPORTANCES.encode() not in source:
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == _IMPORTANCES and isinstance(node.ctx, ast.Load):
                if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
                    self.emit("read", node.attr, node.lineno)

    def ask(self, rules: tuple[engine.Waiting, ...], node: ast.AST, name: str = "") -> None:
        if self.at is not None:
            engine.ask(rules, node, name, self.at, self.facts)

    # -- statements --------------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        self.statements += len(body)
        at: Any = self.at
        wanted, handlers = self.nodes, _STATEMENTS
        for node in body:
            cls = node.__class__
            at.statement = node
            if cls in wanted and cls not in _COMPOUND:
                engine.ask(wanted[cls], node, "", at, self.facts)
            if cls in handlers:
                handlers[cls](self, node)
            else:
                self.generic(node)
            if cls in _ASKED_AFTER and cls in wanted:
                at.statement = node
                engine.ask(wanted[cls], node, "", at, self.facts)

    def generic(self, node: ast.AST) -> None:
        for field in _FIELDS[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.stmt):
                        self.block([item])
                    elif isinstance(item, ast.AST):
                        self.expression(item)
            elif isinstance(value, ast.AST):
                self.expression(value)

    def expression(self, root: ast.AST) -> None:
        """Everything an expression says: its calls and strings, without recursion."""
        if root.__class__ is ast.Name:
            return
        name, constant, attribute, call = ast.Name, ast.Constant, ast.Attribute, ast.Call
        stack = [root]
        pop = stack.pop
        push = stack.append
        wanted, reads = self.nodes, self.reads
        while stack:
            node = pop()
            cls = node.__class__
            if cls is name:
                continue
            if cls in wanted:
                self.ask(wanted[cls], node)
            if cls is attribute:
                if node.attr in reads:  # type: ignore[attr-defined]
                    self.ask(reads[node.attr], node)  # type: ignore[attr-defined]
                below = node.value  # type: ignore[attr-defined]
                if below.__class__ is not name:
                    push(below)
                continue
            if cls is constant:
                value = node.value  # type: ignore[attr-defined]
                if value.__class__ is str and ("." in value or "/" in value):
                    self.string(value, node.lineno)  # type: ignore[attr-defined]
                continue
            if cls is call:
                self.call(node)  # type: ignore[arg-type]
                for keyword in node.keywords:  # type: ignore[attr-defined]
                    below = keyword.value
                    if below.__class__ is not name:
                        push(below)
                stack += node.args  # type: ignore[attr-defined]
                below = node.func  # type: ignore[attr-defined]
                if below.__class__ is not name:
                    push(below)
                continue
            if cls is ast.Subscript:
                inner = node.value  # type: ignore[attr-defined]
                if inner.__class__ is ast.Attribute and inner.attr in ("environ", "argv"):
                    self.environment(node)  # type: ignore[arg-type]
                push(inner)
                push(node.slice)  # type: ignore[attr-defined]
                continue
            if cls is ast.JoinedStr:
                value = self.pattern(node)  # type: ignore[arg-type]
                if "." in value or "/" in value:
                    self.string(value, node.lineno)  # type: ignore[attr-defined]
            elif cls is ast.NamedExpr:
                self.bind(node.target, node.value)  # type: ignore[attr-defined]
            stack += in_order(node)

    def string(self, value: str, line: int) -> None:
        if (
            3 < len(value) <= 240
            and value not in self.strings
            and len(self.strings) < 200
            and (_INTERESTING.match(value) or ("importlib" in self.names and _DOTTED.match(value)))
        ):
            self.strings.add(value)
            self.emit("string", value, line)

    def environment(self, node: ast.Subscript) -> None:
        name = self.dotted(node.value)
        if name in ("os.environ", "sys.argv") and (name == "sys.argv" or node.slice.__class__ is ast.Constant):
            self.emit("call", name, node.lineno, {"0": self.constant(node.slice)})

    def call(self, node: ast.Call) -> None:
        func = node.func
        if func.__class__ is ast.Name:
            name = self.types.get(func.id) or self.names.get(func.id) or func.id
        else:
            name = self.dotted(func)
        if not name:
            if func.__class__ is ast.Attribute and func.attr in self.calls:
                self.ask(self.calls[func.attr], node, "." + func.attr)
            return
        last = name.rpartition(".")[2] if "." in name else name
        if last in self.calls:
            self.ask(self.calls[last], node, name)
        if name in _DULL:
            return
        if name == "print":
            self.prints += 1
            return
        if last[:6] == "assert" or name in _ASSERTIONS:
            self.asserts += 1
        if last in _LOG_LEVELS and (name[0] == "." or "log" in name.lower()):
            self.logs += 1
        where = self.function
        count = self.counts.get(name, 0)
        key = (name, where)
        if count >= 6 and key in self.seen and not (count < 300 and last in _ENUMERATED):
            return
        self.counts[name] = count + 1
        self.seen.add(key)
        value: dict[str, Any] = {}
        constant = self.constant
        for position, argument in enumerate(node.args):
            if position == 5:
                break
            found = constant(argument)
            if found != "$":
                value[_DIGITS[position]] = found
        for keyword in node.keywords:
            value[keyword.arg or "**"] = constant(keyword.value)
        if name[0] == "." and func.__class__ is ast.Attribute:
            on = self.text(func.value)
            if on:
                value["on"] = on[-80:]
        if where:
            value["in"] = where
        self.facts.append(Fact("call", name, node.lineno, value or None, self.cell))

    def bind(self, target: ast.expr, value: ast.expr | None) -> None:
        """Remember what a name or ``self.attribute`` was made from."""
        origin = self.origin(value) if value is not None and value.__class__ in _ORIGINS else ""
        cls = target.__class__
        if cls is ast.Name:
            name = target.id  # type: ignore[attr-defined]
            if origin and origin != name and len(origin) < 200:
                self.types[name] = origin
            elif name in self.types:
                del self.types[name]
        elif cls is ast.Attribute:
            inner = target.value  # type: ignore[attr-defined]
            if inner.__class__ is ast.Name and inner.id == "self":
                if origin and len(origin) < 200:
                    self.attributes[target.attr] = origin  # type: ignore[attr-defined]

    def origin(self, value: ast.expr) -> str:
        """What an expression was made from, "" where that is not known."""
        if value.__class__ is ast.Call:
            func = value.func
            if func.__class__ is ast.Name:
                if func.id in self.helpers and func.id not in self.types and func.id not in self.names:
                    return self.returned(value)
            elif func.__class__ is ast.Attribute and func.attr in _ITSELF:
                made = func.value
                if made.__class__ is ast.Call and made.func.__class__ is ast.Name and made.func.id in self.classes:
                    return self.origin(made)  # ``Net().to(device)`` is a ``Net``
        origin = self.dotted(value)
        if origin and (origin[0] == "." and ":" not in origin):
            return ""
        if origin and "." not in origin and origin not in self.names and not origin[0].isupper():
            return ""
        return origin

    def returned(self, call: ast.Call) -> str:
        """What a function of this module makes, where it can return one thing only: what it made, or what it was given."""
        function, made, given = self.helpers[call.func.id]  # type: ignore[attr-defined]
        if function not in self.plain:  # asked once, and only of functions whose result is bound
            leaves = (
                item for item in inside(function, functions=True) if item.__class__ in _LEAVES or _stores(item, given)
            )
            if len(list(islice(leaves, 2))) != 1:
                del self.helpers[function.name]
                return ""
            self.plain.add(function)
        if not given:
            return made
        names = [argument.arg for argument in function.args.args]
        values = {word.arg: word.value for word in call.keywords}
        if not any(item.__class__ is ast.Starred for item in call.args):
            values |= dict(zip(names, call.args, strict=False))
        value = values.get(given)
        return self.origin(value) if value is not None and value.__class__ in _ORIGINS and value is not call else ""

    def assign(self, node: ast.Assign) -> None:
        value = node.value
        self.expression(value)
        for target in node.targets:
            if target.__class__ is ast.Name:
                self.bind(target, value)
            else:
                self.target(target, value)

    def target(self, target: ast.expr, value: ast.expr | None) -> None:
        cls = target.__class__
        if cls is ast.Attribute:
            name = self.dotted(target)
            if name and name[0] != "." and "." in name:
                self.emit("set", name, target.lineno, self.constant(value) if value is not None else None)
        elif cls is ast.Subscript:
            name = self.dotted(target.value)  # type: ignore[attr-defined]
            key = target.slice  # type: ignore[attr-defined]
            if name and name[0] != "." and "." in name and key.__class__ is ast.Constant and isinstance(key.value, str):
                name = f"{name}.{key.value}"
                self.emit("set", name, target.lineno, self.constant(value) if value is not None else None)
            self.expression(target)
        elif cls is ast.Tuple or cls is ast.List:
            for item in target.elts:  # type: ignore[attr-defined]
                if item.__class__ is ast.Name:
                    self.types.pop(item.id, None)
            return
        self.bind(target, value)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.expression(node.value)
        if self.depth and node.target.__class__ is ast.Name and self.owner and not self.function:
            self.emit("field", f"{self.owner}.{node.target.id}", node.lineno, self.text(node.annotation))
        self.target(node.target, node.value if node.value is not None else node.annotation)

    def imports(self, node: ast.Import) -> None:
        value = "optional" if self.optional else None
        for alias in node.names:
            self.emit("import", alias.name, node.lineno, value)
            if alias.asname:
                self.names[alias.asname] = alias.name
                self.types.pop(alias.asname, None)
            else:
                top = alias.name.partition(".")[0]
                self.names[top] = top

    def import_from(self, node: ast.ImportFrom) -> None:
        value = "optional" if self.optional else None
        base = node.module or ""
        if node.level:
            base = "." * node.level + ":" + base
        for alias in node.names:
            if alias.name == "*":
                self.emit("import", base, node.lineno, "star")
                continue
            name = f"{base}{'' if not base or base.endswith(':') else '.'}{alias.name}"
            self.emit("import", name, node.lineno, value)
            self.names[alias.asname or alias.name] = name
            self.types.pop(alias.asname or alias.name, None)

    def branch(self, node: ast.If) -> None:
        ends: list[dict[str, str]] = []
        while True:
            self.complexity += 1
            test = node.test
            self.expression(test)
            if node.body and node.body[-1].__class__ is ast.Raise and self.guards < 60:
                self.guard(node.body[-1], test)
            self.decision(test, node)
            if not self.main and not self.depth and self.is_main(test):
                self.main = True
            optional, self.optional = self.optional, self.optional or self.text(test).endswith("TYPE_CHECKING")
            rest = node.orelse
            leaves = node.body[-1].__class__ in _LEAVING
            before = self.types.copy() if rest or leaves else self.types
            self.block(node.body)
            self.optional = optional
            if not leaves:
                ends.append(self.types)
            self.types = before  # what one branch binds is not known in another
            if not rest:
                break
            if len(rest) == 1 and rest[0].__class__ is ast.If:  # elif: a loop, as chains may be long
                node = rest[0]
                self.statements += 1
                continue
            self.block(rest)
            break
        for types in reversed(ends):  # behind them, a name may be what any of them has made it
            if types is not self.types:
                self.types = types | self.types

    @staticmethod
    def is_main(test: ast.expr) -> bool:
        if test.__class__ is not ast.Compare:
            return False
        sides = [test.left, *test.comparators]
        return any(side.__class__ is ast.Name and side.id == "__name__" for side in sides)

    def operands(self, test: ast.expr) -> list[str]:
        """Names that a condition looks at (at most 8)."""
        found: list[str] = []
        stack: list[ast.AST] = [test]
        while stack and len(found) < 8:
            node = stack.pop()
            cls = node.__class__
            if cls in _NAMED:
                text = self.text(node)
                if text:
                    found.append(text[-60:])
                if cls is ast.Call:
                    stack += node.args  # type: ignore[attr-defined]
                continue
            if cls is ast.Constant and isinstance(node.value, str):  # type: ignore[attr-defined]
                found.append(repr(node.value[:40]))  # type: ignore[attr-defined]
                continue
            for field in _FIELDS[cls]:
                value = getattr(node, field)
                if value.__class__ is list:
                    stack += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST):
                    stack.append(value)
        return found

    def decision(self, test: ast.expr, node: ast.If) -> None:
        """A comparison of metrics that decides something, or a question whose name says that it compares models."""
        if self.branches >= 40:
            return
        stack = [test]
        while stack:
            item = stack.pop()
            cls = item.__class__
            if cls is ast.BoolOp:
                stack += item.values  # type: ignore[attr-defined]
            elif cls is ast.UnaryOp:
                stack.append(item.operand)  # type: ignore[attr-defined]
            elif (
                cls is ast.Call or cls is ast.Compare and item.ops[0].__class__ in _ORDERINGS  # type: ignore[attr-defined]
            ):
                words = " ".join(self.operands(item)) if cls is ast.Compare else self.dotted(item.func)  # type: ignore[attr-defined]
                if (_METRIC if cls is ast.Compare else _COMPARING).search(words):
                    self.branches += 1
                    self.emit(
                        "branch",
                        words[:160],
                        node.lineno,
                        {"then": self.effects(node.body), "else": self.effects(node.orelse), "in": self.function},
                    )
                    return

    def effects(self, body: list[ast.stmt]) -> list[str]:
        """Calls, raises and exits directly in a block (at most 12)."""
        found: list[str] = []
        for statement in body[:30]:
            if statement.__class__ is ast.Raise:
                found.append("raise")
            elif statement.__class__ is ast.Return:
                value = statement.value
                found.append(f"return {value.value!r}" if value.__class__ is ast.Constant else "return")
            stack: list[ast.AST] = [statement]
            budget = 200
            while stack and budget and len(found) < 12:
                budget -= 1
                node = stack.pop()
                if node.__class__ is ast.Call:
                    name = self.dotted(node.func)
                    if name:
                        found.append(name)
                stack.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context))
        return found

    def guard(self, node: ast.stmt, test: ast.expr) -> None:
        self.guards += 1
        raised = node.exc  # type: ignore[attr-defined]
        name = self.text(raised) if raised is not None else "raise"
        self.emit("guard", name or "raise", node.lineno, {"names": self.operands(test), "in": self.function})

    def asserted(self, node: ast.Assert) -> None:
        self.asserts += 1
        self.expression(node.test)
        if self.guards < 60:
            self.guards += 1
            self.emit("guard", "assert", node.lineno, {"names": self.operands(node.test), "in": self.function})

    def loop(self, node: ast.For | ast.While) -> None:
        self.complexity += 1
        at = self.at
        if node.__class__ is not ast.While:
            self.expression(node.iter)  # type: ignore[union-attr]
            self.target(node.target, None)  # type: ignore[union-attr]
        if at is not None:
            at.loops = (*at.loops, node)
        if node.__class__ is ast.While:
            self.expression(node.test)
        self.block(node.body)
        if at is not None:
            at.loops = at.loops[:-1]
        if node.orelse:
            self.block(node.orelse)

    def attempt(self, node: ast.Try) -> None:
        optional = self.optional
        handlers = node.handlers
        self.complexity += len(handlers)
        if any("Import" in self.text(h.type) or "ModuleNotFound" in self.text(h.type) for h in handlers if h.type):
            self.optional = True
        self.block(node.body)
        self.optional = optional
        for handler in handlers:
            body = handler.body
            silent = all(item.__class__ in (ast.Pass, ast.Continue) for item in body)
            kind = handler.type
            broad = kind is None or self.text(kind) in ("Exception", "BaseException")
            if broad:
                self.emit("except", "silent" if silent else "broad", handler.lineno)
            self.block(body)
        if node.orelse:
            self.block(node.orelse)
        if node.finalbody:
            self.block(node.finalbody)

    def context(self, node: ast.With) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            if item.optional_vars is not None:
                self.target(item.optional_vars, item.context_expr)
        self.block(node.body)

    def expr(self, node: ast.Expr) -> None:
        value = node.value
        if value.__class__ is not ast.Constant:
            self.expression(value)

    def leave(self, node: ast.Return) -> None:
        if node.value is not None:
            self.expression(node.value)

    # -- definitions -------------------------------------------------------------------------------------------------

    def name(self, text: str, good: bool, line: int) -> None:
        self.total_names += 1
        if not good and len(self.bad_names) < 400:
            self.bad_names.append(f"{text}:{line}")

    def decorators(self, node: Any) -> None:
        for item in node.decorator_list:
            name = self.dotted(item)
            value: dict[str, Any] = {"target": node.name}
            if item.__class__ is ast.Call:
                for position, argument in enumerate(item.args[:4]):
                    value[str(position)] = self.constant(argument)
                for keyword in item.keywords:
                    value[keyword.arg or "**"] = self.constant(keyword.value)
                for argument in item.args:
                    self.expression(argument)
                for keyword in item.keywords:
                    self.expression(keyword.value)
            if name:
                self.emit("decorator", name, item.lineno, value)

    def define(self, node: ast.FunctionDef) -> None:
        self.decorators(node)
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if arguments.vararg:
            every.append(arguments.vararg)
        if arguments.kwarg:
            every.append(arguments.kwarg)
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None and default.__class__ is not ast.Constant:
                self.expression(default)
        name = node.name
        line = node.lineno
        in_class = bool(self.owner) and not self.function
        good = _plainly_snake(name) or _SNAKE.match(name) or (in_class and _CALLBACK.match(name)) or len(name) <= 2
        self.name(name, bool(good), line)
        counted = every[1:] if in_class and every and every[0].arg in ("self", "cls") else every
        typed = 0
        outer = (self.function, self.types, self.complexity, self.asserts, self.depth)
        self.types = dict(self.types)
        for argument in counted:
            text = argument.arg
            self.name(text, _plainly_snake(text) or not _CAMEL.match(text), line)
            self.types.pop(text, None)
            annotation = argument.annotation
            if annotation is not None:
                typed += 1
                origin = self.dotted(annotation) if annotation.__class__ in _NAMED else ""
                if origin and origin[0] != "." and "." in origin:
                    self.types[text] = origin
        doc = _docstring(node)
        qualified = f"{self.function or self.owner}.{name}" if self.function or self.owner else name
        self.function, self.complexity, self.asserts, self.depth = qualified, 1, 0, self.depth + 1
        at = self.at
        if at is not None:
            around = (at.function, at.functions, at.loops)
            at.function, at.functions, at.loops = node, (*at.functions, node), ()
        self.block(node.body)
        if at is not None:
            at.statement = node
            rules = self.nodes.get(node.__class__)
            if rules:
                self.ask(rules, node)
            at.function, at.functions, at.loops = around
        complexity, asserts = self.complexity, self.asserts
        if not in_class and qualified == name:
            self.remember(node, {argument.arg for argument in every})
        self.function, self.types, self.complexity, self.asserts, self.depth = outer
        if self.function:  # nested functions count towards their outer one too
            self.complexity += complexity
            self.asserts += asserts
        about = (ast.get_docstring(node) or "").partition("\n")[0][:80] if doc and node.decorator_list else ""
        self.emit(
            "def",
            qualified,
            line,
            {
                **({"about": about} if about else {}),
                "type": "method" if in_class else "function",
                "lines": (node.end_lineno or line) - line + 1,
                "complexity": complexity,
                "args": len(counted),
                "annotated": typed,
                "names": [argument.arg for argument in counted[:12]],
                "returns": self.text(node.returns) or True if node.returns is not None else None,
                "doc": doc,
                "public": name[0] != "_" and (not in_class or self.owner.rpartition(".")[2][:1] != "_"),
                "dunder": name.startswith("__") and name.endswith("__"),
                "asserts": asserts,
                "nested": bool(self.function),
                "statements": len(node.body),
            },
        )

    def remember(self, node: ast.FunctionDef | ast.AsyncFunctionDef, arguments: set[str]) -> None:
        """Keep what a function returns at its end, for the names that are bound to calls of it."""
        self.helpers.pop(node.name, None)
        last = node.body[-1]
        if not isinstance(last, ast.Return) or node.__class__ is not ast.FunctionDef or node.decorator_list:
            return
        value = last.value
        if value.__class__ is ast.Name and value.id in arguments and value.id not in self.types:
            self.helpers[node.name] = (node, "", value.id)
        elif value.__class__ in _ORIGINS and (made := self.origin(last.value)):  # type: ignore[arg-type]
            self.helpers[node.name] = (node, made, "")

    def define_class(self, node: ast.ClassDef) -> None:
        self.decorators(node)
        name = node.name
        self.classes.add(name)
        self.name(name, bool(_CAP_WORDS.match(name)) or "_" in name and name[0].isupper(), node.lineno)
        bases = [base for base in (self.dotted(item) for item in node.bases) if base]
        for keyword in node.keywords:
            self.expression(keyword.value)
        for item in node.bases:
            if item.__class__ not in (ast.Name, ast.Attribute):
                self.expression(item)
        outer = (self.owner, self.function, self.depth, self.attributes)
        self.owner = f"{self.owner}.{name}" if self.owner else name
        self.function, self.depth, self.attributes = "", self.depth + 1, {}
        at = self.at
        if at is not None:
            around = (at.function, at.functions, at.loops)
            at.function, at.functions, at.loops = None, (*at.functions, node), ()
        self.block(node.body)
        if at is not None:
            at.statement = node
            rules = self.nodes.get(ast.ClassDef)
            if rules:
                self.ask(rules, node)
            at.function, at.functions, at.loops = around
        qualified = self.owner
        self.owner, self.function, self.depth, self.attributes = outer
        self.emit(
            "def",
            qualified,
            node.lineno,
            {
                "type": "class",
                "lines": (node.end_lineno or node.lineno) - node.lineno + 1,
                "doc": _docstring(node),
                "public": name[0] != "_",
                "bases": bases,
                "nested": bool(self.function),
            },
        )
        for base in bases:
            self.emit("base", base, node.lineno, qualified)

    def release(self) -> list[Fact]:
        """The facts; reader and context let go of each other, so that the trees are freed without the collector."""
        self.at = None
        self.trees = []
        self.defined = {}
        return self.facts

    # -- totals ------------------------------------------------------------------------------------------------------

    def totals(self, lines: int, doc: bool) -> None:
        self.facts.append(
            Fact(
                "module",
                "",
                0,
                {
                    "statements": self.statements,
                    "lines": lines,
                    "doc": doc,
                    "main": self.main,
                    "prints": self.prints,
                    "logs": self.logs,
                    "names": self.total_names,
                    "bad_names": self.bad_names,
                },
            )
        )


#: Calls of which each one says something of its own.
_ENUMERATED = frozenset(
    {"add_argument", "option", "argument", "Argument", "Option", "DEFINE_string", "DEFINE_integer", "PythonScriptStep"}
)
_DIGITS = "01234"
_ASSERTIONS = frozenset({"pytest.raises", "pytest.approx", "pytest.warns", ".fail"})
#: Methods of a logger, which is an object whose origin is not known or one that is called so.
_LOG_LEVELS = frozenset({"info", "debug", "warning", "error", "exception", "critical", "warn", "success", "fatal"})


def _stores(node: ast.AST, name: str) -> bool:
    return node.__class__ is ast.Name and node.id == name and node.ctx.__class__ is not ast.Load


_NAMED = frozenset({ast.Name, ast.Attribute, ast.Subscript, ast.Call})
#: Methods of a module of PyTorch that return the module.
_ITSELF = frozenset({"to", "cuda", "cpu", "half", "float", "double", "eval", "train"})
_LEAVES = frozenset({ast.Return, ast.Yield, ast.YieldFrom})
#: Statements behind which a block does not go on.
_LEAVING = frozenset({ast.Return, ast.Raise, ast.Continue, ast.Break})
_ORIGINS = frozenset({ast.Name, ast.Attribute, ast.Call, ast.Await})
_ORDERINGS = frozenset({ast.Lt, ast.LtE, ast.Gt, ast.GtE})

#: Statements whose checks are asked after their body; functions and classes ask within, where their names are known.
_COMPOUND = frozenset(
    {ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try}
    | {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}
)
_ASKED_AFTER = _COMPOUND - {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}

_STATEMENTS: dict[type[ast.AST], Any] = {
    ast.Expr: Reader.expr,
    ast.Return: Reader.leave,
    ast.Assign: Reader.assign,
    ast.AnnAssign: Reader.annotated,
    ast.Import: Reader.imports,
    ast.ImportFrom: Reader.import_from,
    ast.If: Reader.branch,
    ast.For: Reader.loop,
    ast.AsyncFor: Reader.loop,
    ast.While: Reader.loop,
    ast.Try: Reader.attempt,
    ast.With: Reader.context,
    ast.AsyncWith: Reader.context,
    ast.Assert: Reader.asserted,
    ast.FunctionDef: Reader.define,
    ast.AsyncFunctionDef: Reader.define,
    ast.ClassDef: Reader.define_class,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Reader.attempt


def _plainly_snake(name: str) -> bool:
    """Whether a name is in snake_case at a look: what nearly all are, and a pattern takes longer to say."""
    return name.islower() and name.isascii() and name[0] != "_"


def _docstring(node: Any) -> bool:
    body = node.body
    if not body or body[0].__class__ is not ast.Expr:
        return False
    value = body[0].value
    if value.__class__ is not ast.Constant or value.value.__class__ is not str:
        return False
    text = value.value.strip()
    return bool(text) and ("\n\n" in text or not _LICENCE.search(text[:300]))


def parse(source: bytes | str) -> ast.Module:
    """Parse Python source, without the warnings that odd escapes in it would print.

    Raises SyntaxError, ValueError (NUL bytes), RecursionError or MemoryError.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def read(data: bytes) -> list[Fact]:
    """Facts of one Python module; broken syntax is one ``error`` fact with its line. Of a template, what it hands out is read."""
    try:
        tree = parse(data)
    except SyntaxError as error:
        if _is_python_2(data):
            return [Fact("error", "Python 2 syntax, not analysed", error.lineno or 0)]
        from mlopslint.facts import templates

        if not templates.is_template(data):
            return [Fact("error", f"syntax error: {error.msg}", error.lineno or 0)]
        data = templates.filled(data)
        try:
            tree = parse(data)
        except (SyntaxError, ValueError):
            return [Fact("error", f"syntax error: {error.msg}", error.lineno or 0)]
    except ValueError as error:
        return [Fact("error", f"not Python source: {error}")]
    reader = Reader()
    tables = engine.tables(data)
    reader.module(tree, data, tables)
    reader.totals(data.count(b"\n") + 1, _docstring(tree))
    reader.facts += engine.flow([(tree, 0)], {0: data}, tables, reader.seen)
    if b"install_requires" in data or b"extras_require" in data:
        from mlopslint.facts.setup_py import declared

        reader.facts += declared(tree)
    return reader.release()


def _is_python_2(data: bytes) -> bool:
    return bool(re.search(rb"^\s*(print\s+[\"'\w]|except \w+, \w+:|exec \w|raise \w+, )", data, re.M))
