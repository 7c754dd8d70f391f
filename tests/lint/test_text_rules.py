"""Checks of notebooks, workflows, images and manifests: what an example of a rule alone cannot say."""

from __future__ import annotations

import pytest
from lint.examples import facts_of, files_of, split

from mlopslint import facts
from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.kinds import UNREAD, kind_of
from mlopslint.lint.base import ProjectRule
from mlopslint.lint.engine import rules
from mlopslint.records import Entry, Repository
from mlopslint.snapshot import Snapshot
from mlopslint.view import View

PROJECT = [rule for rule in rules() if isinstance(rule, ProjectRule)]


def view_of(example) -> View:
    files = files_of(example)
    entries = tuple(Entry(path, None, len(data)) for path, data in sorted(files.items()))
    kinds = {path: kind_of(path) for path in files}
    found = {
        path: FileFacts(facts.read(kinds[path], data)) for path, data in files.items() if kinds[path] not in UNREAD
    }
    snapshot = Snapshot(entries, Repository("example"), lambda wanted: iter(()), ".")
    return View(snapshot, Gathered(found, kinds, (), 0, 0))


def cases(kind):
    return [pytest.param(r, e, id=f"{r.code}-{i}") for r in PROJECT for i, e in enumerate(getattr(r, kind))]


@pytest.mark.parametrize("rule, example", cases("BAD"))
def test_projects_with_a_fault_are_told_where(rule, example):
    source, (path, line) = split(rule, example)
    found = [(where, problem.region[0]) for where, problem in rule.check(view_of(source))]
    assert (path, line) in found


@pytest.mark.parametrize("rule, example", cases("GOOD"))
def test_projects_without_a_fault_are_left_alone(rule, example):
    assert not list(rule.check(view_of(example)))


def messages(code, *cells):
    return [fact.value[3] for fact in facts_of({"cells": [("code", text) for text in cells]}, code)]


def test_a_missing_name_says_where_it_comes_from():
    assert messages("NBK110", "df.head()", "df = 1") == ["df is defined only further down, in cell 2"]
    assert messages("NBK110", "df.head()") == ["df is defined by no cell"]
    assert messages("NBK110", "df = 1", "del df", "df") == ["df was deleted in cell 2"]
    assert messages("NBK110", "def f():\n    return df\nf()") == ["f() needs df, which is defined by no cell"]


def test_a_missing_name_is_told_once_and_points_at_its_place():
    (fact,) = facts_of({"cells": [("code", "é = 1\nprint(é, späť)"), ("code", "späť")]}, "NBK110")
    assert (fact.line, fact.cell, fact.value[0], fact.value[2]) == (2, 1, 10, 14)


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(flag):\n    if flag:\n        return later\nf(False)", "later = 1"],
        ["def f():\n    try:\n        return later\n    except NameError:\n        pass\nf()", "later = 1"],
        ["def f():\n    def g():\n        return later\n    return g\nf()", "later = 1"],
        ["def f():\n    later = 2\n    return later\nf()", "later = 1"],
        ["def f():\n    yield later\nf()", "later = 1"],
        ["def f(x):\n    if x:\n        return 1\n    return later\nf(1)", "later = 1"],
        ["def f(x):\n    return x and later\nf(0)", "later = 1"],
        ["class A:\n    def f(self):\n        return later\nA()", "later = 1"],
        ["f = lambda: later\n", "later = 1\nf()"],
        ["while True:\n    if n:\n        break\n    n = 1"],
        ["import contextlib\nwith contextlib.suppress(NameError):\n    later"],
        ["try:\n    from a import *\nexcept ImportError:\n    pass\nlater"],
        ["exec('later = 1')\nlater"],
        ["globals()['later'] = 1\nlater"],
        ["get_ipython().run_line_magic('run', 'x.py')\nlater"],
        ["%time later = 1\nlater"],
        ["%store -r later\nlater"],
        ["for i in []:\n    pass\nprint(i)"],
        ["async def f():\n    pass\nawait f()\n[x async for x in f()]"],
        ["a = b = 1\n(c, *d), e = a, b\nprint(c, d, e)"],
        ["x: int = 1\nx"],
        ["import os.path\nos"],
    ],
)
def test_scopes_that_hold_no_fault(cells):
    assert messages("NBK110", *cells) == []


def test_what_ipython_runs_without_a_sign_is_a_command():
    found = facts.read("notebook", files_of({"cells": [("code", "pip install numpy\nx = 1")]})["notebook.ipynb"])
    assert [(f.name, f.line, f.cell) for f in found if f.kind == "command"] == [("pip install numpy", 1, 1)]
    assert not [f for f in found if f.kind == "broken-cell"]


HEX = "3a91c7f05be24d86"
MIXED = "q8Zr2Lw0vTx7Np4Kd9Yb1cHs5Jm3Rf6Gu"


