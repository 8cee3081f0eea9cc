from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from assistant.database import Sessions, open_database
from assistant.errors import ReviewError
from assistant.review_queue import LEASE_SECONDS, REPEAT_AFTER
from assistant.review_rows import OTHER, SNAPSHOT
from assistant.review_settling import LONGEST_TEXT
from assistant.review_types import QUESTIONS, Judgement, Other, SentenceMark, Snapshot, Supported
from assistant.reviews import LONGEST_SECONDS, Reviews
from assistant.tables import review_answers, review_changes, review_items, review_judgements, review_leases
from tests.assistant.test_database import answer

GOOD = dict.fromkeys(QUESTIONS, 2)


def said(supported: Supported = "yes", **changes: Any) -> Judgement:
    """Of the one sentence that each item of these tests has."""
    return Judgement((SentenceMark(supported),), changes.pop("grades", GOOD), **changes)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def reviews(engine: Engine) -> Reviews:
    return Reviews(engine)


def fill(engine: Engine, count: int, **changes: Any) -> list[int]:
    """So many items of one answer each, in the order of their ids."""
    values = {"kind": "single", "strategy": "random", "why": "", "risk": 0.0, "intent": "search", "category": "Tents",
              "version": "m + p", "needed": 2, "judged": 0, "created": 1.0}  # fmt: skip
    with engine.begin() as db:
        start = (db.scalar(select(func.max(review_items.c.id))) or 0) + 1
        ids = list(range(start, start + count))
        snapshot = SNAPSHOT.dump_json(Snapshot(replace(answer("s"), session=""))).decode()
        rows: list[dict[str, Any]] = [
            {"id": f"a{id}", "session": None, "snapshot": snapshot, "time": 0.0} for id in ids
        ]
        db.execute(insert(review_answers), rows)
        db.execute(
            insert(review_items),
            [{"id": id, "answer": f"a{id}", "product_id": "tent-2"} | values | changes for id in ids],
        )
    return ids


def pair(engine: Engine) -> int:
    other = OTHER.dump_json(Other((), "plain", False)).decode()
    return fill(engine, 1, kind="pair", other=other)[0]


def given(reviews: Reviews, account: str, skip: Sequence[int] = ()) -> int | None:
    item = reviews.next(account, skip=skip)
    return None if item is None else item.id


def judged(engine: Engine, item: int) -> int:
    with engine.connect() as db:
        return int(db.execute(select(review_items.c.judged).where(review_items.c.id == item)).scalar_one())


class TestTheQueue:
    def test_an_empty_one_gives_nothing(self, reviews: Reviews) -> None:
        assert reviews.next("ann") is None
        assert reviews.queue() == []
        assert reviews.progress("ann").median_seconds is None

    def test_the_least_judged_come_first_then_the_riskiest_then_the_first(
        self, engine: Engine, reviews: Reviews
    ) -> None:
        first, second = fill(engine, 2)
        [risky] = fill(engine, 1, risk=3.0)
        order = []
        for _ in range(3):
            order.append(given(reviews, "ann"))
            reviews.save("ann", order[-1] or 0, 1, said(), 5)
        assert order == [risky, first, second]
        assert reviews.next("ann") is None
        assert given(reviews, "bob") == risky

    def test_it_stays_the_same_until_it_is_judged_or_skipped(self, engine: Engine, reviews: Reviews) -> None:
        one, two = fill(engine, 2)
        assert given(reviews, "ann") == given(reviews, "ann") == one
        assert given(reviews, "ann", skip=[one]) == two
        assert given(reviews, "ann") == two

    def test_what_is_kept_for_as_many_as_it_needs_goes_to_nobody_else_for_a_while(
        self, engine: Engine, reviews: Reviews
    ) -> None:
        one, two = fill(engine, 2, needed=1)
        assert (given(reviews, "ann"), given(reviews, "bob"), given(reviews, "eve")) == (one, two, None)
        with engine.begin() as db:
            db.execute(update(review_leases).values(until=time.time() - 1))
        assert given(reviews, "eve") == one
        [three] = fill(engine, 1, needed=3)
        assert [given(reviews, name, skip=[one, two]) for name in ("ann", "bob", "eve", "dan")] == [three] * 3 + [None]

    def test_a_lease_lasts_as_long_as_it_says(self, engine: Engine, reviews: Reviews) -> None:
        fill(engine, 1)
        reviews.next("ann")
        with engine.connect() as db:
            left = db.execute(select(review_leases.c.until)).scalar_one() - time.time()
        assert LEASE_SECONDS - 60 < left <= LEASE_SECONDS

    def test_states(self, engine: Engine, reviews: Reviews) -> None:
        done, disputed, open_ = fill(engine, 3)
        for account in ("ann", "bob"):
            reviews.save(account, done, 1, said(), 1)
            reviews.save(account, disputed, 1, said("yes" if account == "ann" else "no"), 1)
        ids = {state: [q.item.id for q in reviews.queue(state)] for state in ("all", "waiting", "done", "disputed")}
        assert ids == {
            "all": [open_, disputed, done],
            "waiting": [open_],
            "done": [disputed, done],
            "disputed": [disputed],
        }
        assert reviews.queue("all", limit=1, offset=1)[0].item.id == disputed

    def test_one_that_is_not_there_is_one_line(self, reviews: Reviews) -> None:
        for id in (0, -1, 7, 10**30):
            with pytest.raises(ReviewError, match="storeclerk reviews list"):
                reviews.get(id)

    def test_of_many_accounts_at_once_none_gets_what_another_has(self, engine: Engine, reviews: Reviews) -> None:
        fill(engine, 8, needed=1)
        got: list[int | None] = []
        _together([lambda n=n: got.append(given(reviews, f"r{n}")) for n in range(8)])  # type: ignore[misc]
        assert sorted(got, key=str) == sorted(range(1, 9), key=str)


