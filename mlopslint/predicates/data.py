"""Predicates on data: validation, sound splits, documentation, shared transforms (DAT)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import ci_commands
from mlopslint.concepts import DATA_WORDS, TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.patterns import late, remembered
from mlopslint.records import Evidence
from mlopslint.view import OWN_AND_TESTS, Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge

_CHECKED = late(
    r"column|dtype|isnull|isna|notnull|missing|schema|\bnan\b|duplicat|empty|\.shape|unique|value_counts|issubset|is_numeric"
    r"|labels?\b|bounds?|range|corrupt|num_classes|min\(\)|max\(\)|\.min|\.max|df\b|frame|dataset",
    re.I,
)
_VALIDATES = r"(validat|check|verify|sanity|assert|expect|clean)\w*_?(data(?!base)|df|schema|column|input|label|dataset|frame|row|record|feature)|(data|schema|dataset|label|df)_?(validat|check|verif|quality|sanity)"


#: Errors that guard code rather than data, and words of what is asked of data.
_OF_CODE = (
    r"NotImplemented|ImportError|ModuleNotFound|Exit|argparse|StopIteration|Attribute|FileNotFound|HTTPException|Environment|BadParameter"
    r"|Usage|Abort"
)
_NAMES_DATA = late(r"df|data|frame|label|column|image|row", re.I)
_OF_DATA = r"columns|dtype|isnull|isna|notnull|issubset|duplicated|schema|value_counts|is_numeric_dtype|missing_col"


#: The names of what there is to choose from.
_LOOKS_UP = late(
    r"(^|[ ._])(dict_\w+|\w+_dict|registry|available\w*|supported\w*|known_\w+|choices|options)(\.keys)?( |$)", re.I
)
#: Modules whose checks are of what they are handed to measure.
_OF_METRICS = late(r"(^|/)(\w*metrics?|losses)(/|\.py$)")


def _explicit_checks(judge: Judge) -> list[Hit]:
    """Checks of data that raise, in the project's own code."""
    view, validates = judge.view, remembered(_VALIDATES, re.I)
    paths: dict[str, tuple[bool, bool, bool]] = {}  # what the place of a check says of it
    hits = []
    for hit in view.hits("guard"):
        path, fact = hit
        if path not in paths:
            counts = view.kinds.get(path) == "python" and not _OF_METRICS.search(path)
            paths[path] = counts, counts and validates[path], counts and bool(DATA_WORDS.search(path))
        counts, validating, near = paths[path]
        if not counts or fact.name == "assert":
            continue
        words = " ".join(hit.get("names") or ())
        function = str(hit.get("in", ""))
        if not (
            validating
            or remembered(_OF_DATA, re.I)[words]
            or (near and _CHECKED.search(words) and _NAMES_DATA.search(words))
            or validates[function]
        ):
            continue
        # which data is asked for, and what a layer is handed, are not what is in the data
        if not (remembered(_OF_CODE)[fact.name] or _LOOKS_UP.search(words) or function.endswith("_check_input_dim")):
            hits.append(hit)
    return hits


#: What is run by pytest only because that is at hand.
_MAKES = late(r"(prepare|download|fetch|get|make|generate|upload)_\w*data", re.I)


def _looks_at_data(judge: Judge) -> list[Hit]:
    """Functions that validate data by their name, and read it."""
    view = judge.view
    reading = {
        (hit.path, hit.get("in")) for hit in view.search_last("call", r"^read_(csv|excel|feather|json|parquet|table)$")
    }
    return [
        hit
        for hit in view.search_last("def", r"(?i)^(validate|check|verify)_\w*(column|data|df|frame|schema|type)")
        if (hit.path, hit.fact.name) in reading and view.kinds.get(hit.path) == "python"
    ]


def _weak_checks(judge: Judge) -> list[Hit]:
    """Asserts on data and null handling."""
    view = judge.view
    hits = [
        hit
        for hit in view.hits("guard", "assert")
        if view.kinds.get(hit.path) == "python"
        and (
            DATA_WORDS.search(f"{hit.path} {hit.get('in', '')}")
            or re.search(r"columns|isnull|isna|dtype|df\b", " ".join(hit.get("names") or ()), re.I)
        )
        and _CHECKED.search(" ".join(hit.get("names") or ()) + " " + hit.path)
    ]
    hits += [
        hit
        for hit in view.hits(
            "call",
            "*.dropna",
            ".dropna",
            "*.isnull",
            ".isnull",
            "*.isna",
            ".isna",
            "*.fillna",
            ".fillna",
            "*.drop_duplicates",
            ".drop_duplicates",
            "*.SimpleImputer",
            "numpy.isnan",
            "*.drop_nulls",
            ".drop_nulls",
        )
        if view.kinds.get(hit.path) == "python"
    ]
    return hits


