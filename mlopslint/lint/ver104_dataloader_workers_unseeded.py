"""VER104 dataloader-workers-unseeded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument, constant, keyword, keywords_known


class DataloaderWorkersUnseeded(PythonRule):
    """Workers of a data loader with seeds of their own.

    What it does
    ------------
    Finds ``DataLoader`` with ``num_workers`` above 0 and neither ``worker_init_fn`` nor ``generator`` in code that
    seeds torch.

    Why is this bad?
    ----------------
    NumPy and ``random`` in the workers are not seeded by torch's seed: augmentation differs between runs, or is the
    same in all workers.

    Example
    -------
    ::

        loader = DataLoader(data, shuffle=True, num_workers=4)

    Use instead
    -----------
    ::

        loader = DataLoader(data, shuffle=True, num_workers=4, worker_init_fn=seed_worker, generator=generator)

    References
    ----------
    - PyTorch, "Reproducibility": https://pytorch.org/docs/stable/notes/randomness.html#dataloader
    - Known from dslinter (PyTorch randomness control).
    """

    code = "VER104"
    name = "dataloader-workers-unseeded"
    severity = "note"
    default = False
    in_tests = False
    calls = ("DataLoader",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not name.startswith("torch.utils.data.") or at.instance(node) or not keywords_known(node):
            return
        workers = argument(node, 5, "num_workers")
        if workers is None or constant(workers) == 0:
            return
        if keyword(node, "worker_init_fn") is not None or keyword(node, "generator") is not None:
            return
        yield at.problem(node, "the workers of this DataLoader are not seeded; pass worker_init_fn and generator")

    GOOD = (
        "from torch.utils.data import DataLoader\nd = DataLoader(x)\n",
        "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=0)\n",
        "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=2, generator=g)\n",
    )
    BAD = (
        "from torch.utils.data import DataLoader\nd = DataLoader(x, num_workers=4)\n",
        "import torch\nd = torch.utils.data.DataLoader(x, shuffle=True, num_workers=workers)\n",
    )
