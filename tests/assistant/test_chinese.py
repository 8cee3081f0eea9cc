"""Chinese requests end in the same wishes as English ones: over the demo store, and over a shop that speaks Chinese."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chinese import plainly_in_english
from assistant.chinese_lexicon import load_lexicon
from assistant.chinese_numbers import number_of
from assistant.reading import Reader
from assistant.types import Constraint
from assistant.understand import Request, understand
from retrieval.feeds import read_feed
from retrieval.types import Product, Quantity
from retrieval.units import same_amount
from tests.assistant.shop import make_reader

ROOT = Path(__file__).parents[2]
REQUESTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "chinese_requests.toml").read_text(encoding="utf-8")
)["request"]
SLOT = re.compile(r"(?P<soft>\??)(?P<refused>(?:not )?)(?P<name>[^=<>~:]+?)(?P<bound><=|>=|=|~|:)(?P<value>.+)")


@lru_cache(maxsize=1)
def demo_reader() -> Reader:
    return make_reader(p for p in read_feed(ROOT / "demo_store" / "products.csv") if isinstance(p, Product))


def _chinese(id: str, title: str, kind: str, colour: str, price: float, **stated: Any) -> Product:
    attributes = {"颜色": colour, **stated}
    return Product(
        id, title, title, "山行", ("户外", kind), price=price, currency="CNY", stock=3, attributes=attributes
    )


CHINESE_SHOP = make_reader(
    [
        _chinese("t1", "山行双人帐篷 红色", "帐篷", "红色", 199.0, weight=Quantity(2.0, "kg"), 防水=True),
        _chinese("t2", "山行双人帐篷 蓝色", "帐篷", "蓝色", 299.0, weight=Quantity(1.5, "kg"), 防水=True),
        _chinese("s1", "山行睡袋 蓝色", "睡袋", "蓝色", 159.0, weight=Quantity(1.0, "kg"), 防水=False),
    ],
    currency="CNY",
)


def read(message: str, reader: Reader) -> tuple[str, Request]:
    text = plainly_in_english(message, reader.vocabulary).text
    return text, understand(text, reader)


def meets(slot: str, constraint: Constraint) -> bool:
    """Whether a constraint is the wish that a slot writes down."""
    match = SLOT.fullmatch(slot)
    assert match is not None, slot
    name, bound, value = match["name"], match["bound"], match["value"]
    if bool(match["refused"]) != constraint.negated or (match["soft"] and constraint.hard):
        return False
    if name in ("category", "brand", "stock"):
        return constraint.kind == name and (name == "stock" or value in constraint.values)
    if name == "price":
        return constraint.kind == "price" and _prices(bound, value, constraint)
    test = constraint.test
    if test is None or test.attribute != name:
        return False
    if test.flag is not None:
        return value == "yes"
    if test.any_of:
        return all(
            part in f"{constraint.label} {' '.join(test.any_of)}".lower() for part in value.lower().split(" or ")
        )
    if value == "low":
        return test.low is None and constraint.low is None and constraint.high is None
    number, _, unit = value.partition(" ")
    said = constraint.high if bound == "<=" else constraint.low
    return said is not None and (same_amount(said, test.unit, float(number), unit) or not unit)


def _prices(bound: str, value: str, constraint: Constraint) -> bool:
    if value == "low":
        return constraint.label.startswith("cheap")
    if bound == "~":
        return constraint.label.startswith("around") and bool(constraint.low) and float(value) > (constraint.low or 0)
    return (constraint.high if bound == "<=" else constraint.low) == float(value)


def scored(request: dict[str, Any], reader: Reader) -> tuple[list[str], list[str], str]:
    """(slots missed, wishes nobody expressed, the English)."""
    text, found = read(request["say"], reader)
    slots = request.get("slots", [])
    steps = {f"{names[0]}:{sign}" for names, sign in found.comparatives}
    missed = [s for s in slots if s not in steps and not any(meets(s, c) for c in found.constraints if ":" not in s)]
    extra = [c.label for c in found.constraints if not any(":" not in s and meets(s, c) for s in slots)]
    return missed, [*extra, *(steps - set(slots))], text


def measured() -> tuple[float, float, list[str]]:
    """(recall, precision, what went wrong) of the slots of all requests."""
    wanted = met = stray = 0
    wrong: list[str] = []
    for request in REQUESTS:
        missed, extra, text = scored(request, demo_reader())
        wanted += len(request.get("slots", []))
        met += len(request.get("slots", [])) - len(missed)
        stray += len(extra)
        if missed or extra:
            wrong.append(f"{request['say']} -> {text}: missed {missed}, stray {extra}")
    return met / wanted, met / (met + stray), wrong


def test_the_demo_requests_end_in_the_wishes_expected() -> None:
    """0.92 and 0.95 at first, 0.957 and 0.971 now; what is missing the English reading misses as well."""
    recall, precision, wrong = measured()
    assert recall >= 0.95, wrong
    assert precision >= 0.96, wrong


@pytest.mark.parametrize("request_", [r for r in REQUESTS if "intent" in r or "reads" in r], ids=lambda r: r["say"])
def test_the_demo_requests_that_ask_for_something_else(request_: dict[str, Any]) -> None:
    text, found = read(request_["say"], demo_reader())
    assert found.intent == request_.get("intent", found.intent), text
    assert re.search(request_.get("reads", ""), text), text


def test_everything_in_the_demo_requests_is_read() -> None:
    vocabulary = demo_reader().vocabulary
    assert {r["say"]: unread for r in REQUESTS if (unread := plainly_in_english(r["say"], vocabulary).unread)} == {}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("第一个和第二个有什么区别", "compare the first one and the second one"),
        ("它有蓝牙吗", "does it have bluetooth"),
        ("第二个防水吗？", "is the second one waterproof ?"),
        ("Brindle Tansy 2 防水吗", "is brindle tansy 2 waterproof"),
        ("有蓝色的吗", "do you have blue"),
        ("你们卖帐篷吗", "do you have tent"),
        ("为什么第一个排在第二个前面", "why the first one ranked above the second one"),
        ("红色的不要", "not red"),
        ("不要红色、黄色和黑色", "not red or yellow or black"),
        ("除了黑色都不要", "not black"),
        ("比第二个轻的", "lighter than the second one"),
        ("最便宜的那个", "the cheapest one"),
        ("别太重", "light"),
        ("两三百块的帐篷", "between 200 and 300元 tent"),
        ("100到200美元之间的背包", "between $100 and $200 backpack"),
        ("取消订单10024", "cancel my order 10024"),
        ("WH-1000XM4耳机", "wh-1000xm4 headphones"),
        ("别超过八十刀", "under $80"),
        ("不要低于100块", "at least 100元"),
        ("黑色以外的行李箱", "not black suitcase"),
        ("适合油性皮肤", "for"),
        ("要有机棉的", "organic cotton"),
        ("宽140厘米", "width 140 cm"),
        ("三斤以内", "under 1.5 kg"),
        ("A light tent, please", "A light tent, please"),
        ("テントを探しています。二人用", "テントを探しています。二人用"),
    ],
)
def test_words_in_the_order_of_english(message: str, expected: str) -> None:
    assert plainly_in_english(message, demo_reader().vocabulary).text == expected


def test_what_nothing_stands_for_is_said() -> None:
    vocabulary = demo_reader().vocabulary
    found = plainly_in_english("我要一个秋千", vocabulary)
    assert (found.text, found.unread) == ("", "秋千")


def test_traditional_characters_read_alike() -> None:
    vocabulary = demo_reader().vocabulary
    simplified, traditional = "两个人的帐篷，不要红色，200块以下", "兩個人的帳篷，不要紅色，200塊以下"
    assert plainly_in_english(traditional, vocabulary) == plainly_in_english(simplified, vocabulary)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("一千二", 1200), ("两百五", 250), ("一百零五", 105), ("一千零二", 1002), ("十五", 15), ("二十", 20),
        ("三万五", 35_000), ("十二万", 120_000),
        ("二零二六", 2026), ("两", 2), ("半", 0.5), ("3万", 30_000), ("1,299", 1299), ("2.5", 2.5),
        ("二三百", None), ("零", 0),
    ],
)  # fmt: skip
def test_numerals(said: str, number: float | None) -> None:
    assert number_of(said) == number


@given(st.integers(min_value=1, max_value=99_999))
def test_every_number_reads_back(number: int) -> None:
    assert number_of(written(number)) == number


def written(number: int) -> str:
    """The number as it is written out in full."""
    out, zero = "", False
    for power, sign in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            out += ("零" if zero and out else "") + "零一二三四五六七八九"[digit] + sign
        zero = not digit
    return out


@given(st.text(alphabet="我要的帐篷不红色两三百元以下第一个和比更轻太重吗，。？10kg ", max_size=30))
def test_any_message_gives_some_words(message: str) -> None:
    found = plainly_in_english(message, CHINESE_SHOP.vocabulary)
    assert "  " not in found.text
    assert set(found.unread) <= {*message, " "}


def test_a_catalogue_in_chinese_is_asked_in_its_own_words() -> None:
    text, found = read("我想要一个200元以下的帐篷，不要红的，防水", CHINESE_SHOP)
    assert text == "under 200元 帐篷 , not 红色 , 防水"
    wishes = {c.key: c for c in found.constraints}
    assert wishes["category"].values == ("帐篷",)
    assert wishes["price"].high == 200
    assert wishes["attribute:防水"].label == "防水"
    denied = next(c for c in found.constraints if c.negated)
    assert denied.test is not None and denied.test.any_of == {"红色"}


def test_what_a_chinese_catalogue_may_still_say_is_kept_for_the_search() -> None:
    text, _ = read("有秋千吗", CHINESE_SHOP)
    assert "秋千" in text


def test_the_lexicon_is_well_formed() -> None:
    entries = load_lexicon().entries
    assert len(entries) > 800
    for (_, word), entry in entries.items():
        assert entry.english or entry.section in ("silent", "counted", "said"), word
        assert len(entry.english) == 5 or entry.section != "degrees", word
