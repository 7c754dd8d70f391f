"""Copies of a process share its work, and what one of them leaves undone is done here."""

from __future__ import annotations

import os
import subprocess
import threading
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from mlopslint import assess, reading
from mlopslint.cache import Cache
from mlopslint.config import Config
from mlopslint.crew import Line, Numbers, crew, may_fork
from mlopslint.filefacts import Gathered
from mlopslint.gather import Beside, gather
from mlopslint.mainline import review
from mlopslint.rules import load
from mlopslint.snapshot import open_snapshot

copies = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="processes are copied on Linux alone")


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch):
    """Copies are made of a process with one thread; those of the test runner only listen."""
    monkeypatch.setattr("mlopslint.crew.threading", SimpleNamespace(active_count=lambda: 1))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Files enough for several processes, in git."""
    for number in range(60):
        text = f"import numpy as np\n\n\ndef at_{number}(x):\n    return np.zeros({number})\n" * 20
        (tmp_path / f"module_{number}.py").write_text(text)
    (tmp_path / "broken.py").write_text("def f(:\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


@copies
def test_what_is_sent_arrives_in_order_however_much_it_is(one_thread):
    big = os.urandom(3_000_000)

    def echo(line: Line) -> None:
        while message := line.receive():
            line.send(message[::-1])

    with crew([echo, echo]) as lines:
        for line in lines:
            line.send(b"abc")
            line.send(big)
        for line in lines:
            assert line.receive() == b"cba"
            assert line.receive() == big[::-1]


@copies
def test_a_copy_that_dies_is_silent_also_beside_one_that_lives(one_thread):
    def dying(line: Line) -> None:
        line.send(b"last words")
        os._exit(9)

    def living(line: Line) -> None:
        line.receive()

    with crew([dying, living]) as lines:
        assert lines[0].receive() == b"last words"
        assert lines[0].receive() is None


@copies
def test_copies_that_are_at_work_end_with_the_block(one_thread):
    def endless(line: Line) -> None:
        line.send(str(os.getpid()).encode())
        threading.Event().wait()

    with crew([endless]) as [line]:
        told = line.receive()
    assert told is not None
    with pytest.raises(ProcessLookupError):
        os.kill(int(told), 0)


@copies
def test_each_number_is_given_once(one_thread):
    numbers = Numbers(2_000)

    def take(line: Line) -> None:
        line.send(msgspec.msgpack.encode(list(numbers)))

    with crew([take, take]) as lines:
        given = [msgspec.msgpack.decode(line.receive() or b"") for line in lines]
    assert sorted(number for some in given for number in some) == list(range(2_000))
    numbers.close()


def _facts(gathered: Gathered) -> dict[str, list[str]]:
    return {path: [repr(fact) for facts in some.values() for fact in facts] for path, some in gathered.facts.items()}


@copies
@pytest.mark.parametrize("jobs", [2, 3])
def test_several_processes_read_what_one_reads(
    one_thread, repository: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
):
    snapshot = open_snapshot(str(repository))
    alone = gather(snapshot, Cache(None), jobs=1)
    monkeypatch.setattr("mlopslint.gather.PARALLEL_FROM", 1)
    together = gather(snapshot, Cache(None), jobs=jobs)
    assert _facts(together) == _facts(alone)
    assert list(together.facts) == list(alone.facts)
    assert [error.path for error in together.errors] == ["broken.py"] and together.errors == alone.errors


def test_where_processes_cannot_be_copied_a_pool_reads_the_same(repository: Path, monkeypatch: pytest.MonkeyPatch):
    snapshot = open_snapshot(str(repository))
    alone = gather(snapshot, Cache(None), jobs=1)
    monkeypatch.setattr("mlopslint.gather.PARALLEL_FROM", 1)
    monkeypatch.setattr("mlopslint.gather.may_fork", lambda: False)
    monkeypatch.setattr("mlopslint.reading.COPIES", False)
    assert _facts(gather(snapshot, Cache(None), jobs=2)) == _facts(alone)


@copies
def test_what_a_copy_that_dies_has_taken_is_read_here(one_thread, repository: Path, monkeypatch: pytest.MonkeyPatch):
    snapshot = open_snapshot(str(repository))
    alone = gather(snapshot, Cache(None), jobs=1)
    here, read = os.getpid(), reading.extract

    def deadly(kind: str, data: bytes) -> bytes:
        if os.getpid() != here:
            os._exit(9)
        return read(kind, data)

    monkeypatch.setattr("mlopslint.gather.PARALLEL_FROM", 1)
    monkeypatch.setattr(reading, "extract", deadly)
    assert _facts(gather(snapshot, Cache(None), jobs=3)) == _facts(alone)


@copies
@pytest.mark.parametrize("kept", [False, True])
def test_a_job_beside_sees_all_that_is_gathered(
    one_thread, repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, kept: bool
):
    snapshot = open_snapshot(str(repository))
    monkeypatch.setattr("mlopslint.gather.PARALLEL_FROM", 1)
    cache = Cache(str(tmp_path_factory.mktemp("cache")))
    if kept:
        gather(snapshot, cache, jobs=1)
    here = os.getpid()

    def job(gathered: Gathered) -> tuple[bool, dict[str, list[str]]]:
        return os.getpid() != here, _facts(gathered)

    with Beside(job, tuple[bool, dict[str, list[str]]], least=10) as beside:
        gathered = gather(snapshot, cache, jobs=2, beside=beside)
        answer = beside.answer()
    assert answer == (True, _facts(gathered))
    with Beside(job, tuple[bool, dict[str, list[str]]], least=100) as beside:
        gather(snapshot, cache, jobs=2, beside=beside)
        assert beside.answer() is None


@copies
@pytest.mark.parametrize("dies", [False, True])
def test_a_report_is_the_same_with_a_copy_beside(
    one_thread, repository: Path, monkeypatch: pytest.MonkeyPatch, dies: bool
):
    (repository / "train.py").write_text("import torch\n\nmodel = torch.load('model.pt')\n")
    alone = review(str(repository), use_cache=False, jobs=1, today=date(2026, 1, 1))
    monkeypatch.setattr("mlopslint.mainline.BESIDE_FROM", 10)
    monkeypatch.setattr("mlopslint.gather.PARALLEL_FROM", 1)
    if dies:
        monkeypatch.setattr(assess, "apart", lambda *_: os._exit(9))
    beside = review(str(repository), use_cache=False, jobs=2, today=date(2026, 1, 1))
    assert alone.findings and beside.findings == alone.findings
    assert beside.assessment == alone.assessment


def test_neither_part_of_the_practices_requires_one_of_the_other():
    catalogue = load()
    mine, others = assess._divided(catalogue.practices)
    assert {practice.code for practice in (*mine, *others)} == {practice.code for practice in catalogue.practices}
    assert 20 < len(others) < len(mine)
    for part in (mine, others):
        codes = {practice.code for practice in part}
        assert all(codes.issuperset(practice.requires) for practice in part)


def test_a_practice_that_asks_across_stays_with_the_others():
    catalogue = load()
    crossing = msgspec.structs.replace(
        catalogue.practices[0], code="XYZ901", category="XYZ", requires={"TST002": "pass"}
    )
    _, others = assess._divided([*catalogue.practices, crossing])
    assert "TST002" not in {practice.code for practice in others}


def test_a_program_with_threads_is_not_copied(repository: Path):
    go = threading.Event()
    other = threading.Thread(target=go.wait)
    other.start()
    try:
        assert not may_fork()
        assert review(str(repository), use_cache=False, jobs=2, config=Config()).assessment.practices
    finally:
        go.set()
        other.join()


def test_one_content_is_read_once(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    """Copies of a file have its facts; one that cannot be read costs only itself."""
    text = (repository / "module_1.py").read_text()
    for name in ("a_copy.py", "z_copy.py"):
        (repository / name).write_text(text)
    (repository / "broken_too.py").write_text("def f(:\n")
    subprocess.run(["git", "-C", repository, "add", "."], check=True)
    alone = gather(open_snapshot(str(repository)), Cache(None), jobs=1)
    read: list[bytes] = []
    extract = reading.extract
    monkeypatch.setattr(reading, "extract", lambda kind, data: (read.append(data), extract(kind, data))[1])
    once = gather(open_snapshot(str(repository)), Cache(str(tmp_path_factory.mktemp("cache"))), jobs=1)
    assert len(read) == len(set(read)) == 61
    assert _facts(once) == _facts(alone) and once.errors == alone.errors and once.misses == 64


def test_a_copy_of_a_file_that_has_gone_is_read_itself(repository: Path, tmp_path_factory: pytest.TempPathFactory):
    (repository / "z_copy.py").write_text((repository / "module_1.py").read_text())
    subprocess.run(["git", "-C", repository, "add", "."], check=True)
    snapshot = open_snapshot(str(repository))
    (repository / "module_1.py").unlink()
    gathered = gather(snapshot, Cache(str(tmp_path_factory.mktemp("cache"))), jobs=1)
    assert "z_copy.py" in gathered.facts and "module_1.py" not in gathered.facts
    assert "module_1.py" in [error.path for error in gathered.errors]
