"""The store of assessments: append-only, one result a repository, commit and rubric; SQLite or any SQLAlchemy URL."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from mlopslint.errors import MlopslintError
from mlopslint.records import Report, Repository

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

#: The newest schema that this release knows; migrations/versions/ leads to it.
SCHEMA = "0001"
#: Seconds that a writer waits for others.
_PATIENCE = 60
_COLUMNS = (
    "id", "repository", "revision", "rubric", "committed_at", "recorded_at", "tool_version", "schema_version", "model", "score",
    "score_without_waivers", "level", "team",
)  # fmt: skip


class Row(NamedTuple):
    """One recorded assessment without its payload. Times are UTC as ``YYYY-MM-DDTHH:MM:SSZ``."""

    id: int
    repository: str
    revision: str
    rubric: str
    committed_at: str
    recorded_at: str
    tool_version: str
    schema_version: str
    model: str
    score: float | None
    score_without_waivers: float | None
    level: int
    team: str | None


class DamagedError(MlopslintError):
    """One record cannot be read; the others can."""


def identity(repository: Repository) -> str:
    """By what a repository is known over time: its remote without scheme, user and port (https and ssh are one), else its name."""
    match = re.match(
        r"^(?:[a-z+]+://)?(?:[^@/]*@)?([\w.-]+)(?::\d+(?=/))?[:/](.+?)(?:\.git)?/*$", repository.remote or ""
    )
    if not match:
        return repository.name
    folder = repository.name.partition("/")[2]  # a folder inside a repository is assessed as a thing of its own
    return f"{match[1].lower()}/{match[2].strip('/')}" + (f"/{folder}" if folder else "")


def default_store() -> str:
    """The store that is used unless another is named: ``MLOPSLINT_STORE``, else the configured file, else one of the user's.

    Raises MlopslintError for a configured store that is no file below the configuration's folder: a repository may not
    choose a server to talk to, or a file elsewhere to write.
    """
    given = os.environ.get("MLOPSLINT_STORE")
    if given:
        return given
    from mlopslint.config import find

    config, source = find(".")
    if config.history.store:
        folder = os.path.realpath(os.path.dirname(source))
        path = os.path.realpath(os.path.join(folder, config.history.store.removeprefix("sqlite:///")))
        if "://" in config.history.store.removeprefix("sqlite:///") or os.path.commonpath([folder, path]) != folder:
            raise MlopslintError(
                "history.store in the configuration may only be a file below its folder; name others by MLOPSLINT_STORE or --store"
            )
        return path
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("mlopslint", appauthor=False), "history.sqlite")


def utc(text: str | None) -> str:
    """A time of ISO 8601 in UTC; raises MlopslintError for what is none."""
    try:
        when = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        raise MlopslintError(f"the result gives no time of its commit ({text!r})") from None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """An open store. Every method raises MlopslintError with one clear line when the store cannot do it."""

    def __init__(self, where: str | None = None, *, create: bool = False) -> None:
        if not all(find_spec(name) for name in ("alembic", "sqlalchemy")):
            raise MlopslintError("history needs its extra: pip install 'mlopslint[history]'")
        import sqlalchemy

        where = where or default_store()
        self.is_file = "://" not in where
        try:
            url = sqlalchemy.make_url(f"sqlite:///{os.path.abspath(where)}" if self.is_file else where)
        except sqlalchemy.exc.ArgumentError:
            raise MlopslintError("--store: neither a file nor a database URL") from None
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        #: what the store is called in messages; never with its password
        self.name = where if self.is_file else url.render_as_string(hide_password=True)
        if self.is_file and not os.path.exists(where):
            if not create:
                raise MlopslintError(f"{where}: there is no store yet; `mlopslint history record` makes it")
            try:
                os.makedirs(os.path.dirname(os.path.abspath(where)), exist_ok=True)
            except OSError as error:
                raise MlopslintError(f"{where}: {error.strerror}") from None
        try:
            self._engine: Engine = sqlalchemy.create_engine(
                url, poolclass=sqlalchemy.pool.NullPool,
                connect_args={"timeout": _PATIENCE} if url.get_backend_name() == "sqlite" else {},
            )  # fmt: skip
        except (ImportError, sqlalchemy.exc.SQLAlchemyError) as error:
            raise MlopslintError(f"{self.name}: no driver for this database: {error}") from None
        if url.get_backend_name() == "sqlite":
            _begin_immediately(self._engine)
        self._table: Table = _table()
        self._prepare()

    # -- schema ------------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Bring the schema up to what this release writes; refuses one that is newer."""
        with self._connected() as connection:
            version = _version(connection)
        if version == SCHEMA:
            return
        if version is not None and version > SCHEMA:
            raise MlopslintError(
                f"{self.name}: its schema ({version}) is newer than this release knows ({SCHEMA}); update mlopslint"
            )
        from importlib.resources import as_file, files

        from alembic import command
        from alembic.config import Config

        # several processes may find the store empty at once: one migrates, the others find it done
        with self._connected(write=True) as connection, as_file(files("mlopslint.history") / "migrations") as scripts:
            if _version(connection) != SCHEMA:
                config = Config()
                config.set_main_option("script_location", str(scripts).replace("%", "%%"))
                config.attributes["connection"] = connection
                command.upgrade(config, SCHEMA)

    @contextmanager
    def _connected(self, write: bool = False) -> Iterator[Connection]:
        from sqlalchemy import exc, text

        try:
            with self._engine.connect() as connection:
                connection = connection.execution_options(mlopslint_write=write)
                with connection.begin():
                    if write and connection.dialect.name == "postgresql":
                        connection.execute(text("SELECT pg_advisory_xact_lock(5061170)"))
                    yield connection
        except exc.DBAPIError as error:
            raise MlopslintError(f"{self.name}: {_plain(error)}") from None
        except exc.SQLAlchemyError as error:
            raise MlopslintError(f"{self.name}: {str(error).splitlines()[0]}") from None

    # -- rows ----------------------------------------------------------------------------------------------------------------

    def record(self, report: Report, *, repository: str | None = None, team: str | None = None) -> bool:
        """Keep a result; False when this commit was recorded with this rubric before (the first result stays)."""
        about = report.repository
        if about.dirty:
            raise MlopslintError(
                "there are uncommitted changes, and history is by commit: commit them, or record with --rev HEAD"
            )
        if not about.revision:
            raise MlopslintError(
                "history is by commit, and this result has none (a folder without git, or no commit yet)"
            )
        kept = msgspec.structs.replace(report, trend=(), delta=None)
        values = {
            "repository": repository or identity(about),
            "revision": about.revision,
            "rubric": report.assessment.rubric,
            "committed_at": utc(about.committed_at),
            "recorded_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tool_version": report.tool.version,
            "schema_version": report.schema_version,
            "model": report.assessment.model,
            "score": report.assessment.score,
            "score_without_waivers": report.assessment.score_without_waivers,
            "level": report.assessment.level,
            "team": team,
            "payload": zlib.compress(msgspec.json.encode(kept), 6),
        }
        with self._connected(write=True) as connection:
            if connection.dialect.name == "postgresql":
                from sqlalchemy.dialects.postgresql import insert as pg_insert

                # the driver counts no rows here, so the row that was made is asked for
                made = pg_insert(self._table).values(values).on_conflict_do_nothing().returning(self._table.c.id)
                return connection.execute(made).first() is not None
            if connection.dialect.name == "sqlite":
                from sqlalchemy.dialects.sqlite import insert as sqlite_insert

                insert = sqlite_insert(self._table).values(values).on_conflict_do_nothing()
                return connection.execute(insert).rowcount > 0
            known = [self._table.c[name] == values[name] for name in ("repository", "revision", "rubric")]
            if connection.execute(self._table.select().where(*known)).first() is not None:
                return False
            connection.execute(self._table.insert().values(values))
            return True

    def rows(self, repository: str | None = None, *, since: str | None = None, until: str | None = None) -> list[Row]:
        """What is recorded, by repository and time of commit; days (YYYY-MM-DD) are inclusive."""
        from sqlalchemy import select

        table = self._table
        query = select(*(table.c[name] for name in _COLUMNS)).order_by(
            table.c.repository, table.c.committed_at, table.c.recorded_at, table.c.id
        )
        if repository is not None:
            query = query.where(table.c.repository == repository)
        if since:
            query = query.where(table.c.committed_at >= since)
        if until:
            query = query.where(table.c.committed_at < until + "U")  # after every T of that day
        with self._connected() as connection:
            return [Row(*row) for row in connection.execute(query)]

    def repositories(self) -> list[str]:
        """The names of all repositories that have a result."""
        return list(dict.fromkeys(row.repository for row in self.rows()))

    def resolve(self, name: str) -> str:
        """The repository that ``name`` means: its whole name, or an end of it that only one has."""
        known = self.repositories()
        if name in known:
            return name
        found = [other for other in known if other.endswith("/" + name.strip("/"))]
        if len(found) == 1:
            return found[0]
        if found:
            raise MlopslintError(f"{name}: which one? {', '.join(found[:5])}")
        from mlopslint.errors import nearest

        raise MlopslintError(f"{name}: nothing is recorded of it{nearest(name, known)}")

    def at(self, repository: str, until: str, since: str | None = None) -> Row | None:
        """The newest commit up to the end of a day (from another day on); of several results for it the one recorded last."""
        rows = self.rows(repository, since=since, until=until)
        return rows[-1] if rows else None

    def newest(self, repository: str, until: str, damaged: list[str]) -> tuple[Row, Report] | None:
        """The newest result up to the end of a day that can be read; what cannot be is named in ``damaged``."""
        for row in reversed(self.rows(repository, until=until)):
            try:
                return row, self.report(row)
            except DamagedError as error:
                if str(error) not in damaged:
                    damaged.append(str(error))
        return None

    def report(self, row: Row) -> Report:
        """The whole result of a row. Raises DamagedError where it cannot be read."""
        from sqlalchemy import select

        with self._connected() as connection:
            payload = connection.execute(select(self._table.c.payload).where(self._table.c.id == row.id)).scalar()
        try:
            return msgspec.json.decode(zlib.decompress(payload or b""), type=Report)
        except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError):
            raise DamagedError(
                f"{row.repository} {row.revision[:10]}: its record is damaged (written {row.recorded_at} by {row.tool_version})"
            ) from None

    def remove(self, ids: list[int]) -> int:
        """Remove these rows; how many there were."""
        removed = 0
        with self._connected(write=True) as connection:
            for start in range(0, len(ids), 500):
                some = ids[start : start + 500]
                removed += connection.execute(self._table.delete().where(self._table.c.id.in_(some))).rowcount
        return removed


