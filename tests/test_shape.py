"""The shape of the program: who may import whom, what a start loads, what a wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT

from mlopslint import rules

PACKAGE = ROOT / "mlopslint"

#: Each room may import the rooms before it (and its own).
ORDER = [
    {"version", "errors", "records", "collector", "crew", "digest", "replay", "plugins", "patterns", "literals"},
    {"kinds", "clock", "globs", "names", "data", "gitio", "cache", "facts", "filefacts", "lint", "snapshot"},
    {"reading"},
    {"gather"},
    {"view"},
    {"asked", "commands", "outcome", "imports", "concepts"},
    {"technologies", "config"},
    {"ahead", "findings", "cst", "fixes"},
    {"rest"},
    {"judge", "predicates", "rules"},
    {"maturity", "profiles", "assess", "compare", "portfolio", "places", "periods"},
    {"mainline", "linting", "past", "why"},
    {"report", "gates"},
    {"trend", "history", "quarterly", "fleet"},
    {"site"},
    {"server"},
    {"cli", "__main__"},
]


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def imports(path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mlopslint"):
            if node.module == "mlopslint":
                found |= {f"mlopslint.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts[0] == "__init__":
        return
    rank = {room: i for i, rooms in enumerate(ORDER) for room in rooms}
    assert parts[0] in rank, f"{parts[0]} has no place in the order"
    lazy_upward = {
        ("config", "rules"),
        ("report", "rules"),
        ("gather", "rules"),
        ("lint", "view"),
        ("lint", "concepts"),
        ("lint", "imports"),
    }  # the nearest-name helper, on errors only; what project rules look at, for its type
    for module in imports(path):
        room = room_of(module)
        if room == "__init__" or (parts[0], room) in lazy_upward:
            continue
        assert rank[room] <= rank[parts[0]], f"{path.name} imports {module}"


def loaded(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(run.stdout.split())


HEAVY = {"libcst", "nbformat", "jinja2", "git", "rich.console", "sqlalchemy", "yaml"}


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded("import mlopslint") & (HEAVY | {"click", "msgspec"})


def test_help_loads_nothing_heavy():
    code = "import sys; sys.argv = ['mlopslint', '--help']\nfrom mlopslint.cli import run, group\nimport io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()): run(group)"
    assert not loaded(code) & (HEAVY | {"msgspec", "mlopslint.judge"})


def test_a_json_scan_loads_no_renderer_it_does_not_need(make_repo):
    folder = make_repo({"a.py": "x = 1\n"})
    code = f"from mlopslint import review\nfrom mlopslint.report import render\nrender(review({str(folder)!r}), 'json')"
    assert not loaded(code) & {"libcst", "nbformat", "jinja2", "git", "rich.console", "sqlalchemy"}


def test_readers_hold_no_path_and_no_setting():
    for path in (PACKAGE / "facts").glob("*.py"):
        assert not {
            m for m in imports(path) if m.startswith(("mlopslint.config", "mlopslint.snapshot", "mlopslint.view"))
        }, path.name


def test_the_wheel_holds_every_rule_and_template(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    build = "import sys; sys.argv = ['hatchling', 'build', '-t', 'wheel', '-d', sys.argv[1]]\nfrom hatchling.cli import hatchling\nhatchling()"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    names = set(zipfile.ZipFile(wheel).namelist())
    for top in ("rules", "report_templates"):
        for path in (ROOT / top).rglob("*"):
            if path.is_file():
                assert f"mlopslint/_data/{path.relative_to(ROOT).as_posix()}" in names
    assert "mlopslint/py.typed" in names
    assert f"mlopslint/_data/{rules._sources()[0]}" in names, "the catalogue is compiled with the wheel"
    # an installed wheel finds its rules: run it from the archive itself
    run = subprocess.run(
        [sys.executable, "-c", "from mlopslint.rules import load; print(len(load().practices))"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(wheel), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert int(run.stdout) >= 119, run.stderr


def test_public_modules_say_what_they_are_for():
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
