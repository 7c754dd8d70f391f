"""A shell script -> its simple commands, each with its line and whether its failure passes unnoticed."""

from __future__ import annotations

import re
from typing import NamedTuple

from mlopslint.facts.text import redact
from mlopslint.patterns import late


class Command(NamedTuple):
    """One simple command: folded text, line within the script (from 1), and whether its failure is swallowed.

    ``told``: a variable keeps its failure (``pytest || failed=1``), with which the script ends.
    """

    text: str
    line: int
    soft: bool
    last: bool = False
    told: bool = False


_TOKEN = late(
    r"""(?P<space>[ \t]+)
    |(?P<continued>\\\n[ \t]*)
    |(?P<newline>\n)
    |(?P<word>\$\{\{.{0,300}?\}\}|\{\{.{0,300}?\}\}
        |'[^']{0,20000}'|"(?:\\.|[^"\\$]|\$(?!\()|\$\((?:[^()]|\([^()]{0,300}\)){0,500}\)){0,20000}"
        |\$\((?:[^()]|\([^()]{0,300}\)){0,500}\)|`[^`]{0,500}`|\$\{[^}\n]{0,200}\}
        |[^\s'"`\\;&|<>\#(){$]+|\\.)
    |(?P<heredoc><<-?[ \t]*\\?(?P<q>['"]?)(?P<mark>\w{1,40})(?P=q))
    |(?P<redirect>(?:&>>?|[0-9]?>>?(?:&-?)?|<<<|[0-9]?<(?:&)?)[ \t]*)
    |(?P<operator>&&|\|\||\|&|;;|[;|&])
    |(?P<comment>\#)
    |(?P<other>.)""",
    re.X | re.S,
)
_ENVIRONMENT = late(r"[A-Za-z_]\w*\+?=")
#: A variable that keeps what a command prints.
_SUBSTITUTION = late(r"""[A-Za-z_]\w*=("?)(?:\$\((?!\()(.*)\)|`(.*)`)\1$""", re.S)
_CONTROL = frozenset({"then", "do", "else", "{", "}", "(", ")", "fi", "done", "esac", "!", "begin", "end"})
_CONDITION = frozenset({"if", "elif", "while", "until"})
_SKIPPED = frozenset({"for", "case", "select", "function", "in", "local", "readonly", "declare"})
_SWALLOW = frozenset({"true", ":", "echo", "printf", "exit 0", "return 0", "/bin/true", "export"})
#: Words that start another command, and the number of plain arguments of their own that stand before it.
_PREFIX = {
    "sudo": 0, "time": 0, "exec": 0, "nohup": 0, "command": 0, "env": 0, "xvfb-run": 0, "nice": 0, "ionice": 0,
    "stdbuf": 0, "timeout": 1, "travis_wait": -1, "travis_retry": 0, "dbus-run-session": 0, "@": 0, "retry": -1,
    "unbuffer": 0, "builtin": 0, "eval": 0, "call": 0,
}  # fmt: skip
_RUNNERS = {
    ("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"), ("rye", "run"),
    ("conda", "run"), ("micromamba", "run"), ("mamba", "run"), ("pixi", "run"), ("pipx", "run"), ("dotenv", "run"),
}  # fmt: skip
_VALUED = frozenset(
    [
        "-n",
        "-p",
        "-e",
        "-c",
        "-u",
        "-k",
        "-s",
        "-o",
        "-i",
        "-t",
        "--name",
        "--prefix",
        "--with",
        "--group",
        "--extra",
        "--python",
        "--project",
        "--directory",
        "--env-file",
        "--package",
        "--only-group",
        "--no-group",
        "--with-requirements",
        "--with-editable",
        "--environment",
        "--cwd",
        "--index",
        "--index-url",
        "--env",
        "--user",
        "--kill-after",
        "--signal",
        "--spec",
        "--file",
        "-f",
        "--manifest-path",
        "--config-file",
    ]
)
#: Words that name a task of the runner rather than a program.
_TASKS = frozenset(
    [
        "test",
        "tests",
        "unit",
        "lint",
        "fmt",
        "format",
        "check",
        "typecheck",
        "types",
        "type",
        "cov",
        "coverage",
        "docs",
        "build",
        "all",
        "start",
        "train",
        "evaluate",
        "deploy",
        "ci",
        "style",
        "quality",
        "install",
        "setup",
        "dev",
        "serve",
        "publish",
        "release",
        "clean",
    ]
)
_SHELL_C = late(r"""^(?:/bin/|/usr/bin/env )?(?:ba|z|da|)sh (?:-\w+ )*-\w*c ?(['"])(.*)\1(?: .*)?$""", re.S)
#: An end that says that something has failed.
_ENDS_BADLY = late(r"(^|[\s;&|{])exit[ \t]+(?:[1-9]|[\"']?\$)", re.M)
_PIPEFAIL = late(r"\bpipefail\b")
_ERREXIT = late(r"set [-+]o errexit|set ([-+])[a-z]*e")


