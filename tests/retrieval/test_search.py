from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.encoder import HashEncoder
from retrieval.index import build_index, open_index
from retrieval.search import (
    Searcher,
    first_score,
    matched_words,
    open_searcher,
    query_vector,
    search,
    taste_vector,
)
from retrieval.types import AttributeTest, Filter, Hit
from tests.toys import KINDS, toy_products, write_jsonl

RED = AttributeTest("colour", any_of=frozenset({"red"}))
NOTHING = Filter(brands=frozenset({"nobody"}))


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("search")
    feed = write_jsonl(folder / "toys.jsonl", toy_products())
    build_index([feed], folder / "data", HashEncoder())
    with open_index(folder / "data", HashEncoder()) as index:
        yield open_searcher(index, HashEncoder())


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.product.id for hit in hits]


class LastFirst:
    """A reranker that remembers what it was asked and finds each text better than the one before."""

    name = "last-first"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        self.asked.extend(texts)
        return [n / len(texts) for n in range(len(texts))]


class TestFinding:
    def test_the_product_that_is_named_comes_first_in_both_searches(self, searcher: Searcher) -> None:
        best = search(searcher, "red lamp")[0]
        assert best.product.id == "p4"
        assert best.words > 0.3
        assert best.meaning > 0.3
        assert best.every_word
        assert best.matched_words == ("red", "lamp")

    def test_a_product_found_by_meaning_alone_has_no_share_of_words(self, searcher: Searcher) -> None:
        hit = next(h for h in search(searcher, "red lamp") if not h.matched_words)
        assert hit.words == 0
        assert not hit.every_word

    def test_k_limits_the_page_and_changes_no_order(self, searcher: Searcher) -> None:
        whole = ids(search(searcher, "green mug"))
        assert len(whole) == 24
        assert ids(search(searcher, "green mug", k=24)) == whole
        assert ids(search(searcher, "green mug", k=1)) == whole[:1]

    def test_an_unknown_word_still_finds_by_meaning(self, searcher: Searcher) -> None:
        assert all(hit.words == 0 for hit in search(searcher, "xylophone"))
        assert len(search(searcher, "xylophone", k=5)) == 5

    def test_the_same_request_gives_the_same_page(self, searcher: Searcher) -> None:
        assert search(searcher, "a lamp for the road") == search(searcher, "a lamp for the road")

    @pytest.mark.parametrize("query", ["'; DROP TABLE products; --", "😀", "帐篷", "\x00", "tent " * 400, "AND OR NOT"])
    def test_no_query_breaks_it(self, searcher: Searcher, query: str) -> None:
        assert len(search(searcher, query, k=3)) == 3


class TestFilteringFirst:
    def test_the_one_product_admitted_is_found_however_low_it_ranks(self, searcher: Searcher) -> None:
        last = ids(search(searcher, "red tent"))[-1]
        only = Filter(exclude_ids=frozenset(f"p{n}" for n in range(24)) - {last})
        (hit,) = search(searcher, "red tent", filter=only, k=1)
        assert hit.product.id == last

    def test_both_searches_look_among_the_admitted_only(self, searcher: Searcher) -> None:
        pillows = Filter(categories=frozenset({"pillow"}))
        (hit,) = search(searcher, "red lamp", filter=pillows, k=1)
        assert hit.product.id == "p20"
        assert hit.meaning == pytest.approx(_cosine(searcher, "red lamp", "p20"), abs=1e-5)

    def test_nothing_admitted_is_an_empty_page(self, searcher: Searcher) -> None:
        assert search(searcher, "red lamp", filter=NOTHING) == []
        assert search(searcher, "", filter=NOTHING, history=["p4"]) == []

    @settings(max_examples=20)
    @given(
        st.frozensets(st.sampled_from(KINDS), max_size=2),
        st.booleans(),
        st.none() | st.integers(8, 36),
        st.sampled_from(["", "red lamp", "pillow for the road", "zzz"]),
        st.lists(st.sampled_from(["p0", "p9", "gone"]), max_size=2),
    )
    def test_a_page_is_full_of_admitted_products_or_holds_all_of_them(
        self, searcher: Searcher, kinds: frozenset[str], red: bool, most: int | None, query: str, history: list[str]
    ) -> None:
        filter = Filter(categories=kinds, attributes=(RED,) if red else (), price_max=most)
        allowed = {searcher.facets.ids[row] for row in np.flatnonzero(searcher.facets.mask(filter))}
        found = ids(search(searcher, query, filter=filter, history=history, k=5))
        assert set(found) <= allowed
        assert len(found) == len(set(found)) == min(5, len(allowed))