def data_tests(judge: Judge) -> list[Hit]:
    """Tests whose subject is data: they read a data file and assert on it, or use a validation tool."""
    view = judge.view
    found_tests = []
    tools = {item.path for use in judge.technologies.find(kinds=["data-validation"], rung=3) for item in use.evidence}
    pattern = r"(^|\.)read_(csv|parquet|json|table|excel|feather)$|load_dataset|genfromtxt|loadtxt"
    reading = {hit.path for hit in view.search("call", pattern, roles=OWN_AND_TESTS)}
    for path in judge.concepts.test_files:
        reads = path in reading
        checks = path in tools or (reads and re.search(r"data", path, re.I))
        for fact in view.of(path, "def"):
            if (
                fact.name.rpartition(".")[2].startswith("test")
                and (
                    checks
                    or (
                        reads
                        and re.search(
                            r"schema|column|null|missing|distribution|range|data_?quality|data_valid", fact.name, re.I
                        )
                    )
                )
                and (fact.value.get("asserts") or path in tools)
            ):
                found_tests.append(Hit(path, fact))
    return found_tests


def data_validated(judge: Judge) -> Outcome:
    """DAT001: data is checked by a validation tool or by explicit checks that raise; asserts and null handling are half."""
    wired = judge.technologies.find(kinds=["data-validation"], rung=3)
    if not wired:
        wired = [
            use
            for use in judge.technologies.find(kinds=["data-validation"], rung=2)
            if all("imported" not in item.detail for item in use.evidence)
        ]
    if wired:
        return Outcome(
            1.0,
            wired[0].evidence,
            wired[0].rung,
            f"{wired[0].name} checks the data",
        )
    suites = [
        hit for hit in judge.view.hits("document-type", "expectation-suite*", "soda*", "dbt-schema*", "*data-contract*")
    ]
    if suites:
        return found(suites[:3], 2, f"{suites[0].path} declares expectations")
    explicit = _explicit_checks(judge)
    if len(explicit) >= 3:
        return found(explicit[:4], 3, f"{len(explicit)} explicit checks of the data raise errors").trusted("medium")
    tests = data_tests(judge)
    if explicit or tests:
        return half(
            "a few checks only" if explicit else "tests check sample data files only",
            [hit.evidence() for hit in (explicit + tests)[:4]],
            3,
            "medium",
        )
    declared = judge.technologies.find(kinds=["data-validation"])
    if declared:
        return half(f"{declared[0].name} is declared but not used", declared[0].evidence, 1)
    looks = _looks_at_data(judge)
    if looks:
        return half(
            f"{looks[0].fact.name} checks the data, and raises nothing", [hit.evidence() for hit in looks[:4]], 3
        )
    weak = _weak_checks(judge)
    if weak:
        return half("only ad-hoc asserts or null handling", [hit.evidence() for hit in weak[:4]], 3)
    return no("data is not checked")


#: Stages that check the code or the machine, and not the data.
_CODE_STAGE = late(
    r"(^|[_-])(std|standards?|style|code|lint|format|typ(e|ing)s?|env|environment|health|gpu|license|links?)([_-]|$)",
    re.I,
)


#: Where a schema is one of settings rather than of rows.
_SETTINGS = late(r"config|settings|hparams|hyper_?param|manifest", re.I)


