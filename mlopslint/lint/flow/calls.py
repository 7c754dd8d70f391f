"""Calls: which kind of callee it is, and Python's own functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlopslint.lint.flow import api, functions, objects
from mlopslint.lint.flow.called import Call, Named
from mlopslint.lint.flow.values import UNKNOWN, Func, Map, Method, Mod, Obj, Seq, Unknown, Value, data_of

if TYPE_CHECKING:
    from mlopslint.lint.flow.engine import Machine


def call(machine: Machine, target: Value, args: list[Value], named: Named, node: ast.AST) -> Value:
    """The value of a call of ``target``, which is no function or class of the module."""
    if not isinstance(node, ast.Call):
        return UNKNOWN
    if isinstance(target, Mod):
        return functions.function(Call(machine, target.path, args, named, node))
    if isinstance(target, Method):
        return objects.method(Call(machine, target.name, args, named, node), target.owner)
    if isinstance(target, Obj) and target.kind in api.TRANSFORMERS:
        return objects.layer(Call(machine, "", args, named, node), target)
    if isinstance(node.func, ast.Name) and isinstance(target, Unknown):
        return _builtin(Call(machine, node.func.id, args, named, node))
    return Call(machine, "", args, named, node).unknown()


_OF_NO_DATA = api.words(
    "print len range str int float bool type isinstance open input sum min max id hash dir vars getattr setattr hasattr"
    " abs round super any all format repr iter display"
)


def _builtin(call: Call) -> Value:
    name, first, machine = call.name, call.first, call.machine
    if name in _OF_NO_DATA:
        return UNKNOWN
    if name in ("list", "tuple", "sorted", "set", "reversed"):
        return Seq((), True) if first is None else first
    if name == "dict":
        return Map(tuple(call.named.items()))
    if name == "next":
        return machine.element(first) if first is not None else UNKNOWN
    if name == "enumerate" and first is not None:
        return Seq((Seq((UNKNOWN, machine.element(first))),), True)
    if name == "zip" and call.args:
        return _zip(call)
    if name == "map" and len(call.args) > 1:
        data = data_of(call.args[1])
        if isinstance(first, Func):
            result = machine.apply(first, [machine.element(call.args[1])], {}, call.node)
            return data if data is not None else Seq((result,), True)
        return data or UNKNOWN
    return call.unknown(name)


def _zip(call: Call) -> Value:
    exact = [item.items for item in call.args if isinstance(item, Seq) and not item.loose]
    if len(exact) == len(call.args):
        length = min(12, *(len(items) for items in exact))
        return Seq(tuple(Seq(tuple(items[i] for items in exact)) for i in range(length)))
    return Seq((Seq(tuple(call.machine.element(item) for item in call.args)),), True)
