"""Rules x facts -> verdicts. The condition vocabulary of the YAML rules lives here and only here.

A condition is a mapping with one head and its modifiers:

``any`` / ``all`` / ``none``   a list of conditions; of ``any`` the first that holds in full, else the best
``file``                       globs over paths (``at-least``: how many)
``technology`` / ``kind``      names or kinds of technologies (``rung``: how far they are used, from 1 to 5;
                               ``imported: false``: an import alone is no use)
``command``                    command-line prefixes
``concept``                    what the facts mean together: ``training``, ``deep-learning``, ``stages``,
                               ``routes``, ``frameworks``
``predicate``                  a named Python predicate of ``mlopslint.predicates``
any kind of fact               globs over the names of such facts (``at-least``: how many)

A pattern is a glob, ``/a regular expression/`` that is searched for whatever the case (of a ``def`` in its last name), ``!`` and a pattern that must
not match, or a comparison (``">=40"``). ``where`` holds patterns for the keys of a value and for ``name``, ``value``,
``path`` and ``file`` (the kind of file); ``a|b`` is either key, ``true`` anything but nothing, a list any of its patterns.

Modifiers: ``in`` (``ci``, ``hook``, ``outside`` of both, ``anywhere``), ``within`` (code that ``serving`` or ``training``
reaches, or ``tests``), ``roles`` (whose files count), ``rung`` and ``detail`` (of the evidence), ``as: partial`` (at most
half), ``confidence``, and ``reason``: the sentence when it holds, with ``{name}``, ``{path}`` and keys of the first hit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any

from mlopslint.commands import CI_KINDS, HOOK_KINDS, HOOK_RUNS, Command, all_commands, starts_with
from mlopslint.concepts import Concepts, concepts_of
from mlopslint.globs import any_path, name_pattern
from mlopslint.outcome import NOTHING, Outcome
from mlopslint.patterns import forgettable, remembered
from mlopslint.records import Confidence, Evidence, Practice, Status, Verdict
from mlopslint.technologies import Technologies
from mlopslint.view import EVERYWHERE, OWN, OWN_AND_TESTS, Hit, View

MODIFIERS = frozenset(
    ["roles", "rung", "as", "detail", "reason", "where", "at-least", "in", "within", "imported", "confidence"]
)
HEADS = frozenset({"any", "all", "none", "file", "technology", "kind", "command", "concept", "predicate"})
CONCEPTS: dict[str, Callable[[Concepts], list[Hit]]] = {
    "training": lambda concepts: concepts.trains,
    "deep-learning": lambda concepts: concepts.deep_learning,
    "stages": lambda concepts: concepts.stage_names,
    "routes": lambda concepts: concepts.described_routes,
    "frameworks": lambda concepts: concepts.framework_imports,
}
WITHIN = ("serving", "training", "tests")
PLACES = ("ci", "hook", "outside", "anywhere")
#: What a ``where`` asks of the fact and its file rather than of its value.
_OF_FILES = frozenset({"name", "last", "value", "given", "path", "file"})
#: Pieces of evidence that a condition hands on.
_SHOWN = 3
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
        "read",
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
        "delivery-action",
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
        "lint",
        "module",
    ]
)
_ROLES: dict[str, frozenset[str]] = {
    "own": OWN,
    "tests": frozenset({"test"}),
    "own-and-tests": OWN_AND_TESTS,
    "all": EVERYWHERE,
    "own-and-docs": OWN | {"docs"},
}
_RUNG_OF_FACT = {
    "dependency": 1, "import": 2, "key": 2, "document-type": 2, "manifest": 2, "action": 4, "hook": 4, "schedule": 5,
    "call": 3, "read": 3, "decorator": 3, "base": 3, "stage": 3, "ci": 4, "ci-trigger": 4, "ci-job": 4, "resource": 5, "container": 5,
}  # fmt: skip


class Judge:
    """Answers practices over one view."""

    def __init__(self, view: View, technologies: Technologies) -> None:
        self.view = view
        self.technologies = technologies
        self.concepts = concepts_of(view)
        self.predicates: dict[str, Outcome] = {}

    @cached_property
    def plural(self) -> re.Pattern[str]:
        """A technology's name of several words that ends in a common noun in the plural, and the verb after it."""
        names = {item.name for item in self.technologies.known if re.search(r" (?!pandas$)[a-z]+s$", item.name)}
        return re.compile(rf"({'|'.join(map(re.escape, sorted(names))) or '(?!)'}) (is|has|[a-z]+s)\b")

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
        elif head == "concept":
            hits = (hit for name in _listed(wanted) for hit in CONCEPTS[name](self.concepts))
            result = self._hits(hits, condition, 3)
        else:
            result = self._fact(head, _listed(wanted), condition)
        if result and condition.get("as") == "partial":
            result = result.at_most(0.5)
        if result and head in ("any", "all", "none", "predicate"):
            result = result._replace(rung=condition.get("rung", result.rung))
            if "reason" in condition:
                result = result.because(_filled(condition["reason"], _of_evidence(result.evidence)))
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
                if result.grade >= 1:
                    return result
                if result.grade > best.grade:
                    best = result
            return best
        if head == "all":
            parts = []
            reason = ""
            for condition in conditions:
                result = self.outcome(condition)
                if not result:
                    return NOTHING
                parts.append(result)
                reason = reason or (result.reason if "reason" in condition else "")
            return Outcome(
                min(part.grade for part in parts),
                tuple(item for part in parts for item in part.evidence[:2]),
                min((part.rung for part in parts if part.rung), default=2),
                reason,
                min((part.confidence for part in parts), key=["low", "medium", "high"].index),
            )
        for condition in conditions:
            if self.outcome(condition):
                return NOTHING
        return Outcome(1.0, (), 2)

    def _file(self, globs: list[str], condition: Any) -> Outcome:
        roles = _ROLES[condition.get("roles", "own")]
        view = self.view
        matching = remembered(_paths(tuple(globs)), re.I | re.S).among(view.roles.keys())
        where = condition.get("where")
        paths = [
            path
            for path in sorted(matching, key=view.place.__getitem__)
            if view.roles[path] in roles and (not where or self._holds(where, self._of_file(path)))
        ]
        if len(paths) < condition.get("at-least", 1):
            return NOTHING
        reason = _filled(condition.get("reason"), {"path": paths[0], "name": paths[0], "many": len(paths)}.get)
        return Outcome(
            1.0, tuple(Evidence(path, None, "present") for path in paths[:5]), condition.get("rung", 2), reason
        )

    def _of_file(self, path: str) -> Callable[[str], Any]:
        entry = self.view.entries[path]
        return {"path": path, "file": self.view.kinds.get(path, ""), "size": entry.size}.get

    def _technology(self, head: str, wanted: list[str], condition: Any) -> Outcome:
        rung = condition.get("rung", 1)
        where, place = condition.get("where"), condition.get("in", "anywhere")
        uses = []
        for use in self.technologies.find(**{"kinds" if head == "kind" else "names": wanted}, rung=rung):
            if (
                condition.get("imported") is False
                and use.rung < 3
                and any("imported" in e.detail for e in use.evidence)
            ):
                continue
            evidence = [
                item
                for item in use.evidence
                if self._stands(item.path, place, item.detail)
                and (not where or self._holds(where, self._of_use(use.name, item)))
            ]
            if evidence:
                uses.append((use, evidence))
        if not uses:
            return NOTHING
        first = uses[0][0]
        verb = ("", "declared", "configured", "used", "run in CI", "operated")[first.rung]
        if first.rung == 4 and not any(self._stands(item.path, "ci", item.detail) for item in first.evidence):
            verb = "run in a hook" if any(self._stands(i.path, "hook", i.detail) for i in first.evidence) else verb
        names = list(dict.fromkeys(use.name for use, _ in uses[:3]))  # a tool may be of several kinds
        shown = list(dict.fromkeys(item for _, evidence in uses[:3] for item in evidence[:2]))
        reason = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {verb}"
        if "reason" in condition:
            reason = _filled(condition["reason"], self._of_use(first.name, shown[0]))
        return Outcome(1.0, tuple(shown[:5]), first.rung, reason)

    def _of_use(self, name: str, item: Evidence) -> Callable[[str], Any]:
        kind = self.view.kinds.get(item.path, "")
        return {"name": name, "path": item.path, "detail": item.detail, "file": kind}.get

    def _stands(self, path: str, place: str, detail: str = "") -> bool:
        """Whether evidence stands in a file of CI or of hooks, or in what these run, or outside of both."""
        if place == "anywhere":
            return True
        kind = self.view.kinds.get(path, "")
        in_ci = kind in CI_KINDS or kind == "github-action" or "runs:" in detail or "runs in CI" in detail
        if place == "ci":
            return in_ci
        in_hook = kind in HOOK_KINDS or HOOK_RUNS in detail
        return in_hook if place == "hook" else not (in_ci or in_hook)

    def _command(self, prefixes: list[str], condition: Any) -> Outcome:
        place, where = condition.get("in", "ci"), condition.get("where")
        best: list[Command] = []
        roles = _ROLES[condition["roles"]] if "roles" in condition else None
        for command in self._commands(place, tuple(prefixes)):
            if roles and self.view.roles.get(command.hit.path) not in roles:
                continue
            if not where or self._holds(where, self._of_command(command)):
                best.append(command)
        if len(best) < condition.get("at-least", 1):
            return NOTHING
        best.sort(key=lambda command: -command.rung)
        rung = condition.get("rung") or best[0].rung
        reason = _filled(condition.get("reason"), self._of_command(best[0]))
        return Outcome(1.0, tuple(command.evidence() for command in best[:_SHOWN]), rung, reason)

    def _commands(self, place: str, patterns: tuple[str, ...]) -> Iterator[Command]:
        for command in all_commands(self.view):
            if place == "anywhere" or command.where == place or (place == "outside" and command.where not in PLACES):
                if _line_matches(command.words, patterns):
                    yield command

    def _of_command(self, command: Command) -> Callable[[str], Any]:
        def value(key: str) -> Any:
            if key in ("name", "line"):
                return command.shown if key == "name" else command.line
            return command.soft if key == "soft" else self._of_hit(command.hit)(key)

        return value

    def _fact(self, kind: str, patterns: list[str], condition: Any) -> Outcome:
        roles = _ROLES[condition.get("roles", "own")]
        rung = _RUNG_OF_FACT.get(kind, 2)
        return self._hits(self._named(kind, patterns, condition.get("where") or {}, roles), condition, rung)

    def _named(self, kind: str, patterns: list[str], where: dict[str, Any], roles: frozenset[str]) -> Iterator[Hit]:
        globs = tuple(pattern for pattern in patterns if not _is_regex(pattern))
        needed = next((keys.split("|") for keys, wanted in where.items() if _needs_key(kind, keys, wanted)), None)
        if needed and globs in ((), ("*",)):
            names = [_pattern(pattern) for pattern in patterns]
            for hit in self.view.keyed(kind, needed, roles):
                if any(name(hit.fact.name) for name in names):
                    yield hit
            return
        if globs == ("*",):
            yield from self.view.hits(kind, roles=roles)
        elif globs:
            yield from self.view.hits(kind, *globs, roles=roles)
        search = self.view.search_last if kind == "def" else self.view.search
        for pattern in patterns:
            if _is_regex(pattern):
                yield from search(kind, f"(?i){pattern[1:-1]}", roles)

    def _hits(self, some: Iterable[Hit], condition: Any, rung: int) -> Outcome:
        where, place = condition.get("where"), condition.get("in", "anywhere")
        near = self._near(condition["within"]) if "within" in condition else None
        least = condition.get("at-least", 1)
        hits: list[Hit] = []
        for hit in some:
            if (near is None or hit.path in near) and self._stands(hit.path, place):
                if not where or self._holds(where, self._of_hit(hit)):
                    hits.append(hit)
                    if len(hits) >= max(least, 5):
                        break
        if len(hits) < least:
            return NOTHING
        first = self._of_hit(hits[0])
        shown = tuple(hit.evidence(_filled(condition.get("detail"), self._of_hit(hit))) for hit in hits[:_SHOWN])
        return Outcome(1.0, shown, condition.get("rung") or rung, _filled(condition.get("reason"), first))

    def _of_hit(self, hit: Hit) -> Callable[[str], Any]:
        def value(key: str) -> Any:
            if key == "name":
                return hit.fact.name
            if key == "last":
                return hit.fact.name.rpartition(".")[2]
            if key == "value":
                return hit.fact.value
            if key == "given":
                return {k: v for k, v in (hit.fact.value or {}).items() if k != "in"}
            if key == "path":
                return hit.path
            if key == "file":
                return self.view.kinds.get(hit.path, "")
            found = hit.fact.value
            for part in key.split(".") if "." in key else (key,):
                found = found.get(part) if isinstance(found, dict) else None
            return found

        return value

    def _holds(self, where: dict[str, Any], value: Callable[[str], Any]) -> bool:
        for keys, wanted in where.items():
            if "|" not in keys:
                if not _matches(value(keys), wanted):
                    return False
            elif not any(_matches(value(key), wanted) for key in keys.split("|")):
                return False
        return True

    def _near(self, code: str) -> set[str]:
        """The files that serving or training reaches, or that hold tests."""
        known = self.view.shared.setdefault("within", {})
        if code not in known:
            concepts = self.concepts
            if code == "serving":
                from mlopslint.predicates.deployment import serving_code

                known[code] = concepts.reach(serving_code(self))
            elif code == "training":
                known[code] = concepts.reach(sorted({*concepts.training_files, *concepts.training_entries}))
            else:
                known[code] = set(concepts.test_files)
        found: set[str] = known[code]
        return found


