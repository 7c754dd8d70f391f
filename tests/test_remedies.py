"""Whoever follows the advice is seen to have followed it: each snippet, put where it says, makes its practice pass."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from conftest import FIXTURES
from practice_cases import CASES, SERVE, TEST_CI, TRAIN

from mlopslint import Config, review
from mlopslint.rules import load

Files = dict[str, str | bytes]

#: Advice that is to be run or moved, or that begins from what no repository here has; what it leaves behind is tested elsewhere.
TO_BE_RUN = {
    "AUT007": "the notebooks themselves must become scripts",
    "COL006": "the remote is made by the commands",
    "GOV001": "the credential must be taken out and revoked",
    "NAM001": "the modules must be renamed; the snippet lets a linter see to new ones",
    "NAM002": "the names must change; the snippet lets a linter see to new ones",
    "NAM008": "the functions there are must be described",
    "NAM009": "the functions there are must be split; the snippet lets a linter see to new ones",
    "DAT004": "the notebook itself must change",
    "GOV008 record_lineage.sh": "the lock is written by the commands",
    "NAM003": "the commands rename the notebooks",
    "STR001": "a layout to move to",
    "STR003": "the commands move the notebooks",
    "STR004": "the commands move the data",
    "STR005": "the commands move the models",
    "VER001 version_data.sh": "the pointer is written by the commands",
    "VER003": "the lock is written by the commands",
    "VER005 src/churn/seed.py": "counts where training calls it",
}
CODE: Files = {
    "src/churn/__init__.py": "",
    "src/churn/features.py": "def build_features(customers):\n    return customers\n",
    "src/churn/prepare.py": "def preprocess(raw):\n    return raw\n",
    "src/churn/train.py": TRAIN,
}
GITLAB = "test:\n  image: python:3.12\n  script:\n    - pip install -r requirements.txt\n    - pytest\n"
AZURE = "trigger:\n  - main\nsteps:\n  - script: pip install -r requirements.txt\n  - script: pytest\n"
#: Where practices are missing that the story has from the beginning, or not at all.
BASES: dict[str, tuple[Files, ...]] = {
    "CIC009": (
        {**CODE, ".github/workflows/ci.yml": TEST_CI.format(run="pytest") + "      - uses: someone/setup@v1\n"},
    ),
    "COS004": (
        {**CODE, ".github/workflows/ci.yml": TEST_CI.format(run="pip install -r requirements.txt")},
        {**CODE, ".gitlab-ci.yml": GITLAB},
        {**CODE, "azure-pipelines.yml": AZURE},
    ),
    "DEP006": ({**CODE, "src/churn/serve.py": SERVE},),
    "GOV007": ({**CODE, "src/churn/serve.py": SERVE},),
    "MON003": ({**CODE, "src/churn/serve.py": SERVE},),
    "NAM010": (
        {
            **CODE,
            "params.yaml": "prepare:\n  testSize: 0.2\n  random_seed: 7\ntrain:\n  learningRate: 1\n  max_depth: 6\n",
        },
    ),
    "TST001": ({**CODE, "tests/__init__.py": ""},),
    "TST003": (
        {**CODE, "tests/test_other.py": "from churn.train import train\n\n\ndef test_a():\n    assert train\n"},
    ),
}
SNIPPETS = [
    pytest.param(practice.code, snippet, id=f"{practice.code} {snippet.file} {', '.join(snippet.for_)}".strip())
    for practice in load().practices
    for snippet in practice.snippets
    if practice.code not in TO_BE_RUN and f"{practice.code} {snippet.file}" not in TO_BE_RUN
]


@lru_cache(maxsize=1)
def stories() -> tuple[Files, ...]:
    """The story at each of its levels."""
    folders = [FIXTURES / "levels" / f"level{level}" for level in (3, 2, 1, 4, 0)]
    return tuple(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    )


@lru_cache(maxsize=1)
def told() -> list[dict[str, str]]:
    """Code -> status at each level, without git."""
    levels = [FIXTURES / "levels" / f"level{level}" for level in (3, 2, 1, 4, 0)]
    return [status(level) for level in levels]


def status(folder: Path) -> dict[str, str]:
    return {
        v.code: v.status for v in review(str(folder), config=Config(), use_cache=False, jobs=1).assessment.practices
    }


def followed(base: Files, name: str, code: str) -> list[Files]:
    """The repository with the snippet as a file of its own, and with it below what stands there."""
    old = base.get(name, b"")
    before = old.decode() if isinstance(old, bytes) else old
    return [{**base, name: code}, {**base, name: f"{before}\n{code}"}] if before else [{**base, name: code}]


@pytest.mark.parametrize(("code", "snippet"), SNIPPETS)
def test_a_snippet_makes_its_practice_pass(code, snippet, make_repo):
    bases = [base for base, now in zip(stories(), told(), strict=True) if now[code] in ("fail", "partial")]
    bases += BASES.get(code, ())
    if not bases and code in CASES:
        bases = [CASES[code][1]]
    tried = [files for base in bases for files in followed(base, snippet.file, snippet.code)]
    found = (status(make_repo(files, name=f"repo{number}"))[code] for number, files in enumerate(tried))
    assert "pass" in found
