"""Prose (Markdown, reST, AsciiDoc, plain text) and the lists that people keep for git -> facts."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from mlopslint.facts.text import decode, fold, holds, scalar, small, texts
from mlopslint.literals import lines_with
from mlopslint.patterns import late
from mlopslint.records import Fact

#: Prose is read up to this many characters; what follows repeats what is known.
LIMIT = 300_000
#: Plain text is read up to this many bytes: a licence says its name at its head, and what is longer is mostly data.
TEXT_LIMIT = 20_000

_ATX = late(r"^ {0,3}(#{1,6})[ \t]+(.{1,300}?)[ \t]*#*[ \t]*$")
_ASCIIDOC = late(r"^(={1,6}) (\S.{0,200}?)(?: =+)?$")
_HTML = late(r"<h([1-6])\b[^>]{0,200}>(.{0,400}?)(?:</h\1>|$)", re.I)
_RULE = late(r"^([=\-~^\"'*+#`.:_])\1{2,}[ \t]*$")
_FENCE = late(r"^[ \t]{0,12}(?:[-*>][ \t]+)?(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)")
_DIRECTIVE = late(
    r"^[ \t]*\.\. (?:code-block|code|sourcecode|prompt|parsed-literal|literalinclude)::[ \t]*(\w*)|^\[source"
)
#: Directives of Sphinx that hold neither prose nor code of the reader's: what is made of modules, contents, the set-up of doctests.
_SPHINX = late(
    r"^[ \t]*\.\. (?:auto\w+|toctree|raw|plot|test(?:setup|cleanup|code|output)|doctest|ipython|jupyter-\w+)::"
)
_LIST = late(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_TAG = late(r"<[^>\n]{1,500}>")
_LINK = late(r"\]\([^)\s]{1,500}|`_\b|https?://[^\s)>\"'\]]{3,300}")
_TARGET = late(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_WORD = late(r"[^\W_]")
_TEMPLATE = late(
    r"\{\{ ?cookiecutter|\{\{ ?project_name|A short description of the project|<project[ _-]?name>|\[project name\]"
    r"|TODO: (?:write|describe|add)|Describe your project here|lorem ipsum",
    re.I,
)
_TEMPLATE_WORDS = ("{{", "a short desc", "<project", "[project", "todo:", "your project here", "lorem")
#: For the words of a line of ASCII: other white space becomes a blank, what is in no word goes.
_BLANKS = bytes.maketrans(b"\x1c\x1d\x1e\x1f", b"    ")
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum() and not chr(code).isspace())


class _Section(NamedTuple):
    title: str
    level: int
    line: int


class _Layout(NamedTuple):
    """What the lines of a document are: sections with words and code blocks, prose and code lines with numbers."""

    sections: list[tuple[_Section, int, int]]
    words: int
    code: int
    links: int
    prose: list[tuple[int, str]]
    code_lines: list[tuple[int, str]]
    title: str


def read_document(data: bytes) -> list[Fact]:
    """README, documentation, cards: layout, front matter and the phrases that rules ask for."""
    text = decode(data)[:LIMIT]
    facts: list[Fact] = []
    body, offset = text, 0
    if text.startswith("---\n"):
        end = text.find("\n---", 3)
        if 0 < end < 20_000:
            facts += _front_matter(text[4 : end + 1])
            offset = text.count("\n", 0, end + 1)
            stop = text.find("\n", end + 1)
            body = text[stop + 1 :] if stop > 0 else ""
            offset += 1
    layout = _layout(body, offset)
    value = {
        "words": layout.words,
        "headings": len(layout.sections),
        "code": layout.code,
        "links": layout.links,
        "template": holds(_TEMPLATE_WORDS, small(text[:20_000])) and _TEMPLATE.search(text[:20_000]) is not None,
    }
    facts.append(Fact("document", layout.title[:200], 1, value))
    for section, words, code in layout.sections[:1000]:
        facts.append(
            Fact("heading", section.title, section.line, {"level": section.level, "words": words, "code": code})
        )
    return facts + _phrases(text, layout)


def read_text(data: bytes) -> list[Fact]:
    """A plain text file; one of a megabyte or more is data and is not read."""
    if len(data) >= 1_000_000:
        return []
    from mlopslint.facts.dependencies import compiled_by, read_requirements

    found = read_document(data[:TEXT_LIMIT])
    if compiled_by(decode(data[:4000])):  # a lock of requirements under a name of its own
        found += read_requirements(data)
    return found


def _front_matter(text: str) -> list[Fact]:
    from mlopslint.facts.tree import line_of, load_yaml

    found: list[Fact] = []
    root = load_yaml(text).root
    for key, value in list(root.items())[:100]:
        line = line_of(root, key) + 1
        if isinstance(value, list):
            found.append(Fact("front-matter", key[:100], line, ", ".join(texts(value))[:400]))
        elif isinstance(value, dict):
            found.append(Fact("front-matter", key[:100], line))
            found += [
                Fact("front-matter", f"{key}.{below}"[:200], line_of(value, below) + 1, scalar(item))
                for below, item in list(value.items())[:50]
            ]
        else:
            found.append(Fact("front-matter", key[:100], line, scalar(value)))
    return found


def plain(title: str) -> str:
    """A heading's text: no markup, lower case."""
    title = _TAG.sub("", _TARGET.sub(r"\1", title))
    title = re.sub(r"[*`_~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}|:[a-z_]{2,40}:|\{#?[^}]{0,60}\}", " ", title)
    return fold(title, 200).strip(" #*:-–—.!").lower()


