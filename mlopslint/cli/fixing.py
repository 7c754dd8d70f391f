"""What ``lint`` writes to the work tree: fixes, and inline ignores for the findings of an old code base."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click
from msgspec.structs import replace

from mlopslint import fixes
from mlopslint.findings import SILENT
from mlopslint.kinds import kind_of
from mlopslint.linting import Linted, relint
from mlopslint.records import Finding
from mlopslint.view import role_of


def fix(result: Linted, options: dict[str, Any]) -> tuple[Linted, bool]:
    """Mend the files (or show how); the result with what is left, and whether anything was to be changed."""
    unsafe = bool(options["unsafe_fixes"])
    left: list[Finding] = []
    mended = 0
    written: dict[str, bytes] = {}
    changed = False
    by_path: dict[str, list[Finding]] = {}
    for item in result.report.findings:
        by_path.setdefault(item.path, []).append(item)
    if options["stdin_filename"] and not by_path:
        sys.stdout.buffer.write(result.read(next(iter(result.paths))) or b"")
    again = relint(result, options)
    for path, found in by_path.items():
        data = result.read(path)
        if data is None or role_of(path) in SILENT:
            left += found
            continue
        done = fixes.mend(path, kind_of(path), data, found, again, unsafe=unsafe)
        reason = done.problem
        if options["stdin_filename"] and not options["diff"]:
            sys.stdout.buffer.write(done.data)
        elif done.data != data:
            changed = True
            if options["diff"]:
                sys.stdout.write(fixes.diff(path, data, done.data))
            else:
                failed = fixes.write(os.path.join(result.root, path), data, done.data)
                reason = failed or reason
                if not failed:
                    written[path] = done.data
        if reason:
            click.echo(f"{path}: {reason}", err=True)
        if path not in written:
            left += found
        else:
            mended += len(done.applied)
            left += again(path, done.data)
    if options["diff"]:
        return result, changed
    if mended:
        click.echo(f"fixed {mended} finding{'s' if mended != 1 else ''}", err=True)
    return result.with_findings(left, written), changed


def add_ignores(result: Linted, reason: str) -> str:
    """Write ``# mlopslint: ignore[CODES] reason`` at every finding of a Python file or code cell; how many were written."""
    total = files = 0
    for path in dict.fromkeys(item.path for item in result.report.findings):
        kind = kind_of(path)
        data = result.read(path)
        if data is None or kind not in COMMENTED:
            continue
        mine = [item for item in result.report.findings if item.path == path]
        marked = [_marked(item, codes, reason) for item, codes in _lines(mine)]
        done = fixes.mend(path, kind, data, marked, lambda path, data: (), unsafe=True)
        if done.data == data:
            continue
        problem = fixes.write(os.path.join(result.root, path), data, done.data)
        if problem:
            click.echo(f"{path}: {problem}", err=True)
            continue
        total += len(done.applied)
        files += 1
    return f"added {total} ignores in {files} files"


#: Kinds of files in which a ``#`` at the end of a line is a comment.
COMMENTED = frozenset({"python", "notebook"})


def _lines(found: Sequence[Finding]) -> list[tuple[Finding, list[str]]]:
    """The last lines of findings with the codes that end there."""
    rows: dict[tuple[int, int], tuple[Finding, list[str]]] = {}
    for item in found:
        key = (item.cell or 0, item.end_line)
        rows.setdefault(key, (item, []))[1].append(item.code)
    return [(item, sorted(set(codes))) for item, codes in rows.values()]


def _marked(item: Finding, codes: Sequence[str], reason: str) -> Finding:
    from mlopslint.records import FindingEdit

    text = " ".join(reason.split())
    comment = f"# mlopslint: ignore[{', '.join(codes)}] {text}".rstrip()
    edit = FindingEdit((item.end_line, 1, item.end_line, 1), "comment", (comment,))
    return replace(item, edits=(edit,), fix_safety="safe")
