"""Checks of PyTorch code: what an example cannot say, such as bounded work, helpers, cells and tests."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner
from lint.examples import facts_of

from mlopslint.cli.lint import command

TORCH = "import torch\n"


def codes(source, *wanted):
    return [code for code in wanted for _ in facts_of(source, code)]


@pytest.mark.parametrize(
    "name, source",
    [
        (
            "loops that call one large helper",
            TORCH
            + "def g(m):\n"
            + "    x(m)\n" * 2000
            + "for x in y:\n    g(m)\n    l.backward()\n    optimizer.step()\n" * 2000,
        ),
        ("a sum with many terms", TORCH + "for x in y:\n    loss.backward()\n" + "    t += loss\n" * 6000),
        (
            "many losses in one function",
            TORCH
            + "import torch.nn.functional as F\ndef f():\n"
            + "    p = F.softmax(z, 1)\n    l = F.cross_entropy(p, y)\n" * 3000,
        ),
        (
            "a helper that is called over and over",
            TORCH
            + "def tr():\n"
            + "    f(x)\n" * 2000
            + "for x in y:\n"
            + "    tr()\n" * 3000
            + "    scheduler.step()\n"
            + "    tr()\n" * 2000,
        ),
        (
            "many methods of self",
            TORCH
            + "class A:\n  def f(self):\n    for x in y:\n      loss.backward()\n      self.optimizer.step()\n"
            + "      self.a(x)\n" * 4000,
        ),
        (
            "many blocks without gradients",
            TORCH
            + "from torchvision import models\nm = models.resnet18()\n"
            + "with torch.no_grad():\n    m(x)\n" * 3000,
        ),
        ("a deep sum of logarithms", "import numpy as np\ny = " + "np.log(1 + " * 60 + "x" + ")" * 60 + "\n"),
    ],
)
def test_odd_files_cost_little(name, source):
    start = time.perf_counter()
    facts_of(source, "MDL101")
    assert time.perf_counter() - start < 20, name


def test_what_clears_gradients_may_stand_in_a_method_or_an_earlier_cell():
    method = (
        "class T:\n    def __init__(self, net):\n        self.net = net\n    def clear(self):\n        self.opt.zero_grad()\n"
        "    def fit(self):\n        for x in self.loader:\n            self.clear()\n"
        "            self.net(x).backward()\n            self.opt.step()\n"
    )
    assert codes(TORCH + method.replace("self.opt.zero_grad()", "pass"), "MDL101") == ["MDL101"]
    assert codes(TORCH + method, "MDL101") == []
    loop = "for x in loader:\n    clear(opt)\n    m(x).backward()\n    opt.step()\n"
    for body, found in (("o.zero_grad()", []), ("print(o)", ["MDL101"])):
        cells = [("code", TORCH + f"def clear(o):\n    {body}"), ("code", loop)]
        assert codes({"cells": cells}, "MDL101") == found


def test_a_model_of_an_earlier_cell_is_known():
    model = "from torch import nn\nclass N(nn.Module):\n    def forward(self, x):\n        return torch.softmax(self.f(x), 1)"
    use = "net = N()\ncriterion = nn.CrossEntropyLoss()\nloss = criterion(net(x), y)"
    assert codes({"cells": [("code", TORCH + model), ("code", use)]}, "MDL106") == ["MDL106"]
    other = model.replace("torch.softmax(self.f(x), 1)", "self.f(x)")
    assert codes({"cells": [("code", TORCH + other), ("code", use)]}, "MDL106") == []


def test_evaluation_in_a_helper_and_training_in_the_loop():
    loop = "for e in range(3):\n    train(model)\n    test(model)\n"
    test = "def test(model):\n    model.eval()\n    return model(v)\n"
    for line, found in (("pass", ["MDL103"]), ("model.train()", [])):
        train = f"def train(model):\n    {line}\n    model(x).backward()\n"
        assert codes(TORCH + test + train + loop, "MDL103") == found


def test_code_of_tests_may_do_as_it_likes(make_repo):
    source = TORCH + "def test_it():\n    assert model.forward(x)\n"
    folder = make_repo({"tests/test_a.py": source, "src/a.py": source})
    run = CliRunner().invoke(
        command, [str(folder), "--no-cache", "--select", "MDL102", "--confidence", "low", "-f", "csv"]
    )
    assert "src/a.py" in run.stdout and "tests/test_a.py" not in run.stdout


@pytest.mark.parametrize(
    "revision, found", [("revision='0123456789abcdef'", []), ("revision='main'", ["MDL115"]), ("", ["MDL115"])]
)
def test_only_a_commit_pins_remote_code(revision, found):
    source = (
        f"from transformers import AutoModel\nAutoModel.from_pretrained('a/b', trust_remote_code=True, {revision})\n"
    )
    assert codes(source, "MDL115") == found


@pytest.mark.parametrize(
    "asked, severity",
    [
        ("", "note"),
        ("torch", "note"),
        ("torch>=1.13", "note"),
        ("torch==2.5.1", "warning"),
        ("torch<2.6", "warning"),
        ("torch>=2.6", None),
        ("torch~=2.7.0", None),
    ],
)
def test_the_version_of_torch_decides_on_its_loads(make_repo, asked, severity):
    folder = make_repo({"src/a.py": TORCH + "state = torch.load('m.pt')\n", "requirements.txt": asked + "\n"})
    run = CliRunner().invoke(
        command, [str(folder), "--no-cache", "--select", "MDL115", "-f", "json"], standalone_mode=False
    )
    found = json.loads(run.stdout)["findings"]
    assert [item["severity"] for item in found] == ([severity] if severity else [])
