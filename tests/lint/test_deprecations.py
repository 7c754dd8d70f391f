"""The tables of deprecated interfaces, and the versions that decide whether a use is wrong."""

from __future__ import annotations

import ast
import json

import pytest
from click.testing import CliRunner
from packaging.version import Version

from mlopslint import facts
from mlopslint.cli.lint import command
from mlopslint.lint.deprecations import bounds, entries, replaced, told, verdict

ENTRIES = entries()
FIXES = ("rename", "text:", "method:", "module", "keyword:", "value:", "drop", "import:", "")


def test_there_are_enough_and_each_is_well_formed():
    assert len(ENTRIES) >= 120
    assert len({(entry.name, entry.argument) for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert entry.use and entry.since, entry
        assert any(entry.fix == fix or (fix.endswith(":") and entry.fix.startswith(fix)) for fix in FIXES), entry
        if entry.removed:
            assert Version(entry.since) <= Version(entry.removed), entry


def program(entry):
    """A use of an entry."""
    keyword, _, value = entry.argument.partition("=")
    given = f"{keyword}={value!r}" if value else f"{keyword}=1" if keyword else ""
    if entry.name.startswith("pandas.*."):
        return f"import pandas\nframe = pandas.read_csv('a.csv')\nx = frame.{entry.name[9:]}({given})\n"
    if entry.name.startswith(("pandas.DataFrame.", "pandas.Series.")):
        return f"import pandas\nframe = pandas.DataFrame()\nx = frame.{entry.name.rpartition('.')[2]}(1)\n"
    name = entry.name
    if "*" in name:
        root = name.partition(".")[0]
        if root in ("tensorflow", "keras"):
            base = "tensorflow.keras.Sequential" if root == "tensorflow" else "keras.Sequential"
            return f"import {root}\nmodel = {base}()\nx = model.{name.rpartition('.')[2]}(1)\n"
        return f"from sklearn.feature_extraction.text import CountVectorizer\nv = CountVectorizer()\nx = v.{name.rpartition('.')[2]}()\n"
    return f"import {name.partition('.')[0]}\nx = {name}({given})\n"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.name}-{entry.argument}")
def test_every_entry_is_found_and_its_fix_parses(entry, tmp_path):
    source = program(entry)
    found = [fact for fact in facts.read("python", source.encode()) if fact.kind == "lint" and fact.name == "MDL114"]
    assert found, source
    assert any(fact.value[8] == [entry.library, entry.since, entry.removed] for fact in found)


def test_fixes_of_all_entries_parse(tmp_path):
    for number, entry in enumerate(ENTRIES):
        if entry.fix:
            (tmp_path / f"m{number}.py").write_text(program(entry))
    run = CliRunner().invoke(
        command, [str(tmp_path), "--fix", "--no-cache", "--select", "MDL114"], standalone_mode=False
    )
    assert run.exception is None
    changed = 0
    for number, entry in enumerate(ENTRIES):
        if entry.fix:
            text = (tmp_path / f"m{number}.py").read_text()
            ast.parse(text)
            changed += text != program(entry)
    assert changed > 100


def test_the_step_reads_as_one():
    steps = {entry.use: told(entry) for entry in ENTRIES}
    assert steps["nothing"].endswith("; leave it out")
    assert steps["nothing: it is always done"].endswith("; leave it out: it is always done")
    assert steps["import numpy"].endswith("; import numpy")
    assert steps["numpy.inf"].endswith("; use numpy.inf")


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("", None, None),
        ("==1.21.0", (1, 21, 0), (1, 21, 1)),
        ("<1.24", None, (1, 24)),
        (">=1.20,<2", (1, 20), (2,)),
        ("~=1.21.2", (1, 21, 2), (1, 22)),
        ("^1.5", (1, 5), (2,)),
        ("=1.19", (1, 19), (1, 20)),
        ("*", None, None),
        ("!=1.0", None, None),
    ],
)
def test_bounds(text, low, high):
    assert bounds(text) == (low, high)


@pytest.mark.parametrize(
    "asked, since, removed, expected",
    [
        ("", "1.20", "1.24", "error"),
        ("==1.21.0", "1.20", "1.24", ""),
        ("<1.24", "1.20", "1.24", ""),
        ("<1.24.0", "1.20", "1.24", ""),
        ("<2.0.0", "1.25", "2.0", ""),
        ("<2", "1.25", "2.0", ""),
        (">=2.0", "2.0.0", "", "note"),
        (">=1.20", "1.20", "1.24", "error"),
        (">=2.0", "1.20", "1.24", "error"),
        ("", "2.0", "", ""),
        (">=1.26", "2.0", "", ""),
        (">=2.1", "2.0", "", "note"),
    ],
)
def test_the_versions_of_the_project_decide(asked, since, removed, expected):
    assert verdict(["numpy", since, removed], {"numpy": asked}) == expected


def test_one_file_is_judged_by_the_requirements_beside_it(make_repo):
    source = "import numpy as np\nx = np.zeros(3, dtype=np.float)\n"
    for asked, count in (("numpy==1.21.0", 0), ("numpy>=1.26", 1)):
        folder = make_repo({"src/a.py": source, "requirements.txt": asked + "\n"})
        for where in ("src/a.py", "."):
            run = CliRunner().invoke(command, [str(folder / where), "--no-cache", "--select", "MDL114", "-f", "csv"])
            assert run.stdout.count("MDL114") == count, (asked, where)


def test_the_nearest_manifest_speaks_first(make_repo):
    source = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\n"
    files = {
        "examples/old/requirements.txt": "tensorflow-gpu==1.15.0\n",
        "examples/old/src/a.py": source,
        "examples/new/a.py": source,
        "examples/loose/requirements.txt": "tensorflow\nnumpy>=1.13\n",
        "examples/loose/a.py": "import numpy as np\nx = np.Inf\n",
        "src/a.py": source,
        "requirements.txt": "tensorflow>=2.4\nnumpy<2.0.0\n",
    }
    folder = make_repo(files)
    run = CliRunner().invoke(command, [str(folder), "--no-cache", "--select", "MDL114", "-f", "json"])
    assert [finding["path"] for finding in json.loads(run.stdout)["findings"]] == ["examples/new/a.py", "src/a.py"]
    alone = CliRunner().invoke(
        command, [str(folder / "examples/old/src/a.py"), "--no-cache", "--select", "MDL114", "-f", "json"]
    )
    assert json.loads(alone.stdout)["findings"] == []


@pytest.mark.parametrize(
    "asked, expected",
    [("", True), (">=2.0", True), (">=1.26", False), ("<2", False), ("==2.1.0", True)],
)
def test_a_fix_needs_the_replacement_in_all_versions(asked, expected):
    assert replaced(["numpy", "2.0", "2.4"], {"numpy": asked}) is expected
