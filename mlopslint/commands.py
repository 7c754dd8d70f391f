"""What is run where: the commands of CI, tasks, scripts and images, with one hop through make, tox, just and scripts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from mlopslint.globs import name_pattern
from mlopslint.patterns import forgettable, late
from mlopslint.records import Evidence, Fact
from mlopslint.view import EVERYWHERE, Hit, View

CI_KINDS = frozenset(
    [
        "github-workflow",
        "gitlab-ci",
        "azure-pipeline",
        "yaml-pipeline",
        "jenkinsfile",
        "circleci",
        "travis",
        "bitbucket",
        "cloud-build",
        "buildkite",
        "drone",
        "codebuild",
        "appveyor",
        "cirrus",
    ]
)
HOOK_KINDS = frozenset({"pre-commit", "lefthook", "husky"})
_TASK_FILES = frozenset(
    ["makefile", "mise", "justfile", "taskfile", "tox", "pyproject", "package-json", "setup-cfg", "pixi"]
)
_RUNNERS = {
    "make": "makefile",
    "gmake": "makefile",
    "just": "justfile",
    "task": "taskfile",
    "tox": "tox",
    "nox": "python",
    "npm": "package-json",
    "yarn": "package-json",
    "pnpm": "package-json",
    "poe": "pyproject",
    "hatch": "pyproject",
    "pdm": "pyproject",
    "pixi": "pixi",
    "mise": "mise",
    "invoke": "python",
    "inv": "python",
}


_TASK_RUNNER = late(r"(pixi|hatch|pdm|rye) run\b")


#: In the evidence of what a hook runs, between its own command and that.
HOOK_RUNS = "runs, in a hook:"


class Command(NamedTuple):
    """One command line: its words, where it stands, whether CI (or a hook) runs it and whether its failure counts."""

    words: tuple[str, ...]
    hit: Hit
    where: str  # ci, task, script, image, notebook, pipeline
    soft: bool
    via: str = ""  # the command in CI through which this one runs

    @property
    def line(self) -> str:
        return " ".join(self.words)

    @property
    def shown(self) -> str:
        """The line as a sentence quotes it."""
        return _cut(self.line, 80)

    @property
    def rung(self) -> int:
        """4 where a failure fails CI; 3 where it runs; 2 where it could be run; 1 in a notebook, where somebody once ran it."""
        if self.where in ("ci", "hook"):
            return 3 if self.soft else 4
        return {"pipeline": 3, "notebook": 1}.get(self.where, 2)

    def evidence(self) -> Evidence:
        detail = _cut(self.line, 120)
        if self.via:
            how = HOOK_RUNS if self.where == "hook" else "runs:"
            detail = f"{_cut(self.via, 60)} {how} {detail}"
        return self.hit.evidence(detail)


def _cut(line: str, limit: int) -> str:
    """A line of at most ``limit`` characters, cut between two words."""
    return line if len(line) <= limit else f"{line[: limit - 1].rpartition(' ')[0] or line[: limit - 2]} …"


@lru_cache(maxsize=8192)
def words_of(line: str) -> tuple[str, ...]:
    """The words of a simple command; a path to a program is reduced to its name, ``python -m x`` to ``x``."""
    if "${{" in line:  # an expression is one word
        line = re.sub(r"\$\{\{[^}]{0,300}\}\}", lambda found: found.group(0).replace(" ", ""), line)
    words = line.split()
    if "'" in line or '"' in line or "\\" in line or "#" in line:
        with suppress(ValueError):  # an unclosed quote: the plain words are the best there is
            words = shlex.split(line, comments=True)
    if len(words) > 1 and words[0] == "xargs":
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] in ("-n", "-P", "-I", "-L", "-d") else words[1:]
    while words and (
        re.match(r"^[A-Za-z_]\w*=", words[0])
        or words[0] in ("sudo", "time", "exec", "env", "nohup", "command", "call", "!")
    ):
        words = words[1:]
    for _ in range(3):
        if (
            len(words) > 2
            and words[0] in ("uv", "poetry", "pipenv", "pdm", "hatch", "rye", "pixi")
            and words[1] == "run"
        ):
            words = words[2:]
            while words and words[0].startswith("-"):
                takes = words[0] in (
                    "--with",
                    "--extra",
                    "--group",
                    "--python",
                    "-p",
                    "--environment",
                    "--env-file",
                    "--from",
                    "-e",
                    "--only-group",
                    "--package",
                    "--project",
                    "--directory",
                    "--no-group",
                )
                words = words[2:] if takes else words[1:]
        elif len(words) > 1 and words[0] in ("uvx", "pipx", "xvfb-run", "nice", "npx", "bunx"):
            words = words[2:] if words[0] == "pipx" and words[1] == "run" else words[1:]
            while words and words[0].startswith("-") and words[0] != "--":
                words = words[1:]
        elif len(words) > 2 and words[0] in ("conda", "mamba", "micromamba") and words[1] == "run":
            words = words[2:]
            while words and words[0].startswith("-"):
                words = words[2:] if words[0] in ("-n", "--name", "-p", "--prefix") else words[1:]
        elif (
            len(words) > 2
            and re.match(
                r"^(.*/)?(python|python3|py|python3?\.\d+|\$\{?\w*PYTHON\w*\}?|\$\(\w*PYTHON\w*\))(\.exe)?$",
                words[0],
                re.I,
            )
            and words[1] == "-m"
        ):
            words = words[2:]
        else:
            break
    if words and "/" in words[0] and not words[0].startswith(("./", "$")):
        words = [words[0].rpartition("/")[2], *words[1:]]
    return tuple(words)


#: Options that are followed by their value where they stand ahead of a subcommand.
_WITH_VALUE = frozenset(
    {
        "-n",
        "--namespace",
        "--context",
        "--kube-context",
        "--kubeconfig",
        "-C",
        "--chdir",
        "--profile",
        "--region",
        "--project",
    }
)


@lru_cache(maxsize=4096)
def _words(prefix: str) -> tuple[tuple[str, ...], str]:
    """The words of a prefix, and the first where it must stand there as it is."""
    wanted = tuple(prefix.split())
    first = wanted[0] if wanted else ""
    return wanted, "" if first.startswith("-") or "*" in first or "?" in first else first


def starts_with(words: tuple[str, ...], prefix: str) -> bool:
    """Whether a command begins with the words of ``prefix``; options between them are passed over."""
    wanted, plain = _words(prefix)
    if plain and (not words or words[0] != plain):
        return False  # nearly all end here
    at = 0
    for want in wanted:
        if want.startswith("-"):  # an option may stand anywhere behind what was found so far
            pattern = name_pattern(want)
            at = next((place for place in range(at, len(words)) if pattern.match(words[place])), len(words))
        while at < len(words) and at and words[at].startswith("-") and not want.startswith("-"):
            at += 2 if words[at] in _WITH_VALUE else 1
        if at >= len(words):
            return False
        if want != words[at] and not (("*" in want or "?" in want) and name_pattern(want).match(words[at])):
            return False
        at += 1
    return True


@forgettable
@lru_cache(maxsize=32768)  # a predicate asks for the same prefixes, and a commit has the commands of the one before
def starts_with_any(words: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    """Whether a command begins with the words of one of ``prefixes``."""
    return any(starts_with(words, prefix) for prefix in prefixes)


def all_commands(view: View) -> list[Command]:
    """Every command of the repository, those that CI reaches through one hop marked as CI's; computed once a view."""
    known = view.__dict__.get("_commands")
    if known is None:
        known = view.__dict__["_commands"] = list(_commands(view))
    return known


