"""VER109 unversioned-pretrained."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant, keyword, keywords_known


class UnversionedPretrained(PythonRule):
    """A pretrained model without a revision.

    What it does
    ------------
    Finds ``from_pretrained``, ``hub.load``, ``load_dataset`` and ``hf_hub_download`` of a name on a hub with no
    ``revision``.

    Why is this bad?
    ----------------
    Who owns the name can change what it holds: tomorrow's run may load other weights, or other code.

    Example
    -------
    ::

        model = AutoModel.from_pretrained("bert-base-uncased")

    Use instead
    -----------
    ::

        model = AutoModel.from_pretrained("bert-base-uncased", revision="86b5e09")

    References
    ----------
    - Hugging Face: https://huggingface.co/docs/transformers/model_sharing
    - Known from bandit B615.
    """

    code = "VER109"
    name = "unversioned-pretrained"
    default = False
    in_tests = False
    calls = ("from_pretrained", "load", "load_dataset", "hf_hub_download", "snapshot_download")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if not keywords_known(node) or keyword(node, "revision") is not None:
            return
        root = name.partition(".")[0]
        if root not in (
            "transformers",
            "datasets",
            "huggingface_hub",
            "diffusers",
            "sentence_transformers",
            "torch",
            "peft",
            "timm",
        ):
            return
        first = (
            node.args[0]
            if node.args
            else keyword(node, "pretrained_model_name_or_path") or keyword(node, "path") or keyword(node, "repo_id")
        )
        value = constant(first)
        if not isinstance(value, str) or value.startswith((".", "/", "~")) or " " in value:
            return
        if name == "torch.hub.load":
            if ":" in value or constant(keyword(node, "source")) == "local":
                return
            yield at.problem(node, f"torch.hub.load({value!r}) without a tag or commit; write {value + ':TAG'!r}")
        elif root != "torch":
            if last == "load_dataset" and value in (
                "csv",
                "json",
                "parquet",
                "text",
                "imagefolder",
                "audiofolder",
                "arrow",
                "pandas",
            ):
                return
            yield at.problem(node, f"{last}({value!r}) without revision loads whatever the name holds that day")

    GOOD = (
        "from transformers import AutoModel\nm = AutoModel.from_pretrained('bert', revision='abc')\n",
        "from transformers import AutoModel\nm = AutoModel.from_pretrained('./model')\n",
        "from transformers import AutoModel\nm = AutoModel.from_pretrained(path)\n",
        "from datasets import load_dataset\nd = load_dataset('csv', data_files='a.csv')\n",
    )
    BAD = (
        "from transformers import AutoModel\nm = AutoModel.from_pretrained('bert-base-uncased')\n",
        "import torch\nm = torch.hub.load('pytorch/vision', 'resnet18')\n",
        "from datasets import load_dataset\nd = load_dataset('imdb')\n",
    )
