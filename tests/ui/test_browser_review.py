"""One whole review case in real browsers, by keyboard: filled, judged by two, decided, counted, exported, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.labels import read_labels
from assistant.review_types import QUESTIONS
from tests.ui.visitor import PATIENCE

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
ITEMS = 4


class Reader:
    """Somebody signed in, in a browser of their own."""

    def __init__(self, chromium: Any, shop: str, name: str) -> None:
        self.shop = shop
        self.context = chromium.new_context(accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda each: None if each.url.startswith(shop) else self.foreign.append(each.url))
        self.go("/review")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="My reviews").wait_for()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.shop}{path}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def leave(self, key: str) -> None:
        """Presses a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def judge(self, *, first: str = "y") -> int:
        """One item by keyboard alone; `first` is said of its first sentence. Its number."""
        item = int(self.page.url.split("/items/")[1].split("?")[0])
        sentences = self.page.locator("li.sentence").count()
        for place in range(sentences):
            self.press(first if place == 0 else "y", "y")
        self.press(*("3" for _ in QUESTIONS))
        return item


@pytest.fixture
def people(chromium: Any, clerk: Clerk, shop: str) -> Iterator[dict[str, Reader]]:
    for name, role in {"robin": "reviewer", "ash": "reviewer", "quinn": "admin"}.items():
        clerk.accounts.add(name, role, PASSWORD)
    found = {name: Reader(chromium, shop, name) for name in ("robin", "ash", "quinn")}
    yield found
    for each in found.values():
        each.context.close()


def talk(clerk: Clerk) -> None:
    for message in ("a tent under $400", "a kettle"):
        for _ in answer(clerk, clerk.sessions.start(), message):
            pass


@pytest.mark.parametrize("clerk", ["camp"], indirect=True)
def test_a_whole_case(people: dict[str, Reader], clerk: Clerk, tmp_path: Path) -> None:
    talk(clerk)
    robin, ash, quinn = people.values()

    # The queue is filled by a form.
    quinn.go("/review/sample")
    quinn.page.get_by_label("How many").fill(str(ITEMS))
    quinn.leave("Enter")
    assert f"{ITEMS} added" in quinn.page.get_by_role("status").inner_text()

    # Both judge all of it, without a mouse; they disagree on one sentence.
    disputed = 0
    for reader in (robin, ash):
        reader.page.reload()
        reader.leave("n")
        seen = []
        while "/items/" in reader.page.url:
            assert reader.page.locator("input:checked").count() == 0
            assert reader.page.evaluate("document.activeElement.name") == "supported_1"
            assert reader.page.locator("tr.rests").count() > 0
            item = int(reader.page.url.split("/items/")[1].split("?")[0])
            disputed = disputed or item
            seen.append(reader.judge(first="n" if reader is ash and item == disputed else "y"))
            assert reader.page.evaluate("document.activeElement.matches('[data-save]')")
            reader.leave("Enter")
            assert "Saved." in reader.page.locator("[role=status]").first.inner_text()
        assert len(seen) == ITEMS

    # What was saved last can be taken back, changed and saved again; the keys are told.
    ash.leave("z")
    assert "Taken back" in ash.page.locator("[role=status]").inner_text()
    assert ash.page.locator("input:checked").count() > len(QUESTIONS)
    ash.press("?")
    ash.page.get_by_role("heading", name="Keys").wait_for()
    ash.press("Escape", "m")
    ash.page.keyboard.type("y n u: these are letters here")
    ash.page.keyboard.press("Escape")
    ash.leave("s")
    said = [each for each in clerk.reviews.all_judged() if each.judgement.note]
    assert [each.judgement.note for each in said] == ["y n u: these are letters here"]

    # The admin decides.
    quinn.go("/review")
    quinn.page.get_by_role("link", name="1 disagreement").click()
    quinn.page.get_by_role("heading", name=f"Item {disputed}").wait_for()
    quinn.page.locator("fieldset[data-group=supported_1] input[value=yes]").focus()
    quinn.press("y")
    quinn.leave("s")
    assert f"Decided: item {disputed}" in quinn.page.get_by_role("status").inner_text()

    # Figures tell how far they agree.
    quinn.go("/review/figures")
    row = quinn.page.locator("tr", has=quinn.page.get_by_role("rowheader", name="supported", exact=True)).first
    assert row.locator("td").nth(2).inner_text().endswith("%")
    picture = quinn.page.locator("figure img").first
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")

    # What was judged is exported, and read back line by line.
    quinn.go("/review/export")
    with quinn.page.expect_download() as download:
        quinn.page.get_by_role("button", name="checker.jsonl").click()
    path = tmp_path / "checker.jsonl"
    download.value.save_as(path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = {item.id: (item, held) for item, held in clerk.reviews.settled_items()}
    told = [(row["item"], row["sentence"], row["label"]) for row in rows]
    assert told == [
        (id, sentence.text, mark.supported == "yes")
        for id, (item, held) in items.items()
        for sentence, mark in zip(item.snapshot.sentences(item.product_id), held.sentences, strict=True)
    ]
    assert {row["item"]: row["rests_on"] for row in rows}[disputed] == "adjudicated"
    assert "robin" not in path.read_text(encoding="utf-8")
    assert len(read_labels(path)) == len(rows)
    for reader in people.values():
        assert reader.errors == []
        assert reader.foreign == []
