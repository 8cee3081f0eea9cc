from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from assistant.vocabulary import Meaning, MeaningKind, Vocabulary, build_vocabulary, phrase_of
from retrieval.facets import build_facets
from retrieval.types import Product
from tests.assistant.shop import PRODUCTS

Reading = tuple[MeaningKind, str, frozenset[str]]


def vocabulary_of(products: Iterable[Product] = PRODUCTS) -> Vocabulary:
    return build_vocabulary(build_facets(products))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return vocabulary_of()


def readings(vocabulary: Vocabulary, phrase: str) -> set[Reading]:
    return {(m.kind, m.attribute, m.keys) for m in vocabulary.meanings(phrase_of(phrase))}


def value(attribute: str, *keys: str) -> Reading:
    return ("value", attribute, frozenset(keys))


def category(*keys: str) -> Reading:
    return ("category", "", frozenset(keys))


class TestCategories:
    @pytest.mark.parametrize(
        ("phrase", "key"),
        [
            ("tents", "tents"),
            ("tent", "tents"),
            ("Tent", "tents"),
            ("hiking boots", "hiking boots"),
            ("boots", "hiking boots"),
            ("boot", "hiking boots"),
            ("coffee maker", "coffee makers"),
            ("knives", "kitchen knives"),
            ("knife", "kitchen knives"),
            ("knifes", "kitchen knives"),
            ("outdoor", "outdoor"),
            ("clothing", "clothing"),
        ],
    )
    def test_they_are_called_in_singular_plural_and_by_their_head(
        self, vocabulary: Vocabulary, phrase: str, key: str
    ) -> None:
        assert category(key) in readings(vocabulary, phrase)

    def test_the_head_of_several_categories_means_them_all(self) -> None:
        shop = [replace(p, category=(*p.category[:-1], "Tent Pegs & Tent Poles")) for p in PRODUCTS[:2]]
        shop += [replace(p, category=("Climbing", "Ski Poles")) for p in PRODUCTS[2:4]]
        words = vocabulary_of(shop)
        assert category("tent pegs & tent poles", "ski poles") in readings(words, "poles")
        assert category("tent pegs & tent poles") in readings(words, "tent pegs")

    @pytest.mark.parametrize("head", ["accessories", "gear", "sets", "care"])
    def test_a_head_that_names_no_thing_is_no_category(self, head: str) -> None:
        words = vocabulary_of([replace(p, category=("Shop", f"Camping {head.title()}")) for p in PRODUCTS])
        assert readings(words, head) == set()
        assert readings(words, f"camping {head}") == {category(f"camping {head}")}

    def test_a_head_that_names_an_attribute_stays_that(self) -> None:
        words = vocabulary_of([*PRODUCTS, replace(PRODUCTS[0], id="box", category=("Kitchen", "Food Storage"))])
        assert {kind for kind, _, _ in readings(words, "storage")} == {"attribute"}
        assert category("food storage") in readings(words, "food storage")

    def test_where_most_listings_have_none_they_are_no_words_to_ask_with(self) -> None:
        half = [replace(p, category=()) if n % 2 else p for n, p in enumerate(PRODUCTS)]
        assert readings(vocabulary_of(half), "tents") == set()


