"""Predicates on names, style and logging (NAM, MON006)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, half, no, not_applicable, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence
from mlopslint.view import OWN_AND_TESTS

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def module_names(judge: Judge) -> Outcome:
    """NAM001: Python files and folders with snake_case names that can be imported."""
    view = judge.view
    names: dict[str, str] = {}
    for path in view.files("python", OWN_AND_TESTS):
        parts = path.split("/")
        for i, part in enumerate(parts[:-1]):
            if not part.startswith(".") and "{" not in part:
                names["/".join(parts[: i + 1])] = part
        names[path] = parts[-1][:-3] if parts[-1].endswith(".py") else parts[-1].rpartition(".")[0]
    if not names:
        return not_applicable("there is no Python code")
    good = re.compile(r"^_*[a-z][a-z0-9_]*$|^__\w+__$")
    bad = [path for path, name in names.items() if not good.match(name) and not re.match(r"^\d+(\.\d+)?[-_]", name)]
    bad += [path for path, name in names.items() if re.match(r"^\d+(\.\d+)?[-_]", name)]
    share = 1 - len(bad) / len(names)
    text = f"{len(names) - len(bad)} of {len(names)} names ({share:.0%}) are snake_case and importable"
    evidence = [Evidence(path, None, path.rpartition("/")[2]) for path in sorted(bad)[:5]]
    return _share(share, 0.95, 0.80, text, evidence)


def identifier_names(judge: Judge) -> Outcome:
    """NAM002: functions, classes and arguments as PEP 8 has them, the field's own names allowed."""
    total = 0
    bad: list[Evidence] = []
    for path in judge.view.files("python", OWN_AND_TESTS):
        module = judge.view.module(path)
        total += module.get("names", 0)
        for text in module.get("bad_names", ()):
            name, _, line = text.rpartition(":")
            bad.append(Evidence(path, int(line), name))
    if not total:
        return not_applicable("no names are defined in Python")
    share = 1 - len(bad) / total
    return _share(share, 0.95, 0.85, f"{total - len(bad)} of {total} names ({share:.1%}) follow PEP 8", bad)


_BAD_NOTEBOOK = late(
    r"untitled|(^|[-_ (])copy([-_ )0-9]|$)|\s|^[\d\-_.]+$|^.$|[^\x21-\x7e]|final[-_ ]?(final|v?\d)|^(test|tmp|temp|new|foo)\d*$",
    re.I,
)


def notebook_names(judge: Judge) -> Outcome:
    """NAM003: notebook names that say something and work everywhere."""
    notebooks = judge.view.notebooks
    if not notebooks:
        return not_applicable("there are no notebooks")
    bad = [path for path in notebooks if _BAD_NOTEBOOK.search(path.rpartition("/")[2][:-6])]
    if bad:
        return no(
            f"{len(bad)} of {len(notebooks)} notebooks are named badly (Untitled, copy, spaces, only digits...)",
            [Evidence(path, None, path.rpartition("/")[2]) for path in bad[:5]],
        )
    return yes(
        "all notebooks have telling, portable names"
        if len(notebooks) > 1
        else "the notebook has a telling, portable name",
        [Evidence(notebooks[0])],
    )


def types_checked(judge: Judge) -> Outcome:
    """NAM006: a type checker, or annotations on over half of the functions."""
    uses = judge.technologies.find(kinds=["type-checker"], rung=2)
    if uses:
        return yes(f"{uses[0].name} is {'run' if uses[0].rung > 2 else 'configured'}", uses[0].evidence, uses[0].rung)
    total = annotated = 0
    for path in judge.view.python_files:
        for fact in judge.view.of(path, "def"):
            value = fact.value
            if value["type"] == "class" or value.get("nested"):
                continue
            total += 1
            annotated += bool(value["annotated"] or value["returns"])
    if total and annotated / total > 0.5:
        return half(
            f"{annotated} of {total} functions are annotated ({annotated / total:.0%}), but no checker is configured"
        )
    if not judge.view.python_files:
        return not_applicable("there is no Python code outside notebooks")
    return no(f"no type checker; {annotated} of {total} functions are annotated")


def docstrings(judge: Judge) -> Outcome:
    """NAM008: public modules, classes, functions and methods with docstrings."""
    total = documented = 0
    missing: list[Evidence] = []
    for path in judge.view.python_files:
        module = judge.view.module(path)
        if not module:
            continue
        empty_init = path.endswith("__init__.py") and module.get("statements", 0) <= 1 and not module.get("doc")
        if not empty_init:
            total += 1
            documented += bool(module.get("doc"))
        # what overrides a documented method needs no docstring of its own (pydocstyle D102)
        overriding = {
            fact.value.get("target")
            for fact in judge.view.of(path, "decorator")
            if fact.name.rpartition(".")[2] == "override"
        }
        for fact in judge.view.of(path, "def"):
            value = fact.value
            if not value.get("public") or value.get("nested") or value.get("dunder"):
                continue
            if not value.get("doc") and value["type"] == "method" and fact.name.rpartition(".")[2] in overriding:
                continue
            total += 1
            if value.get("doc"):
                documented += 1
            elif len(missing) < 5:
                missing.append(Evidence(path, fact.line, fact.name))
    if not total:
        return not_applicable("there is no Python code of the project's own")
    share = documented / total
    return _share(
        share, 0.60, 0.30, f"{documented} of {total} public definitions ({share:.0%}) have a docstring", missing
    )


