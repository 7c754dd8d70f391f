"""Predicates on collaboration (COL) and the licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome, half, no, yes

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def version_controlled(judge: Judge) -> Outcome:
    """COL006: version control on a collaborative platform."""
    snapshot = judge.view.snapshot
    if not snapshot.git:
        return no("the folder is not under version control")
    if snapshot.repository.remote or any(
        path.startswith((".github/", ".gitlab", ".azuredevops/", "azure-pipelines", ".gitea/", "bitbucket-pipelines"))
        for path in judge.view.entries
    ):
        return yes("git, with a remote or a forge's configuration", [], 3)
    return half("git, without a sign of a shared platform", [], 2, "medium")
