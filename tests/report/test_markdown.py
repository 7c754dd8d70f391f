"""The comment: small enough, whole enough, and no markup of the repository's making."""

from __future__ import annotations

import re

import pytest
import sample
from msgspec.structs import replace
from stored import compare

from mlopslint.records import Evidence, FileError, Report
from mlopslint.report.markdown import LIMIT, code, prose, render, text


def test_golden(request: pytest.FixtureRequest) -> None:
    compare(request, "report.md", render(sample.report()))


def outside_code(markdown: str) -> str:
    """The Markdown without fenced blocks and code spans."""
    kept, fence = [], ""
    for line in markdown.splitlines():
        mark = re.match(r"\s*(`{3,})", line)
        if mark and not fence:
            fence = mark.group(1)
        elif fence:
            fence = "" if line.strip() == fence else fence
        else:
            kept.append(re.sub(r"(?<!\\)`[^`]*`", "", line))
    assert not fence
    return "\n".join(kept)


def test_nothing_of_the_repository_is_markup() -> None:
    markdown = outside_code(render(sample.report()))
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!][\w-]*)", markdown))
    assert tags <= {"details", "summary", "b", "br", "sub", "code", "!--"}
    assert markdown.count("<!--") == 1
    assert not re.search(r"(?<![\w\u200b])@\w", markdown)
    assert not re.search(r"#\d", re.sub(r"&#\d+;", "", markdown))
    assert "](javascript" not in markdown.replace("\\]", "")
    assert "\x1b" not in markdown and "\u202e" not in markdown


def test_tables_keep_their_columns() -> None:
    for row in outside_code(render(sample.report())).splitlines():
        if row.startswith("| ") and ("✗" in row or "✓" in row):
            assert row.count("|") in (5, 6, 7), row


def test_details_are_closed() -> None:
    markdown = render(sample.report())
    assert markdown.count("<details>") == markdown.count("</details>") == markdown.count("<summary>")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("snake_case_name stays", "snake_case_name stays"),
        ("*a* _b_ ~c~ `d`", r"\*a\* \_b\_ \~c\~ \`d\`"),
        ("a\n\n# b", "a # b"),
        ("# b", r"\# b"),
        ("1. b", r"1\. b"),
        ("1.2.3", "1.2.3"),
        ("a|b", "a&#124;b"),
        ("<b>&", "&lt;b&gt;&amp;"),
    ],
)
def test_text(content: str, expected: str) -> None:
    assert text(content) == expected


def test_code_holds_anything() -> None:
    assert code("a/b.py:3") == "`a/b.py:3`"
    assert code("a`|<b>") == "<code>a&#96;&#124;&lt;b&gt;</code>"
    assert prose("run `a_b c` and *d*, ") == r"run `a_b c` and \*d\*,"
    assert prose("one ` alone") == r"one \` alone"


def large() -> Report:
    report = sample.report()
    long = "x" * 3000 + sample.MARKUP
    verdicts = tuple(
        replace(
            verdict,
            code=f"{verdict.code}{n}",
            reason=long,
            note=long,
            remediation=long,
            evidence=(Evidence(f"{long}.py", 1, long),) * 40,
        )
        for verdict in sample.VERDICTS
        for n in range(20)
    )
    whole = replace(report.assessment, practices=verdicts)
    errors = tuple(FileError(f"{n}/{long}", long) for n in range(3000))
    repository = replace(report.repository, name=long, branch=long)
    return replace(
        report,
        assessment=whole,
        errors=errors,
        repository=repository,
        notices=(long,) * 500,
        projects=report.projects * 400,
    )


def test_it_always_fits_a_comment_and_says_what_is_left_out() -> None:
    markdown = render(large())
    assert len(markdown) < LIMIT
    assert "Left out" in markdown
    assert "STR Project structure" in markdown
    assert markdown.rstrip().endswith("</sub>")
    assert markdown.count("<details>") == markdown.count("</details>")
