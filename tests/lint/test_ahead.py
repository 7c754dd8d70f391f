"""A file that is linted alone reads no more of its project than lies on the way of what it starts."""

from __future__ import annotations

import os

import pytest

from mlopslint.ahead import OnDemand, comes_to_train
from mlopslint.cache import Cache
from mlopslint.gather import gather
from mlopslint.linting import lint
from mlopslint.snapshot import open_snapshot

ENGINE = "import torch\n\n\nclass Trainer:\n    def go(self):\n        self._epoch()\n\n    def _epoch(self):\n        self.loss.backward()\n        self.optimizer.step()\n"
UNRELATED = {f"pkg/other_{number}.py": ENGINE for number in range(5)}


def followed(folder, path: str) -> tuple[bool, int]:
    """Whether ``path`` comes to train, and how many other files were read to tell."""
    import dataclasses

    snapshot = open_snapshot(str(folder))
    cache = Cache(None)
    own = tuple(entry for entry in snapshot.entries if entry.path == path)
    view = OnDemand(snapshot, gather(dataclasses.replace(snapshot, entries=own), cache), cache)
    return comes_to_train(view, [path]), view.read


@pytest.mark.parametrize(
    ("files", "trains", "read"),
    [
        pytest.param(
            {"run.py": "from pkg.log import get_logger\n\nLOG = get_logger('run')\n", "pkg/__init__.py": "from pkg.other_1 import Trainer\n", "pkg/log.py": "import logging\n\n\ndef get_logger(name):\n    return logging.getLogger(name)\n"},
            False, 1, id="a helper that trains nothing is all that is read",
        ),
        pytest.param(
            {"run.py": "from pkg import get_logger\n\nLOG = get_logger('run')\n", "pkg/__init__.py": "from .log import *\n", "pkg/log.py": "def get_logger(name):\n    return name\n"},
            False, 2, id="what a package hands on",
        ),
        pytest.param(
            {"run.py": "from pkg.engine import Trainer\n\ndef main():\n    Trainer().go()\n\nmain()\n", "pkg/engine.py": ENGINE},
            True, 1, id="a method that comes to train",
        ),
        pytest.param(
            {"run.py": "from pkg.make import make\n\nwhat = make()\nwhat.go()\n", "pkg/make.py": "from pkg.engine import Trainer\n\n\ndef make():\n    return Trainer()\n", "pkg/engine.py": ENGINE},
            False, 2, id="a method of an object that was handed on is only looked for where it is imported",
        ),
        pytest.param(
            {"run.py": "from pkg.start import start\n\nstart()\n", "pkg/start.py": "from pkg.engine import Trainer\n\n\ndef start():\n    trainer = Trainer()\n    trainer.go()\n", "pkg/engine.py": ENGINE},
            True, 2, id="through two files",
        ),
        pytest.param(
            {"run.py": "import click\nfrom pkg.engine import Trainer\n\n\n@click.command()\ndef main():\n    Trainer().go()\n", "pkg/engine.py": ENGINE},
            True, 1, id="a command",
        ),
        pytest.param(
            {"run.py": "from pkg.engine import Trainer\n\n\ndef main():\n    Trainer().go()\n", "pkg/engine.py": ENGINE},
            False, 0, id="nothing runs as it is read",
        ),
        pytest.param(
            {"run.py": "from pkg.chain_0 import go\n\ngo()\n", **{f"pkg/chain_{n}.py": f"from pkg.chain_{n + 1} import go as onwards\n\n\ndef go():\n    onwards()\n" for n in range(60)}},
            True, 41, id="too far to tell",
        ),
    ],
)  # fmt: skip
def test_what_is_read_to_tell(make_repo, files, trains, read):
    folder = make_repo({**UNRELATED, **files})
    assert followed(folder, "run.py") == (trains, read)


def test_what_a_file_starts_is_found_when_it_is_linted_alone(make_repo):
    folder = make_repo({
        **UNRELATED, "pkg/__init__.py": "", "pkg/engine.py": ENGINE,
        "run.py": "from pkg.engine import Trainer\n\nif __name__ == '__main__':\n    trainer = Trainer()\n    trainer.go()\n",
    })  # fmt: skip
    run = os.path.join(folder, "run.py")
    alone = [(item.code, item.line) for item in lint([run], use_cache=False).report.findings]
    assert ("VER103", 5) in alone
    held = b"from pkg.engine import Trainer\n\nTrainer().go()\n"
    editor = lint(stdin=(os.path.join(folder, "new.py"), held), use_cache=False).report.findings
    assert ("VER103", 3) in [(item.code, item.line) for item in editor], "also as an editor holds it, not yet saved"


@pytest.mark.parametrize(
    ("starts", "opened"),
    [
        ("from pkg.log import get_logger\n\nLOG = get_logger('run')\n", False),
        ("from pkg import log\n\nlog.setup_logging()\nlog.logger.info('ready')\n", False),
        ("from pkg.log import is_available, register_method\n\nif is_available():\n    register_method('a')\n", False),
        ("from pkg.log import login\n\nlogin()\n", True),
        ("from pkg.log import prepare\n\nprepare()\n", True),
    ],
)
def test_the_project_is_not_opened_for_what_every_file_calls(make_repo, monkeypatch, starts, opened):
    folder = make_repo({**UNRELATED, "pkg/__init__.py": "", "pkg/log.py": "x = 1\n", "run.py": starts})
    asked = []

    def noted(*given):
        asked.append(given)
        return open_snapshot(*given)

    monkeypatch.setattr("mlopslint.rest.open_snapshot", noted)
    assert lint([os.path.join(folder, "run.py")], use_cache=False).report.findings == ()
    assert bool(asked) is opened
