"""Every rule against its own examples: BAD ones are found, GOOD ones are not, and its page has its sections."""

from __future__ import annotations

import inspect
import re

import pytest
from lint.examples import facts_of, split

from mlopslint.lint.base import ProjectRule
from mlopslint.lint.engine import FlowRule, modules, rules

RULES = rules()
PER_FILE = [rule for rule in RULES if not isinstance(rule, ProjectRule)]
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
