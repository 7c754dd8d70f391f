"""Makefiles, tox, shell scripts and git hooks; and how a script is split into commands."""

from __future__ import annotations

import pytest

from mlopslint.facts import read
from mlopslint.facts.commands import split


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("pytest  tests   --cov", [("pytest tests --cov", False)]),
        ("FOO=bar sudo -E pytest", [("pytest", False)]),
        ("poetry run pytest && uv run --with x ruff check", [("pytest", False), ("ruff check", False)]),
        ("conda run -n env python -m pytest", [("python -m pytest", False)]),
        ("hatch run test", [("hatch run test", False)]),
        ("a || true", [("a", True), ("true", False)]),
        ("a || :", [("a", True), (":", False)]),
        ("a || exit 0", [("a", True), ("exit 0", False)]),
        ("a || exit 1", [("a", False), ("exit 1", False)]),
        ("a || { echo bad; exit 1; }", [("a", False), ("echo bad", False), ("exit 1", False)]),
        ("a || { echo bad; }", [("a", True), ("echo bad", False)]),
        ("a && b || true", [("a", True), ("b", True), ("true", False)]),
        ("a | tee x", [("a", True), ("tee x", False)]),
        ("set -o pipefail\na | tee x", [("a", False), ("tee x", False)]),
        ("set +e\na\nset -e\nb", [("a", True), ("b", False)]),
        ("a; true", [("a", True), ("true", False)]),
        ("echo 'x; y' \"a && b\" # c; d", [("echo 'x; y' \"a && b\"", False)]),
        ("cat <<EOF > x\npytest\nEOF\nmake", [("cat", False), ("make", False)]),
        ("if pytest; then\n  make ok\nfi", [("pytest", True), ("make ok", False)]),
        ("for x in 1 2; do\n  run $x > log 2>&1\ndone", [("run $x", False)]),
        ('bash -c "mypy . || true"', [("mypy .", True), ("true", False)]),
        ("f() {\n  black .\n}", [("black .", False)]),
        ("x ${{ a || b }} y", [("x ${{ a || b }} y", False)]),
        (
            "id=$(az ml job create -f $(file) \\\n  --query name)\nb",
            [("az ml job create -f $(file) --query name", False), ("b", False)],
        ),
        ('export A="$(run | head)"', [("run", True), ("head", True)]),
        ("A=`run`\nB=$((1 + 2))\nC=1", [("run", False)]),
        ('p "$(python -c "a; b")" z', [('p "$(python -c "a; b")" z', False)]),
    ],
)
def test_split(script: str, expected: list[tuple[str, bool]]) -> None:
    assert [(command.text, command.soft) for command in split(script)] == expected


def test_credentials_are_left_out() -> None:
    assert "hunter22" not in str(split("login --password hunter22 https://me:hunter22@host TOKEN=hunter22"))


def test_makefile() -> None:
    text = (
        b"PY = python3\n.PHONY: test\ntest: lint data/x.csv\n\t@$(PY) -m pytest \\\n\t  -q\n"
        b"\t-flake8 src\nlint:\n\truff check\n"
    )
    found = read("makefile", text)
    assert [(f.name, f.value["needs"]) for f in found if f.kind == "task"] == [
        ("test", ["lint", "data/x.csv"]),
        ("lint", []),
    ]
    assert [(f.name, f.line, f.value["task"], f.value["soft"]) for f in found if f.kind == "command"] == [
        ("python3 -m pytest -q", 4, "test", False),
        ("flake8 src", 6, "test", True),
        ("ruff check", 8, "lint", False),
    ]


def test_other_runners() -> None:
    just = read("justfile", b"x := '1'\ntest arg='a': lint\n    pytest\n    -flake8\n\nlint:\n    ruff check\n")
    assert [f.name for f in just if f.kind == "task"] == ["test", "lint"]
    assert [(f.name, f.value["soft"]) for f in just if f.kind == "command"] == [
        ("pytest", False),
        ("flake8", True),
        ("ruff check", False),
    ]
    task = read(
        "taskfile",
        (
            b"version: '3'\ntasks:\n  test:\n    deps: [lint]\n    cmds:\n      - pytest\n"
            b"      - {cmd: x, ignore_error: true}\n"
        ),
    )
    assert [(f.name, f.value["soft"]) for f in task if f.kind == "command"] == [("pytest", False), ("x", True)]
    tox = read(
        "tox",
        b"[testenv]\ndeps =\n  pytest\ncommands =\n  pytest {posargs}\n  - flake8\n[flake8]\nmax-line-length = 99\n",
    )
    assert [(f.name, f.line, f.value["soft"]) for f in tox if f.kind == "command"] == [
        ("pytest {posargs}", 5, False),
        ("flake8", 6, True),
    ]
    assert any(f.kind == "dependency" and f.name == "pytest" for f in tox)


def test_shell() -> None:
    found = read("shell", b"#!/bin/bash\npython train.py\npython eval.py\n")
    assert [(f.name, f.value.get("lenient")) for f in found if f.kind == "command"] == [
        ("python train.py", True),
        ("python eval.py", None),
    ]
    found = read("shell", b"set -e\npython train.py\npython eval.py\n")
    assert not any(f.value.get("lenient") for f in found if f.kind == "command")


def test_hooks() -> None:
    found = read(
        "pre-commit", b"repos:\n- repo: https://x\n  rev: v1\n  hooks:\n  - id: ruff\n  - {id: mine, entry: pytest}\n"
    )
    assert [(f.name, f.line, f.value["rev"]) for f in found if f.kind == "hook"] == [
        ("ruff", 5, "v1"),
        ("mine", 6, "v1"),
    ]
    found = read("lefthook", b"pre-commit:\n  commands:\n    lint: {run: ruff check}\n  jobs:\n    - run: mypy src\n")
    assert [f.name for f in found if f.kind == "hook"] == ["lint", "mypy src"]
    assert [f.name for f in read("husky", b"#!/bin/sh\n. x\nnpx lint-staged\n") if f.kind == "hook"] == [
        "npx lint-staged"
    ]


def test_snakefile() -> None:
    found = read(
        "snakefile", b'rule train:\n    input: "a.csv"\n    output: "m.pkl"\n    shell: "python train.py {input}"\n'
    )
    stage = next(f for f in found if f.kind == "stage")
    assert stage.name == "train" and stage.value["deps"] == ["a.csv"] and stage.value["outs"] == ["m.pkl"]
