"""What moved between two assessments, why, and by how many points."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlopslint.compare import compare
from mlopslint.maturity import share
from mlopslint.records import (
    Assessment,
    Finding,
    Inventory,
    Report,
    Repository,
    Statistics,
    Tool,
    Verdict,
)


@dataclass
class Said:
    """A practice's verdict in a few words."""

    status: str = "fail"
    underlying: str | None = None
    weight: int = 1
    level: int | None = 1


def verdict(code: str, said: Said) -> Verdict:
    return Verdict(
        code, code.lower(), f"Title of {code}", code[:3], said.status, said.level, said.weight, 0, "high",
        f"{code} reads {said.status}", (), "", (), underlying=said.underlying, note="owner x" if said.underlying else "",
    )  # fmt: skip


def report(practices: dict[str, Said], findings: tuple[Finding, ...] = (), rubric: str = "2026.4") -> Report:
    verdicts = tuple(verdict(code, said) for code, said in practices.items())
    assessment = Assessment(
        "mlopslint", rubric, share(verdicts), share(verdicts, without_waivers=True), 100.0, 0, "none", None, (), (),
        verdicts, (), (),
    )  # fmt: skip
    return Report(
        "1.0", Tool("mlopslint", "0"), Repository("x"), Inventory(0, 0, 0, 0, {}, ()), assessment, findings, 0, (),
        Statistics(),
    )  # fmt: skip


def found(fingerprint: str) -> Finding:
    return Finding("DAT101", "x", "error", "a.py", 1, 1, 1, 2, None, "m", None, fingerprint)


def causes(before: dict[str, Said], after: dict[str, Said]) -> list[tuple[str, str, float]]:
    return [(change.code, change.cause, change.points) for change in compare(report(before), report(after)).changes]


def test_a_practice_that_came_is_the_codes_doing():
    before = {"AAA001": Said("fail"), "AAA002": Said("pass")}
    assert causes(before, {**before, "AAA001": Said("pass")}) == [("AAA001", "code", 50.0)]


def test_nothing_moved():
    delta = compare(report({"AAA001": Said("pass")}), report({"AAA001": Said("pass")}))
    assert delta.changes == () and delta.by_cause == {}


def test_a_waiver_that_came_and_one_that_expired():
    open_, waived = (
        {"AAA001": Said("fail"), "AAA002": Said("pass")},
        {"AAA001": Said("waived", "fail"), "AAA002": Said("pass")},
    )
    assert causes(open_, waived) == [("AAA001", "waiver", 50.0)]
    assert causes(waived, open_) == [("AAA001", "waiver", -50.0)]


def test_a_waived_practice_that_is_then_put_in_place_counts_once():
    before = {"AAA001": Said("waived", "fail"), "AAA002": Said("fail")}
    assert causes(before, {"AAA001": Said("pass"), "AAA002": Said("fail")}) == [("AAA001", "code", 50.0)]


def test_a_waiver_that_went_while_the_practice_half_came():
    before = {"AAA001": Said("waived", "fail"), "AAA002": Said("pass")}
    after = {"AAA001": Said("partial"), "AAA002": Said("pass")}
    assert causes(before, after) == [("AAA001", "code", 0.0), ("AAA001", "waiver", -25.0)]


def test_a_practice_that_only_the_new_rubric_has_is_never_the_repositorys_doing():
    before = {"AAA001": Said("pass")}
    after = {"AAA001": Said("pass"), "AAA009": Said("fail")}
    assert causes(before, after) == [("AAA009", "rubric", -50.0)]
    assert causes(after, before) == [("AAA009", "rubric", 50.0)]


def test_a_new_weight_and_a_new_status_are_told_apart():
    before = {"AAA001": Said("fail", weight=1), "AAA002": Said("pass")}
    after = {"AAA001": Said("pass", weight=3), "AAA002": Said("pass")}
    assert causes(before, after) == [("AAA001", "rubric", -25.0), ("AAA001", "code", 75.0)]


def test_findings_are_compared_by_fingerprint_and_number():
    before = report({}, (found("a"), found("a"), found("b")))
    delta = compare(before, report({}, (found("a"), found("c"))))
    assert [f.fingerprint for f in delta.findings_new] == ["c"]
    assert [f.fingerprint for f in delta.findings_gone] == ["a", "b"]


_REAL = st.sampled_from(["pass", "partial", "fail", "n/a", "unknown"])


@st.composite
def _said(draw: st.DrawFn) -> Said:
    real = draw(_REAL)
    register = draw(st.sampled_from(["", "waived", "attested"]))
    weight, level = draw(st.integers(1, 3)), draw(st.sampled_from([None, 0, 2]))
    allowed = {"waived": ("fail", "partial", "unknown"), "attested": ("fail", "partial", "unknown", "n/a")}.get(
        register, ()
    )
    return Said(register, real, weight, level) if real in allowed else Said(real, None, weight, level)


_STATES = st.dictionaries(st.sampled_from([f"AAA00{n}" for n in range(8)]), _said(), max_size=8)


@given(_STATES, _STATES)
@settings(max_examples=300, deadline=None)
def test_the_points_add_up_to_the_movement_of_the_score(before, after):
    first, second = report(before), report(after)
    delta = compare(first, second)
    moved = (second.assessment.score or 0.0) - (first.assessment.score or 0.0)
    assert sum(change.points for change in delta.changes) == pytest.approx(moved, abs=0.3)
    assert sum(delta.by_cause.values()) == pytest.approx(moved, abs=0.3)
