"""Judgements from outside: read, put aside with a reason, never twice; our own exports come back as they went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from assistant.errors import ReviewError
from assistant.review_exports import export
from assistant.review_imports import import_judgements
from assistant.review_tools import answers_of, judgement_of
from assistant.review_types import QUESTIONS, Item, Judgement, SentenceMark
from assistant.reviews import Reviews
from tests.assistant.judgements import TRUE, item, judgement
from tests.assistant.review_queue import desk
from tests.toys import write_rows

HEADER = ("item", "reviewer", "sentence", "supported", "on_topic", *QUESTIONS, "preferred", "note", "corrected")
GOOD = (2, 2, 2, 2)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Engine, Reviews]]:
    with desk(tmp_path, [item(1), item(2, other=["It is green."]), item(3)]) as opened:
        yield opened


def table(folder: Path, *rows: tuple[Any, ...]) -> Path:
    return write_rows(folder / "outside.csv", HEADER, *rows)


def test_a_row_a_sentence_or_a_row_an_item(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    reviews = shop[1]
    note = '=HYPERLINK("x")\n<script>, said; robin@example.com'
    path = table(
        tmp_path,
        (1, "Kim", 1, "yes", "", *GOOD, "", note, ""),
        (1, "Kim", 2, "no", "no", "", "", "", "", "", "", ""),
        (2, "Kim", "", "YES", "", 2, 1, 0, 2, "second", "", "+Better."),
        (3, " Kim ", TRUE, "unsure", "", *GOOD, "", "", ""),
        (3, " Kim ", 2, "yes", "", *GOOD, "", "", ""),
    )
    done = import_judgements(reviews, path)
    assert (done.saved, done.unchanged, done.rejected, done.rejects) == (3, 0, [], None)
    [first], [second], [third] = (reviews.judgements(id) for id in (1, 2, 3))
    assert (first.account, first.source) == ("import:Kim", "import")
    assert first.judgement.sentences == (SentenceMark("yes"), SentenceMark("no", on_topic=False))
    assert first.judgement.note.startswith('=HYPERLINK("x")\n<script>, said; ')
    assert "robin@example.com" not in first.judgement.note
    assert second.judgement.preferred == "second" and second.judgement.corrected == "+Better."
    assert [mark.supported for mark in third.judgement.sentences] == ["unsure", "yes"]
    changed = reviews.last_change()
    again = import_judgements(reviews, path)
    assert (again.saved, again.unchanged) == (0, 3) and reviews.last_change() == changed


def test_what_is_wrong_is_put_aside_with_its_line_and_the_rest_goes_on(
    shop: tuple[Engine, Reviews], tmp_path: Path
) -> None:
    path = table(
        tmp_path,
        (1, "a", "", "yes", "", *GOOD, "", "", ""),
        (99, "a", "", "yes", "", *GOOD, "", "", ""),
        ("1; DROP", "a", "", "yes", "", *GOOD, "", "", ""),
        (1, "", "", "yes", "", *GOOD, "", "", ""),
        (1, "b", 3, "yes", "", *GOOD, "", "", ""),
        (1, "c", 1, "yes", "", *GOOD, "", "a note\nof two lines", ""),
        (1, "d", "", "perhaps", "", *GOOD, "", "", ""),
        (1, "e", "", "yes", "", 2, 2, 2, 7, "", "", ""),
        (1, "f", "", "yes", "", *GOOD, "first", "", ""),
        (2, "g", "", "yes", "", *GOOD, "", "", ""),
        (3, "h", "", "yes", "", *GOOD, "", "", "", "one more"),
        (3, "i" * 80, "", "yes", "", *GOOD, "", "", ""),
        (3, "j", "", "yes", "", *GOOD, "", "", ""),
        (3, "j", "", "no", "", *GOOD, "", "", ""),
    )
    done = import_judgements(shop[1], path)
    assert done.saved == 1 and done.rejects == tmp_path / "outside.csv.rejects.jsonl"
    told = {r.line: r.reason for r in done.rejected}
    assert told[3].startswith("There is no item 99") and "no number of an item" in told[4]
    assert "reviewer is missing" in told[5] and "give 1 to 2, or its very text" in told[6]
    assert told[7] == "sentence_2_supported is missing: give yes, no, unsure"
    assert "'perhaps'" in told[9] and "not_pushy is '7': give 0, 1, 2" in told[10]  # a row of two lines came before
    assert "leave that out" in told[11] and "preferred is missing" in told[12]
    assert "the row has 13 cells, the header 12" in told[13] and "80 characters" in told[14]
    assert "is both 'yes' and 'no'" in told[15] and told[15] == told[16]
    rows = [json.loads(line) for line in done.rejects.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 13 and set(rows[0]) == {"line", "reason", "row"}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("item,reviewer,supported,relevant,complete,clear", "lacks 'not_pushy': its columns must be item, reviewer"),
        ("item,reviewer,supported,relevant,complete,clear,not_pushy,score", "has the unknown 'score'"),
        ("item,item,reviewer,supported,relevant,complete,clear,not_pushy", "has twice 'item'"),
        ("", "lacks 'item', 'reviewer', 'supported'"),
        ('item,"open', "unexpected end of data"),
        (",".join(f"c{place}" for place in range(200_000)), "has the unknown 'c0', 'c1'"),
    ],
)
def test_wrong_columns_are_one_line(shop: tuple[Engine, Reviews], tmp_path: Path, header: str, says: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(f"{header}\n1,a,yes,2,2,2,2\n", encoding="utf-8")
    with pytest.raises(ReviewError, match=r"wrong\.csv") as caught:
        import_judgements(shop[1], path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}', '[{"id": 3}]', "\x00"])
def test_json_of_something_else_is_one_line(shop: tuple[Engine, Reviews], tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReviewError):
        import_judgements(shop[1], path)
    with pytest.raises(ReviewError, match="cannot be read"):
        import_judgements(shop[1], tmp_path / "nothing.json")


MARK = st.builds(SentenceMark, st.sampled_from(["yes", "no", "unsure"]), st.booleans())
SAID = st.builds(
    Judgement,
    st.tuples(MARK, MARK),
    st.fixed_dictionaries({question: st.integers(0, 2) for question in QUESTIONS}),
    st.sampled_from(["first", "second", "tie"]),
    st.text(max_size=30),
    st.text(max_size=30),
)


@given(SAID, st.booleans())
def test_answers_come_back_as_they_went(said: Judgement, flipped: bool) -> None:
    from dataclasses import replace

    pair = item(1, other=["It is green."])
    assert pair.other is not None
    shown: Item = replace(pair, other=replace(pair.other, flipped=flipped))
    assert judgement_of(shown, answers_of(shown, said)) == said


def test_label_studio_there_and_back(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    engine, reviews = shop
    reviews.save("robin", 1, 1, judgement("yn", corrected="<b>So.</b>"), 5)
    path = export(engine, "robin", "labelstudio", tmp_path / "tasks.json").path
    untouched = import_judgements(reviews, path)
    assert (untouched.saved, untouched.unchanged, untouched.rejected) == (0, 1, [])
    tasks = json.loads(path.read_text(encoding="utf-8"))
    labels = answers_of(item(3), judgement("ny", "0121"))
    result = [
        {"from_name": name, "to_name": "text", "id": "x", "value": {"choices": [v]}} for name, v in labels.items()
    ]
    tasks[2]["annotations"] = [
        {"completed_by": {"id": 7, "email": "kim@example.com"}, "result": result},
        {"completed_by": 8, "was_cancelled": True, "result": result},
        {"completed_by": 9, "result": result[1:]},
    ]
    tasks.append({"data": {"item": "44"}, "annotations": [{"completed_by": 7, "result": result}]})
    tasks[0]["annotations"][0]["completed_by"] = 7
    tasks[0]["annotations"][0]["result"][0]["value"]["choices"] = ["no"]  # ours, but somebody changed it
    path.write_text(json.dumps(tasks), encoding="utf-8")
    done = import_judgements(reviews, path)
    assert (done.saved, done.unchanged, [r.line for r in done.rejected]) == (2, 0, [3, 4])
    assert [each.account for each in reviews.judgements(1)] == ["robin", "import:7"]
    [back] = reviews.judgements(3)
    assert back.account == "import:7" and back.judgement == judgement("ny", "0121")
    assert import_judgements(reviews, path).saved == 0
    assert done.rejects is not None and "kim@" not in done.rejects.read_text(encoding="utf-8")


def test_argilla_there_and_back(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    engine, reviews = shop
    path = export(engine, "robin", "argilla", tmp_path / "records.json").path
    records = json.loads(path.read_text(encoding="utf-8"))
    said = judgement("yu", "2100", preferred="first", note="fine")
    labels = answers_of(item(2, other=["It is green."]), said)
    values = {name: int(value) if value.isdigit() else value for name, value in labels.items()}
    records[1]["responses"] = {name: [{"value": value, "user_id": "0000-1"}] for name, value in values.items()}
    path.write_text(json.dumps(records), encoding="utf-8")
    done = import_judgements(reviews, path)
    assert (done.saved, done.unchanged, done.rejected) == (1, 0, [])
    [back] = reviews.judgements(2)
    assert (back.account, back.judgement) == ("import:0000-1", said)
    assert import_judgements(reviews, path, "argilla").unchanged == 1


@pytest.mark.parametrize(
    "task",
    [
        {"data": {"item": 1}, "annotations": 5},
        {"data": {"item": 1}, "annotations": [{"result": True}, 7, None]},
        {"data": {"item": 1}, "annotations": [{"completed_by": [[1]], "result": "abc"}]},
        {"data": [1], "annotations": {"result": []}},
        {"data": {}, "annotations": None},
    ],
)
def test_a_task_of_another_shape_disturbs_nobody(shop: tuple[Engine, Reviews], tmp_path: Path, task: Any) -> None:
    path = tmp_path / "odd.json"
    path.write_text(json.dumps([task, {"data": {"item": 2}, "annotations": []}]), encoding="utf-8")
    done = import_judgements(shop[1], path)
    assert (done.saved, done.unchanged) == (0, 0)
    assert shop[1].last_change() == 0


def test_half_a_character_is_put_aside_like_anything_else(shop: tuple[Engine, Reviews], tmp_path: Path) -> None:
    path = tmp_path / "half.json"
    half = {"from_name": "note", "value": {"text": ["\ud800 and more"]}}
    task = {"data": {"item": "\ud800"}, "annotations": [{"completed_by": "\udcff", "result": [half]}]}
    path.write_text(json.dumps([task]), encoding="utf-8")
    done = import_judgements(shop[1], path)
    assert done.rejects is not None
    [row] = [json.loads(line) for line in done.rejects.read_text(encoding="utf-8").splitlines()]
    assert row["row"]["answers"] == {"note": "? and more"}
