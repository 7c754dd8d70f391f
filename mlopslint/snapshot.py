"""A repository at one moment: a work tree, a commit, the index or a plain folder, all behind entries and ``read``."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from mlopslint import gitio
from mlopslint.digest import digest
from mlopslint.errors import MlopslintError
from mlopslint.patterns import late
from mlopslint.records import Entry, FileError, Repository

if TYPE_CHECKING:
    import subprocess

#: Folders that are never a project's own: version control, environments, caches and build trees.
_SKIPPED = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "env",
        "virtualenv",
        ".tox",
        ".nox",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        ".eggs",
        "site-packages",
        ".idea",
        ".vscode-test",
        ".terraform",
        ".cache",
    ]
)
_INDEX_LINE = late(
    rb"(\d{6}) ([0-9a-f]{40,64}) (\d)\t([^\0]+)\0  ctime: \d+:\d+\n  mtime: (\d+):(\d+)\n  dev: [^\n]*\n  uid: [^\n]*\n"
    rb"  size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_SKIP_WORKTREE = 1 << 30

Read = Callable[[Sequence[Entry]], Iterator[tuple[Entry, bytes | None, str]]]


@dataclass(frozen=True)
class Snapshot:
    """The entries of a repository and a way to read them: ``read(entries)`` yields (entry, bytes or None, reason)."""

    entries: tuple[Entry, ...]
    repository: Repository
    read: Read
    root: str
    errors: tuple[FileError, ...] = ()
    notices: tuple[str, ...] = ()
    git: bool = False
    shallow: bool = False
    tags: tuple[str, ...] = ()
    local: bool = False  #: ``read`` opens files, and may be called by several processes side by side
    temporary: object = field(default=None, repr=False)


def blob_id(data: bytes, like: str = "") -> str:
    """The id that git would give to this content (SHA-256 where ``like`` is one)."""
    head = b"blob %d\0" % len(data)
    return digest("sha256" if len(like) == 64 else "sha1", head + data)


def printable(name: bytes) -> str:
    """A file name as text that can always be written: odd bytes become ``\\xNN``."""
    return name.decode("utf-8", "backslashreplace")


def open_snapshot(path: str, rev: str | None = None, staged: bool = False) -> Snapshot:
    """The repository at ``path`` (a folder, a work tree, a bare repository or a git URL) at one moment.

    Raises MlopslintError when there is nothing to read.
    """
    if looks_like_url(path):
        return _clone(path, rev)
    if not os.path.isdir(path):
        what = "is not a folder" if os.path.exists(path) else "does not exist"
        raise MlopslintError(f"{path}: {what}; give a folder, a git repository or a git URL")
    folder = os.path.realpath(path)
    try:
        top = gitio.run(folder, "rev-parse", "--show-toplevel", "--show-prefix", "--git-path", "index")
        bare = None if top is not None else gitio.run(folder, "rev-parse", "--is-bare-repository", "--absolute-git-dir")
    except FileNotFoundError:
        if rev or staged:
            raise MlopslintError("there is no git program; --rev and --staged need one") from None
        return _folder(folder, ("git is not installed: read as a plain folder",))
    if top is not None:
        lines = top.decode("utf-8", "surrogateescape").split("\n")
        root, prefix, index = lines[0], lines[1], os.path.join(folder, lines[2])
        if rev is not None:
            return _commit(root, rev, prefix)
        if staged:
            return _index(root, prefix)
        return _work_tree(root, prefix, index)
    if bare is not None and bare.startswith(b"true"):
        return _commit(folder, rev or "HEAD", "")
    if rev or staged:
        raise MlopslintError(f"{path}: not a git repository; --rev and --staged need one")
    notices: tuple[str, ...] = ()
    if os.path.exists(os.path.join(folder, ".git")):
        notices = ("the .git folder is damaged: read as a plain folder",)
    return _folder(folder, notices)


def looks_like_url(path: str) -> bool:
    """Whether ``path`` names a remote repository rather than a folder."""
    return bool(re.match(r"^(https?|ssh|git|file)://|^[\w.-]+@[\w.-]+:", path)) and not os.path.exists(path)


# -- facts about the repository itself -----------------------------------------------------------------------------------


def without_credentials(url: str) -> str:
    """A remote's URL without user, password or token; a local path is reduced to its last part."""
    match = re.match(r"^([a-z+]+://)(?:[^@/]*@)?(.*)$", url)
    if match:
        if match.group(1) == "file://":
            return ""
        return match.group(1) + match.group(2)
    if re.match(r"^[\w.-]+@[\w.-]+:", url):
        return url
    return ""


