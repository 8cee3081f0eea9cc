"""The folder of a training under way. It lies beside the output folder and takes its place when all is done, so
that an output folder is whole or not there.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import StorageFull, TrainingError

# How safetensors and torch word a full disk; both raise errors of their own.
_NO_ROOM = ("no space left", "disk quota", "file too large", "pytorchstreamwriter", "unexpected pos")
_NO_ROOM_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A training on its way to `target`."""

    target: Path
    root: Path

    @property
    def result(self) -> Path:
        """What will be `target`."""
        return self.root / "result"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    def newest_checkpoint(self) -> Path | None:
        """The last whole one; one that was being written when the process died lacks its state."""
        found = [p for p in self.checkpoints.glob("checkpoint-*") if (p / "trainer_state.json").is_file()]
        return max(found, key=lambda path: int(path.name.rpartition("-")[2]), default=None)

    def finish(self) -> None:
        """Puts the result in its place and forgets the rest."""
        with room_for(self.target):
            if self.target.is_dir():
                self.target.rmdir()  # empty: `begin` saw to it
            self.result.rename(self.target)
        shutil.rmtree(self.root, ignore_errors=True)


def check_target(target: Path, *, resume: bool) -> Unfinished:
    """The training that may be begun or gone on with.

    Raises TrainingError if `target` is a file or not empty, if there is nothing to resume, or if work would be lost.
    """
    work = Unfinished(target, target.with_name(target.name + ".unfinished"))
    if target.exists() and not target.is_dir():
        raise TrainingError(f"{target} is a file: name a folder with --output")
    if target.is_dir() and any(target.iterdir()):
        raise TrainingError(f"{target} is not empty: name another folder with --output, or delete it")
    checkpoint = work.newest_checkpoint()
    if resume and checkpoint is None:
        raise TrainingError(f"{work.root} holds no checkpoint to go on from: leave out --resume")
    if not resume and checkpoint is not None:
        raise TrainingError(f"{work.root} holds an unfinished training: go on with --resume, or delete it")
    return work


def begin(target: Path, fingerprint: str, *, resume: bool) -> Unfinished:
    """Opens the folder of a training. `fingerprint` says what is learnt and how: only the same can be resumed.

    Only the first process of a distributed training writes. Raises TrainingError as `check_target` does, and
    if it was another training that is to be resumed.
    """
    work = check_target(target, resume=resume)
    note = work.root / "fingerprint"
    if resume and (not note.is_file() or note.read_text(encoding="utf-8") != fingerprint):
        raise TrainingError(
            f"{work.root} holds a training on other data or by another recipe: repeat the options it was begun with, "
            "or delete it and leave out --resume"
        )
    if rank() == 0:
        with room_for(work.root):
            shutil.rmtree(work.result if resume else work.root, ignore_errors=True)
            work.checkpoints.mkdir(parents=True, exist_ok=True)
            note.write_text(fingerprint, encoding="utf-8")
    return work


@contextmanager
def room_for(folder: Path) -> Iterator[None]:
    """Turns the many ways a full or read-only disk shows itself into StorageFull; other errors pass."""
    try:
        yield
    except Exception as error:
        coded = isinstance(error, OSError) and error.errno in _NO_ROOM_CODES
        if not coded and not any(words in str(error).lower() for words in _NO_ROOM):
            raise
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error).split("\n")[0]
        raise StorageFull(
            f"cannot write to {folder} ({cause}): make room or permit writing there, then start again; "
            f"with --resume if {folder}.unfinished is there"
        ) from error


def discard_empty(work: Unfinished) -> None:
    """Removes the folder of a training that failed before there was anything to go on from."""
    if work.newest_checkpoint() is None:
        with suppress(OSError):
            shutil.rmtree(work.root)


def rank() -> int:
    """Which process this is of those that torchrun started; 0 without it."""
    return int(os.environ.get("RANK", "0"))


def processes() -> int:
    """How many train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))
