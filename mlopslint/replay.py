"""Answering an unchanged tree before anything is imported: what a run printed is kept under all that it depended on.

The state of a work tree is read from git's own index, as ``git status`` does: a file whose size and time stand in the index unchanged has
the content that the index names. Anything unusual (untracked files, a newer index format, a linked work tree, another system) means that
there is nothing to replay, and the run goes its ordinary way.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SKIP = (
    "-o",
    "--output",
    "--baseline",
    "--update-baseline",
    "--no-cache",
    "--rev",
    "--staged",
    "--config",
    "--against",
    "--verbose-errors",
)
_CONFIGURATIONS = ("mlopslint.toml", ".mlopslint.toml", ".mlopslint.yaml", ".mlopslint.yml", "pyproject.toml")


def folder(arguments: list[str]) -> str | None:
    """The cache folder of this run, found without importing anything."""
    for place, argument in enumerate(arguments):
        if argument == "--cache-dir" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--cache-dir="):
            return argument.partition("=")[2]
    given = os.environ.get("MLOPSLINT_CACHE_DIR")
    if given:
        return given
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "mlopslint")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "mlopslint")


def key(arguments: list[str]) -> str | None:
    """A digest of everything that this run's output depends on; None where that cannot be known cheaply."""
    if arguments[:1] != ["scan"] or not hasattr(os, "posix_spawnp") or sys.stdout.isatty():
        return None
    if any(argument.partition("=")[0] in _SKIP for argument in arguments):
        return None
    path = _path(arguments[1:])
    if path is None:
        return None
    root = os.path.realpath(path)
    git = os.path.join(root, ".git")
    if not os.path.isdir(git):
        return None
    try:
        untracked = _untracked(root)
        state = _state(root, git)
        program = _program()  # git goes on meanwhile
        if untracked() or state is None:
            return None
    except OSError:
        return None
    import time

    try:
        from _blake2 import blake2b  # hashlib would load OpenSSL first
    except ImportError:
        from hashlib import blake2b

    names = (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "TERM",
        "PYTHONIOENCODING",
        "LANG",
        "LC_ALL",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "SOURCE_DATE_EPOCH",
    )
    parts = [
        *arguments,
        root,
        time.strftime("%Y-%m-%d"),
        sys.version,
        *(os.environ.get(name, "") for name in names),
        program,
    ]
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=20)
    for part in state:
        digest.update(part)
    return digest.hexdigest()


def _path(arguments: list[str]) -> str | None:
    """The repository that the arguments name; None where that is not plain to see."""
    with_value = {"-f", "--format", "--fail-under", "--min-level", "--gate", "--model", "--select", "--extend-select"}
    with_value |= {"--ignore", "--jobs", "-j", "--cache-dir"}
    found: list[str] = []
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in with_value:
            skip = True
        elif not argument.startswith("-"):
            found.append(argument)
    return found[0] if len(found) == 1 else "." if not found else None


