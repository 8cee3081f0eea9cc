from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import DataFolderBusy, IndexBroken, StorageFull
from retrieval.folder import lock_data_dir
from retrieval.store import VectorStore, collection_name
from retrieval.types import Vectors

COUNT, DIMENSION = 300, 16


def random_vectors() -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    store = VectorStore(tmp_path / "chroma", "some/encoder")
    store.upsert([f"p{n}" for n in range(COUNT)], random_vectors(), ["old"] * COUNT)
    yield store
    store.close()


def exact(query: Vectors, rows: range | list[int], k: int) -> list[str]:
    similarity = random_vectors() @ query
    return [f"p{n}" for n in sorted(rows, key=lambda n: -similarity[n])[:k]]


def ids(results: list[tuple[str, float]]) -> list[str]:
    return [id for id, _similarity in results]


def test_the_nearest_come_first_with_their_cosine(store: VectorStore) -> None:
    query = random_vectors()[42]
    results = store.search(query, 10)
    assert ids(results) == exact(query, range(COUNT), 10)
    assert results[0][1] == pytest.approx(1, abs=1e-5)
    assert results[5][1] == pytest.approx(float(random_vectors()[int(results[5][0][1:])] @ query), abs=1e-5)


@pytest.mark.parametrize("step", [2, 30, 299])
def test_only_allowed_products_are_found_and_all_of_them(store: VectorStore, step: int) -> None:
    query, rows = random_vectors()[1], list(range(0, COUNT, step))
    allowed = [f"p{n}" for n in rows]
    assert ids(store.search(query, 10, allowed)) == exact(query, rows, 10)
    assert len(store.search(query, COUNT, allowed)) == len(rows)


def test_nothing_allowed_nothing_found(store: VectorStore) -> None:
    query = random_vectors()[1]
    assert store.search(query, 10, []) == []
    assert store.search(query, 0) == []
    assert store.search(query, 5, ["nobody"]) == []
    assert ids(store.search(query, 5, ["nobody", "p9", "p9"])) == ["p9"]


def test_upsert_replaces_and_delete_forgets(store: VectorStore) -> None:
    store.upsert(["p1", "new"], random_vectors()[[5, 6]], ["fresh", "fresh"])
    store.delete(["p0", "nobody"])
    contents = store.contents()
    assert len(contents) == store.count() == COUNT
    assert (contents["p1"], contents["new"], contents["p2"]) == ("fresh", "fresh", "old")
    found = store.vectors(["p1", "nobody", "p0", "new"])
    assert set(found) == {"p1", "new"}
    assert np.allclose(found["p1"], random_vectors()[5])


def test_more_than_one_page(tmp_path: Path) -> None:
    many = [f"p{n}" for n in range(4500)]
    vectors = np.tile(random_vectors(), (15, 1))
    store = VectorStore(tmp_path / "chroma", "e")
    store.upsert(many, vectors, many)
    assert store.contents() == {id: id for id in many}
    assert list(store.vectors(many)) and len(store.vectors(many)) == 4500
    store.delete(many[10:])
    assert store.count() == 10
    store.close()


def test_everything_is_there_after_reopening(store: VectorStore, tmp_path: Path) -> None:
    store.close()
    again = VectorStore(tmp_path / "chroma", "some/encoder")
    assert again.count() == COUNT
    assert ids(again.search(random_vectors()[3], 1)) == ["p3"]
    again.close()


def test_encoders_do_not_share_a_collection(store: VectorStore, tmp_path: Path) -> None:
    other = VectorStore(tmp_path / "chroma", "some-encoder")
    assert other.count() == 0
    assert other.search(random_vectors()[0], 5) == []
    other.close()
    assert store.count() == COUNT
    assert collection_name("ü/" * 400).isascii()


def test_a_damaged_folder_and_a_silent_server_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"junk" * 1000)
    with pytest.raises(IndexBroken, match="doctor --mend"):
        VectorStore(tmp_path, "e")
    for url in ("http://127.0.0.1:9", "not-an-address"):
        with pytest.raises(IndexBroken, match=url):
            VectorStore(tmp_path, "e", url=url)


class TestLock:
    HOLD = (
        "import sys; from pathlib import Path; from retrieval.folder import lock_data_dir\n"
        "with lock_data_dir(Path(sys.argv[1]), 'storeclerk serve'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )

    def test_a_second_process_is_turned_away_until_the_first_is_gone(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", self.HOLD, str(tmp_path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with (
                pytest.raises(DataFolderBusy, match=rf"process {holder.pid} \(storeclerk serve\)"),
                lock_data_dir(tmp_path),
            ):
                pass
            os.kill(holder.pid, signal.SIGKILL)
            holder.wait()
        with lock_data_dir(tmp_path, "storeclerk index"):
            assert json.loads((tmp_path / "lock.json").read_text())["pid"] == os.getpid()
        assert not (tmp_path / "lock.json").exists()

    def test_the_same_process_counts_as_a_second_one(self, tmp_path: Path) -> None:
        with lock_data_dir(tmp_path), pytest.raises(DataFolderBusy), lock_data_dir(tmp_path):
            pass
        with lock_data_dir(tmp_path):
            pass

    def test_a_data_dir_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageFull, match="cannot write to"), lock_data_dir(tmp_path / "file"):
            pass
