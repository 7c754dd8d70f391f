"""How many planted defects mlopslint finds: each rule's defect is put into clean real code, in several ways, and looked for."""

from __future__ import annotations

import argparse
import ast
import difflib
import random
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest

from mutants import others, real, variations
from mutants.hosts import Code, Mutant, Project, code_hosts, found, parsed, project
from mutants.seeds import SEEDS, Seed

from mlopslint.lint.engine import rules

Owned = tuple[Mutant, Project]
#: Mutants of one rule, and how many of them at most are changed real constructs.
MOST, REAL = 40, 20
#: Seeds go to this many hosts of a project.
HOSTS = 6
WAYS = (
    "as is", "renamed", "imports aliased", "in a function", "in a method", "under if", "under with", "under try",
    "in a function of the host", "made by a helper", "through a helper", "cells",
)  # fmt: skip


def written(seed: Seed, way: str) -> str | None:
    """A seed in one of the ways that are text of their own."""
    text = seed.text
    simple = {
        "as is": variations.plain,
        "renamed": variations.renamed,
        "imports aliased": variations.aliased,
        "in a function": variations.in_function,
        "in a method": variations.in_method,
        "under if": variations.under_if,
        "under with": variations.under_with,
        "under try": variations.under_try,
    }
    if way in simple:
        return simple[way](text)
    if not seed.via:
        return None
    return (variations.made_by_helper if way == "made by a helper" else variations.through_helper)(text, seed.via)


def planted(seed: Seed, way: str, host: Code) -> Mutant | None:
    """A seed in a host: at the end of a module (ahead of its main guard), in one of its functions, or as new cells."""
    if way == "cells":
        cells = variations.in_cells(seed.text)
        return host.with_cells(seed.rule, way, cells) if 0 not in host.sources and len(cells) > 1 else None
    if 0 not in host.sources:
        text = None if way == "in a function of the host" else written(seed, way)
        return host.with_cells(seed.rule, way, [text]) if text else None
    rows = host.sources[0].rstrip("\n").split("\n")
    if way == "in a function of the host":
        return _in_function(seed, way, host, rows)
    text = written(seed, way)
    if text is None:
        return None
    at = next((number for number, row in enumerate(rows) if row.startswith("if __name__")), len(rows))
    new = ["", *text.rstrip("\n").split("\n"), ""]
    return host.replaced(
        seed.rule,
        way,
        0,
        "\n".join([*rows[:at], *new, *rows[at:], ""]),
        (at + 1, at + len(new)),
        seed.rule in real.WHOLE,
    )


def _in_function(seed: Seed, way: str, host: Code, rows: list[str]) -> Mutant | None:
    """At the end of the first function of the module that does not end by returning something."""
    tree = parsed(host.sources[0])
    for node in tree.body if tree else ():
        last = node.body[-1] if type(node).__name__ == "FunctionDef" and not node.decorator_list else None
        if last is None or type(last).__name__ in ("Return", "Raise") or "yield" in host.sources[0] or seed.top:
            continue
        if any(type(item).__name__ in ("Return", "Raise") for item in ast.walk(last)):
            continue  # what stands below it may never run
        if re.search(r"__|close|clean|safe|stop|exit|maybe|try_", node.name) or last.col_offset != 4:
            continue
        new = textwrap.indent(variations.plain(seed.text), "    ").rstrip("\n").split("\n")
        at = last.end_lineno or last.lineno
        text = "\n".join([*rows[:at], *new, *rows[at:], ""])
        return host.replaced(seed.rule, way, 0, text, (at + 1, at + len(new)), seed.rule in real.WHOLE)
    return None


