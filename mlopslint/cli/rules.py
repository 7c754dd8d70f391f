"""``mlopslint rules``: the catalogue."""

from __future__ import annotations

import click


@click.command("rules")
@click.option("--category", metavar="X", help="Only this category, such as DAT.")
@click.option("-f", "--format", "format_", type=click.Choice(["terminal", "json", "markdown"]), default="terminal")
@click.option("--config", metavar="FILE", help="With the custom rules of this configuration.")
def command(category: str | None, format_: str, config: str | None) -> int:
    """List the practices, with level, weight and title."""
    import msgspec

    from mlopslint.cli.catalogue import catalogue_of
    from mlopslint.errors import MlopslintError
    from mlopslint.rules import nearest

    catalogue = catalogue_of(config)
    known = [item.code for item in catalogue.categories]
    if category and category.upper() not in known:
        raise MlopslintError(f"no category {category!r}{nearest(category, known)}")
    chosen = [p for p in catalogue.practices if not category or p.category == category.upper()]
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode())
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
    return 0
