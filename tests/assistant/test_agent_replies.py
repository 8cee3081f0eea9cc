from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from assistant import agent_patterns
from assistant.agent_differences import check, clauses_for, joined
from assistant.agent_patterns import TONES, read_patterns, reply_patterns
from assistant.agent_replies import LONGEST_REASON, REASONS, likely_reason, reply
from assistant.alternative_types import Alternative, Alternatives, Changed, Matter
from assistant.cli import cli
from assistant.database import open_database
from assistant.errors import PromptError, ReplyError
from assistant.prompting import load_prompt
from assistant.sent_replies import LONGEST, SentReplies
from assistant.types import Sentence
from assistant.wording import shown
from retrieval.comparison import facts_of
from retrieval.relations import Relation
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.shop import BY_ID, HOSTILE

GONE = BY_ID["tent-6"]  # out of stock, $520, red, 6 persons, 9 kg, waterproof
FOUR = BY_ID["tent-4"]  # $180, navy blue, 4 persons, 4.5 kg, waterproof
LIGHT = BY_ID["tent-light"]  # $340, sand beige, 2 persons, 1.4 kg, not waterproof


def alternative(product: Product, other: Product, *texts: str, relation: Relation = "substitute") -> Alternative:
    own, theirs = facts_of(product), facts_of(other)

    def said(fact: object) -> str:
        value = getattr(fact, "value", "")
        return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else shown(value)

    changed = tuple(
        Changed(name, said(own.get(name)), said(theirs.get(name)), None)
        for name in {**own, **theirs}
        if getattr(own.get(name), "value", None) != getattr(theirs.get(name), "value", None)
    )
    sentences = tuple(Sentence(other.id, text, (), True, "plain", (("use", "camping"),)) for text in texts)
    return Alternative(other, relation, 0.8, 1.0, {"category": 1.0}, changed, (), sentences)


def found(product: Product, *kept: str) -> Alternatives:
    return Alternatives(product, (), tuple(Matter(name, value(product, name), 1.0, True) for name in kept), {})


def say(
    product: Product, *others: Product, reason: str = "", kept: tuple[str, ...] = (), tone: str = "friendly"
) -> str:
    chosen = [alternative(product, other) for other in others]
    return reply(found(product, *kept), chosen, tone=tone, reason=reason)  # type: ignore[arg-type]


def value(product: Product, name: str) -> str:
    return shown(product.attributes[name]) if name in product.attributes else ""


