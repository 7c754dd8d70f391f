"""Removed and deprecated interfaces of libraries: the tables under ``rules/deprecations``, and what a project's versions make of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mlopslint.data import folder
from mlopslint.patterns import late


class Entry(NamedTuple):
    """One line of a table.

    ``name`` is a dotted name, in which ``*`` stands for any part of a path (``pandas.*.iteritems``). ``argument`` is a keyword, or
    ``keyword=value``. ``fix``: ``rename`` (to ``use``), ``text:X``, ``method:X``, ``module`` (import from ``use``), ``keyword:X``,
    ``value:X``, ``drop`` (the keyword), or nothing.
    """

    library: str
    name: str
    argument: str
    since: str
    removed: str
    use: str
    fix: str


class Tables(NamedTuple):
    """Entries by the last part of their names: interfaces, and keywords of calls; modules and names by their whole path."""

    names: dict[str, tuple[Entry, ...]]
    keywords: dict[str, tuple[Entry, ...]]
    paths: dict[str, Entry]


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All lines of all tables, in order."""
    found = []
    for item in sorted((folder("rules") / "deprecations").iterdir(), key=lambda item: item.name):
        if item.name.endswith(".csv"):
            rows = csv.reader(item.read_text(encoding="utf-8").splitlines())
            next(rows)
            found += [Entry(item.name[:-4], *row) for row in rows]
    return tuple(found)


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The entries as checks look them up."""
    names: dict[str, list[Entry]] = {}
    keywords: dict[str, list[Entry]] = {}
    paths: dict[str, Entry] = {}
    for entry in entries():
        last = entry.name.rpartition(".")[2]
        if entry.argument:
            keywords.setdefault(last, []).append(entry)
        else:
            names.setdefault(last, []).append(entry)
            if "*" not in entry.name:
                paths[entry.name] = entry
    return Tables({k: tuple(v) for k, v in names.items()}, {k: tuple(v) for k, v in keywords.items()}, paths)


def matches(entry: Entry, name: str) -> bool:
    """Whether a resolved name is the entry's: the very name, or for ``lib.*.method`` a method of something of the library."""
    if "*" not in entry.name:
        return name == entry.name
    head, _, tail = entry.name.partition(".*")
    return name.startswith(head + ".") and name.endswith(tail) and name != head + tail


def told(entry: Entry) -> str:
    """What to say about a use of it."""
    head, star, tail = entry.name.partition(".*.")
    what = f"{tail} of {head}" if star else entry.name
    if entry.argument:
        keyword, _, value = entry.argument.partition("=")
        call = entry.name.rpartition(".")[2]
        what = f"{keyword}={value!r} of {call}" if value else f"{keyword} of {call}"
    library, step = entry.library, f"use {entry.use}"
    if entry.use.startswith("nothing"):
        step = "leave it out" + entry.use.removeprefix("nothing")
    elif entry.use.startswith("import "):
        step = entry.use
    if entry.removed:
        return f"{what} was removed in {library} {entry.removed}; {step}"
    return f"{what} is deprecated since {library} {entry.since}; {step}"


def verdict(data: Sequence[str], requirements: Mapping[str, str]) -> str:
    """What a project with these requirements (package -> specifier) makes of a use of (library, since, removed).

    "error": some version that the project allows does not have it any more. "note": the versions that it asks for have it deprecated.
    "": all is well, or it still works as far as is known. (library, "before", version) is of what is amiss in older versions only:
    "warning" where no newer one is allowed, "" where no older one is, else "note".
    """
    library, since, removed = data
    low, high = (end and _short(end) for end in bounds(requirements.get(library, "")))
    if since == "before":
        mended = _point(removed)
        if low is not None and low >= mended:
            return ""
        return "warning" if high is not None and high <= mended else "note"
    if removed:
        gone = _point(removed)
        return "" if high is not None and high <= gone else "error"
    return "note" if low is not None and low >= _point(since) else ""


def replaced(data: Sequence[str], requirements: Mapping[str, str]) -> bool:
    """Whether the replacement is there in every version that the project allows, as far as is known."""
    library, since, _ = data
    low, high = (end and _short(end) for end in bounds(requirements.get(library, "")))
    return since == "before" or (low is None and high is None) or (low is not None and low >= _point(since))


def bounds(text: str) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """The lowest release that a specifier allows, and the first above it that it does not; None where there is none."""
    low: tuple[int, ...] | None = None
    high: tuple[int, ...] | None = None
    for part in text.split(","):
        match = _CLAUSE.match(part.strip())
        if not match:
            continue
        sign, version = match.group(1) or "==", _release(match.group(2))
        if not version:
            continue
        above = (*version[:-1], version[-1] + 1)
        ends = {
            "==": (version, above), "===": (version, above), "=": (version, above), ">=": (version, None), ">": (version, None),
            "<": (None, version), "<=": (None, above), "~=": (version, (*version[:-2], version[-2] + 1) if len(version) > 1 else None),
            "^": (version, (version[0] + 1,) if version[0] else above), "~": (version, above),
        }.get(sign)  # fmt: skip
        if ends is None:
            continue
        low = ends[0] if low is None else max(low, ends[0] or low)
        if ends[1] is not None:
            high = ends[1] if high is None else min(high, ends[1])
    return low, high


_CLAUSE = late(r"(===|==|~=|>=|<=|!=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+)*)")


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _point(text: str) -> tuple[int, ...]:
    """A version to be compared with others."""
    return _short(_release(text))


def _short(version: tuple[int, ...]) -> tuple[int, ...]:
    """The same version without zeros at its end: 2.0.0 is 2."""
    while version and not version[-1]:
        version = version[:-1]
    return version
