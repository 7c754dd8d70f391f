"""Facts -> findings: raw lint facts and project rules, then selection, inline ignores, confidence and fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec.structs import replace

from mlopslint.asked import Asked, asked
from mlopslint.config import Config
from mlopslint.digest import digest
from mlopslint.globs import any_path
from mlopslint.lint import engine
from mlopslint.lint.base import Problem, Rule
from mlopslint.records import Fact, Finding, FindingEdit, FindingStep
from mlopslint.view import View

#: Roles of files whose code is not the project's own to mend.
SILENT = frozenset({"vendored", "generated", "fixture"})
_SURE = {"low": 0, "medium": 1, "high": 2}
UNUSED = "LNT101"


class Findings(NamedTuple):
    """The findings that are shown, in the order of path and place, and how many inline ignores hide."""

    shown: tuple[Finding, ...]
    suppressed: int


class _Ignore:
    """One inline ignore and whether it has hidden anything."""

    __slots__ = ("alone", "cell", "codes", "file", "line", "used")

    def __init__(self, fact: Fact) -> None:
        self.line = fact.line
        self.cell = fact.cell
        self.file = fact.name == "ignore-file"
        self.codes, _, self.alone = fact.value
        self.used = False

    def hides(self, fact: Fact) -> bool:
        """Whether it covers this lint fact: the file, the lines of the finding, the line below, or the whole cell."""
        code = fact.name
        if self.codes and not any(code == wanted or (wanted and code.startswith(wanted)) for wanted in self.codes):
            return False
        if self.file:
            return True
        if self.cell != fact.cell:
            return False
        if self.alone:
            return bool(self.cell) or fact.line == self.line + 1
        end: int = fact.value[1]
        return fact.line <= self.line <= max(end, fact.line)


def find(
    view: View,
    config: Config,
    *,
    only: Callable[[str], bool] | None = None,
    project: Iterable[tuple[str, Fact]] | None = None,
    versions: Asked | None = None,
) -> Findings:
    """All findings of a view (of the files that ``only`` admits) that the configuration wants to see.

    ``project`` are the facts of the project rules, and ``versions`` what its manifests ask for, where they are known already.
    """
    by_path: dict[str, list[Fact]] = {}
    ignores: dict[str, list[_Ignore]] = {}
    for path, facts in view.gathered.facts.items():
        if path not in view.entries or view.roles[path] in SILENT or (only and not only(path)):
            continue
        if "lint" in facts:
            by_path[path] = list(facts["lint"])
        if "suppress" in facts:
            ignores[path] = [_Ignore(fact) for fact in facts["suppress"]]
    for path, fact in project_facts(view, config) if project is None else project:
        if path in view.entries and view.roles[path] not in SILENT and (not only or only(path)):
            by_path.setdefault(path, []).append(fact)
    versions = asked(view) if versions is None else versions
    per_path = [(any_path([glob]), codes) for glob, codes in config.per_path_ignore.items()]
    shown: list[Finding] = []
    suppressed = 0
    for path in sorted({*by_path, *ignores}):
        off = tuple(code for pattern, codes in per_path if pattern.match(path) for code in codes)
        wanted = [
            fact
            for fact in by_path.get(path, ())
            if _wanted(fact, view.roles[path], config, off) and _gated(fact, path, versions) is not None
        ]
        kept = []
        for fact in wanted:
            hiding = [item for item in ignores.get(path, ()) if item.hides(fact)]
            for item in hiding:
                item.used = True
            if hiding:
                suppressed += 1
            else:
                kept.append(fact)
        kept += _unused(ignores.get(path, ()), config, off)
        shown += _findings(path, kept, versions)
    return Findings(tuple(shown), suppressed)


def project_facts(view: View, config: Config, codes: frozenset[str] | None = None) -> Iterable[tuple[str, Fact]]:
    """What the wanted project rules (or those of them with these codes) find, as facts beside those of the files."""
    for rule in engine.project_rules(view.holds):
        if not config.wants(rule.code, rule.default) or (codes is not None and rule.code not in codes):
            continue
        for path, problem in rule.check(view):
            yield path, engine.fact(rule.code, problem, ())


def _wanted(fact: Fact, role: str, config: Config, off: tuple[str, ...]) -> bool:
    rule = engine.rule(fact.name)
    if rule is None or not config.wants(rule.code, rule.default) or (role == "test" and not rule.in_tests):
        return False
    if _SURE[fact.value[5] or rule.confidence] < _SURE[config.confidence]:
        return False
    return not any(rule.code.startswith(prefix) for prefix in off)


def _gated(fact: Fact, path: str, versions: Asked) -> str | None:
    """The severity that the project's versions give to a finding ("" for the rule's own); None where they do without it."""
    data = fact.value[8] if len(fact.value) > 8 else ()
    if not data:
        return ""
    if data[0] == "own":
        return None if all(map(versions.is_own, data[1:])) else ""
    from mlopslint.lint.deprecations import verdict

    return verdict(data, versions.at(path)) or None


def _suited(fact: Fact, path: str, versions: Asked) -> Fact:
    """The fact without its fix where that needs a newer version than the project allows, and without the project's own packages."""
    data = fact.value[8]
    if not data:
        return fact
    if data[0] == "own":
        others = [name for name in data[1:] if not versions.is_own(name)]
        if len(others) == len(data) - 1:
            return fact
        from mlopslint.lint.ver108_unpinned_install import message

        return replace(fact, value=[*fact.value[:3], message(others), *fact.value[4:]])
    if not fact.value[4]:
        return fact
    from mlopslint.lint.deprecations import replaced

    if replaced(data, versions.at(path)):
        return fact
    return replace(fact, value=[*fact.value[:4], None, *fact.value[5:]])