class _Origin(NamedTuple):
    """What all commits of a repository share."""

    name: str
    remote: str | None
    shallow: bool
    tags: tuple[tuple[str, int], ...]  #: name and time of creation (seconds), at most 1,000


_ORIGIN = (
    ("config", "--get-regexp", r"^remote\..*\.url$"),
    ("for-each-ref", "--count=1000", "--format=%(creatordate:unix) %(refname:short)", "refs/tags"),
)


def _origin(root: str, prefix: str, processes: Sequence[subprocess.Popen[bytes]] = ()) -> _Origin:
    remotes, tags = (
        (gitio.finish(process) or b"").decode("utf-8", "replace").splitlines()
        for process in (processes or [gitio.start(root, *arguments) for arguments in _ORIGIN])
    )
    url = ""
    for line in remotes:
        key, _, value = line.partition(" ")
        if not url or key == "remote.origin.url":
            url = without_credentials(value)
    shallow = os.path.exists(os.path.join(root, ".git", "shallow")) or os.path.exists(os.path.join(root, "shallow"))
    name = re.sub(r"\.git$", "", url.rstrip("/")).replace(":", "/").rpartition("/")[2] or _name(root)
    if prefix:
        name += "/" + prefix.rstrip("/")
    dated = (line.partition(" ") for line in tags)
    return _Origin(
        name, url or None, shallow, tuple((tag, int(when) if when.isdigit() else 0) for when, _, tag in dated)
    )


def _describe(root: str, prefix: str) -> Callable[[], tuple[Repository, bool, tuple[str, ...]]]:
    """Asks git at once, and gives a function that waits for the answers: name, commit, branch and remote of what is
    checked out; whether the clone is shallow; its tags."""
    log = gitio.start(root, "log", "-1", "--no-show-signature", "--format=%H%n%cI", "HEAD", "--")
    branch = gitio.start(root, "symbolic-ref", "--short", "-q", "HEAD")
    processes = [gitio.start(root, *arguments) for arguments in _ORIGIN]

    def answer() -> tuple[Repository, bool, tuple[str, ...]]:
        origin = _origin(root, prefix, processes)
        commit = (gitio.finish(log) or b"").decode("ascii", "replace").split("\n")
        head = (gitio.finish(branch) or b"").decode("utf-8", "replace").strip()
        repository = Repository(
            name=origin.name,
            revision=commit[0] if len(commit) > 1 else None,
            branch=head or None,
            remote=origin.remote,
            committed_at=commit[1] if len(commit) > 1 else None,
        )
        return repository, origin.shallow, tuple(tag for tag, _ in origin.tags)

    return answer


def _name(root: str) -> str:
    name = os.path.basename(root.rstrip("/\\"))
    if name in (".git", "repo", "repository"):
        name = os.path.basename(os.path.dirname(root.rstrip("/\\")))
    return re.sub(r"\.git$", "", name) or "repository"


# -- sources ----------------------------------------------------------------------------------------------------------------


