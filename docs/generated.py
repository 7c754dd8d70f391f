"""Pages of the documentation that are made of the program itself: rules, models, commands and settings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import click
import msgspec
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from mlopslint.lint.engine import rules
from mlopslint.report.manual import check_page, practice_page
from mlopslint.rules import Catalogue, Model, load


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated pages to those that lie in the folder."""
    catalogue = load()
    for name, text in (
        ("practices.md", practices(catalogue)),
        *((f"practices/{item.code}.md", practice_page(item)) for item in catalogue.practices),
        ("checks.md", checks()),
        *((f"checks/{rule.code}.md", check_page(rule)) for rule in rules()),
        ("models.md", models(catalogue)),
        *((f"models/{model.name}.md", mapping(model, catalogue)) for model in catalogue.models),
        ("commands.md", commands()),
        ("configuration.md", configuration()),
    ):
        files.append(File.generated(config, name, content=text))
    return files


def practices(catalogue: Catalogue) -> str:
    """The table of all practices."""
    out = [
        "# Practices",
        "",
        "Each page says what is looked for, why it matters, how it is detected and how to put it in place.",
        "",
    ]
    for category in catalogue.categories:
        out += [f"## {category.code} {category.title}", "", "| Code | Practice | Level | Weight |", "|---|---|--:|--:|"]
        for item in catalogue.practices:
            if item.category == category.code:
                level = item.level if item.level is not None else "other models"
                out.append(f"| [{item.code}](practices/{item.code}.md) | {item.title} | {level} | {item.weight} |")
        out.append("")
    return "\n".join(out)


def checks() -> str:
    """The table of all checks of code."""
    out = [
        "# Checks of code",
        "",
        "What `mlopslint lint` finds. *On* are those that are right at least nine times in ten.",
        "",
    ]
    out += ["| Code | Check | Severity | Default | Fix |", "|---|---|---|---|---|"]
    for rule in rules():
        title = check_page(rule).split("\n")[2].rstrip(".").replace("|", "\\|")
        out.append(
            f"| [{rule.code}](checks/{rule.code}.md) | {title} | {rule.severity} | {'on' if rule.default else 'off'} | {rule.fixes or '–'} |"
        )
    return "\n".join(out) + "\n"


def models(catalogue: Catalogue) -> str:
    """The list of the models."""
    out = ["# Models", "", "One set of verdicts, read by each of these; `--model NAME` makes one the headline.", ""]
    out += ["| Model | Kind | Source |", "|---|---|---|"]
    out += [f"| [{item.title}](models/{item.name}.md) | {item.kind} | {item.source} |" for item in catalogue.models]
    return "\n".join(out) + "\n"


def mapping(model: Model, catalogue: Catalogue) -> str:
    """What a model asks for, and which practices answer it."""
    out = [f"# {model.title}", "", f"`--model {model.name}`. {model.source}", ""]
    if model.levels:
        out += [f"A level is met when those below it are, and {model.threshold:g} % of what it asks for is earned.", ""]
        out += ["| Level | Name | Must be at least half there |", "|--:|---|---|"]
        out += [f"| {item.level} | {item.name} | {', '.join(item.musts) or '–'} |" for item in model.levels]
        out.append("")
    if not model.items:
        out += ["| Level | Practice | Weight |", "|--:|---|--:|"]
        ladder = sorted(
            (item for item in catalogue.practices if item.level is not None), key=lambda p: (p.level or 0, p.code)
        )
        out += [f"| {p.level} | [{p.code}](../practices/{p.code}.md) {p.title} | {p.weight} |" for p in ladder]
        return "\n".join(out) + "\n"
    asked = {name: level.level for level in model.levels for name in level.asks}
    seen = {"S": "yes", "P": "in part", "R": "no: it runs elsewhere", "A": "no: somebody's word"}
    group = None
    for item in model.items:
        if item.group != group:
            group = item.group
            out += [
                "",
                f"## {group}",
                "",
                "| Item | | Level | Files can show it | Answered by |",
                "|---|---|--:|---|---|",
            ]
        answers = [p.code for p in catalogue.practices if item.id in p.answers.get(model.name, ())]
        links = ", ".join(f"[{code}](../practices/{code}.md)" for code in answers) or "–"
        text = item.text.replace("|", "\\|")
        out.append(f"| {item.id} | {text} | {asked.get(item.id, '')} | {seen[item.observable]} | {links} |")
    if model.readings:
        out += ["", "## How the score reads", "", "| Above | |", "|--:|---|"]
        out += [f"| {reading.above:g} | {reading.text} |" for reading in model.readings]
    return "\n".join(out) + "\n"


