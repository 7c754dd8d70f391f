"""A report made by hand: every status, every kind of model, waivers, projects, notebooks and hostile names."""

from __future__ import annotations

from mlopslint.records import (
    CREDIT,
    Assessment,
    CategoryScore,
    Change,
    Commit,
    Condition,
    Delta,
    Evidence,
    FileError,
    Finding,
    Inventory,
    ItemResult,
    LeftOut,
    LevelResult,
    ModelResult,
    Moment,
    ProfileReading,
    ProjectResult,
    Report,
    Repository,
    Snippet,
    Statistics,
    Step,
    Target,
    TechnologyUse,
    Tool,
    TrendPoint,
    Verdict,
)

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"'><img src=x onerror=alert(1)>"
MARKUP = "a|b `c` *d* _e_ [x](javascript:alert(1)) <!-- y --> # z\n## heading"
MENTION = "ping @octocat about #1 at https://github.com/a/b/issues/1"
FORMULA = '=HYPERLINK("https://evil.example","x")'
CONTROL = "red\x1b[31m\x07 and turned \u202eevil"

CATEGORIES = {
    "STR": "Project structure and organization",
    "DAT": "Data validation",
    "VER": "Model and data management, versioning, reproducibility",
    "TST": "Testing",
    "CIC": "CI/CD",
    "DEP": "Deployment and infrastructure",
    "MON": "Monitoring and maintenance",
    "GOV": "Security, compliance and responsible ML",
}

LEVELS = ("Ad hoc", "DevOps foundations", "Automated training", "Automated deployment", "Full MLOps")


def verdict(code: str, title: str, status: str, level: int | None, weight: int, reason: str, **more: object) -> Verdict:
    values: dict[str, object] = {
        "code": code,
        "name": title.lower().replace(" ", "-"),
        "title": title,
        "category": code[:3],
        "status": status,
        "level": level,
        "weight": weight,
        "rung": {"pass": 4, "attested": 0, "partial": 2}.get(status, 0),
        "confidence": "high",
        "reason": reason,
        "evidence": (),
        "remediation": "Add `dvc.yaml` with the stages, and run `dvc repro` in CI.",
        "references": ("https://dvc.org/doc",),
    }
    return Verdict(**{**values, **more})  # type: ignore[arg-type]


