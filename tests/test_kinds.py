"""The kinds of files: the quick look before a pattern never hides what the pattern would find."""

from __future__ import annotations

import pytest

from mlopslint.kinds import _PATTERNS, kind_of


def test_the_text_that_is_looked_for_first_stands_in_the_pattern():
    for literal, pattern, _ in _PATTERNS:
        assert literal in pattern.pattern.replace("\\", ""), literal


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/workflows/ci.yml", "github-workflow"),
        (".forgejo/workflows/ci.yaml", "github-workflow"),
        ("actions/setup/action.yaml", "github-action"),
        ("ci/.gitlab-ci.test.yml", "gitlab-ci"),
        ("azure-pipelines/build.yml", "yaml-pipeline"),
        ("Azure-Pipelines-Train.yml", "azure-pipeline"),
        ("cloud_build/run.yaml", "cloud-build"),
        ("docker/train.Dockerfile", "dockerfile"),
        ("docker/Dockerfile.gpu", "dockerfile"),
        ("docker/Dockerfile.j2", "dockerfile"),
        ("builder/dockerfile.py", "python"),
        ("docs/Dockerfile.md", "document"),
        ("requirements/dev.in", "requirements"),
        ("constraints-3.11.txt", "requirements"),
        ("conda-env.yaml", "conda"),
        ("data/train.csv.dvc", "dvc-pointer"),
        (".dvc/config.local", "dvc-config"),
        (".githooks/pre-push", "husky"),
        ("CONTRIBUTING", "document"),
        ("docs/AUTHORS.txt", "document"),
        (".env.staging", "ini"),
        ("config.yaml.j2", "text"),
        ("pipelines/train.py", "python"),
        ("unknown.xyz", "other"),
    ],
)
def test_a_file_is_known_by_its_name(path, kind):
    assert kind_of(path) == kind
