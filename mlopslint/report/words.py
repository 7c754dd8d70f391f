"""What the renderers share: words for statuses, rows for tables, links to evidence. No format knows another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlopslint.records import RUNGS, Assessment, Change, Delta, Evidence, LevelResult, ProfileReading, Report, Verdict

WORDS = {
    "pass": "in place",
    "partial": "half",
    "fail": "missing",
    "n/a": "n/a",
    "unknown": "unknown",
    "attested": "attested",
    "waived": "waived",
}
ICONS = {"pass": "✓", "partial": "◐", "fail": "✗", "n/a": "–", "unknown": "?", "attested": "✎", "waived": "⊘"}
ORDER = ("fail", "partial", "waived", "unknown", "attested", "pass", "n/a")
EFFORTS = {"S": "small", "M": "medium", "L": "large"}

#: forge -> the tail of a permanent link to a file, and of one to a line in it
_FORGES = {
    "github.com": ("/blob/{rev}/{path}", "#L{line}"),
    "gitlab.com": ("/-/blob/{rev}/{path}", "#L{line}"),
    "codeberg.org": ("/src/commit/{rev}/{path}", "#L{line}"),
    "bitbucket.org": ("/src/{rev}/{path}", "#lines-{line}"),
}


def number(value: float | None) -> str:
    """A score as people write it; a dash where there is none."""
    return "–" if value is None else f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"


def signed(points: float) -> str:
    """Points gained or lost, with their sign; a plain 0 for next to nothing."""
    return "0" if abs(points) < 0.05 else f"{points:+.1f}".replace("-", "\u2212")


def place(evidence: Evidence) -> str:
    """``path:line``, in a notebook ``path cell 3 line 2``."""
    if evidence.cell:
        return f"{evidence.path} cell {evidence.cell}" + (f" line {evidence.line}" if evidence.line else "")
    return f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path


def link(report: Report, evidence: Evidence) -> str:
    """A permanent link to the evidence at the assessed commit, "" where no known forge holds it."""
    remote, revision = report.repository.remote, report.repository.revision
    if not remote or not revision or report.repository.dirty or not re.fullmatch(r"[0-9a-f]{40,64}", revision):
        return ""
    bare = remote.rstrip("/").removesuffix(".git")
    match = re.fullmatch(r"(?:https://|ssh://git@|git@)([\w.-]+)[/:]([\w.~-]+(?:/[\w.~-]+)+)", bare)
    if not match or match.group(1) not in _FORGES:
        return ""
    from urllib.parse import quote

    file, anchor = _FORGES[match.group(1)]
    path = quote(evidence.path.encode("utf-8", "replace"))
    address = f"https://{match.group(1)}/{match.group(2)}" + file.format(rev=revision, path=path)
    # a line within a notebook's cell is no line of the file
    return address + anchor.format(line=evidence.line) if evidence.line and not evidence.cell else address


_BARS = "▁▂▃▄▅▆▇█"


def spark(scores: Sequence[float | None]) -> str:
    """Scores from 0 to 100 as bars of text; a space where there is none."""
    return "".join(" " if s is None else _BARS[min(int(s / 100 * len(_BARS)), len(_BARS) - 1)] for s in scores)


def title(report: Report) -> str:
    """Name, short commit, branch and state of what was assessed."""
    repository = report.repository
    parts = [repository.name]
    if repository.revision:
        parts.append("@ " + repository.revision[:10])
    detail = [part for part in (repository.branch, "uncommitted changes" if repository.dirty else "") if part]
    return " ".join(parts) + (f" ({', '.join(detail)})" if detail else "")


def moved(delta: Delta) -> str:
    """``Since 1a2b3c4d5e (2026-06-30): score 41.2 → 44 (+2.8), level 0 → 1``; says so where the rubrics differ."""
    before, after = delta.before, delta.after
    since = (before.revision or "the earlier assessment")[:10]
    day = f" ({before.committed_at[:10]})" if before.committed_at else ""
    told = f"Since {since}{day}: score {number(before.score)} → {number(after.score)}"
    if before.score is not None and after.score is not None:
        told += f" ({after.score - before.score:+.1f})"
    told += (
        f", level {before.level} → {after.level}" if before.level != after.level else f", level {after.level} as before"
    )
    if before.rubric != after.rubric:
        told += f"; rubric {before.rubric} → {after.rubric}"
    return told


def passage(change: Change) -> str:
    """``missing → in place``; what was not asked for before or is not any more is said so."""
    before, after = (WORDS[status] if status else "not asked for" for status in (change.before, change.after))
    return f"{before}, with another weight" if before == after else f"{before} → {after}"


def next_level(assessment: Assessment) -> LevelResult | None:
    """The first level that is not met."""
    return next((level for level in assessment.levels if not level.met), None)


def scale(assessment: Assessment) -> int:
    """What a score is out of: 100, or where the lowest section counts, the items that it could have."""
    chosen = next((model for model in assessment.models if model.name == assessment.model), None)
    if chosen is None or chosen.kind != "sections" or chosen.score != assessment.score:
        return 100
    return min((sum(item.group == name for item in chosen.items) for name in chosen.sections), default=0) or 100


def share(assessment: Assessment) -> float | None:
    """The score as a share of what it is out of, times 100."""
    return None if assessment.score is None else 100 * assessment.score / scale(assessment)


def narrative(report: Report) -> list[str]:
    """The verdict in a few sentences, the same for the same result."""
    assessment = report.assessment
    top = max((level.level for level in assessment.levels), default=assessment.level)
    standing = f"level {assessment.level} of {top} ({assessment.level_name})"
    score = (
        "no score, as nothing applies"
        if assessment.score is None
        else f"a score of {number(assessment.score)} of {scale(assessment)}"
    )
    sentences = [f"{report.repository.name} is at {standing} with {score}."]
    following = next_level(assessment)
    if following:
        need = f"Level {following.level} ({following.name}) "
        if following.blockers:
            names = {v.code: f"{v.code} {v.title}" for v in assessment.practices}
            need += f"is held up by {_listing([names.get(code, code) for code in following.blockers[:4]])}."
        else:
            need += f"asks for 75 % of its weight; {number(following.score)} % is earned."
        sentences.append(need)
    rated = [category for category in assessment.categories if category.score is not None and category.weight >= 3]
    if len(rated) > 1:
        best = max(rated, key=lambda c: (c.score or 0.0, c.code))
        worst = min(rated, key=lambda c: (c.score or 0.0, c.code))
        sentences.append(
            f"Strongest: {best.name} ({number(best.score)}); weakest: {worst.name} ({number(worst.score)})."
        )
    if assessment.roadmap:
        step = assessment.roadmap[0]
        sentences.append(
            f"The next step is {step.code}: {step.title} ({EFFORTS[step.effort]} effort, {step.gain:g} points)."
        )
    return sentences


def by_profile(reading: ProfileReading) -> str:
    """How the repository stands as what it is for, in a sentence or two."""
    if reading.chosen:
        return f"Profile {reading.name}, named by the configuration: {reading.meaning}; {left_out(reading)}."
    return f'{standing(reading)}: {reading.reason}. The setting profile = "{reading.name}" makes that the headline.'


def standing(reading: ProfileReading) -> str:
    """How the repository stands by a profile, in short."""
    if reading.chosen:
        return f"Profile {reading.name}: {left_out(reading)}"
    article = "" if reading.name == "research" else "an " if reading.name[0] in "aeiou" else "a "
    figures = f"score {number(reading.score)}, level {reading.level} of {reading.top}"
    return f"As {article}{reading.name}: {figures}, {left_out(reading)}"


def left_out(reading: ProfileReading) -> str:
    """How many practices a profile does not ask for, in words."""
    count = len(reading.left_out)
    return f"{count} practice{'' if count == 1 else 's'} left out"


def told_profile(assessment: Assessment) -> str:
    """The same; "" where the repository is read as an application anyway."""
    reading = assessment.profile
    return by_profile(reading) if reading and (reading.chosen or reading.left_out) else ""


def _listing(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def by_category(report: Report) -> list[tuple[str, str, list[Verdict]]]:
    """(code, name, verdicts) of each category, what is missing first."""
    found = []
    for category in report.assessment.categories:
        mine = [v for v in report.assessment.practices if v.category == category.code]
        mine.sort(key=lambda v: (ORDER.index(v.status), -v.weight, v.code))
        found.append((category.code, category.name, mine))
    return found


def rung(verdict: Verdict) -> str:
    """The evidence's rung in a word."""
    return RUNGS[verdict.rung]
