from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Found, Reason, Recommendation, Sentence
from retrieval.types import Product
from tests.ui import toy_clerk
from tests.ui.toy_clerk import DEAR, GREEN, HOSTILE, PLAIN, ToyClerk
from ui import cards, markup

HOSTILE_TEXTS = ['<img onerror="alert(1)">', "${alert(1)}", "`;alert(1)//", "'\" onload=x", "{{value}}", "\\${x}"]


class Tags(HTMLParser):
    """Collects every element and attribute a browser would build."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


def found(message: str) -> list[Recommendation]:
    clerk = ToyClerk()
    events = toy_clerk.answer(clerk, clerk.sessions.start(), message)
    return [each for event in events if isinstance(event, Found) for each in event.recommendations]


def draw(
    recommendation: Recommendation, *sentences: Sentence, thumb: bool | None = None, checking: bool = False
) -> str:
    product = recommendation.product
    return cards.cards(
        [recommendation],
        sentences,
        pictures=True,
        checking=checking,
        answer_id="a1",
        thumbs={} if thumb is None else {product.id: thumb},
    )


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_text_is_inert_and_reads_as_written(hostile: str) -> None:
    escaped = markup.text(hostile)
    assert not set(escaped) & set("<>\"'`${}\\")
    tags = parsed(f'<p title="{escaped}">{escaped}</p>')
    assert tags.names == {"p"}
    assert "".join(tags.seen) == hostile
    assert tags.attributes == [("title", hostile)]


@given(st.text(max_size=80))
def test_no_text_ever_makes_an_element(anything: str) -> None:
    assert parsed(markup.text(anything)).names == set()
    assert parsed(markup.prose(anything)).names <= {"p", "ul", "li", "strong"}


@given(st.text(alphabet="[]()|-*\\ax/\n:", max_size=60), st.sampled_from(["https://e.org", "javascript:x", "//e", "/"]))
def test_only_the_shops_own_pages_are_linked(anything: str, target: str) -> None:
    found = parsed(markup.prose(f"{anything}[x]({target}){anything}"))
    assert found.names <= {"p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}


def test_a_quote_has_its_table_and_its_link() -> None:
    quote = 'From **Costs**:\n\n| a | b |\n|---|---|\n| **1** | <b> |\n\n[Read "it"](/policies#costs-1)'
    assert markup.prose(quote) == (
        "<p>From <strong>Costs</strong>:</p>"
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        "<tbody><tr><td><strong>1</strong></td><td>&lt;b&gt;</td></tr></tbody></table>"
        '<p><a href="/policies#costs-1" target="_blank">Read &quot;it&quot;</a></p>'
    )


def test_a_hostile_product_adds_no_element_and_no_handler() -> None:
    evil, green = found("evil")
    sentence = Sentence("t4", HOSTILE, (), True, "model", ((HOSTILE, HOSTILE),))
    reason = Reason("r", "relevance", "t4", "x", "", "", HOSTILE, 0.3)
    page = draw(replace(evil, reasons=(reason,), contributions={HOSTILE: 0.3}), sentence, thumb=True)
    tags = parsed(page)
    assert tags.names == parsed(draw(green, replace(sentence, product_id="t1", evidence=(("a", "b"),)))).names - {"img"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not [value for name, value in tags.attributes if name in ("src", "href") and "javascript" in value]
    assert not set(page) & set("${}`")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("http://cdn.example/a.png", "http://cdn.example/a.png"),
        ("images/a b.svg", "/pictures/images/a%20b.svg"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:image/svg+xml,<svg onload=x>", ""),
        ("//evil.example/a.png", ""),
        ("\\\\evil.example\\a.png", ""),
        ("/etc/passwd", ""),
        ("../products.csv", ""),
        ("https:/a.png", ""),
        ("http://[broken", ""),
    ],
)
def test_only_web_addresses_and_our_own_pictures_are_loaded(address: str, expected: str) -> None:
    assert markup.picture_url(address, local=True) == expected


def test_relative_pictures_need_an_images_folder() -> None:
    assert markup.picture_url("images/a.svg", local=False) == ""
    assert "<img" not in cards.picture(GREEN, local=False)


def test_a_price_has_its_currency_or_says_that_there_is_none() -> None:
    assert parsed(cards.price(DEAR)).seen == ["$1,349.50"]
    assert "on request" in cards.price(Product("x", "unpriced"))


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (GREEN, "In stock"),
        (DEAR, "Only 2 left"),
        (PLAIN, "Out of stock"),
        (Product("x", "unstated"), "In stock"),
    ],
)
def test_stock(product: Product, expected: str) -> None:
    assert expected in cards.stock(product)


def test_rating_says_the_stars_in_words() -> None:
    assert "".join(parsed(cards.rating(GREEN)).seen) == "4.6 out of 5 (132 ratings)"
    assert "(1 rating)" in cards.rating(DEAR)
    assert "No ratings yet" in cards.rating(PLAIN)


def test_a_trade_off_is_named_as_one() -> None:
    (green, *_) = found("tent")
    good = Sentence("t1", "It is green.", ("t1-r1",), True, "plain")
    bad = Sentence("t1", "It is heavy.", ("t1-r3",), True, "plain")
    seen = parsed(cards.says([good, bad], green.reasons, checking=False)).seen
    assert seen == ["It is green.", "Trade-off: ", "It is heavy."]


def test_the_why_panel_shows_every_contribution_with_its_sign_and_the_facts() -> None:
    (green, *_) = found("tent")
    sentence = Sentence("t1", "At $129.00 it fits.", ("t1-r2",), True, "model", (("price", "$129.00"),))
    words = " ".join(parsed(cards.why(green, [sentence], 0.52)).seen)
    for shown in ("+0.52", "−0.12", "price $129.00", "worded by the language model", "together +0.69", "weight −0.12"):
        assert shown in words
    widths = [int(each) for each in re.findall(r"width:(\d+)%", cards.why(green, [], 0.52))]
    assert widths == [100, 40, 23]


def test_a_card_without_sentences_waits_only_while_checking() -> None:
    (green, *_) = found("tent")
    assert "card-wait" in draw(green, checking=True)
    assert "card-wait" not in draw(green, checking=False)


def test_thumbs_have_names_and_a_visible_acknowledgement() -> None:
    (green, *_) = found("tent")
    assert f'aria-label="This helps: {GREEN.title}"' in draw(green)
    assert "Noted" not in draw(green)
    page = draw(green, thumb=False)
    assert "Noted" in page
    assert re.findall(r'aria-pressed="(\w+)"', page) == ["false", "true"]
    assert "data-event" not in cards.thumb_buttons(GREEN, "", None)


def test_markdown_keeps_bold_lists_and_protected_signs() -> None:
    assert markup.prose("Two\nfit.\n\n- **Lark**: good\n- \\*plain\\*") == (
        "<p>Two fit.</p><ul><li><strong>Lark</strong>: good</li><li>*plain*</li></ul>"
    )


def test_what_was_lifted_for_variety_has_a_bar_of_its_own() -> None:
    first = found("a tent")[0]
    text_ = "Shown for variety: it differs from the others shown in brand and colour."
    lifted = Reason("v", "variety", first.product.id, "variety", "brand, colour", "Brindle, green", text_, 0.06)
    varied = replace(
        first,
        score=first.score + 0.06,
        contributions={**first.contributions, "variety": 0.06},
        reasons=(*first.reasons[:2], lifted, first.reasons[2]),
    )
    page = " ".join(parsed(draw(varied, Sentence(first.product.id, text_, ("v",), True, "plain"))).seen)
    moved_up, _, rest = page.partition("Lifted for variety")
    assert text_ in moved_up  # on the card
    assert text_ in rest
    assert "+0.06" in rest.partition("Trade-offs")[0]
    assert "Lifted for variety" not in draw(first)
