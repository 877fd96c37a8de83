"""What can go wrong in the warehouse, sorted by who reads it.

* WarehouseError
  x BuildError          the maintainer: a build or a load stopped; file, line and remedy are named
    + LoadError         one source file could not be read as asked
    + SourcesInvalid    the declared sources have faults; all are listed, each with file and line
  x SnapshotMissing     the maintainer: nothing has been published yet
    + SnapshotUnreadable the maintainer: the published file is damaged or of another DuckDB version
  x PolicyError         the maintainer: a row or column rule does not fit the tables
  x SQLRejected         the model, the parser or the analyst may mend the SQL: the guard refused it
  x QueryFailed         the model, the parser or the analyst may mend the SQL: the engine could not run it
    + QueryTimeout      it ran past its time limit and was stopped
    + QueryTooLarge     it needed more memory than its limit and was stopped
"""

from __future__ import annotations


class WarehouseError(Exception):
    """Something the warehouse can explain; every error of this package derives from it."""


class BuildError(WarehouseError):
    """A build stopped; the previous snapshot still answers."""


class LoadError(BuildError):
    """A source could not be loaded; says which file, where in it, and what to do about it."""

    def __init__(self, reason: str, *, file: str = "", line: int | None = None, column: str = "", remedy: str = ""):
        self.reason, self.file, self.line, self.column, self.remedy = reason, file, line, column, remedy
        place = ":".join(str(part) for part in (file, line) if part)
        where = ", ".join(part for part in (place, f"column {column}" if column else "") if part)
        message = f"{where}: {reason}" if where else reason
        super().__init__(f"{message} {remedy}".strip())


class SourcesInvalid(BuildError):
    """The file that declares the sources has faults; `faults` are all of them, each with file, line and remedy."""

    def __init__(self, faults: tuple[str, ...]):
        self.faults = faults
        super().__init__("\n".join(faults))


class SnapshotMissing(WarehouseError):
    """No snapshot has been published in this workspace yet."""


class SnapshotUnreadable(SnapshotMissing):
    """The published snapshot exists but cannot be opened."""


class PolicyError(WarehouseError):
    """A row or column rule does not fit the tables it is meant for; nothing is answered until it does."""


class SQLRejected(WarehouseError):
    """The guard refused a statement; `code` is stable, `reason` is a sentence for its author."""

    def __init__(self, code: str, reason: str):
        self.code, self.reason = code, reason
        super().__init__(f"{code}: {reason}")


class QueryFailed(WarehouseError):
    """The engine could not run a validated statement; carries the SQL that was run."""

    def __init__(self, message: str, sql: str = ""):
        self.sql = sql
        super().__init__(message)


class QueryTimeout(QueryFailed):
    """The statement ran past its time limit and its process was replaced."""


class QueryTooLarge(QueryFailed):
    """The statement needed more memory than its limit."""