def _work_tree(root: str, prefix: str, index: str) -> Snapshot:
    scope = ("--", prefix) if prefix else ()
    tracked = gitio.start(root, "ls-files", "-z", "-s", "--debug", *scope)
    others = gitio.start(root, "ls-files", "-z", "-o", "--exclude-standard", *scope)
    staged = gitio.start(root, "diff-index", "--cached", "--quiet", "HEAD", "--")
    described = _describe(root, prefix)
    listing = gitio.finish(tracked)
    if listing is None:
        gitio.finish(others), staged.communicate(), described()
        return _folder(os.path.join(root, prefix), ("git's index cannot be read: read as a plain folder",))
    try:
        written = os.stat(index).st_mtime_ns
    except OSError:
        written = 0
    cut = len(prefix.encode("utf-8", "surrogateescape"))
    base = os.fsencode(root)
    entries: dict[str, Entry] = {}
    raw: dict[str, bytes] = {}
    absent: list[Entry] = []
    dirty = False
    for found in _INDEX_LINE.finditer(listing):
        mode, oid, _stage, name, seconds, nanoseconds, size, flags = found.groups()
        path = printable(name[cut:])
        object_id = oid.decode()
        if mode == b"160000":
            entries[path] = Entry(path, object_id, -1, "submodule")
            continue
        full = os.path.join(base, name)
        try:
            status = os.lstat(full)
        except OSError:
            if int(flags, 16) & _SKIP_WORKTREE:
                entry = Entry(path, object_id, int(size), "file")
                absent.append(entry)
                entries[path] = entry
            else:
                dirty = True  # deleted in the work tree
            continue
        if stat.S_ISLNK(status.st_mode):
            entries[path] = Entry(path, object_id, status.st_size, "link")
            continue
        if not stat.S_ISREG(status.st_mode):
            continue
        unchanged = (
            status.st_size == int(size)
            and status.st_mtime_ns == int(seconds) * 1_000_000_000 + int(nanoseconds)
            and status.st_mtime_ns < written
        )
        if path.encode("utf-8", "replace") != name[cut:]:
            raw[path] = full
        if not unchanged:
            known: str | None = None
            if status.st_size < 64_000_000:
                try:
                    with open(full, "rb") as stream:
                        known = blob_id(stream.read(), object_id)
                except OSError:
                    known = None
            dirty = dirty or known != object_id
            object_id = known or ""
        entries[path] = Entry(path, object_id or None, status.st_size, "file")
    for name in (gitio.finish(others) or b"").split(b"\0"):
        if not name or any(part in _SKIPPED for part in printable(name).split("/")[:-1]):
            continue
        path = printable(name[cut:])
        full = os.path.join(base, name)
        try:
            status = os.lstat(full)
        except OSError:
            continue
        if path.encode("utf-8", "replace") != name[cut:]:
            raw[path] = full
        if stat.S_ISLNK(status.st_mode):
            entries[path] = Entry(path, None, status.st_size, "link")
        elif stat.S_ISREG(status.st_mode):
            entries[path] = Entry(path, None, status.st_size, "file")
    staged.communicate()
    dirty = dirty or staged.returncode == 1
    repository, shallow, tags = described()
    from_disk = _disk_reader(os.path.join(root, prefix), raw)
    from_git = _object_reader(root)
    lost = {entry.path for entry in absent}

    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        yield from from_disk([entry for entry in wanted if entry.path not in lost])
        if lost:
            yield from from_git([entry for entry in wanted if entry.path in lost])

    return Snapshot(
        _ordered(entries), msgspec.structs.replace(repository, dirty=dirty), read, os.path.join(root, prefix),
        git=True, shallow=shallow, tags=tags, local=True,
    )  # fmt: skip


def _commit(root: str, rev: str, prefix: str) -> Snapshot:
    if rev.startswith("-"):
        raise MlopslintError(f"--rev {rev}: not a revision")
    resolved = gitio.run(root, "rev-parse", "--verify", "-q", f"{rev}^{{commit}}")
    if resolved is None:
        if rev == "HEAD":
            if gitio.run(root, "rev-parse", "--git-dir") is not None:
                return Snapshot(
                    (), Repository(_name(root)), _object_reader(root), root, git=True, notices=("no commit yet",)
                )
        raise MlopslintError(f"--rev {rev}: no such commit in this repository")
    commit = resolved.decode().strip()
    origin = _origin(root, prefix)
    found = next(_at_commits(root, prefix, origin, [commit]))
    if rev != "HEAD":
        return found
    head = (gitio.run(root, "symbolic-ref", "--short", "-q", "HEAD") or b"").decode("utf-8", "replace").strip()
    # every tag counts at the present, also one that a wrong clock dates behind it
    tags = tuple(tag for tag, _ in origin.tags)
    return replace(found, repository=msgspec.structs.replace(found.repository, branch=head or None), tags=tags)