def validated_before_training(judge: Judge) -> Outcome:
    """DAT002: validation of the training data runs ahead of training, and its failure stops it."""
    view, concepts = judge.view, judge.concepts
    by_path: dict[str, list[Hit]] = {}
    for hit in concepts.stage_names:
        by_path.setdefault(hit.path, []).append(hit)
    for _path, stages in by_path.items():
        checks = [
            hit
            for hit in stages
            if re.search(r"valid|check(?!point)|expect|quality|verify|drift_test|data_test", hit.fact.name, re.I)
            and not re.search(r"model|eval|cross", hit.fact.name, re.I)
            and not _CODE_STAGE.search(hit.fact.name)
        ]
        trains = [hit for hit in stages if TRAIN_WORDS.search(hit.fact.name)]
        if checks and trains:
            return yes(
                f"{checks[0].fact.name} is a stage beside {trains[0].fact.name}",
                [checks[0].evidence(), trains[0].evidence()],
                3,
            )
    near = concepts.reach(sorted({*concepts.training_entries, *concepts.training_files})) | concepts.stage_scripts
    tool = [
        item
        for use in judge.technologies.find(kinds=["data-validation"], rung=3)
        for item in use.evidence
        if item.path in near
    ]
    if tool:
        return yes(f"{tool[0].path} is part of the training code", tool[:2], 3)
    schemas = [
        hit
        for hit in view.search("call", r"(?i)schema\w*\.validate$")
        if hit.path in near and not _SETTINGS.search(f"{hit.path} {hit.get('in', '')}")
    ]
    if schemas:
        return found(schemas[:2], 3, f"{schemas[0].fact.name} runs in the training code").trusted("medium")
    explicit = [hit for hit in _explicit_checks(judge) if hit.path in near]
    if len(explicit) >= 2:
        return found(explicit[:3], 3, "explicit checks run in the code that training uses").trusted("medium")
    order: list[tuple[str, str, Evidence, bool]] = []
    for command in ci_commands(view):
        line = command.line
        if command.words[0] in ("echo", "printf") or command.words[0] == "pytest" and _MAKES.search(line):
            continue
        if remembered(
            r"(?i)great_expectations|gx |soda scan|dbt (test|build)|pandera|(pytest|unittest).*data|validate.*data|data.*validat"
        )[line]:
            order.append(("check", line, command.evidence(), command.soft))
        elif remembered(r"(?i)(^|[/_. -])train")[line] and not line.startswith(("pip", "pytest")):
            order.append(("train", line, command.evidence(), command.soft))
    kinds = [kind for kind, *_ in order]
    if "check" in kinds and "train" in kinds[kinds.index("check") :]:
        first = order[kinds.index("check")]
        if first[3]:
            return half("the data is tested ahead of training, but a failure does not stop it", [first[2]], 3)
        return yes("the data is tested ahead of training", [first[2]], 4)
    looks = _looks_at_data(judge)
    # what starts the training may start the check beside it
    starts = concepts.reaching(concepts.training_files) if looks else set()
    weak = [hit for hit in looks if hit.path in near or starts & concepts.reaching([hit.path])]
    weak += [hit for hit in _weak_checks(judge) if hit.path in near]
    if explicit or weak:
        return half(
            "only ad-hoc checks run in the code that training uses",
            [hit.evidence() for hit in (explicit + weak)[:3]],
            3,
            "medium",
        )
    return no("nothing validates the data ahead of training")


#: What of a test run is about data, and not about code that is called so.
_DATA_TESTS = late(
    r"(^|/)(tests?_?)?data(_?(tests?|quality|validation|checks?|schemas?))?(/|\.py|$)|(^|/)test_[^/]*data[^/]*\.py|data[^/]*_tests?\.py"
)


def data_tests_in_ci(judge: Judge) -> Outcome:
    """DAT003: CI runs data tests."""
    view = judge.view
    direct = [
        c
        for c in ci_commands(view)
        if remembered(
            r"(?i)great_expectations|^gx |soda scan|dbt (test|build)|dvc repro.*(valid|check)|validate_data|data_valid|check_data"
        )[c.line]
        or (
            c.words[0] in ("pytest", "py.test")
            and any(_DATA_TESTS.search(w) and not _MAKES.search(w) for w in c.words[1:])
        )
    ]
    if direct:
        soft = all(c.soft for c in direct)
        evidence = [c.evidence() for c in direct[:3]]
        return (
            half("CI runs data tests, but ignores their failure", evidence, 3)
            if soft
            else yes("CI runs data tests", evidence, 4)
        )
    runs = [c for c in ci_commands(view) if c.words[0] in ("pytest", "py.test", "unittest", "nose2", "nosetests")]
    if not runs:
        return no("CI runs no tests of data")
    tests = data_tests(judge)
    evidence = [runs[0].evidence(), *[hit.evidence() for hit in tests[:3]]]
    if tests:
        if all(c.soft for c in runs):
            return half("CI runs data tests, but ignores their failure", evidence, 3)
        return yes(f"CI's test run includes {tests[0].fact.name}", evidence, 4)
    loaders = [
        path
        for path in judge.concepts.test_files
        if re.search(r"(^|[/_])(data|dataset|dataloader|loader)s?[_/.]", path, re.I)
        and judge.concepts.tests_project(path)
    ]
    if loaders and judge.predicate("data_validated").grade >= 1:
        return half("CI tests the loaders, not the data", [runs[0].evidence(), Evidence(loaders[0])], 4)
    return no("CI's tests do not look at data")


