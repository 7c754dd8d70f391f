"""YAML, JSON, TOML and INI text -> plain trees that know the line of every key, within a bounded amount of work."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from mlopslint.facts.text import mend, scalar, secretish
from mlopslint.patterns import late
from mlopslint.records import Fact

#: A YAML file larger than this many values (aliases counted as often as they are used), or deeper, is read in part.
NODES = 50_000
DEPTH = 60

Locate = Callable[[Any, Any, str], int]


class Map(dict[str, Any]):
    """A YAML mapping: ``lines`` of its keys, and ``content`` lines at which their values begin."""

    __slots__ = ("content", "line", "lines", "tag")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.content: dict[str, int] = {}
        self.tag = ""


class Seq(list[Any]):
    """A YAML sequence with the ``lines`` at which its items begin."""

    __slots__ = ("line", "lines", "tag")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []
        self.tag = ""


class Tree(NamedTuple):
    """The documents of one YAML text, why it could not be read to its end, and whether it is a text template."""

    documents: list[Any]
    error: str
    template: bool

    @property
    def root(self) -> Map:
        """The first document that is a mapping, or an empty one."""
        return next((document for document in self.documents if isinstance(document, Map)), Map())

    def errors(self) -> list[Fact]:
        """One fact that says why the text could not be read, unless it is a template to be filled in first."""
        return [Fact("error", self.error)] if self.error and not self.template else []


_INT = late(r"[-+]?(?:0|[1-9][0-9_]{0,17})$")
_FLOAT = late(
    r"[-+]?(?:[0-9][0-9_]{0,17})?\.[0-9_]{0,20}(?:[eE][-+]?[0-9]{1,4})?$|[-+]?[0-9]{1,18}[eE][-+]?[0-9]{1,4}$"
)
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}


def _plain(value: str) -> Any:
    """A plain scalar as YAML means it; a number that would be written differently (``3.10``) stays text."""
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    first = value[0]
    if (first.isdigit() or first in "+-.") and len(value) < 40 and value.isascii():
        if _INT.match(value):
            return int(value.replace("_", ""))
        if _FLOAT.match(value):
            try:
                number = float(value.replace("_", ""))
            except ValueError:
                return value
            return number if number - number == 0 and (repr(number) == value or "e" in value.lower()) else value
    return value


_STATEMENT = late(r"^[ \t]*(?:-[ \t]+)?(?:\{\{[^\n]{0,500}\}\}|\{%[^\n]{0,500}%\}|\{#[^\n]{0,500}#\})[ \t]*$", re.M)
#: What stands for the braces of a template while its text is parsed.
_OPEN, _CLOSE = "\ue000", "\ue001"


def load_yaml(text: str) -> Tree:
    """Documents of YAML ``text``. Built from parser events, so tags need no constructor and nothing recurses.

    A template (Helm, Jinja) that is no YAML as it stands is tried once more without its statements.
    """
    documents, error = _parse(text)
    template = "{{" in text or "{%" in text
    if error.startswith("not valid") and template:
        plain = _STATEMENT.sub("", text).replace("{{", _OPEN).replace("}}", _CLOSE)
        again, still = _parse(plain)
        if not still:
            return Tree(again, "", True)
    return Tree(documents, error, template)


def _parse(text: str) -> tuple[list[Any], str]:
    import yaml

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[Any] = []
    try:
        _build(loader_class(text), yaml, documents)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        problem = " ".join(str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).split())
        return documents, f"not valid YAML: {where}{problem[:120]}"
    except _TooMuchError as error:
        return documents, str(error)
    return documents, ""


class _TooMuchError(Exception):
    pass


def _build(loader: Any, yaml: Any, documents: list[Any]) -> None:
    """Follow the events of ``loader`` into ``documents``; what was read before a limit stays."""
    scalar_event, alias_event = yaml.ScalarEvent, yaml.AliasEvent
    map_start, seq_start = yaml.MappingStartEvent, yaml.SequenceStartEvent
    ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
    stream_end = yaml.StreamEndEvent
    stack: list[Any] = []  # open containers
    pending: list[Any] = []  # for each: the (key, line) that waits for its value, or None
    opened: list[tuple[str | None, int]] = []  # for each: its anchor, and the count of nodes when it began
    anchors: dict[str, tuple[Any, int]] = {}
    count = 0
    while True:
        event = loader.get_event()
        kind = type(event)
        if kind is scalar_event:
            count += 1
            line = event.start_mark.line + 1
            value: Any = event.value
            if _OPEN in value:
                value = value.replace(_OPEN, "{{").replace(_CLOSE, "}}")
            style = event.style
            if style in ("|", ">"):
                line += 1
            elif not style or style == "plain":
                tag = event.tag
                if (not stack or pending[-1] is not None or type(stack[-1]) is Seq) and (not tag or tag == "!"):
                    value = _plain(value)
            if event.anchor:
                anchors[event.anchor] = (value, 1)
        elif kind is map_start or kind is seq_start:
            count += 1
            line = event.start_mark.line + 1
            if len(stack) >= DEPTH:
                raise _TooMuchError(f"nested deeper than {DEPTH} levels, read in part")
            made: Any = Map(line) if kind is map_start else Seq(line)
            made.tag = event.tag or ""
            if not _put(documents, stack, pending, made, line):
                pending[-1] = ("?", line)  # a structure as a key
            stack.append(made)
            pending.append(None)
            opened.append((event.anchor, count))
            continue
        elif kind in ends:
            done = stack.pop()
            pending.pop()
            anchor, began = opened.pop()
            if type(done) is Map and "<<" in done:
                _merge(done)
            if anchor:
                anchors[anchor] = (done, count - began + 1)
            continue
        elif kind is alias_event:
            value, size = anchors.get(event.anchor, (None, 1))
            line = event.start_mark.line + 1
            count += size
        elif kind is stream_end:
            return
        else:
            if kind is yaml.DocumentStartEvent:
                anchors.clear()
            continue
        if count > NODES:
            raise _TooMuchError(f"more than {NODES} values, read in part")
        if not _put(documents, stack, pending, value, line):
            pending[-1] = (value if isinstance(value, str) else str(scalar(value)), line)


def _put(documents: list[Any], stack: list[Any], pending: list[Any], value: Any, line: int) -> bool:
    """Place ``value`` where it belongs; false when it stands in the place of a key."""
    if not stack:
        documents.append(value)
        return True
    top = stack[-1]
    if type(top) is Seq:
        top.append(value)
        top.lines.append(line)
        return True
    waiting = pending[-1]
    if waiting is None:
        return False
    key, key_line = waiting
    pending[-1] = None
    if key == "<<" and "<<" in top:
        value = [*(top["<<"] if isinstance(top["<<"], list) else [top["<<"]]), value]
    top[key] = value
    top.lines[key] = key_line
    top.content[key] = line
    return True


def _merge(mapping: Map) -> None:
    merged = mapping.pop("<<")
    for source in merged if isinstance(merged, list) else [merged]:
        if isinstance(source, Map):
            for key, value in source.items():
                if key not in mapping:
                    mapping[key] = value
                    mapping.lines[key] = source.lines.get(key, 0)
                    mapping.content[key] = source.content.get(key, 0)


def line_of(container: Any, key: Any) -> int:
    """The line of a key of a mapping or of an item of a sequence; 0 where it is not known."""
    if isinstance(container, Map):
        return container.lines.get(key, container.line)
    if isinstance(container, Seq) and isinstance(key, int) and key < len(container.lines):
        return container.lines[key]
    return 0


def content_of(container: Any, key: Any) -> int:
    """The line at which the value of a key begins (for a block of text: its first line)."""
    if isinstance(container, Map):
        return container.content.get(key, container.line)
    return line_of(container, key)


def start_of(value: Any, default: int = 0) -> int:
    """The line at which a mapping or sequence begins."""
    return value.line if isinstance(value, (Map, Seq)) else default


def as_map(value: Any) -> dict[str, Any]:
    """``value`` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """``value`` if it is a sequence, nothing for null, else a list of it alone."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def maps(value: Any) -> Iterator[dict[str, Any]]:
    """The mappings among the items of a sequence."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def dig(value: Any, *path: str) -> Any:
    """What stands at a path of keys; None where it ends early."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def flatten(root: Any, cap: int = 1500, locate: Locate | None = None, prefix: str = "") -> list[Fact]:
    """``key`` facts of all scalars under ``root``, in the order of the text; credentials by name alone."""
    found: list[Fact] = []
    find = locate or (lambda container, key, path: line_of(container, key))
    stack: list[tuple[str, Any, int, bool]] = [(prefix, root, 0, False)]
    visits = 0
    while stack and len(found) < cap and visits < NODES:
        path, value, line, hidden = stack.pop()
        visits += 1
        if isinstance(value, dict):
            base = f"{path}." if path else ""
            if len(path) > 400:
                continue
            name = value.get("name", value.get("key"))
            secret = hidden or (isinstance(name, str) and "value" in value and secretish(name))
            below = [
                (
                    f"{base}{str(key)[:100]}",
                    item,
                    find(value, key, f"{base}{key}"),
                    (secret and key == "value")
                    or (isinstance(item, (str, int, float)) and secretish(str(key)))
                    or key == "stringData"
                    or (key == "data" and value.get("kind") == "Secret")
                    or hidden,
                )
                for key, item in _first(value.items(), cap)
            ]
            stack += reversed(below)
        elif isinstance(value, list):
            below = [(f"{path}[]", item, find(value, i, path) or line, hidden) for i, item in enumerate(value[:cap])]
            stack += reversed(below)
        elif path:
            kept = scalar(value)
            found.append(Fact("key", path, line, None if hidden and not isinstance(kept, bool) else kept))
    return found


def _first(items: Any, count: int) -> Iterator[Any]:
    for i, item in enumerate(items):
        if i >= count:
            return
        yield item


#: A text of JSON, and the sign of a key behind it; the first of the two ways to say a text is the faster one.
_JSON_TEXT = late(r'"([^"\\\n]{0,200}|(?:[^"\\\n]|\\.){0,200})"(\s{0,20}:)?')
_COMMENT = late(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.S)
_TRAILING = late(r",(\s*[}\]])")


_HALF = late(r"\\u[dD][89a-fA-F]")


def load_json(text: str) -> Any:
    """The value of JSON ``text``, comments and trailing commas allowed; raises ValueError."""
    import json

    try:
        value = json.loads(text, parse_constant=str)
        return mend(value) if _HALF.search(text) else value
    except ValueError as error:
        if "//" not in text and "/*" not in text and not _TRAILING.search(text):
            raise ValueError(f"not valid JSON: {error}") from None
    stripped = _TRAILING.sub(r"\1", _COMMENT.sub(lambda m: m.group(1) or "", text))
    try:
        return mend(json.loads(stripped, parse_constant=str))
    except ValueError as error:
        raise ValueError(f"not valid JSON: {error}") from None


def json_locator(text: str) -> Locate:
    """Lines of JSON keys: the n-th visit of a name is its n-th place in the text, which is read no further than is asked."""
    keys = _json_keys(text)
    passed: dict[str, deque[int]] = {}
    last: dict[str, int] = {}

    def locate(container: Any, key: Any, path: str) -> int:
        if not isinstance(key, str):
            return 0
        if passed.get(key):
            last[key] = passed[key].popleft()
            return last[key]
        for name, line in keys:
            if name == key:
                last[key] = line
                return line
            passed.setdefault(name, deque()).append(line)
        return last.get(key, 0)

    return locate


def _json_keys(text: str) -> Iterator[tuple[str, int]]:
    """The keys in JSON ``text`` and their lines, among its first 200,000 texts and lines."""
    line, at = 1, 0
    for texts, match in enumerate(_JSON_TEXT.finditer(text)):
        line += text.count("\n", at, match.start())
        at = match.end()
        if texts + line > 200_002:
            return
        if match.group(2):
            yield match.group(1), line


def load_toml(text: str) -> dict[str, Any]:
    """The table of TOML ``text``; raises ValueError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if "{{" in text or "{%" in text:
            with suppress(tomllib.TOMLDecodeError):
                return tomllib.loads(_STATEMENT.sub("", text))
        raise ValueError(f"not valid TOML: {' '.join(str(error).split())[:150]}") from None


