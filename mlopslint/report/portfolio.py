"""Many repositories as one report: heat map, levels, shared gaps, movers, teams, and what could not be assessed."""

from __future__ import annotations

import csv as csv_
import io
from typing import Any, NamedTuple

import msgspec

from mlopslint import portfolio as many
from mlopslint.records import Portfolio, Standing
from mlopslint.report import markdown as md
from mlopslint.report import view, words
from mlopslint.report.pages import embedded, page
from mlopslint.report.text import flat
from mlopslint.rules import load

#: Rows of the shared gaps that are shown; all are in the JSON result.
GAPS = 15


class Row(NamedTuple):
    """One repository in the table."""

    item: Standing
    moved: float | None
    scores: tuple[float | None, ...]  # by category


def json(portfolio: Portfolio) -> str:
    """The whole record."""
    return msgspec.json.format(msgspec.json.encode(portfolio), indent=2).decode() + "\n"


def assessed(portfolio: Portfolio) -> list[Standing]:
    """The repositories that could be assessed, the highest score first."""
    return sorted(
        (item for item in portfolio.repositories if item.at is not None),
        key=lambda item: (-((item.at.score if item.at else None) or 0.0), item.name),
    )


def failures(portfolio: Portfolio) -> list[Standing]:
    """Those that could not be."""
    return [item for item in portfolio.repositories if item.at is None]


def categories(portfolio: Portfolio) -> list[tuple[str, str]]:
    """(Code, name) of the categories in which some repository has a score."""
    held = {code for item in portfolio.repositories if item.at is not None for code in item.at.categories}
    named = {item.code: item.title for item in load().categories}
    ordered = [code for code in named if code in held]
    return [(code, named.get(code, code)) for code in (*ordered, *sorted(held - set(ordered)))]


def table(portfolio: Portfolio) -> list[Row]:
    """The rows of the heat map."""
    codes = [code for code, _ in categories(portfolio)]
    return [
        Row(item, many.movement(item), tuple(item.at.categories.get(code) if item.at else None for code in codes))
        for item in assessed(portfolio)
    ]


def narrative(portfolio: Portfolio) -> list[str]:
    """The whole in a few sentences."""
    good, bad = assessed(portfolio), failures(portfolio)
    out = [
        f"{view.plural(len(good), 'repository', 'repositories')} assessed"
        + (f", {len(bad)} could not be" if bad else "")
        + "."
    ]
    figures = many.spread(many.scores(good))
    if figures is not None:
        out.append(
            f"The median score is {words.number(figures.median)}; half of them lie between {words.number(figures.lower)} and "
            f"{words.number(figures.upper)}, all between {words.number(figures.lowest)} and {words.number(figures.highest)}."
        )
    moved = [change for item in good if (change := many.movement(item)) is not None]
    if moved:
        up, down = sum(change >= 0.5 for change in moved), sum(change <= -0.5 for change in moved)
        out.append(
            f"Since {portfolio.since or 'the earlier results'}: {up} rose, {down} fell, {len(moved) - up - down} stayed."
        )
    new = [item for item in good if item.before is None]
    if moved and new:
        out.append(f"{view.plural(len(new), 'repository is', 'repositories are')} new since then.")
    gaps = many.shared_gaps(good)
    if gaps:
        gap = gaps[0]
        out.append(f"Missing in {gap.share:.0f} % of those to which it applies: {gap.code} {gap.title}.")
    risky = sum(item.risks > 0 for item in good)
    if risky:
        out.append(
            f"{view.plural(risky, 'repository has', 'repositories have')} findings that are risks whatever the score."
        )
    return out


def csv(portfolio: Portfolio) -> str:
    """One row a repository; what begins like a formula stays text in a spreadsheet."""
    codes = [code for code, _ in categories(portfolio)]
    out = io.StringIO()
    rows = csv_.writer(out, lineterminator="\n")
    rows.writerow(
        ["repository", "team", "tags", "criticality", "revision", "committed_at", "rubric", "score", "score_without_waivers", "level",
         "moved", "risks", "blockers", *codes, "error"]
    )  # fmt: skip
    for item in portfolio.repositories:
        at = item.at
        moved = many.movement(item)
        values: list[Any] = [item.name, item.team, " ".join(item.tags), item.criticality]
        values += (
            [at.revision, at.committed_at, at.rubric, at.score, at.score_without_waivers, at.level]
            if at
            else [None] * 6
        )
        values += [moved, item.risks if at else None, " ".join(item.blockers)]
        values += [at.categories.get(code) if at else None for code in codes]
        rows.writerow([_cell(value) for value in (*values, item.error)])
    return out.getvalue()


