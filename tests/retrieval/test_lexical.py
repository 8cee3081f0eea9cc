from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.documents import for_words
from retrieval.errors import IndexBroken
from retrieval.lexical import WordIndex
from tests.toys import toy_products


@pytest.fixture(scope="module")
def words() -> WordIndex:
    toys = toy_products()
    return WordIndex.build([toy.id for toy in toys], [for_words(toy) for toy in toys], "print")


def found(words: WordIndex, query: str, k: int = 24) -> list[str]:
    return [id for id, _score in words.search(query, k)]


def test_the_product_with_both_words_is_first(words: WordIndex) -> None:
    assert found(words, "red lamp")[0] == "p4"
    assert found(words, "the BLUE mugs!")[0] == "p10"


def test_only_products_with_a_word_are_found_best_first(words: WordIndex) -> None:
    results = words.search("stove nonsense", 24)
    assert sorted(id for id, _score in results) == ["p16", "p17", "p18", "p19"]
    scores = [score for _id, score in results]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_ties_keep_the_order_of_the_catalogue() -> None:
    words = WordIndex.build(["z", "m", "a"], [["tent"], ["tent"], ["tent"]])
    assert found(words, "tent") == ["z", "m", "a"]
    assert found(words, "tent", k=2) == ["z", "m"]


def test_the_mask_is_applied_before_the_best_are_taken(words: WordIndex) -> None:
    only_black = np.arange(24) % 4 == 3
    assert [id for id, _score in words.search("red tent", 1, only_black)] == ["p3"]
    assert words.search("red", 5, np.zeros(24, dtype=np.bool_)) == []


@pytest.mark.parametrize("query", ["", "   ", "the of and", "xyzzy", "!?"])
def test_a_query_without_known_words_finds_nothing(words: WordIndex, query: str) -> None:
    assert words.search(query, 5) == []


@pytest.mark.parametrize("documents", [[], [[]], [[], ["tent"], []]])
def test_catalogues_with_nothing_to_say(tmp_path: Path, documents: list[list[str]]) -> None:
    ids = [str(n) for n in range(len(documents))]
    WordIndex.build(ids, documents).save(tmp_path / "words")
    loaded = WordIndex.load(tmp_path / "words")
    assert loaded.ids == tuple(ids)
    assert found(loaded, "tent") == (["1"] if len(documents) == 3 else [])


def test_a_saved_index_answers_the_same(words: WordIndex, tmp_path: Path) -> None:
    for _again in range(2):
        words.save(tmp_path / "words")
    loaded = WordIndex.load(tmp_path / "words")
    assert loaded.fingerprint == "print"
    assert loaded.search("green rope for the road", 9) == words.search("green rope for the road", 9)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["words"]


def test_whatever_file_is_missing_or_cut_the_damage_is_noticed(words: WordIndex, tmp_path: Path) -> None:
    words.save(tmp_path / "good")
    for file in (tmp_path / "good").iterdir():
        bad = tmp_path / "bad"
        shutil.copytree(tmp_path / "good", bad)
        (bad / file.name).write_bytes(file.read_bytes()[:20])
        with pytest.raises(IndexBroken, match="doctor --mend"):
            WordIndex.load(bad)
        (bad / file.name).unlink()
        with pytest.raises(IndexBroken):
            WordIndex.load(bad)
        shutil.rmtree(bad)


def test_ids_and_documents_must_agree(words: WordIndex) -> None:
    with pytest.raises(ValueError, match="2 ids, but 1 documents"):
        WordIndex.build(["a", "b"], [["x"]])
    with pytest.raises(ValueError, match="mask of shape"):
        words.search("red", 1, np.ones(3, dtype=np.bool_))


@given(st.text(), st.lists(st.booleans(), min_size=24, max_size=24))
def test_any_query_finds_admitted_products_only(words: WordIndex, query: str, mask: list[bool]) -> None:
    admitted = {id for id, allowed in zip(words.ids, mask, strict=True) if allowed}
    assert {id for id, _score in words.search(query + " tent", 99, np.array(mask))} <= admitted


def test_a_share_is_of_what_the_words_are_worth() -> None:
    words = WordIndex.build(["both", "one", "none"], [["red", "tent"], ["red", "mug"], ["stove", "pan"]])
    shares = words.shares("red tent", ["none", "one", "both", "gone"])
    assert shares["none"] == shares["gone"] == 0.0
    assert 0 < shares["one"] < shares["both"] < 1
    # A word that no listing has is worth as much as the rarest: half of this request cannot be met.
    assert words.shares("red tent xylophone", ["both"])["both"] < shares["both"]
    assert words.shares("xylophone", ["both"]) == {"both": 0.0}


def test_a_loaded_index_gives_the_same_shares(words: WordIndex, tmp_path: Path) -> None:
    words.save(tmp_path / "words")
    loaded = WordIndex.load(tmp_path / "words")
    assert loaded.shares("red lamp", words.ids) == words.shares("red lamp", words.ids)
