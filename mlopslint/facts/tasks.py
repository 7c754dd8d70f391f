"""What one command starts (make, just, task, tox, Snakemake, shell scripts) and what git hooks start -> facts."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.commands import split
from mlopslint.facts.text import decode, fold, text_of, texts
from mlopslint.facts.tree import (
    as_list,
    as_map,
    content_of,
    flatten,
    line_of,
    load_ini,
    load_yaml,
    maps,
    read_table,
    toml_lines,
)
from mlopslint.patterns import late
from mlopslint.records import Fact


def _run(text: str, line: int, task: str, soft: bool = False, **more: Any) -> list[Fact]:
    """Commands of a task."""
    value = {"task": task, **more}
    return [Fact("command", c.text, line + c.line - 1, {**value, "soft": soft or c.soft}) for c in split(text)]


# ----------------------------------------------------------------------------------------------------- make and just

_TARGET = late(r"^([^\s#:=][^:=#\n]{0,200}?)[ \t]*::?(?![=:])[ \t]*([^\n]*)$")
_VARIABLE = late(r"^(?:export[ \t]+|override[ \t]+)?([A-Za-z_]\w{0,60})[ \t]*(?:\?|:{1,3}|\+)?=[ \t]*([^\n]{0,300})$")
_USE = late(r"\$[({](\w{1,60})[)}]")


def _filled(text: str, variables: dict[str, str]) -> str:
    if "$" not in text:
        return text
    for _ in range(3):
        filled = _USE.sub(lambda m: variables.get(m.group(1), m.group(0)), text)[:4000]
        if filled == text:
            break
        text = filled
    return text


def read_makefile(data: bytes) -> list[Fact]:
    """A Makefile: targets, and the commands of their recipes with plain variables put in."""
    lines = decode(data).split("\n")
    variables = {"MAKE": "make", "SHELL": "sh"}
    facts: list[Fact] = []
    targets: list[str] = []
    i = 0
    while i < len(lines) and len(facts) < 4000:
        number, line = i + 1, lines[i]
        i += 1
        while line.endswith("\\") and i < len(lines):
            line += "\n" + lines[i]
            i += 1
        if line.startswith("\t"):
            if targets:
                recipe = line.strip()
                marks = re.match(r"[@+-]*", recipe)
                prefix = marks.group(0) if marks else ""
                facts += _run(
                    _filled(recipe[len(prefix) :].replace("$$", "$"), variables), number, targets[0], "-" in prefix
                )
            continue
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        variable = _VARIABLE.match(line)
        if variable:
            variables[variable.group(1)] = variable.group(2).partition(" #")[0].strip()
            targets = []
            continue
        target = _TARGET.match(line.partition("\n")[0])
        if target is None:
            targets = [] if not line.startswith((" ", "if", "else", "endif")) else targets
            continue
        names = [name for name in target.group(1).split() if not re.match(r"\.[A-Z]", name)]
        targets = [name[:120] for name in names]
        prerequisites, _, recipe = target.group(2).partition("#")[0].partition(";")
        for name in targets[:20]:
            facts.append(
                Fact("task", name, number, {"needs": prerequisites.replace("|", " ").split()[:50], "tool": "make"})
            )
        if recipe.strip() and targets:
            facts += _run(_filled(recipe.strip(), variables), number, targets[0])
    return facts


_RECIPE = late(r"^@?([A-Za-z_][\w-]{0,80})((?:[ \t]+[^:\n]{0,200})?)[ \t]*:(?!=)[ \t]*([^\n]*)$")


def read_justfile(data: bytes) -> list[Fact]:
    """A justfile."""
    facts: list[Fact] = []
    task = ""
    body: list[str] = []
    began = 0
    for number, line in enumerate([*decode(data).split("\n")[:20_000], "end:"], 1):
        if task and (line[:1] in (" ", "\t") or not line.strip()):
            began = began or number
            body.append(line.strip())
            continue
        if task and body:
            facts += _just_body(body, began, task)
        match = _RECIPE.match(line)
        task, body, began = "", [], 0
        if match and number <= 20_000 and not (line == "end:" and not match.group(2)):
            task = match.group(1)
            needs = re.findall(r"[A-Za-z_][\w-]*", re.sub(r"\([^)]*\)|#.*", "", match.group(3)))
            facts.append(Fact("task", task, number, {"needs": needs[:50], "tool": "just"}))
    return facts


def _just_body(body: list[str], line: int, task: str) -> list[Fact]:
    if body[0].startswith("#!") and "sh" not in body[0]:
        return []
    if body[0].startswith("#!"):
        return _run("\n".join(body), line, task)
    facts: list[Fact] = []
    text, began = "", line
    for offset, raw in enumerate(body):
        if not text:
            began = line + offset
        text += raw
        if raw.endswith("\\"):
            text += "\n"
            continue
        stripped = text.lstrip("@-")
        facts += _run(stripped, began, task, "-" in text[: len(text) - len(stripped)])
        text = ""
    return facts


def read_taskfile(data: bytes) -> list[Fact]:
    """Taskfile.yml of go-task."""
    tree = load_yaml(decode(data))
    facts = tree.errors()
    tasks = as_map(tree.root.get("tasks"))
    for name, body in tasks.items():
        line = line_of(tasks, name)
        options = body if isinstance(body, dict) else {}
        commands = options.get("cmds", options.get("cmd")) if options else body
        needs = [
            text_of(as_map(need).get("task") if isinstance(need, dict) else need)
            for need in as_list(options.get("deps"))
        ]
        needs += [text_of(command.get("task")) for command in maps(commands) if "task" in command]
        facts.append(Fact("task", str(name)[:120], line, {"needs": [need for need in needs if need], "tool": "task"}))
        soft = options.get("ignore_error") is True
        for i, command in enumerate(as_list(commands)[:200]):
            at = (
                line_of(commands, i)
                if isinstance(commands, list)
                else content_of(options or tasks, "cmd" if options else name)
            )
            if isinstance(command, dict):
                soft_one = soft or command.get("ignore_error") is True
                facts += _run(
                    text_of(command.get("cmd", command.get("defer")), 4000),
                    content_of(command, "cmd"),
                    str(name)[:120],
                    soft_one,
                )
            else:
                facts += _run(text_of(command, 20_000), at or line, str(name)[:120], soft)
    return facts + flatten(tree.root, 300)


def read_mise(data: bytes) -> list[Fact]:
    """mise.toml: its tasks and what they run."""
    text = decode(data)
    root, facts = read_table(text)
    lines = toml_lines(text)
    for name, body in as_map(root.get("tasks")).items():
        line = lines.get(f"tasks.{name}", 0)
        options = body if isinstance(body, dict) else {"run": body}
        needs = [
            text_of(need).split(" ")[0]
            for need in [*as_list(options.get("depends")), *as_list(options.get("depends_post"))]
        ]
        names = {str(name)[:120], *(text_of(alias) for alias in as_list(options.get("alias")))}
        for each in sorted(names - {""}):
            facts.append(Fact("task", each, line, {"needs": [need for need in needs if need], "tool": "mise"}))
            for command in as_list(options.get("run"))[:200]:
                facts += _run(text_of(command, 20_000), line, each)
    return facts + flatten(root, 200)


# ---------------------------------------------------------------------------------------------------------------- tox


def read_tox(data: bytes) -> list[Fact]:
    """tox.ini: environments as tasks, and the sections of other tools as keys."""
    from mlopslint.facts.dependencies import ini_keys

    text = decode(data)
    return tox_facts(text) + ini_keys(load_ini(text))


def tox_facts(text: str) -> list[Fact]:
    """Environments of tox in INI text, with their commands and dependencies."""
    from mlopslint.facts.dependencies import requirement

    facts: list[Fact] = []
    seen: set[str] = set()
    for item in load_ini(text):
        if item.section != "testenv" and not item.section.startswith("testenv:"):
            continue
        task = item.section.partition(":")[2] or "testenv"
        if task not in seen:
            seen.add(task)
            facts.append(Fact("task", task[:120], item.line, {"needs": [], "tool": "tox"}))
        lines = item.value.split("\n")
        if item.key in ("commands", "commands_pre", "commands_post"):
            for offset, line in enumerate(lines):
                stripped = line.strip()
                condition = re.match(r"([\w,!{}.-]+): +(?=\S)", stripped)  # on the factors of the environment
                more = {"factors": condition.group(1)} if condition else {}
                stripped = stripped[condition.end() :] if condition else stripped
                soft = stripped.startswith("-")
                facts += _run(stripped.lstrip("- "), item.line + offset, task[:120], soft, **more) if stripped else []
        elif item.key == "deps":
            for offset, line in enumerate(lines):
                stripped = re.sub(r"^[\w,!{}.-]+: +(?=\S)", "", line.strip())
                fact = (
                    requirement(stripped, item.line + offset, "test")
                    if not stripped.startswith(("-", "{", "#"))
                    else None
                )
                facts += [fact] if fact else []
    return facts


# -------------------------------------------------------------------------------------------------------------- shell


def read_shell(data: bytes) -> list[Fact]:
    """A shell script: its commands; without ``set -e`` only the last one decides how it ends."""
    text = decode(data)
    lines = sum(1 for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", "::", "REM ")))
    facts = [Fact("language", "shell", 1, {"lines": lines})]
    strict = re.search(r"^\s*set\s+-\w*e|^#!.*sh\s+-\w*e|set -o errexit", text, re.M) is not None
    if re.match(r"#!.*\b(python|perl|ruby|node|Rscript)", text):
        return []
    # in a script of its own a pipe is the author's affair: only its operators count
    for command in split(text, pipefail=True):
        value: dict[str, Any] = {"soft": command.soft}
        if not strict and not command.last and not command.told:
            value["lenient"] = True
        facts.append(Fact("command", command.text, command.line, value))
    return facts


# --------------------------------------------------------------------------------------------------------- git hooks


def read_pre_commit(data: bytes) -> list[Fact]:
    """.pre-commit-config.yaml."""
    tree = load_yaml(decode(data))
    return tree.errors() + pre_commit_facts(tree.root) + flatten(tree.root, 600)


def pre_commit_facts(root: dict[str, Any]) -> list[Fact]:
    """Hooks of a configuration of pre-commit."""
    facts: list[Fact] = []
    for repository in list(maps(root.get("repos")))[:200]:
        source, rev = text_of(repository.get("repo"), 200), text_of(repository.get("rev"), 80)
        for hook in list(maps(repository.get("hooks")))[:200]:
            value: dict[str, Any] = {"repo": source, "rev": rev, "entry": fold(text_of(hook.get("entry"), 400))}
            if hook.get("args"):
                value["args"] = fold(" ".join(texts(hook["args"])))
            if hook.get("stages"):
                value["stages"] = texts(hook["stages"])
            facts.append(Fact("hook", text_of(hook.get("id"), 120), line_of(hook, "id"), value))
    return facts


def read_lefthook(data: bytes) -> list[Fact]:
    """lefthook.yml."""
    tree = load_yaml(decode(data))
    facts = tree.errors()
    for stage, body in tree.root.items():
        if not isinstance(body, dict):
            continue
        named = [
            (str(name), entry, line_of(body[key], name))
            for key in ("commands", "scripts")
            for name, entry in as_map(body.get(key)).items()
        ]
        named += [
            (text_of(job.get("name", job.get("script"))), job, getattr(job, "line", 0))
            for job in _jobs(body.get("jobs"))
        ]
        for name, entry, line in named[:200]:
            run = text_of(as_map(entry).get("run"), 4000)
            label = (name or fold(run, 80))[:120]
            facts.append(
                Fact("hook", label, line, {"repo": "local", "rev": "", "entry": fold(run), "stages": [str(stage)[:40]]})
            )
            facts += _run(run, content_of(entry, "run") or line, label, hook=str(stage)[:40])
    return facts + flatten(tree.root, 300)


def _jobs(jobs: Any, depth: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for job in list(maps(jobs))[:200]:
        group = job.get("group")
        if isinstance(group, dict) and depth < 4:
            found += _jobs(group.get("jobs"), depth + 1)
        else:
            found.append(job)
    return found


def read_husky(data: bytes) -> list[Fact]:
    """A hook script of husky or of a folder of git hooks: each command is a hook."""
    text = decode(data)
    facts: list[Fact] = []
    if re.match(r"#!.*\b(python|perl|ruby|node)", text):
        return [Fact("hook", "script", 1, {"repo": "local", "rev": "", "entry": fold(text.partition("\n")[0])})]
    for command in split(text):
        if command.text.startswith((". ", "source ", "echo", "exit", "cd ", "[")):
            continue
        words = [word for word in command.text.split() if not word.startswith("-")]
        facts.append(
            Fact("hook", " ".join(words[:2])[:120], command.line, {"repo": "local", "rev": "", "entry": command.text})
        )
        facts.append(Fact("command", command.text, command.line, {"task": "git hook", "soft": command.soft}))
    return facts


# ---------------------------------------------------------------------------------------------------------- Snakemake

_RULE = late(r"^(?:rule|checkpoint)[ \t]+(\w{1,100})[ \t]*:", re.M)
_PART = late(r"^[ \t]+(input|output|shell|script|notebook|params|conda|container)[ \t]*:[ \t]*", re.M)
_STRING = late(
    r"\"\"\"((?:[^\\]|\\.){0,8000}?)\"\"\"|\"((?:[^\"\\\n]|\\.){0,2000})\"|'((?:[^'\\\n]|\\.){0,2000})'", re.S
)


def read_snakefile(data: bytes) -> list[Fact]:
    """A Snakefile: rules as stages."""
    text = decode(data)[:400_000]
    rules = list(_RULE.finditer(text))[:500]
    facts: list[Fact] = []
    for i, rule in enumerate(rules):
        body = text[rule.end() : rules[i + 1].start() if i + 1 < len(rules) else len(text)][:20_000]
        line = text.count("\n", 0, rule.start()) + 1
        parts: dict[str, list[str]] = {}
        places = list(_PART.finditer(body))
        for j, part in enumerate(places):
            content = body[part.end() : places[j + 1].start() if j + 1 < len(places) else len(body)]
            parts[part.group(1)] = [next(filter(None, found), "") for found in _STRING.findall(content)][:100]
        command = " ".join(parts.get("shell", parts.get("script", parts.get("notebook", []))))
        value = {
            "cmd": fold(command),
            "deps": [p[:200] for p in parts.get("input", [])],
            "outs": [p[:200] for p in parts.get("output", [])],
            "tool": "snakemake",
        }
        facts.append(Fact("stage", rule.group(1), line, value))
        facts += [fact for fact in _run(" ".join(parts.get("shell", [])), line, rule.group(1))]
    return facts