class TestHistory:
    def test_it_pulls_towards_what_the_shopper_looked_at(self, searcher: Searcher) -> None:
        for colour, past in (("red", "p4"), ("black", "p7")):
            hits = search(searcher, "tent", history=[past])
            nearest = max(hits, key=lambda hit: hit.meaning).product
            assert nearest.attributes["colour"] == colour
            assert "tent" in nearest.title  # the request stays the larger part

    def test_alone_it_is_the_request(self, searcher: Searcher) -> None:
        hits = search(searcher, "", history=["p9"], k=3)
        assert hits[0].product.id == "p9"
        assert hits[0].meaning == pytest.approx(1.0, abs=1e-4)
        assert all(hit.words == 0 and hit.matched_words == () for hit in hits)

    def test_products_that_have_left_the_catalogue_pull_nowhere(self, searcher: Searcher) -> None:
        assert search(searcher, "tent", history=["gone"]) == search(searcher, "tent")

    def test_recent_steps_weigh_more(self, searcher: Searcher) -> None:
        known = searcher.index.store.vectors(["p0", "p23"])
        taste = taste_vector(searcher, ["p0", "p23"])
        assert taste is not None
        assert float(taste @ known["p23"]) > float(taste @ known["p0"])
        again = taste_vector(searcher, ["p0", "p23", "p0"])
        assert again is not None
        assert float(again @ known["p0"]) > float(again @ known["p23"])

    def test_vectors_are_of_unit_length_or_not_there(self, searcher: Searcher) -> None:
        for query, history in (("tent", []), ("", ["p1", "p2"]), ("tent", ["p1", "p2", "gone"])):
            vector = query_vector(searcher, query, history)
            assert vector is not None
            assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)
        assert query_vector(searcher, "", []) is None
        assert query_vector(searcher, "", ["gone"]) is None
        assert taste_vector(searcher, []) is None


class TestEmptyQuery:
    def test_the_catalogues_own_order_counts(self, searcher: Searcher) -> None:
        hits = search(searcher, "", k=4)
        assert ids(hits) == ["p0", "p1", "p2", "p3"]
        assert all((h.words, h.meaning, h.relevance) == (0, 0, None) for h in hits)

    def test_among_the_admitted(self, searcher: Searcher) -> None:
        assert ids(search(searcher, "", filter=Filter(categories=frozenset({"mug"})))) == ["p8", "p9", "p10", "p11"]


class TestReranking:
    def test_it_scores_the_candidates_of_the_page_and_no_others(self, searcher: Searcher) -> None:
        reranker = LastFirst()
        with_one = Searcher(searcher.index, searcher.facets, searcher.encoder, reranker)
        hits = search(with_one, "red lamp", filter=Filter(categories=frozenset({"mug"})), k=3)
        assert [hit.relevance for hit in hits] == [0, 1 / 3, 2 / 3]
        assert len(reranker.asked) == 3
        assert all("mug" in text for text in reranker.asked)

    def test_without_words_there_is_nothing_to_judge(self, searcher: Searcher) -> None:
        reranker = LastFirst()
        with_one = Searcher(searcher.index, searcher.facets, searcher.encoder, reranker)
        assert [hit.relevance for hit in search(with_one, "", history=["p1"], k=2)] == [None, None]
        assert reranker.asked == []


class TestScores:
    def test_each_candidate_has_both_whichever_search_found_it(self, searcher: Searcher) -> None:
        for hit in search(searcher, "red lamp", k=4):
            assert hit.meaning == pytest.approx(_cosine(searcher, "red lamp", hit.product.id), abs=1e-5)
            assert hit.words == searcher.index.words.shares("red lamp", [hit.product.id])[hit.product.id]

    def test_the_page_falls_by_their_weighted_sum(self, searcher: Searcher) -> None:
        scores = [first_score(hit) for hit in search(searcher, "red lamp")]
        assert scores == sorted(scores, reverse=True)

    def test_every_word_means_every_word(self, searcher: Searcher) -> None:
        assert search(searcher, "red lamp")[0].every_word
        assert not any(hit.every_word for hit in search(searcher, "red xylophone"))
        assert not any(hit.every_word for hit in search(searcher, "the"))


def _cosine(searcher: Searcher, query: str, id: str) -> float:
    return float(searcher.index.store.vectors([id])[id] @ searcher.encode(query))


class TestMatchedWords:
    @pytest.mark.parametrize(
        ("query", "terms", "found"),
        [
            ("Red tents for the road", {"red", "tent"}, ("red", "tents")),
            ("tent tent", {"tent"}, ("tent",)),
            ("usb-c hub", {"usb", "hub"}, ("usb-c", "hub")),
            ("the", {"the"}, ()),
            ("", {"tent"}, ()),
        ],
    )
    def test_the_shoppers_own_words_in_order(self, query: str, terms: set[str], found: tuple[str, ...]) -> None:
        assert matched_words(query, frozenset(terms)) == found


class TestRemembering:
    def test_a_request_is_encoded_once(self, searcher: Searcher) -> None:
        class Counting(HashEncoder):
            asked = 0

            def encode(self, texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
                self.asked += len(texts)
                return super().encode(texts)

        encoder = Counting()
        counted = Searcher(searcher.index, searcher.facets, encoder)
        for _ in range(3):
            search(counted, "red lamp")
        assert encoder.asked == 1
        for number in range(600):
            counted.encode(f"request {number}")
        assert len(counted._vectors) <= 512