class TestValues:
    @pytest.mark.parametrize(
        ("phrase", "keys"),
        [
            ("navy blue", {"navy blue"}),
            ("navy", {"navy blue"}),
            ("blue", {"navy blue"}),
            ("green", {"forest green"}),
            ("red", {"red", "burgundy"}),
            ("brown", {"chestnut brown"}),
            ("chestnut", {"chestnut brown"}),
            ("beige", {"sand beige"}),
            ("grey", {"grey"}),
            ("gray", {"grey"}),
        ],
    )
    def test_a_colour_is_a_family(self, vocabulary: Vocabulary, phrase: str, keys: set[str]) -> None:
        assert readings(vocabulary, phrase) == {value("colour", *keys)}

    @pytest.mark.parametrize("phrase", ["forest", "sand"])
    def test_a_colours_name_from_nature_stays_nature(self, vocabulary: Vocabulary, phrase: str) -> None:
        assert readings(vocabulary, phrase) == set()

    @pytest.mark.parametrize(
        ("phrase", "reading"),
        [
            ("merino wool", value("material", "merino wool")),
            ("wool", value("material", "merino wool")),
            ("merino", value("material", "merino wool")),
            ("leather", value("material", "leather")),
            ("down", value("fill", "goose down")),
        ],
    )
    def test_a_material_is_found_by_each_of_its_words(
        self, vocabulary: Vocabulary, phrase: str, reading: Reading
    ) -> None:
        assert readings(vocabulary, phrase) == {reading}

    @pytest.mark.parametrize("phrase", ["s", "m", "l", "xl", "42", "43"])
    def test_a_bare_size_is_no_word(self, vocabulary: Vocabulary, phrase: str) -> None:
        assert readings(vocabulary, phrase) == set()

    def test_values_of_lists_are_marked(self, vocabulary: Vocabulary) -> None:
        (hiking,) = vocabulary.meanings(phrase_of("hiking"))
        (red,) = vocabulary.meanings(phrase_of("red"))
        assert hiking.in_list
        assert not red.in_list

    def test_a_word_that_names_things_is_no_value_of_one_of_them(self) -> None:
        stand = replace(PRODUCTS[0], id="stand", attributes={"suitable for": "tent"})
        kinds = {m.kind for m in vocabulary_of([*PRODUCTS, stand]).meanings(phrase_of("tent"))}
        assert kinds == {"category"}


class TestOtherWords:
    @pytest.mark.parametrize("phrase", ["Brindle", "brindle", "BRINDLE"])
    def test_brands(self, vocabulary: Vocabulary, phrase: str) -> None:
        assert ("brand", "", frozenset({"brindle"})) in readings(vocabulary, phrase)

    @pytest.mark.parametrize("phrase", ["waterproof", "bluetooth", "timer", "timers"])
    def test_flags(self, vocabulary: Vocabulary, phrase: str) -> None:
        name = phrase.rstrip("s")
        assert ("flag", name, frozenset({name})) in readings(vocabulary, phrase)

    @pytest.mark.parametrize("phrase", ["noise level", "comfort temperature", "weight", "capacity"])
    def test_names_of_attributes(self, vocabulary: Vocabulary, phrase: str) -> None:
        assert readings(vocabulary, phrase) == {("attribute", phrase, frozenset({phrase}))}

    @pytest.mark.parametrize("phrase", ["sofa", "the", "and", "", "img", "x"])
    def test_anything_else_means_nothing(self, vocabulary: Vocabulary, phrase: str) -> None:
        assert readings(vocabulary, phrase) == set()

    def test_no_phrase_is_longer_than_what_a_reader_tries(self, vocabulary: Vocabulary) -> None:
        assert all(1 <= len(phrase) <= vocabulary.longest for phrase in vocabulary.phrases)

    def test_every_meaning_can_be_asked_of_the_catalogue(self, vocabulary: Vocabulary) -> None:
        facets = build_facets(PRODUCTS)

        def known(m: Meaning) -> bool:
            named = {"category": facets.categories, "brand": facets.brands, "value": facets.texts.get(m.attribute, {})}
            return m.keys <= named[m.kind].keys() if m.kind in named else bool(facets.stating(m.attribute).any())

        assert all(known(meaning) for found in vocabulary.phrases.values() for meaning in found)

    def test_an_empty_catalogue_has_no_words(self) -> None:
        nothing = vocabulary_of([])
        assert nothing.phrases == {}
        assert nothing.spellings == ()


class TestSpellings:
    def test_long_words_of_names_and_values_are_mended_to(self, vocabulary: Vocabulary) -> None:
        expected = {"jackets", "jacket", "headphones", "brindle", "northlea", "waterproof", "leather", "forest"}
        assert expected <= set(vocabulary.spellings)

    def test_short_words_and_numbers_are_not(self, vocabulary: Vocabulary) -> None:
        assert all(len(word) >= 5 and word.isalpha() for word in vocabulary.spellings)
