"""Jenkinsfile -> facts, by patterns: what it says in Groovy beyond its usual words is not followed."""

from __future__ import annotations

import re

from mlopslint.facts.ci_base import cron, image, job_value, script, trigger, where
from mlopslint.facts.text import decode, fold
from mlopslint.patterns import late
from mlopslint.records import Fact

_EVENT = late(
    r"""\bstage\s*\(\s*(?:name\s*:\s*)?(['"])(?P<stage>[^'"\n]{1,200})\1
    |\b(?P<shell>sh|bat|powershell|pwsh)\s*\(?\s*(?P<named>(?:[a-zA-Z]+\s*:\s*[\w'"]+\s*,\s*)*(?:script\s*:)?)\s*
       (?P<body>\"\"\"(?:[^\\]|\\.){0,20000}?\"\"\"|'''(?:[^\\]|\\.){0,20000}?'''|"(?:[^"\\\n]|\\.){0,4000}"|'(?:[^'\\\n]|\\.){0,4000}')
       (?P<after>[^)\n]{0,200})
    |\bcron\s*\(\s*(['"])(?P<cron>[^'"\n]{1,200})['"]
    |\bpollSCM\s*\(\s*(['"])(?P<poll>[^'"\n]{1,200})['"]
    |\b(?P<push>githubPush|gitlab|bitbucketPush|genericTrigger|GenericTrigger|upstream)\s*\(
    |\bimage\s*\(?\s*(['"])(?P<image>[^'"\n]{1,300})['"]
    |\bdocker\.image\s*\(\s*(['"])(?P<inside>[^'"\n]{1,300})['"]
    |\b(?P<build>docker\.build)\s*\(\s*(['"])(?P<tag>[^'"\n]{1,300})['"]
    |\b(?P<input>input)(?:\s*\(|\s+message|\s*\{|\s+['"])
    |\b(?P<soft>catchError|warnError)\s*\([^)\n]{0,200}\)\s*\{
    |\bbuild\s*\(?\s*(?:job\s*:)\s*(['"])(?P<job>[^'"\n]{1,200})['"]
    |\blibrary\s*\(?\s*(['"])(?P<library>[^'"\n]{1,200})['"]|@Library\(\s*['"](?P<annotated>[^'"\n]{1,200})['"]
    |(?P<open>\{)|(?P<close>\})""",
    re.X | re.S,
)
_COMMENT = late(
    r"(\"\"\"(?s:.)*?\"\"\"|'''(?s:.)*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|/\*(?s:.)*?\*/|//[^\n]*"
)


def read_jenkins(data: bytes) -> list[Fact]:
    """A declarative or scripted pipeline of Jenkins."""
    text = decode(data)[:400_000]
    text = _COMMENT.sub(lambda m: m.group(1) or re.sub(r"[^\n]", " ", m.group(0)), text)
    facts = [Fact("ci", "jenkins", 1, {"name": ""})]
    stage, depth, line, at = "", 0, 1, 0
    soft_until: list[int] = []
    post_at = -1
    for total, match in enumerate(_EVENT.finditer(text)):
        if total > 20_000 or len(facts) > 3000:
            break
        line += text.count("\n", at, match.start())
        at = match.start()
        found = match.groupdict()
        if found["open"]:
            depth += 1
            if post_at < 0 and re.search(r"\bpost\s*$", text[max(0, match.start() - 20) : match.start()]):
                post_at = depth
        elif found["close"]:
            if soft_until and soft_until[-1] == depth:
                soft_until.pop()
            if post_at == depth:
                post_at = -1
            depth -= 1
        elif found["soft"]:
            depth += 1
            soft_until.append(depth)
        elif found["stage"]:
            stage = found["stage"]
            facts.append(Fact("ci-job", stage, line, job_value()))
        elif found["shell"]:
            around = f"{found['named']}{found['after']}"
            soft = bool(soft_until) or post_at >= 0 or "returnStatus" in around
            body = found["body"]
            quotes = 3 if body[:3] in ('"""', "'''") else 1
            inner = body[quotes:-quotes].replace("\\\\", "\\") if quotes == 3 else body[1:-1].replace('\\"', '"')
            start = line + text.count("\n", match.start(), match.start("body"))
            facts += script(inner, start, where(stage, "post" if post_at >= 0 else "", soft))
        elif found["cron"]:
            facts += cron(found["cron"], line, "pipeline")
        elif found["poll"] or found["push"]:
            facts.append(trigger("workflow_run" if found["push"] == "upstream" else "push", line))
        elif found["image"] or found["inside"]:
            facts += image(found["image"] or found["inside"], line, job=stage)
        elif found["build"]:
            facts.append(Fact("command", fold(f"docker build -t {found['tag']}"), line, where(stage)))
        elif found["input"]:
            facts.append(Fact("ci-job", f"{stage or 'input'}: approval", line, job_value(manual=True)))
        elif found["job"]:
            facts.append(Fact("action", f"job:{found['job']}"[:200], line, where(stage)))
        elif found["library"] or found["annotated"]:
            facts.append(Fact("action", f"library:{found['library'] or found['annotated']}"[:200], line, where("")))
    if not any(fact.kind == "ci-trigger" for fact in facts) and len(facts) > 1:
        facts.append(trigger("push", 0, assumed=True))  # what Jenkins is set up to do is not in the file
    return facts