def read_table(text: str) -> tuple[dict[str, Any], list[Fact]]:
    """The table of TOML ``text``; where it cannot be read, an empty one and the reason (none for a template)."""
    try:
        return load_toml(text), []
    except ValueError as error:
        return {}, [] if "{{" in text or "{%" in text else [Fact("error", str(error)[:200])]


_TOML_LINE = late(
    r"^[ \t]*(?:\[\[?[ \t]*([^\]\n]{1,200}?)[ \t]*\]\]?[ \t]*(?:#[^\n]*)?$|([\w.\"'-]{1,200})[ \t]*=)", re.M
)


def toml_lines(text: str) -> dict[str, int]:
    """Dotted path (no quotes, no ``[]``) -> the line at which it first stands."""
    lines: dict[str, int] = {}
    table = ""
    line, at = 1, 0
    for match in _TOML_LINE.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match.group(1):
            table = match.group(1).replace('"', "").replace("'", "").replace(" ", "")
            lines.setdefault(table, line)
        else:
            key = match.group(2).replace('"', "").replace("'", "")
            lines.setdefault(f"{table}.{key}" if table else key, line)
    return lines


def toml_locator(lines: dict[str, int]) -> Locate:
    """Lines of TOML keys by their dotted path; keys of inline tables have the line of their table."""

    def locate(container: Any, key: Any, path: str) -> int:
        plain = path.replace("[]", "")
        while plain:
            if plain in lines:
                return lines[plain]
            plain = plain.rpartition(".")[0]
        return 0

    return locate


class Setting(NamedTuple):
    """One ``key = value`` of an INI file; a value over several lines keeps its line ends."""

    section: str
    key: str
    value: str
    line: int


_INI_KEY = late(r"^[ \t]*(?:export[ \t]+)?([^=:#;\[\s][^=:\n]{0,120}?)[ \t]*[=:][ \t]*(.*)$")


def load_ini(text: str) -> list[Setting]:
    """The settings of INI, ``.env`` and ``.properties`` text; lines that are no setting are passed over."""
    found: list[Setting] = []
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if line[0] == "[":
            section = stripped[1:].partition("]")[0].strip()[:120]
            continue
        if line[0] in " \t" and found and found[-1].section == section and section:
            last = found[-1]
            if len(last.value) < 20_000:
                found[-1] = last._replace(value=f"{last.value}\n{stripped}")
            continue
        match = _INI_KEY.match(line)
        if match:
            found.append(Setting(section, match.group(1).strip("\"' "), match.group(2).strip(), number))
        elif section:
            found.append(Setting(section, stripped[:120], "", number))
        if len(found) > 20_000:
            break
    return found
