"""Every value that crosses a border between two stages of the program, frozen and typed; nothing else."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Status = Literal["pass", "partial", "fail", "n/a", "unknown", "attested", "waived"]
Confidence = Literal["high", "medium", "low"]

#: What a rung of evidence is called (rung -> name). Source: the evidence ladder in docs/scoring.md.
RUNGS: tuple[str, ...] = ("absent", "declared", "configured", "wired", "enforced", "operated")

#: Credit that a status earns in a score; statuses that are not here leave the denominator.
CREDIT: dict[str, float] = {"pass": 1.0, "attested": 1.0, "partial": 0.5, "fail": 0.0}

#: Findings that are risks whatever the score: credentials, personal data, open endpoints, code that a file or a stranger can run.
RISKS = ("GOV101", "GOV102", "GOV103", "MDL115", "CIC103", "CIC105", "CIC106")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One file of a snapshot: its path (with ``/``), what it is, its git blob id and its size in bytes (-1 unknown)."""

    path: str
    oid: str | None = None
    size: int = -1
    mode: Literal["file", "link", "submodule"] = "file"


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing that one file says: a kind, a name and a value at a line (from 1), and in a notebook at a cell (from 1).

    A fact never holds a path or a setting: it depends on the bytes of its file alone. docs/facts.md lists the kinds.
    """

    kind: str
    name: str
    line: int = 0
    value: Any = None
    cell: int = 0


class Evidence(msgspec.Struct, frozen=True, omit_defaults=False):
    """Where a verdict was seen: a path, a line (and cell) where there is one, and what stands there."""

    path: str
    line: int | None = None
    detail: str = ""
    cell: int | None = None


class Snippet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece to copy, for repositories that use one of the technologies in ``for_`` (empty: for all)."""

    code: str
    for_: tuple[str, ...] = msgspec.field(default=(), name="for")
    file: str = ""
    language: str = ""


class Practice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One rule about the whole repository, as its YAML entry declares it."""

    code: str
    name: str
    title: str
    what: str
    why: str
    remediation: str
    category: str = ""
    level: int | None = None
    weight: int = 1
    effort: Literal["S", "M", "L"] = "M"
    scope: Literal["repository", "project"] = "project"
    external: bool = False
    anchor: tuple[str, ...] = ()
    applies: Any = None
    applies_reason: str = ""
    requires: dict[str, str] = {}
    passes: Any = msgspec.field(default=None, name="pass")
    partial: Any = None
    reasons: dict[str, str] = {}
    snippets: tuple[Snippet, ...] = ()
    references: tuple[str, ...] = ()
    answers: dict[str, tuple[str, ...]] = {}
    source: str = ""


class Technology(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tool and the signs by which a repository shows that it uses it."""

    name: str
    kind: str = ""
    url: str = ""
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()


class TechnologyUse(msgspec.Struct, frozen=True):
    """A technology that the repository uses: how far (rung 1 to 5) and where it was seen."""

    name: str
    kind: str
    rung: int
    evidence: tuple[Evidence, ...]


class Verdict(msgspec.Struct, frozen=True):
    """The answer of one practice for one repository."""

    code: str
    name: str
    title: str
    category: str
    status: Status
    level: int | None
    weight: int
    rung: int
    confidence: Confidence
    reason: str
    evidence: tuple[Evidence, ...]
    remediation: str
    references: tuple[str, ...]
    effort: Literal["S", "M", "L"] = "M"
    underlying: Status | None = None  #: the status before a waiver or an attestation changed it
    note: str = ""  #: the waiver's or attestation's reason, owner and expiry
    expires: str | None = None  #: the day (YYYY-MM-DD) to which the waiver or attestation holds


class LevelResult(msgspec.Struct, frozen=True):
    """One level of a ladder: its share earned (0 to 100), whether it is met, and what it still misses."""

    level: int
    name: str
    score: float | None
    met: bool
    missing: tuple[str, ...]
    blockers: tuple[str, ...] = ()


class CategoryScore(msgspec.Struct, frozen=True):
    """One category: earned over possible weight, times 100 (None when nothing in it applies), and the counts."""

    code: str
    name: str
    score: float | None
    weight: int
    passed: int
    partial: int
    failed: int
    not_applicable: int
    unknown: int = 0
    waived: int = 0


class ItemResult(msgspec.Struct, frozen=True):
    """One item of a published model: the credit it earns (0, 0.5 or 1; None: not seen here) and by which practices."""

    id: str
    text: str
    group: str
    credit: float | None
    practices: tuple[str, ...]
    note: str = ""


