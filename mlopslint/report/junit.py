"""JUnit XML for test dashboards: a suite for the findings, one for the practices."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from mlopslint.patterns import late
from mlopslint.records import Finding, Report
from mlopslint.report.issues import Result, place
from mlopslint.report.sources import Sources

#: Characters that XML 1.0 cannot hold.
_ILLEGAL = late("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("\ufffd", text))


def render(result: Result, sources: Sources | None = None) -> str:
    """A case a finding, and a case a practice: failed where it is missing or half, skipped where it does not apply."""
    suites = [_findings(result)]
    if isinstance(result, Report):
        suites.append(_practices(result))
    tests, failures, skipped = (sum(suite[1][i] for suite in suites) for i in range(3))
    head = f'<testsuites name="mlopslint" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">'
    body = "\n".join(suite[0] for suite in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}\n</testsuites>\n'


def _suite(name: str, cases: list[str], failures: int, skipped: int) -> tuple[str, tuple[int, int, int]]:
    counts = (len(cases), failures, skipped)
    attributes = f'tests="{counts[0]}" failures="{failures}" errors="0" skipped="{skipped}"'
    inner = "\n".join(cases)
    return f"  <testsuite name={_attribute(name)} {attributes}>\n{inner}\n  </testsuite>", counts


def _findings(result: Result) -> tuple[str, tuple[int, int, int]]:
    if not result.findings:
        return _suite("findings", ['    <testcase classname="mlopslint" name="no findings"/>'], 0, 0)
    cases = [_finding(item) for item in result.findings]
    return _suite("findings", cases, len(cases), 0)


def _finding(item: Finding) -> str:
    name = _attribute(f"{item.code} {item.name} {place(item)}")
    detail = f"{place(item)}: {item.severity}: {item.message}" + (f"\n{item.fix}" if item.fix else "")
    return (
        f"    <testcase classname={_attribute(item.path)} name={name} file={_attribute(item.path)}"
        f' line="{item.line}">\n'
        f"      <failure type={_attribute(item.code)} message={_attribute(item.message)}>{_text(detail)}</failure>\n"
        f"    </testcase>"
    )


def _practices(report: Report) -> tuple[str, tuple[int, int, int]]:
    cases = []
    failures = skipped = 0
    for verdict in report.assessment.practices:
        if verdict.level is None:
            continue
        head = f"    <testcase classname={_attribute('practices.' + verdict.category)}"
        head += f" name={_attribute(f'{verdict.code} {verdict.title}')}"
        if verdict.status in ("fail", "partial"):
            failures += 1
            reason = _attribute(verdict.reason)
            cases.append(
                f"{head}>\n      <failure type={_attribute(verdict.status)} message={reason}>"
                f"{_text(verdict.remediation)}</failure>\n    </testcase>"
            )
        elif verdict.status in ("n/a", "unknown", "waived"):
            skipped += 1
            cases.append(f"{head}>\n      <skipped message={_attribute(verdict.reason)}/>\n    </testcase>")
        else:
            cases.append(f"{head}/>")
    return _suite("practices", cases, failures, skipped)