class _Part(NamedTuple):
    words: list[str]
    operator: str  #: what stands after it
    line: int


def split(script: str, pipefail: bool = False, nested: int = 0) -> list[Command]:
    """The simple commands of ``script``; at most 2,000."""
    if len(script) > 400_000:
        script = script[:400_000]
    parts = _parts(script)
    pipefail = pipefail or _PIPEFAIL.search(script) is not None
    soft = _swallowed(parts, pipefail)
    keeping = "||" in script and _ENDS_BADLY.search(script) is not None
    found: list[Command] = []
    lenient = False
    for i, part in enumerate(parts):
        if len(found) >= 2000:
            break
        words = list(part.words)
        told = keeping and part.operator == "||" and _keeps(parts, i + 1)
        is_soft = soft[i] or lenient and not told
        while words and (words[0] in _CONTROL or words[0] in _CONDITION):
            is_soft = is_soft or words[0] in _CONDITION
            words = words[1:]
        while words and words[-1] in (")", "}"):
            words = words[:-1]
        if words and words[0] == "set":
            change = _ERREXIT.match(" ".join(words))
            if change:
                lenient = change.group(0)[4] == "+"
            continue
        kept = _SUBSTITUTION.match(words[-1]) if words and nested < 2 and "=" in words[-1] else None
        if kept and words[:-1] in ([], ["export"], ["local"], ["readonly"], ["declare"]):
            below = split(kept.group(2) or kept.group(3), pipefail, nested + 1)
            masked = is_soft or len(words) > 1  # export and its kin end well whatever the command did
            found += [c._replace(line=part.line + c.line - 1, soft=c.soft or masked, last=False) for c in below]
            continue
        if not words or words[0] in _SKIPPED or words[0].startswith("#"):
            continue
        if words[0].endswith(")") and not _ENVIRONMENT.match(words[0]):  # the head of a function, a label of a case
            continue
        words = unwrap(words)
        if not words:
            continue
        text = " ".join(words)
        inner = _SHELL_C.match(text) if nested < 2 and "-" in text else None
        if inner:
            below = split(inner.group(2).replace('\\"', '"'), pipefail, nested + 1)
            found += [c._replace(line=part.line + c.line - 1, soft=c.soft or is_soft) for c in below]
            continue
        found.append(Command(redact(text[:400]), part.line, is_soft, told=told))
    if found:
        found[-1] = found[-1]._replace(last=True)
    return found


def _parts(script: str) -> list[_Part]:
    """Words between operators; comments, redirections and here-documents are dropped."""
    parts: list[_Part] = []
    words: list[str] = []
    word = ""
    line, began = 1, 0
    marks: list[str] = []
    skip_word = False  # the next word is the target of a redirection
    at, end = 0, len(script)
    while at < end and len(parts) < 5000:
        match = _TOKEN.match(script, at)
        if match is None:  # pragma: no cover  the last alternative takes any character
            break
        kind = match.lastgroup
        text = match.group(0)
        at = match.end()
        if kind == "word" or kind == "other" or (kind == "comment" and word):
            if not words and not word:
                began = line
            if kind == "other" and text in "(){":
                if word and text == "(" and script[at : at + 1] == ")":  # the head of a function
                    word += "()"
                    at += 1
                    continue
                if not word and (text != "{" or script[at : at + 1] in (" ", "\n", "\t", "")):
                    words.append(text)
                    continue
                if text == ")" and word and "(" not in word:
                    words.append(word)
                    words.append(text)
                    word = ""
                    continue
            word += text
            line += text.count("\n")
            continue
        if kind == "mark" or kind == "q" or kind == "heredoc":
            marks.append(match.group("mark"))
            continue
        if word:
            if kind == "redirect" and word.isdigit():
                word = ""
            elif skip_word:
                skip_word = False
            else:
                words.append(word)
            word = ""
        if kind == "redirect":
            skip_word = not text.rstrip().endswith(("&-",))
        elif kind == "continued":
            line += 1
        elif kind == "comment":
            stop = script.find("\n", at)
            at = end if stop < 0 else stop
        elif kind == "newline" or kind == "operator":
            if words:
                parts.append(_Part(words, text, began))
            elif kind == "newline" and parts and parts[-1].operator in ("&&", "||", "|"):
                pass  # the command goes on on the next line
            words = []
            skip_word = False
            if kind == "newline":
                line += 1
                if marks:
                    at, line = _after_heredocs(script, at, line, marks)
                    marks = []
    if word and not skip_word:
        words.append(word)
    if words:
        parts.append(_Part(words, "", began or line))
    return parts