#: Checks of code that find rows, or what was learned from them, on both sides of a split.
_LEAKS = ("DAT101", "DAT102", "DAT103", "DAT104")


def split_is_sound(judge: Judge) -> Outcome:
    """DAT004: no leakage in scripts (half: only in notebooks), and validation data is not the training data."""
    view = judge.view
    # What is not sure enough to be shown as a finding does not decide here either.
    leaks = [hit for hit in view.hits("lint", *_LEAKS) if hit.fact.value[5] != "low"]
    scripts = [hit for hit in leaks if view.kinds.get(hit.path) == "python"]
    if scripts:
        first = scripts[0].fact
        return no(f"{first.name}: {first.value[3]}", [hit.evidence(hit.fact.value[3]) for hit in scripts[:4]], "medium")
    same = _same_data(judge)
    if same:
        return no("validation uses the training data", [hit.evidence() for hit in same[:3]], "medium")
    if leaks:
        return half(
            f"leakage in notebooks only: {leaks[0].fact.value[3]}",
            [hit.evidence(hit.fact.value[3]) for hit in leaks[:4]],
            3,
            "medium",
        )
    return yes("no leakage between training and test data was found", [], 3, "medium")


def _same_data(judge: Judge) -> list[Hit]:
    """Calls that hand the very same data over as training and as validation data."""
    found_hits = []
    for hit in judge.view.hits(
        "call", "*.fit", ".fit", "*.train", ".train", "*train_model", "*Trainer", "*.Trainer", "*train*"
    ):
        value = hit.fact.value or {}
        train = (
            value.get("train_dataset")
            or value.get("train_data")
            or value.get("train_loader")
            or value.get("train_dataloader")
        )
        other = (
            value.get("eval_dataset")
            or value.get("validation_data")
            or value.get("val_data")
            or value.get("val_loader")
            or value.get("valid_data")
            or value.get("validation_dataset")
        )
        if isinstance(train, str) and train not in ("$", "None") and train == other and re.search(r"train", train):
            found_hits.append(hit)
    return found_hits


_ORIGIN = late(r"(the |data )?(sources?|origins?|provenance)( of the data)?", re.I)


def data_documented(judge: Judge) -> Outcome:
    """DAT005: where data comes from and what its fields are; one of the two is half."""
    view = judge.view
    cards = view.paths(
        r"(?i)(^|/)(data[_-]?card|datasheet|dataset[_-]?card|data[_-]?dictionary|data[_-]?description|codebook)[^/]*\.(md|rst|txt|ya?ml|csv|pdf)$",
        frozenset({"source", "docs"}),
    )
    if cards:
        return yes(f"{cards[0]} documents the data", [Evidence(cards[0])])
    source: Evidence | None = None
    fields: Evidence | None = None
    is_about = remembered(r"\bdata(set)?s?\b")
    for path in view.entries:
        if view.kinds.get(path) not in ("document", "text", "notebook") or view.roles[path] not in ("source", "docs"):
            continue
        name = path.rpartition("/")[2].lower()
        if name.startswith("."):
            continue  # notes that its author hides document nothing
        if view.kinds.get(path) == "text" and not re.search(
            r"read_?me|about|descri|data|info|source|fields|codebook", name
        ):
            continue  # a text among many is data itself
        if re.match(
            r"(changelog|changes|news|history|release|contributing|code_of_conduct|security|license|authors)", name
        ):
            continue
        if re.search(r"(^|/)data/[^/]+/", path) and not re.match(r"read_?me|about|data|source|fields|codebook", name):
            continue  # a text in a folder of data is data itself
        about_data = "data" in path.lower() or any(is_about[fact.name] for fact in view.of(path, "heading"))
        if source is None and "data" in path.lower():
            named = [fact for fact in view.of(path, "heading") if _ORIGIN.fullmatch(fact.name)]
            if named:
                source = Evidence(path, named[0].line, "where the data comes from")
        for fact in view.of(path, "phrase"):
            if fact.name == "data-source" and source is None and (about_data or "/" not in path):
                source = Evidence(path, fact.line, "where the data comes from")
            elif fact.name == "data-fields" and fields is None:
                fields = Evidence(path, fact.line, "what its fields are")
    sections = [
        Hit(path, f)
        for path in view.files("document", frozenset({"source", "docs"}))
        for f in view.of(path, "heading")
        if remembered(
            r"^(\W|\d|\.)*(the )?(training |raw |input )?(data|datasets?|data ?sets?|data (preparation|description|source|format|dictionary|card)|dataset .*|about the data)\W*$"
        )[f.name]
        and f.value.get("words", 0) >= 15
    ]
    if source and fields:
        return yes("source and fields are described", [source, fields], confidence="medium")
    if sections and (source or fields):
        big = max(sections, key=lambda h: h.get("words", 0))
        if big.get("words", 0) >= 40:
            return yes(f"a section of {big.path} describes the data", [big.evidence()], confidence="medium")
    one = source or fields or (sections[0].evidence() if sections else None)
    if one:
        return half(
            "only where the data comes from" if one is source else "only what the data holds", [one], 2, "medium"
        )
    yaml_headers = [hit for hit in view.hits("key", "download", "names.*", "nc") if re.search(r"data", hit.path, re.I)]
    if any(hit.fact.name == "download" for hit in yaml_headers) and len(yaml_headers) > 3:
        return yes(
            f"{yaml_headers[0].path} gives the data's source, layout and classes",
            [yaml_headers[0].evidence()],
            confidence="medium",
        )
    return no("nothing says where the data comes from and what its fields are")


