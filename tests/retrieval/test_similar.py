from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.encoder import HashEncoder
from retrieval.errors import UnknownProduct
from retrieval.index import Index, build_index, open_index
from retrieval.similar import similar_to
from tests.toys import toy_product, toy_products, write_jsonl


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The toy shop, and one listing of the red tent more, word for word."""
    folder = tmp_path_factory.mktemp("toys")
    products = [*toy_products(), toy_product(0, id="p0-again")]
    build_index([write_jsonl(folder / "feed.jsonl", products)], folder / "data", HashEncoder())
    with open_index(folder / "data", HashEncoder()) as opened:
        yield opened


def test_the_nearest_come_first_and_never_the_product_itself(index: Index) -> None:
    product, found = similar_to(index, "p0", 5)
    assert product.id == "p0"
    assert len(found) == 5
    assert "p0" not in [s.product.id for s in found]
    assert found[0].product.id == "p0-again"
    assert found[0].similarity == pytest.approx(1.0, abs=1e-5)
    assert found[0].variant
    assert [s.similarity for s in found] == sorted((s.similarity for s in found), reverse=True)


def test_what_is_shared_and_what_sets_apart_is_said_with_its_values(index: Index) -> None:
    _, found = similar_to(index, "p0", 24)
    green = next(s for s in found if s.product.id == "p1")
    assert "brand: Tentworks" in green.same
    assert "category: Tent" in green.same
    assert "colour: green instead of red" in green.different
    assert "waterproof: no instead of yes" in green.different
    assert not any(fact.startswith("weight") for fact in (*green.same, *green.different))  # 100 and 101 g


def test_there_may_be_fewer_than_asked_for(index: Index) -> None:
    assert len(similar_to(index, "p3", 100)[1]) == 24


def test_an_unknown_id_is_named_with_those_that_come_near(index: Index) -> None:
    with pytest.raises(UnknownProduct, match=r"'P0-agian'.*did you mean 'p0-again'"):
        similar_to(index, "P0-agian", 3)
    with pytest.raises(UnknownProduct, match=r"'zebra'.*`search`"):
        similar_to(index, "zebra", 3)
