"""What is told only on request: shapes that are as often meant as they are a defect."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from lint.examples import files_of

from mlopslint.cli.lint import command

SEEN = {"outputs": [{"output_type": "error", "ename": "SyntaxError", "evalue": "", "traceback": []}]}
SPLIT = "from sklearn.model_selection import train_test_split\na, b = train_test_split(x)\n"
CASES = {
    "comments only": ("NBK107", {"cells": [("code", "# client.delete()"), ("code", "x = 1")]}),
    "a lesson about an error": ("NBK111", {"cells": [("code", "class = 1", SEEN)]}),
    "an exercise": (
        "NBK110",
        {"cells": [("code", "#@ SPLIT THE DATA:"), ("code", "# Train the model"), ("code", "print(model)")]},
    ),
    "seeded once": ("VER101", "import numpy as np\nnp.random.seed(40)\n" + SPLIT),
    "seeded by a helper": ("VER101", "from mine import seed_everything\nseed_everything(1)\n" + SPLIT),
    "seeded in another cell": (
        "VER101",
        {"cells": [("code", "import numpy as np\nnp.random.seed(0)"), ("code", SPLIT)]},
    ),
}


def codes(folder, *options):
    run = CliRunner().invoke(command, [str(folder), "-f", "json", "--no-cache", *options], standalone_mode=False)
    assert run.exception is None, run.exception
    return [found["code"] for found in json.loads(run.stdout)["findings"]]


@pytest.mark.parametrize("case", CASES)
def test_told_with_low_confidence(case, tmp_path):
    code, example = CASES[case]
    for path, data in files_of(example).items():
        (tmp_path / path).write_bytes(data)
    assert codes(tmp_path, "--select", code) == []
    assert codes(tmp_path, "--select", code, "--confidence", "low") == [code]


def test_a_seed_of_another_generator_is_none(tmp_path):
    (tmp_path / "a.py").write_text("import random, torch\nrandom.seed(1)\ntorch.manual_seed(1)\n" + SPLIT)
    assert codes(tmp_path, "--select", "VER101") == ["VER101"]
