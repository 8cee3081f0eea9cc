"""The yardsticks of the measurements: numbers that can be worked out on paper, and inputs in both forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.facts import Facts
from assistant.types import Constraint
from benchmarks import known_items
from benchmarks.duplicates import brute_force, make_shop
from benchmarks.explanations import distinct_2, free_text, most_repeated_opening, wrong_fact
from benchmarks.variety import diversity, ndcg, popular_ids, read_grades
from retrieval.duplicates import near_pairs
from retrieval.encoder import HashEncoder
from retrieval.errors import StoreclerkError
from retrieval.index import build_index
from retrieval.judgements import read_judgements
from retrieval.text import fold
from retrieval.types import Product
from tests.toys import toy_products, write_jsonl


def test_ndcg_by_hand() -> None:
    grades = {"a": 3.0, "b": 1.0, "c": 0.0}
    assert ndcg(["a", "b"], grades, 10) == 1.0
    assert ndcg(["c", "x"], grades, 10) == 0.0
    assert ndcg(["b", "a"], grades, 10) == pytest.approx((1 + 7 / np.log2(3)) / (7 + 1 / np.log2(3)))
    assert ndcg(["b", "a"], grades, 1) == pytest.approx(1 / 7)
    assert ndcg(["a"], {}, 10) == 0.0


def test_diversity_by_hand() -> None:
    east, north = np.eye(2, dtype=np.float32)
    assert diversity(np.stack([east, east])) == 0.0
    assert diversity(np.stack([east, north])) == 1.0
    assert diversity(np.stack([east, east, north])) == pytest.approx(2 / 3)
    assert diversity(np.stack([east])) == 0.0


def test_the_popular_fifth() -> None:
    assert popular_ids(toy_products(10)) == {"p9", "p8"}


def test_judgements_come_in_two_forms(tmp_path: Path) -> None:
    trec, tsv, bad = (tmp_path / name for name in ("a.txt", "b.tsv", "c.txt"))
    trec.write_text("q1 0 p1 3\nq1 0 p2 0\n")
    tsv.write_text('query\tproduct_id\tgrade\n24" Frame\tp1\t2\n')
    bad.write_text("q1 p1\n")
    assert read_grades(trec) == {"q1": {"p1": 3.0, "p2": 0.0}}
    assert read_grades(tsv) == {'24" frame': {"p1": 2.0}}
    with pytest.raises(StoreclerkError, match="line 1"):
        read_grades(bad)


def test_planted_duplicates_are_among_the_pairs_of_the_brute_force() -> None:
    products, vectors, planted = make_shop(400, 16)
    brands = [fold(product.brand) for product in products]
    pairs = {(min(a, b), max(a, b)) for a, b, _cosine in near_pairs(brands, vectors)}
    assert len(pairs) == brute_force(brands, vectors)
    assert planted <= pairs


def test_known_item_requests_are_judgements_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([write_jsonl(tmp_path / "toys.jsonl", toy_products())], tmp_path / "data", HashEncoder())
    (tmp_path / "held.txt").write_text("p0\np4\n")
    output = tmp_path / "requests.tsv"
    arguments = ["", "--data-dir", str(tmp_path / "data"), "--requests", "5", "--held-out", str(tmp_path / "held.txt")]
    monkeypatch.setattr("sys.argv", [*arguments, "--output", str(output)])
    known_items.main()
    read = read_judgements(output)
    assert len(read.qrels) == 5
    assert all({"p0", "p4"} & set(grades) for grades in read.qrels.values())


def test_variety_of_sentences_by_hand() -> None:
    assert distinct_2(["It is red.", "It is red."]) == 0.5
    assert distinct_2([]) == 0.0
    assert most_repeated_opening(["It is red.", "It is red, too.", "Made of wool."]) == "“It is red.” 33 %"
    assert most_repeated_opening([]) == "-"


def test_a_wrong_price_or_name_is_seen_without_the_checker() -> None:
    other = Product("b", "Hearthby Larder Cylinder, White")
    limit = Constraint("price", "price", "under $60", high=60.0)
    facts = Facts(Product("a", "Orla Kettle, Red", price=45.5, currency="USD"), (), (limit,), "", page=(other,))
    for right in (
        "It costs $45.50, within your limit of $60.",
        "It is $14.50 under your limit.",
        "The Orla Kettle is red.",
    ):
        assert wrong_fact(facts, right) == ""
    assert wrong_fact(facts, "It costs $45.00.") == "price 45.00"
    assert wrong_fact(facts, "The Hearthby Larder Cylinder is red.") == "name Hearthby Larder Cylinder"


def test_single_attributes_are_read_as_products_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    rows = ['"color: { value:""Red"" }"\tIt is red.', "batteries_included: { value:true }\tYes.", "size: { }\t"]
    file.write_text("\n".join(["data\ttext", *rows, '"w: { unit:""cm"", value:3 }"\t']))
    pages = free_text(file, 10)
    assert [facts.product.attributes for [facts] in pages] == [{"color": "Red"}, {"batteries included": True}]
    assert [facts.reasons[0].text for [facts] in pages] == ["It comes in Red.", "It is batteries included."]
