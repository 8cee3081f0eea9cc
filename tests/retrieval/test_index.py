from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.doctor import check_index, mend_index
from retrieval.encoder import HashEncoder
from retrieval.errors import DataFolderBusy, FeedError, IndexBroken, IndexMissing, StorageFull
from retrieval.folder import storage_errors
from retrieval.index import IndexReport, build_index, open_index
from retrieval.types import Product, Vectors
from tests.toys import toy_product, toy_products, write_jsonl, write_rows

ROOT = Path(__file__).parents[2]


class CountingEncoder(HashEncoder):
    """Remembers how many texts it had to read, and can be told to give up."""

    def __init__(self, dimension: int = 64, *, stop_after: int = 10**9) -> None:
        super().__init__(dimension)
        self.texts = 0
        self.stop_after = stop_after

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.texts + len(texts) > self.stop_after:
            raise KeyboardInterrupt
        self.texts += len(texts)
        return super().encode(texts)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "toys.jsonl", toy_products())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def index(data: Path, encoder: HashEncoder, *products: Product) -> IndexReport:
    return build_index([write_jsonl(data.with_name("feed.jsonl"), products)], data, encoder)


def everything(data: Path, encoder: HashEncoder) -> tuple[object, ...]:
    """All that an index can answer, for comparing two of them."""
    with open_index(data, encoder) as opened:
        vectors = {id: vector.tobytes() for id, vector in opened.store.vectors(opened.ids).items()}
        words = [opened.words.search(query, 50) for query in ("red tent", "lamp", "model 3")]
        return list(opened.catalog.all()), opened.ids, opened.store.contents(), vectors, words


class TestBuilding:
    def test_a_new_catalogue_is_searchable(self, feed: Path, data: Path) -> None:
        encoder = CountingEncoder()
        report = build_index([feed], data, encoder)
        assert (report.read, report.indexed, report.encoded, encoder.texts) == (24, 24, 24, 24)
        with open_index(data, encoder) as opened:
            assert opened.ids == tuple(f"p{n}" for n in range(24))
            assert opened.words.ids == opened.ids
            query = encoder.encode(["red lamp"])[0]
            assert opened.store.search(query, 1)[0][0] == "p4"
            assert opened.words.search("red lamp", 1)[0][0] == "p4"
        assert check_index(data, encoder) == []

    def test_a_second_run_encodes_nothing(self, feed: Path, data: Path) -> None:
        build_index([feed], data, CountingEncoder())
        encoder = CountingEncoder()
        report = build_index([feed], data, encoder)
        assert (report.read, report.indexed, report.unchanged, report.removed) == (24, 0, 24, 0)
        assert encoder.texts == 0

    def test_only_what_changed_is_encoded(self, data: Path) -> None:
        index(data, CountingEncoder(), *toy_products(10))
        encoder = CountingEncoder()
        newer = [*toy_products(8), toy_product(9, title="golden mug"), toy_product(20), toy_product(21)]
        report = index(data, encoder, *newer)
        assert (report.indexed, report.unchanged, report.removed, encoder.texts) == (3, 8, 1, 3)
        with open_index(data, encoder) as opened:
            assert opened.words.search("golden", 5) != []
            assert set(opened.store.contents()) == {product.id for product in newer}
        assert check_index(data, encoder) == []

    def test_a_new_price_changes_the_product_but_costs_no_encoding(self, data: Path) -> None:
        index(data, CountingEncoder(), *toy_products(5))
        encoder = CountingEncoder()
        report = index(data, encoder, *toy_products(4), toy_product(4, price=1.5))
        assert (report.indexed, encoder.texts) == (1, 0)
        with open_index(data, encoder) as opened:
            assert opened.catalog.get(["p4"])["p4"].price == 1.5

    def test_a_new_order_of_the_feed_is_followed(self, data: Path) -> None:
        index(data, HashEncoder(), *toy_products(6))
        index(data, HashEncoder(), *reversed(toy_products(6)))
        with open_index(data, HashEncoder()) as opened:
            assert opened.ids == opened.words.ids == ("p5", "p4", "p3", "p2", "p1", "p0")

    def test_several_files_are_one_catalogue(self, tmp_path: Path, data: Path) -> None:
        one = write_jsonl(tmp_path / "one.jsonl", toy_products(3))
        two = write_rows(tmp_path / "two.csv", ["id", "title"], ["x", "a kite"], ["p0", "again"])
        report = build_index([one, two], data, HashEncoder())
        assert (report.read, report.indexed, report.rejected) == (5, 4, 1)
        (reject,) = map(json.loads, report.rejects_path.read_text().splitlines())
        assert (reject["file"], reject["line"], reject["field"]) == (str(two), 3, "id")

    def test_equal_texts_are_encoded_once(self, data: Path) -> None:
        encoder = CountingEncoder()
        index(data, encoder, toy_product(0), toy_product(0, id="twin"))
        assert encoder.texts == 1
        assert check_index(data, encoder) == []

    def test_another_encoder_gets_vectors_of_its_own(self, feed: Path, data: Path) -> None:
        build_index([feed], data, CountingEncoder(64))
        other = CountingEncoder(32)
        with open_index(data, other) as opened:
            assert opened.store.count() == other.texts == 24
        with open_index(data, back := CountingEncoder(64)) as opened:
            assert len(opened.store.vectors(["p0"])["p0"]) == 64
        assert back.texts == 0

    def test_warnings_and_progress_reach_the_caller(self, tmp_path: Path, data: Path) -> None:
        path = write_rows(tmp_path / "f.csv", ["id", "title"], [1, "Café"], encoding="cp1252")
        steps: list[tuple[str, int, int]] = []
        report = build_index([path], data, HashEncoder(), progress=lambda *step: steps.append(step))
        assert "cp1252" in report.warnings[0]
        assert ("encoding", 1, 1) in steps