def ci_commands(view: View) -> list[Command]:
    """The commands that CI runs, directly or through one hop."""
    return [command for command in all_commands(view) if command.where == "ci"]


def _commands(view: View) -> Iterator[Command]:
    tasks: dict[tuple[str, str], list[Command]] = {}
    scripts: dict[str, list[Command]] = {}
    needs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    of_tox: set[tuple[str, str]] = set()  # also in setup.cfg and pyproject.toml
    for hit in view.hits("task", roles=EVERYWHERE):
        kind = view.kinds.get(hit.path, "")
        if hit.get("tool") == "tox":
            of_tox.add((hit.path, hit.fact.name))
            kind = "tox"
        needs.setdefault((kind, hit.fact.name), []).extend((hit.path, str(item)) for item in hit.get("needs") or ())
    ci: list[Command] = []
    hooks: list[Command] = []
    for hit in _each(view, view.hits("command", roles=EVERYWHERE)):
        kind = view.kinds.get(hit.path, "")
        words = words_of(hit.fact.name)
        if not words:
            continue
        soft = bool(hit.get("soft"))
        if kind in CI_KINDS or (kind == "yaml" and hit.get("job")) or kind == "github-action":
            command = Command(words, hit, "ci", soft)
            ci.append(command)
        elif kind in HOOK_KINDS:
            command = Command(words, hit, "hook", soft)
            hooks.append(command)
        elif kind in _TASK_FILES or (kind == "python" and hit.get("task")):
            command = Command(words, hit, "task", soft)
            task = str(hit.get("task") or "")
            tasks.setdefault(("tox" if (hit.path, task) in of_tox else kind, task), []).append(command)
        elif kind == "shell":
            command = Command(words, hit, "script", soft or bool(hit.get("lenient")))
            scripts.setdefault(hit.path, []).append(command)
        elif kind in ("dockerfile", "compose"):
            command = Command(words, hit, "image", soft)
        elif kind == "notebook":
            command = Command(words, hit, "notebook", soft)
        elif kind in ("dvc", "mlproject", "snakefile"):
            command = Command(words, hit, "pipeline", soft)
        else:
            command = Command(words, hit, "task", soft)
        yield command
    for hit in view.hits("hook"):
        line = f"{hit.get('entry') or ''} {hit.get('args') or ''}".strip()
        words = words_of(line) if hit.get("repo") in ("local", "", None) else ()
        if words:
            command = Command(words, hit, "hook", False)
            hooks.append(command)
            yield command
    for command in _handed_over(view):
        ci.append(command)
        yield command
    jobs = _job_files(view)
    for command in (*ci, *hooks):
        yield from _hop(command, tasks, scripts, needs, set(), 0)
        for word in command.words[1:]:
            for inner in jobs.get(word.lstrip("./"), ()):
                found = Command(inner.words, inner.hit, command.where, command.soft or inner.soft, command.line)
                yield found
                yield from _hop(found, tasks, scripts, needs, set(), 0)


