"""DEP105 limits-missing."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.facts.tree import as_map
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import workloads


class LimitsMissing(FileRule):
    """A container without requests and limits.

    What it does
    ------------
    Finds containers of Kubernetes workloads (Deployments, StatefulSets, Jobs, Pods...) that name neither requests nor limits. Init
    containers, templates of Helm and patches of Kustomize are passed over.

    Why is this bad?
    ----------------
    The scheduler does not know what the container needs: it lands on a full node, or takes the memory of its neighbours and is the
    first to be killed.

    Example
    -------
    ::

        containers:
          - name: train
            image: churn:1.4

    Use instead
    -----------
    ::

        containers:
          - name: train
            image: churn:1.4
            resources:
              requests: {cpu: "1", memory: 2Gi}
              limits: {memory: 4Gi}

    References
    ----------
    - Kubernetes, "Resource Management for Pods and Containers": https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    - Known from kube-linter (unset-cpu-requirements, unset-memory-requirements).
    """

    code = "DEP105"
    name = "limits-missing"
    in_tests = False
    kinds = ("yaml",)
    markers = (b"containers",)

    def check(self, file: File) -> Iterator[Problem]:
        for container in workloads(file):
            resources = container.body.get("resources")
            if container.init or "resources" in container.pod or (isinstance(resources, str) and resources):
                continue
            if (
                not as_map(resources).get("requests")
                and not as_map(resources).get("limits")
                and "claims" not in as_map(resources)
            ):
                yield file.problem(container.line, f"container {container.name} has neither requests nor limits")

    GOOD = (
        {
            "a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: a:1\n      resources:\n        requests: {cpu: 1}\n"
        },
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n"
        },
        {"a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      env: []\n"},
    )
    BAD = (
        {"a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: a:1\n"},
        {
            "a.yaml": "apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - image: a:1\n              name: b\n              resources: {}\n"
        },
    )
