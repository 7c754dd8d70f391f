"""Which names the code of a notebook binds and which it needs, in the order in which its cells run from the top."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
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


class Event(NamedTuple):
    """What happens next at the top level: a ``use``, a ``bind``, a ``drop``, or an ``unknown`` that may bind anything."""

    kind: str
    name: str
    node: ast.AST


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
        node = stack.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            continue
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
            found |= _globals_of(node)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)):
            found |= {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
            continue
        stack += ast.iter_child_nodes(node)
    return found


def _globals_of(node: ast.AST) -> set[str]:
    return {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}


def function_needs(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """Names that every call of a function needs: those that it reads outside of conditions, handlers and inner functions."""
    arguments = node.args
    local = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    local |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    declared = {name for item in _shallow(node.body) if isinstance(item, ast.Global) for name in item.names}
    local |= bound(node.body) - declared
    local |= {getattr(item, "name", "") for item in getattr(node, "type_params", ())}
    found: dict[str, ast.expr] = {}
    if any(isinstance(item, (ast.Yield, ast.YieldFrom)) for item in _shallow(node.body)):
        return found  # its body runs when it is iterated
    for statement in node.body:
        for event in _walk(statement, frozenset(local), certain=True):
            if event.kind == "unknown":
                return {}
            if event.kind == "use" and event.name not in declared:
                found.setdefault(event.name, event.node)  # type: ignore[arg-type]
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
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            stack += ast.iter_child_nodes(node)


def events(tree: ast.Module) -> Iterator[Event]:
    """What running a cell needs and binds, in order."""
    for statement in tree.body:
        yield from _walk(statement, frozenset())


def _walk(node: ast.AST, local: frozenset[str], certain: bool = False) -> Iterator[Event]:
    """Events of one node in the order of evaluation. ``certain``: only what is bound to run, for the bodies of functions."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            if node.id not in local:
                yield Event("use", node.id, node)
        elif isinstance(node.ctx, ast.Store):
            yield Event("bind", node.id, node)
        elif node.id not in local:
            yield Event("drop", node.id, node)
    elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield from _definition(node, local, certain)
    elif isinstance(node, ast.Lambda):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _walk(default, local, certain)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        yield from _comprehension(node, local, certain)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            if alias.name == "*":
                yield Event("unknown", "*", node)
            else:
                yield Event("bind", alias.asname or alias.name.partition(".")[0], node)
    elif isinstance(node, ast.Assign):
        yield from _walk(node.value, local, certain)
        for target in node.targets:
            yield from _walk(target, local, certain)
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name) and node.target.id not in local:
            yield Event("use", node.target.id, node.target)
        yield from _walk(node.value, local, certain)
        yield from _walk(node.target, local, certain)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from _walk(node.value, local, certain)
            yield from _walk(node.target, local, certain)
    elif isinstance(node, ast.NamedExpr):
        yield from _walk(node.value, local, certain)
        yield from _walk(node.target, local, certain)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield from _walk(node.iter, local, certain)
        yield from _walk(node.target, local, certain)
        if not certain:
            yield from _block([*node.body, *node.orelse], local)
    elif isinstance(node, ast.While):
        yield from _walk(node.test, local, certain)
        if not certain:
            yield from _block([*node.body, *node.orelse], local)
    elif isinstance(node, ast.If):
        yield from _walk(node.test, local, certain)
        if not certain and not (isinstance(node.test, ast.Constant) and not node.test.value):
            yield from _block([*node.body, *node.orelse], local)
        else:
            yield from (Event("bind", name, node) for name in bound([*node.body, *node.orelse]))
    elif isinstance(node, ast.IfExp):
        yield from _walk(node.test, local, certain)
        if not certain:
            yield from _walk(node.body, local)
            yield from _walk(node.orelse, local)
    elif isinstance(node, ast.BoolOp):
        for value in node.values[: 1 if certain else None]:
            yield from _walk(value, local, certain)
    elif isinstance(node, ast.Try) or node.__class__.__name__ == "TryStar":
        # the body may be there to find out whether a name exists, and handlers run only on errors
        yield from (Event("unknown", "*", item) for item in _shallow([node]) if _is_star(item))
        if not certain and not _asks_for_names(node):  # type: ignore[arg-type]
            yield from _block(node.body, local)  # type: ignore[attr-defined]
        yield from (Event("bind", name, node) for name in bound([node]))
        if not certain:
            yield from _block([*node.orelse, *node.finalbody], local)  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("exec", "run_cell", "execfile"):
            yield Event("unknown", node.func.id, node)
        if isinstance(node.func, ast.Name) and node.func.id in _LOOKS:
            yield Event("looks", node.func.id, node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _INJECTING:
            yield Event("unknown", node.func.attr, node)
        for argument in (node.func, *node.args, *(k.value for k in node.keywords)):
            yield from _walk(argument, local, certain)
        if isinstance(node.func, ast.Name) and node.func.id not in local:
            yield Event("call", node.func.id, node)
    elif isinstance(node, ast.Match):
        yield from _walk(node.subject, local, certain)
        for case in node.cases:
            yield from (Event("bind", name, node) for name in bound([case.pattern]))
            if not certain:
                yield from _block(case.body, local)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            yield from _walk(item.context_expr, local, certain)
            if item.optional_vars is not None:
                yield from _walk(item.optional_vars, local, certain)
        if any(_suppresses(item.context_expr) for item in node.items):
            yield from (Event("bind", name, node) for name in bound(node.body))
        elif certain:
            for statement in node.body:
                yield from _walk(statement, local, True)
        else:
            yield from _block(node.body, local)
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            yield from _walk(target, local, certain)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        return
    elif node.__class__.__name__ == "TypeAlias":
        yield Event("bind", node.name.id, node)  # type: ignore[attr-defined]
    else:
        for child in ast.iter_child_nodes(node):
            yield from _walk(child, local, certain)


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


def _block(body: Iterable[ast.AST], local: frozenset[str]) -> Iterator[Event]:
    """A body that may run after another run of itself: what it binds anywhere counts from its begin; ``del`` does not count."""
    nodes = list(body)
    yield from (Event("bind", name, node) for node in nodes for name in bound([node]))
    for node in nodes:
        yield from (event for event in _walk(node, local) if event.kind != "drop")


def _asks_for_names(node: ast.Try) -> bool:
    for handler in node.handlers:
        if handler.type is None:
            return True
        names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
        if names & {"NameError", "Exception", "BaseException", "UnboundLocalError"}:
            return True
    return False


def _definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, local: frozenset[str], certain: bool
) -> Iterator[Event]:
    for decorator in node.decorator_list:
        yield from _walk(decorator, local, certain)
    if isinstance(node, ast.ClassDef):
        own = frozenset(getattr(item, "name", "") for item in getattr(node, "type_params", ()))
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            yield from _walk(base, local | own, certain)
        inner = local | bound(node.body) | own | {"__module__", "__qualname__", "__class__"}
        if not certain:
            for statement in node.body:
                # what a class binds is its own; functions in it wait for their call
                yield from (event for event in _walk(statement, inner) if event.kind in ("use", "unknown"))
    else:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _walk(default, local, certain)
        yield Event("define", node.name, node)
    yield from (Event("bind", name, node) for name in _globals_of(node))
    yield Event("bind", node.name, node)


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, local: frozenset[str], certain: bool
) -> Iterator[Event]:
    inner = local
    for i, generator in enumerate(node.generators):
        yield from _walk(generator.iter, inner, certain or i > 0)
        inner = inner | frozenset(assigned(generator.target))
        for test in generator.ifs:
            yield from (e for e in _walk(test, inner, certain) if e.kind != "bind" or e.name not in inner)
    if isinstance(node, ast.GeneratorExp) and certain:
        return
    parts: tuple[ast.AST, ...] = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    for part in parts:
        yield from _walk(part, inner, certain)
