"""Markdown for a pull-request comment or a job summary: the verdict, the ladder, next steps, all practices; under 60 kB."""

from __future__ import annotations

import re

from mlopslint.records import Report, Step, Verdict
from mlopslint.report import words

#: A pull-request comment may hold 65,536 characters.
LIMIT = 60_000


def text(content: str) -> str:
    """Repository text that stays text: no markup, no mention, one line."""
    flat = " ".join(content.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    flat = re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", flat)
    return flat.replace("@", "@\u200b").replace("://", ":\u200b//")


def code(content: str) -> str:
    """Repository text as code."""
    flat = " ".join(content.split()).replace("`", "'").replace("|", "¦").replace("<", "&lt;").replace(">", "&gt;") if "<" in content else " ".join(content.split()).replace("`", "'").replace("|", "¦")
    if "&lt;" in flat:
        return f"<code>{flat}</code>"
    return f"`{flat}`"


def render(report: Report) -> str:
    """The report as GitHub-flavoured Markdown; sections that do not fit are left out and counted."""
    assessment = report.assessment
    head = ["<!-- mlopslint -->", f"## MLOps maturity: level {assessment.level}, score {words.number(assessment.score)}", ""]
    head += [text(sentence) for sentence in words.narrative(report)]
    head.append("")
    if assessment.score_without_waivers != assessment.score:
        head += [f"Score without waivers: {words.number(assessment.score_without_waivers)}.", ""]
    head += ["| Level | Name | Earned | Met | Missing |", "|---|---|---|---|---|"]
    for level in assessment.levels:
        missing = ", ".join(level.missing[:12]) + (" …" if len(level.missing) > 12 else "")
        head.append(f"| {level.level} | {text(level.name)} | {words.number(level.score)}{' %' if level.score is not None else ''} | {'✓ yes' if level.met else '✗ no'} | {missing} |")
    head += ["", "| Category | Score | In place | Half | Missing |", "|---|---|---|---|---|"]
    for category in assessment.categories:
        head.append(f"| {category.code} {text(category.name)} | {words.number(category.score)} | {category.passed} | {category.partial} | {category.failed} |")
    head.append("")
    others = [model for model in assessment.models if model.name != assessment.model]
    if others:
        head += ["Other models: " + "; ".join(f"{text(m.title)}: {text(m.reading)}" for m in others) + ".", ""]
    sections = [_steps(assessment.roadmap[:5])]
    sections += [_category(code_, name, verdicts) for code_, name, verdicts in words.by_category(report)]
    if report.errors:
        lines = [f"- {code(error.path)}: {text(error.reason)}" for error in report.errors[:50]]
        sections.append("\n".join(["<details><summary>Files not analysed in full</summary>", "", *lines, "", "</details>", ""]))
    revision = report.repository.revision
    foot = f"\n<sub>mlopslint {report.tool.version}, rubric {assessment.rubric}, commit {(revision or 'none')[:10]}, assessed {assessment.assessed:g} %.</sub>\n"
    out = "\n".join(head)
    left = 0
    for section in sections:
        if len(out) + len(section) + len(foot) + 200 > LIMIT:
            left += 1
            continue
        out += section
    if left:
        out += f"\n*{left} section{'s' if left > 1 else ''} left out: too long for a comment. The HTML report has everything.*\n"
    return out + foot


def _steps(steps: tuple[Step, ...]) -> str:
    if not steps:
        return ""
    out = ["### Next steps", ""]
    for place, step in enumerate(steps, 1):
        blocks = ", blocks the next level" if step.blocks else ""
        out.append(f"{place}. **{step.code} {text(step.title)}** (+{step.gain:g} points, {words.EFFORTS[step.effort]} effort{blocks}): {text(step.reason)}")
        out += ["   <details><summary>How</summary>", "", f"   {text(step.remediation)}", ""]
        if step.snippet:
            fence = "````" if "```" in step.snippet.code else "```"
            out += [f"   {fence}{step.snippet.language}", *("   " + line for line in step.snippet.code.rstrip().split("\n")), f"   {fence}", ""]
        out += ["   </details>", ""]
    return "\n".join(out)


def _category(code_: str, name: str, verdicts: list[Verdict]) -> str:
    counts = {status: sum(v.status == status for v in verdicts) for status in words.ORDER}
    told = ", ".join(f"{count} {words.WORDS[status]}" for status, count in counts.items() if count)
    out = [f"<details><summary><b>{code_} {text(name)}</b>: {told}</summary>", "", "| | Practice | Why | Evidence |", "|---|---|---|---|"]
    for v in verdicts:
        evidence = "<br>".join(code(words.place(item)) for item in v.evidence[:2])
        note = f" ({text(v.note)})" if v.note else ""
        out.append(f"| {words.ICONS[v.status]} {words.WORDS[v.status]} | {v.code} {text(v.title)} | {text(v.reason[:240])}{note} | {evidence} |")
    return "\n".join([*out, "", "</details>", ""])