class TestWhatItSays:
    def test_all_of_it(self) -> None:
        chosen = [alternative(GONE, FOUR, "It is meant for hiking and camping."), alternative(GONE, LIGHT)]
        said = reply(
            found(GONE, "waterproof", "fill"),
            chosen,
            tone="friendly",
            reason="out_of_stock",
            customer=" Robin\nMiles ",
            shop_name="Toy & Tent",
            agent="sam",
        )
        greeting, why, four, light, closing, regards = said.split("\n\n")
        assert greeting == "Hello Robin Miles,"
        assert why.startswith("I am sorry, the Northlea Hall is out of stock at the moment.")
        assert four.startswith(
            "Brindle Tansy 4\nIt costs $180.00. It is in stock. It is meant for hiking and camping. "
        )
        assert "Compared with the Northlea Hall, it costs $340.00 less, is made by Brindle instead of Northlea" in four
        assert four.endswith(". Its listing does not say what its fill is.")
        assert "waterproof" not in four.rpartition(". ")[2]  # its listing states that
        assert "it costs $180.00 less" in light
        assert "weighs 7.6 kg less" in light
        assert closing
        assert regards == "Best regards,\nsam\nToy & Tent"

    @pytest.mark.parametrize(
        ("one", "other", "clause"),
        [
            ("kettle-quiet", "kettle-plain", "is 18 dB louder"),
            ("kettle-plain", "kettle-quiet", "is 18 dB quieter"),
            ("kettle-plain", "kettle-quiet", "costs $50.00 more"),
            ("tent-2", "tent-light", "is not waterproof"),
            ("tent-light", "tent-2", "is waterproof"),
            ("pack-30", "pack-45", "weighs 500 g more"),
            ("pack-45", "pack-30", "weighs 500 g less"),
            ("maker-timer", "maker-plain", "has no timer"),
            ("maker-plain", "maker-timer", "has a timer"),
            ("kettle-quiet", "kettle-plain", "is made of plastic instead of steel"),
            ("jacket-m", "jacket-s", "comes in size S instead of size M"),
            ("tent-2", "bag-summer", "is listed under Sleeping Bags instead of Tents"),
        ],
    )
    def test_differences_are_said_the_right_way_round(self, one: str, other: str, clause: str) -> None:
        if "size" in clause:  # as the listing states it: the value alone is what it is instead of
            clause = "comes in size S instead of M"
        clauses = clauses_for(BY_ID[one], alternative(BY_ID[one], BY_ID[other]), 9)
        assert clause in [c.text for c in clauses]

    def test_nothing_is_said_of_what_a_listing_leaves_open(self) -> None:
        bare = Product("bare", "Bare Tent", category=GONE.category)
        said = say(GONE, bare, reason="out_of_stock", kept=("waterproof", "weight"))
        assert "\n\nBare Tent\nIts listing does not say whether it is waterproof or what its weight is.\n\n" in said
        for word in ("costs", "in stock", "weighs", "Compared"):
            assert word not in said

    def test_only_a_page_that_a_customer_can_open_is_linked(self) -> None:
        for url, there in (("https://shop.example/p/4", True), ("/p/4", False), ("javascript:alert(1)", False)):
            assert (url in say(GONE, replace(FOUR, url=url))) is there

    def test_a_sentence_that_says_the_same_again_is_left_out(self) -> None:
        again = Sentence(FOUR.id, "At 4.5 kg it is 4.5 kg lighter.", (), True, "plain", (("weight", "4.5 kg"),))
        unchecked = Sentence(FOUR.id, "It is lovely.", (), False, "model", ())
        invented = Sentence(FOUR.id, "It withstands 120 km/h.", (), True, "model", (("use", "camping"),))
        chosen = replace(alternative(GONE, FOUR, "It is meant for camping."), sentences=(again, unchecked, invented))
        for tone in TONES:
            said = reply(found(GONE), [chosen], tone=tone)
            assert "lovely" not in said
            assert "120" not in said

    @pytest.mark.parametrize("tone", TONES)
    def test_the_tones_say_the_same_facts(self, tone: str) -> None:
        said = say(GONE, FOUR, reason="discontinued", tone=tone)
        for part in ("no longer sold", "$180.00", "in stock", "$340.00 less", "Northlea Hall", "Brindle Tansy 4"):
            assert part in said

    def test_the_agents_own_reason_goes_in_as_it_is(self) -> None:
        assert "\n\nThe last one was damaged in our store. " in say(
            FOUR, LIGHT, reason="The last one was damaged\nin our store."
        )
        assert likely_reason(GONE) == "out_of_stock"
        assert likely_reason(FOUR) == ""

    def test_hostile_data_is_copied_and_breaks_nothing(self) -> None:
        evil = replace(FOUR, title=f"Evil {HOSTILE} {{product}}", brand="{gap}", attributes={"a{b}": "$x {c}"})
        for pair in ((GONE, evil), (evil, LIGHT)):
            said = say(*pair)
            assert "{product}" in said
            assert "Compared" in said


class TestWhatItRefuses:
    def test_a_reason_that_the_catalogue_speaks_against(self) -> None:
        with pytest.raises(ReplyError, match="tent-4 is in stock, as far as the catalogue knows"):
            say(FOUR, LIGHT, reason="out_of_stock")
        with pytest.raises(ReplyError, match="None of the chosen is known to cost less than tent-4"):
            say(FOUR, LIGHT, reason="cheaper")
        with pytest.raises(ReplyError, match="501 characters"):
            say(FOUR, LIGHT, reason="x" * (LONGEST_REASON + 1))

    def test_what_does_not_replace_it(self) -> None:
        for relation, why in (("complement", "goes with"), ("unrelated", "has nothing to do with")):
            chosen = alternative(FOUR, BY_ID["bag-summer"], relation=relation)  # type: ignore[arg-type]
            with pytest.raises(ReplyError, match=f"bag-summer {why} tent-4"):
                reply(found(FOUR), [chosen])

    def test_none_and_too_many(self) -> None:
        for others in ((), (LIGHT,) * 4):
            with pytest.raises(ReplyError, match="one to 3 alternatives"):
                say(FOUR, *others)
        with pytest.raises(ReplyError, match="no tone 'rude'"):
            say(FOUR, LIGHT, tone="rude")

    @pytest.mark.parametrize(
        ("sentence", "about"),
        [
            ("It weighs 4.6 kg less.", "weight"),
            ("It weighs 4.5 kg more.", "weight"),
            ("It costs $340.00 more.", "price"),
            ("It costs $340.00 less.", ""),  # a comparison of nothing
            ("It costs $340.00 less, with free delivery tomorrow.", "price"),
            ("It costs $340.00 less and is the best tent.", "price"),
        ],
    )
    def test_a_sentence_that_is_not_so(self, sentence: str, about: str) -> None:
        assert check(sentence, GONE, FOUR, about=about)

    def test_a_sentence_that_is_so(self) -> None:
        assert check("It costs $340.00 less.", GONE, FOUR, about="price") == ""
        assert check("It weighs 4.5 kg less.", GONE, FOUR, about="weight") == ""


