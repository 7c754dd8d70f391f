"""One row a practice, and no formula in any cell."""

from __future__ import annotations

import csv
import io

import pytest
import sample
from stored import compare

from mlopslint.report.csv import cell, render


def test_golden(request: pytest.FixtureRequest) -> None:
    compare(request, "report.csv", render(sample.report()))


def test_one_row_a_practice() -> None:
    rows = list(csv.DictReader(io.StringIO(render(sample.report()))))
    assert [row["code"] for row in rows] == [verdict.code for verdict in sample.VERDICTS]
    assert rows[3]["evidence"] == f"data/{sample.SCRIPT}.csv"
    assert rows[1]["evidence"] == "README.md:32"
    assert rows[7]["level"] == ""


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uff1d1", "  =1"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert cell(value).startswith("'")


def test_other_cells_stay_as_they_are() -> None:
    assert [cell(value) for value in ("a=b", 3, None, "a\nb")] == ["a=b", "3", "", "a b"]
