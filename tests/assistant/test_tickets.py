from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from assistant.accounts import Accounts
from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.cli import cli
from assistant.database import Sessions, open_database
from assistant.errors import TicketError
from assistant.handing_over import handed_over, summary_of
from assistant.policies import open_policies
from assistant.tables import ticket_notes
from assistant.tickets import LONGEST_TEXT, State, Ticket, Tickets
from assistant.types import Answer, Done
from retrieval.encoder import HashEncoder

DEMO = Path(__file__).parents[2] / "demo_store" / "policies.md"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> str:
    return Sessions(engine).start()


class TestKeeping:
    def test_a_ticket_and_its_end(self, engine: Engine, session: str) -> None:
        kept = Tickets(engine)
        number = kept.open(session, "a complaint", "All of it.")
        assert number == "H-1001"
        assert [t.number for t in kept.all()] == [number]
        assert (kept.get("h-1001").summary, kept.get("1001").why) == ("All of it.", "a complaint")
        closed = kept.close(number).closed
        assert closed is not None
        assert kept.close(number).closed == closed
        assert kept.all() == []
        assert [t.number for t in kept.all("all")] == [number]
        assert kept.open(session, "again", "More.") == "H-1002"

    def test_a_second_request_is_added_to_the_open_one(self, engine: Engine, session: str) -> None:
        kept = Tickets(engine)
        numbers = {kept.open(session, why, f"Summary {why}") for why in ("one", "two", "two", "three")}
        (ticket,) = kept.all()
        assert numbers == {ticket.number}
        assert ticket.why == "one; two; three"
        assert ticket.summary.startswith("Summary one")
        assert ticket.summary.endswith("Summary three")
        assert "Summary two" not in ticket.summary  # it does not grow with every request
        assert kept.open(Sessions(engine).start(), "other", "") != ticket.number

    def test_it_goes_with_its_conversation_and_its_number_is_not_given_again(
        self, engine: Engine, session: str
    ) -> None:
        kept, sessions = Tickets(engine), Sessions(engine)
        number = kept.open(session, "a complaint", "All of it.")
        sessions.forget(session)
        assert kept.all("all") == []
        with pytest.raises(TicketError, match=number):
            kept.get(number)
        assert kept.open(sessions.start(), "another", "") != number

    def test_what_is_personal_is_not_in_it(self, engine: Engine, session: str) -> None:
        kept = Tickets(engine)
        ticket = kept.get(kept.open(session, "order 10023 of robin@example.com", "call me at 555-010-0142"))
        assert ticket.why == "order 10023 of [e-mail]"
        assert ticket.summary == "call me at [phone]"

    @pytest.mark.parametrize("number", ["", "H-9999", "nonsense", "H-1; DROP TABLE", "H-0999", "9" * 30])
    def test_a_number_that_is_not_there(self, engine: Engine, number: str) -> None:
        with pytest.raises(TicketError, match="storeclerk tickets list"):
            Tickets(engine).close(number)

    def test_a_conversation_that_is_not_there(self, engine: Engine) -> None:
        with pytest.raises(TicketError, match="no conversation"):
            Tickets(engine).open("gone", "why", "summary")