def _count(line: str) -> int:
    if "<" in line:
        line = _TAG.sub(" ", line)
    if "](" in line:
        line = _TARGET.sub(r" \1 ", line)
    if line.isascii():
        return len(line.encode().translate(_BLANKS, _SIGNS).split())
    return sum(word.isalnum() or _WORD.search(word) is not None for word in line.split())


def _layout(text: str, offset: int) -> _Layout:
    sections: list[list[Any]] = []
    prose: list[tuple[int, str]] = []
    code_lines: list[tuple[int, str]] = []
    words = code = links = 0
    title = ""
    lines = text.split("\n")
    fence = ""
    literal = -1  # indentation that a block of reST code must exceed, -1 outside
    blank = True
    i = 0
    while i < len(lines):
        line = lines[i]
        number = i + 1 + offset
        i += 1
        stripped = line.strip()
        if fence:
            if stripped.startswith(fence) and not stripped.strip(fence[0]):
                fence = ""
            else:
                code_lines.append((number, stripped))
            continue
        match = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if match:
            fence = match.group(1)
            if match.group(2):
                code_lines.append((number, f"```{match.group(2).lower()}"))
            code += 1
            if sections:
                sections[-1][2] += 1
            blank = False
            continue
        if not stripped:
            blank = True
            continue
        indent = len(line) - len(line.lstrip())
        if literal >= 0:
            if indent > literal:
                if not stripped.startswith(":"):
                    code_lines.append((number, stripped))
                continue
            literal = -1
        if blank and indent >= 4 and not _LIST.match(line) and not (prose and _LIST.match(prose[-1][1])):
            if not (code_lines and code_lines[-1][0] >= number - 2):
                code += 1
                if sections:
                    sections[-1][2] += 1
            code_lines.append((number, stripped))
            continue
        if stripped.startswith(("..", "[source")) and _DIRECTIVE.match(line):
            literal = indent
            code += 1
            if sections:
                sections[-1][2] += 1
            continue
        if stripped.startswith("..") and _SPHINX.match(line):
            literal = indent
            continue
        found = _heading(line, stripped, lines[i] if i < len(lines) else "", blank)
        if found:
            name, level, used = found
            i += used
            if name:
                sections.append([_Section(plain(name), level, number), 0, 0])
                if not title and level <= 2:
                    title = fold(_TAG.sub("", _TARGET.sub(r"\1", name)), 200)
            blank = True
            continue
        if stripped.endswith("::") and not stripped.startswith(".."):
            literal = indent
            code += 1
            if sections:
                sections[-1][2] += 1
        blank = False
        total = _count(stripped[:5000])
        words += total
        if sections:
            sections[-1][1] += total
        if "http" in line or "](" in line or "`_" in line:
            links += min(100, sum(1 for _ in _LINK.finditer(line[:5000])))
        prose.append((number, stripped))
        if not title and total and not sections and not stripped.startswith(("[!", "<", "!", "|", ">")):
            title = fold(stripped, 120)
    return _Layout([(s[0], s[1], s[2]) for s in sections], words, code, links, prose, code_lines, title)


