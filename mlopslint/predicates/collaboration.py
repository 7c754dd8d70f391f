"""Predicates on collaboration (COL) and the licence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, found, half, no, yes
from mlopslint.records import Evidence

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def license_file(judge: Judge) -> Outcome:
    """STR009: a licence file; a licence named only in the README is half."""
    view = judge.view
    for path in view.entries:
        if (
            re.fullmatch(r"(?:\.github/|docs/)?(licen[sc]es?|copying|unlicense)([-_.][^/]*)?", path, re.I)
            and view.entries[path].size != 0
        ):
            return yes(f"{path} is there", [Evidence(path)])
    for path in view.entries:
        if re.match(r"licenses?/[^/]+$", path, re.I):
            return yes(f"{path} is there", [Evidence(path)])
    for hit in view.hits("phrase", "license-text", "license-mention"):
        if re.fullmatch(r"readme[^/]*", hit.path, re.I):
            return half("the licence is named in the README only", [hit.evidence("licence")])
    return no("there is no licence")


def owners(judge: Judge) -> Outcome:
    """COL001: CODEOWNERS or MAINTAINERS."""
    for path in judge.view.entries:
        if re.fullmatch(r"(?:\.github/|\.gitlab/|docs/)?(codeowners|maintainers|owners)(\.(md|txt|rst))?", path, re.I):
            if path.upper().endswith("CODEOWNERS") and not judge.view.of(path, "owner"):
                return half(f"{path} names nobody", [Evidence(path)])
            return yes(f"{path} names who answers for what", [Evidence(path)])
    return no("nobody is named as owner")


def contributing_guide(judge: Judge) -> Outcome:
    """COL002: a CONTRIBUTING file or a README section of substance; a sentence is half."""
    view = judge.view
    for path in view.entries:
        if re.fullmatch(
            r"(?:\.github/|\.gitlab/|docs/)?(contributing|contribute|development|developing|hacking)[^/]*", path, re.I
        ) and view.roles[path] in ("source", "docs"):
            document = next(iter(view.of(path, "document")), None)
            words = document.value.get("words", 0) if document else 50
            if words >= 25:
                return yes(f"{path} says how to contribute", [Evidence(path, None, f"{words} words")])
            return half(f"{path} has {words} words", [Evidence(path)])
    for path in view.files("document", frozenset({"source", "docs"})):
        if not re.search(r"(^|/)(readme|index|agents|development\w*)[^/]*$", path, re.I) or path.count("/") > 1:
            continue
        for fact in view.of(path, "heading"):
            if re.search(r"contribut|development setup|developer guide|for developers", fact.name) and not re.search(
                r"contributors", fact.name
            ):
                words = fact.value.get("words", 0)
                if words >= 40:
                    return yes(f"a section of {path} says how to contribute", [Evidence(path, fact.line, fact.name)])
                return half(f"a few words on contributing in {path}", [Evidence(path, fact.line, fact.name)])
    return no("nothing says how to contribute")


def hooks(judge: Judge) -> Outcome:
    """COL004: pre-commit, husky or lefthook with at least one hook; hooks each developer must enable by hand are half."""
    view = judge.view
    for path in view.files(["pre-commit", "lefthook"]):
        if view.of(path, "hook"):
            return yes(
                f"{len(view.of(path, 'hook'))} hooks in {path}", [Evidence(path, view.of(path, "hook")[0].line)], 4
            )
        return half(f"{path} has no hook", [Evidence(path)])
    for path in view.files("husky"):
        if path.startswith(".husky/"):
            return yes(f"{path} runs on each commit", [Evidence(path)], 4)
    for path in view.entries:
        if re.search(r"(^|/)(git-?hooks|\.githooks|\.hooks|hooks)/(pre-commit|pre-push)(\.sh)?$", path):
            return half(f"{path} has to be enabled by each developer", [Evidence(path)])
    for hit in view.hits("key", "husky.*", "lint-staged.*", "simple-git-hooks.*"):
        return found([hit], 4)
    return no("no hooks run before a commit")


def project_docs(judge: Judge) -> Outcome:
    """COL005: documentation beyond the README."""
    view = judge.view
    site = [
        path
        for path in view.entries
        if re.search(
            r"(^|/)(mkdocs\.ya?ml|docusaurus\.config\.\w+|_quarto\.yml|_bookdown\.yml|_config\.yml|book\.toml|\.readthedocs\.ya?ml|_toc\.yml|conf\.py|antora\.yml|_pkgdown\.ya?ml)$",
            path,
        )
        and view.roles[path] in ("source", "docs")
    ]
    site = [path for path in site if not path.endswith("conf.py") or re.search(r"docs?/", path)]
    pages = [
        path
        for path in view.entries
        if re.match(r"(docs?|documentation|vignettes|wiki|adr|adrs|runbooks?|design|handbook)/", path, re.I)
        and view.kinds.get(path) == "document"
    ]
    written = [path for path in pages if next((f.value.get("words", 0) for f in view.of(path, "document")), 0) >= 60]
    if site and (written or pages):
        return yes(f"{site[0]} builds documentation", [Evidence(site[0])])
    if written:
        return Outcome(
            1.0,
            tuple(Evidence(path) for path in written[:3]),
            2,
            f"{len(written)} pages of documentation, such as {written[0]}",
        )
    beyond = [
        path
        for path in view.entries
        if re.search(
            r"(^|/)(architecture|design|adr-?\d+.*|runbook|agents|user_?guide|tutorial|how_?to.*)\.(md|rst)$",
            path,
            re.I,
        )
        and view.roles[path] in ("source", "docs")
        and any(f.value.get("words", 0) >= 120 for f in view.of(path, "document"))
    ]
    if beyond:
        return yes(f"{beyond[0]} documents the project", [Evidence(path) for path in beyond[:2]])
    if site:
        return half(f"{site[0]} is there, but hardly a page", [Evidence(site[0])])
    return no("nothing beyond the README")


def version_controlled(judge: Judge) -> Outcome:
    """COL006: version control on a collaborative platform."""
    snapshot = judge.view.snapshot
    if not snapshot.git:
        return no("the folder is not under version control")
    if snapshot.repository.remote or any(
        path.startswith((".github/", ".gitlab", ".azuredevops/", "azure-pipelines", ".gitea/", "bitbucket-pipelines"))
        for path in judge.view.entries
    ):
        return yes("git, with a remote or a forge's configuration", [], 3)
    return half("git, without a sign of a shared platform", [], 2, "medium")
