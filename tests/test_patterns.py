"""Regular expressions that wait for their first use are right all the same."""

from __future__ import annotations

import gc
import pkgutil
import re
from importlib import import_module

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import mlopslint
from mlopslint.patterns import _FORGETTABLE, Asked, _Late, forget, late, remembered
from mlopslint.rules import load


def test_every_pattern_compiles():
    for module in pkgutil.walk_packages(mlopslint.__path__, "mlopslint."):
        if "migrations" not in module.name and module.name != "mlopslint.__main__":
            import_module(module.name)
    waiting = [item for item in gc.get_objects() if isinstance(item, _Late)]
    assert len(waiting) > 200
    for item in waiting:
        re.compile(*item._given)


def test_the_first_use_compiles_and_the_next_ones_are_plain_attributes():
    pattern = late(r"(\d+)-(\d+)", re.I)
    match = pattern.search("from 12-34")
    assert match is not None and match.groups() == ("12", "34")
    assert pattern.pattern == r"(\d+)-(\d+)" and pattern.sub("x", "1-2") == "x"
    assert not hasattr(pattern, "nothing")


def test_what_was_asked_is_remembered_until_it_is_forgotten():
    wanted = remembered("b+", re.I)
    assert wanted["aBc"] and not wanted["ac"] and dict(wanted) == {"aBc": True, "ac": False}
    assert remembered("b+", re.I) is wanted and not remembered("b+")["aBc"]
    forget()
    assert not remembered("b+", re.I)


def test_a_run_leaves_nothing_behind(make_repo):
    folder = make_repo({"a.py": "import torch\n\ntorch.load('m')\n", ".github/workflows/a.yml": "on: push\njobs: {}\n"})
    mlopslint.review(str(folder), use_cache=False)
    assert not [function for function in _FORGETTABLE if function.cache_info().currsize]
    assert len(_FORGETTABLE) > 3


def test_many_are_asked_at_once(monkeypatch):
    wanted = Asked("5")
    assert wanted.among({"5", "6", "15"}) == {"5", "15"} and wanted["16"] is False
    assert wanted.among({"25", "6"}) == {"25"}
    monkeypatch.setattr(Asked, "ROOM", 4)  # all that was asked is forgotten, and the answer stays right
    assert wanted.among({"5", "35", "36"}) == {"5", "35"} and len(wanted) == 3


def test_what_is_remembered_has_a_bound(monkeypatch):
    monkeypatch.setattr(Asked, "ROOM", 3)
    wanted = Asked("5")
    assert [name for name in map(str, range(20)) if wanted[name]] == ["5", "15"]
    assert len(wanted) <= 3


TEXTS = st.text(alphabet="abAB_./-19 \n\u0130\u017f\u212aKkSsI\u0131", max_size=12)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)(^|_)ab?(_|$)",
        r"(?i)^(?!.*b)a",
        r"(?i)[A-B]\d|s",
        r"(?i)k\b",
        r"(?i)\x5A|\x62",
        r"(?i)a|(?-i:B)",
        r"(?i)\S\Ss",
        "A",
    ],
)
@given(text=TEXTS)
def test_case_is_ignored_as_the_pattern_says(pattern: str, text: str) -> None:
    assert Asked(pattern)[text] == bool(re.search(pattern, text))


def patterns_in(value: object) -> set[str]:
    """The regular expressions of a condition."""
    if isinstance(value, dict):
        return set().union(*map(patterns_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(patterns_in, value))
    text = str(value).removeprefix("!")
    return {text[1:-1]} if len(text) > 2 and text[0] == text[-1] == "/" else set()


def test_every_pattern_of_the_rules_reads_the_same_in_lower_case() -> None:
    """All that practices search for, asked of names and paths of all kinds."""
    texts = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py")]
    texts += ["README.MD", "Data/Train.CSV", "sklearn.svm.SVC.fit", "MLproject", ".github/CODEOWNERS", "PytorchJob"]
    found = set[str]().union(*(patterns_in([p.applies, p.passes, p.partial]) for p in load().practices))
    assert len(found) > 120
    for pattern in found:
        plain, asked = re.compile(pattern, re.I), Asked(pattern, re.I)
        assert [text for text in texts if asked[text]] == [text for text in texts if plain.search(text)], pattern
