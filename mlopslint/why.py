"""Why a practice reads as it does: what was looked for, what was found and where, what did not count, what would change it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from mlopslint import clock, maturity
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import Config
from mlopslint.gather import gather
from mlopslint.globs import any_path
from mlopslint.judge import FACT_KINDS, MODIFIERS, Judge, asked, judge
from mlopslint.mainline import checked, configuration
from mlopslint.outcome import Outcome
from mlopslint.predicates import PREDICATES
from mlopslint.records import Evidence, Practice, Verdict
from mlopslint.rules import Catalogue, load
from mlopslint.snapshot import open_snapshot
from mlopslint.technologies import Technologies
from mlopslint.view import EVERYWHERE, OWN, Hit, View

_ALL = EVERYWHERE | {"vendored"}
#: Kinds of facts that a predicate passes through without looking for anything in particular.
_PASSING = frozenset({"module", "cell", "scope", "error"})


class Part(msgspec.Struct, frozen=True):
    """One condition: how deep it stands, what it asks, how far it holds (0, 0.5 or 1), and the places that show it."""

    depth: int
    asks: str
    grade: float
    places: tuple[Evidence, ...] = ()


class Query(msgspec.Struct, frozen=True):
    """One question that a predicate put to the facts: what it looked for, how often that was found where it counts, and elsewhere."""

    asks: str
    found: int
    places: tuple[Evidence, ...] = ()
    elsewhere: dict[
        str, int
    ] = {}  #: role of the file -> how often; such files are no evidence of the project's own practice
    elsewhere_places: tuple[Evidence, ...] = ()


class Why(msgspec.Struct, frozen=True):
    """The verdict of one practice with everything that it rests on."""

    verdict: Verdict
    what: str
    requires: dict[str, str]  #: practice -> how it stands here
    applies: tuple[Part, ...]
    passes: tuple[Part, ...]
    partial: tuple[Part, ...]
    queries: dict[str, tuple[Query, ...]]  #: predicate -> its questions
    changes: tuple[str, ...]  #: what would change the verdict


class _Watched(View):
    """A view that remembers what it was asked."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.asked: dict[tuple[str, str, tuple[str, ...]], frozenset[str]] | None = None

    def hits(self, kind: str, *patterns: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        self._note("hits", kind, patterns, roles)
        return super().hits(kind, *patterns, roles=roles)

    def search(self, kind: str, pattern: str, roles: frozenset[str] = OWN) -> Iterator[Hit]:
        self._note("search", kind, (pattern,), roles)
        return super().search(kind, pattern, roles)

    def files(self, kinds: Iterable[str] | str | None = None, roles: frozenset[str] = OWN) -> list[str]:
        wanted = (kinds,) if isinstance(kinds, str) else tuple(sorted(kinds or ()))
        self._note("files", "", wanted, roles)
        return super().files(kinds, roles)

    def _note(self, how: str, kind: str, patterns: tuple[str, ...], roles: frozenset[str]) -> None:
        if self.asked is not None and kind not in _PASSING:
            key = (how, kind, patterns)
            self.asked[key] = self.asked.get(key, frozenset()) | roles

    def answered(self) -> tuple[Query, ...]:
        """The questions since the last time, each with all its answers."""
        asked, self.asked = self.asked or {}, None
        return tuple(self._query(how, kind, patterns, roles) for (how, kind, patterns), roles in asked.items())

    def _query(self, how: str, kind: str, patterns: tuple[str, ...], roles: frozenset[str]) -> Query:
        if how == "files":
            paths = super().files(patterns or None, _ALL)
            places = [(self.roles[path], Evidence(path)) for path in paths]
            asks = f"files of kind {', '.join(patterns)}" if patterns else "files"
        else:
            hits = (
                super().hits(kind, *patterns, roles=_ALL) if how == "hits" else super().search(kind, patterns[0], _ALL)
            )
            places = [(self.roles[hit.path], hit.evidence()) for hit in hits]
            asks = f"{_plural(kind)} like /{patterns[0]}/" if how == "search" else _named(kind, patterns)
        counting = [item for role, item in places if role in roles]
        others: dict[str, int] = {}
        for role, _ in places:
            if role not in roles:
                others[role] = others.get(role, 0) + 1
        return Query(
            asks,
            len(counting),
            tuple(counting[:3]),
            others,
            tuple(item for role, item in places if role not in roles)[:2],
        )


def _plural(kind: str) -> str:
    word = kind.replace("-", " ")
    return word[:-1] + "ies" if word.endswith("y") else word + ("es" if word.endswith(("s", "ch")) else "s")


def _named(kind: str, patterns: tuple[str, ...]) -> str:
    if not patterns:
        return f"any {_plural(kind)}"
    shown = ", ".join(patterns[:8])
    return f"{_plural(kind)}: {shown}" + (f" and {len(patterns) - 8} more" if len(patterns) > 8 else "")


def why(
    path: str,
    code: str,
    *,
    rev: str | None = None,
    staged: bool = False,
    config: Config | str | None = None,
    jobs: int | None = None,
    cache_dir: str | None = None,
    use_cache: bool = True,
    adjust: Callable[[Config], Config] | None = None,
    today: date | None = None,
) -> Why:
    """Everything that the verdict of one practice (by code or name) rests on.

    Raises MlopslintError for a code that there is not, and where nothing can be read.
    """
    with without_collector():
        snapshot = open_snapshot(path, rev, staged)
        settings = configuration(snapshot, config, rev is not None or staged)
        settings = adjust(settings) if adjust else settings
        folder = (cache_dir or default_folder()) if use_cache else None
        catalogue = load([os.path.join(snapshot.root, rules) for rules in settings.rules], folder)
        checked(catalogue, settings, None)
        from mlopslint.lint.engine import codes

        practice = catalogue.practice(code, codes())
        excluded = any_path(settings.exclude) if settings.exclude else None
        cache = Cache(folder)
        try:
            gathered = gather(
                snapshot, cache, jobs=jobs, exclude=lambda p: bool(excluded.match(p)) if excluded else False
            )
        finally:
            cache.close()
        out = [entry.path for entry in snapshot.entries if excluded and excluded.match(entry.path)]
        view = _Watched(snapshot, gathered, excluded=out)
        found = _explained(view, practice, catalogue, settings, today or clock.today())
        view.release()
        return found


def _explained(view: _Watched, practice: Practice, catalogue: Catalogue, settings: Config, today: date) -> Why:
    made = Judge(view, Technologies(view, catalogue.technologies))
    verdicts, _ = maturity.apply_register(
        judge(catalogue.practices, made, external=bool(settings.external)), settings, today
    )
    by_code = {verdict.code: verdict for verdict in verdicts}
    queries: dict[str, tuple[Query, ...]] = {}

    def side(condition: Any) -> tuple[Part, ...]:
        parts: list[Part] = []
        if condition is not None:
            _walk(made, view, condition, 0, parts, queries)
        return tuple(parts)

    applies, passes, partial = side(practice.applies), side(practice.passes), side(practice.partial)
    verdict = by_code[practice.code]
    requires = {
        other: f"{by_code[other].status} (at least {least} is needed): {by_code[other].title}"
        for other, least in practice.requires.items()
        if other in by_code
    }
    changes = tuple(_changes(practice, verdict, by_code))
    return Why(verdict, practice.what.strip(), requires, applies, passes, partial, queries, changes)


def _walk(
    made: Judge, view: _Watched, condition: Any, depth: int, parts: list[Part], queries: dict[str, tuple[Query, ...]]
) -> None:
    head = next(key for key in condition if key not in MODIFIERS)
    body = condition[head]
    if head == "predicate":
        if body not in queries:
            view.asked = {}
            outcome: Outcome = PREDICATES[body](made)
            queries[body] = view.answered()
        else:
            outcome = made.predicate(body)
        text = " ".join((PREDICATES[body].__doc__ or body).split())
        text = text.partition(": ")[2] or text
        parts.append(
            Part(
                depth,
                text,
                min(outcome.grade, 0.5) if condition.get("as") == "partial" else outcome.grade,
                outcome.evidence[:5],
            )
        )
        return
    outcome = made.outcome(condition)
    if head in ("any", "all", "none"):
        parts.append(Part(depth, {"any": "any of", "all": "all of", "none": "none of"}[head], outcome.grade))
        for inner in body:
            _walk(made, view, inner, depth + 1, parts, queries)
        return
    parts.append(Part(depth, asked(condition), outcome.grade, outcome.evidence[:5]))
    if not outcome and (head == "file" or head in FACT_KINDS) and condition.get("roles", "own") == "own":
        elsewhere = made.outcome({**condition, "roles": "all"})
        if elsewhere:
            parts.append(Part(depth + 1, "only in tests, examples or documents", 0, elsewhere.evidence[:2]))


def _changes(practice: Practice, verdict: Verdict, by_code: dict[str, Verdict]) -> Iterable[str]:
    """What would make the verdict another."""
    for code, least in practice.requires.items():
        other = by_code.get(code)
        if other is not None and verdict.status in ("n/a", "unknown") and other.code in verdict.reason:
            yield f"{code} {other.title} in place (it builds on that; at least {least})"
    if verdict.underlying:
        yield f"without the {'attestation' if verdict.status == 'attested' else 'waiver'} it would be {verdict.underlying}"
    if verdict.status in ("fail", "partial", "waived", "unknown"):
        yield practice.remediation.strip()
        if practice.external:
            yield f'if it lives elsewhere: an attestation ([[tool.mlopslint.attest]] rule = "{practice.code}"), or `external` in the configuration'
        yield f'if you do without it on purpose: a waiver ([[tool.mlopslint.waive]] rule = "{practice.code}", with its reason)'
    if verdict.status in ("pass", "attested", "partial") and verdict.evidence:
        first = verdict.evidence[0]
        yield f"it rests on {len(verdict.evidence)} place{'s' if len(verdict.evidence) > 1 else ''}, the first of them {first.path}"
