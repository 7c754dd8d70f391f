"""Calls rewritten with libcst, so that all that is not touched keeps its form. The only module that imports libcst."""

from __future__ import annotations

from collections.abc import Callable

import libcst


def _rewrite(call: str, change: Callable[[libcst.Call], libcst.Call | None]) -> str | None:
    """The text of a call after ``change``; None where it is no call or cannot be parsed."""
    empty = libcst.Module([])
    for wrapped in (call, f"({call})"):  # a chain over several lines parses only within brackets
        try:
            node = libcst.parse_expression(wrapped)
        except (libcst.ParserSyntaxError, RecursionError):
            continue
        if not isinstance(node, libcst.Call):
            return None
        made = change(node)
        if made is None:
            return None
        text = empty.code_for_node(made)
        return text if wrapped is call else text[1:-1]
    return None


def set_keyword(call: str, name: str, value: str) -> str | None:
    """``call`` with ``name=value``: in the place of that keyword, else behind the last argument."""
    new = libcst.parse_expression(value)

    def change(node: libcst.Call) -> libcst.Call:
        args = list(node.args)
        for i, arg in enumerate(args):
            if arg.keyword is not None and arg.keyword.value == name:
                args[i] = arg.with_changes(value=new)
                return node.with_changes(args=args)
        bare = libcst.SimpleWhitespace("")
        made = libcst.Arg(new, libcst.Name(name), equal=libcst.AssignEqual(bare, bare))
        if not args:
            return node.with_changes(args=[made])
        last = args[-1]
        if isinstance(last.value, libcst.GeneratorExp) and not last.value.lpar:
            bracketed = last.value.with_changes(lpar=[libcst.LeftParen()], rpar=[libcst.RightParen()])
            last = last.with_changes(value=bracketed)
        gap: libcst.BaseParenthesizableWhitespace = libcst.SimpleWhitespace(" ")
        first = args[0].comma
        if len(args) > 1 and isinstance(first, libcst.Comma):
            gap = first.whitespace_after
        elif isinstance(last.comma, libcst.Comma):
            gap = node.whitespace_before_args
        if isinstance(last.comma, libcst.Comma):
            made = made.with_changes(comma=last.comma)
            if isinstance(gap, libcst.SimpleWhitespace) and not gap.value:
                gap = libcst.SimpleWhitespace(" ")
        made = made.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        args[-1] = last.with_changes(comma=libcst.Comma(whitespace_after=gap), whitespace_after_arg=bare)
        return node.with_changes(args=[*args, made])

    return _rewrite(call, change)


def drop_keyword(call: str, name: str) -> str | None:
    """``call`` without the keyword ``name``."""

    def change(node: libcst.Call) -> libcst.Call | None:
        args = list(node.args)
        for i, arg in enumerate(args):
            if arg.keyword is None or arg.keyword.value != name:
                continue
            del args[i]
            if i == len(args) and args:  # it was the last: the one before ends as it did
                args[-1] = args[-1].with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)
            return node.with_changes(args=args)
        return None

    return _rewrite(call, change)
