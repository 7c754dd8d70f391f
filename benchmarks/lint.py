"""``lint`` against its neighbours on the same files, as ratios in one run: TorchFix, dslinter under pylint, pynblint.

    python benchmarks/lint.py REPOSITORY [--torchfix PROGRAM] [--pylint PROGRAM] [--pynblint PROGRAM] [--runs 3]

Each neighbour is given by the path of its program, in an environment of its own; those that are left out are not timed. mlopslint runs with
all rules on and no cache.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Files = list[str]


def clock(command: list[str], timeout: float = 1_800) -> float:
    """Seconds of wall time of one process; its result does not matter, but that it did not die of an error of its own does."""
    started = time.perf_counter()
    # not from the folder of a checkout, which ``python -m`` would take in the place of what is installed
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=timeout,
        cwd=tempfile.gettempdir(),
    )
    seconds = time.perf_counter() - started
    if done.returncode and "Traceback" in done.stderr:
        raise SystemExit(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1]}")
    return seconds


def tracked(root: Path, suffix: str) -> Files:
    """Paths of the tracked files with this suffix."""
    out = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", f"*{suffix}"], capture_output=True, check=True
    ).stdout
    return [str(root / name) for name in out.decode("utf-8", "surrogateescape").split("\0") if name]


def main() -> None:
    """Time all jobs in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    for name in ("torchfix", "pylint", "pynblint"):
        parser.add_argument(f"--{name}", metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    root = options.repository.resolve()
    python, notebooks = tracked(root, ".py"), tracked(root, ".ipynb")
    print(f"{len(python)} Python files, {len(notebooks)} notebooks")
    ours = [sys.executable, "-m", "mlopslint", "lint", "--select", "ALL", "--no-cache", "--exit-zero", "-f", "json"]
    jobs: dict[str, tuple[list[str], list[str]]] = {}
    if options.torchfix and python:
        jobs["TorchFix"] = ([options.torchfix, "--select", "ALL", *python], [*ours, *python])
    if options.pylint and python:
        plugin = [
            options.pylint,
            "--load-plugins=dslinter",
            "--disable=all",
            "--enable=import-pandas,import-numpy,import-pyplot,import-sklearn,import-tensorflow,import-pytorch,nan-numpy,unnecessary-iteration-pandas,datatype-pandas,column-selection-pandas,merge-parameter-pandas,hyperparameters-scikitlearn,hyperparameters-tensorflow,hyperparameters-pytorch,dataframe-iteration-modification-pandas,chain-indexing-pandas,inplace-pandas,dataframe-conversion-pandas,scaler-missing-scikitlearn,deterministic-pytorch,randomness-control-numpy,randomness-control-scikitlearn,randomness-control-tensorflow,randomness-control-pytorch,randomness-control-dataloader-pytorch,missing-mask-tensorflow,missing-mask-pytorch,tensor-array-tensorflow,forward-pytorch,gradient-clear-pytorch,pipeline-not-used-scikitlearn,dependent-threshold-scikitlearn,dependent-threshold-tensorflow,dependent-threshold-pytorch",
        ]
        jobs["dslinter"] = ([*plugin, *python], [*ours, *python])
    with tempfile.TemporaryDirectory() as folder:
        if options.pynblint and notebooks:
            jobs["pynblint"] = ([options.pynblint, str(root), "-o", f"{folder}/out.json"], [*ours, *notebooks])
        for name, (theirs, mine) in jobs.items():
            pairs = []
            for _ in range(options.runs):
                Path(folder, "out.json").unlink(missing_ok=True)  # pynblint stops where it would write over a file
                pairs.append((clock(theirs), clock(mine)))
            other, own = (statistics.median(values) for values in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"{name:<10} {other:8.2f} s   mlopslint {own:6.2f} s   {ratio:6.1f} times")


if __name__ == "__main__":
    main()
