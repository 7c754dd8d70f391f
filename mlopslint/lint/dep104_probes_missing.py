"""DEP104 probes-missing."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import Container, workloads

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


class ProbesMissing(FileRule):
    """A container that serves and that nothing asks whether it can.

    What it does
    ------------
    Finds Deployments and StatefulSets of Kubernetes in which a container has ports and no container has a readiness or liveness probe.
    Templates of Helm and patches of Kustomize are passed over, as the rest of them stands elsewhere.

    Why is this bad?
    ----------------
    Kubernetes sends requests as soon as the process exists, while the model may load for minutes; and a server that hangs is never
    restarted.

    Example
    -------
    ::

        containers:
          - name: model
            image: churn:1.4
            ports: [{containerPort: 8080}]

    Use instead
    -----------
    ::

        containers:
          - name: model
            image: churn:1.4
            ports: [{containerPort: 8080}]
            readinessProbe:
              httpGet: {path: /health, port: 8080}

    References
    ----------
    - Kubernetes, "Liveness, Readiness, and Startup Probes": https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    - Known from kube-linter (no-liveness-probe, no-readiness-probe).
    """

    code = "DEP104"
    name = "probes-missing"
    in_tests = False
    kinds = ("yaml",)
    markers = (b"containers",)

    def check(self, file: File) -> Iterator[Problem]:
        asked: dict[int, bool] = {}  # the pod, by its place -> whether any of its containers has a probe
        serving: dict[int, Container] = {}
        for container in workloads(file):
            if container.kind not in ("Deployment", "StatefulSet") or container.init:
                continue
            pod = id(container.pod)
            asked[pod] = asked.get(pod, False) or any(probe in container.body for probe in _PROBES)
            if container.body.get("ports"):
                serving.setdefault(pod, container)
        for pod, container in serving.items():
            if not asked[pod]:
                yield file.problem(
                    container.line, f"container {container.name} serves without readiness or liveness probe"
                )

    GOOD = (
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector: {}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports: [{containerPort: 80}]\n          livenessProbe: {}\n"
        },
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector: {}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n"
        },
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports: [{containerPort: 80}]\n"
        },
        {
            "a.yaml": "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports: [{containerPort: 80}]\n"
        },
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector: {}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: {{ .Values.image }}\n          ports: [{containerPort: 80}]\n"
        },
    )
    BAD = (
        {
            "a.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector: {}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: a:1\n          ports: [{containerPort: 80}]\n"
        },
    )
