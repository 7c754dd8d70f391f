"""A call as the machine meets it: the callee's name, the values of its arguments, and where it stands."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mlopslint.lint.flow.values import UNKNOWN, Data, Obj, Truth, Value, data_of

if TYPE_CHECKING:
    from mlopslint.lint.flow.engine import Machine

Named = dict[str, Value]


class Call:
    """One call. ``path`` is the dotted name of a library's function (``sklearn.utils.shuffle``), or the name of a method."""

    __slots__ = ("args", "first", "machine", "name", "named", "node", "path", "top")

    def __init__(self, machine: Machine, path: str, args: list[Value], named: Named, node: ast.Call) -> None:
        self.machine = machine
        self.path = path
        self.top = path.partition(".")[0]
        self.name = path.rpartition(".")[2]
        self.args = args
        self.named = named
        self.node = node
        self.first = args[0] if args else None

    def arg(self, place: int, *names: str) -> Value | None:
        """The value of an argument, by its place or one of its names."""
        if place < len(self.args):
            return self.args[place]
        return next((self.named[name] for name in names if name in self.named), None)

    def shown(self, place: int, *names: str) -> ast.AST:
        """The expression of an argument, for messages; the call itself when it is not written out."""
        node = self.node
        if place < len(node.args):
            return node.args[place]
        return next((word.value for word in node.keywords if word.arg in names), node)

    def ident(self) -> tuple[int, int]:
        """What tells the object that is made here from those made elsewhere, or here for another caller."""
        stack = self.machine.stack
        return (id(self.node), id(stack[-1]) if stack else 0)

    def unknown(self, name: str = "") -> Value:
        """What a call of something not known makes: of one piece of data that data changed, otherwise an object."""
        found = [item for item in [*self.args, *self.named.values()] if isinstance(item, (Data, Truth))]
        if len(found) == 1 and not isinstance(self.first, Obj):
            data = data_of(found[0])
            assert data is not None
            return self.machine.derived(replace(data, columns=None), self.node)
        if found:
            return UNKNOWN
        return Obj((id(self.node), self.machine.loop_depth > 0), name or "object", "")