def _heading(line: str, stripped: str, following: str, blank: bool) -> tuple[str, int, int] | None:
    """Title, level and how many further lines it takes, if a heading begins at ``line``."""
    first = stripped[0]
    match = _ATX.match(line) if first == "#" else _ASCIIDOC.match(line) if first == "=" else None
    if match:
        return match.group(2), len(match.group(1)), 0
    if "<h" in line or "<H" in line:
        html = _HTML.search(line)
        if html:
            text = html.group(2)
            used = 0
            if "</h" not in line.lower():
                text, used = f"{text} {following}", 1
            return (text if _WORD.search(_TAG.sub("", text)) else ""), int(html.group(1)), used
    if not first.isalnum() and _RULE.match(line):  # an overline of reST, or a ruler
        return "", 0, 0
    if blank and len(stripped) < 160 and not _LIST.match(line) and not stripped.startswith(("|", ">", "..")):
        rule = following.rstrip()
        if rule and rule[0] in "=-~^\"'*+#`.:_" and len(set(rule)) == 1 and len(rule) >= 2:
            sign = rule[0]
            if (sign in "=-" and len(rule) >= 3) or len(rule) >= len(stripped):
                return stripped, {"=": 1, "-": 2, "#": 1, "*": 1, "~": 3}.get(sign, 3), 1
    return None


# ------------------------------------------------------------------------------------------------------------- phrases

