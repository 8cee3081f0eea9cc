from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.policies import Section, best_section, is_about_the_shop, quoted, read_policies
from retrieval.encoder import HashEncoder

PAGE = """# Policies of the shop

An introduction that belongs to no section.

## Shipping

We pack on business days.

### Costs

Standard shipping costs $5.95 and is free from $60.

## Returns

### Return window

You may send goods back within 45 days.

### Refunds

The refund reaches you within 5 days.

## Warranty

Every product is covered for 2 years.

## Nothing here

## Contact

Write an email to help@example.org.
"""


@pytest.fixture
def sections(tmp_path: Path) -> tuple[Section, ...]:
    path = tmp_path / "policies.md"
    path.write_text(PAGE, encoding="utf-8")
    return read_policies(path)


class TestReadingThePage:
    def test_sections_carry_their_chapter(self, sections: tuple[Section, ...]) -> None:
        assert [section.title for section in sections] == [
            "Shipping",
            "Shipping: Costs",
            "Returns: Return window",
            "Returns: Refunds",
            "Warranty",
            "Contact",
        ]
        assert sections[1].text == "Standard shipping costs $5.95 and is free from $60."

    @pytest.mark.parametrize("page", ["", "# Only a title\n", "no heading at all\n", "## Empty\n\n## Also empty\n"])
    def test_a_page_without_sections_has_none(self, tmp_path: Path, page: str) -> None:
        path = tmp_path / "policies.md"
        path.write_text(page)
        assert read_policies(path) == ()

    def test_a_page_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"gone\.md"):
            read_policies(tmp_path / "gone.md")
        (tmp_path / "latin.md").write_bytes("## Rückgabe\n\nä".encode("latin-1"))
        with pytest.raises(SettingsError, match=r"latin\.md"):
            read_policies(tmp_path / "latin.md")


class TestWhetherItIsAboutTheShop:
    @pytest.mark.parametrize(
        "message",
        [
            "What is your return policy?",
            "can I return it",
            "how long does shipping take",
            "Do you ship to Canada?",
            "How can I pay?",
            "is there a warranty?",
            "refund",
            "returns",
            "how do I contact you",
            "When will my order arrive?",
            "WHAT IS YOUR RETURN POLICY",
        ],
    )
    def test_questions_about_the_shop(self, message: str) -> None:
        assert is_about_the_shop(message)

    @pytest.mark.parametrize(
        "message",
        ["a tent under $200", "do you have tents?", "which kettle is quiet?", "a tent with a 10 year warranty",
         "thanks", "", "😀", "帐篷", "is it waterproof?"],
    )  # fmt: skip
    def test_wishes_for_products(self, message: str) -> None:
        assert not is_about_the_shop(message)

    @given(st.text(max_size=500))
    def test_any_text_can_be_asked(self, message: str) -> None:
        assert is_about_the_shop(message) in (True, False)


class TestTheSectionThatFits:
    @pytest.mark.parametrize(
        ("question", "title"),
        [
            ("how much is shipping", "Shipping: Costs"),
            ("What does shipping cost?", "Shipping: Costs"),
            ("Until when can I send goods back?", "Returns: Return window"),
            ("when do I get my refund?", "Returns: Refunds"),
            ("is there a warranty", "Warranty"),
            ("what is your email", "Contact"),
        ],
    )
    def test_is_the_one_that_says_it(self, sections: tuple[Section, ...], question: str, title: str) -> None:
        found = best_section(question, sections, HashEncoder())
        assert found is not None
        assert found.title == title

    def test_where_all_fit_alike_the_first_is_taken(self) -> None:
        twins = (Section("Returns", "Send it back."), Section("Returns", "Send it back."))
        assert best_section("returns?", twins, HashEncoder()) is twins[0]

    def test_a_shop_without_policies_has_no_answer(self) -> None:
        assert best_section("returns?", (), HashEncoder()) is None


class TestQuoting:
    def test_the_shops_own_words_and_where_they_stand(self) -> None:
        reply = quoted(Section("Returns: Refunds", "The refund reaches you within 5 days."))
        assert reply == "From our policies, **Returns: Refunds**:\n\nThe refund reaches you within 5 days."

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
    def test_a_long_section_ends_with_a_whole_sentence_and_says_there_is_more(self, lengths: list[int]) -> None:
        sentences = ["x" * length + "." for length in lengths]
        text = " ".join(sentences)
        quote = quoted(Section("T", text)).split("\n\n", 1)[1]
        if len(text) <= 700:
            assert quote == text
        else:
            shown = quote.removesuffix(" …").split(" ")
            assert quote.endswith(". …")
            assert shown == sentences[: len(shown)]
            assert len(quote) <= 703
