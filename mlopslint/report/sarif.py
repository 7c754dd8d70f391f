"""SARIF 2.1.0 for code scanning: rules with their help, results with places, stable fingerprints, paths and fixes."""

from __future__ import annotations

import inspect
from typing import Any
from urllib.parse import quote

import msgspec

from mlopslint.lint import engine
from mlopslint.records import Finding, Report, Verdict
from mlopslint.report.issues import Result, by_severity, counted, issues
from mlopslint.report.sources import Sources
from mlopslint.version import __version__

#: Results of one run that GitHub's code scanning keeps, the worst first.
LIMIT = 5_000
_HOME = "https://github.com/mlopslint/mlopslint"
_LEVEL = {"error": "error", "warning": "warning", "note": "note"}
_SECURITY = {"GOV101": "9.1", "GOV103": "7.5", "MDL115": "7.8", "CIC103": "9.3", "CIC105": "9.3", "CIC106": "8.8"}


def render(result: Result, sources: Sources | None = None) -> str:
    """One run as SARIF; what is over the limit is said in a notification of the run."""
    found = by_severity(issues(result))
    kept = found[:LIMIT]
    verdicts = {v.code: v for v in result.assessment.practices} if isinstance(result, Report) else {}
    codes = sorted({item.code for item in kept})
    places = {code: i for i, code in enumerate(codes)}
    notes = [_note(f"{error.path}: {error.reason}") for error in result.errors[:200]]
    if len(found) > len(kept):
        notes.append(_note(f"{counted(len(found) - len(kept), 'result')} over the limit of {LIMIT:,} left out"))
    text = sources or Sources()
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "mlopslint",
                "semanticVersion": __version__,
                "informationUri": _HOME,
                "rules": [_rule(code, verdicts) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "mlopslint/" + ("scan" if isinstance(result, Report) else "lint") + "/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(item, places, text) for item in kept],
    }
    if result.repository.revision and result.repository.remote:
        run["versionControlProvenance"] = [
            {"repositoryUri": _uri(result.repository.remote), "revisionId": result.repository.revision}
        ]
    content = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"


def _note(text: str) -> dict[str, Any]:
    return {"level": "note", "message": {"text": text}}


def _uri(remote: str) -> str:
    """A remote as a URI: ``git@host:path`` is none as it stands."""
    if "://" in remote:
        return remote
    host, _, path = remote.partition(":")
    return f"ssh://{host}/{path}"


def _rule(code: str, verdicts: dict[str, Verdict]) -> dict[str, Any]:
    verdict = verdicts.get(code)
    if verdict:
        help_ = f"**{verdict.title}**\n\n{verdict.remediation}"
        if verdict.references:
            help_ += "\n\n" + "\n".join(f"- {url}" for url in verdict.references)
        return _descriptor(
            code, verdict.name, verdict.title, verdict.title, help_, "note", [verdict.category, "practice"]
        )
    rule = engine.rule(code)
    if rule is None:
        return {"id": code}
    page = inspect.getdoc(type(rule)) or rule.name
    first = page.partition("\n")[0].strip()
    what = " ".join(section(page, "What it does").split()) or first
    made = _descriptor(code, rule.name, first, what, markdown(page), rule.severity, [code[:3], "lint"])
    made["properties"]["precision"] = {"high": "high", "medium": "medium", "low": "low"}[rule.confidence]
    if code in _SECURITY:
        made["properties"]["security-severity"] = _SECURITY[code]
        made["properties"]["tags"].append("security")
    return made


def _descriptor(code: str, name: str, short: str, full: str, help_: str, level: str, tags: list[str]) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": short[:1024]},
        "fullDescription": {"text": full[:1024]},
        "help": {"text": help_, "markdown": help_},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags, "problem.severity": "recommendation" if level == "note" else level},
    }


