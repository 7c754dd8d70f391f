"""The page: self-contained, accessible, and nothing of the repository's making in its markup."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import msgspec
import pytest
import sample
from conftest import ROOT
from msgspec.structs import replace
from stored import compare

from mlopslint.records import Report
from mlopslint.report.html import render

VOID = {"meta", "circle", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page in order, with their attributes; fails on a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.words.append((tuple(self.open), data))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def text(self, tag: str) -> list[str]:
        return [data for path, data in self.words if path and path[-1] == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return render(sample.report())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_golden(html: str, request: pytest.FixtureRequest) -> None:
    compare(request, "report.html", html)


def test_nothing_of_the_repository_becomes_markup(page: Page, html: str) -> None:
    tags = {tag for tag, _ in page.elements}
    assert all(img["src"].startswith("data:image/svg+xml;base64,") and img["alt"] for img in page.all("img"))
    assert not tags & {"iframe", "object", "embed", "link", "base"}
    assert [script.get("type") for script in page.all("script")] == ["application/json", None]
    own = (ROOT / "report_templates" / "html" / "page.js").read_text(encoding="utf-8").strip()
    assert html.rpartition("<script>")[2].partition("</script>")[0].strip() == own
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    assert "\x1b" not in html and "\u202e" not in html and "\x07" not in html
    shown = " ".join(data for path, data in page.words if "script" not in path)
    assert sample.SCRIPT in shown and "onerror=alert(1)" in shown


def test_it_asks_the_network_for_nothing(page: Page, html: str) -> None:
    sources = [
        (key, value) for _, attributes in page.elements for key, value in attributes.items() if key in ("src", "srcset")
    ]
    assert all(value.startswith("data:") for _, value in sources)
    style = "".join(page.text("style"))
    assert "url(" not in style and "@import" not in style and "<" not in style
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == "'none'" and parts["img-src"] == "data:"
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        inner = html.rpartition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        assert parts[f"{tag}-src"] == f"'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'"


def test_links_are_safe_and_point_somewhere(page: Page) -> None:
    links = [a["href"] for a in page.all("a")]
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for link in links:
        assert link.startswith(("#", "https://"))
        if link.startswith("#"):
            assert link[1:] in identifiers, link
    assert all("noopener" in a.get("rel", "") for a in page.all("a") if a["href"].startswith("https://"))


def test_evidence_links_to_the_commit(page: Page) -> None:
    links = [a["href"] for a in page.all("a")]
    base = f"https://github.com/acme/churn/blob/{sample.report().repository.revision}/"
    assert f"{base}README.md#L32" in links
    assert f"{base}notebooks/explore%20data.ipynb" in links
    assert f"{base}data/%3Cscript%3Ealert%281%29%3C/script%3E.csv" in links


def test_landmarks_headings_and_tables(page: Page) -> None:
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("html", "header", "main", "footer", "h1", "title")] == [1] * 6
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))
    assert tags.count("details") == tags.count("summary")
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    labelled = [attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes]
    identifiers = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert set(labelled) <= identifiers


def test_a_status_is_a_word_too(page: Page) -> None:
    words = " ".join(data for path, data in page.words if "summary" in path)
    for verdict in sample.VERDICTS:
        assert verdict.code in words
    for word in ("in place", "half", "missing", "n/a", "unknown", "attested", "waived"):
        assert word in words


def test_the_result_is_in_the_page(page: Page, html: str) -> None:
    block = html.partition('id="mlopslint-report">')[2].partition("</script>")[0]
    assert not set("<>&") & set(block)
    assert msgspec.json.decode(block, type=Report) == sample.report()
    assert json.loads(block)["repository"]["name"] == sample.report().repository.name


def test_print_and_dark_have_rules(page: Page) -> None:
    style = "".join(page.text("style"))
    assert "prefers-color-scheme:dark" in style
    printed = style.partition("@media print")[2]
    assert "details::details-content" in printed and "details:not([open])>*:not(summary)" in printed


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_has_enough_contrast(page: Page) -> None:
    style = "".join(page.text("style"))
    schemes = re.findall(r":root\{([^}]*)\}", style)
    assert len(schemes) == 3
    for scheme in schemes:
        colours = {
            name: "#" + "".join(c * 2 for c in value) if len(value) == 3 else f"#{value}"
            for name, value in re.findall(r"--(\w+):#([0-9a-f]+)", scheme)
        }
        for ink in ("ink", "quiet", "accent", "high", "mid", "low", "none"):
            for ground in ("page", "card", "tint"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground, colours[ink], colours[ground])


def test_size_with_120_practices() -> None:
    report = sample.report()
    practices = tuple(
        replace(
            verdict,
            code=f"{verdict.category}{100 + 6 * at + n}",
            reason="a reason of one line that says what was found and where " * 3,
            evidence=verdict.evidence * 5,
        )
        for at, verdict in enumerate(sample.VERDICTS[:20])
        for n in range(6)
    )
    assert len(practices) == 120
    whole = replace(report, assessment=replace(report.assessment, practices=practices))
    assert len(render(whole).encode()) < 1_000_000


def part(html: str, name: str) -> str:
    """The section that this heading names."""
    start = html.index(f'<section aria-labelledby="{name}">')
    return html[start : html.index("</section>", start)]


def test_the_head_says_the_profile_and_how_much_was_assessed(html: str) -> None:
    head = html[: html.index("<main")]
    assert "<dt>Profile</dt>" in head and "<dt>Assessed</dt>" in head


def test_categories_say_their_weight_and_how_much_was_assessed(html: str) -> None:
    weights = [category.weight for category in sample.report().assessment.categories if category.weight]
    assert all(f"weight {weight}, " in part(html, "categories") for weight in weights)
    assert "% assessed" in part(html, "categories")


def test_findings_stand_by_rule_with_why_owner_and_status(html: str) -> None:
    findings = part(html, "findings")
    assert findings.count('<details class="findings"') == 3
    assert "Why it matters" in findings and "The test rows have had a say" in findings
    assert 'data-owner="@acme/ml @octocat"' in findings and "<option>@acme/ml</option>" in findings
    assert 'data-status="' in findings


def test_practices_say_why_they_matter_and_what_they_earn(html: str) -> None:
    assert html.count("<summary>Why it matters</summary>") > len(sample.VERDICTS) / 2
    for v in sample.VERDICTS:
        if v.status == "partial" and v.level is not None:
            assert f"earns {v.weight / 2:g} of {v.weight}" in html


def test_what_no_file_shows_is_listed_for_people(html: str) -> None:
    assert "Model specs are reviewed" in part(html, "by-hand")


def test_a_waiver_that_counts_no_more_stands_first_in_the_register(html: str) -> None:
    register = part(html, "register")
    assert "the waiver of DAT004 is not needed" in register.partition("<table")[0]


def test_the_sum_is_shown_practice_by_practice(html: str) -> None:
    method = part(html, "method")
    counted = [
        v for v in sample.VERDICTS if v.level is not None and v.status in ("pass", "partial", "fail", "attested")
    ]
    assert all(v.code in method for v in counted)


def test_the_trend_names_what_came_with_which_commit(html: str) -> None:
    change = next(change for change in sample.report().trend[-1].changes if change.commit)
    assert change.commit.revision[:10] in part(html, "trend") and change.code in part(html, "trend")


def test_no_line_joins_scores_of_different_rubrics() -> None:
    from base64 import b64decode

    from mlopslint.report.charts import line

    def lines(*rubrics: str) -> list[str]:
        points = [(f"2026-0{n}-01", 50.0, rubric) for n, rubric in enumerate(rubrics, 1)]
        image = b64decode(line(points).partition(",")[2]).decode()
        return re.findall(r'd="(M[^"]+)" class="line reactive nofill"', image)

    assert len(lines("1", "1", "1", "1")) == 1
    assert len(lines("1", "1", "2", "2")) == 2


def test_a_report_with_nothing_in_it() -> None:
    report = sample.report()
    bare = replace(
        report.assessment,
        score=None,
        score_without_waivers=None,
        levels=(),
        categories=(),
        practices=(),
        roadmap=(),
        models=(),
        target=None,
    )
    repository = replace(report.repository, revision=None, branch=None, remote=None, committed_at=None)
    inventory = replace(report.inventory, technologies=())
    text = render(
        replace(report, assessment=bare, repository=repository, inventory=inventory, errors=(), notices=(), projects=())
    )
    Page(text)
    assert "None" not in re.sub(r"(?s)<script.*?</script>", "", text)