class TestRefusing:
    def test_nothing_indexed_yet(self, data: Path) -> None:
        for attempt in (open_index, check_index, mend_index):
            with pytest.raises(IndexMissing, match="storeclerk index FILE"):
                attempt(data, HashEncoder())
        assert not data.exists()

    @pytest.mark.parametrize("content", ["id,title\n", "id,title\n1,\n,b\n", "", "name\na\n"])
    def test_an_unusable_feed_does_not_empty_the_shop(
        self, tmp_path: Path, feed: Path, data: Path, content: str
    ) -> None:
        build_index([feed], data, HashEncoder())
        before = everything(data, HashEncoder())
        (tmp_path / "bad.csv").write_text(content)
        with pytest.raises(FeedError) as caught:
            build_index([tmp_path / "bad.csv"], data, HashEncoder())
        assert "\n" not in str(caught.value)
        assert everything(data, HashEncoder()) == before
        assert check_index(data, HashEncoder()) == []

    def test_no_feed_at_all(self, data: Path) -> None:
        with pytest.raises(FeedError, match="no feed given"):
            build_index([], data, HashEncoder())

    def test_a_first_feed_without_products_leaves_no_index(self, tmp_path: Path, data: Path) -> None:
        (tmp_path / "bad.csv").write_text("id,title\n1,\n")
        with pytest.raises(FeedError, match="all 1 rows were rejected"):
            build_index([tmp_path / "bad.csv"], data, HashEncoder())
        with pytest.raises(IndexMissing):
            open_index(data, HashEncoder())

    def test_an_open_index_keeps_others_out(self, feed: Path, data: Path) -> None:
        build_index([feed], data, HashEncoder())
        with open_index(data, HashEncoder(), command="storeclerk serve"):
            with pytest.raises(DataFolderBusy, match="storeclerk serve"):
                build_index([feed], data, HashEncoder())
            with pytest.raises(DataFolderBusy):
                open_index(data, HashEncoder())
        open_index(data, HashEncoder()).close()


