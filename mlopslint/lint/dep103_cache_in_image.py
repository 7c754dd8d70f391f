"""DEP103 cache-in-image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import chain, stages
from mlopslint.patterns import late

_DATA = late(
    r"(?:^|/)(?:data|datasets?|weights|checkpoints)/?$|\.(?:csv|parquet|pt|pth|ckpt|h5|safetensors|onnx|pkl|joblib|npz|tfrecord)$"
)


class CacheInImage(FileRule):
    """Caches of package managers, data or weights in an image.

    What it does
    ------------
    Finds, in the stages that end up in the image, ``pip install`` that keeps its cache, ``apt-get install`` without the removal of its
    lists in the same ``RUN``, ``conda install`` without ``conda clean``, and ``COPY`` of data or weights.

    Why is this bad?
    ----------------
    They make the image larger by gigabytes, and every pull and start slower; what a later layer deletes stays in the earlier one.

    Example
    -------
    ::

        RUN apt-get update && apt-get install -y git
        RUN pip install -r requirements.txt

    Use instead
    -----------
    ::

        RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
        RUN pip install --no-cache-dir -r requirements.txt

    References
    ----------
    - Known from hadolint DL3009 and DL3042.
    """

    code = "DEP103"
    name = "cache-in-image"
    severity = "note"
    default = False
    kinds = ("dockerfile",)

    def check(self, file: File) -> Iterator[Problem]:
        text = file.text
        cached = "PIP_NO_CACHE_DIR" in text or "pip config set" in text
        for stage in chain(stages(file)):
            for fact in stage.instructions:
                value = str(fact.value)
                if fact.name in ("COPY", "ADD") and "--from" not in value:
                    sources = [word for word in value.split()[:-1] if not word.startswith("--")]
                    found = next((word for word in sources if _DATA.search(word.rstrip("*").rstrip("/") or word)), None)
                    if found:
                        yield file.problem(
                            fact.line, f"{found[:60]} is copied into the image; load it at the start or mount it"
                        )
                if fact.name != "RUN" or "--mount=type=cache" in value or len(value) > 390:
                    continue  # a long command is known in part only
                if (
                    re.search(r"\bpip[\d.]{0,5} install\b", value)
                    and "--no-cache-dir" not in value
                    and not cached
                    and "pip cache purge" not in value
                ):
                    yield file.problem(fact.line, "pip keeps its cache in the image; use --no-cache-dir")
                if re.search(r"\bapt(?:-get)? (?:-\S+ )*install\b", value) and "/var/lib/apt/lists" not in value:
                    yield file.problem(fact.line, "the lists of apt stay in the image; remove them in the same RUN")
                if re.search(r"\b(?:conda|mamba) (?:install|env (?:create|update))\b", value) and "clean" not in value:
                    yield file.problem(fact.line, "conda keeps its packages in the image; end with conda clean -afy")

    GOOD = (
        {
            "Dockerfile": "FROM a\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\nRUN pip install --no-cache-dir x\n"
        },
        {"Dockerfile": "FROM a\nENV PIP_NO_CACHE_DIR=1\nRUN pip install x\nCOPY src/data.py /app\n"},
        {"Dockerfile": "FROM a AS build\nRUN pip install x\nFROM b\nCOPY --from=build /data/ /app\n"},
        {"Dockerfile": "FROM a\nRUN --mount=type=cache,target=/var/cache/pip pip install x\n"},
    )
    BAD = (
        {"Dockerfile": "FROM a\nRUN pip install x\n"},
        {"Dockerfile": "FROM a\nRUN apt-get update && apt-get install -y git\n"},
        {"Dockerfile": "FROM a\nRUN conda install x\n"},
        {"Dockerfile": "FROM a\nCOPY data/ /app/data/\n"},
        {"Dockerfile": "FROM a\nCOPY model.pt /app/\n"},
    )
