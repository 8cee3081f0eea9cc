from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from assistant.database import KEEP_SECONDS, Feedback, Sessions, open_database
from assistant.dialogue import Dialogue, apply, with_page
from assistant.errors import SessionError
from assistant.profile import Shopper
from assistant.tables import review_answers, sessions, thumbs, tickets, turns
from assistant.types import (
    Answer,
    Contrast,
    Difference,
    Dropped,
    PastItem,
    Reason,
    Recommendation,
    Sentence,
    Standing,
    Trial,
)
from assistant.understand import understand
from retrieval.errors import StorageFull
from tests.assistant.shop import BY_ID, HOSTILE, make_reader

ANN = Shopper("ann", "ann: tents", (PastItem("tent-2", "bought"), PastItem("kettle-plain", "viewed")))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def kept(engine: Engine) -> Sessions:
    return Sessions(engine, [ANN])


def answer(session: str, id: str = "a1", **changes: str) -> Answer:
    """An answer with something in every field."""
    reason = Reason("r1", "request_met", "tent-2", "price", "price", "$120.00", "It costs $120.00.", 0.5)
    sentence = Sentence("tent-2", "At $120.00 it fits.", ("r1",), True, "model", (("price", "$120.00"),))
    request = understand("a green tent under $200", make_reader())
    stated: dict[str, Any] = {"message": "a green tent", "reply": "Here is one."} | changes
    standing = Standing("tent-2", 1, 1, 1.5, {"price": 0.5, "relevance": 1.0})
    trial = Trial("without: green", "Without “green”", "If “green” did not matter", "tent-4", "Brindle Tansy 4", 2)
    return Answer(
        id=id,
        session=session,
        intent="search",
        constraints=request.constraints,
        recommendations=(Recommendation(BY_ID["tent-2"], 1.5, {"price": 0.5, "relevance": 1.0}, (reason,)),),
        sentences=(sentence,),
        dropped=(Dropped("tent-2", "It flies.", "flies"),),
        suggestions=("cheaper",),
        variety=0.5,
        timings_ms={"total": 12.5},
        versions={"encoder": "hash-256"},
        contrast=Contrast("what_if", "changed", True, (standing,), (Difference("price", 0.5, 0.2),), trials=(trial,)),
        **stated,
    )


def rows(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as db:
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in (sessions, turns, thumbs))


class TestSessions:
    def test_a_new_one_is_empty_and_unguessable(self, kept: Sessions) -> None:
        ids = {kept.start() for _ in range(20)}
        assert len(ids) == 20
        assert all(len(id) >= 20 and kept.exists(id) for id in ids)
        assert kept.dialogue(ids.pop()) == Dialogue()

    def test_a_known_shopper_brings_a_past_and_an_unknown_one_none(self, kept: Sessions) -> None:
        assert kept.dialogue(kept.start("ann")).history == ANN.history
        assert kept.dialogue(kept.start("nobody")).history == ()

    def test_an_id_never_given_out_is_turned_away(self, kept: Sessions) -> None:
        assert not kept.exists("made-up")
        with pytest.raises(SessionError, match="made-up"):
            kept.dialogue("made-up")
        with pytest.raises(SessionError):
            kept.add_history("made-up", ["tent-2"])
        assert kept.transcript("made-up") == []
        assert kept.answers("made-up") == []

    @pytest.mark.parametrize("id", ["' OR 1=1 --", "%", "", "x" * 5000])
    def test_a_hostile_id_is_only_an_unknown_one(self, kept: Sessions, id: str) -> None:
        kept.start()
        with pytest.raises(SessionError) as caught:
            kept.dialogue(id)
        assert len(str(caught.value)) < 200

    def test_products_seen_join_the_recent_end_of_the_past(self, kept: Sessions) -> None:
        id = kept.start("ann")
        kept.add_history(id, ["pack-30", "pack-45"])
        assert kept.dialogue(id).history == (*ANN.history, PastItem("pack-30"), PastItem("pack-45"))


class TestKeepingTurns:
    def test_state_and_answer_come_back_whole(self, kept: Sessions) -> None:
        id = kept.start("ann")
        reader = make_reader()
        request = understand("a navy blue 4 person tent under $200, not wool, light, in stock", reader)
        state = with_page(apply(kept.dialogue(id), request, (), reader.facets, "USD"), ["tent-4"])
        kept.keep(state, answer(id))
        assert kept.dialogue(id) == state
        assert kept.answers(id) == [answer(id)]

    def test_a_conversation_reads_in_order(self, kept: Sessions) -> None:
        id, other = kept.start(), kept.start()
        kept.keep(Dialogue(), answer(id, "a1", message="one", reply="first"))
        kept.keep(Dialogue(), answer(other, "b1", message="other", reply="other"))
        kept.keep(Dialogue(), answer(id, "a2", message="two", reply="second"))
        assert kept.transcript(id) == [("shopper", "one"), ("clerk", "first"), ("shopper", "two"), ("clerk", "second")]
        assert [a.id for a in kept.answers(id)] == ["a1", "a2"]

    @pytest.mark.parametrize("text", [HOSTILE, "'; DROP TABLE turns; --", "帐篷 😀", "\x00", "x" * 20_000])
    def test_what_was_said_is_kept_to_the_letter(self, kept: Sessions, text: str) -> None:
        id = kept.start()
        kept.keep(Dialogue(words=text, extra=text), answer(id, message=text, reply=text))
        assert kept.transcript(id) == [("shopper", text), ("clerk", text)]
        assert kept.dialogue(id).words == text

    def test_a_turn_that_cannot_be_stored_leaves_the_state_as_it_was(self, kept: Sessions) -> None:
        id = kept.start()
        kept.keep(Dialogue(words="tents"), answer(id, "a1"))
        with pytest.raises(Exception, match="UNIQUE"):
            kept.keep(Dialogue(words="kettles"), answer(id, "a1"))
        assert kept.dialogue(id).words == "tents"

    def test_it_is_there_again_after_a_restart(self, tmp_path: Path, kept: Sessions, engine: Engine) -> None:
        id = kept.start("ann")
        kept.keep(Dialogue(words="tents", history=ANN.history), answer(id))
        engine.dispose()
        again = open_database(tmp_path)
        assert Sessions(again).dialogue(id).words == "tents"
        assert Sessions(again).answers(id) == [answer(id)]
        again.dispose()


