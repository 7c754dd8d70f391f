"""Jupyter notebook -> facts of its cells, and of its code as Python with the cell that it stands in."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from typing import Any

import msgspec

from mlopslint.facts import secrets
from mlopslint.facts.python import Reader, parse
from mlopslint.lint import engine
from mlopslint.lint.base import Cell, Notebook
from mlopslint.patterns import late
from mlopslint.records import Fact

_MAGIC = late(r"^(\s*)(%{1,2}|!|\?)(.*)$")
_ASSIGNED_MAGIC = late(r"^(\s*[\w, .\[\]]+=\s*)([%!])(.*)$")
#: ``%time`` before a simple statement, which gives its names to the notebook.
_TIMED = late(r"time (?!\s|-|(?:for|while|with|if|def|class|try|async)\b)\S")
#: Magics that take a statement.
_MEASURED = late(r"(?:timeit|time|prun|memit|lprun|mprun)\b")
_HELP = late(r"^\s*[\w.]+\?{1,2}\s*$")
#: What IPython runs without a ``%`` or ``!`` before it.
_AUTOMAGIC = late(
    r"^(?:pip3?|conda|mamba)[ \t]+(?:install|uninstall|list|show|freeze|update)\b[^\n]*"
    r"|^(?:cd|ls|ll|cat|cp|mv|rm|mkdir|rmdir|man|less|more)(?:[ \t]+[-~./\w*{$][^\s=()]*)+[ \t]*(?:#[^\n]*)?$"
    r"|^(?:matplotlib|pylab)[ \t]+\w+[ \t]*$|^(?:re)?load_ext[ \t]+[\w.]+[ \t]*$|^autoreload[ \t]+\d[ \t]*$",
    re.M,
)
#: The same, of what would be a difference in Python: a cell that is nothing else.
_BARE_OPTIONS = late(r"\s*watermark[ \t]+-\w[^\n]*\s*")
#: The first line of a Databricks cell in another language.
_OTHER_LANGUAGE = late(r"%(?:md|scala|sh|fs|r)\b|%sql[ \t]*$")
#: Cell magics whose body is still Python.
_PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "memit", "mprun", "skip", "script_magic", "local", "chime"}
)


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell, whose source may be a string or a list of lines."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        try:
            return "".join(source)
        except TypeError:
            return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def cells_of(notebook: Any) -> list[dict[str, Any]]:
    """The cells of a notebook of format 3 or 4; raises ValueError when it is none."""
    if not isinstance(notebook, dict):
        raise ValueError("not a notebook: no JSON object")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):
        import nbformat  # only for notebooks of before 2015: its import costs more than reading a hundred new ones

        try:
            cells = nbformat.convert(nbformat.from_dict(notebook), 4).get("cells")  # type: ignore[no-untyped-call]
        except Exception as error:
            raise ValueError(f"not a notebook: format {notebook.get('nbformat')} cannot be converted") from error
    if not isinstance(cells, list):
        raise ValueError("not a notebook: no cells")
    return [cell for cell in cells if isinstance(cell, dict)]


class _Cell(msgspec.Struct):
    source: str | list[str]


class _Sources(msgspec.Struct):
    cells: list[_Cell]


def sources_of(data: bytes) -> list[str]:
    """The sources of all cells of a notebook; none where it cannot be read."""
    try:  # outputs, which are most of the bytes, are passed over
        cells = msgspec.json.decode(data, type=_Sources).cells
        return [cell.source if isinstance(cell.source, str) else "".join(cell.source) for cell in cells]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    try:
        return [source_of(cell) for cell in cells_of(_decode(data))]
    except ValueError:
        return []


def blank_magics(source: str) -> tuple[str, list[tuple[int, str]]]:
    """Source with its magics blanked out line by line (same number of lines), and the magics with their lines."""
    if "%" not in source and "!" not in source and "?" not in source:
        return source, []
    lines = source.split("\n")
    magics: list[tuple[int, str]] = []
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is not None and _OTHER_LANGUAGE.match(lines[first]):
        return "\n" * (len(lines) - 1), [(first + 1, lines[first].strip())]
    if first is not None and lines[first].lstrip().startswith("%%"):
        lines[first] = lines[first].lstrip()  # IPython takes the indentation of the first line away
    while first is not None and lines[first].startswith("%%"):
        name = lines[first][2:].split(None, 1)[0] if lines[first][2:].strip() else ""
        magics.append((first + 1, lines[first].strip()))
        if name not in _PYTHON_MAGICS:
            if name in ("bash", "sh", "script", "!"):
                magics += [(i + 1, "!" + line.strip()) for i, line in enumerate(lines) if i > first and line.strip()]
            return "\n" * (len(lines) - 1), magics
        lines[first] = ""
        # The body of one that runs its body as a cell may begin with another: ``%%capture`` above ``%%sh``.
        first = next((i for i in range(first + 1, len(lines)) if lines[i].strip()), None)
    continued = False
    depth = 0
    told = 0  # the line from which statements have to be followed to know whether one is still open
    for i, line in enumerate(lines):
        if continued:
            magics.append((i + 1, line.strip()))
            depth += _opened(line)
            continued = line.rstrip().endswith("\\") or depth > 0
            lines[i] = ""
            continue
        match = _MAGIC.match(line)
        if match:
            rest = match.group(3)
            if _unfinished(lines[told:i]):
                continue  # a modulo at the start of a continued line, or text
            told = i
            magics.append((i + 1, match.group(2) + rest.strip()))
            timed = _TIMED.match(rest) if match.group(2) == "%" else None
            if timed:  # of the same length, so that all columns stay
                lines[i] = f"{match.group(1)}if 1: {rest[5:]}"
                continue
            # IPython reads on to the closing bracket of what is timed.
            depth = _opened(rest) if match.group(2) == "%" and _MEASURED.match(rest) else 0
            continued = rest.rstrip().endswith("\\") or depth > 0
            lines[i] = match.group(1) + "pass"
            continue
        match = _ASSIGNED_MAGIC.match(line)
        if match and (match.group(2) == "!" or match.group(3)[:1].isalpha()):
            magics.append((i + 1, match.group(2) + match.group(3).strip()))
            lines[i] = match.group(1) + "None"
        elif _HELP.match(line):
            lines[i] = ""
    return "\n".join(lines), magics


def _unfinished(lines: list[str]) -> bool:
    """Whether the statement or the text that the last of these lines belongs to goes on below."""
    if not lines:
        return False
    if lines[-1].endswith("\\"):
        return True
    text = "\n".join(lines)
    if not _opened(text) and '"""' not in text and "'''" not in text:
        return False
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
    except tokenize.TokenError:
        return True
    except SyntaxError:  # of an indentation that does not fit: what is open is seen all the same
        return depth > 0
    return False