def function_size(judge: Judge) -> Outcome:
    """NAM009: few functions beyond 80 lines or McCabe complexity 15."""
    total = 0
    large: list[tuple[int, Evidence]] = []
    for path in judge.view.files("python", OWN_AND_TESTS):
        for fact in judge.view.of(path, "def"):
            value = fact.value
            if value["type"] == "class":
                continue
            total += 1
            if value["lines"] > 80 or value["complexity"] > 15:
                large.append(
                    (
                        value["lines"],
                        Evidence(
                            path, fact.line, f"{fact.name}: {value['lines']} lines, complexity {value['complexity']}"
                        ),
                    )
                )
    if not total:
        return not_applicable("no functions are defined in Python")
    large.sort(key=lambda item: -item[0])
    share = len(large) / total
    text = f"{len(large)} of {total} functions ({share:.1%}) exceed 80 lines or complexity 15"
    return _share(1 - share, 0.95, 0.85, text, [evidence for _, evidence in large[:5]], strict=True)


def style_consistent(judge: Judge) -> Outcome:
    """NAM010: stage names and the project's own configuration keys keep one style within each file."""
    view = judge.view
    groups: dict[str, list[tuple[str, int]]] = {}
    for hit in judge.concepts.stage_names:
        groups.setdefault(hit.path, []).append((hit.fact.name, hit.fact.line))
    for path in view.files(["yaml", "toml", "json", "ini"]):
        if not re.search(
            r"(^|/)[^/]*(config|conf|params?|parameters|settings|hyp|hparams|experiments?)[^/]*(/|\.)", path, re.I
        ) or view.of(path, "document-type"):
            continue
        if re.search(
            r"(^|/)(\.github|\.vscode|\.devcontainer|k8s|kubernetes|helm|charts|manifests|deploy\w*)/|package|tsconfig|renovate|mkdocs|tokenizer|\.pre-commit|logg",
            path,
            re.I,
        ):
            continue
        for fact in view.of(path, "key"):
            for part in re.split(r"[.\[\]]+", fact.name):
                if part:
                    groups.setdefault(path, []).append((part, fact.line))
    if not groups and (judge.technologies.find(kinds=["pipeline"], rung=2) or judge.predicate("chained_by_script")):
        return yes("the pipeline names no stages that could differ in style", [], confidence="low")
    if not groups:
        return not_applicable("there is no pipeline and no configuration file of the project's own")
    bad: list[Evidence] = []
    for path, names in groups.items():
        styles: dict[str, list[tuple[str, int]]] = {}
        for name, line in dict(names).items():
            style = _style(name)
            if style:
                styles.setdefault(style, []).append((name, line))
        if len(styles) > 1:
            total = sum(map(len, styles.values()))
            rare = min(styles.values(), key=len)
            if len(rare) > 0.1 * total and len(rare) >= 1 and total >= 3:
                bad.append(
                    Evidence(path, rare[0][1] or None, f"{rare[0][0]} beside {max(styles.values(), key=len)[0][0]}")
                )
    if bad:
        return no(f"names of different styles in {len(bad)} of {len(groups)} files", bad, "medium")
    return yes(
        f"one style in each of {len(groups)} files", [Evidence(path) for path in list(groups)[:2]], confidence="medium"
    )


def _style(name: str) -> str:
    if re.fullmatch(r"[a-z]+[a-z0-9]*|[A-Z](_[0-9]+)?|[A-Z][a-z]+|[A-Z]+[0-9]*|[\d.\-+e]+", name):
        return ""  # one word, or a symbol of a formula (T_0), fits every style
    if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]*)+|_[a-z0-9_]+", name):
        return "snake"
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        return "kebab"
    if re.fullmatch(r"[a-z]+[a-z0-9]*([A-Z][a-z0-9]*)+", name):
        return "camel"
    if re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+", name):
        return "upper"
    return ""


def _share(
    share: float, full: float, part: float, text: str, evidence: list[Evidence], strict: bool = False
) -> Outcome:
    if share > full or (share == full and not strict):
        return yes(text, evidence[:3])
    if share > part or (share == part and not strict):
        return half(text, evidence)
    return no(text, evidence)


def structured_logging(judge: Judge) -> Outcome:
    """MON006: logging rather than print in the project's own code."""
    prints = logs = 0
    worst: list[tuple[int, str]] = []
    imported = False
    for path in judge.view.python_files:
        module = judge.view.module(path)
        count = module.get("prints", 0)
        prints += count
        if count:
            worst.append((count, path))
        logs += module.get("logs", 0)
        imported = imported or any(
            fact.name.split(".")[0] in ("logging", "loguru", "structlog", "absl") or "logger" in fact.name.lower()
            for fact in judge.view.of(path, "import")
        )
    if not judge.view.python_files:
        return not_applicable("there is no Python code outside notebooks")
    worst.sort(reverse=True)
    evidence = [Evidence(path, None, f"{count} prints") for count, path in worst[:4]]
    if not logs:
        return no(f"no logging; {prints} prints" if prints else "no logging", evidence)
    if prints <= max(2, 0.02 * logs) or prints <= 0.05 * logs:
        return yes(f"{logs} logging calls, {prints} prints", evidence[:1], 3)
    if prints < logs:
        return half(f"{logs} logging calls beside {prints} prints", evidence, 3)
    return no(f"{prints} prints beside {logs} logging calls", evidence)
