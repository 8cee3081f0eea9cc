from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.policies import PolicyPages, is_about_the_shop, open_policies, policy_turn, quoted
from assistant.policy_pages import Section, parser, passages, read_pages, sentences
from retrieval.encoder import HashEncoder, SentenceEncoder
from tests.assistant.policy_questions import FIRST, LATER

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


DEMO = Path(__file__).parents[2] / "demo_store" / "policies.md"


def sections_of(folder: Path, page: str) -> tuple[Section, ...]:
    path = folder / "policies.md"
    path.write_text(page, encoding="utf-8")
    return read_pages(path)[1]


@pytest.fixture
def sections(tmp_path: Path) -> tuple[Section, ...]:
    return sections_of(tmp_path, PAGE)


@pytest.fixture
def pages(sections: tuple[Section, ...]) -> PolicyPages:
    return PolicyPages((), sections, HashEncoder())


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
        assert sections_of(tmp_path, page) == ()

    def test_a_page_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"gone\.md"):
            read_pages(tmp_path / "gone.md")
        (tmp_path / "latin.md").write_bytes("## Rückgabe\n\nä".encode("latin-1"))
        with pytest.raises(SettingsError, match=r"latin\.md"):
            read_pages(tmp_path / "latin.md")


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
            ("what do you charge for postage", "Shipping: Costs"),
            ("Until when can I send goods back?", "Returns: Return window"),
            ("when do I get my refund?", "Returns: Refunds"),
            ("how long until I get my money back", "Returns: Refunds"),
            ("is there a warranty", "Warranty"),
            ("is it under guarantee", "Warranty"),
            ("what is your email", "Contact"),
            ("WHAT IS YOUR E-MAIL ADDRESS", "Contact"),
        ],
    )
    def test_is_the_one_that_says_it(self, pages: PolicyPages, question: str, title: str) -> None:
        found = pages.best(question, HashEncoder())
        assert found is not None
        assert found[0].title == title

    @pytest.mark.parametrize("question", ["are you hiring?", "who founded the company", "", "😀", "什么时候开门"])
    def test_is_none_where_the_pages_leave_it_open(self, pages: PolicyPages, question: str) -> None:
        assert pages.best(question, HashEncoder()) is None

    def test_what_leads_up_to_the_question_does_not_drown_it(self, pages: PolicyPages) -> None:
        message = "My grandmother gave me this lovely green kettle on Sunday. Is there a warranty? She lives in Ohio."
        found = pages.best(message, HashEncoder())
        assert found is not None
        assert found[0].title == "Warranty"

    def test_where_all_fit_alike_the_first_is_taken(self) -> None:
        twins = (Section("Returns", "Send it back."), Section("Returns", "Send it back."))
        found = PolicyPages((), twins, HashEncoder()).best("returns?", HashEncoder())
        assert found is not None
        assert found[0] is twins[0]

    def test_a_shop_without_policies_has_no_answer(self) -> None:
        none = open_policies(None, HashEncoder())
        assert not none
        assert none.best("returns?", HashEncoder()) is None
        assert none.nearest("returns?", HashEncoder()) == ()

    @given(st.text(max_size=200))
    def test_any_text_can_be_asked(self, message: str) -> None:
        pages = PolicyPages((), (Section("Returns", "Within 30 days.", "", "returns"),), HashEncoder())
        reply, title = policy_turn(pages, message, HashEncoder())
        assert title in ("", "Returns")
        assert ("Within 30 days." in reply) == (title == "Returns")

    def test_the_demo_shop_without_a_model(self) -> None:
        """The fake knows no synonyms: a floor, not the claim; the real encoder's figure is below."""
        assert right(FIRST, HashEncoder()) >= 36

    @pytest.mark.models
    def test_the_demo_shop_with_the_bundled_encoder(self) -> None:
        encoder = SentenceEncoder()
        assert right(FIRST, encoder) >= 44
        assert right(LATER, encoder) >= 23


def right(questions: tuple[tuple[str, str], ...], encoder: HashEncoder | SentenceEncoder) -> int:
    """How many get the section expected, or none where none is."""
    pages = open_policies(DEMO, encoder)
    found = [(pages.best(question, encoder), title) for question, title in questions]
    return sum((best[0].title if best else "") == title for best, title in found)


def test_the_judged_questions_name_sections_that_are_there() -> None:
    titles = {section.title for section in read_pages(DEMO)[1]}
    assert {title for _, title in (*FIRST, *LATER)} <= titles | {""}
    assert len({question for question, _ in (*FIRST, *LATER)}) == len(FIRST) + len(LATER)


