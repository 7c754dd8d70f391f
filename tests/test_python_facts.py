"""Python source -> facts: names through imports, aliases and simple types; no input is fatal."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlopslint import facts


def read(source: str, kind: str = "python"):
    return facts.read(kind, source.encode())


def names(source: str, kind: str = "call") -> set[str]:
    return {fact.name for fact in read(source) if fact.kind == kind}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import numpy as xp\nxp.random.seed(1)", "numpy.random.seed"),
        ("from sklearn import model_selection as ms\nms.KFold(3)", "sklearn.model_selection.KFold"),
        ("from torch import nn\nnn.Linear(1, 2)", "torch.nn.Linear"),
        ("import mlflow\nrun = mlflow.start_run()\nrun.log(1)", "mlflow.start_run.log"),
        ("import mlflow\nwith mlflow.start_run() as run:\n    run.log(1)", "mlflow.start_run.log"),
        ("import pandas as pd\npd.read_csv('a').dropna()", "pandas.read_csv.dropna"),
        ("from .utils import set_seed\nset_seed(1)", ".:utils.set_seed"),
        ("from ..lib import x as y\ny.f()", "..:lib.x.f"),
        ("model.fit(X)", ".fit"),
        (
            "import torch\nclass A:\n    def __init__(self):\n        self.opt = torch.optim.SGD([])\n    def f(self):\n        self.opt.step()",
            "torch.optim.SGD.step",
        ),
        ("import torch.nn as nn\ndef f(model: nn.Module):\n    model.forward(1)", "torch.nn.Module.forward"),
        ("import os\nos.environ['A_B']", "os.environ"),
        ("import os\nmatch x:\n    case Point(x=0):\n        global y\n        os.getcwd()", "os.getcwd"),
    ],
)
def test_calls_are_resolved(source, name):
    assert name in names(source)


def test_a_rebound_name_is_unknown_again():
    found = names("import mlflow\nrun = mlflow.start_run()\nrun = 3\nrun.log(1)")
    assert ".log" in found and "mlflow.start_run.log" not in found


def test_arguments_and_places_are_kept():
    fact = next(
        f
        for f in read("import torch\n\ndef f(lr):\n    torch.save(model, f'out/{lr}.pt', retries=3)\n")
        if f.kind == "call"
    )
    assert (fact.line, fact.value) == (4, {"0": "$model", "1": "out/*.pt", "retries": 3, "in": "f"})


def test_optional_imports_are_marked():
    marks = {
        f.name: f.value
        for f in read("import a\ntry:\n    import b\nexcept ImportError:\n    b = None\n")
        if f.kind == "import"
    }
    assert marks == {"a": None, "b": "optional"}


def test_complexity_is_mccabe_without_boolean_operators():
    source = "def f(a):\n    if a and a or a:\n        pass\n    elif a:\n        pass\n    for i in a:\n        while i:\n            pass\n    try:\n        pass\n    except ValueError:\n        pass\n"
    value = next(f.value for f in read(source) if f.kind == "def")
    assert (value["complexity"], value["lines"]) == (6, 12)


def test_names_of_the_field_are_allowed():
    good = "def f(X_train, y, df, W, K, n_X, dW, X):\n    pass\n\n\nclass MyNet:\n    def setUp(self):\n        pass\n"
    assert next(f.value for f in read(good) if f.kind == "module")["bad_names"] == []
    bad = "def badName(someArgument):\n    pass\n"
    assert len(next(f.value for f in read(bad) if f.kind == "module")["bad_names"]) == 2


def test_licence_headers_are_no_docstrings():
    assert (
        next(f.value for f in read('"""Copyright 2020 X. All rights reserved."""\n') if f.kind == "module")["doc"]
        is False
    )
    assert next(f.value for f in read('"""Trains the model."""\n') if f.kind == "module")["doc"] is True


def test_decisions_on_metrics_are_seen():
    fact = next(
        f
        for f in read("if new_auc > old_auc:\n    register(model)\nelse:\n    raise ValueError\n")
        if f.kind == "branch"
    )
    assert "register" in fact.value["then"] and "raise" in fact.value["else"]


def notebook(*cells, version=4):
    made = [
        {"cell_type": kind, "source": source, **({"outputs": [], "execution_count": None} if kind == "code" else {})}
        for kind, source in cells
    ]
    return json.dumps({"nbformat": version, "metadata": {}, "cells": made})


def test_notebook_cells_keep_their_number_and_share_names():
    found = read(
        notebook(
            ("code", "import torch as t"),
            ("markdown", "# Title"),
            ("code", "%matplotlib inline\n!pip install x\n\nt.manual_seed(1)"),
        ),
        "notebook",
    )
    call = next(f for f in found if f.kind == "call")
    assert (call.name, call.cell, call.line) == ("torch.manual_seed", 3, 4)
    assert next(f for f in found if f.kind == "command").name == "pip install x"
    assert next(f for f in found if f.kind == "heading").name == "title"


def test_a_broken_cell_costs_only_itself():
    found = read(notebook(("code", "def ("), ("code", "import torch\ntorch.manual_seed(1)")), "notebook")
    assert any(f.name == "torch.manual_seed" for f in found)
    assert not any(f.kind == "error" for f in found)


def test_notebooks_of_format_3_are_read():
    old = json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": ""},
            "worksheets": [
                {
                    "metadata": {},
                    "cells": [
                        {
                            "cell_type": "code",
                            "input": ["import torch\n", "torch.manual_seed(1)"],
                            "language": "python",
                            "metadata": {},
                            "outputs": [],
                            "prompt_number": 1,
                            "collapsed": False,
                        }
                    ],
                }
            ],
        }
    )
    assert any(f.name == "torch.manual_seed" for f in read(old, "notebook"))


@pytest.mark.parametrize(
    "source",
    [
        "%%bash\nls -la",
        "%%time\nx = 1",
        "x = !ls",
        "df.head?",
        "a = 5 \\\n% 3",
        "%%html\n<b>",
        "print('%d %s'\n  %(1, x))",
        "print('(', '%d'  # a bracket (\n  % 1)",
        "ls {folder}/ml-1m #noqa",
        "watermark -iv",
        "load_ext watermark",
        "\n %%bigquery\nSELECT *\n  FROM a",
    ],
)
def test_magics_do_not_break_a_cell(source):
    assert not any(f.kind == "broken-cell" for f in read(notebook(("code", source)), "notebook"))


def test_a_sign_within_a_statement_or_a_text_is_no_magic():
    source = """%pip install a
