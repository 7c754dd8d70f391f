"""Whole-process times of mlopslint against the floor for any Python analyzer, as ratios in one run on the same tree."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

FLOOR = """
import ast, json, subprocess, sys
root = sys.argv[1]
names = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True).stdout.decode("utf-8", "surrogateescape")
for name in names.split("\\0"):
    if not name.endswith((".py", ".ipynb")):
        continue
    try:
        data = open(root + "/" + name, "rb").read()
        sources = [data]
        if name.endswith(".ipynb"):
            cells = json.loads(data).get("cells", [])
            sources = ["".join(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "code"]
    except (OSError, ValueError):
        continue
    for source in sources:
        try:
            ast.parse(source)
        except (SyntaxError, ValueError):
            pass
"""


def clock(command: list[str]) -> float:
    """Seconds of wall time of one process."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def main() -> None:
    """Time all jobs in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    root = str(options.repository.resolve())
    cache = Path(tempfile.mkdtemp(prefix="speed-"))
    tool = [sys.executable, "-m", "mlopslint"]
    scan = [*tool, "scan", root, "-f", "json", "--exit-zero", "--cache-dir", str(cache)]
    newest = subprocess.run(
        ["git", "-C", root, "log", "-1", "--format=%cs"], capture_output=True, text=True
    ).stdout.strip()
    until = date.fromisoformat(newest)
    since = until - timedelta(days=365 * 11 // 4)  # the ends of eleven quarters, and the last day
    history = [*tool, "trend", root, "--every", "quarter", "--since", str(since), "--until", newest, "--no-commits"]
    history += ["-f", "json", "--cache-dir", str(cache)]

    def empty() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir()

    times: dict[str, list[float]] = {}
    for number in range(options.runs + 1):
        empty()
        measured = {"floor": clock([sys.executable, "-c", FLOOR, root]), "cold": clock(scan), "warm": clock(scan)}
        measured["git status"] = clock(["git", "-C", root, "status", "--porcelain"])
        measured["python"] = clock([sys.executable, "-c", "pass"])
        measured["start"] = clock([*tool, "--version"])
        empty()
        measured["history"] = clock(history)
        if number:
            for name, seconds in measured.items():
                times.setdefault(name, []).append(seconds)
    shutil.rmtree(cache, ignore_errors=True)
    median = {name: statistics.median(values) for name, values in times.items()}
    print("  ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in median.items()))
    print(
        f"cold/floor {median['cold'] / median['floor']:.2f}  warm/git status {median['warm'] / median['git status']:.1f}"
        f"  start/python {median['start'] / median['python']:.1f}"
        f"  12 quarters/cold {median['history'] / median['cold']:.2f}"
    )
    if hasattr(os, "wait4"):
        process = subprocess.Popen([*scan[:-2], "--no-cache"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        print(f"peak memory of one process {usage.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