class TestWorkingOnOne:
    @pytest.fixture
    def kept(self, engine: Engine) -> Tickets:
        return Tickets(engine)

    @pytest.fixture
    def number(self, kept: Tickets, session: str) -> str:
        return kept.open(session, "a complaint", "All of it.")

    def test_taken_answered_noted_and_closed(self, kept: Tickets, engine: Engine, session: str, number: str) -> None:
        taken = kept.take(number, "robin")
        assert (taken.taken_by, taken.taken is not None) == ("robin", True)
        assert kept.take(number, "robin") == taken  # twice is once
        kept.note(number, "sam", "Their order is 10023.")
        said = kept.answer(number, "robin", "Call us at 555-010-0142.\r\n<b>Soon</b>  ")
        assert (said.by, said.ticket, said.intent, said.message) == ("robin", number, "handover", "")
        assert said.reply == "Call us at 555-010-0142.\n<b>Soon</b>"  # as it was written: the shop's own number
        assert [(n.kind, n.author, n.text) for n in kept.notes(number)] == [
            ("note", "sam", "Their order is 10023."),
            ("answer", "robin", said.reply),
        ]
        assert Sessions(engine).transcript(session) == [("clerk", said.reply)]
        assert Sessions(engine).answers(session) == [said]
        assert kept.close(number).taken_by == "robin"
        with pytest.raises(TicketError, match=r"H-1001 was closed at \d\d:\d\d: reopen it first\."):
            kept.answer(number, "robin", "One more thing.")
        kept.note(number, "robin", "They wrote again.")
        assert len(kept.notes(number)) == 3

    def test_of_two_who_take_it_at_once_one_has_it(self, kept: Tickets, number: str) -> None:
        def take(account: str) -> str:
            try:
                kept.take(number, account)
            except TicketError as error:
                return str(error)
            return account

        names = [f"agent{n}" for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(take, names))
        holder = kept.get(number).taken_by
        assert [t for t in told if t in names] == [holder]
        refusals = {t for t in told if t not in names}
        assert len(refusals) == 1
        assert refusals.pop().startswith(f"{number} was taken by {holder} at ")

    def test_only_who_holds_it_answers_and_gives_it_back(self, kept: Tickets, number: str) -> None:
        with pytest.raises(TicketError, match="has to be taken before it can be answered"):
            kept.answer(number, "robin", "Hello.")
        kept.take(number, "robin")
        for refused in (lambda: kept.answer(number, "sam", "Hello."), lambda: kept.release(number, "sam")):
            with pytest.raises(TicketError, match="was taken by robin at"):
                refused()
        assert kept.notes(number) == []
        assert kept.release(number, "sam", admin=True).taken_by is None
        assert kept.take(number, "sam").taken_by == "sam"
        assert kept.release(number, "sam").taken is None

    @pytest.mark.parametrize(("text", "why"), [(" \n", "is empty"), ("x" * (LONGEST_TEXT + 1), "4,001 characters")])
    def test_texts_are_neither_empty_nor_endless(self, kept: Tickets, number: str, text: str, why: str) -> None:
        kept.take(number, "robin")
        for write in (kept.note, kept.answer):
            with pytest.raises(TicketError, match=why):
                write(number, "robin", text)

    @pytest.mark.parametrize("act", ["take", "release", "note", "answer", "reopen", "notes"])
    def test_one_that_is_not_there(self, kept: Tickets, number: str, act: str) -> None:
        given = {"take": ("robin",), "release": ("robin",), "note": ("robin", "x"), "answer": ("robin", "x")}
        with pytest.raises(TicketError, match="H-7777"):
            getattr(kept, act)("H-7777", *given.get(act, ()))

    def test_reopened_it_is_nobodys_and_never_beside_a_newer_one(
        self, kept: Tickets, session: str, number: str
    ) -> None:
        kept.take(number, "robin")
        kept.close(number)
        opened = kept.reopen(number)
        assert (opened.closed, opened.taken_by) == (None, None)
        assert kept.reopen(number) == opened
        kept.close(number)
        newer = kept.open(session, "again", "More.")
        with pytest.raises(TicketError, match="another ticket open"):
            kept.reopen(number)
        kept.close(newer)
        assert kept.reopen(number).closed is None

    def test_lists(self, kept: Tickets, engine: Engine, number: str) -> None:
        numbers = [number, *(kept.open(Sessions(engine).start(), "why", "") for _ in range(4))]
        kept.take(numbers[1], "robin")
        kept.take(numbers[2], "sam")
        kept.close(numbers[4])
        kept.close(numbers[3])

        def of(found: list[Ticket]) -> list[int]:
            return [numbers.index(t.number) for t in found]

        assert of(kept.all()) == [0, 1, 2]
        assert of(kept.all("free")) == [0]
        assert of(kept.all("taken")) == [1, 2]
        assert of(kept.all("mine", account="robin")) == [1]
        assert of(kept.all("closed")) == [3, 4]  # the last closed first
        assert of(kept.all("all", limit=2, offset=1)) == [1, 2]
        states: list[State] = ["open", "free", "taken", "closed", "all"]
        assert [kept.count(state) for state in states] == [3, 1, 2, 2, 5]
        assert kept.count("mine", account="sam") == 1

    @pytest.mark.parametrize("way", ["remove", "reviewer", "admin"])
    def test_who_cannot_come_any_more_holds_none(
        self, kept: Tickets, engine: Engine, session: str, number: str, way: str
    ) -> None:
        accounts = Accounts(engine, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts.add("robin", "agent", "correct horse battery")
        kept.take(number, "robin")
        kept.close(number)
        later = kept.open(session, "another", "")
        kept.take(later, "robin")
        if way == "remove":
            accounts.remove("robin")
        else:
            accounts.set_role("robin", way)
        assert kept.get(later).taken_by == ("robin" if way == "admin" else None)
        assert kept.get(number).taken_by == "robin"  # who dealt with it

    def test_nobody_closes_what_another_took_meanwhile(self, kept: Tickets, number: str) -> None:
        kept.take(number, "robin")
        with pytest.raises(TicketError, match="is robin's to close"):
            kept.close(number, by="sam")
        assert kept.get(number).closed is None
        assert kept.close(number, by="robin").closed is not None
        assert kept.close(number, by="sam").taken_by == "robin"  # closed as it is

    @pytest.mark.parametrize("way", ["forget", "wipe"])
    def test_notes_and_answers_go_with_the_conversation(
        self, kept: Tickets, engine: Engine, session: str, number: str, way: str
    ) -> None:
        kept.take(number, "robin")
        kept.note(number, "robin", "secret")
        kept.answer(number, "robin", "Hello.")
        getattr(Sessions(engine), way)(session)
        with engine.connect() as db:
            assert db.execute(select(func.count()).select_from(ticket_notes)).scalar_one() == 0
        with pytest.raises(TicketError, match=number):
            kept.answer(number, "robin", "Hello?")
        assert not kept.is_open(session)


class TestTheConversationGoesOn:
    def test_an_answer_disturbs_nothing(self, clerk: Clerk) -> None:
        id = clerk.sessions.start()
        list(answer(clerk, id, "a tent under $400"))
        list(answer(clerk, id, "let me talk to a person"))
        (ticket,) = [t for t in clerk.tickets.all() if t.session == id]
        assert clerk.tickets.is_open(id)
        assert clerk.tickets.seen_products(ticket) == list(clerk.sessions.dialogue(id).last)
        before = clerk.sessions.dialogue(id)
        clerk.tickets.take(ticket.number, "robin")
        said = clerk.tickets.answer(ticket.number, "robin", "Which one do you like?")
        assert clerk.sessions.dialogue(id) == before
        assert "kg" in self.last(clerk, id, "how heavy is the second one?").reply
        assert clerk.tickets.seen_products(ticket)[0] == before.last[1]
        assert [a.id for a in clerk.sessions.answers_of_people(id)] == [said.id]
        more = clerk.tickets.answer(ticket.number, "robin", "And?")
        assert clerk.sessions.answers_of_people(id, said.id) == [more]
        assert clerk.sessions.answers_of_people(id, more.id) == []
        assert clerk.sessions.answers_of_people(id, "of another conversation") == [said, more]
        # Once it is closed the clerk goes on as before, and a new request opens a new one.
        clerk.tickets.close(ticket.number)
        assert self.last(clerk, id, "I want to talk to a person").ticket not in ("", ticket.number)

    @staticmethod
    def last(clerk: Clerk, id: str, message: str) -> Answer:
        *_, done = answer(clerk, id, message)
        assert isinstance(done, Done)
        return done.answer


class TestTheSummary:
    def test_it_says_what_is_wanted_seen_and_said(self, clerk: Clerk) -> None:
        id = clerk.sessions.start()
        for message in ("a tent under $400", "something else", "I am ann@example.com. What is your return policy?"):
            list(answer(clerk, id, message))
        said = summary_of(
            clerk.sessions.dialogue(id),
            clerk.sessions.answers(id),
            "a person please, 555-010-0142",
            "asked for a person",
        )
        assert said.startswith("Why: asked for a person\n")
        assert "under $400" in said
        assert "(tent-" in said
        assert "Policies quoted: Returns: Return window" in said
        assert said.index("- a tent under $400") < said.index("- a person please, [phone]")
        assert "ann@" not in said
        assert "555" not in said

    def test_of_an_empty_conversation(self, clerk: Clerk) -> None:
        id = clerk.sessions.start()
        said = summary_of(clerk.sessions.dialogue(id), (), "help", "asked", matter="order 10023: cancel")
        assert said == "Why: asked\nMatter: order 10023: cancel\nSaid last:\n- help"

    def test_long_messages_are_cut_and_only_the_last_are_in_it(self, clerk: Clerk) -> None:
        id = clerk.sessions.start()
        for number in range(9):
            list(answer(clerk, id, f"hello {number}"))
        said = summary_of(clerk.sessions.dialogue(id), clerk.sessions.answers(id), "x " * 2_000, "asked")
        assert "hello 8" in said
        assert "hello 3" not in said
        assert len(said) < 1_000


def test_the_reply_names_the_ticket_the_hours_and_that_the_chat_goes_on() -> None:
    encoder = HashEncoder()
    reply = handed_over("H-1042", open_policies(DEMO, encoder), encoder)
    assert "**H-1042**" in reply
    assert "Monday to Friday from 9 a.m. to 6 p.m." in reply
    assert "/policies#contact-customer-care" in reply
    assert "I am still here" in reply
    assert "added" in handed_over("H-1042", open_policies(None, encoder), encoder, again=True)


class TestTheCommand:
    def test_list_show_and_close(self, engine: Engine, session: str, tmp_path: Path) -> None:
        Tickets(engine).open(session, "a complaint", "Why: a complaint")
        folder = ["--data-dir", str(tmp_path)]
        listed = CliRunner().invoke(cli, ["tickets", "list", *folder])
        assert listed.output.startswith("H-1001  ")
        assert "a complaint" in listed.output
        shown = CliRunner().invoke(cli, ["tickets", "show", "H-1001", *folder, "--json"])
        assert json.loads(shown.output)["summary"] == "Why: a complaint"
        assert "closed" in CliRunner().invoke(cli, ["tickets", "close", "h-1001", *folder]).output
        left = CliRunner().invoke(cli, ["tickets", "list", *folder, "--json"])
        assert json.loads(left.output) == {"tickets": []}
        closed = CliRunner().invoke(cli, ["tickets", "list", "--closed", *folder])
        assert "closed" in closed.output

    def test_work(self, engine: Engine, session: str, tmp_path: Path) -> None:
        Tickets(engine).open(session, "a complaint", "Why: a complaint")

        def run(*args: str) -> str:
            done = CliRunner().invoke(cli, ["tickets", *args, "--data-dir", str(tmp_path)])
            return f"{done.exit_code} {done.output}"

        assert run("take", "H-1001", "--as", "robin") == "0 H-1001 is robin's.\n"
        assert run("take", "H-1001", "--as", "sam").startswith("1 storeclerk: H-1001 was taken by robin at ")
        assert "taken by robin" in run("list")
        assert run("note", "H-1001", "An angry one.", "--as", "sam") == "0 Noted on H-1001.\n"
        assert run("answer", "H-1001", "We are sorry.", "--as", "robin").startswith("0 Answered")
        shown = run("show", "H-1001")
        assert "sam noted:\nAn angry one." in shown
        assert "robin answered the shopper:\nWe are sorry." in shown
        listed = json.loads(run("show", "H-1001", "--json")[2:])
        assert [note["kind"] for note in listed["notes"]] == ["note", "answer"]
        assert run("release", "H-1001", "--as", "robin") == "0 H-1001 can be taken again.\n"
        assert run("close", "H-1001").startswith("0")
        assert run("reopen", "H-1001") == "0 H-1001 is open.\n"
        assert run("take", "H-1001").startswith("2")

    def test_words_of_another_encoding_are_kept_as_far_as_they_can_be_read(
        self, engine: Engine, session: str, tmp_path: Path
    ) -> None:
        number = Tickets(engine).open(session, "a complaint", "")
        command = ["tickets", "note", number, "caf\udce9", "--as", "r\udcf6bin", "--data-dir", str(tmp_path)]
        assert CliRunner().invoke(cli, command).exit_code == 0
        [note] = Tickets(engine).notes(number)
        assert (note.author, note.text) == ("r?bin", "caf?")

    def test_what_is_not_there_is_one_line(self, engine: Engine, tmp_path: Path) -> None:
        none = CliRunner().invoke(cli, ["tickets", "show", "H-7777", "--data-dir", str(tmp_path)])
        assert (none.exit_code, none.output.count("\n")) == (1, 1)
        assert "H-7777" in none.output
        empty = CliRunner().invoke(cli, ["tickets", "list", "--data-dir", str(tmp_path / "new")])
        assert empty.exit_code == 1
        assert not (tmp_path / "new").exists()
