"""What is kept of each repository: one JSON result a file, written whole or not at all, found again by the next run."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from mlopslint.errors import MlopslintError
from mlopslint.fleet.members import Member
from mlopslint.records import Report
from mlopslint.snapshot import looks_like_url, open_snapshot
from mlopslint.version import RUBRIC, __version__


def folder(path: str) -> str:
    """The folder, made where it is missing; raises MlopslintError where it cannot be."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise MlopslintError(f"{path}: {error.strerror}") from None
    return path


def keep(results: str, member: Member, report: Report) -> None:
    """Write one result; a run that is cut off leaves the files that are whole."""
    path = os.path.join(results, member.slug + ".json")
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
        os.replace(temporary, path)
    except OSError as error:
        raise MlopslintError(f"{path}: {error.strerror}") from None


def kept(results: str, member: Member) -> Report | None:
    """The result of a member in a folder; None where there is none that can be read."""
    try:
        with open(os.path.join(results, member.slug + ".json"), "rb") as stream:
            return msgspec.json.decode(stream.read(), type=Report)
    except (OSError, msgspec.MsgspecError):
        return None


def unlisted(results: str, members: Sequence[Member]) -> list[str]:
    """The names of the results in a folder that no member has: what was there and is not in the list any more."""
    known = {member.slug + ".json" for member in members}
    try:
        return sorted(name[:-5] for name in os.listdir(results) if name.endswith(".json") and name not in known)
    except OSError:
        return []


def current(results: str, members: Sequence[Member]) -> dict[str, Report]:
    """Name -> the kept result, for the members that stand at the very commit that it is of, judged by the same rubric and
    release. A remote one counts as standing where it stood: an interrupted run is taken up again, a new one says so."""
    found = {}
    for member in members:
        report = kept(results, member)
        if report is None or report.repository.dirty or not report.repository.revision:
            continue
        if (report.assessment.rubric, report.tool.version) != (RUBRIC, __version__):
            continue
        if not looks_like_url(member.path):
            try:
                now = open_snapshot(member.path, member.rev).repository
            except MlopslintError:
                continue
            if now.dirty or now.revision != report.repository.revision:
                continue
        found[member.name] = report
    return found