def of_seeds(owner: Project, rule: str, ways: Iterable[str]) -> Iterator[Mutant]:
    """The seeds of a rule in hosts of a project."""
    own = [seed for seed in SEEDS if seed.rule == rule]
    if not own:
        return
    hosts = [host for kind in ("python", "notebook") for host in code_hosts(owner, kind)]
    ways = list(ways)
    turn = random.Random(f"{owner.name} {rule}").randrange(len(ways))
    for number in range(HOSTS * len(ways)):
        seed = own[number % len(own)]
        way = ways[(number + number // len(ways) + turn) % len(ways)]
        fit = [
            host
            for host in hosts
            if not host.imports(*seed.without)
            and not (seed.unless and any(re.search(seed.unless, text) for text in host.sources.values()))
            and (rule not in real.WHOLE or owner.on_its_own(host.path))
            and (not seed.needs or host.imports(*seed.needs))
            and (way != "cells" or 0 not in host.sources)
            and (way != "in a function of the host" and not seed.alone or 0 in host.sources)
        ]
        if way == "renamed" and seed.named:
            continue
        for host in fit[number % max(len(fit), 1) :][:4]:
            mutant = None if rule in owner.codes(host.path) else planted(seed, way, host)
            if mutant is not None:
                yield mutant
                break


def of_code(owner: Project, rule: str) -> Iterator[Mutant]:
    """Real constructs of a project that are given the defect of a rule."""
    for kind in ("python", "notebook"):
        for host in code_hosts(owner, kind):
            if rule in real.MAKERS and rule not in owner.codes(host.path):
                for number, source, lines in list(real.changes(host, rule))[:3]:
                    mutant = host.replaced(rule, "real construct", number, source, lines, rule in real.WHOLE)
                    if mutant is not None:
                        yield mutant


def mixed(sources: Iterable[Iterable[Owned]], most: int) -> list[Owned]:
    """The first so many, one of each source in turn."""
    turns = zip_longest(*sources)
    return list(islice((item for turn in turns for item in turn if item is not None), most))


def owned(owner: Project, mutants: Iterable[Mutant]) -> Iterator[Owned]:
    """Mutants with the project that they are of."""
    return ((mutant, owner) for mutant in mutants)


def sample(projects: list[Project], rule: str) -> list[Owned]:
    """The mutants of a rule: real constructs first, then seeds, always the same for the same projects."""
    if rule in others.MAKERS:
        ways: dict[str, dict[str, list[Owned]]] = defaultdict(lambda: defaultdict(list))
        for owner in projects:
            for mutant in islice(others.MAKERS[rule](owner), 4 * MOST):
                ways[mutant.variation][owner.name].append((mutant, owner))
        return mixed((mixed(ways[way].values(), MOST) for way in sorted(ways)), MOST)
    chosen = mixed((owned(owner, of_code(owner, rule)) for owner in projects), REAL)
    return chosen + mixed((owned(owner, of_seeds(owner, rule, WAYS)) for owner in projects), MOST - len(chosen))


def shown(owner: Project, mutant: Mutant) -> str:
    """What was changed, for reading."""
    before = owner.texts.get(mutant.path, b"").decode("utf-8", "replace").split("\n")
    after = mutant.files[mutant.path].decode("utf-8", "replace").split("\n")
    rows = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:60]
    return "\n".join(row[:160] for row in rows)


def table(title: str, counts: dict[str, Counter[bool]]) -> str:
    """Markdown: what, mutants, found, recall."""
    rows = [f"| {title} | mutants | found | recall |", "|---|---|---|---|"]
    for name, count in counts.items():
        total = sum(count.values())
        rows.append(f"| {name} | {total} | {count[True]} | {100 * count[True] / total:.0f} % |")
    return "\n".join(rows)


def main() -> None:
    """Plant, look, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", nargs="+")
    parser.add_argument("--rule", action="append", metavar="CODE", help="only rules that begin so")
    parser.add_argument("--show-missed", action="store_true", help="print each mutant that is not found")
    options = parser.parse_args()
    projects = [project(path) for path in options.repository]
    by_rule: dict[str, Counter[bool]] = {}
    by_way: dict[str, Counter[bool]] = defaultdict(Counter)
    for rule in rules():
        if not rule.default or options.rule and not rule.code.startswith(tuple(options.rule)):
            continue
        for mutant, owner in sample(projects, rule.code):
            seen = found(owner, mutant)
            by_rule.setdefault(f"{rule.code} {rule.name}", Counter())[seen] += 1
            by_way[mutant.variation][seen] += 1
            if options.show_missed and not seen:
                print(f"--- {mutant.rule} {mutant.variation}: {owner.name} {mutant.path}", file=sys.stderr)
                print(shown(owner, mutant), file=sys.stderr)
    print(table("rule", by_rule) + "\n\n" + table("variation", dict(sorted(by_way.items()))))


if __name__ == "__main__":
    main()