print('%d of %d'
      %(i, len(b)))
text = '''
!pip install c
'''
!pip install d
if x:
    print("%s"
        % y)
    %run e.py"""
    found = read(notebook(("code", source)), "notebook")
    assert [f.name for f in found if f.kind == "magic"] == ["%pip install a", "%run e.py"]
    assert [f.name for f in found if f.kind == "command"] == ["pip install d"]
    assert not [f for f in found if f.kind == "broken-cell"]
    assert not [f for f in read(notebook(("code", "watermark -iv")), "notebook") if f.kind == "name"]


def test_secrets_are_found_and_never_shown():
    value = "ghp_" + "a8Kd03mZqPw7Xy1LrT5vNcB2hGfJ4sU6eW9o"
    found = [f for f in read(f"token = '{value}'\n") if f.kind == "secret"]
    assert found and value not in json.dumps(msgspec.to_builtins(found))
    for harmless in (
        "api_key = 'YOUR_API_KEY_GOES_HERE'",
        "password = os.environ['PASSWORD_OF_THE_DB']",
        "cache_key = 'model-2024-01-01-abcdef0123456789'",
        "token = '<insert your token here 1234>'",
    ):
        assert not [f for f in read(harmless) if f.kind == "secret"], harmless


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_survived(data):
    for kind in ("python", "notebook"):
        assert isinstance(facts.read(kind, data), list)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_survived_and_serialises(text):
    msgspec.msgpack.encode(facts.read("python", text.encode("utf-8", "surrogatepass")))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "outputs", "metadata", "nbformat", "worksheets", "kernelspec", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(json_values)
@example({"nbformat": [[-(2**63) - 1]], "cells": []})
@example(
    {"nbformat": 10**30, "cells": [{"cell_type": "code", "execution_count": 10**30, "source": "x", "metadata": {}}]}
)
def test_any_json_is_survived_as_a_notebook(value):
    msgspec.msgpack.encode(facts.read("notebook", json.dumps(value).encode()))


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("m = fit()\nplot(m.feature_importances_)\n", [2]),
        ("class Forest:\n    def plot(self):\n        return self.model.feature_importances_\n", [3]),
        ("class Forest:\n    def plot(self):\n        return self.feature_importances_\n", []),
        ("m.feature_importances_ = 1\n", []),
        ("print('feature_importances_')\n", []),
    ],
)
def test_feature_importances_that_are_read(source, lines):
    assert [fact.line for fact in read(source) if fact.kind == "read"] == lines
