"""DVC, MLflow projects, infrastructure as code, and the inventory of other languages."""

from __future__ import annotations

from mlopslint.facts import read


def test_dvc_yaml() -> None:
    text = b"""stages:
  train:
    cmd: python train.py
    deps: [data, train.py]
    outs:
      - model.pkl: {cache: false}
    params: [train.lr]
    metrics: [{metrics.json: {cache: false}}]
  each:
    foreach: [a, b]
    do:
      cmd:
        - python x.py ${item}
"""
    found = read("dvc", text)
    stages = {f.name: (f.line, f.value) for f in found if f.kind == "stage"}
    assert stages["train"][0] == 2
    assert stages["train"][1] == {
        "cmd": "python train.py",
        "deps": ["data", "train.py"],
        "outs": ["model.pkl"],
        "params": ["train.lr"],
        "metrics": ["metrics.json"],
        "plots": [],
        "tool": "dvc",
    }
    assert stages["each"][1]["foreach"]
    assert [(f.name, f.line) for f in found if f.kind == "command"] == [
        ("python train.py", 3),
        ("python x.py ${item}", 13),
    ]


def test_dvc_files() -> None:
    found = read("dvc-pointer", b"outs:\n- md5: a\n  size: 12\n  path: data.csv\n")
    assert [(f.name, f.value) for f in found if f.kind == "pointer"] == [
        ("dvc", {"size": 12, "path": "data.csv", "hash": True})
    ]
    found = read("dvc-lock", b"schema: '2.0'\nstages:\n  t:\n    outs:\n    - {path: m, md5: x, size: 3}\n")
    assert [(f.kind, f.value["path"]) for f in found if f.kind == "pointer"] == [("pointer", "m")]
    found = read(
        "dvc-config",
        b"[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://u:hunter2@bucket/x\n    password = hunter2\n",
    )
    remote = next(f for f in found if f.kind == "remote")
    assert remote.value == {"tool": "dvc", "name": "s3", "default": True} and remote.line == 4
    assert "hunter2" not in str(found)


def test_mlproject() -> None:
    text = (
        b"name: x\nconda_env: c.yaml\nentry_points:\n  main:\n    parameters: {lr: float}\n"
        b"    command: 'python train.py {lr}'\n"
    )
    found = read("mlproject", text)
    assert [(f.name, f.value["params"]) for f in found if f.kind == "stage"] == [("main", ["lr"])]
    assert [f.name for f in found if f.kind == "command"] == ["python train.py {lr}"]


def test_terraform() -> None:
    text = b"""provider "aws" {
  region = "eu-west-1"
}
resource "aws_s3_bucket" "b" {
  bucket = "x" # why
  versioning {
    enabled = true
  }
  password = "hunter2"
}
module "m" { source = "./m" }
"""
    found = read("terraform", text)
    assert [(f.name, f.value["name"]) for f in found if f.kind == "resource"] == [
        ("provider:aws", "aws"),
        ("aws_s3_bucket", "b"),
        ("module:m", "m"),
    ]
    keys = {f.name: f.value for f in found if f.kind == "key"}
    assert keys["aws_s3_bucket.bucket"] == "x" and keys["aws_s3_bucket.versioning.enabled"] is True
    assert keys["aws_s3_bucket.password"] is None


def test_bicep() -> None:
    found = read(
        "bicep", b"resource w 'Microsoft.MachineLearningServices/workspaces@2023-04-01' = {\n  location: 'x'\n}\n"
    )
    resource = next(f for f in found if f.kind == "resource")
    assert resource.name == "Microsoft.MachineLearningServices/workspaces" and resource.value["api"] == "2023-04-01"


def test_other_languages() -> None:
    found = read("r", b"# library(no)\nlibrary(dplyr)\nset.seed(1)\ncaret::train(x)\n")
    assert [f.name for f in found if f.kind == "import"] == ["dplyr", "caret"]
    assert [f.name for f in found if f.kind == "call"] == ["r:set.seed", "r:train"]
    assert next(f for f in found if f.kind == "language").value == {"lines": 3}
    found = read("julia", b"using Flux, Random\nRandom.seed!(1)\n")
    assert [f.name for f in found if f.kind == "import"] == ["Flux", "Random"]
    assert [f.name for f in read("java", b"import org.x.Y;\nclass A {}\n") if f.kind == "import"] == ["org.x.Y"]
    assert [f.name for f in read("sql", b"select 1;\n") if f.kind == "language"] == ["sql"]
