"""DEP105 limits-missing."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import containers

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"})


class LimitsMissing(FileRule):
    """A container without requests and limits.

    What it does
    ------------
    Finds containers of workloads that name neither resource requests nor limits.

    Why is this bad?
    ----------------
    The scheduler places it blindly; one that leaks takes its neighbours down with it.

    Example
    -------
    ::

        containers:
          - name: model
            image: churn:1.4

    Use instead
    -----------
    ::

        containers:
          - name: model
            image: churn:1.4
            resources:
              requests: {cpu: 500m, memory: 1Gi}
              limits: {memory: 2Gi}

    References
    ----------
    - Kubernetes: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    - Known from kube-linter (unset-cpu-requirements, unset-memory-requirements).
    """

    code = "DEP105"
    name = "limits-missing"
    kinds = ("yaml",)
    markers = (b"kind: ",)

    def check(self, file: File) -> Iterator[Problem]:
        if "{{" in file.text and "resources" in file.text:
            return  # a template fills them in
        for kind, container in containers(file):
            resources = container.body.get("resources")
            given = isinstance(resources, dict) and (resources.get("requests") or resources.get("limits"))
            if kind in _WORKLOADS and not given:
                yield file.problem(
                    container.line, f"container {container.name} names neither resource requests nor limits"
                )

    GOOD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n          resources:\n            limits: {memory: 1Gi}\n"
        },
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n          resources: {{ toYaml .Values.resources }}\n"
        },
    )
    BAD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n"
        },
    )