@pytest.mark.parametrize(
    "name, text",
    [
        ("databricks-token", "host: x\ntoken: dapi" + HEX * 2),
        ("weights-and-biases-key", "import wandb\nwandb.login(key='" + (HEX * 3)[:40] + "')"),
        ("weights-and-biases-key", "FROM a\nENV WANDB_API_KEY=" + (HEX * 3)[:40]),
        ("kaggle-key", '\n{"username": "ada", "key": "' + HEX * 2 + '"}'),
        ("azure-sas-token", "\nurl = 'https://a.blob.core.windows.net/b?sv=2023&sig=" + MIXED + MIXED[:9] + "%3D'"),
        ("groq-key", "\nkey = 'gsk_" + (MIXED * 2)[:52] + "'"),
        ("replicate-token", "\nkey = 'r8_" + (MIXED * 2)[:37] + "'"),
        ("hugging-face-token", "\nlogin('hf_" + (MIXED * 2)[:34] + "')"),
        ("connection-string", "\nuri = 'mongodb+srv://svc:" + MIXED[:12] + "@cluster0.company.net/db'"),
        ("credential-in-url", "\npip install --index-url https://svc:" + MIXED[:20] + "@pypi.company.net/simple x"),
        ("assigned-credential", "\nexport SERVICE_API_KEY=" + MIXED[:24]),
        (
            "private-key",
            '\n"private_key": "-----BEGIN PRIVATE KEY-----\\n' + ((MIXED * 2)[:64] + "\\n") * 6 + '-----END"',
        ),
    ],
)
def test_credentials_of_providers_are_found_at_their_line_and_never_shown(name, text):
    (fact,) = [fact for fact in facts.read("text", text.encode()) if fact.kind == "secret"]
    assert (fact.name, fact.line) == (name, 2)
    shown = text.split("\n")[1][fact.value["column"] - 1 : fact.value["end"] - 1]
    assert len(shown) >= 12 and shown not in str(fact)


@pytest.mark.parametrize(
    "text",
    [
        "uri = 'postgresql://postgres:postgres@localhost:5432/db'",
        "uri = 'postgresql://user:" + MIXED[:12] + "@db:5432/x'",
        "uri = f'mysql://{user}:{password}@db.company.net/x'",
        "uri = 'redis://:${REDIS_PASSWORD}@cache.company.net'",
        "wandb.login(key=WANDB_KEY)",
        "WANDB_API_KEY=<your key>",
        "MODEL_CACHE_KEY=" + MIXED[:24],
        "hashed_secret: '" + MIXED[:24] + "'",
        "API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "TOKEN=$(gcloud auth print-access-token)",
        "SECRET=arn/aws/secretsmanager/my-models-secret",
    ],
)
def test_what_only_looks_like_a_credential_is_left_alone(text):
    assert not [fact for fact in facts.read("text", text.encode()) if fact.kind == "secret"]


def test_a_credential_in_a_saved_output_names_its_cell():
    output = {"output_type": "stream", "name": "stdout", "text": ["x\n", "token hf_" + (MIXED * 2)[:34]]}
    example = {"a.ipynb": {"cells": [("markdown", "x"), ("code", "print(token)", {"outputs": [output]})]}}
    rule = next(rule for rule in PROJECT if rule.code == "GOV101")
    ((path, problem),) = rule.check(view_of(example))
    assert (path, problem.cell, problem.region[0]) == ("a.ipynb", 2, 1)
    assert "saved output of cell 2" in problem.message


@pytest.mark.parametrize(
    "path, text",
    [
        ("a.ipynb", '{"cells": [{"cell_type": "code", "source": [1, "x"], "outputs": [3, {"output_type": "error"}], "metadata": 4}]}'),
        ("a.ipynb", '{"cells": [{"cell_type": "code", "source": "x", "outputs": {"a": 1}, "execution_count": "1"}], "metadata": []}'),
        (".github/workflows/a.yml", "on: 1\njobs:\n  a: 3\n  b:\n    steps: [1, {uses: 2, with: x, run: [a]}, {uses: [a]}]\n"),
        (".github/workflows/a.yml", "on: {pull_request_target: 1}\njobs: [a]\npermissions: [x]\n"),
        (".gitlab-ci.yml", "a: {script: {b: 1}, allow_failure: {exit_codes: 1}}\nvariables: [1]\n"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [1, {image: [a]}, {image: a, name: {}, resources: 3}]}\n"),
        ("docker-compose.yml", "services: {a: 1, b: {image: [x], deploy: 3}, c: {image: 4}}\n"),
        ("Dockerfile", "FROM\nUSER\nFROM a as\nRUN pip install 'x\nCOPY\n"),
    ],
)  # fmt: skip
def test_odd_files_end_no_check(path, text):
    found = facts.read(kind_of(path), text.encode())
    assert not [fact.name for fact in found if fact.kind == "note" and fact.name.startswith("check ")]