class ModelResult(msgspec.Struct, frozen=True):
    """How the verdicts read in one maturity model."""

    name: str
    title: str
    kind: Literal["levels", "sections", "coverage"]
    score: float | None
    level: int | None
    level_name: str
    reading: str
    levels: tuple[LevelResult, ...] = ()
    items: tuple[ItemResult, ...] = ()
    sections: dict[str, float] = {}


class Target(msgspec.Struct, frozen=True):
    """The level that the configuration aims at, with its date, and whether it is reached."""

    level: int
    by: str | None
    met: bool


class Step(msgspec.Struct, frozen=True):
    """One step of the roadmap: the practice, what it gains and costs, and how to take it."""

    code: str
    title: str
    status: Status
    level: int | None
    effort: Literal["S", "M", "L"]
    gain: float
    blocks: bool
    reason: str
    remediation: str
    snippet: Snippet | None = None
    file: str = ""
    owners: tuple[str, ...] = ()  #: whom CODEOWNERS names for the file to change


class LeftOut(msgspec.Struct, frozen=True):
    """A practice that is not asked of a kind of repository: how it reads otherwise, and why it is left out."""

    code: str
    title: str
    status: Status
    why: str


class ProfileReading(msgspec.Struct, frozen=True):
    """What the repository is for, and how it stands by what is asked of its kind.

    A profile that the configuration names (``chosen``) is the headline; one that is detected is a reading beside it.
    """

    name: str
    title: str
    meaning: str
    reason: str  #: what shows that it is of this kind
    chosen: bool
    top: int  #: the highest level that has a meaning for it
    score: float | None
    level: int
    evidence: tuple[Evidence, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Assessment(msgspec.Struct, frozen=True):
    """The verdicts read by the chosen model, and by all others beside it."""

    model: str
    rubric: str
    score: float | None
    score_without_waivers: float | None
    assessed: float
    level: int
    level_name: str
    target: Target | None
    levels: tuple[LevelResult, ...]
    categories: tuple[CategoryScore, ...]
    practices: tuple[Verdict, ...]
    models: tuple[ModelResult, ...]
    roadmap: tuple[Step, ...]
    profile: ProfileReading | None = None


class FindingEdit(msgspec.Struct, frozen=True):
    """One change of a fix: what happens to a region (line, column, end line, end column, from 1, the end exclusive).

    ``lint/base.py`` lists the operations and what their ``args`` mean.
    """

    region: tuple[int, int, int, int]
    op: str
    args: tuple[str, ...] = ()


class FindingStep(msgspec.Struct, frozen=True):
    """One point on the way to a finding, such as where data was fitted, split and evaluated."""

    line: int
    cell: int | None
    text: str


class Finding(msgspec.Struct, frozen=True):
    """A defect at a place. Severity says how bad it would be, confidence how sure the rule is."""

    code: str
    name: str
    severity: Literal["error", "warning", "note"]
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None
    message: str
    fix: str | None
    fingerprint: str
    confidence: Confidence = "high"
    fix_safety: Literal["", "safe", "unsafe"] = ""
    edits: tuple[FindingEdit, ...] = ()
    steps: tuple[FindingStep, ...] = ()


class FileError(msgspec.Struct, frozen=True, order=True):
    """A file (or the repository, path ``.``) that could not be analysed, with the reason in one line."""

    path: str
    reason: str


class Repository(msgspec.Struct, frozen=True):
    """Which repository was read, at which moment. The remote never carries credentials."""

    name: str
    revision: str | None = None
    branch: str | None = None
    dirty: bool = False
    remote: str | None = None
    committed_at: str | None = None


class Inventory(msgspec.Struct, frozen=True):
    """What the repository is made of."""

    files: int
    python_files: int
    notebooks: int
    lines: int
    languages: dict[str, int]
    technologies: tuple[TechnologyUse, ...]


class Tool(msgspec.Struct, frozen=True):
    """The program that made a result."""

    name: str
    version: str


class Statistics(msgspec.Struct, frozen=True):
    """How long a run took (seconds of wall time) and how much of it the cache answered (files)."""

    seconds: float = 0.0
    cache_hits: int = 0
    cache_misses: int = 0


class ProjectResult(msgspec.Struct, frozen=True):
    """One project of a monorepo: its folder and its own assessment."""

    path: str
    assessment: Assessment


class Commit(msgspec.Struct, frozen=True):
    """One commit: its id, its date (ISO 8601) and the first line of its message."""

    revision: str
    committed_at: str
    subject: str


class Change(msgspec.Struct, frozen=True):
    """One practice that reads differently at a later moment, why, and what that moved the score by (in points).

    The cause is ``code`` where the repository itself changed, ``waiver`` where a waiver or an attestation came, went or
    expired, and ``rubric`` where the practice or its weight belongs to one of the two rubrics only.
    """

    code: str
    title: str
    category: str
    level: int | None
    before: Status | None
    after: Status | None
    cause: Literal["code", "waiver", "rubric"]
    points: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    commit: Commit | None = None  #: the one with which the practice came or went; only where asked for


class Moment(msgspec.Struct, frozen=True):
    """What an assessment said at one moment: the commit, and the figures that move."""

    revision: str | None
    committed_at: str | None
    rubric: str
    score: float | None
    score_without_waivers: float | None
    level: int
    level_name: str
    assessed: float
    categories: dict[str, float | None] = {}


class Delta(msgspec.Struct, frozen=True):
    """What moved between an earlier assessment and a later one of the same repository.

    The points of ``changes`` add up to the movement of the score, which ``by_cause`` sums.
    """

    before: Moment
    after: Moment
    changes: tuple[Change, ...]
    by_cause: dict[str, float]
    findings_new: tuple[Finding, ...] = ()
    findings_gone: tuple[Finding, ...] = ()


class TrendPoint(msgspec.Struct, frozen=True):
    """One point of a trend: the date that was asked for (YYYY-MM-DD), what stood there then, and what moved since the point before."""

    date: str
    at: Moment
    changes: tuple[Change, ...] = ()


class Condition(msgspec.Struct, frozen=True):
    """One condition of a gate: what was wanted and got, whether it is met, and a line that says why not."""

    name: str
    wanted: str
    got: str
    met: bool
    told: str = ""


class Gap(msgspec.Struct, frozen=True):
    """A practice that one repository misses, and the points that it would gain there."""

    code: str
    title: str
    category: str
    status: Status
    points: float


class Standing(msgspec.Struct, frozen=True):
    """One repository among many: its figures, what it misses, and what moved since an earlier moment."""

    name: str
    team: str | None = None
    tags: tuple[str, ...] = ()
    criticality: str | None = None
    at: Moment | None = None  #: None where it could not be assessed, for the reason in ``error``
    gaps: tuple[Gap, ...] = ()
    asked: tuple[str, ...] = ()  #: the practices that apply to it and count
    blockers: tuple[str, ...] = ()  #: what holds up its next level
    risks: int = 0  #: findings that are risks whatever the score
    target: Target | None = None
    before: Moment | None = None
    by_cause: dict[str, float] = {}
    error: str | None = None
    detail: str | None = None  #: the file with its whole result, beside the summary


class Portfolio(msgspec.Struct, frozen=True):
    """Many repositories at one moment, and what is to be said about the whole."""

    schema_version: str
    tool: Tool
    title: str
    repositories: tuple[Standing, ...]
    since: str | None = None  #: the day (YYYY-MM-DD) or moment that the movement is counted from
    notices: tuple[str, ...] = ()


class Stretch(msgspec.Struct, frozen=True):
    """A period by its name, its first and last day (YYYY-MM-DD), and the name of the one after it."""

    name: str
    first: str
    last: str
    following: str


class PeriodReport(msgspec.Struct, frozen=True):
    """One repository over one period: its state at the end with the movement since the start (``result.delta``) and earlier
    periods (``result.trend``)."""

    schema_version: str
    period: Stretch
    source: Literal["commits", "store"]
    result: Report
    started: Target | None = None  #: the target as it was set when the period began
    notes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """Everything that one run found; the JSON result is this record."""

    schema_version: str
    tool: Tool
    repository: Repository
    inventory: Inventory
    assessment: Assessment
    findings: tuple[Finding, ...]
    suppressed: int
    errors: tuple[FileError, ...]
    statistics: Statistics
    projects: tuple[ProjectResult, ...] = ()
    notices: tuple[str, ...] = ()
    delta: Delta | None = None  #: since the earlier assessment that this one was asked to be compared with
    trend: tuple[TrendPoint, ...] = ()  #: earlier moments, oldest first; only where asked for
    gates: tuple[Condition, ...] = ()  #: the conditions that this run was held to
    anchors: dict[str, str] = {}  #: practice -> the file at which code review shows its failure; only where asked for
    owners: dict[str, tuple[str, ...]] = {}  #: file with findings -> whom CODEOWNERS names for it


class LintReport(msgspec.Struct, frozen=True):
    """What ``lint`` found in the files that it was given; its JSON has the keys of the whole result that apply."""

    schema_version: str
    tool: Tool
    repository: Repository
    files: int
    findings: tuple[Finding, ...]
    suppressed: int
    errors: tuple[FileError, ...]
    statistics: Statistics
    notices: tuple[str, ...] = ()
    known: int = 0  #: findings that the baseline holds already
