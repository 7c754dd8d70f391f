"""The same defect written in other ways: renamed, aliased, indented, in functions, methods and cells."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap

_WORDS = (
    "alpha",
    "bravo",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "oscar",
)


def chunks(text: str) -> list[str]:
    """The parts that a notebook would hold in cells of their own."""
    return [part.strip("\n") for part in re.split(r"(?m)^# %%\n", text.strip("\n") + "\n") if part.strip()]


def plain(text: str) -> str:
    """A seed without its marks."""
    return "\n".join(chunks(text)) + "\n"


def renamed(text: str) -> str:
    """With every variable of its own under another name; what is imported, and parts of objects, keep theirs."""
    tree = ast.parse(plain(text))
    own: dict[str, str] = {}
    for node in ast.walk(tree):
        name = ""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, (ast.ClassDef, ast.arg)) or (isinstance(node, ast.FunctionDef) and _top(node, tree)):
            name = node.arg if isinstance(node, ast.arg) else node.name
        if name and name not in ("self", "_") and not hasattr(builtins, name) and name not in own:
            word = _WORDS[len(own) % len(_WORDS)] + (str(len(own) // len(_WORDS)) if len(own) >= len(_WORDS) else "")
            own[name] = word.capitalize() if isinstance(node, ast.ClassDef) else word

    class Renamer(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            node.id = own.get(node.id, node.id)
            return node

        def visit_arg(self, node: ast.arg) -> ast.AST:
            node.arg = own.get(node.arg, node.arg)
            return node

        def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
            node.name = own.get(node.name, node.name)
            return self.generic_visit(node)

    return ast.unparse(Renamer().visit(tree)) + "\n"


def _top(node: ast.AST, tree: ast.Module) -> bool:
    return any(node is item for item in tree.body)


def aliased(text: str) -> str:
    """With its imports under other names: ``import numpy as xp``, ``from sklearn import model_selection as ms``."""
    tree = ast.parse(plain(text))
    own: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                old = alias.asname or alias.name
                if alias.asname or "." not in alias.name:
                    alias.asname = f"{old[:2]}x"
                    own[old] = alias.asname
        elif isinstance(node, ast.ImportFrom) and node.module:
            package, _, last = node.module.rpartition(".")
            for alias in node.names:
                old = alias.asname or alias.name
                own[old] = f"{last[:3]}_m.{alias.name}" if package else f"{old[:4]}_x"
            if package:
                node.module, node.names = package, [ast.alias(last, f"{last[:3]}_m")]
            else:
                node.names = [ast.alias(alias.name, own[alias.asname or alias.name]) for alias in node.names]

    class Aliaser(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.parse(own[node.id], mode="eval").body if node.id in own else node

    return ast.unparse(ast.fix_missing_locations(Aliaser().visit(tree))) + "\n"


def in_function(text: str) -> str:
    """As the body of a function that is called."""
    return f"def planted():\n{textwrap.indent(plain(text), '    ')}\n\nplanted()\n"


def in_method(text: str) -> str:
    """As the body of a method that is called."""
    return f"class Planted:\n    def run(self):\n{textwrap.indent(plain(text), ' ' * 8)}\n\nPlanted().run()\n"


def under_if(text: str) -> str:
    """Under a condition, below its imports."""
    return _under(text, "if len(__import__('sys').argv) < 9:\n")


def under_with(text: str) -> str:
    """In a context."""
    return _under(text, "with __import__('warnings').catch_warnings():\n")


def under_try(text: str) -> str:
    """In a ``try`` that raises what it catches."""
    return _under(text, "try:\n") + "except KeyboardInterrupt:\n    print('stopped')\n    raise\n"


def _under(text: str, head: str) -> str:
    return head + textwrap.indent(plain(text), "    ")


def made_by_helper(text: str, via: str) -> str | None:
    """With ``via`` as the result of a function of the module."""
    return _through(text, via, "def made():\n    return {value}\n", "made()")


def through_helper(text: str, via: str) -> str | None:
    """With ``via`` handed through a function of the module that returns it."""
    return _through(text, via, "def checked(value):\n    print(type(value))\n    return value\n", "checked({value})")


def _through(text: str, via: str, helper: str, call: str) -> str | None:
    source = plain(text)
    rows = source.split("\n")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == via:
            value = ast.get_source_segment(source, node.value) or ""
            rows[node.lineno - 1 : node.end_lineno] = [
                *helper.format(value=value).rstrip("\n").split("\n"),
                f"{via} = {call.format(value=value)}",
            ]
            return "\n".join(rows)
    return None


def in_cells(text: str) -> list[str]:
    """As cells of a notebook."""
    return chunks(text)
