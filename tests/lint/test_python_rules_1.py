"""What an example of one file cannot say: seeds over the modules of a project."""

from __future__ import annotations

import pytest
from conftest import write
from lint.examples import files_of, split

from mlopslint.cache import Cache
from mlopslint.gather import gather
from mlopslint.lint.engine import rule
from mlopslint.snapshot import open_snapshot
from mlopslint.view import View

RULE = rule("VER103")
TRAIN = "import torch\n\n\ndef train(loss, optimizer):\n    loss.backward()\n    optimizer.step()\n"
HELPER = "import random\nimport numpy as np\nimport torch\n\n\ndef make_repeatable(n):\n    random.seed(n)\n    np.random.seed(n)\n    torch.manual_seed(n)\n"


def found(folder, files):
    write(folder, files_of(files))
    snapshot = open_snapshot(str(folder))
    view = View(snapshot, gather(snapshot, Cache(None), jobs=1))
    return [(path, problem.region[0], problem.cell) for path, problem in RULE.check(view)]


@pytest.mark.parametrize("number", range(len(RULE.GOOD)))
def test_good_examples_are_not_found(number, tmp_path):
    assert found(tmp_path, RULE.GOOD[number]) == []


@pytest.mark.parametrize("number", range(len(RULE.BAD)))
def test_bad_examples_are_found(number, tmp_path):
    files, (path, line) = split(RULE, RULE.BAD[number])
    assert [item[:2] for item in found(tmp_path, files)] == [(path, line)]


MAIN = "\nif __name__ == '__main__':\n    train(None, None)\n"
#: Projects whose seed is set where one file does not show it; without the file that is named last, none of them is seeded.
SEEDED = {
    "two imports away": (
        {
            "train.py": f"from pkg.loop import prepare\n{TRAIN}{MAIN}",
            "pkg/__init__.py": "",
            "pkg/loop.py": "from pkg.repeat import make_repeatable\n\n\ndef prepare():\n    make_repeatable(1)\n",
        },
        "pkg/repeat.py",
    ),
    "exported again by the package": (
        {
            "train.py": f"from pkg import make_repeatable\n{TRAIN}\nmake_repeatable(0){MAIN}",
            "pkg/__init__.py": "from .repeat import make_repeatable\n",
        },
        "pkg/repeat.py",
    ),
    "relative import": (
        {
            "pkg/__init__.py": "",
            "pkg/train.py": f"from ..common.repeat import make_repeatable\n{TRAIN}\nmake_repeatable(0){MAIN}",
        },
        "common/repeat.py",
    ),
    "script beside the package": (
        {
            "scripts/run.py": "from src.engine import train\nfrom src.repeat import make_repeatable\n\nif __name__ == '__main__':\n    make_repeatable(3)\n    train(None, None)\n",
            "src/engine.py": TRAIN,
        },
        "src/repeat.py",
    ),
    "src layout": (
        {
            "scripts/run.py": "from churn.engine import train\nfrom churn.repeat import make_repeatable\n\nif __name__ == '__main__':\n    make_repeatable(3)\n    train(None, None)\n",
            "src/churn/__init__.py": "",
            "src/churn/engine.py": TRAIN,
        },
        "src/churn/repeat.py",
    ),
    "notebook that imports the package": (
        {
            "notebooks/fit.ipynb": {
                "cells": [("code", "from pkg.repeat import make_repeatable\nmake_repeatable(1)"), ("code", "from pkg.engine import train"), ("code", "train(a, b)")]
            },
            "pkg/__init__.py": "",
            "pkg/engine.py": TRAIN,
        },
        "pkg/repeat.py",
    ),
    "started by a module that seeds": (
        {
            "train.py": f"{TRAIN}{MAIN}",
            "main.py": "from train import train\nfrom repeat import make_repeatable\n\nif __name__ == '__main__':\n    make_repeatable(1)\n    train(None, None)\n",
        },
        "repeat.py",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_counts_wherever_it_is_set(name, tmp_path):
    files, helper = SEEDED[name]
    assert found(tmp_path / "seeded", files | {helper: HELPER}) == []
    unseeded = found(tmp_path / "unseeded", files | {helper: "def make_repeatable(n):\n    pass\n"})
    assert unseeded, "the project is not found without the seed either"


def test_the_entry_that_starts_the_training_is_named(tmp_path):
    files = {
        "pkg/__init__.py": "from .engine import Trainer\n",
        "pkg/engine.py": "import torch\n\n\nclass Trainer:\n    def fit(self):\n        self.loss.backward()\n        self.optimizer.step()\n",
        "run.py": "import pkg\n\nif __name__ == '__main__':\n    trainer = pkg.Trainer()\n    trainer.fit()\n",
        "serve.py": "import pkg\n\nif __name__ == '__main__':\n    pkg.Trainer().predict()\n",
    }
    assert found(tmp_path, files) == [("run.py", 5, 0)]


def test_a_helper_that_nobody_calls_seeds_nothing(tmp_path):
    helper = HELPER.replace("make_repeatable", "seed_all")
    train = f"from repeat import seed_all\n{TRAIN}{MAIN}"
    assert found(tmp_path / "never", {"train.py": train, "repeat.py": helper}) == [("train.py", 6, 0)]
    called = train.replace("    train(None", "    seed_all(1)\n    train(None")
    assert found(tmp_path / "called", {"train.py": called, "repeat.py": helper}) == []


def test_a_helper_that_is_not_there_to_be_read_counts_by_its_name(tmp_path):
    train = f"from company_tools import fix_seeds\n{TRAIN}\nfix_seeds(1){MAIN}"
    assert found(tmp_path, {"train.py": train}) == []


def test_a_configured_seed_counts_where_the_code_is_driven_by_configuration(tmp_path):
    train = f"import hydra\n{TRAIN}\n\n@hydra.main(config_path='conf')\ndef main(cfg):\n    hydra.utils.call(cfg.setup)\n    train(None, None)\n\n\nif __name__ == '__main__':\n    main()\n"
    assert found(tmp_path / "none", {"train.py": train, "conf/config.yaml": "lr: 0.1\n"})
    assert found(tmp_path / "seeded", {"train.py": train, "conf/config.yaml": "lr: 0.1\nseed: 42\n"}) == []


def test_the_fix_seeds_at_the_start(tmp_path):
    write(tmp_path, {"train.py": f"{TRAIN}{MAIN}"})
    snapshot = open_snapshot(str(tmp_path))
    [(_, problem)] = RULE.check(View(snapshot, gather(snapshot, Cache(None), jobs=1)))
    [edit] = problem.fix.edits
    assert (edit.op, edit.args, edit.region[0]) == ("line-before", ("torch.manual_seed(42)",), 9)