def _each(view: View, hits: Iterator[Hit]) -> Iterator[Hit]:
    """Commands as they are, and those that name a value of their job's matrix once for each value."""
    for hit in hits:
        name = re.search(r"\$\{\{ ?matrix\.([\w-]+) ?\}\}", hit.fact.name) if "matrix." in hit.fact.name else None
        if name is None:
            yield hit
            continue
        wanted = f".matrix.{name.group(1)}[]"
        values = [str(f.value) for f in view.of(hit.path, "key") if f.name.endswith(wanted) and f.value is not None]
        for value in values[:12]:
            fact = hit.fact
            line = fact.name.replace(name.group(0), value)
            yield Hit(hit.path, Fact(fact.kind, line, fact.line, fact.value, fact.cell))
        if not values:
            yield hit


def ci_file(view: View, command: Command, known: Container[str]) -> str:
    """The CI file from which a command runs: its own (always where it is ``known``), or that of the command that leads to it."""
    path = command.hit.path
    if path in known or not command.via:
        return path
    for other in all_commands(view):
        if other.where == "ci" and not other.via and other.line == command.via:
            return other.hit.path
    return path


def _handed_over(view: View) -> Iterator[Command]:
    """The project's files that a CI file names for a template, a workflow or an action to run: scripts, and what a platform creates."""
    for hit in view.hits("action", "template:*", "./*", "*/.github/workflows/*"):
        options = hit.get("with")
        kind = view.kinds.get(hit.path)
        if not (kind in CI_KINDS or kind == "yaml" and hit.get("job")) or not isinstance(options, dict):
            continue
        soft = bool(hit.get("soft"))
        for value in options.values():
            given = str(value).strip().lstrip("./")
            if given not in view.entries:
                continue
            if given.endswith((".py", ".sh")):
                yield Command(("python" if given.endswith(".py") else "bash", given), hit, "ci", soft)
            for fact in view.of(given, "document-type"):
                if fact.name in _CREATED:
                    yield Command(("az", "ml", _CREATED[fact.name], "create", "--file", given), hit, "ci", soft)


#: What a description of Azure ML's is made by.
_CREATED = {
    **dict.fromkeys(("azureml/pipelineJob", "azureml/commandJob", "azureml/sweepJob"), "job"),
    **dict.fromkeys(("azureml/managedOnlineEndpoint", "azureml/kubernetesOnlineEndpoint"), "online-endpoint"),
    **dict.fromkeys(("azureml/managedOnlineDeployment", "azureml/kubernetesOnlineDeployment"), "online-deployment"),
    "azureml/batchEndpoint": "batch-endpoint",
    **dict.fromkeys(("azureml/batchDeployment", "azureml/modelBatchDeployment", "azureml/pipelineComponentBatchDeployment"), "batch-deployment"),
    "azureml/data": "data",
    "azureml/environment": "environment",
}  # fmt: skip


def _job_files(view: View) -> dict[str, list[Command]]:
    """Job descriptions that a command submits (``submit job.yaml``): path -> the commands that they start."""
    jobs: dict[str, list[Command]] = {}
    for hit in view.hits("key", "entrypoint", "command", "run", "cmd", "spec.entrypoint", "jobs.*.command"):
        if view.kinds.get(hit.path) not in ("yaml", "json", "yaml-pipeline") or not isinstance(hit.fact.value, str):
            continue
        for line in re.split(r"\n|&&|;", hit.fact.value):
            words = words_of(line)
            if words:
                jobs.setdefault(hit.path, []).append(Command(words, hit, "task", False))
    return jobs


