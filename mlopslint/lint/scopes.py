"""Which names the code of a notebook binds and which it needs, in the order in which its cells run from the top."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from mlopslint.lint.python import children, in_order

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_INNER = _DEFINITIONS | {ast.Lambda}
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_RUNNING = frozenset({"exec", "run_cell", "execfile"})
_LOOKS = frozenset({"globals", "locals", "vars", "dir", "whos"})
#: What every session of IPython knows, and what notebook platforms put there (Spark, Databricks, SageMaker, Kaggle).
KNOWN = frozenset(
    {
        *dir(builtins),
        *(
            "display",
            "get_ipython",
            "In",
            "Out",
            "exit",
            "quit",
            "_",
            "__",
            "___",
            "_i",
            "_ii",
            "_iii",
            "_ih",
            "_oh",
            "_dh",
        ),
        *(
            "spark",
            "sc",
            "sqlContext",
            "sqlc",
            "dbutils",
            "displayHTML",
            "reveal_type",
            "reveal_locals",
            "raw_input",
            "unicode",
        ),
        *("ls", "pwd", "cd", "clear", "who", "whos", "hist", "history", "ll", "lx", "env", "WindowsError"),
    }
)


#: What happens next at the top level: a ``use``, ``bind``, ``define``, ``call`` or ``drop`` of a name at a node; ``looks`` at the table of
#: names; or an ``unknown`` that may bind anything.
Event: TypeAlias = tuple[str, str, ast.AST]


def assigned(target: ast.AST) -> Iterator[str]:
    """The names that an assignment target binds."""
    stack: list[ast.AST] = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (ast.Tuple, ast.List)):
            stack += node.elts
        elif isinstance(node, ast.Starred):
            stack.append(node.value)


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """All names that these statements bind in their own scope, wherever in them."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node: Any = stack.pop()
        cls = node.__class__
        if cls is ast.Name:
            if node.ctx.__class__ is not ast.Load:
                found.add(node.id)
        elif cls is ast.Constant:
            pass
        elif cls in _DEFINITIONS:
            found.add(node.name)
            found |= _globals_of(node)
        elif cls in _COMPREHENSIONS or cls is ast.Lambda:
            found |= _walruses(node)
        else:
            if cls is ast.Import or cls is ast.ImportFrom:
                found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            elif cls in (ast.ExceptHandler, ast.MatchAs, ast.MatchStar) and node.name:
                found.add(node.name)
            elif cls is ast.MatchMapping and node.rest:
                found.add(node.rest)
            stack += children(node)
    return found


def _walruses(node: ast.AST) -> set[str]:
    """The names that assignment expressions anywhere below a node bind."""
    found: set[str] = set()
    stack = [node]
    while stack:
        item = stack.pop()
        if item.__class__ is ast.NamedExpr:
            found.add(item.target.id)
        stack += children(item)
    return found


def _globals_of(node: ast.AST) -> set[str]:
    """The names that are declared global anywhere below a definition: only statements can say so."""
    found: set[str] = set()
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if item.__class__ is ast.Global:
            found.update(item.names)
            continue
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(item, field, None)
            if below.__class__ is list:
                stack += below
    return found


