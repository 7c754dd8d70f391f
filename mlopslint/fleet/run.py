"""Many repositories side by side: processes of this machine or a Dask cluster, the same function, a bounded number on the way."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import msgspec

from mlopslint.errors import MlopslintError
from mlopslint.fleet.members import Member
from mlopslint.reading import cores
from mlopslint.records import Report
from mlopslint.version import __version__


class Settings(NamedTuple):
    """How each repository is assessed; ``timeout`` in seconds."""

    model: str | None = None
    config: str | None = None
    cache_dir: str | None = None
    use_cache: bool = True
    timeout: float | None = None


class Done(NamedTuple):
    """What came of one member: its result, or why there is none."""

    member: Member
    report: Report | None
    error: str = ""


def assess_member(member: Member, settings: Settings) -> tuple[bytes, str]:
    """(The encoded report, "") or (nothing, why not): what a worker does, and the same wherever it runs."""
    try:
        if not member.path.isprintable() or not member.path:
            return b"", "not a path"
        from mlopslint.mainline import review

        with _limit(settings.timeout):
            report = review(
                member.path,
                rev=member.rev,
                jobs=1,
                model=settings.model,
                config=settings.config,
                cache_dir=settings.cache_dir,
                use_cache=settings.use_cache,
            )
        return msgspec.json.encode(report), ""
    except MlopslintError as error:
        return b"", str(error).replace(f"{member.path}: ", "")  # no absolute path in a report
    except _TooLong:
        return b"", f"took longer than {settings.timeout:g} s"
    except MemoryError:
        return b"", "out of memory"
    except Exception as error:  # one repository never ends the run of all
        return b"", f"internal error: {type(error).__name__}: {error}"


class _TooLong(BaseException):
    """The time for one repository is over; no handler of errors in between may take it for one."""


@contextmanager
def _limit(seconds: float | None) -> Iterator[None]:
    """Ends what runs inside after so long; where there are no timers (another thread, another system) it goes on."""
    if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def local(members: Sequence[Member], settings: Settings, jobs: int | None = None) -> Iterator[Done]:
    """The members as they are done, by processes of this machine.

    A process that dies (for want of memory, say) costs only the repository that killed it: those that were on the way are
    assessed again, each by a process of its own.
    """
    count = max(min(jobs or cores(), len(members)), 1)
    if count == 1:
        pending = deque(members)
        while pending:
            member = pending.popleft()
            yield _done(member, *assess_member(member, settings))
        return
    waiting = deque(members)
    while waiting:
        lost: list[Member] = []
        with _processes(count) as pool:
            yield from _through(pool, waiting, settings, 2 * count, lost)
        for member in lost:
            with _processes(1) as pool:
                again: list[Member] = []
                yield from _through(pool, deque([member]), settings, 1, again)
                for one in again:
                    yield Done(one, None, "the process that assessed it was killed (for want of memory?)")


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # a progress bar has a thread by now, so nothing may be forked
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_quiet)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """A worker leaves it to the main process to answer the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def cluster(members: Sequence[Member], settings: Settings, scheduler: str) -> Iterator[Done]:
    """The members as they are done, by the workers of a Dask cluster; a worker that dies loses nothing.

    Raises MlopslintError when there is no scheduler, no worker, or a worker with another release.
    """
    from importlib import import_module

    try:
        connect: Any = import_module("distributed").Client
    except ImportError:
        raise MlopslintError("--scheduler needs its extra: pip install 'mlopslint[dask]'") from None
    try:
        client = connect(scheduler, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise MlopslintError(f"--scheduler {scheduler}: {str(error).splitlines()[0]}") from None
    try:
        releases = _releases(client, scheduler)
        threads = sum(client.nthreads().values()) or len(releases)
        executor = client.get_executor(retries=2, pure=False)
        lost: list[Member] = []
        yield from _through(executor, deque(members), settings, 2 * threads, lost)
        for member in lost:
            yield Done(member, None, "the cluster lost it, again and again")
    finally:
        client.close(timeout=5)


def _releases(client: Any, scheduler: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        client.wait_for_workers(1, timeout=10)
        found = client.run(_release)
    except ModuleNotFoundError:
        raise MlopslintError(f"--scheduler {scheduler}: mlopslint is not installed on its workers") from None
    except Exception as error:
        told = str(error).splitlines()[0] if str(error) else "no worker answers"
        raise MlopslintError(f"--scheduler {scheduler}: {told}") from None
    other = {address: version for address, version in found.items() if version != __version__}
    if other:
        address, version = next(iter(sorted(other.items())))
        raise MlopslintError(
            f"--scheduler {scheduler}: worker {address} has mlopslint {version}, here is {__version__}"
        )
    return found


def _release() -> str:
    from mlopslint.version import __version__ as release

    return release


def _through(
    executor: Executor, waiting: deque[Member], settings: Settings, window: int, lost: list[Member]
) -> Iterator[Done]:
    """What comes out of an executor, no more than ``window`` on the way at once; ``lost`` gets what died with a worker."""
    job: Callable[[Member], tuple[bytes, str]] = partial(assess_member, settings=settings)
    on_the_way: dict[Future[tuple[bytes, str]], Member] = {}
    broken = False
    try:
        while (waiting and not broken) or on_the_way:
            while waiting and not broken and len(on_the_way) < window:
                try:
                    on_the_way[executor.submit(job, waiting[0])] = waiting[0]
                    waiting.popleft()
                except BrokenExecutor:
                    broken = True
            for future in wait(on_the_way, return_when=FIRST_COMPLETED).done if on_the_way else ():
                member = on_the_way.pop(future)
                try:
                    yield _done(member, *future.result())
                except BrokenExecutor:
                    broken = True
                    lost.append(member)
                except CancelledError:
                    lost.append(member)
                except Exception as error:
                    if type(error).__name__ == "KilledWorker":  # Dask's, after several workers died with it
                        lost.append(member)
                    else:
                        yield Done(member, None, f"internal error: {type(error).__name__}: {error}")
    finally:
        for future in on_the_way:
            future.cancel()


def _done(member: Member, data: bytes, error: str) -> Done:
    return Done(member, msgspec.json.decode(data, type=Report) if data else None, error)
