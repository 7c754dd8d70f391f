"""The formats of findings, each read back by what consumes it."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from msgspec.structs import replace
from sample import report as sample

from mlopslint.records import Finding, FindingEdit, FindingStep
from mlopslint.report import findings_table, github, gitlab, junit, lint_terminal, rdjson, sarif
from mlopslint.report.sources import Sources

SOURCE = "import x\n\ta = f(1, 'é')\nb = 2\n"


def finding(path="src/a b.py", line=2, cell=None, severity="warning", **more):
    base = Finding(
        "VER101",
        "split-unseeded",
        severity,
        path,
        line,
        6,
        line,
        17,
        cell,
        "f(...) draws, 100%: \x1b[31m<b>|x|",
        None,
        "ab" * 12,
    )
    return replace(base, **more)


@pytest.fixture
def result():
    edit = FindingEdit((2, 6, 2, 15), "keyword", ("k", "1"))
    steps = (FindingStep(1, None, "fitted here"), FindingStep(2, None, "split here"))
    found = (
        finding(edits=(edit,), fix="Add k=1", fix_safety="unsafe", steps=steps),
        finding("n.ipynb", cell=3, severity="error"),
        finding("ünï/ß.py", severity="note"),
    )
    return replace(sample(), findings=found, anchors={"STR004": "README.md"})


@pytest.fixture
def sources():
    return Sources(lambda path: SOURCE.encode() if path.endswith(".py") else None)


def test_sarif_is_read_by_a_consumer_of_the_standard(result, sources):
    sarif_pydantic = pytest.importorskip("sarif_pydantic", reason="sarif-pydantic is not installed")
    log = sarif_pydantic.Sarif.model_validate_json(sarif.render(result, sources))
    assert log.runs[0].tool.driver.name == "mlopslint"


def test_sarif_results_have_places_fingerprints_rules_and_fixes(result, sources):
    run = json.loads(sarif.render(result, sources))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for item in run["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]
        place = item["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1 and not place["artifactLocation"]["uri"].startswith(("/", "file:"))
        assert item["partialFingerprints"]["primaryLocationLineHash"]
    for rule in rules:
        assert rule["help"]["markdown"] and rule["shortDescription"]["text"]
        assert len(rule["properties"]["tags"]) <= 10
    by_path = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: item for item in run["results"][:3]}
    mended = by_path["src/a%20b.py"]
    replacement = mended["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement == {
        "deletedRegion": {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 15},
        "insertedContent": {"text": "f(1, 'é', k=1)"},
    }
    steps = mended["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == ["fitted here", "split here"]
    assert "cell 3" in by_path["n.ipynb"]["message"]["text"]
    assert any(item["ruleId"] == "STR004" for item in run["results"]), "missing practices are shown, too"
    page = next(rule for rule in rules if rule["id"] == "VER101")["help"]["markdown"]
    assert "## Why is this bad?" in page and page.count("```") % 2 == 0


def test_sarif_stays_within_the_limits_of_code_scanning(result):
    many = replace(result, findings=tuple(finding(line=i + 1, fingerprint=f"{i:024x}") for i in range(5_400)))
    run = json.loads(sarif.render(many))["runs"][0]
    assert len(run["results"]) == sarif.LIMIT
    assert "over the limit" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_github_shows_no_more_than_github_does(result):
    many = replace(result, findings=tuple(finding(line=i + 1) for i in range(30)))
    lines = github.render(many).splitlines()
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert sum(line.startswith("::notice ") for line in lines) <= 10
    assert "20 warnings" in lines[-1] or "warnings more" in lines[-1]


def test_github_annotations_cannot_be_forged():
    evil = finding(path="a,line=1::error::x\n.py", message="x\n::error::y %0A")
    line = github.render(replace(sample(), findings=(evil,), assessment=replace(sample().assessment, practices=())))
    assert line.count("\n") == 1 and "%0A::error::y %250A" in line
    assert "file=a%2Cline=1%3A%3Aerror%3A%3Ax%0A.py," in line


def test_gitlab_fingerprints_are_unique_and_severities_are_its_own(result):
    twins = replace(result, findings=(finding(), finding()))
    rows = json.loads(gitlab.render(twins))
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    for row in rows:
        assert row["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert row["location"]["lines"]["begin"] >= 1 and row["description"] and row["check_name"]


def test_junit_is_well_formed_whatever_the_text(result):
    root = ElementTree.fromstring(junit.render(result))
    assert (root.tag, root.get("name")) == ("testsuites", "mlopslint")
    for suite in root:
        cases = list(suite)
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.get("skipped")) == sum(case.find("skipped") is not None for case in cases)
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    read = junitparser.JUnitXml.fromstring(junit.render(result))
    assert read.failures == int(root.get("failures"))


def test_rdjson_holds_suggestions(result, sources):
    rows = json.loads(rdjson.render(result, sources))["diagnostics"]
    assert rows[0]["suggestions"][0]["text"] == "f(1, 'é', k=1)"
    assert {row["severity"] for row in rows} <= {"ERROR", "WARNING", "INFO"}
    assert "range" not in rows[1]["location"], "a line of a cell is no line of the file"


def test_the_terminal_shows_the_place_with_a_mark_below(result, sources):
    text = lint_terminal.render(result, sources)
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("src/a b.py:2:6: VER101 [?]"))
    assert lines[at + 2 : at + 4] == ["2 |     a = f(1, 'é')", "  |         ^^^^^^^^^"]
    assert "line 1: fitted here" in lines[at + 4] and "fix (--unsafe-fixes): Add k=1" in lines[at + 6]
    assert "n.ipynb:cell 3:2:6" in text
    assert "3 findings (1 error, 1 warning, 1 note) in 3 files" in lines[-1]


def test_nothing_of_a_repository_moves_the_cursor(result, sources):
    assert "\x1b" not in lint_terminal.render(result, Sources(lambda path: b"x\x1b[2J\n\x1b]0;evil\x07\n"))
    coloured = lint_terminal.render(result, sources, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == lint_terminal.render(result, sources)
    assert lint_terminal.render(result, sources, ascii=True).isascii()


def test_tables(result):
    rows = list(csv.DictReader(io.StringIO(findings_table.csv(result))))
    assert [row["path"] for row in rows] == ["src/a b.py", "n.ipynb", "ünï/ß.py"]
    table = findings_table.markdown(result)
    body = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(body) == 4 and all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in body)
    assert "<b>" not in table
