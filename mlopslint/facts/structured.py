"""Any YAML, JSON, TOML or INI file -> what it declares itself to be, its parts, and its keys."""

from __future__ import annotations

import re

from mlopslint.facts.platforms import recognise
from mlopslint.facts.text import decode, text_of
from mlopslint.facts.tree import (
    Tree,
    as_map,
    flatten,
    json_locator,
    load_ini,
    load_json,
    load_yaml,
    read_table,
    toml_lines,
    toml_locator,
)
from mlopslint.patterns import late
from mlopslint.records import Fact

#: YAML and JSON above this many characters are known by their head alone.
LARGE = 1_000_000
#: A YAML file of this size was written by a program (an install manifest, most often): it is read line by line.
GENERATED = 300_000


def read_yaml(data: bytes) -> list[Fact]:
    """A YAML file of any purpose, templates of Helm included."""
    text = decode(data)
    if len(text) > LARGE:
        return _head(text)
    tree = load_yaml(text) if len(text) <= GENERATED else None
    if tree is None or (tree.error and tree.template):
        from mlopslint.facts.kubernetes import helm_facts

        return helm_facts(text)
    return tree.errors() + yaml_facts(tree)


def yaml_facts(tree: Tree) -> list[Fact]:
    """Facts of parsed YAML: each document by what it is, and its keys; vendors of CI are told by content too."""
    from mlopslint.facts.ci import azure_facts, looks_azure
    from mlopslint.facts.ci_more import cloud_build_facts, codebuild_facts, looks_cloud_build, looks_codebuild
    from mlopslint.facts.dependencies import conda_facts
    from mlopslint.facts.images import compose_facts, looks_compose

    root = tree.root
    if tree.error and tree.template:
        return []
    if root:
        if looks_azure(root):
            return azure_facts(Tree(tree.documents, "", tree.template))
        if looks_codebuild(root):
            return codebuild_facts(root)
        if looks_cloud_build(root):
            return cloud_build_facts(root)
        if looks_compose(root):
            return compose_facts(tree) + flatten(root, 600)
        if "name" in root or "channels" in root:
            found = conda_facts(root)
            if found:
                return found + flatten(root, 300)
    facts: list[Fact] = []
    room = 1500
    for document in tree.documents[:200]:
        facts += recognise(document)
        if room > 0 and isinstance(document, (dict, list)):
            found = flatten(document, room)
            room -= len(found)
            facts += found
    return facts


def read_json(data: bytes) -> list[Fact]:
    """A JSON file; comments are allowed, as several tools allow them."""
    text = decode(data)
    if len(text) > LARGE:
        return _head(text)
    if not text.strip():
        return []
    try:
        value = load_json(text)
    except ValueError as error:
        if "{{" in text or "{%" in text or "\n{" in text:  # a template, or lines of JSON
            return []
        return [Fact("error", str(error)[:200])]
    facts = [_placed(fact, text) for fact in recognise(value)]
    schema = text_of(as_map(value).get("$schema"), 300)
    if schema and not any(fact.kind == "document-type" for fact in facts):
        facts.append(Fact("document-type", schema, 1))
    records = isinstance(value, list) and len(value) > 50
    return facts + flatten(value, 60 if records else 150, json_locator(text))


def _placed(fact: Fact, text: str) -> Fact:
    """``fact`` with the line of its name in ``text``, where it has none yet."""
    if fact.line or not fact.name:
        return fact
    at = text.find(f'"{fact.name}"')
    return Fact(fact.kind, fact.name, text.count("\n", 0, at) + 1, fact.value) if at >= 0 else fact


_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("grafana-dashboard", late(r'"panels":\s*\[(?s:.*)"(?:gridPos|datasource)"')),
    ("expectation-suite", late(r'"expectation_suite_name"|"expectations":\s*\[')),
    ("openapi", late(r'^\s*\{?\s*"?(?:openapi|swagger)"?:', re.M)),
    ("sagemaker-pipeline", late(r'"Version":\s*"2020-12-01"')),
)


def _head(text: str) -> list[Fact]:
    """What the beginning of a large file says about the whole."""
    head = text[:50_000]
    match = re.search(r'"?\$schema"?:\s*"?([^"\s]{5,300})', head)
    if match:
        return [Fact("document-type", match.group(1), head.count("\n", 0, match.start()) + 1)]
    kind = re.search(r"^kind:\s*(\w{2,80})", head, re.M)
    api = re.search(r"^apiVersion:\s*([\w./-]{2,80})", head, re.M)
    if kind and api:
        line = head.count("\n", 0, kind.start()) + 1
        value = {"platform": "kubernetes", "api": api.group(1), "name": ""}
        return [
            Fact("document-type", f"{api.group(1)}/{kind.group(1)}", line),
            Fact("resource", kind.group(1), line, value),
        ]
    return [Fact("document-type", name, 1) for name, pattern in _HEADS if pattern.search(head)][:1]


def read_toml(data: bytes) -> list[Fact]:
    """A TOML file."""
    text = decode(data)
    table, facts = read_table(text)
    lines = toml_lines(text)
    if "app" in table and ({"http_service", "services", "vm", "build"} & set(table)):
        facts.append(Fact("document-type", "fly-app", 1))
    if "tasks" in table and ("dependencies" in table or "workspace" in table):
        facts.append(Fact("document-type", "pixi", 1))
    return facts + flatten(table, 1500, toml_locator(lines))


def read_ini(data: bytes) -> list[Fact]:
    """An INI file, a ``.env`` file (names only) or Java properties."""
    from mlopslint.facts.dependencies import ini_keys

    text = decode(data)
    head = text.lstrip()[:1]
    if head in ("{", "<") and len(text) < LARGE:  # .conf and .cfg in other languages
        return []
    return ini_keys(load_ini(text[:LARGE]))
