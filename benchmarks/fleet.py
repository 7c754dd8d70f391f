"""``fleet`` over repositories made from the fixtures: throughput with 1 and 2 workers, locally and on a Dask cluster, and memory.

    python benchmarks/fleet.py [--repositories 200] [--runs 3]

Every repository differs from all others in each of its Python files, so that no cache helps one by another. Ratios are of one run.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make(base: Path, count: int) -> Path:
    """The repositories and their list."""
    sources = sorted(path for path in (ROOT / "fixtures" / "levels").iterdir() if path.is_dir())
    lines = []
    for n in range(count):
        folder = base / f"repository-{n:03}"
        shutil.copytree(sources[n % len(sources)], folder)
        for file in folder.rglob("*.py"):
            file.write_text(f"# variation {n}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
        for command in (
            ["init", "-q"],
            ["add", "-A", "-f"],
            ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "first"],
        ):
            subprocess.run(["git", "-C", str(folder), *command], check=True)
        lines.append(f"- {{path: {folder.name}, team: team {n % 7}}}\n")
    file = base / "fleet.yaml"
    file.write_text("".join(lines), encoding="utf-8")
    return file


def clock(command: list[str]) -> float:
    """Seconds of wall time of one process; it must succeed."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler on loopback with so many workers of one thread each."""
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--no-dashboard",
            ],
            **quiet,
        )
    ]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    with tempfile.TemporaryDirectory() as folder:
        started += [subprocess.Popen([*worker, "--local-directory", folder], **quiet) for _ in range(workers)]
        try:
            with Client(address, timeout=60, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
            yield address
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def main() -> None:
    """Time all jobs in turn and print medians, throughput and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fleet-") as base:
        file = make(Path(base), options.repositories)
        small = Path(base) / "small.yaml"
        small.write_text(
            "".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[: options.repositories // 8]),
            encoding="utf-8",
        )
        tool = [sys.executable, "-m", "mlopslint", "fleet", "--no-cache", "-q", "--site", f"{base}/site"]
        clock([*tool, str(small), "--jobs", "2"])
        few = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        times: dict[str, list[float]] = {"local, 2": [clock([*tool, str(file), "--jobs", "2"])]}
        many = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        for _ in range(options.runs):
            for workers in (1, 2):
                times.setdefault(f"local, {workers}", []).append(clock([*tool, str(file), "--jobs", str(workers)]))
            for workers in (1, 2):
                with cluster(workers) as address:
                    times.setdefault(f"Dask, {workers}", []).append(clock([*tool, str(file), "--scheduler", address]))
    base_time = statistics.median(times["local, 1"])
    print(f"{options.repositories} repositories, {options.runs} runs, with a site of all pages and no cache")
    for name, found in times.items():
        middle = statistics.median(found)
        print(
            f"{name} worker(s): {middle:6.1f} s  {options.repositories / middle:5.1f} a second  x {base_time / middle:.2f}"
        )
    print(
        f"largest process of a local run: {few // 1024} MB with {options.repositories // 8} repositories, {many // 1024} MB with {options.repositories}"
    )


if __name__ == "__main__":
    main()
