"""DEP103 cache-in-image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import instructions


class CacheInImage(FileRule):
    """Caches, data or weights in an image.

    What it does
    ------------
    Finds ``pip install`` that keeps its cache, ``apt-get install`` that keeps its lists, and data or model files
    copied in.

    Why is this bad?
    ----------------
    The image is larger than it need be: every node pulls it, every time.

    Example
    -------
    ::

        RUN pip install -r requirements.txt

    Use instead
    -----------
    ::

        RUN pip install --no-cache-dir -r requirements.txt

    References
    ----------
    - Docker: https://docs.docker.com/build/building/best-practices/
    - Known from hadolint DL3042 and DL3009.
    """

    code = "DEP103"
    name = "cache-in-image"
    severity = "note"
    default = False
    kinds = ("dockerfile",)

    def check(self, file: File) -> Iterator[Problem]:
        cached = "PIP_NO_CACHE_DIR" in file.text
        for line, word, rest in instructions(file):
            if word == "RUN" and "--mount=type=cache" not in rest:
                if re.search(r"\bpip3? install\b", rest) and "--no-cache-dir" not in rest and not cached:
                    yield file.problem(line, "pip keeps its cache in the image; add --no-cache-dir")
                if re.search(r"apt-get install", rest) and "/var/lib/apt/lists" not in rest:
                    yield file.problem(
                        line, "apt keeps its lists in the image; remove /var/lib/apt/lists in the same RUN"
                    )
            elif (
                word in ("COPY", "ADD")
                and "--from" not in rest
                and re.search(
                    r"\.(?:csv|parquet|pt|pth|ckpt|h5|safetensors|onnx|pkl|joblib)\b|(?:^|\s|/)(?:data|datasets|weights|checkpoints)/?\s",
                    rest,
                )
            ):
                yield file.problem(
                    line, "data or weights become part of the image; fetch them by version when it starts"
                )

    GOOD = (
        {"Dockerfile": "FROM a:1\nRUN pip install --no-cache-dir x\nCOPY src src\n"},
        {"Dockerfile": "FROM a:1\nENV PIP_NO_CACHE_DIR=1\nRUN pip install x\n"},
    )
    BAD = (
        {"Dockerfile": "FROM a:1\nRUN pip install x\n"},
        {"Dockerfile": "FROM a:1\nRUN apt-get update && \\n  apt-get install -y git\n"},
        {"Dockerfile": "FROM a:1\nCOPY model.pt /m\n"},
    )
