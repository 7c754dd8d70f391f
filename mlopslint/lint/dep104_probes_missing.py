"""DEP104 probes-missing."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import containers


class ProbesMissing(FileRule):
    """A service without probes.

    What it does
    ------------
    Finds containers of Deployments and StatefulSets that open a port and have neither a readiness nor a liveness
    probe.

    Why is this bad?
    ----------------
    Requests go to a model that is still loading, and a server that hangs is never restarted.

    Example
    -------
    ::

        containers:
          - name: model
            ports:
              - containerPort: 8080

    Use instead
    -----------
    ::

        containers:
          - name: model
            ports:
              - containerPort: 8080
            readinessProbe:
              httpGet: {path: /ready, port: 8080}

    References
    ----------
    - Kubernetes: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-
      probes/
    - Known from kube-linter (no-readiness-probe, no-liveness-probe).
    """

    code = "DEP104"
    name = "probes-missing"
    kinds = ("yaml",)
    markers = (b"kind: Deployment", b"kind: StatefulSet")

    def check(self, file: File) -> Iterator[Problem]:
        for kind, container in containers(file):
            if kind not in ("Deployment", "StatefulSet") or not container.body.get("ports"):
                continue
            if not any(word in container.body for word in ("readinessProbe", "livenessProbe", "startupProbe")):
                yield file.problem(container.line, f"container {container.name} has no readiness and no liveness probe")

    GOOD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n          readinessProbe:\n            httpGet: {path: /, port: 80}\n"
        },
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Job\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n"
        },
        {
            "deploy.yaml": "{{ if x }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n"
        },
    )
    BAD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports:\n            - containerPort: 80\n"
        },
    )
