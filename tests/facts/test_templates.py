"""Python that is a template of Python is read as what it hands out, with all its places."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from mlopslint.facts import read
from mlopslint.facts.templates import filled

TEMPLATE = b"""\
{#- Made by the template. -#}
import numpy as np
from {{ cookiecutter.module_name }}.config import DATA
{% if cookiecutter.tracking == "mlflow" %}
import mlflow
{%- else %}
import wandb
{% endif %}

class {{ name | title }}:
    rows = np.float({{ 3 }})
"""


def test_what_a_template_hands_out_is_read():
    facts = read("python", TEMPLATE)
    assert not [fact for fact in facts if fact.kind in ("error", "note")]
    imported = [(fact.name, fact.line) for fact in facts if fact.kind == "import"]
    assert ("mlflow", 5) in imported and ("wandb", 7) in imported
    assert any(name.startswith("cookiecutter_module_name") and line == 3 for name, line in imported)
    assert [
        (fact.name, fact.line, fact.value[0]) for fact in facts if fact.kind == "lint" and fact.name == "MDL114"
    ] == [("MDL114", 11, 12)]


def test_broken_python_that_is_no_template_stays_an_error():
    for broken in (b"x = (\n", b"x = f'{{x}}' +\n", b"x = {% if a %}1{% else %}2{% endif %}\n"):
        assert [fact.line for fact in read("python", broken) if fact.kind == "error"] == [1]


def test_python_that_parses_is_left_as_it_is():
    facts = read("python", b"import torch\nx = '{{ name }} {% if %}'\n")
    assert [fact.name for fact in facts if fact.kind == "import"] == ["torch"]


PIECES = st.sampled_from(
    [b"{{", b"}}", b"{%", b"%}", b"{#", b"#}", b" a.b ", b"9", b"\n", b"\r\n", b"x = 1", b"-", b"\xff"]
)


@given(st.lists(PIECES).map(b"".join))
def test_all_places_stay(data):
    made = filled(data)
    assert len(made) == len(data)
    assert [at for at, byte in enumerate(made) if byte in b"\r\n"] == [
        at for at, byte in enumerate(data) if byte in b"\r\n"
    ]


def test_what_never_ends_costs_no_more_than_its_length():
    endless = b"{%" * 200_000 + b"{#" * 200_000  # a search for each end would take minutes
    assert filled(endless) == endless


@given(st.text("abc_.0123456789| ", max_size=12))
def test_a_value_becomes_a_name(inner):
    text = filled(b"{{" + inner.encode() + b"}}").decode()
    assert isinstance(ast.parse(text, mode="eval").body, ast.Name)
