"""``mlopslint init``: configuration, hook and CI wiring, each file shown before it is written."""

from __future__ import annotations

import os
import re

import click

_CONFIG = """[tool.mlopslint]
model = "mlopslint"
rubric = "{rubric}"

[tool.mlopslint.gate]
ratchet = true

[tool.mlopslint.target]
level = {level}
by = {by}
"""
_HOOK = """  - repo: https://github.com/mlopslint/mlopslint
    rev: v{version}
    hooks:
      - id: mlopslint
      - id: mlopslint-project
"""
_GITHUB = """name: mlopslint
on: [push, pull_request]
permissions:
  contents: read
jobs:
  mlopslint:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write  # for the upload of findings
    steps:
      - uses: actions/checkout@v6
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: pip install mlopslint=={version}
      - run: mlopslint scan -f markdown -o mlopslint.sarif >> "$GITHUB_STEP_SUMMARY"
      - if: success() || failure()
        run: mlopslint lint -f github --fail-on error
      - if: (success() || failure()) && github.event_name == 'push'
        uses: github/codeql-action/upload-sarif@v4
        with:
          sarif_file: mlopslint.sarif
"""
_GITLAB = """mlopslint:
  image: python:3.12-slim
  script:
    - pip install mlopslint=={version}
    - mlopslint lint -f gitlab --exit-zero > gl-code-quality-report.json
    - mlopslint scan -o mlopslint.html
  artifacts:
    when: always
    paths: [mlopslint.html]
    reports:
      codequality: gl-code-quality-report.json
"""
_AZURE = """
  - script: |
      pip install mlopslint=={version}
      mlopslint lint --fail-on error
      mlopslint scan
    displayName: mlopslint
"""


def plan(folder: str, level: int, by: str) -> list[tuple[str, str, str]]:
    """(path, content, how): what would be written, ``new`` or ``append``; nothing that is there already."""
    from mlopslint.rules import RUBRIC
    from mlopslint.version import __version__

    def read(name: str) -> str | None:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as stream:
                return stream.read()
        except (OSError, UnicodeDecodeError):
            return None

    found: list[tuple[str, str, str]] = []
    config = _CONFIG.format(rubric=RUBRIC, level=level, by=by)
    project = read("pyproject.toml")
    if project is None and read("mlopslint.toml") is None:
        found.append(
            ("mlopslint.toml", config.replace("[tool.mlopslint.", "[").replace("[tool.mlopslint]\n", ""), "new")
        )
    elif project is not None and "[tool.mlopslint" not in project and read("mlopslint.toml") is None:
        found.append(("pyproject.toml", "\n" + config, "append"))
    hooks = read(".pre-commit-config.yaml")
    if hooks is None:
        found.append((".pre-commit-config.yaml", "repos:\n" + _HOOK.format(version=__version__), "new"))
    elif "mlopslint" not in hooks and hooks.rstrip().split("\n")[-1].startswith((" ", "-")):
        found.append(
            (
                ".pre-commit-config.yaml",
                ("" if hooks.endswith("\n") else "\n") + _indented(_HOOK.format(version=__version__), hooks),
                "append",
            )
        )
    if read(".gitlab-ci.yml") is not None:
        if "mlopslint" not in (read(".gitlab-ci.yml") or ""):
            found.append((".gitlab-ci.yml", "\n" + _GITLAB.format(version=__version__), "append"))
    elif (azure := read("azure-pipelines.yml")) is not None:
        steps = re.findall(r"^[A-Za-z]\w*:", azure, re.M)[-1:] == ["steps:"]
        if "mlopslint" not in azure and steps:  # the steps stand at the end, so that one more can follow
            text = _AZURE.format(version=__version__).lstrip("\n")
            indented = text if "\n  - " in azure else "\n".join(row.removeprefix("  ") for row in text.split("\n"))
            found.append(("azure-pipelines.yml", ("" if azure.endswith("\n") else "\n") + indented, "append"))
    elif read(".github/workflows/mlopslint.yml") is None:
        found.append((".github/workflows/mlopslint.yml", _GITHUB.format(version=__version__), "new"))
    return found


def _indented(text: str, existing: str) -> str:
    """The hook entry with the indentation that the file uses for its list."""
    line = next((line for line in existing.split("\n") if line.lstrip().startswith("- repo:")), "  - repo:")
    return "\n".join(line[: len(line) - len(line.lstrip())] + row[2:] if row else row for row in text.split("\n"))


@click.command("init")
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
@click.option("--level", type=click.IntRange(1, 4), default=2, show_default=True, help="The target level.")
@click.option("--by", metavar="DATE", help="The target's date (default: in half a year).")
def command(path: str, yes: bool, level: int, by: str | None) -> int:
    """Write configuration, a hook and a CI job for the repository at PATH; each file is shown first."""
    from datetime import timedelta

    from mlopslint import clock

    steps = plan(path, level, by or (clock.today() + timedelta(days=182)).isoformat())
    if not steps:
        click.echo("everything is there already")
        return 0
    for name, content, how in steps:
        click.echo(click.style(f"{'new file' if how == 'new' else 'at the end of'} {name}", bold=True))
        click.echo(content)
        if not yes and not click.confirm(f"write {name}?", default=True):
            continue
        target = os.path.join(path, name)
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "a" if how == "append" else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
    return 0
