"""Predicates on security, responsible ML and the assessment itself (GOV, MAT)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, half, no, yes
from mlopslint.records import Evidence
from mlopslint.view import Hit

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


def model_documented(judge: Judge) -> Outcome:
    """GOV004: a model card; a README section on results, use or limits is half."""
    view = judge.view
    for path in view.entries:
        if re.search(
            r"(^|/)model[-_ ]?cards?([-_.][^/]*)?\.(md|rst|ya?ml|json|html|txt|j2)$|(^|/)model[-_]?cards?/", path, re.I
        ) and view.roles[path] in ("source", "docs"):
            return yes(f"{path} documents the model", [Evidence(path)])
    uses = judge.technologies.find(kinds=["model-card"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} writes model cards")
    phrases: dict[str, Hit] = {}
    for hit in view.hits("phrase", "intended-use", "limitations", roles=frozenset({"source", "docs"})):
        if view.kinds.get(hit.path) == "document" and re.search(
            r"(^|/)(readme[^/]*|[^/]*(model|card|about)[^/]*)$", hit.path, re.I
        ):
            phrases.setdefault(hit.fact.name, hit)
    if len(phrases) == 2 and len({hit.path for hit in phrases.values()}) == 1:
        hits = list(phrases.values())
        return half(
            f"{hits[0].path} says what the model is for and where it ends",
            [hit.evidence() for hit in hits],
            2,
            "medium",
        )
    for path in view.files("document"):
        if not re.match(r"readme", path.rpartition("/")[2], re.I) or path.count("/") > 1:
            continue
        for fact in view.of(path, "heading"):
            if (
                re.search(
                    r"model zoo|\bmodel (card|details|description|performance|architecture|results)|pre-?trained (models|checkpoints|weights)|available models|limitations|intended use",
                    fact.name,
                )
                and fact.value.get("words", 0) >= 25
            ):
                return half(
                    f"a section of {path} describes the model, without intended use and limits",
                    [Evidence(path, fact.line, fact.name)],
                    2,
                    "medium",
                )
    return no("no model card and no section that stands for one")
