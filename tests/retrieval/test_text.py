from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import STOP_WORDS, fold, index_terms, stem, words


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Café  Noir", "cafe noir"),
            ("  CAFE\tNOIR\n", "cafe noir"),
            ("ＴＥＮＴ", "tent"),
            ("Straße", "strasse"),
            ("m²", "m2"),
            ("ﬁve", "five"),
            ("ÅNGSTRÖM", "angstrom"),
            ("帐篷", "帐篷"),
            ("", ""),
            (" \u00a0 ", ""),
        ],
    )
    def test_case_accents_width_and_spacing_go(self, text: str, key: str) -> None:
        assert fold(text) == key

    @given(st.text())
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @given(st.text())
    def test_words_do_not_depend_on_how_the_text_is_typed(self, text: str) -> None:
        assert words(text) == words(fold(text)) == words(f"  {text}\n")


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("WF-1000XM4, in black!", ["wf-1000xm4", "in", "black"]),
            ("2.4 GHz and 80/20", ["2.4", "ghz", "and", "80/20"]),
            ("don't", ["don't"]),
            ("- tent -", ["tent"]),
            ("snake_case", ["snake", "case"]),
            ("帐篷 2", ["帐", "篷", "2"]),
            ("カメラ", ["カ", "メ", "ラ"]),
            ("<b>tent</b>", ["b", "tent", "b"]),
            ("😀 🎉", []),
            ("", []),
        ],
    )
    def test_inner_marks_stay_outer_ones_go(self, text: str, expected: list[str]) -> None:
        assert words(text) == expected

    @given(st.text())
    def test_every_word_stands_in_the_folded_text(self, text: str) -> None:
        assert all(word and word in fold(text) for word in words(text))


class TestStems:
    @pytest.mark.parametrize(("one", "many"), [("tent", "tents"), ("battery", "batteries"), ("hike", "hiking")])
    def test_forms_of_a_word_share_a_stem(self, one: str, many: str) -> None:
        assert stem(one) == stem(many)

    @pytest.mark.parametrize("word", ["1000s", "wf-1000xm4", "42", "r2d2s"])
    def test_model_numbers_and_sizes_are_left_alone(self, word: str) -> None:
        assert stem(word) == word


class TestIndexTerms:
    def test_a_compound_is_found_whole_and_by_its_parts(self) -> None:
        assert index_terms("USB-C") == ["usb-c", "usb", "c"]
        assert index_terms("WF1000-XM4") == ["wf1000-xm4", "wf1000", "xm4"]

    def test_stop_words_are_left_out_even_inside_a_compound(self) -> None:
        assert index_terms("a tent for the road") == [stem("tent"), stem("road")]
        assert index_terms("do-it-yourself") == [stem("do-it-yourself"), stem("yourself")]

    @given(st.text())
    def test_terms_are_folded_and_never_empty(self, text: str) -> None:
        terms = index_terms(text)
        assert all(term and term == fold(term) for term in terms)

    @given(st.lists(st.sampled_from(["usb", "tent", "wf", "xm4", "2", "kg", "roll"]), min_size=1, max_size=4))
    def test_typed_apart_it_still_finds_the_compound(self, parts: list[str]) -> None:
        assert set(index_terms(" ".join(parts))) <= set(index_terms("-".join(parts)))

    @pytest.mark.parametrize("word", ["a", "the", "with", "for"])
    def test_the_stop_words_are_those_no_listing_is_about(self, word: str) -> None:
        assert word in STOP_WORDS
        assert index_terms(word) == []
