"""Regular expressions that wait for their first use are right all the same."""

from __future__ import annotations

import gc
import pkgutil
import re
from importlib import import_module

import mlopslint
from mlopslint.patterns import _FORGETTABLE, Asked, _Late, forget, late, remembered


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
    wanted = Asked(re.compile("5"))
    assert wanted.among({"5", "6", "15"}) == {"5", "15"} and wanted["16"] is False
    assert wanted.among({"25", "6"}) == {"25"}
    monkeypatch.setattr(Asked, "ROOM", 4)  # all that was asked is forgotten, and the answer stays right
    assert wanted.among({"5", "35", "36"}) == {"5", "35"} and len(wanted) == 3


def test_what_is_remembered_has_a_bound(monkeypatch):
    monkeypatch.setattr(Asked, "ROOM", 3)
    wanted = Asked(re.compile("5"))
    assert [name for name in map(str, range(20)) if wanted[name]] == ["5", "15"]
    assert len(wanted) <= 3
