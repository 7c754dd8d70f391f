"""The HTML result as a reader meets it: both themes, a telephone, no script, on paper, and with a hostile repository."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
import sample
from msgspec.structs import replace
from visits import Visit

from mlopslint.records import Finding, FindingEdit
from mlopslint.report.html import render

SECTIONS = (
    "verdict", "moved", "ladder", "categories", "risks", "steps", "lifecycle", "trend", "practices", "findings", "register", "by-hand",
    "stack", "profile", "models", "projects", "notices", "errors", "method",
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(sample.report()), encoding="utf-8")
    return path


@pytest.fixture(params=["light", "dark"])
def visit(request: pytest.FixtureRequest, chromium: Any, file: Path) -> Iterator[Visit]:
    context = chromium.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page())
    visit.page.goto(file.as_uri())
    yield visit
    context.close()


def test_every_section_shows_in_both_themes(visit: Visit, file: Path) -> None:
    for name in SECTIONS:
        section = visit.page.locator(f"section[aria-labelledby={name}]")
        assert section.count() == 1 and section.bounding_box()["height"] > 20, name
    assert visit.page.locator("img.chart").evaluate("image => image.complete && image.naturalWidth") == 1040
    visit.quiet(file)


def test_no_barrier_that_axe_knows(visit: Visit, file: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.run(visit.page)
    assert found.violations_count == 0, found.generate_report()
    visit.page.set_viewport_size({"width": 400, "height": 900})
    found = axe.run(visit.page)
    assert found.violations_count == 0, found.generate_report()


def test_nothing_is_wider_than_a_telephone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 400, "height": 900})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_filters_show_what_was_asked_for(visit: Visit, file: Path) -> None:
    page = visit.page
    form = page.locator("form[data-filter=practice]")
    shown = page.locator(".practice:not([hidden])")
    everything = shown.count()
    form.locator("select[name=status]").select_option("fail")
    wanted = {v.code for v in sample.VERDICTS if v.status == "fail"}
    assert {element.get_attribute("id") for element in shown.all()} == wanted
    assert form.locator("output").inner_text() == f"{len(wanted)} of {everything}"
    form.locator("select[name=status]").select_option("")
    form.locator("input[name=text]").fill("no such words")
    assert shown.count() == 0
    form.locator("input[name=text]").fill("")
    assert shown.count() == everything
    form = page.locator("form[data-filter=finding]")
    form.locator("select[name=severity]").select_option("note")
    assert page.locator("tr.finding:visible").count() == 1
    assert page.locator("details.findings:visible").count() == 1
    form.locator("select[name=severity]").select_option("")
    form.locator("select[name=owner]").select_option("@octocat")
    assert page.locator("tr.finding:visible").all_inner_texts()[0].startswith("src/churn/train.py")
    assert form.locator("output").inner_text() == "1 of 3"
    form.locator("select[name=owner]").select_option("")
    form.locator("input[name=text]").fill("dat101")
    assert page.locator("tr.finding:visible").count() == 1
    form.locator("input[name=text]").fill("")
    assert page.locator("details.findings:visible").count() == 3
    visit.quiet(file)


def test_keyboard_and_links_open_what_is_folded(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    code = next(v.code for v in sample.VERDICTS if v.status == "pass" and v.level is not None)
    assert not page.locator(f"#{code}").evaluate("element => element.open")
    page.evaluate(f"location.hash = '{code}'")
    page.wait_for_function(f"document.getElementById('{code}').open")
    assert page.locator(f"#{code} .body").is_visible()
    page.locator(f"#{code} > summary").focus()
    page.keyboard.press("Enter")
    assert not page.locator(f"#{code}").evaluate("element => element.open")


def test_practices_and_waivers_can_be_copied(chromium: Any, file: Path) -> None:
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.evaluate("document.addEventListener('copy', () => { window.got = document.activeElement.value })")
    page.locator("[data-copy=markdown]").click()
    text = page.evaluate("window.got")
    assert text.count("\n") == len(sample.VERDICTS) + 2 and text.startswith("| code | practice | status")
    assert sample.SCRIPT not in text  # it is escaped for where it will be put
    page.locator("[data-copy=csv]").click()
    assert '"STR001"' in page.evaluate("window.got")
    page.locator("[data-open]").click()
    button = page.locator("[data-waive]").first
    button.click()
    assert page.evaluate("window.got") == (
        f'[[tool.mlopslint.waive]]\nrule = "{button.get_attribute("data-waive")}"\nreason = ""\nowner = ""\nexpires = YYYY-MM-DD\n'
    )
    page.close()


def test_it_reads_without_its_script(chromium: Any, file: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("form.filter").first.is_hidden() and page.locator("footer .tools").is_hidden()
    code = next(v.code for v in sample.VERDICTS if v.status == "fail")
    page.locator(f"#{code} > summary").click()
    assert page.locator(f"#{code} .body").is_visible()
    context.close()


def test_paper_has_every_practice(chromium: Any, file: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = chromium.new_page()
    page.goto(file.as_uri())
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in pages))
    page.close()
    for verdict in sample.VERDICTS:
        assert verdict.code in text, verdict.code
        if verdict.remediation and verdict.status == "fail":
            assert "Add dvc.yaml with the stages" in text
    assert "Copy a waiver" not in text and "Open all" not in text


def test_a_hostile_repository_executes_nothing(chromium: Any, tmp_path: Path) -> None:
    """With the page's own policy taken away, so that it is the escaping that holds."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", render(sample.report()))
    file = tmp_path / "open.html"
    file.write_text(text, encoding="utf-8")
    visit = Visit(chromium.new_page())
    visit.page.goto(file.as_uri())
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for link in visit.page.locator("a").all():
        assert (link.get_attribute("href") or "").startswith(("#", "https://github.com/acme/churn/", "https://"))
    visit.page.wait_for_timeout(200)
    visit.quiet(file)
    visit.page.close()


def test_a_thousand_findings_stay_under_a_megabyte(chromium: Any, tmp_path: Path) -> None:
    whole = sample.report()
    many = tuple(
        Finding("MDL113", "seed", "warning", f"src/package/module_{n % 90}.py", n + 1, 5, n + 1, 60, None,
                "torch.load without weights_only runs code from the file", "Add weights_only=True", f"{n:024x}", "medium",
                "unsafe", (FindingEdit((n + 1, 6, n + 1, 29), "keyword", ("weights_only", "True")),))
        for n in range(1000)
    )  # fmt: skip
    text = render(replace(whole, findings=many))
    assert len(text.encode()) < 1_000_000
    file = tmp_path / "many.html"
    file.write_text(text, encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    assert page.locator("tr.finding").count() == 1000
    page.close()
