"""The conversations' own database, SQLite beside the catalogue: opening it; sessions, their answers and thumbs.

What agents and reviewers do is kept in the same file (`assistant.tables`). Of shoppers only what the conversation needs
is: what was said in it and what was shown. `forget` deletes a session whole, and sessions nobody has touched for a
month go by themselves.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import OperationalError

from assistant.dialogue import Dialogue
from assistant.errors import SessionError
from assistant.migrations import migrate
from assistant.profile import Shopper
from assistant.tables import agent_replies, review_answers, sessions, thumbs, tickets, turns
from assistant.types import Answer, PastItem
from retrieval.errors import StorageFull

KEEP_SECONDS = 30 * 24 * 3600

_DIALOGUE = TypeAdapter(Dialogue)
_ANSWER = TypeAdapter(Answer)


def open_database(data_dir: Path) -> Engine:
    """The engine, with its tables made; one file of its own, so that re-indexing never touches conversations."""
    # What a statement was run with is what people said, or a session's id: it gets into no error and so into no log.
    engine = create_engine(f"sqlite:///{data_dir / 'conversations.db'}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    try:
        migrate(engine)
    except OperationalError as error:
        raise StorageFull(f"Conversations cannot be kept in {data_dir}: {error.orig}.") from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start: what it reads cannot change before it writes."""
    with engine.begin() as db:
        db.exec_driver_sql("BEGIN IMMEDIATE")
        yield db


class Sessions:
    """Conversations by session id. An id is random and unguessable: whoever holds it holds the conversation."""

    def __init__(self, engine: Engine, shoppers: Sequence[Shopper] = ()) -> None:
        self._engine = engine
        self._shoppers = {shopper.id: shopper for shopper in shoppers}

    def start(self, shopper: str = "") -> str:
        """A new session, with the past of a known shopper or with none."""
        id = f"s{secrets.token_urlsafe(18)}"  # a letter first: "-abc" would be an option on the command line
        history = self._shoppers[shopper].history if shopper in self._shoppers else ()
        dialogue = _DIALOGUE.dump_json(Dialogue(history=history)).decode()
        now = time.time()
        with self._engine.begin() as db:
            db.execute(delete(sessions).where(sessions.c.touched < now - KEEP_SECONDS))
            db.execute(insert(sessions).values(id=id, touched=now, dialogue=dialogue))
        return id

    def exists(self, id: str) -> bool:
        with self._engine.connect() as db:
            return db.execute(select(sessions.c.id).where(sessions.c.id == id)).first() is not None

    def dialogue(self, id: str) -> Dialogue:
        """The state of a conversation. Raises SessionError for an id never given out, or forgotten."""
        with self._engine.connect() as db:
            row = db.execute(select(sessions.c.dialogue).where(sessions.c.id == id)).first()
        if row is None:
            raise SessionError(f"There is no conversation {id[:40]!r} (any more). Please start a new one.")
        return _DIALOGUE.validate_json(row.dialogue)

    def add_history(self, id: str, product_ids: Sequence[str]) -> None:
        """Puts products at the recent end of the session's history."""
        dialogue = self.dialogue(id)
        added = tuple(PastItem(product_id) for product_id in product_ids)
        with self._engine.begin() as db:
            self._update(db, id, replace(dialogue, history=(*dialogue.history, *added)))

    def keep(self, dialogue: Dialogue, answer: Answer) -> None:
        """Stores one finished turn and the state after it, together."""
        with self._engine.begin() as db:
            self._update(db, answer.session, dialogue)
            _insert(db, answer)

    def add_answer(self, answer: Answer) -> None:
        """Stores what somebody else than the clerk said; the state of the conversation stays as it is. Raises
        SessionError for a conversation that is not there.
        """
        with self._engine.begin() as db:
            add_answer(db, answer)

    def answers_of_people(self, id: str, after: str = "") -> list[Answer]:
        """What people of the shop said in a conversation, oldest first; only what came after the answer `after`, if
        that is one of its answers.
        """
        seen = select(turns.c.id).where(turns.c.answer_id == after, turns.c.session == id).scalar_subquery()
        query = select(turns.c.answer).where(turns.c.session == id, turns.c.message == "")  # a shopper says something
        query = query.where(turns.c.id > func.coalesce(seen, 0)).order_by(turns.c.id)
        with self._engine.connect() as db:
            found = [_ANSWER.validate_json(row.answer) for row in db.execute(query)]
        return [answer for answer in found if answer.by]

    def transcript(self, id: str) -> list[tuple[str, str]]:
        """("shopper" | "clerk", text) in order, for a page that is loaded again."""
        query = select(turns.c.message, turns.c.reply).where(turns.c.session == id).order_by(turns.c.id)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return [line for row in rows for line in (("shopper", row.message), ("clerk", row.reply)) if line[1]]

    def answers(self, id: str) -> list[Answer]:
        """Every answer of a conversation, whole, oldest first."""
        query = select(turns.c.answer).where(turns.c.session == id).order_by(turns.c.id)
        with self._engine.connect() as db:
            return [_ANSWER.validate_json(row.answer) for row in db.execute(query)]

    def forget(self, id: str) -> None:
        """Deletes a conversation with its answers, thumbs and tickets, the replies made for those, and what of it waits
        for a review or was judged.
        """
        with self._engine.begin() as db:
            for table in (review_answers, agent_replies):
                db.execute(delete(table).where(table.c.session == id))
            db.execute(delete(sessions).where(sessions.c.id == id))

    def wipe(self, id: str) -> None:
        """Deletes what was said and shown, as `forget` does; the session goes on, empty."""
        with self._engine.begin() as db:
            for table in (turns, thumbs, tickets, review_answers, agent_replies):
                db.execute(delete(table).where(table.c.session == id))

    @staticmethod
    def _update(db: Any, id: str, dialogue: Dialogue) -> None:
        values = {"dialogue": _DIALOGUE.dump_json(dialogue).decode(), "touched": time.time()}
        if not db.execute(update(sessions).where(sessions.c.id == id).values(**values)).rowcount:
            raise SessionError("This conversation was deleted while it was being answered.")


