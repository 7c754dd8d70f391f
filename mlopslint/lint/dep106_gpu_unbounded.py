"""DEP106 gpu-unbounded."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.facts.text import text_of
from mlopslint.facts.tree import as_map, line_of
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import workloads
from mlopslint.patterns import late

_GPU = late(r"(?i)nvidia/cuda|nvcr\.io/nvidia|[:-](?:gpu|cuda)|\bcu1\d\d\b|vllm|tritonserver|text-generation-inference")
_CPU = late(r"(?i)[:.-]cpu\b")
_ACCELERATOR = late(r"(?:nvidia|amd|google|intel|habana)\.(?:com|ai)/|aws\.amazon\.com/neuron|\bgpu")


class GpuUnbounded(FileRule):
    """An image for GPUs that asks for none.

    What it does
    ------------
    Finds containers of Kubernetes and services of Compose with an image made for GPUs (CUDA, Triton, vLLM, a ``-gpu`` tag) that request
    no accelerator.

    Why is this bad?
    ----------------
    It runs on a node without a GPU, slowly or not at all, or shares one with others unasked.

    Example
    -------
    ::

        containers:
          - name: train
            image: nvidia/cuda:12.4.1-runtime-ubuntu22.04

    Use instead
    -----------
    ::

        containers:
          - name: train
            image: nvidia/cuda:12.4.1-runtime-ubuntu22.04
            resources:
              limits: {nvidia.com/gpu: 1}

    References
    ----------
    - Kubernetes, "Schedule GPUs": https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
    """

    code = "DEP106"
    name = "gpu-unbounded"
    confidence = "medium"
    default = False
    kinds = ("yaml", "compose")

    def check(self, file: File) -> Iterator[Problem]:
        for container in workloads(file):
            image = text_of(container.body.get("image"))
            if _is_gpu(image) and not _ACCELERATOR.search(str(container.body.get("resources"))) and not container.init:
                yield file.problem(
                    container.line, f"container {container.name} has an image for GPUs and requests none"
                )
        if file.kind != "compose":
            return
        for document in file.documents[:1]:
            services = as_map(as_map(document).get("services"))
            for name, service in services.items():
                about = as_map(service)
                asks = _ACCELERATOR.search(str(about.get("deploy"))) or {"gpus", "runtime", "devices"} & set(about)
                if _is_gpu(text_of(about.get("image"))) and not asks and "devices" not in str(about.get("deploy")):
                    yield file.problem(
                        line_of(services, name), f"service {name} has an image for GPUs and requests none"[:200]
                    )

    GOOD = (
        {
            "a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: nvidia/cuda:12\n      resources:\n        limits: {nvidia.com/gpu: 1}\n"
        },
        {
            "docker-compose.yml": "services:\n  a:\n    image: vllm/vllm-openai:v1\n    runtime: nvidia\n  b:\n    image: python:3.12\n"
        },
    )
    BAD = (
        {"a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: nvidia/cuda:12\n"},
        {"docker-compose.yml": "services:\n  a:\n    image: tensorflow/tensorflow:2.16.1-gpu\n"},
    )


def _is_gpu(image: str) -> bool:
    return _GPU.search(image) is not None and _CPU.search(image) is None
