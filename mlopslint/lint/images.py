"""Questions about images and containers that several checks ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mlopslint.facts.text import text_of
from mlopslint.facts.tree import as_map, line_of, maps
from mlopslint.lint.base import File
from mlopslint.patterns import late
from mlopslint.records import Fact

#: What is put in the place of an image by whoever deploys it.
_STANDS_FOR = late(
    r"[$<>{}()\s]|(?i:your|placeholder|replace|changeme|(?<![\w-])example|todo)|^[A-Z_]+(?::|$)|^ko://|^(?:controller|image|img)(?::|$)"
)
_SERVER = late(
    r"(?:^|\s|/)(?:uvicorn|gunicorn|hypercorn|daphne|waitress-serve|flask run|fastapi run|streamlit run|gradio|mlflow (?:models )?(?:serve|server|ui)"
    r"|bentoml serve|torchserve|tritonserver|tensorflow_model_server|serve run|ray serve|seldon-core-microservice|mlserver start|vllm serve|litserve"
    r"|chainlit run|panel serve|bokeh serve|voila|nginx|uwsgi|python[\d.]{0,5} -m (?:uvicorn|gunicorn|flask|streamlit|http\.server|vllm\S*|kserve\S*))(?=\s|$)"
)


def stands_for(reference: str) -> bool:
    """Whether an image reference is filled in later: a template, a variable, a placeholder."""
    return _STANDS_FOR.search(reference) is not None


def serves(command: str) -> bool:
    """Whether a command starts a server."""
    return _SERVER.search(command) is not None


#: A manifest of more bytes than this was written by a program, for a release.
GENERATED = 300_000


class Stage(NamedTuple):
    """One build stage: what it starts from, its alias, the line of its FROM, and its instructions."""

    base: str
    alias: str
    line: int
    instructions: list[Fact]


def stages(file: File) -> list[Stage]:
    """The build stages of a Dockerfile."""
    found: list[Stage] = []
    for fact in file.of("docker"):
        if fact.name == "FROM":
            words = [word for word in str(fact.value).split() if not word.startswith("--")]
            alias = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
            found.append(Stage(words[0] if words else "", alias, fact.line, []))
        elif found:
            found[-1].instructions.append(fact)
    return found


def chain(found: list[Stage]) -> list[Stage]:
    """The last stage and the stages of the same file that it starts from."""
    result: list[Stage] = []
    names = {stage.alias: stage for stage in found if stage.alias}
    stage: Stage | None = found[-1] if found else None
    while stage is not None and stage not in result and len(result) < 50:
        result.append(stage)
        stage = names.get(stage.base.lower())
    return result


class Container(NamedTuple):
    """One container of a Kubernetes workload, with the kind that runs it."""

    kind: str
    body: dict[str, Any]
    line: int
    init: bool
    pod: dict[str, Any]

    @property
    def name(self) -> str:
        return text_of(self.body.get("name"), 80) or "the container"


_TEMPLATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"),
        ("spec", "template", "spec"),
    ),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}


def workloads(file: File) -> Iterator[Container]:
    """Containers of the whole workloads in a file; patches of workloads and templates to be filled in are passed over."""
    if b"apiVersion" not in file.data or b"{{" in file.data or len(file.data) > GENERATED:
        return
    stack = [document for document in file.documents if isinstance(document, dict)]
    count = 0
    while stack and count < 500:
        count += 1
        document = stack.pop(0)
        kind = text_of(document.get("kind"), 60)
        if kind == "List":
            stack += list(maps(document.get("items")))
            continue
        path = _TEMPLATES.get(kind)
        if path is None:
            continue
        if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet") and "selector" not in as_map(
            document.get("spec")
        ):
            continue  # a patch: the rest stands elsewhere
        pod: Any = document
        for key in path:
            pod = as_map(as_map(pod).get(key))
        for section in ("containers", "initContainers"):
            for body in list(maps(pod.get(section)))[:100]:
                if text_of(body.get("image")):
                    line = line_of(body, "name") or line_of(body, "image")
                    yield Container(kind, body, line, section != "containers", pod)