def _after_heredocs(script: str, at: int, line: int, marks: list[str]) -> tuple[int, int]:
    for mark in marks:
        closing = re.compile(rf"^[ \t]*{re.escape(mark)}[ \t]*$", re.M).search(script, at)
        if closing is None:
            continue
        line += script.count("\n", at, closing.end())
        at = closing.end()
    return at, line


def _swallowed(parts: list[_Part], pipefail: bool) -> list[bool]:
    """For each part, whether its failure is taken back by the operator and command after it."""
    soft = [False] * len(parts)
    for i, part in enumerate(parts):
        if part.operator in ("|", "|&"):
            soft[i] = not pipefail
        elif part.operator == "||" and i + 1 < len(parts):
            if _forgives(parts, i + 1):
                j = i
                while j >= 0:
                    soft[j] = True
                    if j == 0 or parts[j - 1].operator != "&&":
                        break
                    j -= 1
        elif part.operator == ";" and i + 1 < len(parts) and parts[i + 1].operator in ("", "\n"):
            soft[i] = " ".join(parts[i + 1].words) in ("true", ":", "exit 0")
        elif part.operator == "&" and part.words[-1:] != ["&"]:
            soft[i] = True
    for i in range(len(parts) - 2, -1, -1):  # a pipe whose end is forgiven
        if parts[i].operator in ("|", "|&") and soft[i + 1]:
            soft[i] = True
    return soft


def _forgives(parts: list[_Part], at: int) -> bool:
    """Whether what stands after ``||`` ends well whatever happened."""
    words = parts[at].words
    if words[0] not in ("{", "("):
        return words[0] in _SWALLOW or " ".join(words[:2]) in _SWALLOW
    for part in parts[at : at + 20]:
        text = " ".join(word for word in part.words if word not in ("{", "("))
        if re.match(r"(exit|return)( [^0]|$)|false\b", text):
            return False
        if part.words[-1] in ("}", ")") or part.words[0] in ("}", ")"):
            break
    return True


def _keeps(parts: list[_Part], at: int) -> bool:
    """Whether what stands after ``||`` only sets a variable."""
    return at < len(parts) and len(parts[at].words) == 1 and _ENVIRONMENT.match(parts[at].words[0]) is not None


def unwrap(words: list[str]) -> list[str]:
    """``words`` without variables set before the command and without the programs that only start another one."""
    for _ in range(8):
        while words and _ENVIRONMENT.match(words[0]) and not words[0].startswith("=="):
            words = words[1:]
        if not words:
            return words
        first = words[0].lstrip("@") if words[0] != "@" else "@"
        if first != words[0]:
            words = [first, *words[1:]] if first else words[1:]
            continue
        if first in _PREFIX and len(words) > 1:
            words = _after_options(words[1:])
            own = _PREFIX[first]
            if words and (own > 0 or (own < 0 and words[0].isdigit())):
                words = words[1:]
            continue
        if first == "uvx" and len(words) > 1:
            return _after_options(words[1:]) or words
        if (first, words[1] if len(words) > 1 else "") in _RUNNERS:
            rest = _after_options(words[2:])
            if not rest or (
                first in ("pdm", "hatch", "pixi", "uv", "poetry", "rye") and (rest[0] in _TASKS or ":" in rest[0])
            ):
                return words
            words = rest
            continue
        return words
    return words


def _after_options(words: list[str]) -> list[str]:
    i = 0
    while i < len(words) and words[i].startswith("-") and len(words[i]) > 1:
        if words[i] == "--":
            i += 1
            break
        i += 2 if words[i] in _VALUED else 1
    return words[i:]
