"""Path -> kind of file: which reader its bytes go to, or what it is when nobody reads it."""

from __future__ import annotations

import re
from functools import lru_cache

from mlopslint.patterns import late

#: Kinds whose bytes are never read: their path and size say all that is asked of them.
UNREAD = frozenset({"data", "model", "image", "archive", "media", "binary", "font"})

_SUFFIX: dict[str, str] = {}


def _suffixes(kind: str, names: str) -> None:
    for name in names.split():
        _SUFFIX[name] = kind


_suffixes("python", "py pyi pyw")
_suffixes("notebook", "ipynb")
_suffixes("document", "md markdown rst adoc mdx qmd rmd")
_suffixes("yaml", "yaml yml")
_suffixes("json", "json jsonc")
_suffixes("toml", "toml")
_suffixes("ini", "ini cfg conf properties env")
_suffixes("terraform", "tf tofu")
_suffixes("bicep", "bicep")
_suffixes("shell", "sh bash zsh ksh bats ps1 bat cmd")
_suffixes("r", "r")
_suffixes("julia", "jl")
_suffixes("java", "java kt groovy")
_suffixes("scala", "scala sbt")
_suffixes("sql", "sql")
_suffixes(
    "code",
    "c h cc cpp cxx hpp cu cuh js jsx ts tsx mjs cjs go rs rb php swift cs lua pl vue svelte m mm f90 proto pyx pxd wgsl",
)
_suffixes("web", "html htm css scss svg xml xsl")
_suffixes(
    "data",
    "csv tsv parquet feather arrow avro orc npy npz hdf5 hdf mat rds rdata dta sav xls xlsx jsonl ndjson tfrecord"
    " tfrecords lmdb db sqlite sqlite3 duckdb fasta fa fastq nii dcm las laz geojson shp dbf recordio libsvm arff pcap",
)
_suffixes(
    "model",
    "pkl pickle joblib dill pt pth ckpt h5 keras onnx safetensors pb tflite bin model mlmodel caffemodel gguf ggml"
    " pmml params weights torchscript engine bst cbm mar",
)
_suffixes("image", "png jpg jpeg gif bmp tif tiff webp ico eps psd heic")
_suffixes("archive", "zip gz tgz tar bz2 xz 7z rar whl jar egg zst")
_suffixes("media", "mp4 avi mov mkv webm mp3 wav flac ogg m4a pdf ppt pptx doc docx odt drawio")
_suffixes("font", "ttf otf woff woff2 eot")
_suffixes("binary", "so dll dylib exe o a lib pyc pyd class idx pack dat")
_suffixes("text", "txt log in lst")

_NAMES: dict[str, str] = {
    "pyproject.toml": "pyproject",
    "setup.cfg": "setup-cfg",
    "setup.py": "python",
    "pipfile": "pipfile",
    "pipfile.lock": "lock",
    "poetry.lock": "lock",
    "uv.lock": "lock",
    "pdm.lock": "lock",
    "pixi.lock": "lock",
    "pylock.toml": "lock",
    "conda-lock.yml": "lock",
    "conda-lock.yaml": "lock",
    "renv.lock": "lock",
    "manifest.toml": "lock",
    "package-lock.json": "lock",
    "yarn.lock": "lock",
    "pnpm-lock.yaml": "lock",
    "cargo.lock": "lock",
    "dvc.lock": "dvc-lock",
    "dvc.yaml": "dvc",
    "mlproject": "mlproject",
    "project.toml": "julia-project",
    "description": "r-description",
    "build.sbt": "sbt",
    "pom.xml": "maven",
    "package.json": "package-json",
    "pixi.toml": "pixi",
    "uv.toml": "toml",
    "mise.toml": "mise",
    ".mise.toml": "mise",
    ".python-version": "python-version",
    "runtime.txt": "python-version",
    "tox.ini": "tox",
    "noxfile.py": "python",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "justfile": "justfile",
    ".justfile": "justfile",
    "taskfile.yml": "taskfile",
    "taskfile.yaml": "taskfile",
    "jenkinsfile": "jenkinsfile",
    ".gitlab-ci.yml": "gitlab-ci",
    ".gitlab-ci.yaml": "gitlab-ci",
    ".travis.yml": "travis",
    ".travis.yaml": "travis",
    ".drone.yml": "drone",
    ".drone.yaml": "drone",
    ".woodpecker.yml": "drone",
    ".woodpecker.yaml": "drone",
    "bitbucket-pipelines.yml": "bitbucket",
    "bitbucket-pipelines.yaml": "bitbucket",
    "cloudbuild.yaml": "cloud-build",
    "cloudbuild.yml": "cloud-build",
    "cloudbuild.json": "cloud-build",
    "buildspec.yml": "codebuild",
    "buildspec.yaml": "codebuild",
    "appveyor.yml": "appveyor",
    ".appveyor.yml": "appveyor",
    ".cirrus.yml": "cirrus",
    ".pre-commit-config.yaml": "pre-commit",
    ".pre-commit-config.yml": "pre-commit",
    "lefthook.yml": "lefthook",
    "lefthook.yaml": "lefthook",
    ".lefthook.yml": "lefthook",
    ".lefthook.yaml": "lefthook",
    ".gitignore": "ignore",
    ".dvcignore": "ignore",
    ".dockerignore": "ignore",
    ".gitattributes": "attributes",
    "codeowners": "codeowners",
    "maintainers": "text",
    "license": "text",
    "licence": "text",
    "copying": "text",
    "readme": "document",
    "snakefile": "snakefile",
    "containerfile": "dockerfile",
    ".flake8": "ini",
    ".pylintrc": "ini",
    "pylintrc": "ini",
    ".coveragerc": "ini",
    ".style.yapf": "ini",
    ".isort.cfg": "ini",
    ".lfsconfig": "ini",
    ".env": "ini",
    "environment.yml": "conda",
    "environment.yaml": "conda",
    **{
        name + end: "document"
        for name in (
            "contributing",
            "security",
            "changelog",
            "changes",
            "history",
            "news",
            "code_of_conduct",
            "readme",
            "authors",
            "contributors",
        )  # fmt: skip
        for end in ("", ".txt")
    },
}

