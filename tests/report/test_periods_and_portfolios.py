"""The period's report and the fleet's, as text and as pages: golden, self-contained, hostile names harmless."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
import sample
from msgspec.structs import replace
from stored import compare

from mlopslint.records import Gap, Moment, PeriodReport, Portfolio, Standing, Stretch, Target, Tool
from mlopslint.report import portfolio as portfolios
from mlopslint.report import quarter


def period() -> PeriodReport:
    return PeriodReport(
        "1.0", Stretch("2026Q4", "2026-10-01", "2026-12-31", "2027Q1"), "commits", sample.report(), Target(1, "2026-09-30", True),
        (f"A note {sample.SCRIPT}",),
    )  # fmt: skip


def standing(name: str, score: float, before: float | None, level: int, team: str | None) -> Standing:
    def moment(value: float, at: int) -> Moment:
        return Moment(
            "a" * 40, "2026-09-30T00:00:00+00:00", "2026.4", value, value, at, f"Level {at}", 100.0,
            {"STR": value, "DAT": None, "VER": 100 - value},
        )  # fmt: skip

    gaps = (
        Gap("VER003", f"Dependencies are locked {sample.MARKUP}", "VER", "fail", 2.5),
        Gap("DAT001", "Data sets are checked", "DAT", "partial", 1.5),
    )
    return Standing(
        name, team, ("batch", sample.SCRIPT), "high", moment(score, level), gaps, ("VER003", "DAT001", "STR001"), ("VER003",), 2,
        Target(2, "2027-03-31", False), moment(before, max(level - 1, 0)) if before is not None else None,
        {"code": score - before} if before is not None else {}, detail=f"repositories/{level}.html",
    )  # fmt: skip


def portfolio() -> Portfolio:
    return Portfolio(
        "1.0", Tool("mlopslint", "1.2.3"), f"Fleet {sample.IMAGE}",
        (
            standing("acme/churn", 61.3, 44.0, 1, "risk"),
            standing(f"acme/{sample.SCRIPT}", 30.0, 35.5, 0, "risk"),
            standing(sample.FORMULA, 88.8, None, 3, sample.FORMULA),
            standing("acme/steady", 50.0, 50.0, 0, None),
            Standing("acme/gone", "risk", error=f"does not exist {sample.CONTROL}"),
        ),
        "2026-06-30", (f"A notice {sample.IMAGE}",),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_the_period(kind: str, request: pytest.FixtureRequest) -> None:
    compare(request, f"period.{ {'markdown': 'md'}.get(kind, kind) }", getattr(quarter, kind)(period()))


@pytest.mark.parametrize("kind", ["markdown", "html", "json", "csv", "terminal"])
def test_the_portfolio(kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    name = {"markdown": "md", "terminal": "txt"}.get(kind, kind)
    compare(request, f"portfolio.{name}", getattr(portfolios, kind)(portfolio()))


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", [quarter.html(period()), portfolios.html(portfolio())], ids=["period", "portfolio"])
def test_no_name_becomes_markup(text: str) -> None:
    tags = Tags(text).tags
    assert [attributes.get("type") for tag, attributes in tags if tag == "script"] == ["application/json", None]
    assert not [key for _, attributes in tags for key in attributes if key.startswith("on") or key == "style"]
    assert all((attributes.get("src") or "").startswith("data:") for tag, attributes in tags if tag == "img")
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in tags:
        href = attributes.get("href") or ""
        assert tag != "a" or href.startswith(("#", "https://", "repositories/")), href
        assert not href.startswith("#") or href[1:] in ids


def test_no_cell_of_the_table_is_a_formula() -> None:
    text = portfolios.csv(portfolio())
    assert "'=HYPERLINK" in text and ",=HYPERLINK" not in text and '"=HYPERLINK' not in text


def test_nothing_assessed_is_said() -> None:
    none = replace(portfolio(), repositories=portfolio().repositories[-1:])
    assert portfolios.narrative(none) == ["0 repositories assessed, 1 could not be."]
    for kind in ("markdown", "html", "json", "csv", "terminal"):
        assert "acme/gone" in getattr(portfolios, kind)(none)


def test_what_holds_a_level_up_without_a_must_is_its_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    one = portfolio().repositories[0]
    light = replace(portfolio(), repositories=(replace(one, blockers=()),))
    for kind in ("html", "terminal"):
        assert "share of weight" in getattr(portfolios, kind)(light)
        assert "share of weight" not in getattr(portfolios, kind)(replace(light, repositories=(one,)))


def test_the_json_is_the_record() -> None:
    assert json.loads(portfolios.json(portfolio()))["repositories"][4]["error"].startswith("does not exist")
    assert json.loads(quarter.json(period()))["period"] == {
        "name": "2026Q4", "first": "2026-10-01", "last": "2026-12-31", "following": "2027Q1",
    }  # fmt: skip