def commands() -> str:
    """Every command with its options."""
    from mlopslint.cli import COMMANDS, group

    out = [
        "# Commands",
        "",
        "`mlopslint COMMAND`, also `python -m mlopslint COMMAND`.",
        "",
        "| Command | |",
        "|---|---|",
    ]
    out += [f"| [{name}](#{name}) | {text} |" for name, (_, text) in COMMANDS.items()]
    context = click.Context(group, info_name="mlopslint")
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        out += _command(command, name, context, 2)
    out += ["", "## Exit codes", "", "| Code | Meaning |", "|--:|---|", "| 0 | nothing to complain of |"]
    out += ["| 1 | findings, or a gate that is not met; the line that says which is the last on standard error |"]
    out += ["| 2 | wrong usage, a configuration that cannot be read, or an internal error |", ""]
    return "\n".join(out)


def _command(command: click.Command, name: str, parent: click.Context, depth: int) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, max_content_width=100, terminal_width=100)
    out = ["", f"{'#' * depth} {name}", "", "```text", command.get_help(context).strip(), "```"]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                out += _command(found, inner, context, depth + 1)
    return out


def configuration() -> str:
    """The settings, from their types."""
    from mlopslint.config import Config

    schemas, components = msgspec.json.schema_components([Config], ref_template="{name}")
    out = io.StringIO()
    out.write(
        "# Configuration\n\n`[tool.mlopslint]` in `pyproject.toml`, or `mlopslint.toml`, `.mlopslint.toml`, `.mlopslint.yaml`; the nearest "
        "upward counts, one file only. A key, code or category that is not known is an error that names the nearest.\n"
    )
    for name, title in (
        ("Config", "[tool.mlopslint]"), ("Gate", "[tool.mlopslint.gate]"), ("TargetTable", "[tool.mlopslint.target]"),
        ("Waiver", "[[tool.mlopslint.waive]]"), ("Attestation", "[[tool.mlopslint.attest]]"), ("History", "[tool.mlopslint.history]"),
    ):  # fmt: skip
        shape = components[name]
        out.write(f"\n## `{title}`\n\n{shape['description']}\n\n| Key | Type | Default | |\n|---|---|---|---|\n")
        for key, value in shape["properties"].items():
            default = "required" if key in shape.get("required", ()) else _default(value)
            out.write(f"| `{key}` | {_type(value)} | {default} | {value.get('description', '')} |\n")
    return out.getvalue()


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    return (
        "–"
        if default in (None, "", [], {}) or isinstance(default, dict)
        else f"`{msgspec.json.encode(default).decode()}`"
    )


def _type(value: dict[str, Any]) -> str:
    def parts(item: dict[str, Any]) -> Iterator[str]:
        if "anyOf" in item:
            for one in item["anyOf"]:
                yield from parts(one)
        elif "enum" in item:
            yield from (f"`{one}`" for one in item["enum"])
        elif item.get("type") == "array":
            yield "list of " + " or ".join(parts(item["items"]))
        elif item.get("type") == "object" and "additionalProperties" in item:
            yield "table of " + " or ".join(parts(item["additionalProperties"]))
        elif "$ref" in item:
            yield "table"
        elif item.get("type") != "null":
            yield {"string": "text", "boolean": "true or false"}.get(item["type"], item["type"])

    return " or ".join(parts(value))
