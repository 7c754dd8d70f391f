"""A private PostgreSQL server on loopback, and small results to keep."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of our own; MLOPSLINT_TEST_POSTGRES names another."""
    given = os.environ.get("MLOPSLINT_TEST_POSTGRES")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path("/tmp") / f"mlopslint-pg-{os.getpid()}"  # a socket's path is short, and another user must reach it
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        user = next((name for name in ("postgres", "nobody") if _exists(name)), None)
        if user is None or not shutil.which("setpriv"):
            pytest.skip("PostgreSQL refuses root, and there is no other user to run it as")
        shutil.chown(folder, user)
        as_user = ["setpriv", f"--reuid={user}", "--regid", str(_group(user)), "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "--no-sync"], check=True, **quiet
    )
    server = [binaries / "pg_ctl", "-D", data, "-w"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([*as_user, *server, "-o", options, "-l", folder / "log", "start"], check=True, **quiet)
    try:
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*as_user, *server, "-m", "immediate", "stop"], check=False, **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    import pwd

    try:
        return bool(pwd.getpwnam(user))
    except KeyError:
        return False


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """An empty database of that server."""
    import uuid

    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that does not exist yet: a file, and a database."""
    return str(tmp_path / "s.sqlite") if request.param == "sqlite" else request.getfixturevalue("database")
