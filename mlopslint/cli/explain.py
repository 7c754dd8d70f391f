"""``mlopslint explain``: one rule in full."""

from __future__ import annotations

import inspect
import textwrap

import click


@click.command("explain")
@click.argument("code")
@click.option("--config", metavar="FILE", help="With the custom rules of this configuration.")
def command(code: str, config: str | None) -> int:
    """What CODE looks for, why it matters, how it is detected, how to put it in place, and where to read on."""
    from mlopslint.cli.catalogue import catalogue_of
    from mlopslint.lint.engine import codes
    from mlopslint.report.manual import told
    from mlopslint.report.words import EFFORTS

    check = _check(code)
    if check:
        click.echo(check)
        return 0
    catalogue = catalogue_of(config)
    practice = catalogue.practice(code, codes())

    def section(title: str, body: str) -> None:
        click.echo("\n" + click.style(title, bold=True))
        click.echo(textwrap.indent("\n".join(textwrap.wrap(body.strip(), 96)), "  "))

    level = (
        f"level {practice.level}, weight {practice.weight}"
        if practice.level is not None
        else "asked by other models only"
    )
    click.echo(click.style(f"{practice.code} {practice.name}", bold=True) + f": {practice.title}")
    click.echo(f"{level}, {EFFORTS[practice.effort]} effort, rules/{practice.source}")
    section("What it does", practice.what)
    section("Why it matters", practice.why)
    click.echo("\n" + click.style("How it is detected", bold=True))
    for code_, least in practice.requires.items():
        click.echo(f"  only when {code_} is at least {least}")
    for name, condition in (
        ("applies when", practice.applies),
        ("in place when", practice.passes),
        ("half when", practice.partial),
    ):
        if condition is not None:
            click.echo(f"  {name}:")
            click.echo(textwrap.indent(told(condition), "    "))
    section("How to fix it", practice.remediation)
    for snippet in practice.snippets:
        label = f"{snippet.file}" + (f" (with {', '.join(snippet.for_)})" if snippet.for_ else "")
        click.echo("\n  " + click.style(label, underline=True))
        click.echo(textwrap.indent(snippet.code.rstrip(), "    "))
    if practice.answers:
        answers = "; ".join(f"{model}: {', '.join(items)}" for model, items in practice.answers.items() if items)
        section("Answers in published models", answers)
    if practice.references:
        click.echo("\n" + click.style("References", bold=True))
        for url in practice.references:
            click.echo(f"  {url}")
    return 0


def _check(code: str) -> str:
    """The page of a lint rule, by its code or name; "" where there is none."""
    from mlopslint.lint.engine import rule, rules

    found = rule(code.upper())
    if found is None and "-" in code:
        found = next((item for item in rules() if item.name == code), None)
    if found is None:
        return ""
    page = inspect.getdoc(type(found)) or ""
    first, _, rest = page.partition("\n")
    head = click.style(f"{found.code} {found.name}", bold=True) + f": {first}"
    state = "on by default" if found.default else "off until selected"
    fix = {"safe": ", has a safe fix", "unsafe": ", has an unsafe fix"}.get(found.fixes, "")
    lines = [head, f"{found.severity}, {found.confidence} confidence, {state}{fix}"]
    body = rest.strip("\n").split("\n")
    for i, line in enumerate(body):
        if line.startswith("----"):
            continue
        titled = i + 1 < len(body) and body[i + 1].startswith("----")
        lines.append("\n" + click.style(line, bold=True) if titled else f"  {line}".rstrip())
    text = "\n".join(lines).replace("``", "`")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.replace("  ::\n\n", "").replace("  ::\n", "")
