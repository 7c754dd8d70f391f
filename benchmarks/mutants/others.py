"""Defects of notebooks as a whole, of workflows, Dockerfiles and manifests, and of names and sizes of files."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from mlopslint.kinds import kind_of

from .hosts import Code, Mutant, Project, cell, code_hosts, dumped
from .seeds import KEY

#: Makes mutants of a project for one rule, in an order that is always the same.
Maker = Callable[[Project], Iterator[Mutant]]
MAKERS: dict[str, Maker] = {}


def other(rule: str) -> Callable[[Maker], Maker]:
    """Register the maker of a rule."""

    def register(maker: Maker) -> Maker:
        MAKERS[rule] = maker
        return maker

    return register


# -- notebooks ------------------------------------------------------------------------------------------------------------


def _notebooks(owner: Project, rule: str, least: int = 3) -> Iterator[tuple[Code, dict[str, Any]]]:
    for host in code_hosts(owner, "notebook"):
        if len(host.sources) >= least and rule not in owner.codes(host.path):
            yield host, host.notebook


def _book(rule: str, variation: str, path: str, book: dict[str, Any], cells: frozenset[int] | None = None) -> Mutant:
    every = frozenset(range(len(book["cells"]) + 1))
    return Mutant(rule, variation, path, {path: dumped(book)}, (1, 1), every if cells is None else cells)


def _executed(book: dict[str, Any]) -> list[int]:
    return [
        number
        for number, item in enumerate(book["cells"])
        if item["cell_type"] == "code" and "".join(item["source"]).strip() and (item.get("execution_count") or 0) > 0
    ]


@other("NBK101")
def ran_out_of_order(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK101"):
        ran = _executed(book)
        if len(ran) > 2:
            one, two = ran[len(ran) // 2 - 1 : len(ran) // 2 + 1]
            cells = book["cells"]
            counts = cells[one]["execution_count"], cells[two]["execution_count"]
            if "install" not in "".join(cells[one]["source"]) and counts[0] > 1:
                cells[two]["execution_count"], cells[one]["execution_count"] = counts
                yield _book("NBK101", "real construct", host.path, book)
                book = host.notebook
                book["cells"].insert(one, book["cells"].pop(two))
                yield _book("NBK101", "cells moved", host.path, book)


@other("NBK102")
def one_was_not_run(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK102"):
        ran = [
            number for number in _executed(book) if not re.match(r"\s*[!%#]", "".join(book["cells"][number]["source"]))
        ]
        if len(ran) > 2:
            chosen = book["cells"][ran[len(ran) // 2]]
            chosen["execution_count"], chosen["outputs"] = None, []
            yield _book("NBK102", "real construct", host.path, book, frozenset({ran[len(ran) // 2] + 1}))
            book = host.notebook
            book["cells"].append(cell("print(len(dir()))"))
            yield _book("NBK102", "as is", host.path, book, frozenset({len(book["cells"])}))


@other("NBK103")
def large_output(owner: Project) -> Iterator[Mutant]:
    picture = "".join(random.Random(3).choices("ABCDEFGHabcdefgh0123456789+/", k=1000)) * 300
    for host, book in _notebooks(owner, "NBK103"):
        output = {"output_type": "display_data", "data": {"image/png": picture}, "metadata": {}}
        printed = {"output_type": "stream", "name": "stdout", "text": ["one more row\n"] * 20_000}
        for variation, one in (("as is", output), ("printed", printed)):
            book = host.notebook
            book["cells"].append(cell("show()", 99, [one]))
            yield _book("NBK103", variation, host.path, book, frozenset({len(book["cells"])}))


@other("NBK105")
def headings_removed(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK105", 5):
        before = len(book["cells"])
        book["cells"] = [item for item in book["cells"] if item["cell_type"] == "code"]
        if len(book["cells"]) < before and "NBK105" not in owner.codes(host.path):
            yield _book("NBK105", "real construct", host.path, book)


@other("NBK106")
def too_long(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK106"):
        long = "\n".join(f"print({number} + len('row {number}'))" for number in range(70))
        book["cells"].append(cell(long))
        yield _book("NBK106", "as is", host.path, book, frozenset({len(book["cells"])}))
        book = host.notebook
        book["cells"] += [cell(f"print({number})") for number in range(51 - len(host.sources) + 6)]
        yield _book("NBK106", "many cells", host.path, book)
        book = host.notebook
        codes = [item for item in book["cells"] if item["cell_type"] == "code"]
        joined = "\n".join("".join(item["source"]) for item in codes)
        if not re.search(r"(?m)^\s*[!%]", joined) and sum(1 for row in joined.split("\n") if row.strip(" #)]}")) > 90:
            try:
                compile(joined, "<cells>", "exec")
            except SyntaxError:
                continue
            book["cells"] = [item for item in book["cells"] if item["cell_type"] != "code"] + [cell(joined)]
            yield _book("NBK106", "real construct", host.path, book, frozenset({len(book["cells"])}))


@other("NBK107")
def emptied(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK107"):
        at = len(book["cells"]) // 2
        for variation, source in (("as is", ""), ("blank lines", "\n  \n")):
            book = host.notebook
            book["cells"].insert(at, cell(source))
            yield _book("NBK107", variation, host.path, book, frozenset({at + 1}))


@other("NBK109")
def named_badly(owner: Project) -> Iterator[Mutant]:
    for host, _ in _notebooks(owner, "NBK109", 1):
        folder, _, name = host.path.rpartition("/")
        stem = name.removesuffix(".ipynb")
        for bad in ("Untitled", "Untitled3", f"{stem}-Copy1", f"Copy of {stem}", f"{stem} (1)", f"{stem} final?"):
            path = f"{folder}/{bad}.ipynb".lstrip("/")
            data = owner.texts[host.path]
            variation = "real construct" if stem in bad else "as is"
            yield Mutant("NBK109", variation, path, {path: data}, (1, 1), frozenset({0, 1}), frozenset({host.path}))


@other("NBK110")
def used_before_definition(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK110"):
        for number, _, tree in host.trees:
            imports = [node for node in tree.body if type(node).__name__ == "Import" and node.names[0].asname]
            name = imports[0].names[0].asname if imports else ""
            later = [
                n for n, text in host.sources.items() if n > number and re.search(rf"(?m)^[^#'\"]*\b{name}\.", text)
            ]
            again = sum(len(re.findall(rf"\bas {name}\b|^{name} =|import \*", text)) for text in host.sources.values())
            if name and later and again == 1:
                source = re.sub(rf"\bas {name}\b", f"as {name}_", host.sources[number])
                if re.search(rf"(?<!['\"\w.]){name}\.", source):
                    continue
                book = host.notebook
                book["cells"][number - 1]["source"] = source.splitlines(keepends=True)
                yield _book("NBK110", "real construct", host.path, book)
                break
        book = host.notebook
        book["cells"] += [cell("print(harvest)"), cell("harvest = 3")]
        yield _book("NBK110", "as is", host.path, book, frozenset({len(book["cells"]) - 1}))
        book = host.notebook
        book["cells"] += [cell("def reap():\n    return harvest * 2"), cell("reap()"), cell("harvest = 3")]
        yield _book("NBK110", "in a function", host.path, book)


@other("NBK111")
def does_not_parse(owner: Project) -> Iterator[Mutant]:
    for host, book in _notebooks(owner, "NBK111"):
        for number, source, _ in host.trees:
            broken = re.sub(r"\)(?=[^)]*$)", "", source, count=1)
            if broken != source and not re.search(
                r"(?i)#.*(?:your|todo|fill|complete|exercise|write)|_{3}|\?\?|<[A-Z]", source
            ):
                try:
                    compile(broken, "<cell>", "exec")
                except SyntaxError:
                    book["cells"][number - 1]["source"] = broken.splitlines(keepends=True)
                    yield _book("NBK111", "real construct", host.path, book, frozenset({number}))
                    break
        book = host.notebook
        book["cells"].append(cell("for number in range(3)\n    print(number)"))
        yield _book("NBK111", "as is", host.path, book, frozenset({len(book["cells"])}))


# -- names, sizes, installs ------------------------------------------------------------------------------------------------


@other("NAM101")
def module_named_badly(owner: Project) -> Iterator[Mutant]:
    packages = {path.rpartition("/")[0] for path in owner.texts if path.endswith("/__init__.py")}
    for host in code_hosts(owner, "python"):
        folder, _, name = host.path.rpartition("/")
        stem = name.removesuffix(".py")
        if folder not in packages or stem.startswith("_") or "NAM101" in owner.codes(host.path):
            continue
        main = "__main__" in host.sources[0]
        for bad in (
            f"{stem}-new",
            f"2_{stem}",
            f"my {stem}",
            *(() if main else (f"{stem.title().replace('_', '')}Step",)),
        ):
            path = f"{folder}/{bad}.py"
            data = owner.texts[host.path]
            yield Mutant(
                "NAM101", "real construct", path, {path: data}, (1, 1), gone=frozenset({host.path}), whole=True
            )


@other("STR102")
def large_file(owner: Project) -> Iterator[Mutant]:
    folders = sorted({path.rpartition("/")[0] for path in owner.paths("python", "notebook")})
    for folder in folders[:12]:
        for name, byte in (("train.csv", b"1,2,3\n"), ("model.pkl", b"\x80\x04\x95\0"), ("weights.h5", b"\x89HDF\0")):
            path = f"{folder}/{name}".lstrip("/")
            yield Mutant("STR102", "as is", path, {path: byte * 400_000}, (1, 1), whole=False)


@other("VER108")
def installed_without_version(owner: Project) -> Iterator[Mutant]:
    for path in owner.paths("dockerfile", "shell"):
        if "VER108" in owner.codes(path):
            continue
        rows = owner.texts[path].decode("utf-8", "replace").split("\n")
        word = "RUN " if kind_of(path) == "dockerfile" else ""
        for number, row in enumerate(rows):
            if "==" in row and re.search(r"pip3? install", row) and "-c " not in row:
                changed = [*rows[:number], re.sub(r"[=~<>]=[\w.,<>=*]+", "", row), *rows[number + 1 :]]
                if not re.search(r"-r |\$", row):
                    data = "\n".join(changed).encode()
                    yield Mutant("VER108", "real construct", path, {path: data}, (number + 1, number + 1))
        starts = [n for n, row in enumerate(rows) if re.match(r"FROM |set -e|#!/", row)]
        if not starts or "<<" in "".join(rows):
            continue
        commands = (
            "pip install scikit-learn",
            "python -m pip install --no-cache-dir -U mlflow boto3",
            "apt-get update && \\\n    pip3 install xgboost",
            "uv pip install --system numpy",
        )
        for command in commands:
            at = starts[-1] + 1
            changed = [*rows[:at], *(word + command).split("\n"), *rows[at:]]
            yield Mutant("VER108", "as is", path, {path: "\n".join(changed).encode()}, (at + 1, at + 2))
    for host, _ in _notebooks(owner, "VER108"):
        for command in (
            "!pip install -q transformers datasets",
            "%pip install lightgbm",
            "!python3 -m pip install umap-learn",
        ):
            made = _appended(host, command)
            yield made


def _appended(host: Code, source: str) -> Mutant:
    book = host.notebook
    book["cells"].append(cell(source))
    return _book("VER108", "notebook", host.path, book, frozenset({len(book["cells"])}))


# -- workflows ---------------------------------------------------------------------------------------------------------


def _files(owner: Project, rule: str, *kinds: str) -> Iterator[tuple[str, list[str], Any]]:
    for path in owner.paths(*kinds):
        if rule in owner.codes(path):
            continue
        text = owner.texts[path].decode("utf-8", "replace")
        try:
            trees = (
                list(yaml.safe_load_all(text)) if "docker" not in kinds[0] or path.endswith((".yml", ".yaml")) else []
            )
        except yaml.YAMLError:
            continue
        yield path, text.split("\n"), trees


def _text(
    rule: str, variation: str, path: str, rows: list[str], lines: tuple[int, int], loads: bool = True
) -> Iterator[Mutant]:
    text = "\n".join(rows)
    if loads:
        try:
            list(yaml.safe_load_all(text))
        except yaml.YAMLError:
            return
    yield Mutant(rule, variation, path, {path: text.encode()}, lines)


def _steps(rows: list[str]) -> Iterator[tuple[int, str]]:
    """(number of the row, indentation) of every first line of a step."""
    inside = -1
    for number, row in enumerate(rows):
        if re.match(r"\s+steps:\s*$", row):
            inside = number
        match = re.match(r"(\s+)- (?:name|uses|run|id):? ?", row)
        if match and inside >= 0 and number > inside:
            yield number, match.group(1)


@other("CIC101")
def action_from_a_branch(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "CIC101", "github-workflow"):
        for number, row in enumerate(rows):
            match = re.match(r"(\s*-?\s*uses:\s*[\"']?)([\w.-]+/[\w./-]+)@([\w./-]+)(.*)$", row)
            if match and not match.group(2).startswith(("actions/", "github/", owner.name.partition("/")[0] + "/")):
                for ref in ("main", "master"):
                    changed = f"{match.group(1)}{match.group(2)}@{ref}{match.group(4)}"
                    new = [*rows[:number], changed, *rows[number + 1 :]]
                    yield from _text("CIC101", "real construct", path, new, (number + 1, number + 1))
        for number, indent in list(_steps(rows))[:2]:
            new = [*rows[:number], f"{indent}- uses: someone/setup-thing@main", *rows[number:]]
            yield from _text("CIC101", "as is", path, new, (number + 1, number + 1))


@other("CIC102")
def permissions_removed(owner: Project) -> Iterator[Mutant]:
    for path, rows, trees in _files(owner, "CIC102", "github-workflow"):
        if not trees or not isinstance(trees[0], dict):
            continue
        kept: list[str] = []
        depth = -1
        for row in rows:
            indent = len(row) - len(row.lstrip())
            if depth >= 0 and (indent > depth or not row.strip()):
                continue
            depth = -1
            if re.match(r"\s*permissions:", row):
                depth = indent
                continue
            kept.append(row)
        if len(kept) < len(rows):
            yield from _text("CIC102", "real construct", path, kept, (1, len(kept)))
        if "permissions" in trees[0]:
            number = next(n for n, row in enumerate(rows) if row.startswith("permissions:"))
            end = next((n for n in range(number + 1, len(rows)) if rows[n][:1] not in (" ", "")), len(rows))
            new = [*rows[:number], "permissions: write-all", *rows[end:]]
            yield from _text("CIC102", "write-all", path, new, (number + 1, number + 1))


_EVENTS = "on: [issue_comment, pull_request]"


def _with_events(rows: list[str], events: str) -> list[str] | None:
    start = next((n for n, row in enumerate(rows) if re.match(r"['\"]?on['\"]?:", row)), None)
    if start is None:
        return None
    end = next((n for n in range(start + 1, len(rows)) if rows[n][:1] not in (" ", "", "#")), len(rows))
    return [*rows[:start], events, *rows[end:]]


@other("CIC103")
def script_injected(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "CIC103", "github-workflow"):
        changed = _with_events(rows, _EVENTS)
        for number, indent in list(_steps(changed or []))[:2]:
            for context in ("github.event.pull_request.title", "github.head_ref", "github.event.comment.body"):
                step = [
                    f"{indent}- run: |",
                    f"{indent}    set -e",
                    f'{indent}    echo "${{{{ {context} }}}}" >> out.txt',
                ]
                new = [*changed[:number], *step, *changed[number:]]
                yield from _text("CIC103", "as is", path, new, (number + 1, number + 3))
        for number, row in enumerate(changed or []):
            match = re.match(r"(\s*-?\s*run:\s*)([\w./-][^|>&{'\"]*)$", row)
            if match:
                new = [*changed[:number], f"{row} ${{{{ github.head_ref }}}}", *changed[number + 1 :]]
                yield from _text("CIC103", "real construct", path, new, (number + 1, number + 1))


@other("CIC104")
def failure_ignored(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "CIC104", "github-workflow", "azure-pipeline", "gitlab-ci"):
        for number, row in enumerate(rows):
            match = re.match(
                r"(\s*)(-?\s*)run:\s*((?:python -m )?(?:pytest|tox|mypy|flake8|make (?:test|lint))\b[^|&{]*)$", row
            )
            if match:
                new = [*rows[:number], row.rstrip() + " || true", *rows[number + 1 :]]
                yield from _text("CIC104", "real construct", path, new, (number + 1, number + 1))
                indent = match.group(1) + " " * len(match.group(2))
                new = [*rows[: number + 1], f"{indent}continue-on-error: true", *rows[number + 1 :]]
                yield from _text("CIC104", "continue-on-error", path, new, (number + 1, number + 2))
            elif re.match(r"\s+(?:python -m |poetry run |uv run )?pytest\b[^|&\\{]*$", row):
                new = [*rows[:number], row.rstrip() + " || true", *rows[number + 1 :]]
                yield from _text("CIC104", "real construct", path, new, (number + 1, number + 1))
        for number, indent in list(_steps(rows))[:2]:
            step = [
                f"{indent}- name: Unit tests",
                f"{indent}  run: python -m pytest -q",
                f"{indent}  continue-on-error: true",
            ]
            new = [*rows[:number], *step, *rows[number:]]
            yield from _text("CIC104", "as is", path, new, (number + 1, number + 3))


@other("CIC105")
def dangerous_trigger(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "CIC105", "github-workflow"):
        for event, head in (
            ("pull_request_target", "github.event.pull_request.head.sha"),
            ("pull_request_target", "github.head_ref"),
            ("workflow_run", "github.event.workflow_run.head_sha"),
        ):
            on = f"on:\n  {event}:\n    workflows: [tests]" if event == "workflow_run" else f"on: {event}"
            changed = _with_events(rows, on)
            for number, row in enumerate(changed or []):
                match = re.match(r"(\s*)(-?\s*)uses: actions/checkout@v\d", row)
                near = "\n".join(changed[max(0, number - 25) : number + 5])
                if (
                    match
                    and "with:" not in "\n".join(changed[number : number + 2])
                    and not re.search(r"\bif:|environment:", near)
                ):
                    indent = match.group(1) + " " * len(match.group(2))
                    new = [
                        *changed[: number + 1],
                        f"{indent}with:",
                        f"{indent}  ref: ${{{{ {head} }}}}",
                        *changed[number + 1 :],
                    ]
                    text = "\n".join(new)
                    yield from _text("CIC105", "real construct", path, text.split("\n"), (number + 1, number + 6))


@other("CIC106")
def credential_in_workflow(owner: Project) -> Iterator[Mutant]:
    for path, rows, trees in _files(owner, "CIC106", "github-workflow"):
        for number, row in enumerate(rows):
            match = re.match(
                r"(\s+)([A-Za-z_]*(?:TOKEN|KEY|SECRET|PASSWORD|token|password)\w*): \$\{\{ ?secrets\.[^}]*\}\}\s*$", row
            )
            if match:
                new = [*rows[:number], f"{match.group(1)}{match.group(2)}: {KEY}", *rows[number + 1 :]]
                yield from _text("CIC106", "real construct", path, new, (number + 1, number + 1))
        if trees and isinstance(trees[0], dict) and "env" not in trees[0]:
            at = next((n for n, row in enumerate(rows) if row.startswith("jobs:")), None)
            if at is not None:
                new = [*rows[:at], "env:", f"  REGISTRY_TOKEN: {KEY}", *rows[at:]]
                yield from _text("CIC106", "as is", path, new, (at + 1, at + 2))


# -- images and manifests ------------------------------------------------------------------------------------------------


@other("DEP101")
def image_without_version(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "DEP101", "dockerfile"):
        aliases = {match.group(1) for row in rows if (match := re.search(r"(?i)\bas\s+(\S+)\s*$", row))}
        for number, row in enumerate(rows):
            match = re.match(r"(FROM(?: --\S+)* )([\w./-]+):([\w.-]+)(.*)$", row)
            if match and match.group(2) not in aliases and match.group(3) != "latest" and "@" not in row:
                for tag in ("", ":latest"):
                    new = [
                        *rows[:number],
                        f"{match.group(1)}{match.group(2)}{tag}{match.group(4)}",
                        *rows[number + 1 :],
                    ]
                    yield from _text("DEP101", "real construct", path, new, (number + 1, number + 1), False)
    for path, rows, _ in _files(owner, "DEP101", "yaml", "compose"):
        if "\napiVersion:" not in "\n" + "\n".join(rows) and kind_of(path) != "compose" or "{{" in "".join(rows):
            continue
        for number, row in enumerate(rows):
            match = re.match(r"(\s+-?\s*image:\s*[\"']?)([a-z][\w./-]*/[\w./-]+|[a-z]+):([\w.-]+)([\"']?\s*)$", row)
            if match and match.group(3) != "latest" and _in_pod(rows[:number], path):
                new = [*rows[:number], f"{match.group(1)}{match.group(2)}:latest{match.group(4)}", *rows[number + 1 :]]
                yield from _text("DEP101", "manifest", path, new, (number + 1, number + 1))


def _in_pod(above: list[str], path: str) -> bool:
    """Whether a row is of a container; other resources name images that are read in other ways."""
    keys = [row.strip(" -") for row in above if re.match(r"\s*-?\s*(?:containers|relatedImages|kind|predictor):", row)]
    return kind_of(path) == "compose" or bool(keys) and keys[-1] == "containers:"


@other("DEP102")
def root_again(owner: Project) -> Iterator[Mutant]:
    for path, rows, _ in _files(owner, "DEP102", "dockerfile"):
        text = "\n".join(rows)
        last = max((n for n, row in enumerate(rows) if row.upper().startswith("FROM ")), default=-1)
        if last < 0 or "$" in rows[last]:
            continue
        users = [n for n, row in enumerate(rows) if re.match(r"USER\s", row) and n > last]
        known = re.match(
            r"FROM (?:--\S+ )?(?:docker\.io/)?(?:library/)?(?:python|ubuntu|debian|alpine|pytorch/pytorch|tensorflow/tensorflow|nginx|node|nvidia/cuda)[:@]",
            rows[last],
        )
        serves = re.search(r"(?m)^EXPOSE|uvicorn|gunicorn|flask run|streamlit run", "\n".join(rows[last:]))
        if users and known and serves:
            new = [row for n, row in enumerate(rows) if n not in users]
            yield from _text("DEP102", "real construct", path, new, (1, len(new)), False)
        if known and "jupyter" not in text and "gosu" not in text and not serves and not users:
            server = 'CMD ["uvicorn", "service:app", "--host", "0.0.0.0"]'
            new = [*(row for n, row in enumerate(rows) if n <= last or not re.match(r"CMD|ENTRYPOINT", row)), server]
            new = _whole(new)
            yield from _text("DEP102", "as is", path, new, (1, len(new)), False)
            new = _whole([*new[:-1], "EXPOSE 8080", "USER root", server])
            yield from _text("DEP102", "user root", path, new, (1, len(new)), False)


def _whole(rows: list[str]) -> list[str]:
    """Rows whose last instruction before the new ones is not cut off."""
    return [row.removesuffix("\\") if n == len(rows) - 2 else row for n, row in enumerate(rows)]


def _manifest(kind: str, name: str, ports: bool, resources: bool, probe: bool) -> list[str]:
    rows = ["---", "apiVersion: apps/v1", f"kind: {kind}", "metadata:", f"  name: {name}", "spec:", "  selector:"]
    rows += [f"    matchLabels: {{app: {name}}}", "  template:", "    metadata:", f"      labels: {{app: {name}}}"]
    rows += [
        "    spec:",
        "      containers:",
        f"        - name: {name}",
        f"          image: registry.example.com/{name}:1.4",
    ]
    rows += ["          ports:", "            - containerPort: 8080"] if ports else []
    rows += ["          resources:", "            limits: {memory: 1Gi}"] if resources else []
    rows += ["          readinessProbe:", "            httpGet: {path: /health, port: 8080}"] if probe else []
    return rows


def _without(rows: list[str], key: str) -> Iterator[list[str]]:
    """The rows without all blocks of a key."""
    kept: list[str] = []
    depth = -1
    for row in rows:
        indent = len(row) - len(row.lstrip())
        if depth >= 0 and row.strip() and (indent > depth or indent == depth and row.lstrip().startswith("- ")):
            continue
        depth = -1
        if re.match(rf"\s+(?:{key}):", row):
            depth = indent
            continue
        kept.append(row)
    if len(kept) < len(rows):
        yield kept


def _manifests(owner: Project, rule: str) -> Iterator[tuple[str, list[str], list[dict[str, Any]]]]:
    for path, rows, trees in _files(owner, rule, "yaml"):
        if "\napiVersion:" in "\n" + "\n".join(rows) and "{{" not in "".join(rows):
            yield path, rows, [tree for tree in trees if isinstance(tree, dict)]


@other("DEP104")
def probes_removed(owner: Project) -> Iterator[Mutant]:
    for path, rows, trees in _manifests(owner, "DEP104"):
        deployed = [tree for tree in trees if tree.get("kind") in ("Deployment", "StatefulSet")]
        if any(
            "selector" in (tree.get("spec") or {}) and "ports" in json.dumps(tree, default=str) for tree in deployed
        ):
            for kept in _without(rows, "readinessProbe|livenessProbe|startupProbe"):
                yield from _text("DEP104", "real construct", path, kept, (1, len(kept)))
        for kind in ("Deployment", "StatefulSet"):
            new = [*rows, *_manifest(kind, "planted", True, True, False)]
            yield from _text("DEP104", "as is", path, new, (len(rows) + 1, len(new)))


@other("DEP105")
def resources_removed(owner: Project) -> Iterator[Mutant]:
    for path, rows, trees in _manifests(owner, "DEP105"):
        known = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"}
        if not re.search("initContainers|PersistentVolumeClaim", "".join(rows)) and any(
            tree.get("kind") in known and "resources" in json.dumps(tree, default=str) for tree in trees
        ):
            for kept in _without(rows, "resources"):
                yield from _text("DEP105", "real construct", path, kept, (1, len(kept)))
        for kind in ("Deployment", "DaemonSet"):
            new = [*rows, *_manifest(kind, "planted", kind == "Deployment", False, True)]
            yield from _text("DEP105", "as is", path, new, (len(rows) + 1, len(new)))
