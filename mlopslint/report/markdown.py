"""Markdown for a pull-request comment or a job summary: verdict, ladder, next steps, all practices; under 60 kB."""

from __future__ import annotations

import re

from mlopslint.patterns import late
from mlopslint.records import Report, Step, Verdict
from mlopslint.report import issues, view, words
from mlopslint.report.text import flat, visible

#: A pull-request comment may hold 65,536 characters.
LIMIT = 60_000
#: A job summary may hold 1,048,576 bytes.
FULL = 900_000

_MARKUP = {ord(c): f"&#{ord(c)};" for c in "`|\\*_[]~"}
_ESCAPED = late(r"[`\\*\[\]~]|(?<!\w)_|_(?!\w)")
_SPACE = "\u200b"


def text(content: str, limit: int = 300) -> str:
    """Repository text that stays text: one line, no markup, no link, no mention of a person or an issue."""
    line = _ESCAPED.sub(lambda match: "\\" + match.group(), plain(content, limit)).replace("|", "&#124;")
    return re.sub(r"^(?=[-+=#])|(?<=^\d)(?=[.)](\s|$))", lambda _: "\\", line)


def plain(content: str, limit: int = 300) -> str:
    """The same for places where HTML counts and Markdown does not."""
    # forges look for these in the rendered text: only a character in between keeps them apart
    line = re.sub(r"@(?=\w)|#(?=\d)", lambda match: match.group() + _SPACE, flat(content, limit))
    return _entities(line.replace("://", f":{_SPACE}//").replace("www.", f"www{_SPACE}."))