TEXTS = st.sampled_from(["red", "steel and glass", "size 42", "wool, cotton", "a 7-way thing"])
VALUES: st.SearchStrategy[AttributeValue] = st.one_of(
    st.booleans(),
    TEXTS,
    st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple),
    st.builds(
        Quantity,
        st.floats(0.1, 5000, allow_nan=False).map(lambda x: round(x, 2)),
        st.sampled_from(["kg", "g", "cm", "L", "W", ""]),
    ),
)
NAMES = st.sampled_from(["weight", "length", "noise level", "colour", "ports", "porch", "waterproof", "power", "size"])


@st.composite
def products(draw: st.DrawFn, id: str) -> Product:
    return Product(
        id,
        draw(st.sampled_from(["Lark 2", "Lark 2, red", "Fell", "Moor 4.5"])),
        brand=draw(st.sampled_from(["", "Brindle", "Co 9"])),
        category=draw(st.sampled_from([(), ("Tents",), ("Camping", "Tarps")])),
        price=draw(st.one_of(st.none(), st.floats(0.01, 99_999).map(lambda x: round(x, 2)))),
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        rating=draw(st.sampled_from([None, 4.5, 3.0])),
        rating_count=draw(st.integers(0, 2000)),
        stock=draw(st.sampled_from([None, 0, 3])),
        attributes=draw(st.dictionaries(NAMES, VALUES, max_size=6)),
    )


def numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


@given(products("p"), products("q"), st.sampled_from(TONES), st.sampled_from(["", "discontinued"]))
def test_every_number_is_one_of_the_two_or_their_difference(p: Product, q: Product, tone: str, reason: str) -> None:
    said = say(p, q, reason=reason, tone=tone)
    stated = [p.price, q.price, p.rating, q.rating, float(p.rating_count), float(q.rating_count), 5.0]
    texts = [t for each in (p, q) for t in (each.title, each.brand, *map(shown, each.attributes.values()))]
    known = {n for n in stated if n is not None} | {n for text in texts for n in numbers(text)}
    if p.price is not None and q.price is not None:
        known.add(abs(p.price - q.price))
    pairs = [(p.attributes[n], q.attributes[n]) for n in p.attributes.keys() & q.attributes.keys()]
    for a, b in pairs:
        if isinstance(a, Quantity) and isinstance(b, Quantity):
            grams = {"kg": 1000.0, "g": 1.0}
            left, right = (x.value * grams.get(x.unit, 1.0) for x in (a, b))
            known |= {abs(left - right), abs(left - right) / 1000}
    for number in numbers(said):
        assert any(abs(number - k) < 0.0051 + 1e-5 * number for k in known), (number, said)


@given(products("p"), products("q"))
def test_less_and_more_are_what_the_values_are(p: Product, q: Product) -> None:
    said = joined(clauses_for(p, alternative(p, q), 9))
    if "costs" in said:
        assert p.price is not None
        assert q.price is not None
        assert (f"costs {'$' if q.currency == 'USD' else '€'}" in said) and (
            (q.price > p.price) == bool(re.search(r"costs [$€][\d,.]+ more", said))
        )


class TestThePatterns:
    def test_those_that_ship_are_whole(self) -> None:
        assert set(reply_patterns()) == {"differences", *TONES}
        assert {f"reason.{reason}" for reason in REASONS} <= set(reply_patterns()["brief"])

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            ("price: It costs {price}.", "price: It has a price.", r"\[friendly\] 'price': its blanks must be {price}"),
            ("link: {url}", "link: {url} {title}", r"\[brief\] 'link'"),
            ("regards: Regards,\n", "", r"lacks 'regards' in \[brief\]"),
            ("regards: Regards,", "regards Regards,", "is no pattern"),
            ("link: {url}", "link: {url}\nps: Bye", r"'ps' in \[brief\], which nothing says"),
            ("instead: {said} instead of {before}", "instead: {said}", r"\[differences\] 'instead'"),
        ],
    )
    def test_a_shop_that_loses_a_blank_is_told(self, old: str, new: str, why: str) -> None:
        text = load_prompt(agent_patterns.NAME).text + "\n"
        assert old in text
        with pytest.raises(PromptError, match=why):
            read_patterns(text.replace(old, new, 1))

    def test_any_measure_may_have_its_own_words(self) -> None:
        text = load_prompt(agent_patterns.NAME).text.replace("[friendly]", "depth.more: is {gap} deeper\n[friendly]")
        assert read_patterns(text)["differences"]["depth.more"] == "is {gap} deeper"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


