"""Two assessments of one repository -> what moved, and why. Nothing here looks at a repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mlopslint.records import CREDIT, Change, Delta, Finding, Moment, Report, Status, Verdict

#: What one practice brings to the score: (weight, status) while the ladder asks for it.
_Held = tuple[int, Status]


def moment(report: Report) -> Moment:
    """The figures of a report that move over time."""
    assessment = report.assessment
    return Moment(
        report.repository.revision,
        report.repository.committed_at,
        assessment.rubric,
        assessment.score,
        assessment.score_without_waivers,
        assessment.level,
        assessment.level_name,
        assessment.assessed,
        {category.code: category.score for category in assessment.categories},
    )


def compare(before: Report, after: Report) -> Delta:
    """What moved from ``before`` to ``after``, each change with its cause and its share of the score's movement.

    The score is one weighted share, so a change's points depend on the others: they are counted by making the changes
    one after the other (rubric, then code, then waivers; by code of the practice) from the first state to the last, and
    so add up to the whole movement. Points are of the default ladder, whatever model is the headline.
    """
    old = {verdict.code: verdict for verdict in before.assessment.practices}
    new = {verdict.code: verdict for verdict in after.assessment.practices}
    state = _Score({code: (v.weight, v.status) for code, v in old.items() if v.level is not None})
    changes = [*_rubric(old, new, state), *_code(old, new, state), *_register(old, new, state)]
    by_cause: dict[str, float] = {}
    for change in changes:
        by_cause[change.cause] = by_cause.get(change.cause, 0.0) + change.points
    return Delta(
        moment(before),
        moment(after),
        tuple(changes),
        {cause: round(points, 2) for cause, points in by_cause.items()},
        _beyond(after.findings, before.findings),
        _beyond(before.findings, after.findings),
    )


def largest(changes: Iterable[Change]) -> list[Change]:
    """Changes by the points that they moved, the largest first."""
    return sorted(changes, key=lambda change: (-abs(change.points), change.code))


class _Score:
    """The weighted share, kept up to date as practices change one by one."""

    def __init__(self, held: dict[str, _Held]) -> None:
        self.held = held
        self.earned = sum(weight * CREDIT[status] for weight, status in held.values() if status in CREDIT)
        self.possible = float(sum(weight for weight, status in held.values() if status in CREDIT))

    def put(self, code: str, weight: int, status: Status | None) -> float:
        """The practice now stands so (None: it is gone); the points by which that moves the score."""
        was = self._share()
        for sign, (old_weight, old) in ((-1, self.held.pop(code, (0, "n/a"))), (1, (weight, status or "n/a"))):
            if old in CREDIT:
                self.earned += sign * old_weight * CREDIT[old]
                self.possible += sign * old_weight
        if status is not None:
            self.held[code] = (weight, status)
        return round(self._share() - was, 2)

    def _share(self) -> float:
        return 100 * self.earned / self.possible if self.possible else 0.0


def _real(verdict: Verdict) -> Status:
    """What the repository itself shows, whatever is waived or attested."""
    return verdict.underlying or verdict.status


def _change(
    code: str,
    old: Verdict | None,
    new: Verdict | None,
    cause: str,
    points: float,
    status: tuple[Status | None, Status | None],
) -> Change:
    told = new or old
    assert told is not None
    return Change(
        code, told.title, told.category, told.level, status[0], status[1], cause, points,  # type: ignore[arg-type]
        (told.note or told.reason) if cause == "waiver" else told.reason if new else "no longer asked for",
        told.evidence[:3] if new else (),
    )  # fmt: skip


def _rubric(old: dict[str, Verdict], new: dict[str, Verdict], state: _Score) -> Iterable[Change]:
    """Practices that only one rubric has, or that weigh differently."""
    for code in sorted(old.keys() | new.keys()):
        was, now = old.get(code), new.get(code)
        held = (was.weight, was.level) if was else None
        wanted = (now.weight, now.level) if now else None
        if held == wanted:
            continue
        if was and now:  # the same practice with another weight: what it was seen to be stays until its own turn
            points = state.put(code, now.weight, was.status) if now.level is not None else state.put(code, 0, None)
            yield _change(code, was, now, "rubric", points, (was.status, was.status))
        elif now:
            points = state.put(code, now.weight, now.status) if now.level is not None else 0.0
            yield _change(code, None, now, "rubric", points, (None, now.status))
        else:
            points = state.put(code, 0, None) if was and was.level is not None else 0.0
            yield _change(code, was, None, "rubric", points, (was.status if was else None, None))


def _code(old: dict[str, Verdict], new: dict[str, Verdict], state: _Score) -> Iterable[Change]:
    """Practices that the repository itself follows differently."""
    for code in sorted(old.keys() & new.keys()):
        was, now = old[code], new[code]
        if _real(was) == _real(now):
            continue
        points = 0.0
        if now.level is not None:
            # a waiver or attestation that stood before stands until its own turn, unless what it excused has come
            stands = was.underlying and (now.underlying or now.status != "pass")
            points = state.put(code, now.weight, was.status if stands else _real(now))
        yield _change(code, was, now, "code", points, (_real(was), _real(now)))


def _register(old: dict[str, Verdict], new: dict[str, Verdict], state: _Score) -> Iterable[Change]:
    """Practices whose waiver or attestation came, went or expired."""
    for code in sorted(old.keys() & new.keys()):
        was, now = old[code], new[code]
        held = was.status if was.underlying else None
        holds = now.status if now.underlying else None
        if held == holds:
            continue
        points = state.put(code, now.weight, now.status) if now.level is not None else 0.0
        if holds is None and _real(now) == "pass":
            continue  # the practice came, and what had excused it went with it: that is the code's doing
        yield _change(code, was, now, "waiver", points, (held or _real(was), holds or _real(now)))


def _beyond(these: Iterable[Finding], those: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that the other side does not hold, by fingerprint and number."""
    left = Counter(finding.fingerprint for finding in those)
    out = []
    for finding in these:
        if left[finding.fingerprint]:
            left[finding.fingerprint] -= 1
        else:
            out.append(finding)
    return tuple(out)