def _state(root: str, git: str) -> list[bytes] | None:
    """The bytes of git's files that say what is checked out, once every tracked file is seen to be unchanged."""
    from struct import Struct

    entry = Struct(">8xII8xI8xI").unpack_from  # when it was changed, its mode and its size
    index = os.path.join(git, "index")
    written = os.stat(index).st_mtime_ns
    with open(index, "rb") as stream:
        data = stream.read()
    config = _bytes(os.path.join(git, "config"))
    if data[:4] != b"DIRC" or data[4:8] not in (b"\0\0\0\2",) or b"objectformat" in config.lower():
        return None
    at = 12
    base = os.fsencode(root) + b"/"
    for _ in range(int.from_bytes(data[8:12], "big")):
        seconds, nanoseconds, mode, size = entry(data, at)
        length = int.from_bytes(data[at + 60 : at + 62], "big") & 0xFFF
        end = data.index(b"\0", at + 62) if length == 0xFFF else at + 62 + length
        if mode >> 12 != 0o16:  # a submodule is not entered
            status = os.lstat(base + data[at + 62 : end])
            time = seconds * 1_000_000_000 + nanoseconds
            if status.st_mtime_ns != time or status.st_size & 0xFFFFFFFF != size or time >= written:
                return None
        at += (end - at + 8) // 8 * 8
    if data[at : at + 4] == b"link":
        return None
    settings = [_bytes(os.path.join(root, name)) for name in _CONFIGURATIONS]  # git may ignore them
    if any(b"ratchet" in text or b"rules" in text for text in settings if b"mlopslint" in text or b"gate" in text):
        return None  # these name files of which the index knows nothing
    head = _bytes(os.path.join(git, "HEAD"))
    parts = [
        data,
        config,
        *settings,
        head,
        _bytes(os.path.join(git, "packed-refs")),
        _bytes(os.path.join(git, "shallow")),
    ]
    if head.startswith(b"ref: "):
        parts.append(_bytes(os.path.join(git, os.fsdecode(head[5:].strip()))))
    tags = os.path.join(git, "refs", "tags")
    if os.path.isdir(tags):
        for place, _, names in sorted(os.walk(tags)):
            parts.append("\n".join([place, *sorted(names)]).encode("utf-8", "surrogateescape"))
    return parts


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def _untracked(root: str) -> Callable[[], bool]:
    """Start git's listing of untracked files; the function that is returned waits for it (true where there are some)."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false"]
    readable, writable = os.pipe()
    arguments = ["git", *safe, "-C", root, "ls-files", "-z", "-o", "--exclude-standard"]
    actions = [(os.POSIX_SPAWN_DUP2, writable, 1), (os.POSIX_SPAWN_CLOSE, readable)]
    process = os.posix_spawnp("git", arguments, variables, file_actions=actions)
    os.close(writable)

    def wait() -> bool:
        with open(readable, "rb") as stream:
            some = stream.read()
        _, status = os.waitpid(process, 0)
        return bool(some) or status != 0

    return wait


def _program() -> str:
    """Sizes and times of all program, rule and template files."""
    parts = []
    package = os.path.dirname(os.path.abspath(__file__))
    pending = [package, *(os.path.join(os.path.dirname(package), name) for name in ("rules", "report_templates"))]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != "__pycache__":
                            pending.append(entry.path)
                    else:
                        status = entry.stat()
                        parts.append(f"{entry.path}:{status.st_size}:{status.st_mtime_ns}")
        except OSError:
            continue
    return "\n".join(parts)


def play(arguments: list[str]) -> int | None:
    """Print what the same run printed before, and return its exit code; None when there is nothing to replay."""
    name = key(arguments)
    place = folder(arguments)
    if name is None or place is None:
        return None
    data = _bytes(os.path.join(place, "replay", name))
    head, mark, rest = data.partition(b"\n")
    if not mark or not head.isdigit():
        return None
    errors, mark, out = rest.partition(b"\0")
    if not mark:
        return None
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()
    sys.stderr.buffer.write(errors)
    sys.stderr.buffer.flush()
    return int(head)


def keep(arguments: list[str], name: str | None, code: int, out: str, errors: str) -> None:
    """Remember a run whose state was ``name`` when it began, if it still is; at most 64 runs are kept."""
    place = folder(arguments)
    if name is None or place is None or "\0" in errors or key(arguments) != name:
        return
    where = os.path.join(place, "replay")
    try:
        os.makedirs(where, exist_ok=True)
        kept = sorted((entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(where))
        for _, path in kept[:-63]:
            os.remove(path)
        temporary = os.path.join(where, f".{os.getpid()}")
        with open(temporary, "wb") as stream:
            stream.write(
                b"%d\n" % code
                + errors.encode("utf-8", "backslashreplace")
                + b"\0"
                + out.encode("utf-8", "backslashreplace")
            )
        os.replace(temporary, os.path.join(where, name))
    except OSError:
        pass