def add_answer(db: Connection, answer: Answer) -> None:
    """`Sessions.add_answer` as a part of a larger transaction. Raises SessionError."""
    touched = update(sessions).where(sessions.c.id == answer.session).values(touched=time.time())
    if not db.execute(touched).rowcount:
        raise SessionError("This conversation was deleted meanwhile.")
    _insert(db, answer)


def _insert(db: Connection, answer: Answer) -> None:
    db.execute(
        insert(turns).values(
            session=answer.session,
            answer_id=answer.id,
            message=answer.message,
            reply=answer.reply,
            answer=_ANSWER.dump_json(answer).decode(),
            time=time.time(),
        )
    )


class Feedback:
    """Thumbs on the cards of an answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def thumb(self, session: str, answer_id: str, product_id: str, up: bool) -> None:
        """Keeps one thumb; a later one on the same card replaces it. Raises SessionError if the answer is not
        this session's, so that nobody votes on another's conversation.
        """
        owned = select(turns.c.id).where(turns.c.answer_id == answer_id, turns.c.session == session)
        statement = upsert(thumbs).values(
            session=session, answer_id=answer_id, product_id=product_id, up=int(up), time=time.time()
        )
        statement = statement.on_conflict_do_update(
            index_elements=["session", "answer_id", "product_id"],
            set_={"up": statement.excluded.up, "time": statement.excluded.time},
        )
        with self._engine.begin() as db:
            if db.execute(owned).first() is None:
                raise SessionError("That answer is not part of this conversation.")
            db.execute(statement)

    def of(self, session: str) -> dict[tuple[str, str], bool]:
        """(answer id, product id) -> thumb, of one conversation."""
        with self._engine.connect() as db:
            rows = db.execute(select(thumbs).where(thumbs.c.session == session)).all()
        return {(row.answer_id, row.product_id): bool(row.up) for row in rows}
