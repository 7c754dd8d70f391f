"""COS104 dataloader-defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import argument, constant, keywords_known


class DataloaderDefaults(PythonRule):
    """A data loader that leaves the accelerator waiting.

    What it does
    ------------
    Finds ``DataLoader`` without ``num_workers`` (or with 0) or ``pin_memory`` in modules that move data to a GPU.

    Why is this bad?
    ----------------
    Batches are then made by the training process itself, and copied without overlap: the accelerator waits, and
    costs.

    Example
    -------
    ::

        loader = DataLoader(data, batch_size=64)

    Use instead
    -----------
    ::

        loader = DataLoader(data, batch_size=64, num_workers=4, pin_memory=True)

    Fix safety
    ----------
    Unsafe: workers are processes, which the data set must allow.

    References
    ----------
    - PyTorch, "Performance tuning guide": https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html
    - Known from TorchFix TOR4.
    """

    code = "COS104"
    name = "dataloader-defaults"
    severity = "note"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = ("DataLoader",)
    markers = (b"cuda",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not name.startswith("torch.utils.data.") or at.instance(node) or not keywords_known(node):
            return
        if "cuda" not in at.text and not at.notebook:
            return  # nothing is moved to a GPU here
        missing = []
        workers = argument(node, 5, "num_workers")
        if workers is None or constant(workers) == 0:
            missing.append(("num_workers", "4"))
        if argument(node, 7, "pin_memory") is None:
            missing.append(("pin_memory", "True"))
        if not missing:
            return
        edits = (Edit(at.region(node), "keyword", missing[0]),) if len(missing) == 1 else ()
        fix = (
            Fix(f"Add {missing[0][0]}={missing[0][1]}", "unsafe", edits)
            if edits
            else at.keyword(node, *missing[0], f"Add {missing[0][0]}={missing[0][1]}")
        )
        yield at.problem(node, f"this DataLoader has no {' and no '.join(word for word, _ in missing)}", fix)

    GOOD = (
        "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=2, pin_memory=True)\nx.cuda()\n",
        "from torch.utils.data import DataLoader\nd = DataLoader(x)\n",
    )
    BAD = (
        (
            "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=2)\ny = x.cuda()\n",
            "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=2, pin_memory=True)\ny = x.cuda()\n",
        ),
        "from torch.utils.data import DataLoader\nd = DataLoader(x, batch_size=3)\nx.to('cuda')\n",
    )
