"""Badges: valid, accessible, self-contained."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
import sample
from msgspec.structs import replace
from stored import compare

from mlopslint.report.badge import endpoint, svg


@pytest.mark.parametrize("kind", ["level", "score"])
def test_svg(kind: str, request: pytest.FixtureRequest) -> None:
    text = svg(sample.report(), kind)
    compare(request, f"badge-{kind}.svg", text)
    root = ElementTree.fromstring(text)
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == root.get("aria-label")
    assert root.get("role") == "img" and "href" not in text


def test_endpoint() -> None:
    report = sample.report()
    assert endpoint(report) == {
        "schemaVersion": 1,
        "label": "MLOps maturity",
        "message": "level 0 of 4",
        "color": "red",
    }
    assert endpoint(report, "score")["message"] == "61.9 of 100"
    top = replace(report, assessment=replace(report.assessment, level=4))
    assert endpoint(top)["color"] == "green"
    nothing = replace(report, assessment=replace(report.assessment, score=None))
    assert endpoint(nothing, "score") == {**endpoint(report), "message": "not assessed", "color": "lightgrey"}
