"""GOV103 unprotected-endpoint."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument, constant, keyword


def _any(node: ast.expr | None) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return any(constant(item) == "*" for item in node.elts)
    return constant(node) == "*"


class UnprotectedEndpoint(PythonRule):
    """A service that is open to everybody.

    What it does
    ------------
    Finds web applications that listen on all interfaces with their debugger on, and cross-origin rules that let any
    site act with a user's credentials.

    Why is this bad?
    ----------------
    The debugger of Flask runs any code that it is sent. ``*`` with credentials gives every web page the rights of
    the user who visits it.

    Example
    -------
    ::

        app.run(host="0.0.0.0", debug=True)

    Use instead
    -----------
    ::

        app.run(host="127.0.0.1", debug=os.environ.get("DEBUG") == "1")

    References
    ----------
    - Flask: https://flask.palletsprojects.com/en/stable/debugging/
    - Starlette CORSMiddleware: https://www.starlette.io/middleware/#corsmiddleware
    - Known from bandit B104 and B201, Ruff S104.
    """

    code = "GOV103"
    name = "unprotected-endpoint"
    severity = "error"
    in_tests = False
    calls = ("run", "add_middleware", "CORSMiddleware", "Middleware", "CORS")
    markers = (b"0.0.0.0", b"CORS")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if (
            last == "run"
            and constant(argument(node, 0, "host") if name.startswith("flask") else keyword(node, "host")) == "0.0.0.0"
        ):
            served = name.startswith(("flask.", "uvicorn.", "quart.", "bottle.")) or (
                name == "app.run" and at.imported("flask")
            )
            if served and constant(keyword(node, "debug")) is True:
                yield at.problem(
                    node, "the debugger is on and reachable from everywhere; it runs any code that it is sent"
                )
        elif last in ("add_middleware", "CORSMiddleware", "Middleware"):
            if last != "CORSMiddleware" and not any(
                at.resolve(item).endswith("CORSMiddleware") for item in node.args[:1]
            ):
                return
            credentials = constant(keyword(node, "allow_credentials"))
            if credentials is True and _any(keyword(node, "allow_origins")):
                yield at.problem(node, "every site may act with the user's credentials; name the allowed origins")
        elif last == "CORS" and name.startswith("flask_cors."):
            if constant(keyword(node, "supports_credentials")) is True and (
                keyword(node, "origins") is None or _any(keyword(node, "origins"))
            ):
                yield at.problem(node, "every site may act with the user's credentials; name the allowed origins")

    GOOD = (
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='127.0.0.1', debug=True)\n",
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0')\n",
        "from fastapi.middleware.cors import CORSMiddleware\napp.add_middleware(CORSMiddleware, allow_origins=['https://a.example'], allow_credentials=True)\n",
    )
    BAD = (
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0', port=80, debug=True)\n",
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\napp = FastAPI()\napp.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)\n",
        "from flask_cors import CORS\nCORS(app, supports_credentials=True)\n",
    )