#: Name of a licence, a pattern of its text, and words of which one is in that.
_LICENSES: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("MIT", late(r"Permission is hereby granted, free of charge, to any\s+person"), ("Permission is hereby",)),
    ("Apache-2.0", late(r"TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"), ("TERMS AND",)),
    ("BSD", late(r"Redistribution and use in source and binary forms"), ("Redistribution and",)),
    ("AGPL", late(r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version"), ("GNU AFFERO",)),
    ("LGPL", late(r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version"), ("GNU LESSER",)),
    ("GPL", late(r"GNU GENERAL PUBLIC LICENSE\s+Version"), ("GNU GENERAL",)),
    (
        "MPL-2.0",
        late(r"Mozilla Public License Version 2\.0\s+=+|\"Covered Software\""),
        ("Mozilla Public", '"Covered'),
    ),
    (
        "CC",
        late(r"Creative Commons [\w -]{3,60} (?:Public License|Legal Code)|By exercising the Licensed Rights"),
        ("Creative Commons", "Licensed Rights"),
    ),
    ("Unlicense", late(r"This is free and unencumbered software"), ("unencumbered",)),
    ("ISC", late(r"Permission to use, copy, modify, and(?:/or)? distribute this software for any"), ("Permission to",)),
    ("EPL", late(r"Eclipse Public License - v"), ("Eclipse",)),
)
_MENTION = late(
    r"licen[sc]ed under|(?:released|distributed|available|published) under (?:the "
    r"|an? )?(?:terms of )?(?:the )?[\w. -]{0,40}licen[sc]e"
    r"|\b(?:MIT|Apache|BSD|A?L?GPL|MPL|Creative Commons|ISC|Unlicense)[\w .,-]{0,20}\blicen[sc]e"
    r"|licen[sc]e[-:/ _]{1,3}(?:MIT|Apache|BSD|GPL|CC)\b"
    r"|img\.shields\.io/[^\s)]{0,80}licen[sc]e",
    re.I,
)
_DATA_WORD = late(r"\b(?:data ?sets?|data|corpus|corpora|benchmark|images?|records|samples)\b", re.I)
_DATA_WORDS = ("data", "corp", "benchmark", "image", "records", "samples")
_DATA_ORIGIN = late(
    r"\b(?:downloaded|download(?:s|ing)? (?:the|it|them|from|data)|source[ds]? (?:of|from|:)"
    r"|data sources?|collected|come[s]? from|taken from"
    r"|obtained (?:from|by|at|via|through|here|on)|originat\w+|(?:provided|published|released) by|derived from|kaggle|uci|zenodo|figshare"
    r"|data ?sets? from (?:the )?(?-i:[A-Z])\w+|open data|data\.gov\w*"
    r"|huggingface\.co/datasets|openml|nyc taxi|public dataset|available (?:at|from|on|here))\b",
    re.I,
)
_DATA_URL = late(
    r"https?://[^\s)>\]\"']{3,300}\.(?:csv|tsv|parquet|zip|tar\.gz|tgz|xlsx?|jsonl|npz|h5|hdf5|arff|data|gz)\b"
    r"|https?://(?:www\.)?(?:kaggle\.com/(?:datasets|c|competitions)|archive\.ics\.uci\.edu"
    r"|zenodo\.org|huggingface\.co/datasets|data\.\w+\.gov)",
    re.I,
)
_FIELD_TABLE = late(
    r"^\|?[^|]{0,80}\b(?:column|feature|field|variable|attribute)s?\b[^|]{0,40}\|.{0,200}\b(?:descriptions?|types?|meaning|definition|units?"
    r"|examples?|values?|d?types?)\b",
    re.I,
)
_OF_SETTINGS = late(r"\benv\b|environment|configur|secret|settings?\b", re.I)
#: The line below the head of a table.
_UNDER_HEAD = late(r"[\s|:+=-]+$")
_FIELD_LIST = late(
    r"\b(?:columns|data dictionary|data fields?|fields|attributes|variables|(?:feature|data|dataset"
    r"|column) descriptions?"
    r"|(?:input|dataset|data|following|raw|model) features|features (?:in|of) the data\w*|data schema)\b",
    re.I,
)
_FIELD_SET = late(
    r"\b(?:fields|columns|attributes) (?:in|of) (?:these|the|each|every|an?) (?:\w+ )?(?:files?|records?|rows?|samples?|tables?)\b"
)
_FIELD_WORDS = ("column", "field", "attribute", "variable", "description", "feature", "data dictionary", "data schema")
_FIELD_ITEM = late(
    r"^(?:[-*+]|\d{1,3}[.)])\s+(?:`[\w .()-]{1,60}`|\*\*[\w .()-]{1,60}:?\*\*"
    r"|[A-Za-z]\w{0,40})\s*(?:\([^)]{0,60}\))?\s*[:=–—-]"
)
_NAMED_ITEM = late(r"^[-*+]\s+[A-Z]\w{2,40}\s+[a-z]")  # under a heading that promises fields: a name, and what it is
_INTENDED = late(
    r"\bintended (?:use|for|purpose|users)|\bout[- ]of[- ]scope\b|\bprimary (?:intended )?use"
    r"|\buse cases?\b.{0,40}\bmodel",
    re.I,
)
_LIMITS = late(
    r"\blimitations?\b|\bcaveats?\b|\bknown (?:issues|biases|weaknesses)\b|\bbias(?:es)? (?:and|,) (?:risks?|limit)",
    re.I,
)
_INSTALL = late(
    r"\b(?:pip3?|uv pip|conda|mamba|pipx|poetry|pipenv|npm|pdm|brew|apt(?:-get)?) (?:-\w+ )*install\b"
    r"|\bconda(?:-lock)? (?:env )?(?:create|install)\b"
    r"|\binstall(?:ed|able)?,? (?:it )?(?:via|with|using|from|by) [`*\[]{0,3}(?:uv|pip|conda|mamba|PyPI|poetry|docker)\b"
    r"|\buv (?:sync|add)\b|\bpdm (?:sync|add)\b|\bpixi (?:install|run)\b|\bpoetry (?:install|add)\b"
    r"|\bdocker(?:[- ]compose)? (?:build|pull|up)\b"
    r"|\bmake (?:install|setup|init|env|requirements)\b|\bpython3? setup\.py (?:install|develop)\b"
    r"|devtools::install|Pkg\.add",
    re.I,
)
_RUN = late(
    r"^[$>%#! ]{0,4}(?:sudo |time |[A-Z_]{2,40}=\S{0,200} )*(?:python[\d.]* (?:-\w )?(?:\S{1,200}\.py"
    r"|-m (?!pip|venv|virtualenv)\S+)|make(?: [\w-]+)?$|make [\w-]+"
    r"|dvc (?:repro|exp)|docker run|docker[- ]compose (?:\S+ )?up|mlflow run|kedro run|streamlit run"
    r"|uvicorn |gunicorn |flask run|uv run|poetry run"
    r"|pipenv run|(?:ba)?sh \S{1,100}\.sh|\./\S{1,100}|torchrun|accelerate launch|deepspeed |snakemake"
    r"|jupyter (?:notebook|lab)|papermill"
    r"|zenml pipeline|prefect |dagster |airflow |metaflow|ray (?:job|up)|serve run|bentoml serve"
    r"|kubectl apply|helm (?:install|upgrade)|nextflow run"
    r"|just [\w-]+|task [\w-]+|nox\b|tox\b|Rscript |julia |terraform apply|az ml |sam (?:deploy|build)"
    r"|cdk deploy|invoke |inv |(?!virtualenv|conda|git |pip|export|source|apt|curl|wget|uv |cd |mkdir"
    r"|brew|npm|sudo|usage)[a-z][\w-]{1,30} --?[a-z])",
)
_PULL = late(
    r"\bpull[- ]requests?\b|\bmerge[- ]requests?\b|\bfork the (?:repo|project)|\bPRs?\b (?:are|is) welcome", re.I
)
_CLA = late(r"contributor licen[sc]e agreement|\bCLA\b|developer certificate of origin|\bDCO\b|signed-off-by", re.I)
_INLINE = late(r"`([^`\n]{3,200})`")
_CITATION = late(
    r"@(?:article|inproceedings|misc|conference|phdthesis|techreport|software|incollection)\s?\{"
    r"|arxiv\.org/(?:abs|pdf)/\d|doi\.org/10\.|openreview\.net/",
    re.I,
)
_CITATION_WORDS = (
    *(f"@{kind}" for kind in ("article", "inproc", "misc", "conf", "phd", "techrep", "software", "incoll")),
    *("arxiv.org/", "doi.org/10.", "openreview.net/"),
)
#: What never goes over the end of a line: name, pattern, words of which the text holds one, and what its line may hold instead.
_IN_ONE_LINE: tuple[tuple[str, re.Pattern[str], tuple[str, ...], tuple[str, ...]], ...] = (
    ("license-mention", _MENTION, ("licen",), ()),
    ("pull-request", _PULL, ("request", "fork the", "prs"), ("welcome",)),
    ("limitations", _LIMITS, ("limitation", "caveat", "known ", "bias"), ()),
    ("intended-use", _INTENDED, ("intended", "scope", "primary", "use case"), ()),
)


#: Plain words, one of which every licence text holds: looked for before the patterns, as that is much faster.
_LICENSE_WORDS = (
    "permission",
    "terms and conditions",
    "redistribution",
    "gnu ",
    "mozilla public",
    "creative commons",
    "licensed rights",
    "unencumbered",
    "eclipse public",
)

#: What every command that installs holds, in small letters, and as it must be written.
_INSTALLERS = (
    *("install", "conda", "docker", "setup.py", "pkg.add", "pixi ", "uv sync", "uv add", "pdm sync", "pdm add"),
    *("poetry add", "make setup", "make init", "make env", "make requirements"),
)
_INSTALL_WORDS = (
    "install",
    "Install",
    "conda",
    " sync",
    " add",
    "docker",
    "make ",
    "setup.py",
    "Pkg.add",
    "pixi",
    "INSTALL",
)


def _phrases(text: str, layout: _Layout) -> list[Fact]:
    found: dict[str, Fact] = {}

    def note(name: str, line: int, excerpt: Any) -> None:
        if name not in found:
            found[name] = Fact("phrase", name, line, fold(excerpt, 160) if isinstance(excerpt, str) else excerpt)

    lines = text.split("\n")
    low = small(text)
    for name, pattern, words in _LICENSES if holds(_LICENSE_WORDS, low) else ():
        match = pattern.search(text) if holds(words, text) else None
        if match:
            note("license-text", text.count("\n", 0, match.start()) + 1, {"license": name})
            break
    for name, pattern, words, more in _IN_ONE_LINE:
        for number in lines_with((*words, *more), low) if holds(words, low) else ():
            line = lines[number - 1]
            match = pattern.search(line)
            if match:
                note(name, number, line if len(line) < 300 else match.group(0))
                break
    match = _CITATION.search(text) if holds(_CITATION_WORDS, low) else None
    if match:
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        line = text[begin : end if end > 0 else None]
        note("citation", text.count("\n", 0, match.start()) + 1, line if len(line) < 300 else match.group(0))
    if (
        "CLA" in text
        or "DCO" in text
        or "ontributor licen" in text
        or "igned-off" in text
        or "Developer Certificate" in text
    ):
        match = _CLA.search(text)
        if match:
            note("cla", text.count("\n", 0, match.start()) + 1, match.group(0))
    for number in lines_with(_INSTALLERS, low):
        line = lines[number - 1]
        if holds(_INSTALL_WORDS, line) and _INSTALL.search(line[:2000]):
            note("install-command", number, line if len(line) < 300 else "install")
            break
    _data_phrases(layout, note)
    for number, line in layout.code_lines:
        if "run-command" not in found and len(line) < 1000 and _RUN.match(line) and not _INSTALL.search(line):
            note("run-command", number, line)
        elif "usage-code" not in found and re.match(
            r"(?:>>> )?(?:from [\w.]+ import|import \w+|library\(|using \w+)", line
        ):
            note("usage-code", number, line)
    if "run-command" not in found and "`" in text:
        for number, line in layout.prose:
            for span in _INLINE.finditer(line[:3000]) if "`" in line else ():
                if _RUN.match(span.group(1)) and not _INSTALL.search(span.group(1)):
                    note("run-command", number, span.group(1))
    return sorted(found.values(), key=lambda fact: (fact.line, fact.name))


def _data_phrases(layout: _Layout, note: Any) -> None:
    expected, items = 0, 0
    source = fields = False
    marks = sorted(section.line for section, _, _ in layout.sections if _FIELD_LIST.search(section.title))
    for section, _, _ in layout.sections:
        if _DATA_WORD.search(section.title) and re.search(r"\bfrom\b.*http", section.title):
            source = True
            note("data-source", section.line, section.title)
            break
    headed = 0
    below = dict(layout.prose)
    for number, line in layout.prose:
        line = line[:2000]
        if not source and (
            (holds(_DATA_WORDS, small(line)) and _DATA_WORD.search(line) and _DATA_ORIGIN.search(line))
            or ("http" in line and _DATA_URL.search(line))
        ):
            source = True
            note("data-source", number, line)
        if fields:
            if source:
                break
            continue
        while marks and marks[0] < number:
            headed = expected = marks.pop(0) + 60
            items = 0
        if "|" in line and _FIELD_TABLE.match(line) and _UNDER_HEAD.match(below.get(number + 1, "")):
            fields = True
            note("data-fields", number, line)
        elif number <= expected and (_FIELD_ITEM.match(line) or number <= headed and _NAMED_ITEM.match(line)):
            items += 1
            if items >= 3:
                fields = True
                note("data-fields", number, line)
        elif holds(_FIELD_WORDS, small(line)) and (
            line.rstrip().endswith((":", "**", ".")) and _FIELD_LIST.search(line) or _FIELD_SET.search(line)
        ):
            if not _OF_SETTINGS.search(line):  # variables of the environment are no fields of data
                expected, items = number + 60, 0
    if not source:
        for number, line in layout.code_lines:
            if ("http" in line and _DATA_URL.search(line[:2000])) or re.match(
                r"\$? ?(?:kaggle (?:datasets|competitions) download|dvc (?:pull|get))", line
            ):
                note("data-source", number, line[:2000])
                break


# ------------------------------------------------------------------------------------------------------ lists for git


def read_ignore(data: bytes) -> list[Fact]:
    """.gitignore and its kin, one fact a pattern."""
    found = []
    for number, line in enumerate(decode(data).split("\n")[:5000], 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            found.append(Fact("ignore", stripped[:200], number))
    return found


def read_attributes(data: bytes) -> list[Fact]:
    """.gitattributes: patterns and what is set for them."""
    found = []
    for number, line in enumerate(decode(data).split("\n")[:5000], 1):
        parts = line.split()
        if len(parts) < 2 or parts[0].startswith("#"):
            continue
        value: dict[str, Any] = {}
        for part in parts[1:20]:
            key, equals, setting = part.partition("=")
            value[key.lstrip("-!")[:60]] = setting[:60] if equals else not key.startswith(("-", "!"))
        found.append(Fact("attribute", parts[0][:200], number, value))
    return found


def read_codeowners(data: bytes) -> list[Fact]:
    """CODEOWNERS: patterns and their owners."""
    found = []
    for number, line in enumerate(decode(data).split("\n")[:5000], 1):
        parts = line.partition(" #")[0].split()
        if not parts or parts[0].startswith(("#", "[", "^[")):
            continue
        found.append(Fact("owner", parts[0][:200], number, [part[:100] for part in parts[1:20]]))
    return found
