from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.cli import cli
from assistant.database import Sessions, open_database
from assistant.errors import TicketError
from assistant.policies import open_policies
from assistant.tickets import Tickets, handed_over, summary_of
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
        assert [t.number for t in kept.all(closed=True)] == [number]
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
        assert kept.all(closed=True) == []
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

    def test_what_is_not_there_is_one_line(self, engine: Engine, tmp_path: Path) -> None:
        none = CliRunner().invoke(cli, ["tickets", "show", "H-7777", "--data-dir", str(tmp_path)])
        assert (none.exit_code, none.output.count("\n")) == (1, 1)
        assert "H-7777" in none.output
        empty = CliRunner().invoke(cli, ["tickets", "list", "--data-dir", str(tmp_path / "new")])
        assert empty.exit_code == 1
        assert not (tmp_path / "new").exists()