#: Not the name of code or a text that is only about such a file.
_ABOUT = r"(?![^/]*\.(?:py|pyi|ipynb|js|ts|go|rs|java|md|rst|txt|html|json|ya?ml|toml)$)"
#: A text that must be there (which is looked for first, as that is twenty times faster), the pattern, the kind.
_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (literal, late(pattern), kind)
    for literal, pattern, kind in (
        (".github/workflows/", r"(^|/)\.github/workflows/[^/]+\.ya?ml$", "github-workflow"),
        ("/workflows/", r"(^|/)\.(gitea|forgejo)/workflows/[^/]+\.ya?ml$", "github-workflow"),
        ("action.y", r"(^|/)action\.ya?ml$", "github-action"),
        (".circleci/", r"(^|/)\.circleci/[^/]+\.ya?ml$", "circleci"),
        (".buildkite/", r"(^|/)\.buildkite/[^/]*\.ya?ml$", "buildkite"),
        (".woodpecker/", r"(^|/)\.woodpecker/[^/]+\.ya?ml$", "drone"),
        ("gitlab-ci", r"(^|/)[^/]*gitlab-ci[^/]*\.ya?ml$", "gitlab-ci"),
        (".gitlab/ci/", r"(^|/)\.gitlab/ci/.+\.ya?ml$", "gitlab-ci"),
        ("pipeline", r"(^|/)\.?azure-?pipelines?[^/]*\.ya?ml$", "azure-pipeline"),
        ("pipeline", r"(^|/)\.?(azure-?)?pipelines?/.*\.ya?ml$", "yaml-pipeline"),
        ("cloud", r"(^|/)\.?cloud[-_]?build[^/]*\.(ya?ml|json)$", "cloud-build"),
        ("cloud", r"(^|/)\.?cloud[-_]?build/.+\.ya?ml$", "cloud-build"),
        ("buildspec", r"(^|/)buildspec[^/]*\.ya?ml$", "codebuild"),
        ("jenkinsfile", rf"(^|/)jenkinsfile{_ABOUT}[^/]*$", "jenkinsfile"),
        ("compose", r"(^|/)(docker-)?compose([.-][^/]*)?\.ya?ml$", "compose"),
        ("dockerfile", rf"(^|/)dockerfile{_ABOUT}[^/]*$", "dockerfile"),
        ("dockerfile", r"(^|/)[^/]+\.dockerfile$", "dockerfile"),
        ("dockerfile", r"(^|/)[\w-]*dockerfile$", "dockerfile"),
        ("requirements", r"(^|/)requirements[^/]*\.(txt|in|lock)$", "requirements"),
        ("constraints", r"(^|/)constraints[^/]*\.(txt|in|lock)$", "requirements"),
        ("requirement", r"(^|/)[^/]*requirements?\.(txt|in)$", "requirements"),
        ("requirements", r"(^|/)requirements/[^/]+\.(txt|in)$", "requirements"),
        (".y", r"(^|/)(conda[^/]*|[^/]*(conda|environment|_env|-env)[^/]*)\.ya?ml$", "conda"),
        ("conda-lock", r"(^|/)[^/]*\.conda-lock\.ya?ml$", "lock"),
        (".mk", r"(^|/)[^/]+\.mk$", "makefile"),
        ("makefile.", r"(^|/)makefile\.[^/]+$", "makefile"),
        (".just", r"(^|/)[^/]+\.just$", "justfile"),
        (".dvc", r"(^|/)[^/]+\.dvc$", "dvc-pointer"),
        (".dvc", r"(^|/)\.dvc/config(\.local)?$", "dvc-config"),
        (".smk", r"(^|/)[^/]+\.smk$", "snakefile"),
        ("husky", r"(^|/)\.husky/[^/._][^/]*$", "husky"),
        ("hooks/", r"(^|/)\.(git)?hooks/[^/.]+$", "husky"),
        (".env", r"(^|/)\.env(\.[^/]+)?$", "ini"),
        *(
            (f".{end}", rf"(^|/)[^/]*\.(ya?ml|json|toml)\.{end}$", "text")
            for end in ("example", "template", "sample", "j2")
        ),
    )
)


@lru_cache(maxsize=65536)
def kind_of(path: str) -> str:
    """The kind of the file at ``path`` (with ``/``), by its name alone; ``other`` when nothing is known."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    kind = _NAMES.get(name)
    if kind is not None:
        return kind
    for literal, pattern, found in _PATTERNS:
        if literal in lower and pattern.search(lower):
            return found
    stem, dot, suffix = name.rpartition(".")
    if dot and stem:
        return _SUFFIX.get(suffix, "other")
    return "other"