class TestAFolderOfPages:
    def test_sections_carry_their_page_and_slugs_are_unique(self, tmp_path: Path) -> None:
        (tmp_path / "returns.md").write_text("# Returns\n\nHello.\n\n## Window\n\n30 days.\n", encoding="utf-8")
        (tmp_path / "size-guide.md").write_text("Measure twice.\n\n## Window\n\nCurtains.\n", encoding="utf-8")
        (tmp_path / "about.md").write_text("# About us\n\nWe sell tents.\n", encoding="utf-8")
        (tmp_path / "again.md").write_text("# Returns\n\n## Window\n\nThe same title.\n", encoding="utf-8")
        pages, sections = read_pages(tmp_path)
        assert [page.title for page in pages] == ["About us", "Returns", "Returns", "Size guide"]
        assert [(s.title, s.page, s.slug) for s in sections] == [
            ("About us", "About us", "about-us"),
            ("Returns: Window", "Returns", "returns-window"),
            ("Returns: Window", "Returns", "returns-window-2"),
            ("Size guide: Window", "Size guide", "size-guide-window"),
        ]

    def test_an_empty_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"no Markdown file"):
            read_pages(tmp_path)

    def test_several_top_headings_are_sections(self, tmp_path: Path) -> None:
        found = sections_of(tmp_path, "# Returns\n\n30 days.\n\n# Shipping\n\n$5.\n\n## Abroad\n\nNo.\n")
        assert [section.title for section in found] == ["Returns", "Shipping", "Shipping: Abroad"]

    def test_what_only_looks_like_a_heading_is_text(self, tmp_path: Path) -> None:
        page = "## Care\n\n```\n## not this\n```\n\n    # nor this\n\n#nor that\n\nWash\n----\n\nCold.\n"
        care, wash = sections_of(tmp_path, page)
        assert "## not this" in care.text
        assert (wash.title, wash.text) == ("Wash", "Cold.")

    def test_other_scripts_have_anchors(self, tmp_path: Path) -> None:
        (found,) = sections_of(tmp_path, "## 退货\n\n三十天内。\n")
        assert found.link == "/policies#退货"


class TestPassages:
    def test_what_can_be_quoted_alone(self) -> None:
        text = (
            "One. Two,\nwrapped! See No. 5.\n\n- a\n  b\n- c\n\n"
            "| h | i |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n```\nx\n\ny\n```"
        )
        assert passages(text) == (
            "One.", "Two,\nwrapped!", "See No. 5.", "- a\n  b", "- c",
            "| h | i |\n|---|---|\n| 1 | 2 |", "| h | i |\n|---|---|\n| 3 | 4 |", "```\nx\n\ny\n```",
        )  # fmt: skip

    @given(st.text(max_size=300))
    def test_sentences_are_pieces_of_the_source_in_order(self, text: str) -> None:
        place = 0
        for sentence in sentences(text):
            place = text.index(sentence, place) + len(sentence)

    @given(st.text(alphabet="ab.# -|\n`*>1", max_size=200))
    def test_any_page_can_be_read(self, text: str) -> None:
        for passage in passages(text):
            assert all(line.strip() in text for line in passage.split("\n"))


class TestQuoting:
    def test_the_shops_own_words_and_where_they_stand(self) -> None:
        reply = quoted(Section("Returns: Refunds", "The refund reaches you within 5 days."))
        assert reply == "From our policies, **Returns: Refunds**:\n\nThe refund reaches you within 5 days."

    def test_and_a_link(self, pages: PolicyPages) -> None:
        reply, title = policy_turn(pages, "is there a warranty", HashEncoder())
        assert title == "Warranty"
        assert "[Read it on our page](/policies#warranty)" in reply

    def test_where_nothing_answers_the_reply_says_so(self, pages: PolicyPages) -> None:
        reply, title = policy_turn(pages, "are you hiring?", HashEncoder())
        assert title == ""
        assert reply.startswith("Our pages do not say.")
        assert "person" in reply

    def test_of_a_long_section_what_answers_comes(self) -> None:
        filler = " ".join(f"Goods of group {n} travel by the usual service on working days." for n in range(20))
        text = f"{filler} Surfboards cost $80 to ship. {filler}"
        section = Section("Shipping", text, "", "shipping")
        pages = PolicyPages((), (section,), HashEncoder())
        quote = pages.excerpt(section, "what does it cost to ship surfboards", HashEncoder())
        assert "Surfboards cost $80 to ship." in quote
        assert len(quote) <= 500
        assert "There is more on our page" in quoted(section, quote)

    def test_rows_come_below_their_header_once(self) -> None:
        how = "by boat and then by the local carrier, weather permitting"
        rows = "".join(f"| Island {n} | ${n + 20} | {how} |\n" for n in range(20))
        section = Section("Islands", f"| To | Cost | How |\n|---|---|---|\n{rows}".strip(), "", "islands")
        pages = PolicyPages((), (section,), HashEncoder())
        quote = pages.excerpt(section, "what does it cost to ship to island 7", HashEncoder())
        assert quote.startswith("| To | Cost | How |\n|---|---|---|\n")
        assert quote.count("---") == 3
        assert "| Island 7 | $27 |" in quote

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
    def test_a_quote_is_made_of_whole_sentences(self, lengths: list[int]) -> None:
        told = ["X" * length + "x." for length in lengths]
        text = " ".join(told)
        section = Section("T", text, "", "t")
        quote = PolicyPages((), (section,), HashEncoder()).excerpt(section, "x", HashEncoder())
        assert quote == text if len(text) <= 700 else set(quote.split(" ")) <= set(told)


def test_html_in_a_page_is_text() -> None:
    rendered = parser().render("<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    assert "<script>" not in rendered
    assert "href" not in rendered
