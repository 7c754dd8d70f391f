"""``mlopslint rules``: the catalogue."""

from __future__ import annotations

import inspect
from typing import Any

import click


@click.command("rules")
@click.option("--category", metavar="X", help="Only this category, such as DAT.")
@click.option("-f", "--format", "format_", type=click.Choice(["terminal", "json", "markdown"]), default="terminal")
@click.option("--config", metavar="FILE", help="With the custom rules of this configuration.")
def command(category: str | None, format_: str, config: str | None) -> int:
    """List the practices, with level, weight and title, and the checks of code with severity and default."""
    import msgspec

    from mlopslint.cli.catalogue import catalogue_of
    from mlopslint.errors import MlopslintError, nearest

    catalogue = catalogue_of(config)
    checks = _checks()
    known = [*(item.code for item in catalogue.categories), *sorted({row["code"][:3] for row in checks})]
    if category and category.upper() not in known:
        raise MlopslintError(f"no category {category!r}{nearest(category, known)}")
    chosen = [p for p in catalogue.practices if not category or p.category == category.upper()]
    checks = [row for row in checks if not category or row["code"].startswith(category.upper())]
    if format_ == "json":
        rows = [*msgspec.to_builtins(chosen), *checks]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return 0
    for item in catalogue.categories:
        mine = [p for p in chosen if p.category == item.code]
        if not mine:
            continue
        if format_ == "markdown":
            click.echo(
                f"## {item.code} {item.title}\n\n| Code | Name | Level | Weight | Practice |\n|---|---|---|---|---|"
            )
            for p in mine:
                click.echo(
                    f"| {p.code} | {p.name} | {p.level if p.level is not None else '–'} | {p.weight} | {p.title} |"
                )
            click.echo()
        else:
            click.echo(click.style(f"{item.code} {item.title}", bold=True))
            for p in mine:
                level = f"level {p.level}" if p.level is not None else "models "
                click.echo(f"  {p.code}  {level}  weight {p.weight}  {p.name:<28} {p.title}")
    _show_checks(checks, format_)
    return 0


def _checks() -> list[dict[str, Any]]:
    """The lint rules as plain rows."""
    from mlopslint.lint.engine import rules

    return [
        {
            "code": rule.code,
            "name": rule.name,
            "title": (inspect.getdoc(type(rule)) or "").partition("\n")[0].removesuffix("."),
            "kind": "lint",
            "severity": rule.severity,
            "confidence": rule.confidence,
            "default": rule.default,
            "fix": rule.fixes,
        }
        for rule in rules()
    ]


def _show_checks(checks: list[dict[str, Any]], format_: str) -> None:
    if not checks:
        return
    if format_ == "markdown":
        click.echo("## Checks\n\n| Code | Name | Severity | Default | Fix | Check |\n|---|---|---|---|---|---|")
        for row in checks:
            state = "on" if row["default"] else "off"
            click.echo(
                f"| {row['code']} | {row['name']} | {row['severity']} | {state} | {row['fix'] or '–'} | {row['title']} |"
            )
        return
    click.echo(click.style("Checks of code, notebooks, workflows and images (mlopslint lint)", bold=True))
    for row in checks:
        state = "on " if row["default"] else "off"
        mark = {"safe": "[*]", "unsafe": "[?]"}.get(row["fix"], "   ")
        click.echo(f"  {row['code']}  {state} {row['severity']:<7} {mark} {row['name']:<28} {row['title']}")
