"""A job done aside gives what it gives here, also where the copy dies."""

from __future__ import annotations

import os
import threading

from mlopslint.aside import aside


def test_the_answer_is_that_of_the_job():
    here = os.getpid()
    alone = threading.active_count() == 1  # other tests may have left a server running
    answer = aside(lambda: (os.getpid(), ("a", "b")), tuple[int, tuple[str, ...]])
    process, words = answer()
    assert words == ("a", "b") and (process != here or not alone or not os.path.exists("/proc"))


def test_a_copy_that_dies_or_fails_costs_nothing():
    here = os.getpid()

    def deadly() -> int:
        if os.getpid() != here:
            os._exit(9)
        return 1

    def failing() -> int:
        if os.getpid() != here:
            raise ValueError("only there")
        return 2

    assert aside(deadly, int)() == 1
    assert aside(failing, int)() == 2


def test_a_program_with_threads_is_not_copied():
    go = threading.Event()
    other = threading.Thread(target=go.wait)
    other.start()
    try:
        assert aside(os.getpid, int)() == os.getpid()
    finally:
        go.set()
        other.join()
