"""Every rule against its own examples, directly and through the command line, and its page against the form of pages."""

from __future__ import annotations

import inspect
import json
import re

import pytest
from click.testing import CliRunner
from lint.examples import facts_of, files_of, split

from mlopslint.cli.lint import command
from mlopslint.lint.base import ProjectRule
from mlopslint.lint.engine import FlowRule, modules, rules

RULES = rules()
PER_FILE = [rule for rule in RULES if not isinstance(rule, ProjectRule) and rule.code != "LNT101"]
SECTIONS = ["What it does", "Why is this bad?", "Example", "Use instead", "References"]


def cases(kind):
    return [
        pytest.param(rule, example, id=f"{rule.code}-{i}")
        for rule in PER_FILE
        for i, example in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize("rule, example", cases("BAD"))
def test_bad_examples_are_found(rule, example):
    source, _ = split(rule, example)
    found = facts_of(source, rule.code)
    assert found, "not found"
    for fact in found:
        column, end_line, end_column, message, *_ = fact.value
        assert fact.line >= 1 and column >= 1 and (end_line, end_column) >= (fact.line, column)
        assert message and message[-1] != "." and "\n" not in message


@pytest.mark.parametrize("rule, example", cases("GOOD"))
def test_good_examples_are_not_found(rule, example):
    assert not facts_of(example, rule.code)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_of_a_rule_is_complete(rule):
    page = inspect.getdoc(type(rule)) or ""
    titles = re.findall(r"^(.+)\n-{4,}$", page, re.M)
    wanted = SECTIONS[:4] + (["Fix safety"] if rule.fixes else []) + SECTIONS[4:]
    assert titles == wanted
    assert modules()[rule.code].endswith(f"{rule.code.lower()}_{rule.name.replace('-', '_')}")
    assert len(rule.BAD) >= 1 and len(rule.GOOD) >= 1
    assert bool(rule.fixes) == any(
        fact.value[4]
        for example in rule.BAD
        for fact in ([] if isinstance(rule, ProjectRule) else facts_of(split(rule, example)[0], rule.code))
    ) or isinstance(rule, (ProjectRule, FlowRule))


def findings(rule, example, folder, *options):
    """What ``lint`` says of an example, as its users get it."""
    for path, data in files_of(example).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    wanted = ["--select", rule.code, "--confidence", "low", "--no-cache", *options]
    run = CliRunner().invoke(command, [str(folder), "-f", "json", *wanted], standalone_mode=False)
    assert run.exception is None, run.exception
    return run.return_value, json.loads(run.stdout)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_through_the_command_line(rule, tmp_path):
    for number, example in enumerate(rule.BAD):
        source, promise = split(rule, example)
        folder = tmp_path / f"bad{number}"
        code, result = findings(rule, source, folder)
        assert code == 1 and {item["code"] for item in result["findings"]} == {rule.code}, (number, result)
        if isinstance(rule, ProjectRule):
            path, line = promise
            assert (path, line) in {(item["path"], item["line"]) for item in result["findings"]}
    for number, example in enumerate(rule.GOOD):
        code, result = findings(rule, example, tmp_path / f"good{number}")
        assert (code, result["findings"]) == (0, []), number


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixes], ids=lambda rule: rule.code)
def test_fixes_make_what_the_example_promises(rule, tmp_path):
    shown = 0
    for number, example in enumerate(rule.BAD):
        source, promise = split(rule, example)
        if promise is None or isinstance(rule, ProjectRule):
            continue
        shown += 1
        folder = tmp_path / str(number)
        findings(rule, source, folder, "--fix" if rule.fixes == "safe" else "--unsafe-fixes")
        (name, wanted), *_ = files_of(promise).items()
        path = folder / (name if (folder / name).exists() else next(iter(files_of(source))))
        assert path.read_bytes() == wanted
        findings(rule, {}, folder, "--unsafe-fixes")
        assert path.read_bytes() == wanted, "fixing twice changes something"
    assert shown or isinstance(rule, ProjectRule), "no example shows the fix"