def _unused(ignores: Iterable[_Ignore], config: Config, off: tuple[str, ...]) -> list[Fact]:
    if not config.wants(UNUSED, True) or any(UNUSED.startswith(prefix) for prefix in off):
        return []
    found = []
    for item in ignores:
        if item.used:
            continue
        codes = ", ".join(item.codes) or "all rules"
        problem = Problem((item.line, 1, item.line, 1), f"this ignore of {codes} hides nothing; remove it", item.cell)
        found.append(engine.fact(UNUSED, problem, ()))
    return found


def _findings(path: str, facts: list[Fact], versions: Asked) -> list[Finding]:
    """Facts of one file as findings in order, each with a fingerprint that survives moved lines."""
    seen: dict[str, int] = {}
    found = []
    for fact in sorted(facts, key=lambda f: (f.cell, f.line, f.value[0], f.name, f.value[3])):
        rule = engine.rule(fact.name)
        if rule is None:
            continue
        base = f"{fact.name}\0{path}\0{fact.value[7]}"
        seen[base] = seen.get(base, 0) + 1
        mark = digest("sha256", f"{base}\0{seen[base]}".encode("utf-8", "backslashreplace"))[:24]
        severity = _gated(fact, path, versions) or rule.severity
        found.append(finding(path, _suited(fact, path, versions), rule, mark, severity))
    return found


def finding(path: str, fact: Fact, rule: Rule, fingerprint: str, severity: str) -> Finding:
    """One lint fact as the record that reports show."""
    column, end_line, end_column, message, fix, confidence, steps, *_ = fact.value
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=severity,  # type: ignore[arg-type]
        path=path,
        line=max(fact.line, 1),
        column=column,
        end_line=end_line,
        end_column=end_column,
        cell=fact.cell or None,
        message=message,
        fix=fix[0] if fix else None,
        fingerprint=fingerprint,
        confidence=confidence or rule.confidence,
        fix_safety=fix[1] if fix else "",
        edits=tuple(FindingEdit(tuple(region), op, tuple(args)) for region, op, args in fix[2]) if fix else (),
        steps=tuple(FindingStep(line, cell or None, text) for line, cell, text in steps),
    )
