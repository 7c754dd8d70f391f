"""Fixes: the form of what they do not touch, notebooks byte for byte, broken results, files that change underneath."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lint.examples import notebook_bytes

from mlopslint import cst, fixes
from mlopslint.records import Finding, FindingEdit

SPLIT = "from sklearn.model_selection import train_test_split\n"


def finding(region, op, *args, cell=None, safety="safe", code="XXX101"):
    line, column, end_line, end_column = region
    edits = (FindingEdit(region, op, args),)
    return Finding(
        code, "x", "warning", "a.py", line, column, end_line, end_column, cell, "m", "f", "0", "high", safety, edits
    )


def mend(data, *found, kind="python", unsafe=False):
    return fixes.mend("a.py", kind, data, found, lambda path, data: (), unsafe=unsafe)


@pytest.mark.parametrize(
    "call, fixed",
    [
        ("f()", "f(k=1)"),
        ("f(a)", "f(a, k=1)"),
        ("f(a,)", "f(a, k=1,)"),
        ("f(a, k=2)", "f(a, k=1)"),
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n    k=1,\n)"),
        ("f(\n    a,\n    b  # why\n)", "f(\n    a,\n    b,\n    k=1  # why\n)"),
        ("f(x for x in y)", "f((x for x in y), k=1)"),
        ("a\n  .f(1)", "a\n  .f(1, k=1)"),
        ("f(*a, **b)", "f(*a, **b, k=1)"),
    ],
)
def test_a_keyword_goes_where_a_person_would_write_it(call, fixed):
    assert cst.set_keyword(call, "k", "1") == fixed


@pytest.mark.parametrize(
    "call, fixed",
    [
        ("f(k=1)", "f()"),
        ("f(a, k=1)", "f(a)"),
        ("f(k=1, b=2)", "f(b=2)"),
        ("f(\n    a,\n    k=1,\n)", "f(\n    a,\n)"),
        ("f(a)", None),
        ("f", None),
        ("f(", None),
    ],
)
def test_a_keyword_goes_without_a_trace(call, fixed):
    assert cst.drop_keyword(call, "k") == fixed


def test_line_ends_and_byte_order_mark_stay():
    data = b"\xef\xbb\xbfx = 1\r\ny = f(x)\r\n"
    done = mend(data, finding((2, 5, 2, 9), "keyword", "k", "1"))
    assert done.data == b"\xef\xbb\xbfx = 1\r\ny = f(x, k=1)\r\n"


@pytest.mark.parametrize("data", [b"x = '\xe9'\ny = f()\n", b"x = 1\ry = f()\n", b"x = 1\r\ny = f()\n"])
def test_unusual_files_are_left_alone_with_a_reason(data):
    done = mend(data, finding((2, 5, 2, 8), "keyword", "k", "1"))
    assert done.data == data and done.problem


def test_overlapping_fixes_are_not_applied_together():
    done = mend(b"f(g(1))\n", finding((1, 1, 1, 8), "text", "h()"), finding((1, 3, 1, 7), "text", "2"))
    assert done.data == b"h()\n" and len(done.applied) == 1


def test_code_that_would_not_parse_is_never_written_but_the_rest_is():
    done = mend(b"a = 1\nb = 2\n", finding((1, 5, 1, 6), "text", "("), finding((2, 5, 2, 6), "text", "3"))
    assert done.data == b"a = 1\nb = 3\n"


def test_unsafe_fixes_wait_until_they_are_asked_for():
    item = finding((1, 5, 1, 6), "text", "2", safety="unsafe")
    assert mend(b"a = 1\n", item).data == b"a = 1\n"
    assert mend(b"a = 1\n", item, unsafe=True).data == b"a = 2\n"


def test_rounds_end():
    flip = {b"a = 1\n": finding((1, 5, 1, 6), "text", "2"), b"a = 2\n": finding((1, 5, 1, 6), "text", "1")}
    done = fixes.mend("a.py", "python", b"a = 1\n", [flip[b"a = 1\n"]], lambda path, data: [flip[data]])
    assert "rounds" in done.problem


@pytest.mark.parametrize(
    "source, region, fixed",
    [
        ("a = 1\nb = 2\n", (1, 1, 1, 6), "b = 2\n"),
        ("if x:\n    a = 1\n", (2, 5, 2, 10), "if x:\n    pass\n"),
        ("if x:\n    a = 1  # note\n    b = 2\n", (2, 5, 2, 10), "if x:\n    b = 2\n"),
        ("a = 1; b = 2\n", (1, 1, 1, 6), "a = 1; b = 2\n"),
        ("b = 2\na = 1", (2, 1, 2, 6), "b = 2\n"),
    ],
)
def test_a_statement_goes(source, region, fixed):
    assert mend(source.encode(), finding(region, "drop-statement")).data.decode() == fixed


@pytest.mark.parametrize(
    "source, fixed",
    [
        ("x = 1\n", "import numpy as np\nx = 1\n"),
        ('"""Doc."""\nfrom __future__ import annotations\nx = 1\n', '"""Doc."""\nfrom __future__ import annotations\nimport numpy as np\nx = 1\n'),
        ("import numpy as np\nx = 1\n", "import numpy as np\nx = 1\n"),
    ],
)  # fmt: skip
def test_an_import_is_added_once(source, fixed):
    assert mend(source.encode(), finding((1, 1, 1, 1), "import", "import numpy as np")).data.decode() == fixed


NOTEBOOK = b"""{
 "cells": [
  {
   "cell_type": "markdown", "metadata": {},
   "source": ["# T\\u00e9st"]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "metadata": {"tags": [ ]},
   "outputs": [{"output_type": "stream", "name": "stdout", "text": ["a\\n"]}],
   "source": [
    "%matplotlib inline\\n",
    "s = '\\u00fc'\\n",
    "x = f(1)\\n",
    "!ls"
   ]
  },
  {"cell_type": "code", "source": "y = f(2)", "outputs": [], "metadata": {}, "execution_count": null}
 ],
 "metadata": {"language_info": {"name": "python"}},
 "nbformat": 4, "nbformat_minor": 5
}
"""


def test_a_notebook_stays_byte_for_byte_but_for_its_fixed_lines():
    found = [
        finding((3, 5, 3, 9), "keyword", "k", "1", cell=2),
        finding((1, 5, 1, 9), "keyword", "k", "'\N{SNOWMAN}'", cell=3),
    ]
    done = mend(NOTEBOOK, *found, kind="notebook")
    wanted = NOTEBOOK.replace(b"f(1)", b"f(1, k=1)").replace(b'f(2)"', b"f(2, k='\\u2603')\"")
    assert done.data == wanted and len(done.applied) == 2


def test_cells_go_and_outputs_are_cleared():
    done = mend(
        NOTEBOOK,
        finding((1, 1, 1, 1), "drop-cell", cell=3),
        finding((1, 1, 1, 1), "clear-outputs", cell=2),
        kind="notebook",
    )
    after = json.loads(done.data)
    assert len(after["cells"]) == 2
    assert after["cells"][1]["outputs"] == [] and after["cells"][1]["execution_count"] is None
    before = json.loads(NOTEBOOK)
    assert after["cells"][0] == before["cells"][0] and after["cells"][1]["source"] == before["cells"][1]["source"]


def test_all_cells_may_go():
    found = [finding((1, 1, 1, 1), "drop-cell", cell=number) for number in (1, 2, 3)]
    assert json.loads(mend(NOTEBOOK, *found, kind="notebook").data)["cells"] == []


def test_a_fix_that_breaks_a_cell_is_not_written():
    assert mend(NOTEBOOK, finding((3, 5, 3, 9), "text", "f(", cell=2), kind="notebook").data == NOTEBOOK


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30), max_size=5),
    st.integers(0, 4),
    st.sampled_from([None, 1, " ", "\t"]),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30),
)
def test_the_places_of_cells_are_found_in_any_notebook(sources, which, indent, ascii, new):
    cells = [
        {"cell_type": "code", "source": s.splitlines(True), "metadata": {"source": [s]}, "outputs": [{"source": s}]}
        for s in sources
    ]
    content = {"metadata": {"cells": [{"source": "no"}]}, "cells": cells, "nbformat": 4}
    text = json.dumps(content, indent=indent, ensure_ascii=ascii)
    spans = fixes.cell_spans(text)
    assert [json.loads(text[span.start : span.end]) for span in spans] == cells
    for span, cell in zip(spans, cells, strict=True):
        assert {key: json.loads(text[a:b]) for key, (a, b) in span.fields.items()} == cell
    if which < len(cells):
        start, end = spans[which].fields["source"]
        again = json.loads(text[:start] + fixes.source_text(text[start:end], new) + text[end:])
        assert "".join(again["cells"][which].pop("source")) == new
        cells[which].pop("source")
        assert again["cells"] == cells and again["metadata"] == content["metadata"]


def test_a_file_that_changes_underneath_is_not_overwritten(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"new\n")
    assert "changed" in fixes.write(str(path), b"old\n", b"fixed\n")
    assert path.read_bytes() == b"new\n" and list(tmp_path.iterdir()) == [path]


def test_the_mode_of_a_file_stays(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    path.chmod(0o755)
    assert fixes.write(str(path), b"old\n", b"new\n") == ""
    assert path.stat().st_mode & 0o777 == 0o755 and path.read_bytes() == b"new\n"


def test_nothing_of_libcst_is_loaded_before_a_fix_needs_it(tmp_path):
    import subprocess
    import sys

    (tmp_path / "a.py").write_text(SPLIT + "a, b = train_test_split(x)\n")
    (tmp_path / "n.ipynb").write_bytes(notebook_bytes({"cells": [("code", "x = 1")]}))
    code = "import sys\nfrom mlopslint.linting import lint\nr = lint([sys.argv[1]], use_cache=False)\nassert r.report.findings\nprint('libcst' in sys.modules, 'nbformat' in sys.modules, 'git' in sys.modules, 'rich' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"] * 4
