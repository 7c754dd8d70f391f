"""Terraform and Bicep -> the resources that they declare, read by lines and braces."""

from __future__ import annotations

import re

from mlopslint.facts.text import decode, scalar, secretish
from mlopslint.patterns import late
from mlopslint.records import Fact

_BLOCK = late(
    r"^[ \t]*(resource|data|module|provider|terraform|backend|variable|output|locals|moved|import)\b"
    r'((?:[ \t]+"[^"\n]{1,200}"){0,2})[ \t]*\{'
)
_ASSIGNED = late(
    r'^[ \t]*"?([\w-]{1,100})"?[ \t]*=[ \t]*(?:"((?:[^"\\\n]|\\.){0,300})"'
    r"|(-?\d+(?:\.\d+)?|true|false)[ \t]*(?:#.*|//.*)?$)"
)
_NESTED = late(r"^[ \t]*([\w-]{1,100})(?:[ \t]+\"[^\"\n]{0,100}\")*[ \t]*=?[ \t]*\{")
_STRING = late(r'"(?:[^"\\\n]|\\.)*"')
_SCALARS = {"true": True, "false": False}


def read_terraform(data: bytes) -> list[Fact]:
    """Terraform or OpenTofu: blocks as resources, their plain attributes as keys."""
    facts: list[Fact] = []
    keys = 0
    owner = ""
    nested: list[str] = []
    depth = 0
    mark = ""
    for number, line in enumerate(decode(data)[:1_000_000].split("\n"), 1):
        stripped = line.strip()
        if mark:
            mark = "" if stripped == mark else mark
            continue
        if not stripped or stripped.startswith(("#", "//")):
            continue
        here = re.search(r"<<-?([A-Za-z_]\w{0,40})[ \t]*$", stripped)
        if depth == 0 or (depth == 1 and owner == "terraform"):
            block = _BLOCK.match(line)
            if block:
                kind = block.group(1)
                labels = re.findall(r'"([^"]*)"', block.group(2))
                if depth == 0:
                    owner = (
                        f"{kind}.{labels[0]}"
                        if labels and kind in ("module", "provider", "data")
                        else (labels[0] if labels else kind)
                    )
                    owner = f"variable.{labels[0]}" if kind == "variable" and labels else owner
                    nested = []
                if kind in ("resource", "data", "module", "provider", "backend") and labels:
                    name = labels[0] if kind in ("resource", "data") else f"{kind}:{labels[0]}"
                    value = {"platform": "terraform", "api": kind, "name": labels[-1]}
                    facts.append(Fact("resource", name, number, value))
        bare = _STRING.sub('""', stripped).partition(" #")[0].partition(" //")[0]
        opened, closed = bare.count("{"), bare.count("}")
        assigned = _ASSIGNED.match(line)
        if assigned and depth > 0 and keys < 300:
            key = ".".join([owner, *nested, assigned.group(1)])[:250]
            kept = assigned.group(2) if assigned.group(2) is not None else assigned.group(3)
            keys += 1
            hidden = secretish(assigned.group(1))
            facts.append(Fact("key", key, number, None if hidden else _SCALARS.get(kept, scalar(kept))))
        if opened > closed and depth > 0:
            inner = _NESTED.match(line)
            nested = [*nested[: depth - 1], inner.group(1) if inner else ""][:20]
        depth = max(0, depth + opened - closed)
        if opened < closed:
            nested = nested[: max(0, depth - 1)]
        if here:
            mark = here.group(1)
        if len(facts) > 5000:
            break
    return facts


_BICEP = late(r"^[ \t]*(resource|module)[ \t]+(\w{1,100})[ \t]+'([^'\n]{1,200})'")
_PROPERTY = late(r"^[ \t]*(\w{1,100}):[ \t]*(?:'([^'\n]{0,200})'|(-?\d+|true|false))[ \t]*$")


def read_bicep(data: bytes) -> list[Fact]:
    """Bicep: resources and modules, plain properties as keys of the resource above them."""
    facts: list[Fact] = []
    owner = ""
    keys = 0
    for number, line in enumerate(decode(data)[:1_000_000].split("\n"), 1):
        match = _BICEP.match(line)
        if match:
            kind, name, reference = match.groups()
            owner, _, api = reference.partition("@") if kind == "resource" else (f"module:{reference}", "", "")
            facts.append(Fact("resource", owner, number, {"platform": "bicep", "api": api, "name": name}))
            continue
        found = _PROPERTY.match(line)
        if found and owner and keys < 300:
            keys += 1
            kept = found.group(2) if found.group(2) is not None else found.group(3)
            facts.append(
                Fact(
                    "key",
                    f"{owner}.{found.group(1)}",
                    number,
                    None if secretish(found.group(1)) else _SCALARS.get(kept, scalar(kept)),
                )
            )
        if len(facts) > 5000:
            break
    return facts
