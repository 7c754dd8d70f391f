"""A real Dask cluster on loopback: the same results, and a worker that is killed in the middle loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from conftest import FIXTURES, ROOT

pytest.importorskip("distributed", reason="the extra dask is not installed")

from mlopslint.errors import MlopslintError
from mlopslint.fleet import run as fleet
from mlopslint.fleet.members import Member

Processes = list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path) -> Iterator[tuple[str, Processes]]:
    """A scheduler with two workers of one thread each: (its address, the workers' processes)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3", "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
    }  # fmt: skip
    started: Processes = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=tmp_path, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    workers = [
        start(
            "distributed.cli.dask_worker",
            address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
        )
        for _ in range(2)
    ]
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield address, workers
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def members(tmp_path_factory) -> list[Member]:
    base = tmp_path_factory.mktemp("many")
    out = []
    for n in range(24):
        folder = base / f"r{n:02}"
        shutil.copytree(FIXTURES / "levels" / f"level{n % 4}", folder)
        (folder / "NOTES.md").write_text(f"number {n}\n", encoding="utf-8")
        out.append(Member(str(folder), folder.name))
    return out


def told(done: fleet.Done) -> tuple[str, int, float | None]:
    assert done.report is not None, done.error
    return done.member.name, done.report.assessment.level, done.report.assessment.score


@pytest.mark.filterwarnings("default")
def test_a_killed_worker_loses_nothing(cluster, members, tmp_path):
    address, workers = cluster
    settings = fleet.Settings(use_cache=False)
    found = []
    for done in fleet.cluster(members, settings, address):
        found.append(told(done))
        if len(found) == 5:
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()
    assert sorted(found) == sorted(told(done) for done in fleet.local(members, settings, jobs=2))
    assert [level for _, level, _ in sorted(found)] == [n % 4 for n in range(24)]


@pytest.mark.filterwarnings("default")
def test_the_command_says_the_same_as_a_local_run(cluster, members, tmp_path):
    address, _ = cluster
    file = tmp_path / "fleet.yaml"
    file.write_text("".join(f"- {member.path}\n" for member in members[:6]) + "- none-such\n", encoding="utf-8")

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mlopslint", "fleet", str(file), "-f", "json", *more],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )

    local, remote = run(), run("--scheduler", address)
    assert (remote.returncode, remote.stdout, remote.stderr) == (local.returncode, local.stdout, local.stderr)
    assert local.returncode == 1 and local.stdout.count('"level"') > 6


def test_no_scheduler_is_one_line(members):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(MlopslintError, match=f"--scheduler tcp://127.0.0.1:{port}: ") as error:
        list(fleet.cluster(members[:1], fleet.Settings(), f"tcp://127.0.0.1:{port}"))
    assert "\n" not in str(error.value) and time.monotonic() - start < 30


def test_without_the_extra_it_is_said(members, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MlopslintError, match=r"pip install 'mlopslint\[dask\]'"):
        list(fleet.cluster(members[:1], fleet.Settings(), "tcp://127.0.0.1:1"))
