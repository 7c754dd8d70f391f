"""The mutation benchmark: what it plants parses, is a change, and is found."""

from __future__ import annotations

import ast
import shutil
import sys

import pytest
import yaml
from conftest import FIXTURES, ROOT


@pytest.fixture(scope="module")
def mutation():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import mutation
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    return mutation


@pytest.fixture(scope="module")
def host(mutation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("host") / "churn"
    shutil.copytree(FIXTURES / "levels" / "level3", folder)
    return mutation.project(str(folder))


@pytest.mark.parametrize("rule", ["DAT101", "VER101", "CIC104"])
def test_what_is_planted_parses_and_is_found(mutation, host, rule):
    mutants = mutation.sample([host], rule)
    assert {mutant.variation for mutant, _ in mutants} >= {"as is", "real construct"}
    for mutant, owner in mutants[::4]:
        data = mutant.files[mutant.path]
        assert data != owner.texts[mutant.path]
        assert ast.parse(data) if mutant.path.endswith(".py") else yaml.safe_load(data)
        assert mutation.found(owner, mutant), mutation.shown(owner, mutant)


def test_a_file_as_it_was_is_not_taken_for_found(mutation, host):
    for mutant, owner in mutation.sample([host], "VER101")[:3]:
        assert not mutation.found(owner, mutant._replace(files={mutant.path: owner.texts[mutant.path]}))


def test_every_way_of_writing_a_seed_is_a_program(mutation):
    for seed in mutation.SEEDS:
        for way in mutation.WAYS:
            if way not in ("cells", "in a function of the host"):
                text = mutation.written(seed, way)
                assert text is None or mutation.parsed(text), (seed.rule, way)


def test_every_default_rule_has_a_defect(mutation):
    known = {seed.rule for seed in mutation.SEEDS} | set(mutation.others.MAKERS)
    # what has no defect of its own: an ignore that hides nothing
    assert {rule.code for rule in mutation.rules() if rule.default} - known == {"LNT101"}
