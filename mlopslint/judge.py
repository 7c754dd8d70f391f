"""Rules x facts -> verdicts. The condition vocabulary of the YAML rules lives here and only here.

A condition is a mapping with one head and its modifiers:

``any`` / ``all`` / ``none``   a list of conditions
``file``                       globs over paths (``at-least``: how many)
``technology`` / ``kind``      names or kinds of technologies (``rung``: how far they are used, from 1 to 5)
``command``                    command-line prefixes (``in``: ``ci`` by default, or ``anywhere``)
``predicate``                  a named Python predicate of ``mlopslint.predicates``
any kind of fact               globs over the names of such facts (``where``: globs over values; ``at-least``)

Modifiers: ``roles`` (whose files count), ``rung`` (of the evidence), ``as: partial`` (at most half), ``detail``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlopslint.commands import all_commands, starts_with
from mlopslint.concepts import concepts_of
from mlopslint.globs import any_path, name_pattern
from mlopslint.outcome import NOTHING, Outcome, found
from mlopslint.records import Confidence, Evidence, Practice, Status, Verdict
from mlopslint.technologies import Technologies
from mlopslint.view import EVERYWHERE, OWN, OWN_AND_TESTS, Hit, View

MODIFIERS = frozenset({"roles", "rung", "as", "detail", "where", "at-least", "in", "confidence"})
HEADS = frozenset({"any", "all", "none", "file", "technology", "kind", "command", "predicate"})
FACT_KINDS = frozenset(
    [
        "import",
        "call",
        "decorator",
        "base",
        "def",
        "set",
        "string",
        "branch",
        "guard",
        "dependency",
        "lock",
        "python-version",
        "manifest",
        "script",
        "ci",
        "ci-trigger",
        "ci-job",
        "action",
        "permission",
        "cache",
        "task",
        "hook",
        "schedule",
        "stage",
        "image",
        "docker",
        "resource",
        "container",
        "key",
        "document-type",
        "pointer",
        "remote",
        "heading",
        "document",
        "phrase",
        "front-matter",
        "ignore",
        "attribute",
        "owner",
        "language",
        "magic",
        "notebook",
        "secret",
        "except",
        "field",
    ]
)
_ROLES = {"own": OWN, "tests": frozenset({"test"}), "own-and-tests": OWN_AND_TESTS, "all": EVERYWHERE}
_RUNG_OF_FACT = {
    "dependency": 1, "import": 2, "key": 2, "document-type": 2, "manifest": 2, "action": 4, "hook": 4, "schedule": 5,
    "call": 3, "decorator": 3, "base": 3, "stage": 3, "ci": 4, "ci-trigger": 4, "ci-job": 4, "resource": 5, "container": 5,
}  # fmt: skip


class Judge:
    """Answers practices over one view."""

    def __init__(self, view: View, technologies: Technologies) -> None:
        self.view = view
        self.technologies = technologies
        self.concepts = concepts_of(view)
        self.predicates: dict[str, Outcome] = {}

    def outcome(self, condition: Any) -> Outcome:
        """How far a condition holds, with its evidence."""
        if condition is None:
            return NOTHING
        head = next(key for key in condition if key not in MODIFIERS)
        wanted = condition[head]
        if head in ("any", "all", "none"):
            result = self._combine(head, wanted)
        elif head == "predicate":
            result = self.predicate(wanted)
        elif head == "file":
            result = self._file(_listed(wanted), condition)
        elif head in ("technology", "kind"):
            result = self._technology(head, _listed(wanted), condition)
        elif head == "command":
            result = self._command(_listed(wanted), condition)
        else:
            result = self._fact(head, _listed(wanted), condition)
        if result and condition.get("as") == "partial":
            result = result.at_most(0.5)
        if result and "detail" in condition and not result.reason:
            result = result.because(condition["detail"])
        if result and "confidence" in condition:
            result = result.trusted(condition["confidence"])
        return result

    def predicate(self, name: str) -> Outcome:
        """The outcome of a named Python predicate, computed once."""
        if name not in self.predicates:
            from mlopslint.predicates import PREDICATES

            self.predicates[name] = PREDICATES[name](self)
        return self.predicates[name]

    def _combine(self, head: str, conditions: list[Any]) -> Outcome:
        if head == "any":
            best = NOTHING
            for condition in conditions:
                result = self.outcome(condition)
                if (result.grade, result.rung) > (best.grade, best.rung):
                    best = result
            return best
        if head == "all":
            parts = []
            for condition in conditions:
                result = self.outcome(condition)
                if not result:
                    return NOTHING
                parts.append(result)
            return Outcome(
                min(part.grade for part in parts),
                tuple(item for part in parts for item in part.evidence[:2]),
                min((part.rung for part in parts if part.rung), default=2),
                "",
                min((part.confidence for part in parts), key=["low", "medium", "high"].index),
            )
        for condition in conditions:
            if self.outcome(condition):
                return NOTHING
        return Outcome(1.0, (), 2)

    def _file(self, globs: list[str], condition: Any) -> Outcome:
        roles = _ROLES[condition.get("roles", "own")]
        pattern = any_path(globs)
        paths = [path for path in self.view.entries if self.view.roles[path] in roles and pattern.match(path)]
        if len(paths) < condition.get("at-least", 1):
            return NOTHING
        return Outcome(1.0, tuple(Evidence(path, None, "present") for path in paths[:5]), condition.get("rung", 2))

    def _technology(self, head: str, wanted: list[str], condition: Any) -> Outcome:
        rung = condition.get("rung", 1)
        uses = self.technologies.find(**{"kinds" if head == "kind" else "names": wanted}, rung=rung)
        if not uses:
            return NOTHING
        verb = ("", "declared", "configured", "used", "run in CI", "operated")[uses[0].rung]
        names = ", ".join(dict.fromkeys(use.name for use in uses[:3]))
        evidence = [item for use in uses[:3] for item in use.evidence[:2]]
        return Outcome(1.0, tuple(evidence[:5]), uses[0].rung, f"{names} {'is' if len(uses) == 1 else 'are'} {verb}")

    def _command(self, prefixes: list[str], condition: Any) -> Outcome:
        everywhere = condition.get("in", "ci") == "anywhere"
        best: list[tuple[int, Evidence]] = []
        for command in all_commands(self.view):
            if not everywhere and command.where != "ci":
                continue
            if any(starts_with(command.words, prefix) for prefix in prefixes):
                best.append((command.rung, command.evidence()))
        if not best:
            return NOTHING
        best.sort(key=lambda item: -item[0])
        return Outcome(1.0, tuple(evidence for _, evidence in best[:3]), best[0][0])

    def _fact(self, kind: str, patterns: list[str], condition: Any) -> Outcome:
        roles = _ROLES[condition.get("roles", "own")]
        where = condition.get("where") or {}
        hits: list[Hit] = []
        least = condition.get("at-least", 1)
        for hit in self.view.hits(kind, *patterns, roles=roles):
            if all(
                _matches(hit.get(key) if key != "value" else hit.fact.value, wanted) for key, wanted in where.items()
            ):
                hits.append(hit)
                if len(hits) >= max(least, 5):
                    break
        if len(hits) < least:
            return NOTHING
        rung = condition.get("rung") or _RUNG_OF_FACT.get(kind, 2)
        return found(hits, rung)


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or wanted is None:
        return bool(value == wanted)
    if isinstance(wanted, list):
        return any(_matches(value, item) for item in wanted)
    if isinstance(value, list):
        return any(_matches(item, wanted) for item in value)
    return value is not None and bool(name_pattern(str(wanted)).match(str(value)))


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


# -- practices -----------------------------------------------------------------------------------------------------------


def judge(practices: Iterable[Practice], judge_: Judge, *, external: bool = False) -> list[Verdict]:
    """The verdict of every practice. ``external``: what may live in a sibling repository reads unknown, not fail."""
    verdicts: dict[str, Verdict] = {}
    pending = list(practices)
    while pending:
        ready = [
            p for p in pending if all(code in verdicts or all(q.code != code for q in pending) for code in p.requires)
        ]
        for practice in ready or pending[:1]:
            verdicts[practice.code] = _verdict(practice, judge_, verdicts, external)
            pending.remove(practice)
    return [verdicts[code] for code in sorted(verdicts)]


def _verdict(practice: Practice, judge_: Judge, known: dict[str, Verdict], external: bool) -> Verdict:
    def answer(
        status: Status, reason: str, outcome: Outcome = NOTHING, confidence: Confidence | None = None
    ) -> Verdict:
        return Verdict(
            code=practice.code,
            name=practice.name,
            title=practice.title,
            category=practice.category,
            status=status,
            level=practice.level,
            weight=practice.weight,
            rung=outcome.rung if status in ("pass", "partial") else min(outcome.rung, 1),
            confidence=confidence or outcome.confidence,
            reason=reason,
            evidence=tuple(outcome.evidence[:8]),
            remediation=practice.remediation.strip(),
            references=practice.references,
            effort=practice.effort,
        )

    for code, least in practice.requires.items():
        other = known.get(code)
        if other is not None and not _at_least(other.status, least):
            if other.status == "unknown":
                return answer("unknown", f"it builds on {code} ({other.name}), which cannot be seen here")
            return answer("n/a", f"it builds on {code} ({other.name}), which is not in place")
    if practice.applies is not None:
        applies = judge_.outcome(practice.applies)
        if not applies:
            reason = practice.applies_reason or "what it is about does not occur here"
            return answer("n/a", reason.strip())
    try:
        outcome = judge_.outcome(practice.passes)
        if outcome.grade < 1 and practice.partial is not None:
            half = judge_.outcome(practice.partial).at_most(0.5)
            if half.grade > outcome.grade:
                outcome = half
    except Exception as error:
        return answer(
            "unknown",
            f"this rule failed on this repository ({type(error).__name__}: {str(error)[:120]})",
            confidence="low",
        )
    if outcome.status == "n/a":
        return answer(
            "n/a", outcome.reason or practice.applies_reason or "what it is about does not occur here", outcome
        )
    status: Status = "pass" if outcome.grade >= 1 else "partial" if outcome.grade > 0 else "fail"
    if status == "fail" and external and practice.external:
        return answer(
            "unknown", "not found here, and the configuration says that it may live in another repository", outcome
        )
    reason = outcome.reason or practice.reasons.get(status) or _reason(status, practice, outcome)
    if status == "fail" and not outcome.evidence:
        return answer(status, reason, outcome, outcome.confidence if outcome.reason else "high")
    return answer(status, reason, outcome)


def _at_least(status: Status, wanted: str) -> bool:
    order = {"pass": 2, "attested": 2, "waived": 2, "partial": 1}
    return order.get(status, 0) >= order[wanted]


def _reason(status: Status, practice: Practice, outcome: Outcome) -> str:
    if outcome.evidence:
        first = outcome.evidence[0]
        more = f" and {len(outcome.evidence) - 1} more" if len(outcome.evidence) > 1 else ""
        return (
            f"{first.detail} ({first.path}{more})"
            if first.detail not in ("", "present")
            else f"{first.path}{more} is there"
        )
    return {"fail": "nothing of the kind was found", "partial": "only half in place", "pass": "in place"}[status]