def _table() -> Table:
    import sqlalchemy as sa

    kinds: dict[str, Any] = {
        "id": sa.Integer,
        "score": sa.Float,
        "score_without_waivers": sa.Float,
        "level": sa.Integer,
    }
    columns = [sa.Column(name, kinds.get(name, sa.Text), primary_key=name == "id") for name in _COLUMNS]
    return sa.Table("assessments", sa.MetaData(), *columns, sa.Column("payload", sa.LargeBinary))


def _begin_immediately(engine: Engine) -> None:
    """SQLite: a writer takes its lock at the start, so that two never wait for each other."""
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would otherwise open transactions of its own

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("mlopslint_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _version(connection: Connection) -> str | None:
    """The version of the schema; None for an empty database."""
    from sqlalchemy import inspect, text

    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables:
            raise MlopslintError("this database belongs to something else: it has tables, and none of a store")
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _plain(error: Any) -> str:
    """The database's own words in one line."""
    text = str(error.orig or error).strip().splitlines()
    line = text[0] if text else "the database failed"
    known = {
        "readonly database": "is read-only",
        "file is not a database": "is no store of assessments (damaged, or another file)",
        "unable to open database file": "cannot be opened",
        "malformed": "is damaged; restore it from a backup, or begin another with --store",
        "database is locked": f"others have been writing for more than {_PATIENCE} seconds",
    }
    return next((told for sign, told in known.items() if sign in line), line)