VERDICTS: tuple[Verdict, ...] = (
    verdict(
        "STR001",
        "Code lives in a package",
        "pass",
        1,
        2,
        "code is in src/churn",
        evidence=(Evidence("src/churn/__init__.py", 1, "present"),),
    ),
    verdict(
        "STR002",
        "The README says how to run",
        "partial",
        1,
        2,
        f"it does not say {MARKUP}",
        evidence=(Evidence("README.md", 32, MARKUP),),
    ),
    verdict("STR003", "Notebooks live in their own folders", "n/a", 1, 1, "there are no notebooks"),
    verdict(
        "STR004",
        "Data sets are not committed",
        "fail",
        1,
        2,
        f"{SCRIPT} is tracked",
        evidence=(
            Evidence(f"data/{SCRIPT}.csv", None, IMAGE),
            Evidence("data/`tick`|pipe.csv"),
            Evidence("data/o'neil & co.csv", 3, MENTION),
        ),
    ),
    verdict(
        "DAT001",
        "Data sets are validated",
        "pass",
        2,
        3,
        "pandera checks the columns",
        evidence=(
            Evidence("src/churn/data.py", 12, "pandera.DataFrameSchema is called"),
            Evidence("notebooks/explore data.ipynb", 4, "schema.validate is called", 7),
        ),
    ),
    verdict(
        "DAT002",
        "Validation runs before training",
        "waived",
        3,
        3,
        "no validation ahead of training",
        underlying="fail",
        note=f"batch only; owner @ml-platform; until 2027-03-31 {SCRIPT}",
    ),
    verdict("DAT004", "Splits are sound", "pass", 1, 3, "no leakage was found", confidence="medium"),
    verdict("DAT009", "Data are gathered by a pipeline", "fail", None, 1, "data is gathered by hand"),
    verdict(
        "VER001", "Data are versioned", "pass", 2, 3, "DVC tracks data/raw", evidence=(Evidence("dvc.lock", 5, "outs"),)
    ),
    verdict(
        "VER002",
        "Models are registered",
        "partial",
        3,
        3,
        "models are saved to timestamped paths",
        evidence=(Evidence("src/churn/train.py", 88, "joblib.dump is called"),),
        confidence="low",
    ),
    verdict(
        "VER003",
        "Dependencies are locked",
        "fail",
        1,
        3,
        "2 of 28 dependencies are pinned",
        effort="S",
        references=("https://docs.astral.sh/uv/", "javascript:alert(1)"),
    ),
    verdict(
        "TST001", "There are automated tests", "pass", 1, 3, "14 tests", evidence=(Evidence("tests/test_data.py", 1),)
    ),
    verdict("TST004", "The model is tested", "fail", 3, 2, MENTION, effort="L"),
    verdict(
        "CIC001",
        "CI is configured",
        "pass",
        1,
        3,
        "GitHub Actions runs on pull requests",
        evidence=(Evidence(".github/workflows/ci.yml", 3, "on: pull_request"),),
    ),
    verdict("CIC006", "A job deploys the model", "unknown", 3, 3, "deployment lives in org/platform-infra"),
    verdict(
        "DEP002",
        "Serving is coded",
        "attested",
        3,
        3,
        "no serving code was found",
        underlying="fail",
        note="https://wiki.example.com/serving; owner ml-platform; until 2027-01-31",
    ),
    verdict("DEP005", "There are health checks", "fail", 3, 1, CONTROL, effort="S"),
    verdict(
        "MON001",
        "The live model is monitored",
        "fail",
        4,
        3,
        FORMULA,
        effort="L",
        remediation="-1 is no level; see `a | b` and " + SCRIPT,
    ),
    verdict(
        "MON006",
        "Code logs through a library",
        "partial",
        1,
        1,
        "12 prints",
        evidence=(
            Evidence("src/churn/train.py", 12, "print"),
            *(Evidence(f"src/churn/m{n}.py", n, "print") for n in range(1, 8)),
        ),
    ),
    verdict("GOV001", "No credentials are in the repository", "pass", 1, 3, "no credential was found"),
    verdict("GOV004", "The model has a model card", "fail", 3, 2, "no model card", effort="S"),
)


def share(verdicts: list[Verdict], *, without_waivers: bool = False) -> float | None:
    """Earned over possible weight, as docs/scoring.md says."""
    earned = possible = 0.0
    for v in verdicts:
        status = v.underlying if without_waivers and v.status == "waived" else v.status
        if v.level is not None and status in CREDIT:
            possible += v.weight
            earned += v.weight * CREDIT[status]
    return round(100 * earned / possible, 1) if possible else None


def category(code: str, verdicts: tuple[Verdict, ...]) -> CategoryScore:
    mine = [v for v in verdicts if v.category == code and v.level is not None]
    counts = {status: sum(v.status == status for v in mine) for status in (*CREDIT, "n/a", "unknown", "waived")}
    return CategoryScore(
        code,
        CATEGORIES[code],
        share(mine),
        sum(v.weight for v in mine if v.status in CREDIT),
        counts["pass"] + counts["attested"],
        counts["partial"],
        counts["fail"],
        counts["n/a"],
        counts["unknown"],
        counts["waived"],
    )


def level(number: int, met: bool, verdicts: tuple[Verdict, ...]) -> LevelResult:
    mine = [v for v in verdicts if v.level == number]
    missing = tuple(v.code for v in mine if v.status in ("fail", "partial"))
    blockers = tuple(v.code for v in mine if v.status == "fail" and v.weight == 3)
    return LevelResult(number, LEVELS[number], share(mine), met, missing, blockers)


def step(verdict: Verdict, snippet: Snippet | None = None, *, blocks: bool = False) -> Step:
    possible = sum(v.weight for v in VERDICTS if v.level is not None and v.status in CREDIT)
    gain = round(100 * verdict.weight * (1 - CREDIT[verdict.status]) / possible, 1)
    return Step(
        verdict.code,
        verdict.title,
        verdict.status,
        verdict.level,
        verdict.effort,
        gain,
        blocks,
        verdict.reason,
        verdict.remediation,
        snippet,
        snippet.file if snippet else "",
        ("@acme/data", f"@{SCRIPT}") if verdict.category == "DAT" else (),
    )