def _opened(line: str) -> int:
    """How many more brackets a line opens than it closes."""
    return sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")


def _parsed(text: str, magics: list[tuple[int, str]]) -> tuple[ast.Module, str]:
    """The tree of a cell and the text that it stands for; commands without a sign are told only where nothing else parses.

    Raises what ``parse`` raises.
    """
    if text.lstrip().startswith("watermark") and _BARE_OPTIONS.fullmatch(text):
        magics.append((text[: text.index("watermark")].count("\n") + 1, "!" + text.strip()))
        text = "\n" * text.count("\n")
    try:
        return parse(text), text
    except SyntaxError:
        found = list(_AUTOMAGIC.finditer(text))
        plain = _AUTOMAGIC.sub("pass", text) if found else text
        first = next((row for row in plain.split("\n") if row.strip()), "")
        indent = first[: len(first) - len(first.lstrip())]
        if indent:  # IPython takes the indentation of the first line away from all
            plain = "\n".join(row.removeprefix(indent) for row in plain.split("\n"))
        if plain == text:
            raise
        tree = parse(plain)
    magics += [(text.count("\n", 0, m.start()) + 1, "!" + m.group(0).strip()) for m in found]
    return tree, plain


def read(data: bytes) -> list[Fact]:
    """Facts of one notebook; a cell that does not parse costs only itself."""
    if not data or data.isspace():
        return [Fact("error", "empty notebook")]
    try:
        notebook = _decode(data)
        cells = cells_of(notebook)
    except ValueError as error:
        text = str(error)
        return [Fact("error", text if text.startswith("not a notebook") else f"not valid JSON: {text[:120]}")]
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    language = _language(metadata)
    stated = notebook.get("nbformat")
    level = stated if isinstance(stated, int) and 0 < stated < 100 else 4
    facts: list[Fact] = [Fact("notebook", language, 0, {"format": level, "cells": len(cells)})]
    reader = Reader()
    reader.facts = facts
    code = "\n".join(source_of(cell) for cell in cells if cell.get("cell_type") == "code")
    tables = engine.tables(code.encode("utf-8", "replace"))  # the saved outputs are far longer, and no code
    made = [_cell(raw, number) for number, raw in enumerate(cells, 1)]
    credentials = _credentials(made)
    seen: list[Cell] = []
    texts: dict[int, str | bytes] = {}
    for cell in made:
        number = cell.number
        if "mlopslint:" in cell.source:
            comments = engine.python_ignores if cell.kind == "code" else engine.ignores
            facts += comments(cell.source, number)
        facts += credentials.get(number, ())
        if cell.kind == "code":
            about = {"count": cell.executed, "output": cell.output_size, "lines": cell.source.count("\n") + 1}
            facts.append(Fact("cell", "code", 0, about, number))
            if language == "python":
                cell, text = _parse_cell(cell, facts)
                if cell.tree is not None:
                    reader.cell = number
                    reader.module(cell.tree, text, tables, notebook=True)
                    texts[number] = text
        elif cell.kind == "markdown":
            facts.append(Fact("cell", "markdown", 0, {"lines": cell.source.count("\n") + 1}, number))
            facts += _headings(cell)
        else:
            continue
        seen.append(cell)
    reader.cell = 0
    trees = [(cell.tree, cell.number) for cell in seen if cell.tree is not None]
    facts += engine.flow(trees, texts, tables, reader.seen)
    reader.totals(sum(cell.source.count("\n") + 1 for cell in seen if cell.kind == "code"), False)
    facts += engine.check_notebook(Notebook(tuple(seen), language, level, metadata, facts))
    broken = [str(cell.number) for cell in seen if cell.broken]
    if broken:
        shown = ", ".join(broken[:5]) + (" ..." if len(broken) > 5 else "")
        many = len(broken) > 1
        facts.append(Fact("note", f"code of cell{'s' * many} {shown} {'do' if many else 'does'} not parse"))
    return reader.release()


