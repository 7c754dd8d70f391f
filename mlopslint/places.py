"""Where a missing practice belongs: the file at which code review shows it, and who owns that file."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from msgspec.structs import replace

from mlopslint.globs import path_pattern
from mlopslint.records import Assessment
from mlopslint.rules import Catalogue
from mlopslint.snapshot import Snapshot
from mlopslint.view import View

#: Where forges look for the owners, the first that exists counts.
_CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def places(snapshot: Snapshot, catalogue: Catalogue, codes: Container[str] | None = None) -> dict[str, str]:
    """Practice (all, or those in ``codes``) -> the file at which its absence is shown: the first that its anchors name."""
    paths = [entry.path for entry in snapshot.entries if entry.mode == "file" and entry.path.count("/") < 4]
    fallback = next((path for path in ("README.md", "pyproject.toml", "setup.py") if path in paths), "")
    found = {}
    for practice in catalogue.practices:
        if codes is not None and practice.code not in codes:
            continue
        for pattern in practice.anchor:
            match = path_pattern(pattern).match
            path = next((path for path in paths if match(path)), "")
            if path:
                found[practice.code] = path
                break
        else:
            found[practice.code] = fallback or (paths[0] if paths else "README.md")
    return found


def owners(view: View) -> Callable[[str], tuple[str, ...]] | None:
    """The owners of a path by the repository's CODEOWNERS, whose last matching line decides; None without such a file."""
    file = next((name for name in _CODEOWNERS if view.of(name, "owner")), None)
    if file is None:
        return None
    lines = [(_pattern(fact.name), tuple(fact.value)) for fact in reversed(view.of(file, "owner"))]
    return lambda path: next((people for pattern, people in lines if pattern.match(path)), ())


def _pattern(text: str) -> re.Pattern[str]:
    """A line's pattern: as git ignores, but ``docs/*`` is no folder below."""
    pattern = path_pattern(text)
    if text.endswith("/*"):
        return re.compile(pattern.pattern.removesuffix("(?:/|$)") + "$", pattern.flags)
    return pattern


def owned(assessment: Assessment, view: View, snapshot: Snapshot, catalogue: Catalogue) -> Assessment:
    """The assessment with each step's owners: those of the file that shows the half, that is to be made, or where it is missed."""
    of = owners(view)
    if of is None:
        return assessment
    seen = {v.code: v.evidence[0].path for v in assessment.practices if v.evidence}
    at = places(
        snapshot, catalogue, {step.code for step in assessment.roadmap if step.code not in seen and not step.file}
    )
    steps = tuple(
        replace(step, owners=of(seen.get(step.code) or step.file or at.get(step.code, "")))
        for step in assessment.roadmap
    )
    return replace(assessment, roadmap=steps)
