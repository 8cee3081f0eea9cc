from __future__ import annotations

import errno
from pathlib import Path

import pytest

from retrieval.errors import StorageFull, TrainingError
from retrieval.unfinished import Unfinished, begin, discard_empty, room_for


def checkpoint(work: Unfinished, step: int, *, whole: bool = True) -> None:
    folder = work.checkpoints / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    if whole:
        (folder / "trainer_state.json").write_text("{}")


def test_the_folder_appears_when_all_is_done(tmp_path: Path) -> None:
    work = begin(tmp_path / "out", "a", resume=False)
    work.result.mkdir()
    (work.result / "weights").write_text("w")
    assert not work.target.exists()
    work.finish()
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "weights").read_text() == "w"


def test_the_newest_whole_checkpoint_is_gone_on_from(tmp_path: Path) -> None:
    work = begin(tmp_path / "out", "a", resume=False)
    checkpoint(work, 9)
    checkpoint(work, 10)
    checkpoint(work, 11, whole=False)
    newest = begin(tmp_path / "out", "a", resume=True).newest_checkpoint()
    assert newest is not None
    assert newest.name == "checkpoint-10"


def test_work_is_neither_lost_nor_mixed_up(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(TrainingError, match="leave out --resume"):
        begin(out, "a", resume=True)
    work = begin(out, "a", resume=False)
    begin(out, "a", resume=False)  # nothing to lose yet
    checkpoint(work, 1)
    with pytest.raises(TrainingError, match="--resume, or delete"):
        begin(out, "a", resume=False)
    with pytest.raises(TrainingError, match="another recipe"):
        begin(out, "b", resume=True)
    discard_empty(work)
    assert work.newest_checkpoint() is not None


def test_what_failed_at_once_leaves_nothing(tmp_path: Path) -> None:
    discard_empty(begin(tmp_path / "out", "a", resume=False))
    assert not list(tmp_path.iterdir())


def test_files_and_full_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="is a file"):
        begin(tmp_path / "file", "a", resume=False)
    with pytest.raises(TrainingError, match="not empty"):
        begin(tmp_path, "a", resume=False)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("[enforce fail at inline_container.cc:603] . PytorchStreamWriter failed writing file\nand more"),
        Exception("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_one_line(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(StorageFull, match="make room") as caught, room_for(tmp_path):
        raise error
    assert "\n" not in str(caught.value)


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), room_for(tmp_path):
        raise ValueError("x")
