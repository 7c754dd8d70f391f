"""CI definitions of all vendors give one vocabulary of facts."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from mlopslint.facts import read
from mlopslint.records import Fact


def facts(kind: str, text: str) -> list[Fact]:
    return read(kind, dedent(text).lstrip("\n").encode())


def names(found: list[Fact], kind: str) -> list[str]:
    return [fact.name for fact in found if fact.kind == kind]


def one(found: list[Fact], kind: str, name: str) -> Fact:
    return next(fact for fact in found if fact.kind == kind and fact.name == name)


GITHUB = """
name: CI
on:
  push: {branches: [main]}
  pull_request:
  workflow_dispatch:
  schedule:
    - cron: '0 3 * * 1'
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    environment: staging
    container: python:3.11
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: '3.11', cache: pip, token: abc}
      - name: Unit
        run: |
          pip install -e .
          FOO=1 uv run --group dev pytest tests \\
            --cov
      - run: ruff check . || true
      - run: pytest slow | tee log
      - shell: bash
        run: pytest piped | tee log
      - run: mypy src
        continue-on-error: true
      - run: never here
        if: false
  call:
    needs: test
    uses: org/repo/.github/workflows/x.yml@main
"""


def test_github() -> None:
    found = facts("github-workflow", GITHUB)
    assert names(found, "ci") == ["github-actions"]
    assert names(found, "ci-trigger") == ["push", "pull_request", "manual", "schedule"]
    assert one(found, "ci-trigger", "push").value == {"branches": ["main"]}
    assert one(found, "schedule", "0 3 * * 1").line == 7
    assert names(found, "permission") == ["contents: read"]
    assert names(found, "ci-job") == ["test", "call"]
    assert one(found, "ci-job", "test").value["environment"] == "staging"
    assert one(found, "ci-job", "call").value["needs"] == ["test"]
    assert names(found, "image") == ["python:3.11"]
    assert names(found, "cache") == ["pip"]
    commands = {fact.name: fact for fact in found if fact.kind == "command"}
    assert commands["pytest tests --cov"].line == 22
    assert commands["pytest tests --cov"].value == {"job": "test", "soft": False, "step": "Unit"}
    assert commands["ruff check ."].value["soft"]
    assert commands["pytest slow"].value["soft"]
    assert not commands["pytest piped"].value["soft"]
    assert commands["mypy src"].value["soft"]
    assert "never here" not in commands
    setup = one(found, "action", "actions/setup-python@v5")
    assert setup.value["with"] == {"python-version": "3.11", "cache": "pip", "token": None}
    assert "org/repo/.github/workflows/x.yml@main" in names(found, "action")


def test_github_tags_only_is_no_push() -> None:
    assert names(facts("github-workflow", "on: {push: {tags: ['v*']}}\njobs: {}\n"), "ci-trigger") == ["tag"]
    assert names(facts("github-workflow", "on: [push, release]\njobs: {}\n"), "ci-trigger") == ["push", "release"]


def test_github_composite_action() -> None:
    found = facts("github-action", "runs:\n  using: composite\n  steps:\n    - run: make test\n      shell: bash\n")
    assert names(found, "command") == ["make test"]


def test_gitlab() -> None:
    found = facts(
        "gitlab-ci",
        """
        image: python:3.10
        include:
          - template: Security/SAST.gitlab-ci.yml
        .base:
          before_script: [pip install -r requirements.txt]
        test:
          extends: .base
          script:
            - !reference [.shared, script]
            - pytest
          allow_failure: true
          cache: {paths: [.cache/pip]}
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
            - if: $CI_PIPELINE_SOURCE == "schedule"
        .shared:
          script: [flake8]
        deploy:
          stage: deploy
          script: kubectl apply -f k8s
          when: manual
          environment: {name: production}
          only: [main, tags]
        """,
    )
    assert names(found, "ci-job") == ["test", "deploy"]
    assert names(found, "ci-trigger") == ["pull_request", "schedule", "tag", "push"]
    assert one(found, "command", "pytest").value["soft"]
    assert {"flake8", "pip install -r requirements.txt", "kubectl apply -f k8s"} <= set(names(found, "command"))
    assert one(found, "ci-job", "deploy").value["manual"]
    assert one(found, "ci-job", "deploy").value["environment"] == "production"
    assert names(found, "cache") == [".cache/pip"]
    assert "template:Security/SAST.gitlab-ci.yml" in names(found, "action")
    assert names(facts("gitlab-ci", "t:\n  script: [make]\n"), "ci-trigger") == ["push"]


AZURE = """
trigger:
  branches: {include: [main]}
pr: none
schedules:
  - cron: '0 0 * * 0'
    displayName: weekly
    branches: {include: [main]}
stages:
  - stage: Build
    jobs:
      - job: Test
        steps:
          - script: pytest
            displayName: Tests
            continueOnError: true
          - ${{ if eq(1, 1) }}:
              - bash: flake8
          - task: AzureCLI@2
            inputs:
              inlineScript: |
                az ml job create -f x.yml
          - template: steps.yml
  - stage: Deploy
    dependsOn: Build
    jobs:
      - deployment: Prod
        environment: production
        strategy:
          runOnce:
            deploy:
              steps:
                - script: make deploy
