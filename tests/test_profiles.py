"""What a repository is for: how it is told, what that leaves out, and that a detection never moves the score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlopslint import review
from mlopslint.cli import group, run
from mlopslint.config import Config
from mlopslint.rules import load

CATALOGUE = load()
PACKAGE = '[project]\nname = "forecastkit"\nversion = "1.0"\n'
DEPLOY = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s/\n"
PUBLISH = "on: release\njobs:\n  pypi:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: pypa/gh-action-pypi-publish@release/v1\n"
SETUP = "from setuptools import setup\n\nsetup(name='forecastkit', version='1')\n"
MANIFEST = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n"
    "      containers: [{name: api, image: 'api:1.0'}]\n"
)
PAPER = "# Networks of things\n\nCode of the paper.\n\n```\n@article{things, title={Things}}\n```\n"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": "x = 1\n" * 70}
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "published by CI": ("library", {"pyproject.toml": PACKAGE, ".github/workflows/r.yml": PUBLISH}),
    "published, and can be run": (
        "library",
        {"pyproject.toml": PACKAGE, ".github/workflows/r.yml": PUBLISH, "k8s/a.yaml": MANIFEST},
    ),
    "published, and deployed": (
        "application",
        {"pyproject.toml": PACKAGE, ".github/workflows/r.yml": PUBLISH, ".github/workflows/d.yml": DEPLOY},
    ),
    "installed by its name": (
        "library",
        {"setup.py": SETUP, "README.md": "# forecastkit\n\n```sh\npip install forecastkit\n```\n"},
    ),
    "installed by another name": (
        "application",
        {"setup.py": SETUP, "README.md": "# forecastkit\n\n```sh\npip install -r requirements.txt\n```\n"},
    ),
    "brewed": (
        "application",
        {"setup.py": SETUP, "README.md": "# forecastkit\n\n```sh\nbrew install forecastkit\n```\n"},
    ),
    "an R package": (
        "library",
        {
            "DESCRIPTION": "Package: things\nVersion: 1.0\nTitle: Things\n",
            "NAMESPACE": "export(fit)\n",
            "R/fit.R": "fit <- 1\n",
        },
    ),
    "code of a paper": ("research", {"README.md": PAPER, "train.py": "x = 1\n"}),
    "code of a paper, deployed": ("application", {"README.md": PAPER, ".github/workflows/d.yml": DEPLOY}),
    "a course": ("research", {"README.md": "# Deep learning course\n\nLessons.\n", "a.py": "x = 1\n"}),
    "notebooks": ("research", {"README.md": "# Sales\n", "a.ipynb": NOTEBOOK}),
    "a template by its file": (
        "template",
        {"cookiecutter.json": '{"name": "x"}', "{{cookiecutter.name}}/a.py": "x = 1\n"},
    ),
    "a template by its title": ("template", {"README.md": "# PyTorch template\n", "a.py": "x = 1\n"}),
    "a service": ("application", {"README.md": "# Churn\n", "app.py": "x = 1\n", "k8s/a.yaml": MANIFEST}),
}


def written(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_a_profile_is_told_from_the_files(case: str, tmp_path: Path):
    wanted, files = CASES[case]
    reading = review(written(tmp_path, files), config=Config(), use_cache=False).assessment.profile
    assert reading is not None and reading.name == wanted, reading
    assert not reading.chosen and bool(reading.evidence) == (wanted != "application")


def test_a_detection_moves_no_verdict_and_a_setting_moves_those_it_names(tmp_path: Path):
    folder = written(tmp_path, CASES["published by CI"][1])
    plain = review(folder, config=Config(profile="application"), use_cache=False).assessment
    detected = review(folder, config=Config(), use_cache=False).assessment
    chosen = review(folder, config=Config(profile="library"), use_cache=False).assessment
    assert detected.practices == plain.practices and detected.score == plain.score
    assert chosen.profile and detected.profile and chosen.profile.chosen
    assert chosen.score == chosen.profile.score == detected.profile.score != plain.score
    assert [level.level for level in chosen.levels] == [0, 1] and chosen.level == detected.profile.level
    left = {item.code for item in chosen.profile.left_out}
    before = {v.code: v for v in plain.practices}
    for verdict in chosen.practices:
        if verdict.code in left:
            assert verdict.status == "n/a" and "not asked of the profile library" in verdict.reason
        elif before[verdict.code].status != "n/a":
            assert verdict == before[verdict.code] or before[verdict.code].level is None
    assert {"DEP002", "VER003"} <= left and "TST001" not in left


def test_the_option_is_the_setting_and_a_wrong_name_says_which_there_are(tmp_path: Path, capsys):
    folder = written(tmp_path, CASES["published by CI"][1])
    options = ["--no-cache", "--exit-zero", "--profile"]
    assert run(lambda **kw: group(["scan", folder, *options, "library"], **kw)) == 0
    assert "Profile library: " in capsys.readouterr().out
    assert run(lambda **kw: group(["scan", folder, *options, "libary"], **kw)) == 2
    assert "did you mean 'library'?" in capsys.readouterr().err


@pytest.mark.parametrize("profile", CATALOGUE.profiles, ids=lambda profile: profile.name)
def test_what_a_profile_leaves_out_is_there_to_be_left_out(profile):
    codes = [practice.code for practice in CATALOGUE.practices]
    for item in profile.leaves_out:
        assert item.why and all(any(code.startswith(prefix) for code in codes) for prefix in item.codes), item
    assert profile.top in range(1, 5)


def test_the_profile_that_asks_for_everything_is_the_last():
    assert [profile.name for profile in CATALOGUE.profiles if profile.when is None] == [CATALOGUE.profiles[-1].name]
    assert not CATALOGUE.profiles[-1].leaves_out
