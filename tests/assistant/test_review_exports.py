"""Exports of judged explanations, read back by what they are for; and that a changed mind shows in the next one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from assistant.checker_examples import held_out_by_category, part_of, plain_writer
from assistant.checker_training import _examples as training_examples
from assistant.errors import ReviewError
from assistant.labels import read_labels
from assistant.regressions import check_file
from assistant.review_exports import What, export, reviewers
from assistant.review_history import last_change, made, stale, states
from assistant.reviews import Reviews
from assistant.tables import review_answers
from retrieval.errors import StorageFull
from tests.assistant.judgements import FALSE, TENT, TRUE, item, judgement
from tests.assistant.review_queue import desk
from tests.assistant.shop import PRODUCTS

GREEN = "It comes in forest green."
BETTER = "It costs $120.00 and comes in forest green."


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Engine, Reviews]]:
    items = [
        item(1),
        item(2, (FALSE, GREEN)),
        item(3, other=["It is green."], version="tuned + words"),
        item(4),
        item(5, message="<b>tent</b>\n=1+1"),
    ]
    with desk(tmp_path, items) as (engine, reviews):
        for who in ("robin@example.com", "sam"):
            reviews.save(who, 1, 1, judgement("yy"), 20)
            reviews.save(who, 2, 1, judgement("ny", "2222", corrected=BETTER if who == "sam" else ""), 20)
            reviews.save(who, 3, 1, judgement("yy", "2222", preferred="second"), 20)
        reviews.save("robin@example.com", 4, 1, judgement("yy"), 20)  # one of two: open
        yield engine, reviews


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def written(engine: Engine, what: What, folder: Path) -> list[dict[str, Any]]:
    done = export(engine, "robin@example.com", what, folder / f"{what}.jsonl")
    found = lines(done.path)
    assert done.rows == len(found)
    assert "robin" not in done.path.read_text(encoding="utf-8")
    return found


def test_good_texts_and_corrections_for_the_generator(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    good, corrected, pair = written(shop[0], "generator", tmp_path)
    assert (good["item"], good["kind"], good["text"]) == (1, "shown", f"{TRUE} {GREEN}")
    assert (corrected["item"], corrected["kind"], corrected["text"]) == (2, "corrected", BETTER)
    assert pair["version"] == "tuned + words"
    assert good["prompt"].startswith("Request: a green tent under $150\nFacts: (asked) ")
    assert "forest green" in good["facts"] and (good["reviewers"], good["rests_on"], good["revision"]) == (
        2,
        "agreed",
        1,
    )


def test_pairs_and_corrections_for_preferences(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    corrected, pair = written(shop[0], "preference", tmp_path)
    assert (corrected["chosen"], corrected["rejected"]) == (BETTER, f"{FALSE} {GREEN}")
    assert (pair["chosen"], pair["rejected"]) == ("It is green.", f"{TRUE} {GREEN}")
    assert pair["rejected_version"] == "tuned + words"


def test_labelled_sentences_are_read_by_the_checkers_commands(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    written(shop[0], "checker", tmp_path)
    rows = read_labels(tmp_path / "checker.jsonl")
    assert [(row.sentence, row.label) for row in rows][:4] == [
        (TRUE, True),
        (GREEN, True),
        (FALSE, False),
        (GREEN, True),
    ]
    assert rows[2].labels == {"reviewer 1": False, "reviewer 2": False}
    assert rows[0].facts.product.price == 120 and rows[0].facts.constraints[0].high == 150


def test_regression_cases_hold_and_say_where_they_do_not(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    rows = written(shop[0], "regression", tmp_path)
    assert [row["expected"] for row in rows][:4] == ["yes", "yes", "no", "yes"]
    assert all(case.holds for case in check_file(tmp_path / "regression.jsonl"))
    turned = tmp_path / "turned.jsonl"
    turned.write_text("".join(json.dumps(row | {"label": not row["label"]}) + "\n" for row in rows[:3]))
    told = [str(case) for case in check_file(turned)]
    assert "let pass, though not supported" in told[0] and "refused, though supported" in told[2]


def test_other_tools_get_every_item_blind_and_without_names(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    done = export(shop[0], "robin@example.com", "argilla", tmp_path / "a.json")
    records = json.loads(done.path.read_text(encoding="utf-8"))
    assert [record["id"] for record in records] == [f"storeclerk-{n}" for n in range(1, 6)]
    assert records[1]["suggestions"]["sentence_1_supported"]["value"] == "no" and records[3]["suggestions"] == {}
    assert records[4]["fields"]["request"] == "<b>tent</b>\n=1+1"
    facts = records[0]["fields"]["facts"]
    assert f"description: {TENT.description}" in facts and "asked for: under $150" in facts
    done = export(shop[0], "robin@example.com", "labelstudio", tmp_path / "l.json")
    text = done.path.read_text(encoding="utf-8")
    tasks = json.loads(text)
    assert len(tasks) == 5 and len(tasks[0]["annotations"]) == 2 and len(tasks[3]["annotations"]) == 1
    assert "robin" not in text and "tuned + words" not in text
    assert done.beside is not None and 'name="sentence_2_supported"' in done.beside.read_text(encoding="utf-8")


def test_a_changed_mind_after_an_export_is_seen(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    engine, reviews = shop
    written(engine, "checker", tmp_path)
    [first] = made(engine)
    assert (first.what, first.account, first.last_change) == ("checker", "robin@example.com", last_change(engine))
    assert stale(engine, first) == []
    reviews.save("sam", 1, 1, judgement("yn", note="on second thought"), 20)
    reviews.adjudicate("kim", 1, judgement("yn"))
    reviews.save("sam", 3, 1, judgement("yy", preferred="second", note="a note alone changes nothing"), 20)
    reviews.save("sam", 4, 1, judgement("yy"), 20)  # settled only now: it was in no export
    [changed] = stale(engine, first)
    assert (changed.item, changed.was.sentences[1].supported) == (1, "yes")
    assert changed.now is not None and changed.now.sentences[1].supported == "no"
    again = {row["item"]: row for row in written(engine, "checker", tmp_path)}
    assert {id: row["revision"] for id, row in again.items()} == {1: 2, 2: 1, 3: 1, 4: 1}
    assert again[1]["rests_on"] == "adjudicated"
    assert {row["revision"] for row in written(engine, "regression", tmp_path)} == {1}  # its first of that kind


def test_the_history_ends_where_the_desk_stands(shop: tuple[Engine, Reviews]) -> None:
    engine, reviews = shop
    reviews.undo("sam")
    reviews.save("sam", 1, 1, judgement("yn"), 5)
    reviews.undo("sam")
    found = {state.item.id: state.held for state in states(engine, last_change(engine)) if state.held}
    assert found == {item.id: held for item, held in reviews.settled_items()}
    assert reviewers(engine) == {"robin@example.com": "reviewer 1", "sam": "reviewer 2"}


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(
    shop: tuple[Engine, Reviews], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = shop
    kept = tmp_path / "kept.jsonl"
    kept.write_text("as it was")
    with pytest.raises(ReviewError, match="There is no export 'zip': choose generator"):
        export(engine, "sam", "zip", kept)  # type: ignore[arg-type]
    with pytest.raises(StorageFull, match="make room, or name another file"):
        export(engine, "sam", "checker", kept / "below.jsonl")

    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.review_exports.json.dumps", full)
    with pytest.raises(StorageFull, match="No space left on device"):
        export(engine, "sam", "checker", kept)
    assert kept.read_text() == "as it was" and not list(tmp_path.glob("*.new")) and made(engine) == []


def test_labelled_sentences_join_the_part_their_product_is_in(
    shop: tuple[Engine, Reviews], tmp_path: Path, shop_data: Path
) -> None:
    written(shop[0], "checker", tmp_path)
    labels = read_labels(tmp_path / "checker.jsonl")
    data = [shop_data / "data"]
    alone = training_examples(data, 40, 7, plain_writer)
    joined = training_examples(data, 40, 7, plain_writer, labels)
    part = part_of(labels[0].facts.product, held_out_by_category(PRODUCTS), 7)
    assert {name: len(joined[name]) - len(alone[name]) for name in alone} == {
        name: len(labels) if name == part else 0 for name in alone
    }
    kinds = [example.kind for example in joined[part] if example.sentence == FALSE]
    assert kinds == ["labelled"] and not any(e.supported for e in joined[part] if e.kind == "labelled")


def test_what_changes_after_a_later_judgement_was_forgotten_is_seen(
    shop: tuple[Engine, Reviews], tmp_path: Path
) -> None:
    engine, reviews = shop
    written(engine, "checker", tmp_path)
    [first] = made(engine)
    with engine.begin() as db:  # as `forget` does: the last changes go with their item
        db.execute(delete(review_answers).where(review_answers.c.id == reviews.get(4).snapshot.answer.id))
    reviews.save("sam", 1, 1, judgement("yn"), 20)
    assert [each.item for each in stale(engine, first)] == [1]


def test_a_listings_own_line_breaks_end_no_line(tmp_path: Path) -> None:
    listing = replace(TENT, description="Two poles.\u2028One door.\x85")
    with desk(tmp_path, [item(1, product=listing)]) as (engine, reviews):
        for who in ("robin", "sam"):
            reviews.save(who, 1, 1, judgement(), 9)
        written(engine, "regression", tmp_path)
    assert [row.facts.product.description for row in read_labels(tmp_path / "regression.jsonl")] == [
        listing.description
    ] * 2
