"""MON102 swallowed-error."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule

_CLEANUP = re.compile(
    r"__del__|__exit__|close|clean|tear|shutdown|stop|kill|exit|try_|maybe|safe|optional|cancel|dispose|destroy", re.I
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


def _optional(statement: ast.stmt) -> bool:
    """Whether the one guarded statement only tidies up or sets something that may fail: a close, a removal, an option."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    func = statement.value.func
    called = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return bool(_CLEANUP.search(called)) or called in (
        "remove",
        "unlink",
        "rmtree",
        "rmdir",
        "makedirs",
        "mkdir",
        "set_start_method",
        "basicConfig",
        "filterwarnings",
    )


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
        if len(node.handlers) != 1 or node.orelse:
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
        if (len(node.body) == 1 and _optional(node.body[0])) or not at.imported(*_RUNNING):
            return
        if any("#" in line for line in at.lines[handler.lineno - 1 : handler.body[0].lineno]):
            return  # whoever explains it has thought of it
        yield at.problem(handler, "errors are swallowed in silence; catch what is expected, and log it")

    GOOD = (
        "import torch\ntry:\n    f()\nexcept ValueError:\n    pass\n",
        "import torch\ntry:\n    import apex\nexcept Exception:\n    pass\n",
        "import torch\ntry:\n    f()\nexcept Exception:\n    log.exception('x')\n",
        "try:\n    f()\nexcept Exception:\n    pass\n",
        "import torch\nclass A:\n    def __del__(self):\n        try:\n            f()\n            g()\n        except Exception:\n            pass\n",
    )
    BAD = (
        "import torch\nfor x in y:\n    try:\n        a = f(x)\n        b = g(a)\n    except Exception:\n        continue\n",
        "from fastapi import FastAPI\ndef predict(x):\n    try:\n        model = load()\n        return model(x)\n    except:\n        pass\n",
    )
