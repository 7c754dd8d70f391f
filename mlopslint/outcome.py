"""How far a condition holds: the value that conditions and predicates hand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mlopslint.records import Confidence, Evidence
from mlopslint.view import Hit


class Outcome(NamedTuple):
    """A grade (0 no, 0.5 half, 1 yes) with its evidence, rung and reason; ``status`` "n/a" where nothing applies."""

    grade: float
    evidence: tuple[Evidence, ...] = ()
    rung: int = 0
    reason: str = ""
    confidence: Confidence = "high"
    status: str = ""

    def __bool__(self) -> bool:
        return self.grade > 0

    def at_most(self, grade: float) -> Outcome:
        return self._replace(grade=min(self.grade, grade))

    def because(self, reason: str) -> Outcome:
        return self._replace(reason=reason)

    def trusted(self, confidence: Confidence) -> Outcome:
        return self._replace(confidence=confidence)


NOTHING = Outcome(0.0)


def found(hits: Iterable[Hit], rung: int, reason: str = "", grade: float = 1.0) -> Outcome:
    """What these facts prove: nothing when there are none."""
    some = list(hits)
    if not some:
        return NOTHING
    return Outcome(grade, tuple(hit.evidence() for hit in some[:5]), rung, reason)


def no(reason: str, evidence: Iterable[Evidence] = (), confidence: Confidence = "high") -> Outcome:
    """A plain no, with its reason."""
    return Outcome(0.0, tuple(evidence)[:5], 0, reason, confidence)


def half(reason: str, evidence: Iterable[Evidence] = (), rung: int = 2, confidence: Confidence = "high") -> Outcome:
    """Half in place."""
    return Outcome(0.5, tuple(evidence)[:5], rung, reason, confidence)


def yes(reason: str, evidence: Iterable[Evidence] = (), rung: int = 2, confidence: Confidence = "high") -> Outcome:
    """In place."""
    return Outcome(1.0, tuple(evidence)[:5], rung, reason, confidence)


def not_applicable(reason: str) -> Outcome:
    """The practice is about something that this repository does not have."""
    return Outcome(0.0, (), 0, reason, "high", "n/a")