def _cell(raw: dict[str, Any], number: int) -> Cell:
    """A cell as the checks of notebooks want it, not parsed yet."""
    kind, about, outputs = raw.get("cell_type"), raw.get("metadata"), raw.get("outputs")
    kind = kind if isinstance(kind, str) else ""
    about = about if isinstance(about, dict) else {}
    if kind != "code":
        return Cell(number, kind, source_of(raw), None, [], 0, None, about)
    saved = outputs if isinstance(outputs, list) else []
    count = raw.get("execution_count", raw.get("prompt_number"))
    count = count if isinstance(count, int) and 0 <= count < 2**31 else None
    return Cell(number, kind, source_of(raw), count, saved, _size(saved), None, about, printed=_texts_of(saved))


def _parse_cell(cell: Cell, facts: list[Fact]) -> tuple[Cell, str]:
    """The cell with its tree, or with why it has none, and the text of the tree; its magics and commands become facts."""
    text, magics = blank_magics(cell.source)
    try:
        tree, text = _parsed(text, magics)
        found = cell._replace(tree=tree)
        failed: tuple[Fact, ...] = ()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line, why = getattr(error, "lineno", 0) or 0, getattr(error, "msg", error)
        found = cell._replace(broken=f"line {line or 1}: {why}"[:160])
        failed = (Fact("broken-cell", str(why)[:120], line, None, cell.number),)
    for line, magic in magics:
        if magic.startswith("!"):
            facts.append(Fact("command", " ".join(magic[1:].split())[:300], line, {"notebook": True}, cell.number))
        else:
            facts.append(Fact("magic", magic[:200], line, None, cell.number))
    facts += failed
    return found, text


def _headings(cell: Cell) -> Iterator[Fact]:
    """The headings of a cell of Markdown."""
    for line, row in enumerate(cell.source.split("\n"), 1):
        title = row.lstrip("#")
        if title != row and title[:1] == " ":
            yield Fact("heading", title.strip().lower()[:160], line, {"level": len(row) - len(title)}, cell.number)


def _credentials(cells: list[Cell]) -> dict[int, list[Fact]]:
    """Number of a cell -> the credentials in its source and in its saved output."""
    places: list[tuple[int, bool]] = []
    texts: list[bytes] = []
    for cell in cells:
        for saved, text in ((False, cell.source), (True, cell.printed)):
            if text:
                places.append((cell.number, saved))
                texts.append(text.encode("utf-8", "replace"))
    found: dict[int, list[Fact]] = {}
    for (number, saved), secret in zip(places, secrets.scan_each(texts), strict=True):
        for fact in secret:
            line, value = (0, {**fact.value, "output": True}) if saved else (fact.line, fact.value)
            found.setdefault(number, []).append(Fact(fact.kind, fact.name, line, value, number))
    return found


def _decode(data: bytes) -> Any:
    """JSON by the fast decoder; by the lenient one of the standard library where that refuses (NaN, odd escapes)."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(data)


def _texts_of(outputs: list[Any]) -> str:
    """The readable text of saved outputs; pictures and other encoded data are left out."""
    found: list[str] = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        parts = [output.get("text"), output.get("traceback")]
        if isinstance(data, dict):
            parts += [value for kind, value in data.items() if str(kind).startswith("text/")]
        for part in parts:
            if isinstance(part, list):
                found += [item for item in part if item.__class__ is str]
            elif isinstance(part, str):
                found.append(part)
    return "".join(found)


def _language(metadata: dict[str, Any]) -> str:
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(section)
        if isinstance(part, dict) and isinstance(part.get(key), str) and part[key]:
            return str(part[key]).lower()
    kernel = metadata.get("kernelspec")
    if isinstance(kernel, dict) and str(kernel.get("name", "")).lower() in ("ir", "julia", "scala", "spylon-kernel"):
        return {"ir": "r"}.get(str(kernel["name"]).lower(), str(kernel["name"]).lower())
    return "python"


def _size(outputs: list[Any]) -> int:
    """Bytes of saved output, nearly: the length of its texts."""
    total = 0
    stack: list[Any] = list(outputs)
    while stack:
        item = stack.pop()
        cls = item.__class__
        if cls is str:
            total += len(item)
        elif cls is list:
            stack += item
        elif cls is dict:
            stack += item.values()
    return total