class TestTheSecondTime:
    def test_about_one_in_ten_is_one_judged_long_ago_and_none_a_third_time(
        self, engine: Engine, reviews: Reviews
    ) -> None:
        fill(engine, 90)
        order: list[tuple[int, int]] = []
        while item := reviews.next("ann"):
            round = reviews.round_for("ann", item.id)
            assert reviews.get(item.id) == reviews.next("ann")
            reviews.save("ann", item.id, round, said(), 1)
            order.append((item.id, round))
        again = [place for place, (_, round) in enumerate(order) if round == 2]
        assert 6 <= len(again) <= 9
        assert len({order[place][0] for place in again}) == len(again)
        for place in again:
            first = order.index((order[place][0], 1))
            assert place - first > REPEAT_AFTER
        assert {judged(engine, id) for id, _ in order} == {1}  # a second time is no second reviewer
        progress = reviews.progress("ann")
        assert (progress.mine, progress.again, progress.waiting) == (90, len(again), 0)

    def test_it_needs_a_first(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        with pytest.raises(ReviewError, match="no second time"):
            reviews.save("ann", id, 2, said(), 1)
        with pytest.raises(ReviewError, match="round 3"):
            reviews.save("ann", id, 3, said(), 1)


class TestSaving:
    def test_what_was_said_comes_back(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        mine = said("no", grades=GOOD | {"clear": 0}, note=" call 555-010-0142 ", corrected="It is <b>green</b>.\x00")
        kept = reviews.save("ann", id, 1, mine, 12.5)
        assert kept.judgement.note == "call [phone]"
        assert kept.judgement.corrected == "It is <b>green</b>."
        assert reviews.judgements(id) == [kept] == reviews.mine("ann")
        assert reviews.said("ann", id, 1) == kept.judgement
        assert reviews.said("bob", id, 1) is None
        assert list(reviews.all_judged()) == [kept]

    def test_the_last_one_wins_and_both_are_on_record(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        reviews.save("ann", id, 1, said("yes"), 30)
        reviews.save("ann", id, 1, said("no"), 4)
        [kept] = reviews.judgements(id)
        assert (kept.judgement, kept.seconds, judged(engine, id)) == (said("no"), 30, 1)
        one, two = reviews.changes_since()
        assert (one.before, one.after, two.before, two.after) == (None, said("yes"), said("yes"), said("no"))
        assert reviews.changes_since(one.id) == [two]
        assert reviews.last_change() == two.id

    def test_the_same_again_changes_nothing(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        first = reviews.save("import:x", id, 1, said(), 3, source="import")
        again = reviews.save(
            "import:x", id, 1, replace(said(), grades=dict(reversed(GOOD.items()))), 9, source="import"
        )
        assert again == first
        assert len(reviews.changes_since()) == 1

    @pytest.mark.parametrize(
        ("judgement", "says"),
        [
            (Judgement((), GOOD), "0 sentences are marked, it has 1"),
            (Judgement((SentenceMark("yes"),) * 2, GOOD), "2 sentences are marked"),
            (said("maybe"), "'maybe': give yes, no, unsure"),  # type: ignore[arg-type]
            (said(grades={"clear": 2}), "no grade for complete, not_pushy, relevant"),
            (said(grades=GOOD | {"nice": 1}), "no question is named nice"),
            (said(grades=GOOD | {"clear": 3}), "grade '3' for clear: give 0, 1 or 2"),
            (said(grades=GOOD | {"clear": True}), "grade 'True'"),
            (said(grades=GOOD | {"clear": "2"}), "grade '2' for clear"),
            (said(preferred="first"), "one explanation"),
            (said(preferred="best"), "preferred is 'best'"),
            (said(note="x" * (LONGEST_TEXT + 1)), "2,001 characters"),
            (said(corrected="x" * (LONGEST_TEXT + 1)), "corrected text"),
        ],
    )
    def test_what_does_not_fit_is_one_line(
        self, engine: Engine, reviews: Reviews, judgement: Judgement, says: str
    ) -> None:
        [id] = fill(engine, 1)
        for call in (
            lambda: reviews.save("ann", id, 1, judgement, 1),
            lambda: reviews.adjudicate("ann", id, judgement),
        ):
            with pytest.raises(ReviewError, match=says) as caught:
                call()
            assert "\n" not in str(caught.value)
        assert reviews.judgements(id) == []
        assert reviews.last_change() == 0

    def test_of_two_explanations_one_is_to_be_preferred(self, engine: Engine, reviews: Reviews) -> None:
        id = pair(engine)
        with pytest.raises(ReviewError, match="say which is better"):
            reviews.save("ann", id, 1, said(), 1)
        assert reviews.save("ann", id, 1, said(preferred="second"), 1).judgement.preferred == "second"

    @pytest.mark.parametrize(
        ("seconds", "kept"),
        [(-5.0, 0.0), (4.0, 4.0), (3e4, LONGEST_SECONDS), (float("inf"), LONGEST_SECONDS), (float("nan"), 0.0)],
    )
    def test_time_is_counted_within_reason(self, engine: Engine, reviews: Reviews, seconds: float, kept: float) -> None:
        [id] = fill(engine, 1)
        reviews.save("ann", id, 1, said(), seconds)
        assert reviews.judgements(id)[0].seconds == kept

    def test_what_was_forgotten_meanwhile_is_one_line(self, engine: Engine, reviews: Reviews) -> None:
        store = Sessions(engine)
        session, [id] = store.start(), fill(engine, 1)
        with engine.begin() as db:
            db.execute(update(review_answers).values(session=session))
        reviews.next("ann")
        reviews.save("bob", id, 1, said(), 1)
        store.forget(session)
        with pytest.raises(ReviewError, match="any more"):
            reviews.save("ann", id, 1, said(), 1)
        assert list(reviews.all_judged()) == []
        assert reviews.changes_since() == []
        assert reviews.undo("bob") is None
        assert reviews.next("ann") is None


class TestAtOnce:
    def test_reviewers_of_one_item_all_stay(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        _together([lambda n=n: reviews.save(f"r{n}", id, 1, said(), n) for n in range(12)])  # type: ignore[misc]
        assert judged(engine, id) == 12
        assert {j.account for j in reviews.judgements(id)} == {f"r{n}" for n in range(12)}

    def test_one_reviewer_in_several_tabs(self, engine: Engine, reviews: Reviews) -> None:
        [id] = fill(engine, 1)
        _together([lambda n=n: reviews.save("ann", id, 1, said(note=f"tab {n}"), 1) for n in range(8)])  # type: ignore[misc]
        changes = reviews.changes_since()
        assert len(changes) == 8
        assert [c.before for c in changes[1:]] == [c.after for c in changes[:-1]]
        assert (reviews.judgements(id)[0].judgement, judged(engine, id)) == (changes[-1].after, 1)

    def test_saving_and_taking_back_leave_the_counter_right(self, engine: Engine, reviews: Reviews) -> None:
        ids = fill(engine, 3)

        def work(account: str) -> None:
            for id in ids * 2:
                reviews.save(account, id, 1, said(note=str(random.random())), 1)
                reviews.undo(account)
            reviews.save(account, ids[0], 1, said(), 1)

        _together([lambda n=n: work(f"r{n}") for n in range(4)])  # type: ignore[misc]
        for id in ids:
            assert judged(engine, id) == len(reviews.judgements(id))


class TestTakingBack:
    def test_step_by_step(self, engine: Engine, reviews: Reviews) -> None:
        one, two = fill(engine, 2)
        reviews.save("ann", one, 1, said("yes"), 1)
        reviews.save("bob", one, 1, said("yes"), 1)
        reviews.save("ann", two, 1, said("yes"), 1)
        reviews.save("ann", one, 1, said("no"), 1)
        assert [reviews.undo("ann"), reviews.said("ann", one, 1)] == [reviews.get(one), said("yes")]
        assert [reviews.undo("ann"), reviews.said("ann", two, 1)] == [reviews.get(two), None]
        assert reviews.next("ann") == reviews.get(two)  # to be judged again
        assert [reviews.undo("ann"), reviews.said("ann", one, 1)] == [reviews.get(one), None]
        assert reviews.undo("ann") is None
        assert (judged(engine, one), judged(engine, two)) == (1, 0)
        assert reviews.said("bob", one, 1) == said("yes")
        assert [c.after for c in reviews.changes_since(4)] == [said("yes"), None, None]  # seen by an export

    def test_after_it_one_goes_on_as_before(self, engine: Engine, reviews: Reviews) -> None:
        [one] = fill(engine, 1)
        reviews.save("ann", one, 1, said("yes"), 1)
        reviews.undo("ann")
        reviews.save("ann", one, 1, said("no"), 1)
        assert reviews.said("ann", one, 1) == said("no")
        reviews.undo("ann")
        assert reviews.said("ann", one, 1) is None
        assert reviews.undo("ann") is None

    def test_of_a_second_time_the_first_stays(self, engine: Engine, reviews: Reviews) -> None:
        [one] = fill(engine, 1)
        reviews.save("ann", one, 1, said(), 1)
        reviews.save("ann", one, 2, said("no"), 1)
        reviews.undo("ann")
        assert (reviews.said("ann", one, 1), reviews.said("ann", one, 2)) == (said(), None)
        assert reviews.round_for("ann", one) == 2


class TestSettling:
    def settled(self, engine: Engine, reviews: Reviews, *judgements: Judgement, needed: int = 2) -> Judgement | None:
        [id] = fill(engine, 1, needed=needed)
        for number, judgement in enumerate(judgements):
            reviews.save(f"r{number}", id, 1, judgement, 1)
        return reviews.settled(id)

    def test_it_is_open_until_all_have_judged(self, engine: Engine, reviews: Reviews) -> None:
        assert self.settled(engine, reviews) is None
        assert self.settled(engine, reviews, said()) is None
        assert self.settled(engine, reviews, said(), needed=1) == said()

    def test_what_is_agreed(self, engine: Engine, reviews: Reviews) -> None:
        assert self.settled(engine, reviews, said(), said()) == said()
        lower = GOOD | {"clear": 1}
        both = self.settled(engine, reviews, said(note="a", corrected="x"), said(grades=lower, note="b", corrected="y"))
        assert both == said(grades=lower, note="a / b", corrected="y")
        assert reviews.disagreements() == []

    @pytest.mark.parametrize("other", [said("no"), said("unsure"), said(grades=GOOD | {"clear": 0})])
    def test_what_contradicts_is_open_and_listed(self, engine: Engine, reviews: Reviews, other: Judgement) -> None:
        assert self.settled(engine, reviews, said(), other) is None
        assert len(reviews.disagreements()) == 1
        assert list(reviews.settled_items()) == []

    def test_a_majority_settles_it(self, engine: Engine, reviews: Reviews) -> None:
        no = said("no", grades=GOOD | {"clear": 0})
        assert self.settled(engine, reviews, said(), no, no) == no
        assert len(reviews.disagreements()) == 1  # still worth a look
        assert [judgement for _, judgement in reviews.settled_items()] == [no]

    def test_of_a_pair(self, engine: Engine, reviews: Reviews) -> None:
        id, other = pair(engine), pair(engine)
        for item, choice in ((id, "second"), (other, "tie")):
            reviews.save("ann", item, 1, said(preferred="first"), 1)
            reviews.save("bob", item, 1, said(preferred=choice), 1)
        assert (reviews.settled(id), reviews.settled(other)) == (None, said(preferred="tie"))
        assert [item.id for item in reviews.disagreements()] == [id]

    def test_a_decision_holds_and_can_be_made_again(self, engine: Engine, reviews: Reviews) -> None:
        assert self.settled(engine, reviews, said(), said("no")) is None
        reviews.adjudicate("eve", 1, said("no"))
        assert reviews.disagreements() == []
        assert reviews.settled(1) == said("no")
        reviews.save("r1", 1, 1, said("unsure"), 1)  # a reviewer who changes their mind after it
        assert reviews.disagreements() == []
        reviews.adjudicate("dan", 1, said("yes"))
        assert reviews.adjudication(1) == ("dan", said())
        assert list(reviews.settled_items()) == [(reviews.get(1), said())]
        assert [(c.account, c.round) for c in reviews.changes_since(2)] == [("eve", 0), ("r1", 1), ("dan", 0)]
        assert reviews.undo("eve") is None

    def test_two_who_agree_after_all(self, engine: Engine, reviews: Reviews) -> None:
        assert self.settled(engine, reviews, said(), said("no")) is None
        reviews.save("r1", 1, 1, said(), 1)
        assert reviews.disagreements() == []
        assert reviews.settled(1) == said()


def test_what_was_judged_is_read_in_pages(engine: Engine, reviews: Reviews, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.reviews.PAGE", 3)
    ids = fill(engine, 8)
    for id in ids[1:]:
        for account in ("ann", "bob"):
            reviews.save(account, id, 1, said(), 1)
    assert [(j.item.id, j.account) for j in reviews.all_judged()] == [(i, a) for i in ids[1:] for a in ("ann", "bob")]
    assert [item.id for item, _ in reviews.settled_items()] == ids[1:]


def test_progress(engine: Engine, reviews: Reviews) -> None:
    ids = fill(engine, 4, needed=1)
    for seconds, id in zip((10, 20, 90), ids, strict=False):
        reviews.save("ann", id, 1, said(), seconds)
    with engine.begin() as db:
        db.execute(update(review_judgements).where(review_judgements.c.item == ids[0]).values(time=0.0))
    found = reviews.progress("ann")
    assert (found.mine, found.waiting, found.done, found.items, found.median_seconds) == (3, 1, 3, 4, 20)
    assert list(found.per_day.values()) == [2, 1]
    assert reviews.progress("bob").waiting == 1


def test_the_next_item_is_read_off_an_index_in_a_queue_of_any_length(engine: Engine, reviews: Reviews) -> None:
    fill(engine, 50)
    statements: list[tuple[str, Any]] = []

    from sqlalchemy import event

    @event.listens_for(engine, "before_cursor_execute")
    def _heard(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    reviews.next("ann")
    [(asked, parameters)] = [s for s in statements if "ORDER BY review_items.judged" in s[0]]
    with engine.connect() as db:
        plan = [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", parameters)]
    assert any("USING" in step and "ix_review_items_next" in step for step in plan), plan
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), plan


def test_taking_back_a_change_goes_with_its_item(engine: Engine, reviews: Reviews) -> None:
    [id] = fill(engine, 1)
    reviews.save("ann", id, 1, said(), 1)
    reviews.undo("ann")
    with engine.begin() as db:
        db.execute(text("DELETE FROM review_answers"))
        assert db.execute(select(func.count()).select_from(review_changes)).scalar() == 0


def _together(calls: list[Callable[[], Any]]) -> None:
    """All at the same moment, each in a thread of its own; what one raises is raised here."""
    gate, failed = threading.Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            call()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
