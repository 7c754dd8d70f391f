"""Facts -> the whole report: verdicts, assessment, projects of a monorepo, inventory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from mlopslint import maturity, profiles
from mlopslint.config import Config
from mlopslint.filefacts import Gathered
from mlopslint.findings import Findings, find
from mlopslint.gather import Beside
from mlopslint.globs import any_path
from mlopslint.judge import Judge, judge
from mlopslint.outcome import NOTHING
from mlopslint.places import owned, owners
from mlopslint.records import (
    Assessment,
    Inventory,
    Practice,
    ProjectResult,
    Report,
    Statistics,
    Status,
    TechnologyUse,
    Tool,
    Verdict,
)
from mlopslint.rules import Catalogue
from mlopslint.snapshot import Snapshot
from mlopslint.technologies import Technologies
from mlopslint.version import __version__
from mlopslint.view import View

_LANGUAGES = {
    "python": "Python", "notebook": "Jupyter Notebook", "r": "R", "julia": "Julia", "java": "Java", "scala": "Scala", "sql": "SQL",
    "shell": "Shell", "terraform": "Terraform", "dockerfile": "Dockerfile", "yaml": "YAML", "document": "Markdown",
}  # fmt: skip


def assess(
    snapshot: Snapshot,
    gathered: Gathered,
    catalogue: Catalogue,
    config: Config,
    model: str | None,
    today: date,
    *,
    findings: bool = True,
    beside: Beside[Apart] | None = None,
) -> Report:
    """The whole report of one snapshot; without ``findings`` it is about practices alone.

    ``beside``: who may be at work on what ``apart`` does.
    """
    out = _excluded(snapshot, config)
    view = View(snapshot, gathered, excluded=out)
    technologies = Technologies(view, catalogue.technologies)
    judging = Judge(view, technologies)
    mine, others = _divided(catalogue.practices) if beside and beside.line else (catalogue.practices, ())
    root = judge(mine, judging, external=bool(config.external))
    there = beside.answer() if beside else None
    found = there.findings if there else find(view, config) if findings else Findings((), 0)
    more = there.verdicts if there else judge(others, judging, external=bool(config.external))
    root = sorted((*root, *more), key=lambda verdict: verdict.code)
    assessment, notices = _assessed(root, catalogue, config, model, technologies, today, judging)
    assessment = owned(assessment, view, snapshot, catalogue)
    projects = tuple(
        ProjectResult(folder, _project(folder, snapshot, gathered, catalogue, config, model, root, out, today))
        for folder in project_folders(config.projects, snapshot)
    )
    if config.projects and not projects:
        notices.append(f"projects = {list(config.projects)}: no folder matches")
    uses = tuple(sorted(technologies.uses.values(), key=lambda use: (use.kind, use.name)))
    of = owners(view)
    owned_by = {path: of(path) for path in sorted({finding.path for finding in found.shown})} if of else {}
    view.release()
    return Report(
        schema_version="1.0",
        tool=Tool("mlopslint", __version__),
        repository=snapshot.repository,
        inventory=_inventory(snapshot, gathered, uses),
        assessment=assessment,
        findings=found.shown,
        suppressed=found.suppressed,
        errors=tuple(sorted((*snapshot.errors, *gathered.errors))),
        statistics=Statistics(),
        projects=projects,
        notices=(*snapshot.notices, *notices),
        owners={path: people for path, people in owned_by.items() if people},
    )


class Apart(NamedTuple):
    """What is looked for beside the rest."""

    findings: Findings
    verdicts: list[Verdict]


def apart(snapshot: Snapshot, catalogue: Catalogue, config: Config, gathered: Gathered) -> Apart:
    """The findings, and some of the verdicts: about half of the work."""
    view = View(snapshot, gathered, excluded=_excluded(snapshot, config))
    judging = Judge(view, Technologies(view, catalogue.technologies, few=True))
    _, others = _divided(catalogue.practices)
    return Apart(find(view, config), judge(others, judging, external=bool(config.external)))


#: Categories that ask for few technologies and take about as long as the others less the findings.
_APART = frozenset({"STR", "NAM", "TST", "COL"})


def _divided(practices: Iterable[Practice]) -> tuple[list[Practice], list[Practice]]:
    """The practices in two parts, of which neither requires one of the other; the second is for ``apart``."""
    out = {practice.code for practice in practices if practice.category in _APART}
    links = [{practice.code, *practice.requires} for practice in practices]
    while across := [link for link in links if not link.isdisjoint(out) and not link <= out]:
        out.difference_update(*across)
    return [p for p in practices if p.code not in out], [p for p in practices if p.code in out]


def _assessed(
    verdicts: list[Verdict],
    catalogue: Catalogue,
    config: Config,
    model: str | None,
    technologies: Technologies,
    today: date,
    judging: Judge | None = None,
) -> tuple[Assessment, list[str]]:
    """The assessment of these verdicts by the profile that the configuration names; else with the reading of the detected one."""
    profile = None if config.profile == "auto" else catalogue.profile(config.profile)
    registered, notices = maturity.apply_register(
        profiles.leave_out(verdicts, profile) if profile else verdicts, config, today
    )
    made = maturity.assess(registered, catalogue, config, model=model, top=profile.top if profile else None)
    made = _with_snippets(made, catalogue, technologies)
    if profile:
        plain, _ = maturity.apply_register(verdicts, config, today)
        made = replace(made, profile=profiles.reading(profile, NOTHING, plain, catalogue, chosen=True))
    elif judging and (found := profiles.detect(judging, catalogue.profiles)):
        made = replace(made, profile=profiles.reading(*found, registered, catalogue, chosen=False))
    return made, notices


def practice_statuses(
    snapshot: Snapshot, gathered: Gathered, catalogue: Catalogue, config: Config, codes: Iterable[str]
) -> dict[str, Status]:
    """What some practices read, waivers and attestations apart; only they and what they require are judged."""
    practices = {practice.code: practice for practice in catalogue.practices}
    wanted: dict[str, Practice] = {}
    pending = [code for code in codes if code in practices]
    while pending:
        code = pending.pop()
        if code not in wanted:
            wanted[code] = practices[code]
            pending += [other for other in practices[code].requires if other in practices]
    view = View(snapshot, gathered, excluded=_excluded(snapshot, config))
    made = Judge(view, Technologies(view, catalogue.technologies, few=True))
    found = {v.code: v.status for v in judge(wanted.values(), made, external=bool(config.external))}
    view.release()
    return found


def _excluded(snapshot: Snapshot, config: Config) -> list[str]:
    pattern = any_path(config.exclude) if config.exclude else None
    return [entry.path for entry in snapshot.entries if pattern and pattern.match(entry.path)]


def _with_snippets(assessment: Assessment, catalogue: Catalogue, technologies: Technologies) -> Assessment:
    """The roadmap with the snippets that suit the tools this repository uses."""
    names = {name for (_, name), use in technologies.uses.items() if use.rung >= 2}
    own = next((m for m in assessment.models if m.name == "mlopslint"), None)
    level = own.level if own and own.level is not None else assessment.level
    return replace(
        assessment, roadmap=tuple(maturity.roadmap(assessment.practices, catalogue, level=level, technologies=names))
    )


def project_folders(patterns: tuple[str, ...], snapshot: Snapshot) -> list[str]:
    """The folders that the ``projects`` globs name: those that hold at least one file."""
    if not patterns:
        return []
    folders: set[str] = set()
    for entry in snapshot.entries:
        parts = entry.path.split("/")[:-1]
        folders.update("/".join(parts[: i + 1]) for i in range(len(parts)))
    pattern = re.compile("|".join(any_path([p.strip("/") + "/"]).pattern for p in patterns), re.I)
    found = [folder for folder in folders if (match := pattern.match(folder + "/")) and match.end() == len(folder) + 1]
    return sorted(found)


def _project(
    folder: str,
    snapshot: Snapshot,
    gathered: Gathered,
    catalogue: Catalogue,
    config: Config,
    model: str | None,
    root: list[Verdict],
    excluded: list[str],
    today: date,
) -> Assessment:
    """One project of a monorepo: its own folder decides, and what the root gives to all of its projects."""
    head = folder + "/"
    cut = len(head)
    entries = tuple(replace(entry, path=entry.path[cut:]) for entry in snapshot.entries if entry.path.startswith(head))
    inner = Snapshot(entries, snapshot.repository, snapshot.read, snapshot.root, git=snapshot.git, tags=snapshot.tags)
    facts = {path[cut:]: some for path, some in gathered.facts.items() if path.startswith(head)}
    kinds = {path[cut:]: kind for path, kind in gathered.kinds.items() if path.startswith(head)}
    view = View(
        inner,
        Gathered(facts, kinds, (), 0, 0),
        excluded=[path[cut:] for path in excluded if path.startswith(head)],
        folder=folder,
    )
    technologies = Technologies(view, catalogue.technologies)
    own = {
        verdict.code: verdict
        for verdict in judge(catalogue.practices, Judge(view, technologies), external=bool(config.external))
    }
    shared = {verdict.code: verdict for verdict in root}
    order = {"pass": 3, "attested": 3, "partial": 2, "unknown": 1, "fail": 0, "n/a": -1, "waived": 1}
    verdicts = []
    for practice in catalogue.practices:
        mine, above = own[practice.code], shared[practice.code]
        if practice.scope == "repository" and order[above.status] > order[mine.status]:
            verdicts.append(replace(above, reason=f"from the repository's root: {above.reason}"))
            continue
        evidence = tuple(replace(item, path=head + item.path) for item in mine.evidence)
        verdicts.append(replace(mine, evidence=evidence))
    view.release()
    return _assessed(verdicts, catalogue, config, model, technologies, today)[0]


def _inventory(snapshot: Snapshot, gathered: Gathered, uses: tuple[TechnologyUse, ...]) -> Inventory:
    languages: dict[str, int] = {}
    lines = 0
    files = [entry for entry in snapshot.entries if entry.mode == "file"]
    for entry in files:
        name = _LANGUAGES.get(gathered.kinds.get(entry.path, ""))
        if name:
            languages[name] = languages.get(name, 0) + 1
        facts = gathered.facts.get(entry.path)
        lines += sum(int(fact.value.get("lines", 0)) for fact in facts.get("module", ())) if facts else 0
    kinds = [gathered.kinds.get(entry.path) for entry in files]
    return Inventory(
        len(files), kinds.count("python"), kinds.count("notebook"), lines, dict(sorted(languages.items())), uses
    )
