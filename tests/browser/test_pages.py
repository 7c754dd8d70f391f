"""The period's page, the fleet's page and the static site in a real browser."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from conftest import FIXTURES
from test_periods_and_portfolios import period, portfolio
from visits import Visit

from mlopslint.mainline import review
from mlopslint.portfolio import standing
from mlopslint.records import Portfolio, Tool
from mlopslint.report import portfolio as portfolios
from mlopslint.report import quarter
from mlopslint.site import Site


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"period": quarter.html(period()), "portfolio": portfolios.html(portfolio())}
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    site = Site(str(folder / "site"))
    some = []
    for level in (0, 3):
        report = review(str(FIXTURES / "levels" / f"level{level}"))
        address = site.repository(f"level{level}", f"level{level}", report)
        some.append(standing(report, name=f"level{level}", team=f"team {level}", detail=address))
    site.finish(Portfolio("1.0", Tool("mlopslint", "1.2.3"), "Two repositories", tuple(some)))
    return {name: folder / f"{name}.html" for name in made} | {
        name: folder / "site" / f"{name}.html" for name in ("index", "rules", "search")
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["period", "portfolio", "index", "rules", "search"])
def test_quiet_accessible_and_as_wide_as_its_window(
    chromium: Any, pages: dict[str, Path], name: str, theme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = chromium.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page())
    visit.page.goto(pages[name].as_uri())
    if name != "rules":  # two hundred open pages of rules are the same few elements again and again
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1280, 400):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.run(visit.page)
        assert found.violations_count == 0, found.generate_report()
    visit.quiet(pages[name])
    context.close()


def test_the_heat_map_sorts_and_filters(chromium: Any, pages: dict[str, Path]) -> None:
    page = chromium.new_page()
    page.goto(pages["portfolio"].as_uri())
    scores = page.locator("table.heat tbody tr td:nth-child(3)")
    assert [float(text) for text in scores.all_inner_texts()] == [88.8, 61.3, 50.0, 30.0]
    page.get_by_role("button", name="Score").click()
    assert [float(text) for text in scores.all_inner_texts()] == [30.0, 50.0, 61.3, 88.8]
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Score")
    page.get_by_role("button", name="Moved").click()
    moved = page.locator("table.heat tbody tr td:nth-child(4)").all_inner_texts()
    assert moved == ["+17.3", "0", "−5.5", ""]
    page.locator("select[name=team]").select_option("risk")
    assert page.locator("tr.repository:not([hidden])").count() == 2
    page.locator("select[name=team]").select_option("")
    page.locator("input[name=text]").fill("steady")
    assert page.locator("tr.repository:not([hidden])").count() == 1
    page.close()


def test_the_site_is_found_through_and_drilled_down(chromium: Any, pages: dict[str, Path]) -> None:
    page = chromium.new_page()
    page.goto(pages["index"].as_uri())
    page.get_by_role("link", name="level0").first.click()
    page.wait_for_url("**/repositories/level0.html")
    page.go_back()
    page.get_by_role("link", name="Search").click()
    page.locator("input[name=text]").fill("locked level0")
    results = page.locator("#results a")
    assert results.count() == 1 and "VER003" in results.first.inner_text()
    results.first.click()
    page.wait_for_url("**/repositories/level0.html#VER003")
    assert page.locator("#VER003 .body").is_visible()
    page.goto(pages["rules"].as_uri() + "#DAT101")
    assert page.locator("#DAT101 .body").is_visible() and "Why" in page.locator("#DAT101 .body").inner_text()
    page.close()


def test_the_period_prints_whole(chromium: Any, pages: dict[str, Path]) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = chromium.new_page()
    page.goto(pages["period"].as_uri())
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in sheets))
    page.close()
    for verdict in period().result.assessment.practices:
        assert verdict.code in text
    assert "Proposed for 2027Q1" in text