def section(page: str, title: str) -> str:
    """The text below one title of a rule's page, "" where there is none."""
    lines = page.split("\n")
    for i, line in enumerate(lines[:-1]):
        if line.strip() == title and lines[i + 1].startswith("---"):
            rest = lines[i + 2 :]
            end = next(
                (j for j in range(len(rest) - 1) if rest[j].strip() and rest[j + 1].startswith("----")), len(rest)
            )
            return "\n".join(rest[:end]).strip()
    return ""


def markdown(page: str) -> str:
    """A rule's page as Markdown: titles as headings, literal blocks as fenced code."""
    out: list[str] = []
    lines = page.split("\n")
    fenced = False
    i = 0
    while i < len(lines):
        line = lines[i]
        below = lines[i + 1] if i + 1 < len(lines) else ""
        if below.startswith("----") and line.strip():
            if fenced:
                _close(out)
                fenced = False
            out.append(f"## {line.strip()}")
            i += 2
            continue
        if line.strip() == "::":
            out.append("```python")
            fenced = True
            i += 2 if not below.strip() else 1
            continue
        if fenced and line.strip() and not line.startswith("    "):
            _close(out)
            fenced = False
        out.append(line[4:] if fenced and line.startswith("    ") else line.replace("``", "`"))
        i += 1
    if fenced:
        _close(out)
    return "\n".join(out).strip()


def _close(out: list[str]) -> None:
    while out and not out[-1].strip():
        out.pop()
    out += ["```", ""]


def _location(item: Finding) -> dict[str, Any]:
    """The place in the file. A notebook's line is one of its cell: the region is the file's start, the message says the cell."""
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(item.path.encode("utf-8", "replace")), "uriBaseId": "%SRCROOT%"}
    }
    if item.cell:
        place["region"] = {"startLine": 1}
    else:
        place["region"] = _region((item.line, item.column, item.end_line, item.end_column))
    found: dict[str, Any] = {"physicalLocation": place}
    if item.cell:
        found["logicalLocations"] = [
            {"name": f"cell {item.cell}", "fullyQualifiedName": f"cell {item.cell}, line {item.line}"}
        ]
    return found


def _region(region: tuple[int, int, int, int]) -> dict[str, Any]:
    line, column, end_line, end_column = region
    if (end_line, end_column) <= (line, column):
        return {"startLine": line, "startColumn": column}
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _result(item: Finding, places: dict[str, int], sources: Sources) -> dict[str, Any]:
    cell = f"cell {item.cell}, line {item.line}: " if item.cell else ""
    found: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": places[item.code],
        "level": _LEVEL[item.severity],
        "message": {"text": cell + item.message},
        "locations": [_location(item)],
        "partialFingerprints": {"primaryLocationLineHash": f"{item.fingerprint}:1", "mlopslint/v1": item.fingerprint},
    }
    if item.steps and not item.cell:
        found["codeFlows"] = [
            {"threadFlows": [{"locations": [_step(item, step.line, step.text) for step in item.steps]}]}
        ]
    if item.edits and not item.cell:
        from mlopslint.fixes import text_edits

        edits = text_edits(item, "\n".join(sources.lines(item.path)))
        if edits:
            replacements = [
                {"deletedRegion": _deleted(region), "insertedContent": {"text": text}} for region, text in edits
            ]
            change = {
                "artifactLocation": _location(item)["physicalLocation"]["artifactLocation"],
                "replacements": replacements,
            }
            found["fixes"] = [{"description": {"text": item.fix or "Fix"}, "artifactChanges": [change]}]
    return found


def _deleted(region: tuple[int, int, int, int]) -> dict[str, Any]:
    line, column, end_line, end_column = region
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _step(item: Finding, line: int, text: str) -> dict[str, Any]:
    place = {"artifactLocation": _location(item)["physicalLocation"]["artifactLocation"], "region": {"startLine": line}}
    return {"location": {"physicalLocation": place, "message": {"text": text}}}
