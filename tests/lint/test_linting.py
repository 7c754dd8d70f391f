"""Which findings are shown: selection, ignores in every kind of file, paths, roles, confidence, baseline, standard input."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from lint.examples import notebook_bytes

from mlopslint.cli.lint import command
from mlopslint.errors import MlopslintError

SPLIT = "from sklearn.model_selection import train_test_split\n"
BAD = SPLIT + "a, b = train_test_split(x)\n"


def lint(folder, *options, paths=None, stdin=None):
    """Exit code, result, and what was said on standard error."""
    where = [str(folder / path) for path in paths] if paths is not None else [str(folder)]
    run = CliRunner().invoke(
        command, [*where, "-f", "json", "--no-cache", *options], input=stdin, standalone_mode=False
    )
    if run.exception is not None:
        raise run.exception
    return run.return_value, json.loads(run.stdout), run.stderr


def codes(result):
    return [item["code"] for item in result["findings"]]


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize(
    "source, left, suppressed",
    [
        (BAD, ["VER101"], 0),
        (SPLIT + "a, b = train_test_split(x)  # mlopslint: ignore[VER101] a demonstration\n", [], 1),
        (SPLIT + "a, b = train_test_split(x)  # mlopslint: ignore[VER] prefix\n", [], 1),
        (SPLIT + "a, b = train_test_split(x)  # mlopslint: ignore\n", [], 1),
        (SPLIT + "# mlopslint: ignore[VER101] the line below\na, b = train_test_split(x)\n", [], 1),
        (SPLIT + "a, b = train_test_split(\n    x,  # mlopslint: ignore[VER101] within\n)\n", [], 1),
        ("# mlopslint: ignore-file[VER101] all of it\n" + BAD, [], 1),
        (SPLIT + "a, b = train_test_split(x)  # mlopslint: ignore[DAT110]\n", ["LNT101", "VER101"], 0),
        (BAD + "c = 1  # mlopslint: ignore[VER101]\n", ["VER101", "LNT101"], 0),
        ("x = 1  # mlopslint: ignore-file[NBK]\n", ["LNT101"], 0),
        ('x = "# mlopslint: ignore[VER101]"\n', [], 0),
    ],
)
def test_inline_ignores(tmp_path, source, left, suppressed):
    _, result, _ = lint(write(tmp_path, {"a.py": source}), "--select", "VER101,LNT101")
    assert (codes(result), result["suppressed"]) == (left, suppressed)


def test_an_ignore_in_a_notebook_is_for_its_cell(tmp_path):
    cells = [
        ("code", SPLIT + "# mlopslint: ignore[VER101] shown on purpose\nx = 1\na, b = train_test_split(x)"),
        ("code", "a, b = train_test_split(x)"),
    ]
    _, result, _ = lint(write(tmp_path, {"n.ipynb": notebook_bytes({"cells": cells})}), "--select", "VER101,LNT101")
    assert [(item["code"], item["cell"]) for item in result["findings"]] == [("VER101", 2)]
    assert result["suppressed"] == 1


def test_unused_ignores_of_rules_that_are_off_can_be_silenced(tmp_path):
    write(tmp_path, {"a.py": "x = 1  # mlopslint: ignore[VER101]\n"})
    assert codes(lint(tmp_path)[1]) == ["LNT101"]
    assert codes(lint(tmp_path, "--ignore", "LNT101")[1]) == []


def test_selection_by_option_and_by_configuration(tmp_path):
    write(tmp_path, {"a.py": BAD, "research/b.py": BAD, "third/c.py": BAD})
    assert codes(lint(tmp_path, "--select", "VER101")[1]) == ["VER101"] * 3
    assert codes(lint(tmp_path, "--select", "NBK")[1]) == []
    assert codes(lint(tmp_path, "--ignore", "VER")[1]) == []
    write(tmp_path, {"mlopslint.toml": 'exclude = ["third/**"]\n[per-path-ignore]\n"research/**" = ["VER1"]\n'})
    assert [item["path"] for item in lint(tmp_path, "--select", "VER101")[1]["findings"]] == ["a.py"]
    assert codes(lint(tmp_path, paths=["third/c.py"])[1]) == [], "excluded files stay excluded when they are named"


@pytest.mark.parametrize("option", ["--select=VRE101", "--ignore=Q", "--select=VER9"])
def test_a_wrong_code_names_the_nearest(tmp_path, option):
    with pytest.raises(MlopslintError, match="no rule begins with"):
        lint(write(tmp_path, {"a.py": BAD}), option)


def test_vendored_generated_and_fixture_files_are_silent(tmp_path):
    write(tmp_path, {f"{name}/a.py": BAD for name in ("vendor", "fixtures", "generated", ".ipynb_checkpoints", "src")})
    assert [item["path"] for item in lint(tmp_path, "--select", "VER101")[1]["findings"]] == ["src/a.py"]


def test_fingerprints_survive_moved_lines_and_tell_twins_apart(tmp_path):
    write(tmp_path, {"a.py": BAD + "a, b = train_test_split(x)\n"})
    before = [item["fingerprint"] for item in lint(tmp_path, "--select", "VER101")[1]["findings"]]
    write(tmp_path, {"a.py": "import os\n\n" + BAD + "\n\na, b = train_test_split(x)\n"})
    after = [item["fingerprint"] for item in lint(tmp_path, "--select", "VER101")[1]["findings"]]
    assert before == after and len(set(before)) == 2


def test_standard_input_stands_for_a_file(tmp_path):
    write(tmp_path, {"a.py": "x = 1\n"})
    code, result, _ = lint(tmp_path, "--stdin-filename", str(tmp_path / "a.py"), paths=[], stdin=BAD)
    assert code == 1 and [(item["path"], item["line"]) for item in result["findings"]] == [("a.py", 2)]
    run = CliRunner().invoke(
        command, ["--stdin-filename", str(tmp_path / "a.py"), "--unsafe-fixes", "--no-cache"], input=BAD
    )
    assert run.stdout == SPLIT + "a, b = train_test_split(x, random_state=42)\n"
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    run = CliRunner().invoke(
        command, ["--stdin-filename", str(tmp_path / "a.py"), "--fix", "--no-cache"], input="y = 2\n"
    )
    assert run.stdout == "y = 2\n", "what needs no fix comes back as it was"


def test_diff_writes_nothing_and_fix_does(tmp_path):
    path = write(tmp_path, {"a.py": BAD}) / "a.py"
    run = CliRunner().invoke(command, [str(tmp_path), "--unsafe-fixes", "--diff", "--no-cache"], standalone_mode=False)
    assert run.return_value == 1 and "+a, b = train_test_split(x, random_state=42)" in run.stdout
    assert path.read_text() == BAD
    code, result, said = lint(tmp_path, "--unsafe-fixes")
    assert (code, codes(result)) == (0, []) and "fixed 1 finding" in said
    assert path.read_text().endswith("train_test_split(x, random_state=42)\n")


def test_adopting_on_an_old_code_base(tmp_path):
    notebook = notebook_bytes({"cells": [("code", BAD)]})
    write(tmp_path, {"a.py": BAD, "n.ipynb": notebook})
    run = CliRunner().invoke(
        command,
        [str(tmp_path), "--add-ignores", "since before", "--no-cache", "--select", "VER101"],
        standalone_mode=False,
    )
    assert run.exception is None and "added 2 ignores in 2 files" in run.stderr
    assert "train_test_split(x)  # mlopslint: ignore[VER101] since before" in (tmp_path / "a.py").read_text()
    code, result, _ = lint(tmp_path, "--select", "VER101,LNT101")
    assert (code, result["suppressed"]) == (0, 2)


def test_the_baseline_only_gets_shorter(tmp_path):
    write(tmp_path, {"src/a.py": BAD})
    file = str(tmp_path / "known.json")
    options = ("--select", "VER101", "--baseline", file)
    with pytest.raises(MlopslintError, match="no such file"):
        lint(tmp_path, *options)
    assert lint(tmp_path, *options, "--update-baseline")[0] == 0
    assert '"line"' not in (tmp_path / "known.json").read_text()
    write(tmp_path, {"src/b.py": BAD})
    code, result, _ = lint(tmp_path, *options, "--update-baseline")
    assert (code, result["known"], [item["path"] for item in result["findings"]]) == (1, 1, ["src/b.py"])
    write(tmp_path, {"src/a.py": "x = 1\n"})
    lint(tmp_path, *options, "--update-baseline")
    assert json.loads((tmp_path / "known.json").read_text())["findings"] == {}
    write(tmp_path, {"known.json": "[]"})
    with pytest.raises(MlopslintError, match="not a baseline"):
        lint(tmp_path, *options)


def test_exit_codes_follow_the_severity_asked_for(tmp_path):
    write(tmp_path, {"a.py": BAD})
    assert lint(tmp_path, "--fail-on", "error", "--select", "VER101")[0] == 0
    assert lint(tmp_path, "--fail-on", "warning", "--select", "VER101")[0] == 1
    assert lint(tmp_path, "--exit-zero")[0] == 0


def test_what_is_not_there_is_an_error_and_what_cannot_be_read_is_not(tmp_path):
    with pytest.raises(MlopslintError, match="does not exist"):
        lint(tmp_path, paths=["nowhere/a.py"])
    with pytest.raises(MlopslintError, match="does not exist"):
        lint(tmp_path, paths=["a.py"])
    write(tmp_path, {"broken.py": "def (\n", "binary.py": b"\0\1\2", "ok.py": BAD})
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    _, result, _ = lint(tmp_path, "--select", "VER101", paths=["broken.py", "binary.py", "ok.py", "link.py"])
    assert codes(result) == ["VER101"]
    assert {item["path"] for item in result["errors"]} == {"broken.py", "binary.py"}


def test_one_run_is_about_one_repository(tmp_path):
    write(tmp_path, {"one/.git/HEAD": "", "two/.git/HEAD": "", "one/a.py": BAD, "two/a.py": BAD})
    with pytest.raises(MlopslintError, match="different repositories"):
        lint(tmp_path, paths=["one/a.py", "two/a.py"])


def test_a_commit_and_the_index_are_linted_from_the_object_database(make_repo):
    import subprocess

    folder = make_repo({"a.py": BAD})
    (folder / "a.py").write_text("x = 1\n")
    assert codes(lint(folder, "--select", "VER101")[1]) == []
    assert codes(lint(folder, "--select", "VER101", "--rev", "HEAD")[1]) == ["VER101"]
    assert codes(lint(folder, "--select", "VER101", "--staged")[1]) == ["VER101"]
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    assert codes(lint(folder, "--select", "VER101", "--staged")[1]) == []


def test_the_findings_of_a_file_are_the_same_alone_and_in_a_scan(make_repo):
    from mlopslint import review

    tmp_path = make_repo({"src/a.py": BAD, "src/b.py": "x = 1\n"})
    alone = lint(tmp_path, paths=["src/a.py"])[1]["findings"]
    whole = lint(tmp_path)[1]["findings"]
    scan = review(str(tmp_path), use_cache=False)
    assert alone == [item for item in whole if item["path"] == "src/a.py"]
    assert [item["fingerprint"] for item in whole] == [item.fingerprint for item in scan.findings]


FIT = "import torch\nimport torch.nn as nn\nloss = nn.Linear(1, 1)(x)\nloss.backward()\noptimizer.step()\n"
OWN = "on: push\njobs:\n  a:\n    if: %s\n    steps:\n      - uses: me/action@main\n"
LONG = "def clean(df):\n    a = 1\n    b = 2\n    c = 3\n    return a\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"churn/__init__.py": "", "churn/train-model.py": "x = 1\n"}, id="a module of a package"),
        pytest.param({"churn/train-model.py": "x = 1\n"}, id="a script beside no package"),
        pytest.param({"Old-Code/__init__.py": "", "main.py": "import os\n"}, id="a package that nothing imports"),
        pytest.param({"OldCode/__init__.py": "", "main.py": "import OldCode\n"}, id="a package that is imported"),
        pytest.param({"a/__init__.py": "", "a/OldCode/__init__.py": ""}, id="a package within a package"),
        pytest.param({"n.ipynb": [LONG], "m.py": LONG}, id="a function that a module holds, too"),
        pytest.param({"n.ipynb": [LONG], "m.py": "x = 1\n"}, id="a function that is nowhere else"),
        pytest.param({"n.ipynb": [FIT]}, id="a notebook that trains"),
        pytest.param({"n.ipynb": ["import seeds\n" + FIT], "seeds.py": "import torch\ntorch.manual_seed(1)\n"}, id="seeded by what it imports"),
        pytest.param({"n.ipynb": ["import hydra\n" + FIT], "config.yaml": "seed: 1\n"}, id="seeded by configuration"),
        pytest.param({"n.ipynb": ["exec(open('seeds.py').read())\n" + FIT], "seeds.py": "import torch\ntorch.manual_seed(1)\n"}, id="seeded by what it executes"),
        pytest.param({"examples/n.ipynb": [FIT], **{f"pkg/m{i}.py": "x = 1\n" for i in range(9)}}, id="an example of a library"),
        pytest.param({".github/workflows/a.yml": OWN % "true", ".github/workflows/b.yml": OWN % "github.repository == 'me/churn'"}, id="actions of the project's own"),
        pytest.param({".github/workflows/a.yml": OWN % "true", ".github/workflows/b.yml": OWN % "github.repository == 'us/churn'"}, id="actions of others"),
        pytest.param({"train.py": FIT, "run.py": "import torch\ntorch.manual_seed(1)\nimport train\n"}, id="seeded by what starts it"),
    ],
)  # fmt: skip
def test_a_project_rule_says_of_a_file_alone_what_it_says_in_the_whole(make_repo, files):
    cells = {path: notebook_bytes({"cells": [("code", text) for text in content]}) for path, content in files.items() if isinstance(content, list)}  # fmt: skip
    folder = make_repo({**files, **cells})
    select = ("--select", "CIC101,NAM101,NBK113,VER103", "--confidence", "low")
    whole = lint(folder, *select)[1]["findings"]
    alone = [item for path in sorted(files) for item in lint(folder, *select, paths=[path])[1]["findings"]]
    assert alone == whole
    some = [path for path in files if path.endswith((".py", ".ipynb", ".yml"))]
    assert lint(folder, *select, paths=some)[1]["findings"] == whole
    for path in sorted(
        {path.partition("/")[0] for path in files if "/" in path}
    ):  # folders, of the work tree and of a commit
        inside = [item for item in whole if item["path"].startswith(path + "/")]
        assert lint(folder, *select, paths=[path])[1]["findings"] == inside
        assert lint(folder, *select, "--rev", "HEAD", paths=[path])[1]["findings"] == inside


def test_what_is_no_file_or_changes_underneath_is_an_error_of_its_own(tmp_path, monkeypatch):
    import os

    from mlopslint import linting

    write(tmp_path, {"a.py": BAD, "b.py": BAD})
    os.mkfifo(tmp_path / "pipe.py")
    before = linting.gather

    def late(snapshot, *rest, **more):
        write(tmp_path, {"b.py": "x = 1\n" * 9})
        return before(snapshot, *rest, **more)

    monkeypatch.setattr(linting, "gather", late)
    _, result, _ = lint(tmp_path, "--select", "VER101", paths=["a.py", "b.py", "pipe.py"])
    assert [(item["path"], item["code"]) for item in result["findings"]] == [("a.py", "VER101")]
    assert {item["path"]: item["reason"] for item in result["errors"]} == {
        "b.py": "changed while it was being linted",
        "pipe.py": "cannot be read: no regular file",
    }


def test_what_is_left_after_fixes_is_shown_in_the_mended_lines(tmp_path):
    path = write(tmp_path, {"a.py": FIT + "frame = read('/home/ada/x.csv')\n"}) / "a.py"
    run = CliRunner().invoke(
        command, [str(path), "--unsafe-fixes", "--select", "VER103,VER107", "--no-cache"], standalone_mode=False
    )
    assert run.exception is None and path.read_text().splitlines()[2] == "torch.manual_seed(42)"
    assert "a.py:7:14: VER107" in run.stdout and "7 | frame = read('/home/ada/x.csv')" in run.stdout


def test_a_rule_that_never_stops_finding_is_stopped(tmp_path):
    write(tmp_path, {"a.py": "import numpy as np\n" + "x = np.log(1 + y)\n" * 3_000})
    found = codes(lint(tmp_path, "--select", "MDL118")[1])
    assert 500 <= len(found) <= 510


def test_a_script_that_only_starts_what_trains_is_judged_with_it(make_repo):
    tmp_path = make_repo(
        {
            "main.py": "from exp.trainer import Trainer\n\nTrainer().train()\n",
            "exp/trainer.py": "import torch\n\n\nclass Trainer:\n    def train(self):\n        loss = torch.nn.Linear(1, 1)(x)\n"
            "        loss.backward()\n        self.optimizer.step()\n",
        }
    )
    alone = lint(tmp_path, paths=["main.py"])[1]["findings"]
    whole = [item for item in lint(tmp_path)[1]["findings"] if item["path"] == "main.py"]
    assert [item["code"] for item in alone] == ["VER103"] and alone == whole


@pytest.mark.parametrize(
    ("manifest", "content"),
    [
        ("pyproject.toml", '[project]\nname = "Crop_Yield"\nversion = "1"\n'),
        ("setup.py", 'from setuptools import setup\n\nsetup(name="crop-yield")\n'),
    ],
)
def test_the_projects_own_package_needs_no_version(make_repo, manifest, content):
    notebook = notebook_bytes(
        {"cells": [("code", "!pip install 'crop_yield[plot]'"), ("code", "%pip install crop-yield seaborn")]}
    )
    image = "FROM a:1\nRUN pip install crop-yield\nRUN pip install crop_yield flask\n"
    folder = make_repo({manifest: content, "docs/a.ipynb": notebook, "Dockerfile": image})
    for paths in (None, ["docs/a.ipynb", "Dockerfile"]):  # all of it, and some files as in a hook
        _, result, _ = lint(folder, "--select", "VER108", paths=paths)
        found = [(item["cell"], item["line"], item["message"]) for item in result["findings"]]
        assert found == [
            (None, 3, "pip installs flask without a version"),
            (2, 1, "pip installs seaborn without a version"),
        ]
