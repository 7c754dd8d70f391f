"""DEP106 gpu-unbounded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import containers


class GpuUnbounded(FileRule):
    """A GPU image that asks for no GPU.

    What it does
    ------------
    Finds containers with a CUDA or Triton image that request no accelerator.

    Why is this bad?
    ----------------
    It lands on a node without one and runs on the CPU, or shares a GPU with whoever is there.

    Example
    -------
    ::

        image: nvcr.io/nvidia/tritonserver:24.01-py3

    Use instead
    -----------
    ::

        image: nvcr.io/nvidia/tritonserver:24.01-py3
        resources:
          limits: {nvidia.com/gpu: 1}

    References
    ----------
    - Kubernetes: https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
    """

    code = "DEP106"
    name = "gpu-unbounded"
    severity = "note"
    default = False
    kinds = ("yaml",)
    markers = (b"kind: ",)

    def check(self, file: File) -> Iterator[Problem]:
        for _, container in containers(file):
            image = str(container.body.get("image") or "")
            if re.search(r"cuda|gpu|tritonserver|nvidia", image, re.I) and "cpu" not in image:
                if not re.search(
                    r"nvidia\.com|amd\.com|google\.com/tpu|habana\.ai", str(container.body.get("resources") or "")
                ):
                    yield file.problem(
                        container.line, f"container {container.name} has a GPU image and asks for no GPU"
                    )

    GOOD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: nvidia/cuda:12\n          ports:\n            - containerPort: 80\n          resources:\n            limits:\n              nvidia.com/gpu: 1\n"
        },
    )
    BAD = (
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: nvidia/cuda:12\n          ports:\n            - containerPort: 80\n"
        },
    )