class TestForgetting:
    def test_everything_of_a_conversation_goes_and_nothing_of_another(self, kept: Sessions, engine: Engine) -> None:
        mine, other = kept.start(), kept.start()
        for id, name in ((mine, "a1"), (other, "b1")):
            kept.keep(Dialogue(), answer(id, name))
            Feedback(engine).thumb(id, name, "tent-2", True)
        kept.forget(mine)
        assert not kept.exists(mine)
        assert rows(engine) == (1, 1, 1)
        assert kept.transcript(other) != []

    def test_forgetting_twice_is_no_error(self, kept: Sessions) -> None:
        id = kept.start()
        kept.forget(id)
        kept.forget(id)
        assert not kept.exists(id)

    def test_conversations_nobody_touched_for_a_month_go_by_themselves(self, kept: Sessions, engine: Engine) -> None:
        old, recent = kept.start(), kept.start()
        kept.keep(Dialogue(), answer(old))
        for id, age in ((old, KEEP_SECONDS + 60), (recent, KEEP_SECONDS - 60)):
            with engine.begin() as db:
                db.execute(update(sessions).where(sessions.c.id == id).values(touched=time.time() - age))
        kept.start()
        assert (kept.exists(old), kept.exists(recent)) == (False, True)
        assert rows(engine)[1] == 0

    def test_a_turn_keeps_a_conversation_fresh(self, kept: Sessions, engine: Engine) -> None:
        id = kept.start()
        with engine.begin() as db:
            db.execute(update(sessions).values(touched=0.0))
        kept.keep(Dialogue(), answer(id))
        kept.start()
        assert kept.exists(id)


class TestThumbs:
    def test_the_last_one_on_a_card_counts(self, kept: Sessions, engine: Engine) -> None:
        feedback, id = Feedback(engine), kept.start()
        kept.keep(Dialogue(), answer(id))
        feedback.thumb(id, "a1", "tent-2", True)
        feedback.thumb(id, "a1", "tent-4", True)
        feedback.thumb(id, "a1", "tent-2", False)
        assert feedback.of(id) == {("a1", "tent-2"): False, ("a1", "tent-4"): True}

    def test_nobody_votes_on_anothers_conversation(self, kept: Sessions, engine: Engine) -> None:
        feedback, mine, other = Feedback(engine), kept.start(), kept.start()
        kept.keep(Dialogue(), answer(mine))
        for session, answer_id in ((other, "a1"), (mine, "made-up"), ("made-up", "a1")):
            with pytest.raises(SessionError):
                feedback.thumb(session, answer_id, "tent-2", True)
        assert feedback.of(mine) == feedback.of(other) == {}


class TestTheFile:
    def test_a_folder_that_cannot_be_written_is_one_clear_line(self, tmp_path: Path) -> None:
        with pytest.raises(StorageFull, match="Conversations cannot be kept"):
            open_database(tmp_path / "not" / "there")


def test_a_database_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    old = create_engine(f"sqlite:///{tmp_path / 'conversations.db'}")
    with old.begin() as db:
        db.execute(text("CREATE TABLE sessions (id VARCHAR PRIMARY KEY, touched FLOAT, dialogue VARCHAR)"))
        db.execute(
            text(
                "CREATE TABLE tickets (id INTEGER PRIMARY KEY AUTOINCREMENT, session VARCHAR REFERENCES sessions(id), "
                "why VARCHAR, summary VARCHAR, opened FLOAT, closed FLOAT)"
            )
        )
        db.execute(text("INSERT INTO sessions VALUES ('s', 1, '{}')"))
        db.execute(text("INSERT INTO tickets VALUES (1, 's', 'a complaint', 'Why: a complaint', 1, NULL)"))
    old.dispose()
    for _ in range(2):  # a second start finds nothing left to do
        engine = open_database(tmp_path)
        with engine.connect() as db:
            ticket = db.execute(select(tickets)).one()
        engine.dispose()
        assert (ticket.why, ticket.taken_by, ticket.taken) == ("a complaint", None, None)


def test_forgetting_takes_what_waits_for_a_review_along_and_expiry_does_not(engine: Engine) -> None:
    store = Sessions(engine)
    forgotten, expired = store.start(), store.start()
    with engine.begin() as db:
        for id in (forgotten, expired):
            db.execute(insert(review_answers).values(id=f"a-{id}", session=id, snapshot="{}", time=0.0))
        db.execute(update(sessions).where(sessions.c.id == expired).values(touched=time.time() - KEEP_SECONDS - 1))
    store.forget(forgotten)
    store.start()  # old conversations go when a new one comes
    with engine.connect() as db:
        left = db.execute(select(review_answers.c.id, review_answers.c.session)).all()
    assert left == [(f"a-{expired}", None)]


def test_what_people_said_is_in_no_error(engine: Engine, kept: Sessions) -> None:
    session = kept.start()
    kept.keep(Dialogue(), answer(session))
    with pytest.raises(IntegrityError) as caught:  # the same answer twice
        kept.keep(Dialogue(), answer(session))
    assert session not in str(caught.value) and "a green tent" not in str(caught.value)