class TestUnfinished:
    def test_ctrl_c_while_encoding_is_taken_up_where_it_stopped(self, data: Path) -> None:
        toys = toy_products(600)
        stopped = CountingEncoder(stop_after=300)
        with pytest.raises(KeyboardInterrupt):
            index(data, stopped, *toys)
        assert stopped.texts == 256
        encoder = CountingEncoder()
        with open_index(data, encoder) as opened:
            assert opened.store.count() == len(opened.ids) == 600
        assert encoder.texts == 600 - 256
        assert check_index(data, encoder) == []

    def test_lost_parts_are_noticed_and_made_again_without_the_feed(self, feed: Path, data: Path) -> None:
        build_index([feed], data, HashEncoder())
        feed.unlink()
        before = everything(data, HashEncoder())
        for part in ("chroma", "words"):
            shutil.rmtree(data / part)
            assert check_index(data, HashEncoder()) != []
            assert everything(data, HashEncoder()) == before

    def test_the_doctor_sees_what_opening_does_not(self, feed: Path, data: Path) -> None:
        build_index([feed], data, HashEncoder())
        with open_index(data, HashEncoder()) as opened:
            red_tent = opened.store.vectors(["p0"])["p0"].reshape(1, -1)
            opened.store.upsert(["p1"], red_tent, [opened.store.contents()["p1"]])
            opened.store.upsert(["p2"], red_tent, ["outdated"])
            opened.store.upsert(["ghost"], red_tent, ["x"])
            opened.store.delete(["p3"])
        problems = " / ".join(check_index(data, HashEncoder()))
        for part in ("missing", "such as p3", "outdated vector, such as p2", "ghost", "differ", "p1"):
            assert part in problems
        mend_index(data, encoder := CountingEncoder(256))
        assert encoder.texts == 0
        assert check_index(data, HashEncoder()) == []

    def test_torn_chroma_files_are_made_anew(self, feed: Path, data: Path, caplog: pytest.LogCaptureFixture) -> None:
        build_index([feed], data, HashEncoder())
        before = everything(data, HashEncoder())
        for by_doctor in (True, False):
            (data / "chroma" / "chroma.sqlite3").write_bytes(b"junk" * 999)
            assert "does not open" in check_index(data, HashEncoder())[0]
            if by_doctor:
                mend_index(data, HashEncoder())
            assert everything(data, HashEncoder()) == before
        assert "made anew" in caplog.text
        assert check_index(data, HashEncoder()) == []

    def test_a_damaged_table_is_named(self, feed: Path, data: Path) -> None:
        build_index([feed], data, HashEncoder())
        (data / "storeclerk.db").write_bytes(b"junk" * 999)
        with pytest.raises(IndexBroken, match="index the feed again"):
            check_index(data, HashEncoder())

    INDEX = (
        "import sys; from pathlib import Path\n"
        "import chromadb\n"
        "from retrieval.encoder import HashEncoder; from retrieval.index import build_index\n"
        "print('go', flush=True)\n"
        "build_index([Path(sys.argv[1])], Path(sys.argv[2]), HashEncoder())"
    )

    def test_killed_at_any_moment_it_ends_up_as_if_it_never_was(self, tmp_path: Path, data: Path) -> None:
        """kill -9 while one of two catalogues is indexed over the other, again and again."""
        feeds = {
            "small": write_jsonl(tmp_path / "small.jsonl", toy_products(250)),
            "large": write_jsonl(tmp_path / "large.jsonl", [toy_product(n, description="New.") for n in range(600)]),
        }
        wholes = {}
        for name, feed in feeds.items():
            started = time.monotonic()
            build_index([feed], tmp_path / name, HashEncoder())
            duration = time.monotonic() - started
            wholes[name] = everything(tmp_path / name, HashEncoder())

        existed = False
        chance = random.Random(4)
        for round in range(5):
            name = "large" if round % 2 == 0 else "small"
            command = [sys.executable, "-c", self.INDEX, str(feeds[name]), str(data)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as run:
                assert run.stdout is not None
                assert run.stdout.readline() == b"go\n"
                time.sleep(chance.uniform(0, duration * 1.1))
                os.kill(run.pid, signal.SIGKILL)
            try:
                # The table is one catalogue or the other, and all that is derived from it follows.
                assert everything(data, HashEncoder()) in wholes.values()
                assert check_index(data, HashEncoder()) == []
                existed = True
            except IndexMissing:
                assert not existed
        build_index([feeds["large"]], data, HashEncoder())
        assert everything(data, HashEncoder()) == wholes["large"]


class TestFullDisk:
    FILL = (
        "import sys; from pathlib import Path\n"
        "from retrieval.encoder import HashEncoder; from retrieval.errors import StorageFull\n"
        "from retrieval.index import build_index, open_index\n"
        "from tests.toys import toy_products, write_jsonl\n"
        "feeds, disk = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "few = write_jsonl(feeds / 'few.jsonl', toy_products(24))\n"
        "many = write_jsonl(feeds / 'many.jsonl', toy_products(30000))\n"
        "build_index([few], disk, HashEncoder())\n"
        "try:\n"
        "    build_index([many], disk, HashEncoder())\n"
        "except StorageFull as error:\n"
        "    with open_index(disk, HashEncoder()) as index:\n"
        "        print(len(index.ids), index.store.count(), error)\n"
    )

    def test_a_full_disk_is_one_clear_line_and_the_old_catalogue_stays(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = f"mount -t tmpfs -o size=8m tmpfs {disk}"
        if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "sh", "-c", mount]).returncode:
            pytest.skip("FULL DISK NOT TESTED: mounting a small tmpfs needs root and `unshare`")
        fill = [sys.executable, "-W", "error", "-c", self.FILL, str(tmp_path), str(disk)]
        command = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "sh", *fill]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.stdout.startswith("24 24 cannot write to"), done.stderr
        assert done.stdout.count("\n") == 1

    def test_a_read_only_database_is_told_from_a_damaged_one(self, tmp_path: Path) -> None:
        """SQLite's own words for it, whatever the user's rights: root may write to read-only files."""
        (tmp_path / "a.db").touch()
        with pytest.raises(StorageFull, match="readonly database"), storage_errors(tmp_path):
            connection = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
            try:
                connection.execute("CREATE TABLE t (x)")
            finally:
                connection.close()