def commits_of(path: str) -> Callable[[Sequence[str]], Iterator[Snapshot]]:
    """A function that opens the repository at ``path`` (a work tree or a bare one) at each of the commits (full ids) it is given.

    What the commits share is read once. It raises MlopslintError where a commit or its tree cannot be read.
    """
    folder = os.path.realpath(path)
    top = gitio.run(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    root, prefix = (top.decode("utf-8", "surrogateescape").split("\n")[:2]) if top is not None else (folder, "")
    return partial(_at_commits, root, prefix, _origin(root, prefix))


def _at_commits(root: str, prefix: str, origin: _Origin, revs: Sequence[str]) -> Iterator[Snapshot]:
    logged: list[str] = []
    for start in range(0, len(revs), 500):  # as many as fit a command line
        some = revs[start : start + 500]
        out = gitio.run(root, "log", "--no-walk=unsorted", "--no-show-signature", "--format=%H %ct %cI", *some, "--")
        if out is None:
            raise MlopslintError("these commits cannot be read (a partial, shallow or damaged clone)")
        logged += out.decode("ascii", "replace").splitlines()
    for line in logged:
        commit, seconds, committed_at = line.split(" ")
        entries = {
            name: Entry(name, oid, size, _MODES.get(mode, "file"))
            for mode, oid, name, size in _tree(root, commit, prefix)
        }
        repository = Repository(origin.name, commit, None, False, origin.remote, committed_at)
        yield Snapshot(
            _ordered(entries), repository, _object_reader(root), root,
            git=True, shallow=origin.shallow, tags=tuple(tag for tag, made in origin.tags if made <= int(seconds)),
        )  # fmt: skip


_MODES: dict[str, Literal["file", "link", "submodule"]] = {"160000": "submodule", "120000": "link"}


def _tree(root: str, commit: str, prefix: str) -> list[tuple[str, str, str, int]]:
    """Mode, object id, path and size (-1 where the object is missing) of everything in the tree of a commit.

    Raises MlopslintError when the tree cannot be read.
    """
    scope = ("--", prefix) if prefix else ()
    command = ("ls-tree", "-r", "-z", "--full-tree")
    # git gives up on sizes where an object is missing, as in a partial clone
    with_sizes = gitio.run(root, *command, "-l", commit, *scope)
    tree = with_sizes if with_sizes is not None else gitio.run(root, *command, commit, *scope)
    if tree is None:
        raise MlopslintError(f"the tree of commit {commit[:10]} cannot be read (a partial or damaged clone)")
    cut = len(prefix.encode("utf-8", "surrogateescape"))
    found = []
    for line in tree.split(b"\0"):
        if line:
            head, _, name = line.partition(b"\t")
            mode, _, oid, *size = head.decode("ascii").split()
            found.append((mode, oid, printable(name[cut:]), int(size[0]) if size and size[0].isdigit() else -1))
    if with_sizes is None:
        known = gitio.sizes(root, [oid for mode, oid, _, _ in found if mode != "160000"])
        return [(mode, oid, path, known.get(oid, -1)) for mode, oid, path, _ in found]
    return found


def _index(root: str, prefix: str) -> Snapshot:
    index = os.environ.get("GIT_INDEX_FILE")
    process = gitio.start(root, "ls-files", "-z", "-s", *(("--", prefix) if prefix else ()), index=index)
    listing = gitio.finish(process)
    if listing is None:
        raise MlopslintError("git's index cannot be read")
    listed = []
    cut = len(prefix.encode("utf-8", "surrogateescape"))
    for line in listing.split(b"\0"):
        if line:
            head, _, name = line.partition(b"\t")
            mode, oid, _ = head.decode().split(" ")
            listed.append((mode, oid, printable(name[cut:])))
    return _from_objects(root, "HEAD", prefix, listed)


def _from_objects(root: str, rev: str, prefix: str, listed: list[tuple[str, str, str]]) -> Snapshot:
    known = gitio.sizes(root, [oid for mode, oid, _ in listed if mode != "160000"])
    entries: dict[str, Entry] = {}
    for mode, oid, path in listed:
        entries[path] = Entry(path, oid, known.get(oid, -1), _MODES.get(mode, "file"))
    repository, shallow, tags = _describe(root, prefix)()
    return Snapshot(_ordered(entries), repository, _object_reader(root), root, git=True, shallow=shallow, tags=tags)


def _folder(folder: str, notices: Sequence[str] = ()) -> Snapshot:
    entries: dict[str, Entry] = {}
    errors: list[FileError] = []
    raw: dict[str, bytes] = {}
    base = os.fsencode(folder)
    stack = [b""]
    while stack:
        inner = stack.pop()
        try:
            with os.scandir(os.path.join(base, inner) if inner else base) as items:
                found = list(items)
        except OSError as error:
            errors.append(FileError(printable(inner) or ".", f"cannot be listed: {error.strerror}"))
            continue
        if inner and any(item.name == b"pyvenv.cfg" for item in found):
            continue
        for item in found:
            name = inner + b"/" + item.name if inner else item.name
            path = printable(name)
            try:
                if item.is_symlink():
                    entries[path] = Entry(path, None, 0, "link")
                elif item.is_dir(follow_symlinks=False):
                    if printable(item.name) not in _SKIPPED:
                        stack.append(name)
                elif item.is_file(follow_symlinks=False):
                    entries[path] = Entry(path, None, item.stat(follow_symlinks=False).st_size, "file")
                    if path.encode("utf-8", "replace") != name:
                        raw[path] = os.path.join(base, name)
            except OSError as error:
                errors.append(FileError(path, f"cannot be read: {error.strerror}"))
    return Snapshot(
        _ordered(entries),
        Repository(_name(folder)),
        _disk_reader(folder, raw),
        folder,
        tuple(errors),
        tuple(notices),
        local=True,
    )


class _Temporary:
    """A folder that goes with the last reference to it."""

    def __init__(self, path: str) -> None:
        import shutil
        import weakref

        self.path = path
        self.remove = weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)


