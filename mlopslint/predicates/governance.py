"""Predicates on security, responsible ML and the assessment itself (GOV, MAT)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import NOTHING, Outcome, no, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence

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


_ABOUT_MODELS = late(r"(^|/)[^/]*(model|card|about)[^/]*$", re.I)
_README = late(r"(^|/)readme[^/]*$", re.I)


def model_described(judge: Judge) -> Outcome:
    """GOV004: a document that is no model card says what the model is for and where it ends."""
    view = judge.view
    for path in view.files("document", frozenset({"source", "docs"})):
        named = _ABOUT_MODELS.search(path)
        if not named and not _README.search(path):
            continue
        phrases = {fact.name: fact for fact in view.of(path, "phrase")}
        if not {"intended-use", "limitations"} <= phrases.keys():
            continue
        headed = any("model" in fact.name for fact in view.of(path, "heading"))
        if named or headed or ("/" not in path and judge.concepts.training):
            evidence = [Evidence(path, phrases[name].line, name) for name in ("intended-use", "limitations")]
            return Outcome(0.5, tuple(evidence), 2, f"{path} says what the model is for, and where it ends", "medium")
    return NOTHING