def _is_regex(pattern: Any) -> bool:
    return isinstance(pattern, str) and len(pattern) > 2 and pattern[0] == pattern[-1] == "/"


def _needs_key(kind: str, keys: str, wanted: Any) -> bool:
    """Whether nothing can hold here but a value with one of these keys: an index finds those, where a search asks all."""
    if wanted in (False, None) or isinstance(wanted, list) or str(wanted).startswith("!"):
        return False
    return kind != "def" and not any("." in key or key in _OF_FILES for key in keys.split("|"))


@lru_cache(maxsize=2048)
def _pattern(text: str) -> Callable[[Any], bool]:
    """What a pattern of a ``where`` asks of a value that is there."""
    if _is_regex(text):
        return lambda value: remembered(text[1:-1], re.I)[str(value)]
    bound = re.fullmatch(r"(>=|<=|>|<) ?(-?\d+(?:\.\d+)?)", text)
    if bound:
        sign, limit = bound.group(1), float(bound.group(2))

        def compared(value: Any) -> bool:
            try:
                number = float(value)
            except (TypeError, ValueError):
                return False
            return {">=": number >= limit, "<=": number <= limit, ">": number > limit, "<": number < limit}[sign]

        return compared
    glob = name_pattern(text)
    return lambda value: glob.match(str(value))


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or wanted is None:
        return bool(value) == bool(wanted)
    if isinstance(wanted, list):
        return any(_matches(value, item) for item in wanted)
    text = str(wanted)
    if text[:1] == "!":
        return not _matches(value, text[1:])
    if isinstance(value, list):
        return any(_matches(item, wanted) for item in value)
    return value is not None and _pattern(text)(value)


