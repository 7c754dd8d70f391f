"""What a repository is for: a template, a released library, research and teaching. These decide profiles, not practices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, no, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence
from mlopslint.view import EVERYWHERE, Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge

_SCAFFOLDS = late(
    r"(^|/)(cookiecutter\.json|copier\.ya?ml|databricks_template_schema\.json|\.cruft\.json\.tmpl|template\.toml)$"
)
_PLACEHOLDER = late(r"\{\{ ?[\w.\[\]]+|\{%|__(project|package|repo)_?(name|slug)__", re.I)
_IS_TEMPLATE = late(r"\b(template|boilerplate|skeleton|starter(?:[- ]kit)?|cookiecutter|scaffold)s?\b", re.I)
_INDEX_ACTIONS = ("pypa/gh-action-pypi-publish*", "conda-incubator/*", "JuliaRegistries/TagBot*", "deploy:pypi")
_INSTALLERS = late(r"\b(?:pip3?|uv|conda|mamba|poetry|pdm|pixi|rye)\b", re.I)
_RELEASES = ("twine upload", "uv publish", "poetry publish", "hatch publish", "flit publish", "pdm publish")
_COURSE = late(
    r"\b(course|lecture|homework|assignment|exercise|tutorial|workshop|bootcamp|zoomcamp|chapter|lesson|curriculum|syllabus|book"
    r"|example|notebook|model zoo)s?\b",
    re.I,
)
_MANIFESTS = {"r", "julia", "sbt", "maven"}


def template_repository(judge: Judge) -> Outcome:
    """A template: it holds a scaffolding tool's file, placeholders in its paths, or calls itself one in its title."""
    view = judge.view
    for path in view.entries:
        if view.roles[path] in ("source", "example") and path.count("/") <= 1 and _SCAFFOLDS.search(path):
            return yes(f"{path} makes projects of it", [Evidence(path)])
    for path in view.entries:
        if view.roles[path] != "vendored" and _PLACEHOLDER.search(path):
            return yes("paths hold placeholders", [Evidence(path)])
    title = _title(judge)
    if title and _IS_TEMPLATE.search(title.fact.name):
        return yes(f"it calls itself {title.fact.name[:80]!r}", [title.evidence()])
    return no("neither a scaffold nor a template by its own title")


def released_library(judge: Judge) -> Outcome:
    """A library: a package that is released to an index and not deployed."""
    package = _package(judge)
    if package is None:
        return no("no package is declared")
    name, declared = package
    told = f"the package {name}" if name else f"the package that {declared.path} declares"
    release = _released(judge, name, declared)
    if release is None:
        return no(f"{told} is not released to a package index")
    # what CI releases is a library even where it carries the means to run it somewhere
    operated = _deployed(judge) if release[0].startswith("published") else _operated(judge)
    if operated:
        return no(operated)
    return yes(f"{told} is {release[0]}", [declared.evidence(), release[1]])


def research_code(judge: Judge) -> Outcome:
    """Research and teaching: it goes with a paper or a course, or is mostly notebooks, and nothing is deployed."""
    operated = _operated(judge)
    if operated:
        return no(operated)
    view = judge.view
    for hit in view.hits("phrase", "citation", roles=EVERYWHERE):
        if _is_root_readme(hit.path):
            return yes("the README cites the paper that it goes with", [hit.evidence(str(hit.fact.value or "")[:120])])
    title = _title(judge)
    if title and _COURSE.search(title.fact.name):
        return yes(f"it is teaching material: {title.fact.name[:80]!r}", [title.evidence()])
    notebooks = sum(int(view.module(path).get("statements", 0)) for path in view.files("notebook", roles=EVERYWHERE))
    modules = sum(int(view.module(path).get("statements", 0)) for path in view.files("python"))
    if notebooks > 60 and notebooks > 2 * modules:
        first = view.files("notebook", roles=EVERYWHERE)[0]
        return yes(
            f"{100 * notebooks // (notebooks + modules)} % of its statements are in notebooks", [Evidence(first)]
        )
    return no("neither paper nor course, and its code is in modules")


def _is_root_readme(path: str) -> bool:
    return bool(re.fullmatch(r"(?:\.github/|docs/)?readme(\.\w+)?", path, re.I))


def _title(judge: Judge) -> Hit | None:
    """The title of the README at the root."""
    for hit in judge.view.hits("document", roles=EVERYWHERE):
        if re.fullmatch(r"readme(\.\w+)?", hit.path, re.I) and hit.fact.name:
            return hit
    return None


def _operated(judge: Judge) -> str:
    """What shows that somebody operates this: a deployment, or a runtime of its own."""
    orchestrated = judge.predicate("orchestrated")
    # code that talks to a cluster may do so for its users; a manifest is of the project's own runtime
    if orchestrated.grade == 1 and any(not item.path.endswith((".py", ".ipynb")) for item in orchestrated.evidence):
        return "its runtime is declared for an orchestrator"
    return _deployed(judge)


def _deployed(judge: Judge) -> str:
    return "CI deploys it" if judge.predicate("cd_deploys").grade == 1 else ""


def _package(judge: Judge) -> tuple[str, Hit] | None:
    """The name of the package that the repository declares, and where; the name is empty where a program makes it."""
    view = judge.view
    for hit in view.hits("manifest"):
        if hit.path.count("/") > 2:
            continue
        tool = str(hit.get("tool") or "")
        if tool in _MANIFESTS and hit.fact.name and hit.get("version"):
            return hit.fact.name, hit
        if (
            hit.fact.name
            and tool not in ("conda", "pipenv", "npm")
            and hit.path.endswith(("pyproject.toml", "setup.cfg"))
        ):
            return hit.fact.name, hit
    for hit in view.hits("call", "setuptools.setup", "distutils.core.setup", roles=EVERYWHERE):
        if hit.path.endswith("setup.py") and hit.path.count("/") <= 1:
            name = str(hit.get("name") or "")
            return "" if name.startswith("$") else name, hit
    return None


def _released(judge: Judge, name: str, package: Hit) -> tuple[str, Evidence] | None:
    """How the package reaches an index, with the place that says so."""
    view = judge.view
    for hit in view.hits("action", *_INDEX_ACTIONS):
        return "published by CI", hit.evidence()
    from mlopslint.commands import all_commands, starts_with_any

    for command in all_commands(view):
        if starts_with_any(command.words, _RELEASES):
            return "published by a command of its own", command.evidence()
    own = re.compile(rf"(?:install|add)\b[^`\n]*[\s\"'`]{re.escape(name)}(?:\[|[\s\"'`)=]|$)", re.I)
    for hit in view.hits("phrase", "install-command", roles=EVERYWHERE) if name else ():
        command_line = str(hit.fact.value or "").replace("_", "-")
        if _is_root_readme(hit.path) and _INSTALLERS.search(command_line) and own.search(command_line):
            return "installed by its name, as the README says", hit.evidence(command_line[:120])
    if package.get("tool") in ("r", "julia"):
        for path in ("NAMESPACE", "src"):
            if path in view.entries or any(p.startswith(f"{path}/") for p in view.entries):
                return f"a package of {'R' if package.get('tool') == 'r' else 'Julia'}", package.evidence()
    return None
