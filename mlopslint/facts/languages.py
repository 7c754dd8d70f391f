"""Source in languages other than Python -> an inventory: lines, imports, and for R and Julia seeds and training."""

from __future__ import annotations

import re

from mlopslint.facts.text import decode
from mlopslint.patterns import late
from mlopslint.records import Fact

LIMIT = 1_000_000
_R_IMPORT = late(
    r"\b(?:library|require|requireNamespace|loadNamespace)\s*\(\s*[\"']?([A-Za-z][\w.]{0,80})"
    r"|\b([A-Za-z][\w.]{1,60}):::?[\w.]"
)
_R_CALL = late(
    r"\b(set\.seed|train_test_split|createDataPartition|initial_split|train|lm|glm|randomForest|ranger"
    r"|xgboost|xgb\.train|lgb\.train|keras_model\w*"
    r"|fit|predict|saveRDS|readRDS|read_csv|read\.csv|mlflow_\w+|test_that|expect_\w+|vetiver_\w+"
    r"|plumb|pr_run|tar_target|renv::restore)\s*\("
)
_JULIA_IMPORT = late(r"^[ \t]*(?:using|import)[ \t]+([A-Z][\w.]{0,80}(?:[ \t]*,[ \t]*[A-Z][\w.]{0,80}){0,20})", re.M)
_JULIA_CALL = late(
    r"\b(Random\.seed!|seed!|train!|fit!|Flux\.train!|machine|evaluate!|predict|BSON\.@save|@test"
    r"|@testset|CSV\.read)[ \t]*[( ]"
)
_JAVA_IMPORT = late(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([a-z][\w.]{1,150}(?:\.\*|\.\{[^}\n]{0,200}\})?)", re.M)


def _language(name: str, text: str, comment: tuple[str, ...]) -> list[Fact]:
    lines = sum(1 for line in text.split("\n") if line.strip() and not line.lstrip().startswith(comment))
    return [Fact("language", name, 1, {"lines": lines})]


def _found(
    kind: str, pattern: re.Pattern[str], text: str, language: str, prefix: str = "", cap: int = 300
) -> list[Fact]:
    """One fact for each different name that ``pattern`` finds, at its first line."""
    facts: dict[str, Fact] = {}
    line, at = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        for name in (
            re.split(r"[ \t]*,[ \t]*", next(group for group in match.groups() if group))
            if language == "julia"
            else [next(group for group in match.groups() if group)]
        ):
            name = f"{prefix}{name}"
            if name not in facts:
                facts[name] = Fact(kind, name, line, {"language": language})
        if len(facts) >= cap:
            break
    return list(facts.values())


def read_r(data: bytes) -> list[Fact]:
    """R: packages, seeds, training and tests."""
    text = decode(data)[:LIMIT]
    code = re.sub(r"(?m)^[ \t]*#[^\n]*", "", text)
    return [
        *_language("r", text, ("#",)),
        *_found("import", _R_IMPORT, code, "r"),
        *_found("call", _R_CALL, code, "r", "r:"),
    ]


def read_julia(data: bytes) -> list[Fact]:
    """Julia: packages, seeds, training and tests."""
    text = decode(data)[:LIMIT]
    return [
        *_language("julia", text, ("#",)),
        *_found("import", _JULIA_IMPORT, text, "julia"),
        *_found("call", _JULIA_CALL, text, "julia", "julia:"),
    ]


def read_java(data: bytes) -> list[Fact]:
    """Java, Kotlin and Groovy: imports."""
    text = decode(data)[:LIMIT]
    return [*_language("java", text, ("//", "*", "/*")), *_found("import", _JAVA_IMPORT, text, "java")]


def read_scala(data: bytes) -> list[Fact]:
    """Scala: imports; an sbt file under another name than build.sbt is Scala too."""
    text = decode(data)[:LIMIT]
    return [*_language("scala", text, ("//", "*", "/*")), *_found("import", _JAVA_IMPORT, text, "scala")]


def read_sql(data: bytes) -> list[Fact]:
    """SQL: lines."""
    return _language("sql", decode(data)[:LIMIT], ("--",))


def read_code(data: bytes) -> list[Fact]:
    """Any other language: lines."""
    return _language("other", decode(data)[:LIMIT], ("//", "#", "*", "/*"))
