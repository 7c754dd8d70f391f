"""Findings' edits -> new text of a file: overlaps dropped, checked by parsing, repeated until nothing changes."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from mlopslint.lint.base import Region
from mlopslint.patterns import late
from mlopslint.records import Finding, FindingEdit

#: A region and the text that goes there.
TextEdit: TypeAlias = "tuple[Region, str]"
Relint: TypeAlias = "Callable[[str, bytes], Sequence[Finding]]"

_ROUNDS = 10


class Fixed(NamedTuple):
    """What became of one file: its new bytes, the findings that were mended, and why it is not (wholly) mended."""

    data: bytes
    applied: tuple[Finding, ...]
    problem: str = ""


def text_edits(item: Finding, source: str) -> list[TextEdit]:
    """The edits of a finding as replacements of text in ``source`` (a file, or a cell); empty when they cannot be made."""
    found: list[TextEdit] = []
    for edit in item.edits:
        made = _text_edit(edit, source)
        if made is None:
            return []
        found += made
    return found


def _text_edit(edit: FindingEdit, source: str) -> list[TextEdit] | None:
    line, column, end_line, end_column = edit.region
    rows = source.split("\n")
    if not 0 < line <= len(rows) or end_line > len(rows):
        return None
    if edit.op == "text":
        return [(edit.region, edit.args[0])]
    if edit.op in ("keyword", "drop-keyword"):
        from mlopslint import cst

        call = _cut(rows, edit.region)
        made = cst.set_keyword(call, *edit.args) if edit.op == "keyword" else cst.drop_keyword(call, edit.args[0])
        return None if made is None else [(edit.region, made)]
    if edit.op == "import":
        return _import(edit.args[0], source)
    indent = re.match(r"\s*", rows[line - 1]).group()  # type: ignore[union-attr]
    if edit.op == "line-before":
        return [((line, 1, line, 1), f"{indent}{edit.args[0]}\n")]
    if edit.op == "line-after":
        end = len(rows[end_line - 1].rstrip("\r")) + 1
        return [((end_line, end, end_line, end), f"\n{indent}{edit.args[0]}")]
    if edit.op == "comment":  # at the end of its line
        end = len(rows[line - 1].rstrip()) + 1
        return [((line, end, line, end), f"  {edit.args[0]}" if end > 1 else edit.args[0])]
    if edit.op == "drop-statement":
        return _drop(edit.region, rows, source)
    return None


def _cut(rows: Sequence[str], region: Region) -> str:
    line, column, end_line, end_column = region
    if line == end_line:
        return rows[line - 1][column - 1 : end_column - 1]
    return "\n".join([rows[line - 1][column - 1 :], *rows[line : end_line - 1], rows[end_line - 1][: end_column - 1]])


def _import(statement: str, source: str) -> list[TextEdit] | None:
    """The statement below the last import at the top of the module; nothing to do where it stands already."""
    from mlopslint.facts.python import parse

    try:
        body = parse(source).body
        wanted = ast.dump(parse(statement).body[0])
    except (SyntaxError, ValueError, RecursionError):
        return None
    if any(ast.dump(node) == wanted for node in body):
        return []
    line = 0
    for i, node in enumerate(body):
        is_doc = i == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_doc and not isinstance(node, (ast.Import, ast.ImportFrom)):
            break
        line = node.end_lineno or node.lineno
    if line:
        end = len(source.split("\n")[line - 1].rstrip("\r")) + 1
        return [((line, end, line, end), f"\n{statement}")]
    first = body[0].lineno if body else 1
    return [((first, 1, first, 1), f"{statement}\n")]


def _drop(region: Region, rows: Sequence[str], source: str) -> list[TextEdit] | None:
    """The statement without its lines; ``pass`` where its block would be empty; None where it shares its line."""
    line, column, end_line, end_column = region
    before, after = rows[line - 1][: column - 1], rows[end_line - 1][end_column - 1 :].strip()
    if before.strip() or (after and not after.startswith("#")):
        return None
    from mlopslint.facts.python import parse

    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(getattr(item, "lineno", 0) == line for item in block):
                if len(block) == 1 and not isinstance(node, ast.Module):
                    return [((line, column, end_line, end_column), "pass")]
                if end_line < len(rows):
                    return [((line, 1, end_line + 1, 1), "")]
                return [((line, 1, end_line, len(rows[-1]) + 1), "")]
    return None


def apply(source: str, edits: Iterable[TextEdit]) -> str:
    """``source`` with these edits, which do not overlap."""
    starts = [0]
    for row in source.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    spans = sorted(
        ((starts[r[0] - 1] + r[1] - 1, starts[r[2] - 1] + r[3] - 1, text) for r, text in edits),
        key=lambda span: span[:2],
    )
    out, at = [], 0
    for start, end, text in spans:
        out += [source[at:start], text]
        at = end
    return "".join([*out, source[at:]])


def choose(items: Sequence[Finding], source: str) -> list[tuple[Finding, list[TextEdit]]]:
    """The findings whose edits can be applied together: in order, without overlaps, all edits of one or none."""
    taken: list[TextEdit] = []
    chosen = []
    for item in items:
        edits = [edit for edit in text_edits(item, source) if edit not in taken]
        if not edits or any(_overlap(edit[0], other[0]) for edit in edits for other in taken):
            continue
        taken += edits
        chosen.append((item, edits))
    return chosen


def _overlap(one: Region, two: Region) -> bool:
    if one[:2] == two[:2]:
        return True
    return one[:2] < two[2:] and two[:2] < one[2:]


def mend(path: str, kind: str, data: bytes, found: Sequence[Finding], relint: Relint, *, unsafe: bool = False) -> Fixed:
    """Apply the fixes of ``found`` to a file, lint the result, and go on until nothing is left to fix (at most ten rounds)."""
    applied: list[Finding] = []
    problem = ""
    for _ in range(_ROUNDS):
        allowed = ("safe", "unsafe") if unsafe else ("safe",)
        items = [item for item in found if item.fix_safety in allowed and item.edits]
        if not items:
            break
        try:
            new, done = _notebook(data, items) if kind == "notebook" else _file(kind, data, items)
        except _UnfixableError as error:
            problem = str(error)
            break
        if not done or new == data:
            break
        applied += done
        data = new
        found = relint(path, data)
    else:
        problem = f"still not settled after {_ROUNDS} rounds of fixes"
    return Fixed(data, tuple(applied), problem)


class _UnfixableError(Exception):
    pass


def _file(kind: str, data: bytes, items: Sequence[Finding]) -> tuple[bytes, list[Finding]]:
    head = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = data[len(head) :].decode("utf-8")
    except UnicodeDecodeError:
        raise _UnfixableError("not UTF-8, left as it is") from None
    if re.search("\r(?!\n)|\x0c", text):
        raise _UnfixableError("unusual line ends, left as it is")
    crlf = "\r\n" in text
    if crlf and re.search("(?<!\r)\n", text):
        raise _UnfixableError("mixed line ends, left as it is")
    source = text.replace("\r\n", "\n")
    new, done = _checked(source, items, _parses if kind == "python" else lambda text: True)
    return head + (new.replace("\n", "\r\n") if crlf else new).encode("utf-8"), done


def _checked(source: str, items: Sequence[Finding], good: Callable[[str], bool]) -> tuple[str, list[Finding]]:
    """All edits at once if the result is good, else one finding after the other, those whose result is."""
    chosen = choose(items, source)
    new = apply(source, [edit for _, edits in chosen for edit in edits])
    if good(new):
        return new, [item for item, _ in chosen]
    for item, edits in chosen:
        new = apply(source, edits)
        if good(new):
            return new, [item]  # the others find their places anew in the next round
    return source, []


def _parses(text: str) -> bool:
    from mlopslint.facts.python import parse

    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# -- notebooks -------------------------------------------------------------------------------------------------------------

_TOKEN = late(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+', re.S)


class Span(NamedTuple):
    """Where one cell stands in the text of a notebook: the whole of it and the values of its fields."""

    start: int
    end: int
    fields: dict[str, tuple[int, int]]


def cell_spans(text: str) -> list[Span]:
    """The places of the cells in the JSON text of a notebook (format 4)."""
    found: list[Span] = []
    stack: list[str] = []  # "{" or "["
    keys: list[str] = []  # the key of each open object
    expecting = False  # a key comes next
    begin = 0
    fields: dict[str, tuple[int, int]] = {}
    value_start = -1
    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first in "{[":
            if len(stack) == 2 and keys[:1] == ["cells"] and stack == ["{", "["] and first == "{":
                begin, fields = match.start(), {}
            if len(stack) == 3 and value_start < 0 and _in_cells(stack, keys):
                value_start = match.start()
            stack.append(first)
            keys.append("")
            expecting = first == "{"
        elif first in "}]":
            stack.pop()
            keys.pop()
            expecting = False
            if len(stack) == 3 and value_start >= 0 and _in_cells(stack, keys):
                fields[keys[2]] = (value_start, match.end())
                value_start = -1
            elif len(stack) == 2 and stack == ["{", "["] and keys[0] == "cells" and first == "}":
                found.append(Span(begin, match.end(), fields))
        elif first == ",":
            expecting = bool(stack) and stack[-1] == "{"
        elif first == ":":
            expecting = False
        elif expecting:
            keys[-1] = json.loads(token)
        elif len(stack) == 3 and value_start < 0 and _in_cells(stack, keys):
            fields[keys[2]] = match.span()
    return found


def _in_cells(stack: list[str], keys: list[str]) -> bool:
    return keys[0] == "cells" and stack[:3] == ["{", "[", "{"]


def _notebook(data: bytes, items: Sequence[Finding]) -> tuple[bytes, list[Finding]]:
    """A notebook with the fixes of its cells; every byte outside them stays."""
    from mlopslint.facts.notebook import blank_magics, cells_of, source_of

    try:
        text = data.decode("utf-8")
        before = json.loads(text)
        cells = cells_of(before)
    except ValueError:
        raise _UnfixableError("not a notebook that can be rewritten, left as it is") from None
    spans = cell_spans(text)
    if len(spans) != len(cells) or before.get("nbformat", 4) < 4:
        raise _UnfixableError("a notebook of an old or unusual format, left as it is")

    def good(source: str) -> bool:
        return _parses(blank_magics(source)[0])

    changes: list[tuple[int, int, str]] = []
    done: list[Finding] = []
    dropped: set[int] = set()
    for number in sorted({item.cell or 0 for item in items}):
        mine = [item for item in items if item.cell == number]
        if not 0 < number <= len(cells):
            continue
        span = spans[number - 1]
        whole = [item for item in mine if item.edits[0].op in ("drop-cell", "clear-outputs")]
        if any(item.edits[0].op == "drop-cell" for item in whole):
            dropped.add(number - 1)
            done += [item for item in whole if item.edits[0].op == "drop-cell"]
            continue
        for item in whole:
            for field, empty in (("outputs", "[]"), ("execution_count", "null")):
                if field in span.fields:
                    changes.append((*span.fields[field], empty))
            done.append(item)
        rest = [item for item in mine if item not in whole]
        if rest and "source" in span.fields:
            source = source_of(cells[number - 1])
            new, mended = _checked(source, rest, good)
            if mended and new != source:
                start, end = span.fields["source"]
                changes.append((start, end, source_text(text[start:end], new)))
                done += mended
    changes += _removals(text, spans, dropped)
    for start, end, value in sorted(changes, reverse=True):
        text = text[:start] + value + text[end:]
    try:
        after = json.loads(text)
    except ValueError:
        raise _UnfixableError("its cells could not be rewritten, left as it is") from None
    if {k: v for k, v in before.items() if k != "cells"} != {k: v for k, v in after.items() if k != "cells"}:
        raise _UnfixableError("its cells could not be rewritten, left as it is")
    return text.encode("utf-8"), done


def _removals(text: str, spans: Sequence[Span], dropped: set[int]) -> list[tuple[int, int, str]]:
    """Cut whole cells with the comma and space that part them from their neighbours."""
    found: list[tuple[int, int, str]] = []
    kept = [i for i in range(len(spans)) if i not in dropped]
    for i in sorted(dropped):
        later = next((j for j in kept if j > i), None)
        if later is not None:  # up to the begin of the next cell
            found.append((spans[i].start, spans[i + 1].start, ""))
        else:  # from the end of the one before
            found.append((spans[i - 1].end if i else spans[i].start, spans[i].end, ""))
    return found


def source_text(old: str, new: str) -> str:
    """The JSON of a cell's new source, written as the old one was: a list of lines or one string, lines that stay as they stood."""
    plain = old.isascii()
    if not old.startswith("["):
        return json.dumps(new, ensure_ascii=plain)
    tokens = [match.group() for match in re.finditer(r'"(?:[^"\\]|\\.)*"', old)]
    known: dict[str, str] = {json.loads(token): token for token in tokens}
    lines = new.splitlines(keepends=True) if "\r" not in new else re.findall(r"[^\n]*\n|[^\n]+$", new)
    written = [known.get(line) or json.dumps(line, ensure_ascii=plain) for line in lines]
    if not written:
        return "[]"
    lead = re.match(r"\[(\s*)", old)
    tail = re.search(r"(\s*)\]$", old)
    space = lead.group(1) if lead else ""
    between = re.search(r'"(\s*,\s*)"', old)
    comma = between.group(1) if between and len(tokens) > 1 else "," + (space or " ")
    return f"[{space}{comma.join(written)}{tail.group(1) if tail else ''}]"


# -- files -----------------------------------------------------------------------------------------------------------------


def write(path: str, old: bytes, new: bytes) -> str:
    """Put ``new`` in the place of ``old`` in one step; the reason when the file has changed since or cannot be written."""
    try:
        with open(path, "rb") as stream:
            if stream.read() != old:
                return "changed while it was being fixed, left as it is"
        mode = os.stat(path).st_mode
        temporary = f"{path}.{os.getpid()}.mlopslint"
        try:
            with open(temporary, "wb") as stream:
                stream.write(new)
            os.chmod(temporary, mode & 0o7777)
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return ""


def diff(path: str, old: bytes, new: bytes) -> str:
    """A unified diff of one file."""
    import difflib

    def lines(data: bytes) -> list[str]:
        return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)

    rows: list[Any] = list(difflib.unified_diff(lines(old), lines(new), f"a/{path}", f"b/{path}"))
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
