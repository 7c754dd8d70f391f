"""VER105 nondeterministic-algorithms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule


class NondeterministicAlgorithms(PythonRule):
    """torch is seeded, but may use algorithms that differ from run to run.

    What it does
    ------------
    Finds modules that call ``torch.manual_seed`` and never ask for deterministic algorithms.

    Why is this bad?
    ----------------
    Some CUDA kernels add up in no fixed order: with the same seed two runs end differently.

    Example
    -------
    ::

        torch.manual_seed(42)

    Use instead
    -----------
    ::

        torch.manual_seed(42)
        torch.use_deterministic_algorithms(True)

    Fix safety
    ----------
    Unsafe: operations without a deterministic form then raise an error, and others get slower.

    References
    ----------
    - PyTorch, "Reproducibility": https://pytorch.org/docs/stable/notes/randomness.html
    - Known from dslinter and CodeSmile (deterministic algorithm option not used).
    """

    code = "VER105"
    name = "nondeterministic-algorithms"
    severity = "note"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = ("manual_seed",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if name != "torch.manual_seed" or not isinstance(at.statement, ast.Expr) or at.statement.value is not node:
            return
        if at.memo.setdefault("VER105", node) is not node or "deterministic" in at.text:
            return  # said already, or asked for somewhere
        edit = Edit(at.region(at.statement), "line-after", ("torch.use_deterministic_algorithms(True)",))
        fix = Fix("Ask for deterministic algorithms", "unsafe", (edit,)) if at.names.get("torch") == "torch" else None
        yield at.problem(node, "torch is seeded, but its algorithms may differ from run to run", fix)

    GOOD = (
        "import torch\ntorch.manual_seed(1)\ntorch.use_deterministic_algorithms(True)\n",
        "import torch\ntorch.manual_seed(1)\ntorch.backends.cudnn.deterministic = True\n",
    )
    BAD = (
        (
            "import torch\ntorch.manual_seed(1)\n",
            "import torch\ntorch.manual_seed(1)\ntorch.use_deterministic_algorithms(True)\n",
        ),
    )