def function_needs(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """Names that every call of a function needs: those that it reads outside of conditions, handlers and inner functions."""
    arguments = node.args
    local = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    local |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    shallow = list(_shallow(node.body))
    declared = {name for item in shallow if item.__class__ is ast.Global for name in item.names}
    local |= bound(node.body) - declared
    local |= {getattr(item, "name", "") for item in getattr(node, "type_params", ())}
    found: dict[str, ast.expr] = {}
    if any(item.__class__ is ast.Yield or item.__class__ is ast.YieldFrom for item in shallow):
        return found  # its body runs when it is iterated
    for statement in node.body:
        happens: list[Event] = []
        _walk(statement, frozenset(local), True, happens)
        for kind, name, where in happens:
            if kind == "unknown":
                return {}
            if kind == "use" and name not in declared:
                found.setdefault(name, where)  # type: ignore[arg-type]
        if isinstance(statement, (ast.Return, ast.Raise, ast.If, ast.Try)) and _leaves(statement):
            break
    return found


def _leaves(statement: ast.stmt) -> bool:
    return any(isinstance(item, (ast.Return, ast.Raise)) for item in _shallow([statement]))


def _shallow(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes but those of inner functions and classes."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if node.__class__ not in _INNER:
            stack += children(node)


def events(tree: ast.Module) -> Iterator[Event]:
    """What running a cell needs and binds, in order."""
    for statement in tree.body:
        happens: list[Event] = []
        _walk(statement, frozenset(), False, happens)
        yield from happens


# -- one node at a time: what it does is added to ``out`` in the order of evaluation ------------------------------------------
#
# ``local`` are names that are no business of the top level; ``certain``: only what is bound to run, for bodies of functions.


def _walk(node: Any, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    cls = node.__class__
    while cls is ast.Attribute:
        node = node.value
        cls = node.__class__
    if cls is ast.Name:
        if node.ctx.__class__ is ast.Load:
            if node.id not in local:
                out.append(("use", node.id, node))
        elif node.ctx.__class__ is ast.Store:
            out.append(("bind", node.id, node))
        elif node.id not in local:
            out.append(("drop", node.id, node))
        return
    handler = _HANDLERS.get(cls)
    if handler is not None:
        handler(node, local, certain, out)
        return
    for child in in_order(node):
        _walk(child, local, certain, out)


def _binds(names: Iterable[str], node: ast.AST, out: list[Event]) -> None:
    out += [("bind", name, node) for name in names]


def _lambda(node: ast.Lambda, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if default is not None:
            _walk(default, local, certain, out)


def _import(node: ast.Import | ast.ImportFrom, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    for alias in node.names:
        if alias.name == "*":
            out.append(("unknown", "*", node))
        else:
            out.append(("bind", alias.asname or alias.name.partition(".")[0], node))


def _assign(node: ast.Assign, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.value, local, certain, out)
    for target in node.targets:
        _walk(target, local, certain, out)


def _augmented(node: ast.AugAssign, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    if isinstance(node.target, ast.Name) and node.target.id not in local:
        out.append(("use", node.target.id, node.target))
    _walk(node.value, local, certain, out)
    _walk(node.target, local, certain, out)


def _with_value(node: ast.AnnAssign | ast.NamedExpr, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    if node.value is not None:
        _walk(node.value, local, certain, out)
        _walk(node.target, local, certain, out)


def _for(node: ast.For | ast.AsyncFor, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.iter, local, certain, out)
    _walk(node.target, local, certain, out)
    if not certain:
        _block([*node.body, *node.orelse], local, out)


def _while(node: ast.While, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.test, local, certain, out)
    if not certain:
        _block([*node.body, *node.orelse], local, out)


def _if(node: ast.If, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.test, local, certain, out)
    if not certain and not (isinstance(node.test, ast.Constant) and not node.test.value):
        _block([*node.body, *node.orelse], local, out)
    else:
        _binds(bound([*node.body, *node.orelse]), node, out)


def _either(node: ast.IfExp, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.test, local, certain, out)
    if not certain:
        _walk(node.body, local, False, out)
        _walk(node.orelse, local, False, out)


def _boolean(node: ast.BoolOp, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    for value in node.values[: 1 if certain else None]:
        _walk(value, local, certain, out)


def _try(node: ast.Try, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    # the body may be there to find out whether a name exists, and handlers run only on errors
    out += [("unknown", "*", item) for item in _shallow([node]) if _is_star(item)]
    if not certain and not _asks_for_names(node):
        _block(node.body, local, out)
    _binds(bound([node]), node, out)
    if not certain:
        _block([*node.orelse, *node.finalbody], local, out)


def _call(node: ast.Call, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    func = node.func
    name = ""
    if func.__class__ is ast.Name:
        name = func.id
        if name in _RUNNING:
            out.append(("unknown", name, node))
        elif name in _LOOKS:
            out.append(("looks", name, node))
    elif func.__class__ is ast.Attribute and func.attr in _INJECTING:
        out.append(("unknown", func.attr, node))
    _walk(func, local, certain, out)
    for argument in node.args:
        if argument.__class__ is not ast.Constant:
            _walk(argument, local, certain, out)
    for keyword in node.keywords:
        if keyword.value.__class__ is not ast.Constant:
            _walk(keyword.value, local, certain, out)
    if name and name not in local:
        out.append(("call", name, node))


def _match(node: ast.Match, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.subject, local, certain, out)
    for case in node.cases:
        _binds(bound([case.pattern]), node, out)
        if not certain:
            _block(case.body, local, out)


def _with(node: ast.With | ast.AsyncWith, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    for item in node.items:
        _walk(item.context_expr, local, certain, out)
        if item.optional_vars is not None:
            _walk(item.optional_vars, local, certain, out)
    if any(_suppresses(item.context_expr) for item in node.items):
        _binds(bound(node.body), node, out)
    elif certain:
        for statement in node.body:
            _walk(statement, local, True, out)
    else:
        _block(node.body, local, out)


def _value(node: Any, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    _walk(node.value, local, certain, out)


def _nothing(node: ast.AST, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    """Neither needs nor binds anything of the top level."""


def _alias(node: Any, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    out.append(("bind", node.name.id, node))


#: Methods of IPython and of namespaces after which a session may know any name.
_INJECTING = frozenset(
    {
        "run_line_magic",
        "run_cell_magic",
        "run_cell",
        "magic",
        "run_code",
        "ex",
        "push",
        "enable_pylab",
        "run_module",
        "run_path",
    }
)


def _is_star(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _suppresses(node: ast.expr) -> bool:
    name = node.func if isinstance(node, ast.Call) else node
    last = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
    return last in ("suppress", "raises", "assertRaises")


def _block(body: Iterable[ast.AST], local: frozenset[str], out: list[Event]) -> None:
    """A body that may run after another run of itself: what it binds anywhere counts from its begin; ``del`` does not count."""
    nodes = list(body)
    for node in nodes:
        _binds(bound([node]), node, out)
    inner: list[Event] = []
    for node in nodes:
        _walk(node, local, False, inner)
    out += [event for event in inner if event[0] != "drop"]


def _asks_for_names(node: ast.Try) -> bool:
    for handler in node.handlers:
        if handler.type is None:
            return True
        names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
        if names & {"NameError", "Exception", "BaseException", "UnboundLocalError"}:
            return True
    return False


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, local: frozenset[str], certain: bool, out: list[Event]
) -> None:
    for decorator in node.decorator_list:
        _walk(decorator, local, certain, out)
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if default is not None:
            _walk(default, local, certain, out)
    out.append(("define", node.name, node))
    _binds(_globals_of(node), node, out)
    out.append(("bind", node.name, node))


def _class(node: ast.ClassDef, local: frozenset[str], certain: bool, out: list[Event]) -> None:
    for decorator in node.decorator_list:
        _walk(decorator, local, certain, out)
    own = frozenset(getattr(item, "name", "") for item in getattr(node, "type_params", ()))
    for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
        _walk(base, local | own, certain, out)
    if not certain:
        inner = local | bound(node.body) | own | {"__module__", "__qualname__", "__class__"}
        happens: list[Event] = []
        for statement in node.body:
            _walk(statement, inner, False, happens)
        # what a class binds is its own; functions in it wait for their call
        out += [event for event in happens if event[0] in ("use", "unknown")]
    _binds(_globals_of(node), node, out)
    out.append(("bind", node.name, node))


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    local: frozenset[str],
    certain: bool,
    out: list[Event],
) -> None:
    inner = local
    for i, generator in enumerate(node.generators):
        _walk(generator.iter, inner, certain or i > 0, out)
        inner = inner | frozenset(assigned(generator.target))
        for test in generator.ifs:
            happens: list[Event] = []
            _walk(test, inner, certain, happens)
            out += [event for event in happens if event[0] != "bind" or event[1] not in inner]
    if isinstance(node, ast.GeneratorExp) and certain:
        return
    parts: tuple[ast.AST, ...] = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    for part in parts:
        _walk(part, inner, certain, out)


_HANDLERS: dict[type[ast.AST], Any] = {
    ast.Constant: _nothing,
    ast.Attribute: _value,
    ast.Expr: _value,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Lambda: _lambda,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _with_value,
    ast.NamedExpr: _with_value,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.IfExp: _either,
    ast.BoolOp: _boolean,
    ast.Try: _try,
    ast.Call: _call,
    ast.Match: _match,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
    **dict.fromkeys(_COMPREHENSIONS, _comprehension),
}
for _name, _handler in (("TryStar", _try), ("TypeAlias", _alias)):  # of later versions of Python
    if hasattr(ast, _name):
        _HANDLERS[getattr(ast, _name)] = _handler
