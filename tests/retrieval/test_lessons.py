from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.documents import for_meaning, for_words
from retrieval.encoder import HashEncoder
from retrieval.lessons import SIZE, Event, GradedList, from_events, from_judgements, from_requests, split_by_query
from retrieval.lexical import WordIndex
from retrieval.requests import make_requests
from retrieval.text import fold
from tests.toys import toy_products

PRODUCTS = toy_products()
IDS = [product.id for product in PRODUCTS]


class TestRequests:
    def made(self, count: int = 24) -> list[GradedList]:
        products = PRODUCTS[:count]
        encoder = HashEncoder()
        vectors = encoder.encode([for_meaning(product) for product in products])
        words = WordIndex.build(IDS, [for_words(product) for product in PRODUCTS])
        return from_requests(make_requests(products, 60), products, vectors, words, encoder)

    def test_a_list_holds_right_and_wrong_products_once(self) -> None:
        lists = self.made()
        assert len(lists) > 40
        for one in lists:
            assert len(one.product_ids) == len(set(one.product_ids)) == SIZE
            assert 3 in one.grades
            assert len(set(one.grades)) > 1
        assert lists == self.made()

    def test_products_outside_are_passed_over(self) -> None:
        assert {id for one in self.made(12) for id in one.product_ids} <= set(IDS[:12])


class TestJudgements:
    def test_half_of_a_list_is_relevant_where_it_can_be(self) -> None:
        qrels = {"a": {f"p{n}": int(n < 6) for n in range(12)}}
        lists = from_judgements(qrels, {"a": "tent"}, IDS)
        assert len(lists) == round(2 * 12 / SIZE)
        for one in lists:
            assert one.query == "tent"
            assert sum(one.grades) == SIZE // 2
            assert dict(zip(one.product_ids, one.grades, strict=True)).items() <= qrels["a"].items()

    def test_what_nobody_judged_fills_up_as_wrong(self) -> None:
        (one,) = from_judgements({"a": {"p0": 3, "p1": 0, "gone": 2}}, {"a": "tent"}, IDS)
        assert len(set(one.product_ids)) == SIZE
        assert "gone" not in one.product_ids
        assert sorted(one.grades) == [0] * 7 + [3]

    @pytest.mark.parametrize("grades", [{"p0": 0}, {"p0": 1, "p1": 1}, {"gone": 3}, {}])
    def test_one_grade_teaches_nothing(self, grades: dict[str, int]) -> None:
        assert from_judgements({"a": grades}, {"a": "tent"}, IDS) == []

    def test_a_catalogue_smaller_than_a_list_gives_none(self) -> None:
        assert from_judgements({"a": {"p0": 3, "p1": 0}}, {"a": "tent"}, IDS[:5]) == []


SORTS = {product.id: product.category[-1].casefold() for product in PRODUCTS}


class TestEvents:
    EVENTS = tuple(
        Event(f"s{n}", f"p{(n + step) % 24}", bought=step == 4) for n in range(40) for step in (0, 1, 2, 3, 4)
    )

    def test_the_purchase_is_the_right_one_and_the_past_what_came_before(self) -> None:
        lists = from_events(self.EVENTS, SORTS, IDS)
        assert len(lists) == 40
        for n, one in enumerate(lists):
            assert one.history == tuple(f"p{(n + step) % 24}" for step in (1, 2, 3))
            assert one.product_ids[one.grades.index(3)] == f"p{(n + 4) % 24}"
            assert sum(one.grades) == 3
        asked = [one for one in lists if one.query]
        assert 5 < len(asked) < 35
        assert all(one.query == SORTS[one.product_ids[0]] for one in asked)

    def test_a_purchase_out_of_nowhere_teaches_nothing(self) -> None:
        assert from_events([Event("s", "p0", bought=True)], SORTS, IDS) == []
        assert from_events([Event("s", "p0", bought=False), Event("s", "gone", bought=True)], SORTS, IDS) == []


class TestSplit:
    @given(
        st.lists(st.tuples(st.sampled_from(["tent", "Tent", "lamp", "mug", ""]), st.sampled_from("abc"))),
        st.floats(0, 0.9),
        st.integers(0, 9),
    )
    def test_no_query_is_on_both_sides(self, made: list[tuple[str, str]], share: float, seed: int) -> None:
        lists = [GradedList(query, ("p0", "p1"), (3, 0), group="" if query else group) for query, group in made]
        training, held_out = split_by_query(lists, share, seed)
        assert bool(training) == bool(lists)
        assert not {fold(one.query) for one in training if one.query} & {fold(one.query) for one in held_out}
        assert not {one.group for one in training if one.group} & {one.group for one in held_out}
        assert len(training) + len(held_out) == len(lists)

    def test_a_misspelling_goes_with_what_was_meant(self) -> None:
        lists = [GradedList(text, ("p0", "p1"), (3, 0), group="tent") for text in ("tent", "tnet")]
        assert split_by_query(lists, 0.5, 1) == (lists, [])

    def test_one_query_is_trained_on(self) -> None:
        one = GradedList("tent", ("p0", "p1"), (3, 0))
        assert split_by_query([one], 0.5, 1) == ([one], [])