class TestWhatWasSent:
    def test_it_is_kept_without_what_is_personal(self, engine: Engine) -> None:
        kept = SentReplies(engine)
        assert kept.changed_share().unchanged is None
        kept.keep("robin", "p", ["a", "b"], ["colour"], "brief", "Hello Ann Lee, take it.", "Hello Ann Lee, take it.")
        text = "Hello Ann Lee, call 555-010-0142 or ann@example.com."
        kept.keep("sam", "p", ["a"], [], "brief", "Hello Ann Lee,", text, customer="Ann Lee")
        first, second = kept.all()
        assert (first.alternatives, first.kept, first.unchanged) == (("a", "b"), ("colour",), True)
        assert second.sent == "Hello [customer], call [phone] or [e-mail]."
        assert second.suggested == "Hello [customer],"
        change = kept.changed_share()
        assert (change.replies, change.unchanged) == (2, 0.5)
        assert change.similarity == pytest.approx((1 + second.similarity) / 2)
        assert 0.3 < second.similarity < 0.6

    @pytest.mark.parametrize(
        ("customer", "suggested", "sent", "kept"),
        [
            # The field was cleared, or another customer's, after the reply was made.
            ("", "Dear Ann Lee,\n\nThe X.", "Dear Ann Lee,\n\nAnn Lee asked.", "Dear [customer],\n\n[customer] asked."),
            ("Kim Poe", "Hello Ann Lee,\nIt.", "Hi Ann,\nIt.", "Hi [customer],\nIt."),
            ("", "Hello,\nIt.", "Hello Ann,\nIt.", "Hello [customer],\nIt."),
            (
                "An",
                "Hello An,\nAn answer.",
                "Hello An,\nAnna: an answer.",
                "Hello [customer],\nAnna: an answer.",
            ),
            ("王芳", "Hello 王芳,\nIt.", "王芳您好\nIt.", "[customer]您好\nIt."),
            ("(", "Hello (,\nIt.", "Hello (,\nIt.", "Hello [customer],\nIt."),
            ("", "Dear customer,\nIt.", "Dear customer,\nIt.", "Dear customer,\nIt."),
        ],
    )
    def test_whoever_was_greeted_is_not_named(
        self, engine: Engine, customer: str, suggested: str, sent: str, kept: str
    ) -> None:
        replies = SentReplies(engine)
        replies.keep("robin", "p", ["a"], [], "formal", suggested, sent, customer=customer)
        [found] = replies.all()
        assert found.sent == kept
        assert not any(part in found.suggested.split(",")[0] for part in ("Ann", "Lee", "王芳"))

    def test_a_long_one_is_cut(self, engine: Engine) -> None:
        kept = SentReplies(engine)
        kept.keep("robin", "p", [], [], "brief", "a", "b " * LONGEST)
        assert len(kept.all()[0].sent) == LONGEST

    def test_the_commands(self, engine: Engine, tmp_path: Path) -> None:
        kept = SentReplies(engine)
        folder = ["--data-dir", str(tmp_path)]
        assert CliRunner().invoke(cli, ["replies", "list", *folder]).output == "No reply was sent yet.\n"
        kept.keep("robin", "p", ["a"], [], "brief", "One\u2028two.", "One\u2028two.")
        kept.keep("robin", "p", ["b"], [], "brief", "One.", "Two.")
        listed = CliRunner().invoke(cli, ["replies", "list", *folder]).output
        assert "robin  p -> a  as suggested" in listed
        assert "50% of 2 as suggested" in listed
        result = json.loads(CliRunner().invoke(cli, ["replies", "list", *folder, "--json"]).output)
        assert result["change"]["replies"] == 2
        target = tmp_path / "replies.jsonl"
        done = CliRunner().invoke(cli, ["replies", "export", "--output", str(target), *folder])
        assert done.output == f"2 replies in {target}.\n"
        rows = [json.loads(line) for line in target.read_text(encoding="utf-8").split("\n") if line]
        assert (rows[0]["suggested"], rows[0]["similarity"]) == ("One\u2028two.", 1.0)
        wrong = CliRunner().invoke(cli, ["replies", "export", "--output", str(tmp_path / "no" / "x"), *folder])
        assert (wrong.exit_code, wrong.output.count("\n")) == (1, 1)
