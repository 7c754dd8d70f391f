"""MON102 swallowed-error."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.patterns import late

_CLEANUP = late(
    r"__del__|__exit__|close|clean|tear|shutdown|stop|kill|exit|try_|maybe|safe|optional|cancel|dispose|destroy|rollback|abort",
    re.I,
)
_RUNNING = (
    "sklearn",
    "torch",
    "tensorflow",
    "keras",
    "fastapi",
    "flask",
    "xgboost",
    "lightgbm",
    "catboost",
    "mlflow",
    "jax",
    "ray",
    "bentoml",
    "transformers",
)


_OPTIONS = frozenset(
    {"remove", "unlink", "rmtree", "rmdir", "makedirs", "mkdir", "set_start_method", "basicConfig", "filterwarnings"}
)
_CONVERSIONS = frozenset(
    {
        "literal_eval",
        "int",
        "float",
        "loads",
        "strptime",
        "fromisoformat",
        "to_datetime",
        "to_numeric",
        "decode",
        "eval",
        "parse",
    }
)


def _called(statement: ast.stmt) -> str:
    """The last name of the call that a statement makes, assigns or returns; "" where it does not."""
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.Return)) else None
    if not isinstance(value, ast.Call):
        return ""
    return value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")


def _optional(statement: ast.stmt) -> bool:
    """Whether a guarded statement only tidies up or sets something that may fail: a close, a removal, an option."""
    if isinstance(statement, ast.Pass):
        return True
    called = _called(statement) if isinstance(statement, ast.Expr) else ""
    return bool(called) and (bool(_CLEANUP.search(called)) or called.startswith("delete") or called in _OPTIONS)


def _converts(statement: ast.stmt) -> bool:
    """Whether this reads a value in another form where it has that form: ``return int(text)``."""
    return isinstance(statement, (ast.Assign, ast.Return)) and _called(statement) in _CONVERSIONS


def _fallbacks(scope: ast.AST) -> set[int]:
    """The try statements that set a name which the next statement tests: what is missing is dealt with there."""
    found: set[int] = set()
    for item in inside(scope):
        for block in (getattr(item, "body", None), getattr(item, "orelse", None)):
            if isinstance(block, list):
                found |= _followed(block)
    return found | _followed(getattr(scope, "body", []))


def _followed(block: list[ast.stmt]) -> set[int]:
    found: set[int] = set()
    for item, after in pairwise(block):
        while isinstance(item, ast.If):
            item = item.body[-1]
        if not isinstance(item, ast.Try) or not isinstance(after, ast.If) or not isinstance(item.body[0], ast.Assign):
            continue
        test = after.test.operand if isinstance(after.test, ast.UnaryOp) else after.test
        tested = test.left if isinstance(test, ast.Compare) else test
        target = item.body[0].targets[0]
        if isinstance(tested, ast.Name) and isinstance(target, ast.Name) and tested.id == target.id:
            found.add(id(item))
    return found


class SwallowedError(PythonRule):
    """An error of training or serving code that nobody hears of.

    What it does
    ------------
    Finds ``except:`` and ``except Exception:`` with nothing but ``pass`` or ``continue``, in modules that train,
    predict or serve.

    Why is this bad?
    ----------------
    A batch that fails is skipped in silence: the model trains on less, or the service answers with stale values,
    and no alert fires.

    Example
    -------
    ::

        try:
            row = features(record)
        except Exception:
            continue

    Use instead
    -----------
    ::

        try:
            row = features(record)
        except KeyError as error:
            logger.warning("record %s skipped: %s", record.id, error)
            continue

    References
    ----------
    - Known from Ruff BLE001 and S110, bandit B110.
    """

    code = "MON102"
    name = "swallowed-error"
    in_tests = False
    nodes = (ast.Try,)
    markers = (b"except:", b"except Exception", b"except BaseException")

    def check(self, node: ast.Try, name: str, at: Context) -> Iterator[Problem]:
        if len(node.handlers) != 1 or node.orelse or node.finalbody:
            return
        handler = node.handlers[0]
        kind = handler.type
        broad = kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        if not broad or len(handler.body) != 1 or not isinstance(handler.body[0], (ast.Pass, ast.Continue)):
            return
        if isinstance(at.function, (ast.FunctionDef, ast.AsyncFunctionDef)) and _CLEANUP.search(at.function.name):
            return
        if any(isinstance(item, (ast.Import, ast.ImportFrom)) for item in node.body):
            return
        if all(_optional(item) for item in node.body) or not at.imported(*_RUNNING):
            return
        if len(node.body) <= 2 and _converts(node.body[0]):
            return
        if len(node.body) == 1 and id(node) in at.once(at.function or at.tree, _fallbacks):
            return
        if any("#" in line for line in at.lines[handler.lineno - 1 : handler.body[0].lineno]):
            return  # whoever explains it has thought of it
        yield at.problem(handler, "errors are swallowed in silence; catch what is expected, and log it")

    GOOD = (
        "import torch\ntry:\n    f()\nexcept Exception as error:\n    print(error)\n    try:\n        connection.rollback()\n    except:\n        pass\n    raise\n",
        "import torch\ntry:\n    f()\nexcept ValueError:\n    pass\n",
        "import torch\ntry:\n    import apex\nexcept Exception:\n    pass\n",
        "import torch\ntry:\n    f()\nexcept Exception:\n    log.exception('x')\n",
        "try:\n    f()\nexcept Exception:\n    pass\n",
        "import torch\ndef read(text):\n    try:\n        return float(text)\n    except Exception:\n        pass\n    return text\n",
        "import torch\ndef find(name):\n    x = None\n    try:\n        x = store.view(name)\n    except Exception:\n        pass\n    if x is None:\n        x = store.other(name)\n",
        "import torch\ntry:\n    client.delete_endpoint(a)\n    client.delete_model(a)\nexcept:\n    pass\n",
        "import torch\nclass A:\n    def __del__(self):\n        try:\n            f()\n            g()\n        except Exception:\n            pass\n",
    )
    BAD = (
        "import torch\nfor x in y:\n    try:\n        a = f(x)\n        b = g(a)\n    except Exception:\n        continue\n",
        "from fastapi import FastAPI\ndef predict(x):\n    try:\n        model = load()\n        return model(x)\n    except:\n        pass\n",
    )