def assessment(verdicts: tuple[Verdict, ...] = VERDICTS) -> Assessment:
    by_code = {v.code: v for v in verdicts}
    levels = (LevelResult(0, LEVELS[0], None, True, ()), *(level(n, False, verdicts) for n in range(1, 5)))
    items = (
        ItemResult("Data 1", "Feature expectations are captured in a schema", "Data", 1.0, ("DAT001",)),
        ItemResult("Data 2", "All features are beneficial", "Data", 0.0, ()),
        ItemResult("Model 1", "Model specs are reviewed", "Model", None, (), "needs the forge or an attestation"),
        ItemResult("Monitor 1", f"Skew {SCRIPT}", "Monitoring", 0.5, ("MON001",)),
    )
    models = (
        ModelResult("mlopslint", "mlopslint maturity ladder", "levels", 61.0, 0, "Ad hoc", "level 0: Ad hoc", levels),
        ModelResult(
            "microsoft",
            "Microsoft MLOps maturity model",
            "levels",
            55.0,
            1,
            "DevOps but no MLOps",
            "level 1: DevOps but no MLOps",
            (
                LevelResult(0, "No MLOps", None, True, ()),
                LevelResult(1, "DevOps but no MLOps", 90.0, True, ()),
                LevelResult(2, "Automated training", 40.0, False, ("MS2.T1",), ("MS2.T1",)),
            ),
            (ItemResult("MS2.T1", "Training is automated", "Model creation", 0.0, ("VER001",)),),
        ),
        ModelResult(
            "ml-test-score",
            "Google ML Test Score",
            "sections",
            0.0,
            None,
            "",
            "More of a research project than a productionized system.",
            items=items,
            sections={"Data": 1.0, "Model": 0.0, "Monitoring": 0.5},
        ),
        ModelResult(
            "se4ml",
            "SE4ML best practices",
            "coverage",
            50.0,
            None,
            "",
            "1 of 4 practices in place, 1 in part, 1 not seen here",
            items=items,
        ),
    )
    dvc = Snippet("stages:\n  train:\n    cmd: python -m churn.train\n", ("DVC",), "dvc.yaml", "yaml")
    hostile = Snippet(f"```\n{SCRIPT}\n```\n", (), f"{SCRIPT}.md", "markdown\n# x")
    roadmap = (
        step(by_code["VER003"], dvc, blocks=True),
        step(by_code["STR004"], hostile),
        step(by_code["STR002"]),
        step(by_code["TST004"]),
        step(by_code["MON001"]),
        step(by_code["GOV004"]),
        step(by_code["DEP005"]),
    )
    ladder = [v for v in verdicts if v.level is not None]
    counted = sum(v.weight for v in ladder if v.status in CREDIT)
    hidden = sum(v.weight for v in ladder if v.status in ("unknown", "waived"))
    return Assessment(
        model="mlopslint",
        rubric="2026.4",
        score=share(ladder),
        score_without_waivers=share(ladder, without_waivers=True),
        assessed=round(100 * counted / (counted + hidden), 1),
        level=0,
        level_name=LEVELS[0],
        target=Target(2, "2027-03-31", False),
        levels=levels,
        categories=tuple(category(code, verdicts) for code in CATEGORIES),
        practices=verdicts,
        models=models,
        roadmap=roadmap,
        profile=ProfileReading(
            name="library",
            title="Library",
            meaning="code that others install and call",
            reason=f"the package {IMAGE} is published by CI",
            chosen=False,
            top=1,
            score=70.0,
            level=0,
            evidence=(Evidence(f"{SCRIPT}/pyproject.toml", 3, MARKUP),),
            left_out=(LeftOut("DEP005", "Health checks", "fail", "it is released to a package index, not deployed"),),
        ),
    )


def moment(whole: Assessment, score: float, rubric: str = "2026.4") -> Moment:
    """A moment at which the score was another."""
    return Moment(
        "89abcdef0123456789abcdef0123456789abcdef", "2026-06-30T10:00:00+00:00", rubric, score, score, 1,
        f"DevOps {SCRIPT}", 95.0, {category.code: category.score for category in whole.categories},
    )  # fmt: skip