@lru_cache(maxsize=512)
def _paths(patterns: tuple[str, ...]) -> str:
    """One regular expression for path patterns."""
    globs = [pattern for pattern in patterns if not _is_regex(pattern)]
    found = [rf"\A(?:{any_path(globs).pattern})"] if globs else []
    found += [f"(?:{pattern[1:-1]})" for pattern in patterns if _is_regex(pattern)]
    return "|".join(found)


@forgettable
@lru_cache(maxsize=32768)
def _line_matches(words: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return any(
        _pattern(pattern)(" ".join(words)) if _is_regex(pattern) else starts_with(words, pattern)
        for pattern in patterns
    )


def _filled(text: str | None, value: Callable[[str], Any]) -> str:
    """A sentence with what its ``{keys}`` stand for."""
    if not text or "{" not in text:
        return text or ""
    return re.sub(r"\{([\w. |-]+)\}", lambda key: _shown(value, key.group(1)), text)


def _shown(value: Callable[[str], Any], keys: str) -> str:
    found = next((item for item in map(value, keys.split("|")) if item is not None), "")
    return str(found)[:100]


def _of_evidence(evidence: tuple[Evidence, ...]) -> Callable[[str], Any]:
    first = evidence[0] if evidence else Evidence("")
    return {"path": first.path, "name": first.detail, "detail": first.detail}.get


def asked(condition: Any) -> str:
    """A condition without parts, in the words of the vocabulary."""
    head = next(key for key in condition if key not in MODIFIERS)
    extra = ""
    for key, value in condition.items():
        if key == "where":
            extra += ", where " + " and ".join(f"{name} is {_told(wanted)}" for name, wanted in value.items())
        elif key not in (head, "reason", "detail", "confidence"):
            extra += f", {key} {value}"
    return f"{head}: {', '.join(_listed(condition[head]))}{extra}"


def _told(wanted: Any) -> str:
    if isinstance(wanted, list):
        return " or ".join(map(_told, wanted))
    if isinstance(wanted, bool) or wanted == "*":
        return "there" if wanted else "not there"
    return f"not {wanted[1:]}" if str(wanted)[:1] == "!" else str(wanted)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


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


def _agreeing(reason: str, plural: re.Pattern[str]) -> str:
    """The sentence with its verb in the plural where it begins with a name such as ``SageMaker endpoints``."""
    start = plural.match(reason)
    if start is None:
        return reason
    verb = start.group(2)
    many = {"is": "are", "has": "have"}.get(verb) or re.sub(r"(?<=ch|sh|ss)es$|s$", "", verb)
    return f"{start.group(1)} {many}{reason[start.end() :]}"


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
            reason=_agreeing(reason, judge_.plural),
            evidence=tuple(dict.fromkeys(outcome.evidence))[:8],
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
