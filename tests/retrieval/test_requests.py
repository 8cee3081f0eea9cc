from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.requests import KINDS, common_phrases, make_requests
from retrieval.text import words
from retrieval.types import AttributeValue, Product, Quantity
from tests.toys import toy_product, toy_products

TEXT = st.text(alphabet="abcdefgh 0123-ßé", max_size=24)
VALUES: st.SearchStrategy[AttributeValue] = st.one_of(
    st.booleans(), TEXT, st.builds(Quantity, st.floats(0, 99), st.sampled_from(["kg", "cm", ""]))
)
PRODUCTS = st.lists(
    st.builds(
        Product,
        id=st.uuids().map(str),
        title=TEXT,
        brand=st.sampled_from(["", "Oak", "Elm"]),
        category=st.sampled_from([(), ("Outdoor", "Tents")]),
        description=st.sampled_from(["", "good for winter camping"]),
        attributes=st.dictionaries(st.sampled_from(["colour", "weight", "timer"]), VALUES, max_size=3),
    ),
    max_size=6,
    unique_by=lambda product: product.id,
)


@given(PRODUCTS, st.integers(0, 30), st.integers(0, 5))
def test_requests_say_something_and_their_own_product_answers_them(
    products: list[Product], count: int, seed: int
) -> None:
    made = make_requests(products, count, seed)
    by_id = {product.id: product for product in products}
    assert len(made) in (0, count)
    for request in made:
        assert request.text.strip()
        assert request.meant.strip()
        assert request.grade(by_id[request.product_id]) == 3
        assert all(request.grade(product) in (0, 1, 3) for product in products)
    assert make_requests(products, count, seed) == made


def test_titles_without_words_ask_for_nothing() -> None:
    assert make_requests([], 5) == []
    assert make_requests([Product("a", "the"), Product("b", "!")], 5) == []


def test_every_kind_of_request_is_made() -> None:
    products = [toy_product(n, title=f"{p.title} x{n:03}a") for n, p in enumerate(toy_products())]
    assert {request.kind for request in make_requests(products, 400)} == set(KINDS)


def test_grades_are_what_the_listing_states() -> None:
    requests = make_requests(toy_products(48), 400)
    tents = [r for r in requests if r.kind == "type" and r.sort == "tent"]
    assert tents
    assert tents[0].grade(toy_product(1)) == 3
    assert tents[0].grade(toy_product(5)) == 0  # a lamp
    fact = next(r for r in requests if r.kind == "facts" and dict(r.facts).get("colour") == "red" and len(r.facts) == 1)
    sort = ("tent", "lamp", "mug", "rope", "stove", "pillow").index(fact.sort)
    assert fact.grade(toy_product(4 * sort)) == 3
    assert fact.grade(toy_product(4 * sort + 1)) == 1  # the same thing in green: half of what was asked


def test_common_phrases_are_shared_by_brands() -> None:
    products = [Product(str(n), f"Maker{n % 2} folding lamp {n}", brand=f"Maker{n % 2}") for n in range(6)]
    assert common_phrases(products)["0"] == {"folding", "lamp", "folding lamp"}


def test_some_are_misspelt_but_no_letter_comes_from_nowhere() -> None:
    made = make_requests(toy_products(), 300)
    changed = [r for r in made if sorted(words(r.text)) != sorted(words(r.meant))]
    assert 0.03 < len(changed) / len(made) < 0.35
