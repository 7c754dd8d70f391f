"""Predicates on security, responsible ML and the assessment itself (GOV, MAT)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, no, yes

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def no_secrets(judge: Judge) -> Outcome:
    """GOV001: no credentials in tracked files."""
    view = judge.view
    hits = [
        hit
        for hit in view.hits("secret", roles=frozenset({"source", "example", "docs", "test", "generated"}))
        if hit.get("confidence") == "high" or view.roles[hit.path] == "source"
    ]
    hits = [
        hit
        for hit in hits
        if not (view.roles[hit.path] == "test" and hit.fact.name in ("private-key", "assigned-credential"))
        and view.kinds.get(hit.path) not in ("lock",)
    ]
    if hits:
        shown = [hit.evidence(f"{hit.fact.name} {hit.get('hint')}") for hit in hits[:5]]
        sure = any(hit.get("confidence") == "high" for hit in hits)
        return no(
            f"{len(hits)} credential{'s' if len(hits) > 1 else ''} in tracked files",
            shown,
            "high" if sure else "medium",
        )
    return yes("no credential was found in tracked files", [], 2)
