from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SettingsError
from assistant.profile import Shopper, nearest_past, read_shoppers
from assistant.types import PastItem
from retrieval.types import Vectors
from tests.assistant.shop import BY_ID
from tests.toys import write_rows

HEADER = ("shopper", "time", "event", "product_id", "rating")


def shoppers(path: Path, *rows: tuple[object, ...]) -> list[Shopper]:
    return read_shoppers(write_rows(path / "events.csv", HEADER, *rows), BY_ID)


class TestReadingEvents:
    def test_steps_are_told_oldest_first_whatever_the_order_of_the_file(self, tmp_path: Path) -> None:
        (ann,) = shoppers(
            tmp_path,
            ("ann", "2026-03-02T00:00Z", "view", "kettle-plain", ""),
            ("ann", "2026-03-01T00:00Z", "view", "tent-2", ""),
        )
        assert ann.history == (PastItem("tent-2", "viewed"), PastItem("kettle-plain", "viewed"))

    def test_shoppers_are_told_apart_and_sorted(self, tmp_path: Path) -> None:
        found = shoppers(tmp_path, ("zoe", 1, "view", "tent-2", ""), ("ann", 2, "view", "tent-4", ""))
        assert [shopper.id for shopper in found] == ["ann", "zoe"]

    @pytest.mark.parametrize(
        ("events", "verb"),
        [
            (["view"], "viewed"),
            (["view", "add_to_cart"], "put in your cart"),
            (["view", "add_to_cart", "buy"], "bought"),
            (["buy", "view"], "bought"),
            (["add_to_cart", "view"], "put in your cart"),
            (["buy", "rate"], "bought"),
        ],
    )
    def test_a_product_keeps_the_strongest_thing_done_with_it(
        self, tmp_path: Path, events: list[str], verb: str
    ) -> None:
        (ann,) = shoppers(tmp_path, *[("ann", n, event, "tent-2", "") for n, event in enumerate(events)])
        assert ann.history == (PastItem("tent-2", verb),)

    def test_a_product_stands_where_it_was_last_seen(self, tmp_path: Path) -> None:
        (ann,) = shoppers(
            tmp_path,
            ("ann", 1, "buy", "tent-2", 5),
            ("ann", 2, "view", "tent-4", ""),
            ("ann", 3, "view", "tent-2", ""),
        )
        assert ann.history == (PastItem("tent-4", "viewed"), PastItem("tent-2", "bought"))

    def test_only_the_recent_dozen_is_kept(self, tmp_path: Path) -> None:
        known = list(BY_ID)[:15]
        (ann,) = shoppers(tmp_path, *[("ann", f"{n:02}", "view", id, "") for n, id in enumerate(known)])
        assert [item.product_id for item in ann.history] == known[3:]

    def test_unknown_products_and_events_are_left_out(self, tmp_path: Path) -> None:
        assert shoppers(tmp_path, ("ann", 1, "view", "gone", ""), ("bob", 1, "frown", "tent-2", "")) == []

    def test_the_label_says_what_a_shopper_cares_for_most(self, tmp_path: Path) -> None:
        ids = ("tent-2", "tent-4", "tent-6", "kettle-plain", "kettle-small", "knife-chef")
        (ann,) = shoppers(tmp_path, *[("ann", n, "view", id, "") for n, id in enumerate(ids)])
        assert ann.label == "ann: tents, kettles"

    @pytest.mark.parametrize("column", ["shopper", "time", "event", "product_id"])
    def test_a_missing_column_is_named(self, tmp_path: Path, column: str) -> None:
        path = write_rows(tmp_path / "events.csv", [name for name in HEADER if name != column])
        with pytest.raises(SettingsError, match=f"no column {column}"):
            read_shoppers(path, BY_ID)

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"gone\.csv"):
            read_shoppers(tmp_path / "gone.csv", BY_ID)
        (tmp_path / "empty.csv").touch()
        with pytest.raises(SettingsError, match="no column"):
            read_shoppers(tmp_path / "empty.csv", BY_ID)


def unit(x: float, y: float) -> Vectors:
    vector = np.asarray([x, y], dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


class TestNearestPast:
    vectors = {  # noqa: RUF012
        "tent-2": unit(1, 0),
        "tent-4": unit(1, 0.2),
        "tent-6": unit(1, 0.6),
        "kettle-plain": unit(0, 1),
    }

    def test_the_most_alike_is_named(self) -> None:
        assert nearest_past(BY_ID["tent-2"], ["kettle-plain", "tent-6", "tent-4"], self.vectors) == "tent-4"

    def test_nothing_alike_is_nothing(self) -> None:
        assert nearest_past(BY_ID["tent-2"], ["kettle-plain"], self.vectors) is None
        assert nearest_past(BY_ID["tent-2"], [], self.vectors) is None

    def test_a_product_of_the_past_is_nearest_to_itself(self) -> None:
        assert nearest_past(BY_ID["tent-2"], ["tent-4", "tent-2", "tent-6"], self.vectors) == "tent-2"

    def test_products_without_a_vector_are_passed_over(self) -> None:
        assert nearest_past(BY_ID["tent-2"], ["gone", "tent-4"], self.vectors) == "tent-4"
        assert nearest_past(BY_ID["knife-chef"], ["tent-4"], self.vectors) is None

    def test_how_alike_is_alike_enough_can_be_set(self) -> None:
        assert nearest_past(BY_ID["tent-2"], ["tent-6"], self.vectors, least=0.9) is None
        assert nearest_past(BY_ID["tent-2"], ["tent-6"], self.vectors, least=0.8) == "tent-6"
