"""Which products a message points at, on pages whose places and names are plain to see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.references import Names, Refs, build_names, referred
from retrieval.types import Product
from tests.assistant.shop import BY_ID, PRODUCTS, make_reader

READER = make_reader()
NAMES = build_names(PRODUCTS, READER.vocabulary, lambda ids: {id: BY_ID[id] for id in ids if id in BY_ID})
TENTS = "tent-2 tent-4 tent-light"
KETTLES = "kettle-quiet kettle-plain kettle-small"


def products(ids: str) -> list[Product]:
    return [BY_ID[id] for id in ids.split()]


def point(message: str, page: str = TENTS, focus: str = "", earlier: str = "", names: Names = NAMES) -> Refs:
    return referred(message, products(page), products(focus), products(earlier), names, READER.vocabulary)


def ids(refs: Refs) -> str:
    return " ".join(p.id for p in refs.products)


class TestPlaces:
    @pytest.mark.parametrize(
        ("message", "meant"),
        [
            ("the second one", "tent-4"),
            ("The SECOND one, please", "tent-4"),
            ("is the first waterproof?", "tent-2"),
            ("the third", "tent-light"),
            ("number 2", "tent-4"),
            ("#3", "tent-light"),
            ("option two", "tent-4"),
            ("the 2nd one", "tent-4"),
            ("the last one", "tent-light"),
            ("the last", "tent-light"),
            ("compare the first and the third", "tent-2 tent-light"),
            ("compare 1 and 3", "tent-2 tent-light"),
            ("2 vs 3", "tent-4 tent-light"),
            ("compare the first two", "tent-2 tent-4"),
            ("the last two", "tent-4 tent-light"),
            ("the first, the second and the third", TENTS),
        ],
    )
    def test_a_place_means_what_stands_there(self, message: str, meant: str) -> None:
        refs = point(message)
        assert (ids(refs), refs.how, refs.problem) == (meant, "place", "")

    @pytest.mark.parametrize(
        "message", ["the ninth one", "is the ninth waterproof?", "#9", "the fourth", "compare the first and the ninth"]
    )
    def test_a_place_that_is_not_there_is_no_product(self, message: str) -> None:
        refs = point(message)
        assert (refs.products, refs.problem) == ((), "out_of_range")
        assert refs.said

    def test_with_nothing_shown_no_place_is_there(self) -> None:
        assert point("the first one", page="").problem == "out_of_range"

    @pytest.mark.parametrize(
        "message",
        ["a first aid kit", "the first time I camp", "my second tent", "under $200", "a tent for 2", "2 or 3 people"],
    )
    def test_counting_something_else_is_no_place(self, message: str) -> None:
        refs = point(message)
        assert refs.how != "place"
        assert not refs.problem

    def test_the_other_two_are_those_not_spoken_of(self) -> None:
        assert ids(point("and the other two?", focus="tent-4")) == "tent-2 tent-light"

    def test_what_was_shown_before_is_meant_by_earlier(self) -> None:
        assert ids(point("the second one from before", page=KETTLES, earlier=TENTS)) == "tent-4"
        assert ids(point("the second one", page=KETTLES, earlier=TENTS)) == "kettle-plain"


class TestNames:
    @pytest.mark.parametrize(
        ("message", "page", "meant"),
        [
            ("is the Burrow waterproof?", TENTS, "tent-light"),
            ("does the Northlea Burrow fold?", TENTS, "tent-light"),
            ("how loud is the hush", KETTLES, "kettle-quiet"),
            ("how heavy is the Burow", TENTS, "tent-light"),  # one slip
            ("is the Northlea Burrow waterproof?", KETTLES, "tent-light"),  # not on the page
            ("the Northlea Ramble", "", "pack-45"),
            ("the Brindle Tansy 4", TENTS, "tent-4"),
            ("what about tent-4?", KETTLES, "tent-4"),
        ],
    )
    def test_a_name_means_its_product(self, message: str, page: str, meant: str) -> None:
        refs = point(message, page)
        assert (ids(refs), refs.how, refs.problem) == (meant, "name", "")

    @pytest.mark.parametrize(
        ("message", "page", "said"),
        [
            ("is the Burrow waterproof?", TENTS, "is the third one waterproof?"),
            ("why the Northlea Burrow?", TENTS, "why the third one?"),
            ("why the Oakley Plain Kettle?", KETTLES, "why the second one?"),
            ("the Oakley Hush Kettle but in red", KETTLES, "the first one but in red"),
        ],
    )
    def test_a_name_on_the_page_is_put_as_its_place(self, message: str, page: str, said: str) -> None:
        assert point(message, page).text == said

    def test_one_name_of_two_products_is_doubtful(self) -> None:
        refs = point("is the Tansy waterproof?")
        assert (ids(refs), refs.problem) == ("tent-2 tent-4", "ambiguous")

    @pytest.mark.parametrize("message", ["a plain kettle", "northlea tents", "in navy blue", "waterproof", "steel"])
    def test_what_is_a_wish_is_no_name(self, message: str) -> None:
        assert point(message).how != "name"


class TestPicking:
    @pytest.mark.parametrize(
        ("message", "page", "meant"),
        [
            ("is the green one waterproof?", TENTS, "tent-2"),
            ("the navy one", TENTS, "tent-4"),
            ("is the cheaper one good?", KETTLES, "kettle-small"),
            ("how heavy is the cheapest one", TENTS, "tent-2"),
            ("the lightest one", TENTS, "tent-light"),
            ("tell me about the steel one", KETTLES, "kettle-quiet"),
        ],
    )
    def test_what_is_so_of_one_alone_means_it(self, message: str, page: str, meant: str) -> None:
        refs = point(message, page)
        assert (ids(refs), refs.how) == (meant, "pick")

    def test_what_is_so_of_several_is_doubtful(self) -> None:
        refs = point("is the Oakley one loud?", KETTLES)
        assert (ids(refs), refs.problem) == ("kettle-quiet kettle-plain", "ambiguous")

    def test_what_is_so_of_none_means_none(self) -> None:
        assert not point("the purple one").products


class TestPronouns:
    @pytest.mark.parametrize(
        ("message", "focus", "meant"),
        [
            ("is it waterproof?", "tent-4", "tent-4"),
            ("how heavy is it", "", TENTS),
            ("are they waterproof?", "tent-4", TENTS),
            ("compare them", "", TENTS),
            ("compare those two", "tent-2 tent-light", "tent-2 tent-light"),
            ("which of the two is lighter", "tent-2 tent-light", "tent-2 tent-light"),
            ("the same one in red", "tent-4", "tent-4"),
        ],
    )
    def test_it_is_what_was_last_spoken_of(self, message: str, focus: str, meant: str) -> None:
        refs = point(message, focus=focus)
        assert (ids(refs), refs.how) == (meant, "pronoun")

    @pytest.mark.parametrize("message", ["the same budget", "the same colour", "same for a kettle"])
    def test_the_same_wish_is_no_product(self, message: str) -> None:
        assert not point(message, focus="tent-4").products

    def test_with_nothing_shown_it_is_nothing(self) -> None:
        assert point("is it waterproof?", page="").products == ()


class TestAnything:
    @given(
        st.text(max_size=80)
        | st.sampled_from(["the %s one", "#%s", "compare %s and %s"]).map(lambda t: t % ((9,) * t.count("%s"))),
        st.lists(st.sampled_from(PRODUCTS), max_size=4, unique_by=lambda p: p.id),
    )
    def test_any_message_points_at_real_products_or_none(self, message: str, page: list[Product]) -> None:
        refs = referred(message, page, [], [], NAMES, READER.vocabulary)
        assert all(BY_ID[p.id] is p for p in refs.products)
        assert len({p.id for p in refs.products}) == len(refs.products)
        if refs.problem == "out_of_range":
            assert not refs.products
        if refs.how in ("place", "pick", "pronoun"):
            assert {p.id for p in refs.products} <= {p.id for p in page}

    @given(st.integers(1, 10), st.integers(0, 6))
    def test_a_number_is_on_the_page_or_out_of_range(self, number: int, length: int) -> None:
        page = list(PRODUCTS[:length])
        refs = referred(f"number {number}", page, [], [], NAMES, READER.vocabulary)
        assert refs.products == ((page[number - 1],) if number <= length else ())
        assert (refs.problem == "out_of_range") == (number > length)
