"""The data folder: where its parts lie, who may use it, and what a full disk looks like."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from retrieval.errors import DataFolderBusy, IndexBroken, StorageFull

_NO_ROOM = frozenset(
    (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.ENOTDIR,
        errno.EEXIST,
    )
)
# Chroma often says no more than "error in compaction"; with less than this left, the disk is why.
_NEARLY_FULL = 16 << 20
# How SQLite, and Chroma's own SQLite and log, word the same thing.
_NO_ROOM_WORDS = (
    "disk is full",
    "disk i/o error",
    "readonly database",
    "unable to open database file",
    "no space left",
    "read-only file system",
    "permission denied",
    "file too large",
)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The layout of a data folder. Everything but the database can be rebuilt from the database."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "storeclerk.db"

    @property
    def chroma(self) -> Path:
        return self.root / "chroma"

    @property
    def words(self) -> Path:
        return self.root / "words"

    @property
    def rejects(self) -> Path:
        return self.root / "rejects.jsonl"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def owner(self) -> Path:
        return self.root / "lock.json"


@contextmanager
def lock_data_dir(data_dir: Path, command: str = "storeclerk") -> Iterator[None]:
    """Hold the data folder, created if need be, for this process alone.

    Chroma loses vectors when two processes use one folder, so a second one gets DataFolderBusy at once. The
    operating system drops the lock with the process, however it ends; `command` is only for the message.
    """
    folder = DataFolder(data_dir)
    with storage_errors(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.lock)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise DataFolderBusy(
                f"data folder {data_dir} is in use by {_owner(folder)}: stop it or use another --data-dir"
            ) from None
    try:
        with storage_errors(data_dir):
            folder.owner.write_text(json.dumps({"pid": os.getpid(), "command": command}), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            folder.owner.unlink()
        lock.release()


@contextmanager
def storage_errors(data_dir: Path) -> Iterator[None]:
    """Turn the many ways a full or read-only disk shows itself into StorageFull.

    Any other failure inside Chroma becomes IndexBroken, since nothing but a rebuild helps; other errors pass.
    """
    try:
        yield
    except (OSError, DBAPIError, sqlite3.Error) as error:
        if isinstance(error, OSError) and error.errno not in _NO_ROOM:
            raise
        if not isinstance(error, OSError) and not _says_no_room(error):
            raise
        raise _storage_full(data_dir, error) from error
    except Exception as error:
        # By the name of its module, so that nobody waits for an import of chromadb to find out.
        if not type(error).__module__.startswith("chromadb"):
            raise
        if _says_no_room(error) or shutil.disk_usage(data_dir).free < _NEARLY_FULL:
            raise _storage_full(data_dir, error) from error
        raise IndexBroken(f"the vector store failed ({error}): run `storeclerk doctor --mend`") from error


def _says_no_room(error: BaseException) -> bool:
    text = str(error).lower()
    return any(words in text for words in _NO_ROOM_WORDS)


def _storage_full(data_dir: Path, error: BaseException) -> StorageFull:
    cause = error.strerror if isinstance(error, OSError) else str(getattr(error, "orig", error))
    return StorageFull(
        f"cannot write to {data_dir} ({cause}): make room or permit writing there, or use another --data-dir"
    )


def _owner(folder: DataFolder) -> str:
    try:
        owner = json.loads(folder.owner.read_text(encoding="utf-8"))
        return f"process {owner['pid']} ({owner['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"  # it has the lock and is about to write who it is
