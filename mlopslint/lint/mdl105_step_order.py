"""MDL105 step-order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.torch import called, calls_in


class StepOrder(PythonRule):
    """Steps of training in an order that undoes them.

    What it does
    ------------
    Finds, in one block, ``zero_grad()`` between ``backward()`` and ``optimizer.step()``, and ``scheduler.step()``
    ahead of ``optimizer.step()``.

    Why is this bad?
    ----------------
    Gradients cleared before the step leave nothing to step with: the model does not learn. A scheduler that steps
    first skips the first value of its schedule.

    Example
    -------
    ::

        loss.backward()
        optimizer.zero_grad()
        optimizer.step()

    Use instead
    -----------
    ::

        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    References
    ----------
    - PyTorch, "How to adjust learning rate": https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """

    code = "MDL105"
    name = "step-order"
    severity = "error"
    in_tests = False
    nodes = (ast.For, ast.While)
    markers = (b".backward(",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if not at.within(node, ".backward("):
            return
        order: list[tuple[str, str, ast.Call]] = []
        for statement in node.body:
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Call)
                and isinstance(statement.value.func, ast.Attribute)
            ):
                owner = ast.unparse(statement.value.func.value)
                order.append((statement.value.func.attr, owner, statement.value))
            elif any(called(item) in ("backward", "step", "zero_grad") for item in calls_in(statement)):
                return  # part of it is conditional: the order is not plain
        pending = ""
        stepped = False
        late: ast.Call | None = None
        for method, owner, call in order:
            last = owner.rpartition(".")[2].lower()
            if method == "backward":
                pending = owner
            elif method == "zero_grad" and pending:
                rest = order[order.index((method, owner, call)) + 1 :]
                after = [(m, o) for m, o, _ in rest]
                again = next((i for i, (m, _) in enumerate(after) if m == "backward"), len(after))
                if any(m == "step" and o == owner for m, o in after[:again]) and not stepped:
                    yield at.problem(
                        call, f"{owner}.zero_grad() clears the gradients before {owner}.step() can use them"
                    )
            elif method == "step" and "sched" in last:
                if not stepped and pending:
                    late = call
            elif method == "step" and "opt" in last:
                stepped = True
                if late is not None:
                    yield at.problem(
                        late, "the scheduler steps before the optimizer and skips the first value of its schedule"
                    )
                    late = None

    GOOD = (
        "for x in l:\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n    scheduler.step()\n",
        "for x in l:\n    loss.backward()\n    opt.step()\n    opt.zero_grad()\n",
        "for x in l:\n    d_loss.backward()\n    opt_d.step()\n    opt_g.zero_grad()\n    g_loss.backward()\n    opt_g.step()\n",
    )
    BAD = (
        "for x in l:\n    loss.backward()\n    opt.zero_grad()\n    opt.step()\n",
        "for x in l:\n    optimizer.zero_grad()\n    loss.backward()\n    lr_scheduler.step()\n    optimizer.step()\n",
    )