def _cell(value: Any) -> Any:
    text = "" if value is None else flat(value) if isinstance(value, str) else value
    return "'" + text if isinstance(text, str) and text[:1] in "=+-@" and text else text


def html(portfolio: Portfolio) -> str:
    """One page; each repository links to its own report where there is one beside it."""
    return page("portfolio", **values(portfolio), embedded=embedded(portfolio))


def values(portfolio: Portfolio) -> dict[str, Any]:
    """What the page loops over."""
    good = assessed(portfolio)
    levels = many.levels(good)
    rose, fell = many.movers(good)
    return {
        "portfolio": portfolio,
        "narrative": narrative(portfolio),
        "spread": many.spread(many.scores(good)),
        "levels": [(level, name, count, 100 * count / len(good)) for level, name, count in levels],
        "categories": categories(portfolio),
        "rows": table(portfolio),
        "compared": any(item.before for item in good),
        "criticalities": sorted({item.criticality or "none given" for item in good})
        if any(item.criticality for item in good)
        else [],
        "gaps": many.shared_gaps(good)[:GAPS],
        "movers": [("Rose", rose), ("Fell", fell)] if rose or fell else [],
        "movement": many.movement,
        "teams": many.teams(good) if any(item.team for item in good) else [],
        "risky": [item for item in good if item.risks],
        "due": [item for item in good if item.target is not None],
        "failures": failures(portfolio),
    }


def markdown(portfolio: Portfolio) -> str:
    """The same as Markdown."""
    good, bad = assessed(portfolio), failures(portfolio)
    named = categories(portfolio)
    out = [f"# {md.text(portfolio.title)}", "", " ".join(md.text(line, 400) for line in narrative(portfolio)), ""]
    out += [f"> {md.text(notice, 1000)}\n" for notice in portfolio.notices]
    out += [
        "## Repositories",
        "",
        "| Repository | Team | Level | Score | Moved | " + " | ".join(code for code, _ in named) + " |",
    ]
    out.append("|---|---|--:|--:|--:|" + "--:|" * len(named))
    for row in table(portfolio):
        at = row.item.at
        moved = words.signed(row.moved) if row.moved is not None else ""
        scores = " | ".join("–" if score is None else f"{score:.0f}" for score in row.scores)
        out.append(
            f"| {md.text(row.item.name, 120)} | {md.text(row.item.team or '', 60)} | {at.level if at else ''} | "
            f"{words.number(at.score if at else None)} | {moved} | {scores} |"
        )
    out += ["", "## Levels", "", "| Level | Repositories |", "|---|--:|"]
    out += [f"| {level} {md.text(name, 60)} | {count} |" for level, name, count in many.levels(good)]
    gaps = many.shared_gaps(good)[:GAPS]
    if gaps:
        out += ["", "## Shared gaps", "", "| Practice | Missing in | Points in all |", "|---|--:|--:|"]
        out += [
            f"| {gap.code} {md.text(gap.title, 120)} | {gap.share:.0f} % ({gap.missing} of {gap.applies}) | {gap.points:.1f} |"
            for gap in gaps
        ]
    for title, some in zip(("Rose", "Fell"), many.movers(good), strict=True):
        if some:
            out += ["", f"## {title}", ""]
            out += [f"- {md.text(item.name, 120)}: {_passage(item)}" for item in some]
    if any(item.team for item in good):
        out += ["", "## Teams", "", "| Team | Repositories | Median | Range | Levels |", "|---|--:|--:|---|---|"]
        for team in many.teams(good):
            reach = f"{words.number(team.lowest)} to {words.number(team.highest)}"
            held = ", ".join(f"{count} at {level}" for level, count in team.levels)
            out.append(f"| {md.text(team.name, 60)} | {team.size} | {words.number(team.median)} | {reach} | {held} |")
    risky = [item for item in good if item.risks]
    if risky:
        out += ["", "## Risks, whatever the score", ""]
        out += [f"- {md.text(item.name, 120)}: {view.plural(item.risks, 'finding')}" for item in risky]
    if bad:
        out += ["", "## Not assessed", ""]
        out += [f"- {md.text(item.name, 120)}: {md.text(item.error or '', 300)}{_earlier(item)}" for item in bad]
    out += [
        "",
        f"<sub>mlopslint {md.text(portfolio.tool.version, 30)}. Scores of different rubrics are not compared.</sub>",
    ]
    return "\n".join(out) + "\n"