def _entities(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(content: str, limit: int = 200) -> str:
    """Repository text as code, in a table as well."""
    line = flat(content, limit)
    if any(c in line for c in "`<>|&"):
        return f"<code>{_entities(line).translate(_MARKUP)}</code>"
    return f"`{line}`" if line else ""


def prose(content: str) -> str:
    """Text of a rule, which may hold `code`; outside of it nothing is markup."""
    parts = flat(content, 1500).split("`")
    if len(parts) % 2 == 0:
        return text(content, 1500)
    marked = [code(part, 0) if at % 2 else _within(part) for at, part in enumerate(parts)]
    return "".join(marked)


def _within(part: str) -> str:
    """A piece of a sentence: its outer spaces count."""
    inner = text(part, 0)
    return " " * part.startswith(" ") + inner + " " * (part.endswith(" ") and bool(inner)) if inner else part


def render(report: Report, full: bool = False) -> str:
    """The report as GitHub-flavoured Markdown; sections that do not fit are left out and named.

    A comment holds 60,000 characters; the ``full`` report is for a file or a job summary (under 900,000) and has all the
    evidence, what to do about each practice, all findings and the items of every model.
    """
    limit = FULL if full else LIMIT
    foot = _foot(report)
    sections = [
        ("what moved", delta(report, full)),
        ("next steps", steps(report.assessment.roadmap[: None if full else 5])),
        ("trend", trend(report)),
        ("findings in code", _findings(report, 1000 if full else 20)),
    ]
    sections += [
        (f"{code_} {name}", category(code_, name, mine, full)) for code_, name, mine in words.by_category(report)
    ]
    sections += [
        ("waivers and attestations", _register(report)),
        ("what the profile leaves out", _profile(report)),
        ("other models", _models(report, full)),
        ("manual checks", _by_hand(report) if full else ""),
        ("projects", _projects(report)),
        ("files not analysed in full", _errors(report)),
    ]
    out = _head(report)
    left = []
    for name, section in sections:
        if len(out) + len(section) + len(foot) + 2000 > limit:
            left.append(name)
        else:
            out += section
    if left:
        named = ", ".join(text(name, 60) for name in left[:16]) + (" and others" if len(left) > 16 else "")
        holds = "a job summary holds a mebibyte" if full else "a comment holds 60,000 characters"
        out += f"\n> **Left out, for {holds}:** {named}. The HTML report has everything.\n"
    return out + foot


def _head(report: Report) -> str:
    assessment = report.assessment
    title = f"level {assessment.level} of {view.top(report)}, {text(assessment.level_name, 60)}"
    by = ""
    if report.delta and report.delta.before.rubric == report.delta.after.rubric:
        was = report.delta.before
        if assessment.score is not None and was.score is not None:
            by = f" ({words.signed(assessment.score - was.score)} since {text((was.revision or 'the earlier assessment')[:10])})"
    out = ["<!-- mlopslint -->", f"## MLOps maturity: {title}, score {words.number(assessment.score)}{by}", ""]
    out += [" ".join(text(sentence, 600) for sentence in words.narrative(report)), ""]
    profile = words.told_profile(assessment)
    if profile:
        out += [text(profile, 600), ""]
    if assessment.score_without_waivers != assessment.score:
        out += [f"Score without waivers: {words.number(assessment.score_without_waivers)}.", ""]
    if assessment.target:
        by = f" by {text(assessment.target.by, 20)}" if assessment.target.by else ""
        out += [
            f"Target: level {assessment.target.level}{by}, {'reached' if assessment.target.met else 'not reached'}.",
            "",
        ]
    if report.gates:
        missed = [item for item in report.gates if not item.met]
        out += [f"**Gate: {'✗ not met' if missed else '✓ met'}.** " + "; ".join(text(item.told) for item in missed), ""]
    out += ["| Level | Name | Earned | Met | Missing |", "|---|---|---|---|---|"]
    for level in view.ladder(report)[:12]:
        chips = [f"**{text(chip.code, 24)}**" if chip.blocks else text(chip.code, 24) for chip in level.chips]
        missing = ", ".join(chips[:12]) + (f" and {len(chips) - 12} more" if len(chips) > 12 else "")
        met = "✓ yes" if level.met else "✗ no"
        out.append(f"| {level.level} | {text(level.name, 60)} | {level.share or '–'} | {met} | {missing} |")
    out += ["", "| Category | Score | In place | Half | Missing |", "|---|--:|--:|--:|--:|"]
    for item in report.assessment.categories[:40]:
        name = text(f"{item.code} {item.name}", 80)
        out.append(f"| {name} | {words.number(item.score)} | {item.passed} | {item.partial} | {item.failed} |")
    out.append("")
    out += [f"> {text(notice)}\n" for notice in report.notices[:10]]
    return "\n".join(out) + "\n"


def _foot(report: Report) -> str:
    assessment = report.assessment
    commit = (report.repository.revision or "none")[:10]
    state = " with uncommitted changes" if report.repository.dirty else ""
    assessed = words.number(assessment.assessed)
    return (
        f"\n<sub>mlopslint {text(report.tool.version, 30)}, rubric {text(assessment.rubric, 30)}, model"
        f" {text(assessment.model, 60)}, commit {text(commit)}{state}, {assessed} % assessed. Score: weight earned of"
        " weight possible; in place 1, half 0.5, missing 0; what does not apply or cannot be seen is left out.</sub>\n"
    )


def _folded(summary: str, lines: list[str]) -> str:
    return "\n".join([f"<details><summary>{summary}</summary>", "", *lines, "", "</details>", ""]) + "\n"


def delta(report: Report, full: bool) -> str:
    """What the change under review improves or breaks; in a comment the first thirty."""
    if report.delta is None:
        return ""
    out = ["### What moved", "", f"{text(words.moved(report.delta), 400)}.", ""]
    most = 1000 if full else 30
    for move in view.moves(report.delta):
        rows = ["| Points | Practice | | Why |", "|--:|---|---|---|"]
        for change in move.changes[:most]:
            cause = "" if change.cause == "code" else f" ({change.cause})"
            commit = f" {code(change.commit.revision[:10])} {text(change.commit.subject, 80)}" if change.commit else ""
            rows.append(
                f"| {words.signed(change.points)} | {text(change.code, 24)} {text(change.title, 120)} | "
                f"{words.passage(change)}{cause} | {text(change.reason, 240)}{commit} |"
            )
        if len(move.changes) > most:
            rows.append(f"| | and {len(move.changes) - most} more | | |")
        if abs(move.changes[0].points) >= 0.005:
            out += [f"**{move.title}**", "", *rows, ""]
        else:
            out.append(_folded(f"{move.title}: {len(move.changes)}", rows))
    if not report.delta.changes:
        out += ["No practice reads otherwise.", ""]
    new, gone = report.delta.findings_new, report.delta.findings_gone
    if new or gone:
        out += [f"Findings in code: {len(new)} new, {len(gone)} gone.", ""]
        out += [
            f"- **{item.code}** {code(issues.place(item))}: {text(item.message)}"
            for item in issues.by_severity(new)[:10]
        ]
        out += [""] if new else []
    return "\n".join(out) + "\n"


def trend(report: Report) -> str:
    """Earlier moments as a table."""
    if not report.trend:
        return ""
    rows = ["| Date | Commit | Score | Level | Rubric |", "|---|---|--:|--:|---|"]
    for point in report.trend:
        at = point.at
        rows.append(
            f"| {point.date} | {code((at.revision or '')[:10])} | {words.number(at.score)} | {at.level} | {text(at.rubric, 30)} |"
        )
    return "\n".join(["### Trend", "", *rows, ""]) + "\n"


def steps(road: tuple[Step, ...]) -> str:
    """The next steps, each with how to take it."""
    if not road:
        return ""
    out = ["### Next steps", ""]
    for place, step in enumerate(road, 1):
        out.append(
            f"{place}. **{text(step.code, 24)} {text(step.title, 120)}** ({view.effect(step)}): {text(step.reason)}"
        )
        if step.owners:
            out += [f"   Owners: {', '.join(code(name, 60) for name in step.owners[:6])}", ""]
        out += ["   <details><summary>How</summary>", "", f"   {prose(step.remediation)}", ""]
        if step.snippet:
            lines = visible(step.snippet.code[:4000]).rstrip().split("\n")
            runs = re.findall("`{3,}", step.snippet.code)
            fence = "`" * max([3, *(len(run) + 1 for run in runs)])
            language = re.sub(r"[^\w+-]", "", step.snippet.language)[:20]
            if step.snippet.file:
                out += [f"   {code(step.snippet.file)}", ""]
            out += [f"   {fence}{language}", *(f"   {line}".rstrip() for line in lines), f"   {fence}", ""]
        out += ["   </details>", ""]
    return "\n".join(out) + "\n"


def category(code_: str, name: str, verdicts: list[Verdict], full: bool) -> str:
    """The practices of one category, folded; in full with all their evidence and what to do."""
    rows = ["| | Practice | Why | Evidence |", "|---|---|---|---|"]
    for v in verdicts:
        evidence = "<br>".join(code(words.place(item), 160) for item in v.evidence[: None if full else 2])
        status = f"{words.ICONS[v.status]} {words.WORDS[v.status]}"
        title = text(f"{v.code} {v.title}", 140) + (" (for other models)" if v.level is None else "")
        reason = text(v.reason, 240)
        if full and v.status in ("fail", "partial"):
            reason += f"<br>{prose(v.remediation)}"
        rows.append(f"| {status} | {title} | {reason} | {evidence} |")
    return _folded(f"<b>{plain(code_, 24)} {plain(name, 80)}</b>: {view.told(verdicts)}", rows)


def _register(report: Report) -> str:
    register = view.register(report)
    if not register:
        return ""
    rows = ["| Practice | Now | Otherwise | Because |", "|---|---|---|---|"]
    for v in register[:60]:
        was = words.WORDS[v.underlying] if v.underlying else "–"
        rows.append(f"| {text(v.code, 24)} {text(v.title, 120)} | {words.WORDS[v.status]} | {was} | {text(v.note)} |")
    return _folded(f"<b>Waivers and attestations</b>: {len(register)}", rows)


def _profile(report: Report) -> str:
    reading = report.assessment.profile
    if not reading or not reading.left_out:
        return ""
    rows = ["| Practice | Otherwise | Why it is left out |", "|---|---|---|"]
    for item in reading.left_out:
        rows.append(
            f"| {text(item.code, 24)} {text(item.title, 120)} | {words.WORDS[item.status]} | {text(item.why)} |"
        )
    return _folded(f"<b>Left out by the profile {plain(reading.name, 40)}</b>: {len(reading.left_out)}", rows)


def _models(report: Report, full: bool) -> str:
    rows = [f"- {text(row.model.title, 120)}: {text(row.summary)}" for row in view.models(report)[:20]]
    for row in view.models(report) if full else ():
        for theme in row.themes:
            rows += ["", f"**{text(row.model.title, 120)}: {text(theme.name, 120)}** ({text(theme.total)})", ""]
            rows += ["| | Item | Answered by |", "|---|---|---|"]
            for item in theme.items:
                sign, word = view.credit(item)
                rows.append(f"| {sign} {word} | {text(f'{item.id} {item.text}')} | {', '.join(item.practices)} |")
    return _folded("<b>Other models</b>", rows) if rows else ""


def _by_hand(report: Report) -> str:
    rows = []
    for title, items in view.by_hand(report):
        rows += ["", f"**{text(title, 120)}**", "", *(f"- {text(f'{item.id} {item.text}')}" for item in items)]
    return _folded("<b>Manual checks</b>: what the published models ask for and no file shows", rows) if rows else ""


def _projects(report: Report) -> str:
    if not report.projects:
        return ""
    rows = ["| Project | Level | Score |", "|---|---|--:|"]
    for project in report.projects[:100]:
        inner = project.assessment
        rows.append(
            f"| {code(project.path)} | {inner.level} {text(inner.level_name, 60)} | {words.number(inner.score)} |"
        )
    if len(report.projects) > 100:
        rows.append(f"| and {len(report.projects) - 100} more | | |")
    return _folded(f"<b>Projects</b>: {len(report.projects)}", rows)


def _findings(report: Report, most: int) -> str:
    if not report.findings:
        return ""
    worst = issues.by_severity(report.findings)[:most]
    rows = [f"- **{item.code}** {code(issues.place(item))}: {text(item.message)}" for item in worst]
    if len(report.findings) > most:
        rows.append(f"- and {len(report.findings) - most} more")
    return _folded(f"<b>Findings in code</b>: {issues.told(report)}", rows)


def _errors(report: Report) -> str:
    if not report.errors:
        return ""
    rows = [f"- {code(error.path)}: {text(error.reason)}" for error in report.errors[:50]]
    if len(report.errors) > 50:
        rows.append(f"- and {len(report.errors) - 50} more")
    return _folded(f"<b>Files not analysed in full</b>: {len(report.errors)}", rows)
