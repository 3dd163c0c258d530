"""Where the sandbox's memory survives the process: in one SQLite file, or nowhere."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """Records by kind and key: dataclasses or JSON values.

    ``commit`` makes everything put so far permanent, all or nothing.
    """

    def put(self, kind: str, key: int | str, value: Any) -> None: ...
    def put_file(self, key: str, meta: Any, content: bytes) -> None: ...
    def remove(self, kind: str, key: int | str) -> None: ...
    def commit(self) -> None: ...
    def load(self, kind: str) -> Iterator[tuple[str, Any]]: ...
    def load_file(self, key: str) -> bytes | None: ...
    def close(self) -> None: ...


class NullStore:
    """Stores nothing: for tests and benchmarks, which only need memory."""

    def put(self, kind: str, key: int | str, value: Any) -> None:
        pass

    def put_file(self, key: str, meta: Any, content: bytes) -> None:
        pass

    def remove(self, kind: str, key: int | str) -> None:
        pass

    def commit(self) -> None:
        pass

    def load(self, kind: str) -> Iterator[tuple[str, Any]]:  # noqa: ARG002
        return iter(())

    def load_file(self, key: str) -> bytes | None:  # noqa: ARG002
        return None

    def close(self) -> None:
        pass


class SqliteStore:
    """One file that only this process opens; survives ``kill -9`` (but not a power failure).

    Raises :class:`sqlite3.OperationalError` if another sandbox has the file open.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The chats of a family trying out the product are private.
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        execute = self._connection.execute
        # Exclusive: two sandboxes on one folder would assign the same numbers.
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        # The operating system keeps written data when the process dies. A sandbox need not survive
        # more, and every message would wait for the disk.
        execute("PRAGMA synchronous = OFF")
        execute(
            "CREATE TABLE IF NOT EXISTS records (kind TEXT, key TEXT, value TEXT NOT NULL,"
            " content BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        execute("BEGIN IMMEDIATE")
        execute("COMMIT")

    def put(self, kind: str, key: int | str, value: Any) -> None:
        if is_dataclass(value) and not isinstance(value, type):
            value = asdict(value)
        self._execute(
            "INSERT OR REPLACE INTO records (kind, key, value) VALUES (?, ?, ?)",
            (kind, str(key), json.dumps(value, ensure_ascii=False)),
        )

    def put_file(self, key: str, meta: Any, content: bytes) -> None:
        self._execute(
            "INSERT OR REPLACE INTO records (kind, key, value, content) VALUES ('file', ?, ?, ?)",
            (key, json.dumps(meta), content),
        )

    def remove(self, kind: str, key: int | str) -> None:
        self._execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, str(key)))

    def commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def load(self, kind: str) -> Iterator[tuple[str, Any]]:
        rows = self._connection.execute("SELECT key, value FROM records WHERE kind = ?", (kind,))
        for key, value in rows:
            yield key, json.loads(value)

    def load_file(self, key: str) -> bytes | None:
        row = self._connection.execute(
            "SELECT content FROM records WHERE kind = 'file' AND key = ?", (key,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        self.commit()
        self._connection.close()

    def _execute(self, statement: str, values: tuple[Any, ...]) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        self._connection.execute(statement, values)