def _passage(item: Standing) -> str:
    assert item.at is not None and item.before is not None
    moved = words.signed(many.movement(item) or 0.0)
    told = f"{words.number(item.before.score)} → {words.number(item.at.score)} ({moved})"
    causes = [f"{cause} {words.signed(points)}" for cause, points in item.by_cause.items() if points]
    return told + (f", by {', '.join(causes)}" if causes else "")


def terminal(portfolio: Portfolio, *, color: bool = False) -> str:
    """The whole on a screen or two."""
    import shutil

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out, width=min(max(shutil.get_terminal_size((100, 40)).columns, 60), 160), force_terminal=color,
        no_color=not color, color_system="standard" if color else None, highlight=False, emoji=False, markup=False,
        legacy_windows=False,
    )  # fmt: skip
    tones = {"high": "green", "mid": "yellow", "low": "red", "none": "dim"}
    console.print(Text(flat(portfolio.title), style="bold"))
    for sentence in narrative(portfolio):
        console.print(Text(flat(sentence)))
    named = categories(portfolio) if console.width >= 50 + 5 * len(categories(portfolio)) else []
    moving = any(many.movement(item) is not None for item in portfolio.repositories)
    grid = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    grid.add_column("Repository", no_wrap=True, overflow="ellipsis", min_width=24)
    for name in ("Level", "Score", *(("Moved",) if moving else ()), *(code for code, _ in named)):
        grid.add_column(name, justify="right", no_wrap=True)
    if not named:
        grid.add_column("Next level is held up by", no_wrap=True, overflow="ellipsis")
    for row in table(portfolio):
        at = row.item.at
        moved = words.signed(row.moved) if row.moved is not None else ""
        cells = [Text(flat(row.item.name, 60)), Text(str(at.level) if at else "")]
        cells.append(Text(words.number(at.score if at else None), style="bold"))
        if moving:
            cells.append(
                Text(moved, style="green" if moved.startswith("+") else "red" if moved not in ("", "0") else "dim")
            )
        if named:
            cells += [Text("–" if s is None else f"{s:.0f}", style=tones[view.tone(s)]) for s in row.scores]
        else:
            cells.append(Text(" ".join(row.item.blockers) or ("share of weight" if row.item.gaps else "")))
        grid.add_row(*cells)
    console.print()
    console.print(grid)
    gaps = many.shared_gaps(assessed(portfolio))[:5]
    if gaps:
        console.print(Text("\nShared gaps", style="bold"))
        for gap in gaps:
            console.print(
                Text(
                    f"  {gap.share:3.0f} %  {gap.code} {flat(gap.title)} ({gap.missing} of {gap.applies}, {gap.points:.1f} points in all)"
                )
            )
    bad = failures(portfolio)
    if bad:
        console.print(Text("\nNot assessed", style="bold"))
        for item in bad:
            told = f"  {flat(item.name, 60)}: {flat(item.error or '', 200)}{_earlier(item)}"
            console.print(Text(told, style="red"))
    for notice in portfolio.notices:
        console.print(Text(f"note: {flat(notice, 1000)}", style="yellow"))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().split("\n")[:-1])


def _earlier(item: Standing) -> str:
    """What a repository was that cannot be assessed any more; "" where that is not known."""
    return f" (before: score {words.number(item.before.score)}, level {item.before.level})" if item.before else ""
