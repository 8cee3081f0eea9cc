"""The page in each of its languages: nothing missing, nothing left in English, products as the catalogue has them."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

import ui.languages
from assistant.clerk import Clerk
from tests.ui import toy_clerk
from tests.ui.test_page import ask, desk_of, played, pressed
from tests.ui.toy_clerk import ToyClerk
from ui import talk
from ui.languages import TextMissing, Texts, languages, texts, wanted
from ui.page import Page
from ui.shopper import MESSAGE_LIMIT, Desk

UI = Path(ui.languages.__file__).parent


@pytest.mark.parametrize("code", languages())
def test_every_language_says_everything(code: str) -> None:
    said = texts(code).said
    assert said.keys() == texts("en").said.keys()
    assert all(value.strip() for value in said.values())


def test_every_text_is_used_and_every_use_has_a_text() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in UI.glob("*.py"))
    keys = texts("en").said.keys()
    used = set(
        re.findall(r"[\"']((?:header|composer|talk|status|shelf|card|notice|compare|plan)\.[a-z_]+)[\"']", source)
    )
    assert used <= keys
    groups = {"status.looking", "status.checking"}  # named by the page's phase
    assert {key for key in keys if "." in key} <= used | groups


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TextMissing, match=r"xx\.toml.*no\.such"):
        Texts("xx", {})("no.such")
    with pytest.raises(TextMissing, match="limit"):
        texts("en")("notice.too_long")
    (tmp_path / "en.toml").write_text('[a]\nb = "{n} of it"\nc = "c"\n', encoding="utf-8")
    (tmp_path / "fr.toml").write_text('[a]\nb = "{m} de"\n', encoding="utf-8")
    monkeypatch.setattr("ui.languages._FOLDER", tmp_path)
    for kept in (texts, languages):
        kept.cache_clear()
    try:
        with pytest.raises(TextMissing, match=r"a\.b, a\.c"):
            texts("fr")
    finally:
        for kept in (texts, languages):
            kept.cache_clear()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("de;q=1.0, zh-Hant;q=0.5, en;q=0.1", "zh"),
        ("zh;q=0, en", "en"),
        ("*", "en"),
        ("", "en"),
        ("zh;q=nonsense", "en"),
        ("zh;q=nan", "en"),
        ("," * 100_000, "en"),
    ],
)
def test_the_browser_is_asked_first(header: str, code: str) -> None:
    assert wanted(header) == code


def test_an_unknown_language_is_english() -> None:
    assert texts("../../etc/passwd").code == "en"


def test_the_page_in_chinese_has_no_english_of_its_own() -> None:
    clerk = ToyClerk()
    for page in (Page(language="zh"), *played(clerk, "帐篷", Page(clerk.sessions.start(), language="zh"))):
        drawn = talk.conversation(page, ()) + talk.chips(page) + talk.variety(page) + talk.status(page)
        drawn += talk.results(page, pictures=False)
        for key, said in texts("en").said.items():
            fixed = max(re.split(r"\{\w+\}", said), key=len).strip()
            if len(fixed) > 5 and not key.startswith("compare."):
                assert fixed not in drawn, fixed
    assert "多样性" in drawn
    assert "为什么推荐？" in drawn


def test_products_and_replies_say_their_own_language() -> None:
    clerk = ToyClerk()
    page = played(clerk, "a tent", Page(clerk.sessions.start(), language="zh"))[-1]
    assert '<h3 id="card-title-1" lang="en">' in talk.results(page, pictures=False)
    assert '<div class="bubble clerk" lang="en">' in talk.conversation(page, ())
    english = played(clerk, "我要帐篷")[-1]
    assert '<p dir="auto" lang="zh">我要帐篷</p>' in talk.conversation(english, ())
    assert "lang=" not in talk.results(english, pictures=False)


def test_the_switch_changes_the_page_and_what_stands_around_it(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, _ = ask(desk, Page(), "a tent")
    after, chosen, *drawn = desk.speak(page, pressed({"language": "zh"}))
    assert (after.language, chosen) == ("zh", "zh")
    assert after.turns == page.turns
    assert "为什么推荐？" in drawn[3]
    head, picker, again, box, send = desk.furnish(after)
    assert 'data-lang="zh"' in head
    assert 'aria-pressed="true">中文' in head
    assert [picker.label, again.value, box.placeholder, send.value] == ["购物身份", "重新开始", "您想找什么？", "提问"]
    fresh = desk.start("", after)[0]
    assert fresh.language == "zh"
    assert desk.speak(after, pressed({"language": "en"}))[0].language == "en"


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": ["zh"]}, {"language": None}, {}, "zh", None])
def test_a_forged_language_changes_nothing(clerk: ToyClerk, data: Any) -> None:
    assert all(part == gr.skip() for part in desk_of(clerk).speak(Page(), pressed(data)))


def test_the_language_is_left_alone_while_an_answer_comes(clerk: ToyClerk) -> None:
    page = Page(clerk.sessions.start(), phase="looking")
    assert desk_of(clerk).speak(page, pressed({"language": "zh"}))[0] == gr.skip()


def test_a_new_visitor_is_met_in_the_browsers_language(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    request = cast(gr.Request, SimpleNamespace(headers={"accept-language": "zh-CN,zh;q=0.9"}))
    page, _, _, _, conversation, *_ = desk.resume("", "", request)
    assert page.language == "zh"
    assert "您想找什么" in conversation
    assert all(part == gr.skip() for part in desk.resume("", "en", request))
    assert desk.resume(clerk.sessions.start(), "zh")[0].language == "zh"
    assert all(part == gr.skip() for part in desk.resume("", {"a": 1}, None))


def test_the_notices_are_in_the_language_of_the_page(clerk: ToyClerk) -> None:
    desk = Desk(cast(Clerk, clerk))
    page, _ = ask(desk, Page("expired", language="zh"), "explode")
    assert [turn.text for turn in page.turns if turn.role == "notice"] == [
        texts("zh")("notice.ended"),
        texts("zh")("notice.calm"),
    ]
    page, _ = ask(desk, page, "x" * (MESSAGE_LIMIT + 1))
    assert page.turns[-1].text.startswith("内容超过了 1,000")


def test_hostile_titles_stay_text_in_every_language() -> None:
    for code in languages():
        drawn = texts(code).html("card.picture", title=toy_clerk.HOSTILE)
        assert "<img" not in drawn
        assert "${" not in drawn