def delta(whole: Assessment) -> Delta:
    """What moved, of every cause and in both directions."""
    commit = Commit("76543210" * 5, "2026-08-09T10:11:12+00:00", f"Track runs {IMAGE} {MARKUP}")
    return Delta(
        moment(whole, 44.0),
        moment(whole, 52.0),
        (
            Change("EXP001", "Experiments are tracked", "EXP", 2, "fail", "pass", "code", 9.1, f"MLflow {SCRIPT}", (), commit),
            Change("TST001", "Tests are present", "TST", 1, "pass", "partial", "code", -2.6, CONTROL, (Evidence("tests/a.py", 3),)),
            Change("DEP003", "The runtime is declared", "DEP", 3, "waived", "fail", "waiver", -1.5, "the waiver ended"),
            Change("MAT001", "An assessment runs", "MAT", 1, None, "pass", "rubric", 3.0, "asked for since 2026.4"),
            Change("GOV008", "The lineage is recorded", "GOV", None, "fail", "pass", "code", 0.0, MARKUP),
        ),
        {"code": 6.5, "waiver": -1.5, "rubric": 3.0},
    )  # fmt: skip


def report() -> Report:
    """The sample, the same at each call."""
    whole = assessment()
    return Report(
        schema_version="1.0",
        tool=Tool("mlopslint", "1.2.3"),
        repository=Repository(
            name=f"churn{IMAGE}",
            revision="0123456789abcdef0123456789abcdef01234567",
            branch=f"feature/{SCRIPT}",
            dirty=False,
            remote="https://github.com/acme/churn.git",
            committed_at="2026-11-01T12:00:00+00:00",
        ),
        inventory=Inventory(
            files=128,
            python_files=31,
            notebooks=1,
            lines=3085,
            languages={"Python": 31, "Jupyter Notebook": 1},
            technologies=(
                TechnologyUse("DVC", "data-versioning", 3, (Evidence("dvc.yaml", 1, "present"),)),
                TechnologyUse("MLflow", "experiment-tracking", 3, (Evidence("src/churn/train.py", 3, "imported"),)),
                TechnologyUse("MLflow", "tracker-metrics", 3, (Evidence("src/churn/train.py", 9),)),
                TechnologyUse("Weights & Biases", "experiment-tracking", 1, (Evidence("pyproject.toml", 7),)),
            ),
        ),
        assessment=whole,
        findings=(
            Finding(
                "DAT101",
                "fit-before-split",
                "error",
                "src/churn/train.py",
                12,
                5,
                12,
                40,
                None,
                f"StandardScaler learns from all rows {MARKUP}",
                None,
                "0" * 24,
            ),
            Finding(
                "GOV101",
                "secret",
                "error",
                f"conf/{SCRIPT}.env",
                2,
                1,
                2,
                9,
                None,
                f"a key AKIA… {IMAGE}",
                None,
                "2" * 24,
            ),
            Finding(
                "NBK105",
                "no-headings",
                "note",
                f"notebooks/{SCRIPT}.ipynb",
                1,
                1,
                1,
                1,
                3,
                f"the notebook has no heading {IMAGE}",
                None,
                "1" * 24,
            ),
        ),
        suppressed=0,
        errors=(
            FileError(f"notebooks/{SCRIPT}.ipynb", "not a notebook: no cells"),
            FileError("src/broken.py", "invalid syntax at line 3"),
            FileError("src/huge.py", "larger than 2 MB"),
            FileError("zz.py", CONTROL),
        ),
        statistics=Statistics(0.25, 10, 2),
        projects=(
            ProjectResult("services/api", whole),
            ProjectResult(
                f"models/{SCRIPT}", assessment(tuple(v for v in VERDICTS if v.category != "DEP" or v.code == "DEP005"))
            ),
        ),
        notices=(f"the waiver of DAT004 is not needed {SCRIPT}", "a second notice", "a third notice"),
        gates=(
            Condition("score", "60", "52", False, "score 52 is below 60"),
            Condition("category DAT", "20", "25", True),
        ),
        delta=delta(whole),
        trend=tuple(
            TrendPoint(day, moment(whole, score, rubric), delta(whole).changes if score == 52.0 else ())
            for day, score, rubric in (
                ("2026-03-31", 31.0, "2025.1"),
                ("2026-06-30", 44.0, "2026.4"),
                ("2026-11-01", 52.0, "2026.4"),
            )
        ),
        owners={"src/churn/train.py": ("@acme/ml", "@octocat"), f"notebooks/{SCRIPT}.ipynb": (f"@{IMAGE}",)},
    )