def has_serving_and_transforms(judge: Judge) -> Outcome:
    """DAT006 applies: there is serving code, and there are transforms."""
    files = _serving_code(judge)
    if files:
        return yes("", [Evidence(files[0])])
    fitted = _fitted_pipelines(judge)
    if fitted and judge.predicate("serving_defined").grade >= 1:  # a platform serves what training saved
        return found(fitted[:1], 3)
    return NOTHING


def _fitted_pipelines(judge: Judge) -> list[Hit]:
    """Pipelines that the training code fits as one with their transforms."""
    near = judge.concepts.reach(sorted({*judge.concepts.training_files, *judge.concepts.training_entries}))
    return [
        hit
        for hit in judge.view.hits(
            "call",
            "sklearn.pipeline.Pipeline",
            "sklearn.pipeline.make_pipeline",
            "imblearn.pipeline.*",
            "pyspark.ml.Pipeline",
        )
        if hit.path in near
    ]


def _serving_code(judge: Judge) -> list[str]:
    from mlopslint.predicates.deployment import serving_code

    return serving_code(judge)


def shared_transforms(judge: Judge) -> Outcome:
    """DAT006: training and serving use the same feature code."""
    view, concepts = judge.view, judge.concepts
    stores = judge.technologies.find(kinds=["feature-store"], rung=3)
    if stores:
        return Outcome(1.0, stores[0].evidence, 3, f"{stores[0].name} serves both")
    serving = _serving_code(judge)
    reach_serving = concepts.reach(serving)
    trains = sorted({*concepts.training_files, *concepts.training_entries})
    reach_training = concepts.reach(trains)
    shared = [
        path
        for path in sorted(reach_serving & reach_training)
        if not path.endswith("__init__.py")
        and (DATA_WORDS.search(path) or any(DATA_WORDS.search(f.name) for f in view.of(path, "def")))
        and not re.search(r"(^|/)(config|settings|log\w*|constants)\.py$", path)
    ]
    if shared:
        return yes(f"{shared[0]} is used in training and in serving", [Evidence(path) for path in shared[:3]], 3)
    pipelines = [
        hit
        for hit in view.hits(
            "call",
            "sklearn.pipeline.Pipeline",
            "sklearn.pipeline.make_pipeline",
            "imblearn.pipeline.*",
            "sklearn.compose.ColumnTransformer",
            "pyspark.ml.Pipeline",
            "tensorflow.keras.layers.Normalization",
            "tensorflow.keras.layers.TextVectorization",
            "tensorflow_transform.*",
        )
    ]
    if pipelines:
        return found(pipelines[:2], 3, "the fitted pipeline carries its transforms to serving")
    transforms = [
        hit
        for hit in view.hits(
            "call",
            "sklearn.preprocessing.*",
            "sklearn.feature_extraction.*",
            "torchvision.transforms.*",
            "albumentations.*",
            "sklearn.impute.*",
            "pandas.get_dummies",
            "nltk.*",
            "*.fit_transform",
        )
    ]
    if not transforms:
        return not_applicable("there are no feature transforms to share")
    processors = [
        hit
        for hit in view.hits(
            "call", "joblib.load", "pickle.load", "*.AutoTokenizer.from_pretrained", "*.from_pretrained"
        )
        if hit.path in reach_serving
    ]
    if processors and len(processors) >= 2:
        return found(processors[:2], 3, "the fitted transforms are loaded in serving").trusted("low")
    return no("serving has feature code of its own", [Evidence(path) for path in serving[:2]], "medium")


__all__ = ["OWN_AND_TESTS"]