"""


@pytest.mark.parametrize("kind", ["azure-pipeline", "yaml-pipeline", "yaml"])
def test_azure(kind: str) -> None:
    found = facts(kind, AZURE)
    assert names(found, "ci") == ["azure-pipelines"]
    assert names(found, "ci-trigger") == ["push", "schedule"]
    assert names(found, "ci-job") == ["Test", "Prod"]
    assert one(found, "ci-job", "Prod").value["environment"] == "production"
    assert one(found, "command", "pytest").value["soft"]
    assert {"flake8", "az ml job create -f x.yml", "make deploy"} <= set(names(found, "command"))
    assert "template:steps.yml" in names(found, "action")


def test_azure_triggers() -> None:
    assert names(facts("azure-pipeline", "steps:\n- script: make\n"), "ci-trigger") == ["push"]
    assert names(facts("azure-pipeline", "trigger: none\nsteps:\n- script: make\n"), "ci-trigger") == ["manual"]
    template = facts("yaml-pipeline", "parameters:\n- name: x\nsteps:\n- script: make\n")
    assert one(template, "ci", "azure-pipelines").value["template"]
    assert not names(template, "ci-trigger")


def test_pipeline_folder_with_other_yaml() -> None:
    text = (
        "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\njobs:\n"
        "  prep:\n    command: python prep.py\n"
    )
    found = facts("yaml-pipeline", text)
    assert not names(found, "ci")
    assert names(found, "document-type") == ["azureml/pipelineJob"]
    assert names(found, "stage") == ["prep"]


SIMPLE: list[tuple[str, str, str, str, list[str]]] = [
    (
        "circleci",
        "circleci",
        """
        version: 2.1
        orbs: {python: circleci/python@2.1}
        jobs:
          build:
            docker: [{image: 'cimg/python:3.11'}]
            steps:
              - checkout
              - python/install-packages
              - run: pytest
              - run: {name: lint, command: flake8}
        workflows:
          main: {jobs: [build]}
        """,
        "pytest",
        ["push"],
    ),
    ("travis", "travis", "language: python\nscript:\n  - pytest\n", "pytest", ["push", "pull_request"]),
    (
        "bitbucket",
        "bitbucket",
        """
        image: python:3.11
        pipelines:
          pull-requests:
            '**':
              - step: {name: t, caches: [pip], script: [pytest, {pipe: 'atlassian/x:1.0'}]}
          custom:
            deploy: [{step: {script: [make deploy]}}]
        """,
        "pytest",
        ["pull_request", "manual"],
    ),
    (
        "cloud-build",
        "cloud-build",
        (
            "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, x, .]\n"
            "- name: python\n  entrypoint: bash\n  args: ['-c', 'pytest']\n"
        ),
        "pytest",
        [],
    ),
    (
        "cloud-build",
        "cloud-build",
        "steps:\n- name: gcr.io/a/kfp-cli\n  args:\n  - '-c'\n  - |\n    pytest  # all of them\n",
        "pytest",
        [],
    ),
    (
        "buildkite",
        "buildkite",
        "steps:\n  - label: t\n    command: pytest\n    plugins:\n      - docker#v5.0.0: {image: python}\n  - wait\n",
        "pytest",
        ["push"],
    ),
    (
        "drone",
        "drone",
        (
            "kind: pipeline\nname: x\nsteps:\n- name: t\n  image: python\n  commands: [pytest]\n"
            "trigger:\n  event: [pull_request]\n"
        ),
        "pytest",
        ["pull_request"],
    ),
    (
        "codebuild",
        "codebuild",
        "version: 0.2\nphases:\n  build:\n    commands: [pytest]\ncache: {paths: [x]}\n",
        "pytest",
        [],
    ),
    (
        "appveyor",
        "appveyor",
        "install:\n  - cmd: pip install .\ntest_script:\n  - pytest\n",
        "pytest",
        ["push", "pull_request"],
    ),
    (
        "cirrus",
        "cirrus",
        "test_task:\n  container: {image: 'python:3.11'}\n  pip_cache: {folder: ~/.cache}\n  script: pytest\n",
        "pytest",
        ["push", "pull_request"],
    ),
]


@pytest.mark.parametrize(("kind", "vendor", "text", "command", "triggers"), SIMPLE, ids=[case[0] for case in SIMPLE])
def test_other_vendors(kind: str, vendor: str, text: str, command: str, triggers: list[str]) -> None:
    found = facts(kind, text)
    assert names(found, "ci") == [vendor]
    assert command in names(found, "command")
    assert names(found, "ci-trigger") == triggers
    assert names(found, "ci-job")


def test_jenkins() -> None:
    found = facts(
        "jenkinsfile",
        """
        @Library('shared') _
        pipeline {
          agent { docker { image 'python:3.11' } }
          triggers { cron('H 2 * * *') }
          stages {
            stage('Test') {
              steps {
                // sh 'commented out'
                sh 'pytest tests'
                sh \"\"\"
                  pip install .
                  make train
                \"\"\"
                sh(script: 'flake8', returnStatus: true)
              }
            }
            stage('Deploy') { steps { input 'ok?'; catchError(buildResult: 'SUCCESS') { sh 'make deploy' } } }
          }
          post { always { sh 'make clean' } }
        }
        """,
    )
    commands: dict[str, dict[str, Any]] = {fact.name: fact.value for fact in found if fact.kind == "command"}
    assert list(commands) == ["pytest tests", "pip install .", "make train", "flake8", "make deploy", "make clean"]
    assert not commands["pytest tests"]["soft"] and commands["flake8"]["soft"] and commands["make deploy"]["soft"]
    assert one(found, "command", "make train").line == 12
    assert names(found, "schedule") == ["H 2 * * *"]
    assert names(found, "image") == ["python:3.11"]
    assert any(fact.value["manual"] for fact in found if fact.kind == "ci-job")