def _is_for(command: Command, environment: str) -> bool:
    """Whether a command of tox's general section is meant for this environment, by its factors (``py311-lint``)."""
    condition = command.hit.get("factors")
    if not isinstance(condition, str):
        return True
    factors = set(environment.split("-"))
    return any(
        all((part.lstrip("!") in factors) != part.startswith("!") for part in some.strip("{}").split("-"))
        for some in condition.split(",")
    )


def _nearest(command: Command, files: set[str]) -> set[str]:
    """Of several files that define a task, those that a command means: of the folder it names or runs in, its own, the root's."""
    if len(files) < 2:
        return files
    words, path = command.words, command.hit.path
    named = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-C", "--directory", "--prefix")]
    named += [word.partition("=")[2] for word in words if word.startswith(("-C=", "--directory=", "--prefix="))]
    folders = named or [str(hit) for hit in (command.hit.get("folder"),) if hit]
    if folders:
        folder = folders[0].removeprefix("./").strip("/")
        return {file for file in files if file.rpartition("/")[0] == folder} or files
    if path in files:
        return {path}
    for folder in (path.rpartition("/")[0], ""):
        beside = {file for file in files if file.rpartition("/")[0] == folder}
        if beside:
            return beside
    return files


def _hop(
    command: Command,
    tasks: dict[tuple[str, str], list[Command]],
    scripts: dict[str, list[Command]],
    needs: dict[tuple[str, str], list[tuple[str, str]]],
    seen: set[tuple[str, str]],
    depth: int,
) -> Iterator[Command]:
    """The commands that a CI command starts: a task of make and kin (and what that task needs), or a script."""
    if depth > 3:
        return
    words = command.words
    via = command.via or command.line

    def follow(started: Iterable[Command]) -> Iterator[Command]:
        for inner in started:
            found = Command(inner.words, inner.hit, command.where, command.soft or inner.soft, via)
            yield found
            yield from _hop(found, tasks, scripts, needs, seen, depth + 1)

    kind = _RUNNERS.get(words[0])
    if kind:
        names = [
            word
            for word in words[1:]
            if not word.startswith("-") and "=" not in word and word not in ("run", "test:") or word == "run-script"
        ]
        if words[0] in ("npm", "yarn", "pnpm") and len(words) > 1:
            names = [word for word in words[1:] if word not in ("run", "run-script") and not word.startswith("-")][:1]
        if words[0] == "tox":
            names = [part for word in words[1:] for part in word.split(",") if not part.startswith("-")]
        if not names or words[0] == "nox":
            names = (
                names + [name for name_kind, name in tasks if name_kind == kind]
                if words[0] in ("tox", "nox")
                else names or ["all", "default", ""]
            )
        pending = list(names)
        while pending:
            name = pending.pop(0)
            for key in dict.fromkeys([(kind, name), (kind, f"testenv:{name}"), (kind, name.rpartition("-")[0])]):
                if key in seen or (key not in tasks and key not in needs):
                    continue
                seen.add(key)
                files = _nearest(
                    command, {inner.hit.path for inner in tasks.get(key, ())} | {p for p, _ in needs.get(key, ())}
                )
                pending += [need for path, need in needs.get(key, ()) if path in files]
                yield from follow(inner for inner in tasks.get(key, ()) if inner.hit.path in files)
            if words[0] == "tox" and (kind, name) not in seen:  # it has no section of its own
                seen.add((kind, name))
                yield from follow(inner for inner in tasks.get((kind, "testenv"), ()) if _is_for(inner, name))
        return
    runner = _TASK_RUNNER.match(command.hit.fact.name)
    if runner:  # ``pixi run tests``: the name of a task stands where a program would
        for task_kind in ("pixi", "pyproject"):
            key = (task_kind, words[0])
            if key in tasks and key not in seen:
                seen.add(key)
                yield from follow(tasks[key])
                return
    script = None
    if words[0] in ("bash", "sh", "zsh", "source", ".", "chmod") and len(words) > 1:
        script = next(
            (word for word in words[1:] if not word.startswith("-") and word.endswith((".sh", ".bash"))), None
        )
        if words[0] == "chmod":
            script = None
    elif words[0].endswith((".sh", ".bash")):
        script = words[0]
    if script:
        tail = script.lstrip("./").lower()
        tail = re.sub(r"^(\$\{?\w+\}?/)+|^\$\{\{[^}]*\}\}/", "", tail)
        for path, found_commands in scripts.items():
            if (path.lower() == tail or path.lower().endswith("/" + tail)) and ("script", path) not in seen:
                seen.add(("script", path))
                yield from follow(found_commands)