def _clone(url: str, rev: str | None) -> Snapshot:
    """A shallow clone in a temporary folder that is removed with the snapshot."""
    import tempfile

    import git

    if url.startswith("-"):
        raise MlopslintError(f"{url}: not a URL")
    temporary = _Temporary(tempfile.mkdtemp(prefix="mlopslint-"))
    folder = os.path.join(temporary.path, "repository")
    try:
        options = ["--no-checkout"] if rev else ["--no-checkout", "--depth=1"]
        git.Repo.clone_from(url, folder, env={"GIT_TERMINAL_PROMPT": "0"}, multi_options=options)
    except git.GitCommandError as error:
        temporary.remove()
        detail = (error.stderr or "").strip().splitlines()
        reason = detail[-1].replace("stderr:", "").strip(" '") if detail else "git clone failed"
        raise MlopslintError(f"{without_credentials(url) or url}: cannot be cloned: {reason}") from None
    found = _commit(folder, rev or "HEAD", "")
    return replace(found, temporary=temporary)


# -- reading ----------------------------------------------------------------------------------------------------------------


def _disk_reader(root: str, raw: dict[str, bytes]) -> Read:
    """Reads regular files below ``root``; never through a symbolic link, not even one among the parent folders."""
    base = os.fsencode(root)
    real = os.path.realpath(base)
    inside: dict[bytes, bool] = {}
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        for entry in wanted:
            full = raw.get(entry.path) or os.path.join(base, os.fsencode(entry.path))
            parent = os.path.dirname(full)
            within = inside.get(parent)
            if within is None:
                where = os.path.realpath(parent)
                within = inside[parent] = where == real or where.startswith(
                    real.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
                )
            if not within:
                yield entry, None, "lies behind a symbolic link that leaves the repository"
                continue
            try:
                handle = os.open(full, flags)
                with open(handle, "rb") as stream:
                    yield entry, stream.read(), ""
            except OSError as error:
                yield entry, None, f"cannot be read: {error.strerror}"

    return read


def _object_reader(root: str) -> Read:
    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        present = [entry for entry in wanted if entry.oid and entry.size >= 0]
        for entry in wanted:
            if not entry.oid or entry.size < 0:
                yield entry, None, "its object is missing from this clone (partial or damaged)"
        for entry, (_, data) in zip(present, gitio.blobs(root, [entry.oid or "" for entry in present]), strict=False):
            yield entry, data, "" if data is not None else "its object is missing from this clone (partial or damaged)"

    return read


def _ordered(entries: dict[str, Entry]) -> tuple[Entry, ...]:
    return tuple(entries[path] for path in sorted(entries))


def paths_below(entries: Iterable[Entry], folder: str) -> list[Entry]:
    """The entries below ``folder`` (without trailing slash)."""
    head = folder.rstrip("/") + "/"
    return [entry for entry in entries if entry.path.startswith(head)]
