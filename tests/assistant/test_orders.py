from __future__ import annotations

import sys
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.order_turns import (
    MOST_TRIES,
    OrderAsk,
    ShopReply,
    account_matter,
    account_reply,
    answers_ask,
    is_about_an_order,
    order_turn,
)
from assistant.orders import CsvOrderDesk, Order, OrderDesk, OrderItem, open_orders
from assistant.policies import PolicyPages, open_policies
from retrieval.encoder import HashEncoder

DEMO = Path(__file__).parents[2] / "demo_store"
TODAY = date(2026, 11, 23)
ENCODER = HashEncoder()


class MemoryDesk:
    """A shop's own adapter, as small as one can be."""

    def find(self, number: str, email: str) -> Order | None:
        return Order(number, "packing", TODAY) if email.casefold() == "ann@example.com" and number == "A-77" else None


class DeadDesk:
    def find(self, number: str, email: str) -> Order | None:
        raise TimeoutError(f"no answer about {number} of {email}")


@pytest.fixture(scope="module")
def pages() -> PolicyPages:
    return open_policies(DEMO / "policies.md", ENCODER)


@pytest.fixture(scope="module")
def desk() -> CsvOrderDesk:
    return CsvOrderDesk(DEMO / "orders.csv")


def say(desk: OrderDesk | None, pages: PolicyPages, *messages: str, ask: OrderAsk | None = None) -> list[ShopReply]:
    ask, replies = ask or OrderAsk(), []
    for message in messages:
        reply, ask = order_turn(desk, message, ask, pages, ENCODER, today=TODAY)
        replies.append(reply)
    return replies


@pytest.mark.parametrize(
    ("made", "number", "email"),
    [
        (lambda: CsvOrderDesk(DEMO / "orders.csv"), "10023", "robin@example.com"),
        (MemoryDesk, "A-77", "ann@example.com"),
    ],
)
class TestEveryDesk:
    def test_finds_an_order_by_both_and_by_nothing_less(self, made: type[MemoryDesk], number: str, email: str) -> None:
        desk = made()
        found = desk.find(number, email)
        assert found is not None
        assert found.number == number
        assert desk.find(number, email.upper()) == found
        assert desk.find(number, "else@example.com") is None
        assert desk.find("99999", email) is None
        assert desk.find("", "") is None


class TestTheFile:
    def test_the_demo_orders(self, desk: CsvOrderDesk) -> None:
        shipped = desk.find("#10023", " Robin@Example.com ")
        assert shipped is not None
        assert (shipped.status, shipped.expected) == ("shipped", date(2026, 11, 27))
        packing, delivered = desk.find("10024", "sasha@example.com"), desk.find("10025", "kim@example.com")
        assert packing is not None
        assert packing.status == "packing"
        assert delivered is not None
        assert delivered.delivered == date(2026, 11, 18)
        returned = desk.find("10026", "robin@example.com")
        assert returned is not None
        assert (returned.status, "refunded" in returned.refund) == ("returned", True)

    def test_their_items_are_in_the_catalogue(self) -> None:
        titles = (DEMO / "products.csv").read_text(encoding="utf-8")
        for line in (DEMO / "orders.csv").read_text(encoding="utf-8").splitlines()[1:]:
            email = line.split(",")[1]
            order = CsvOrderDesk(DEMO / "orders.csv").find(line.split(",")[0], email)
            assert order is not None
            assert order.items
            assert all(item.product_id in titles and item.title in titles for item in order.items)

    def test_no_address_is_kept(self, desk: CsvOrderDesk) -> None:
        assert "robin" not in repr(vars(desk)).casefold()
        assert "email" not in {field.name for field in fields(Order)} | {field.name for field in fields(OrderItem)}

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("number,email\n1,a@b.c\n", "no column placed, status"),
            ("number,email,status,placed\n1001,a@b.c,lost,2026-01-01\n", "row 2: status is 'lost', but must be one of"),
            ("number,email,status,placed\n1001,a@b.c,shipped,soon\n", "row 2: placed is 'soon', but must be a date"),
            ("number,email,status,placed\n1001,a@b.c,shipped,\n", "row 2: placed is ''"),
            (
                "number,email,status,placed\n1001,secret,shipped,2026-01-01\n",
                "row 2: the column email holds no address",
            ),
            ("number,email,status,placed\n,a@b.c,shipped,2026-01-01\n", "row 2: number is ''"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "orders.csv").write_text(text)
        with pytest.raises(SettingsError, match="orders") as failure:
            CsvOrderDesk(tmp_path / "orders.csv")
        assert said in str(failure.value)
        assert "secret" not in str(failure.value)


class TestTheSetting:
    def test_a_file_a_function_or_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "our_orders.py").write_text(
            "class Desk:\n    def find(self, number, email):\n        return None\nclass Odd: pass\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        assert open_orders("") is None
        assert isinstance(open_orders(str(DEMO / "orders.csv")), CsvOrderDesk)
        opened = open_orders("our_orders:Desk")
        assert opened is not None
        assert opened.find("1", "a@b.c") is None
        with pytest.raises(SettingsError, match=r"'our_orders:Odd' gave a Odd, which has no find"):
            open_orders("our_orders:Odd")
        sys.modules.pop("our_orders", None)

    @pytest.mark.parametrize("setting", ["no.such.module:desk", "json:no_such_function", "json:loads", "gone.csv"])
    def test_what_cannot_be_opened_is_one_line_that_names_it(self, setting: str) -> None:
        with pytest.raises(SettingsError) as failure:
            open_orders(setting)
        assert setting in str(failure.value)
        assert "\n" not in str(failure.value)


class TestTheTurn:
    @pytest.mark.parametrize(
        "messages",
        [
            ["where is my order 10023, robin@example.com?"],
            ["my order is #10023 and my e-mail is ROBIN@example.com"],
            ["where is my order?", "10023 robin@example.com"],
            ["where is my order?", "10023", "robin@example.com"],
            ["where is order 10023", "it's robin@example.com."],
            ["track my order", "robin@example.com", "10023, robin@example.com"],
            ["订单号 10023，robin@example.com"],
        ],
    )
    def test_number_and_address_in_one_message_or_over_several(
        self, desk: CsvOrderDesk, pages: PolicyPages, messages: list[str]
    ) -> None:
        reply = say(desk, pages, *messages)[-1].reply
        assert "Order **10023**" in reply
        assert "shipped" in reply
        assert "November 27, 2026" in reply
        assert "Brindle Alder Sleeping Bag" in reply

    def test_each_status_is_told(self, desk: CsvOrderDesk, pages: PolicyPages) -> None:
        told = [
            say(desk, pages, f"order {number} {email}")[0].reply
            for number, email in (
                ("10024", "sasha@example.com"), ("10025", "kim@example.com"), ("10026", "robin@example.com"),
                ("10022", "mira@example.com"), ("10029", "lee@example.com"), ("10021", "pat@example.com"),
            )
        ]  # fmt: skip
        for reply, said in zip(
            told,
            ["is being packed", "was delivered on November 18, 2026", "refunded on November 19, 2026", "was cancelled",
             "not packed yet", "was due on November 20, 2026 and is not marked as delivered"],
            strict=True,
        ):  # fmt: skip
            assert said in reply

    def test_what_can_be_done_is_quoted_and_nothing_is_claimed_to_be_done(
        self, desk: CsvOrderDesk, pages: PolicyPages
    ) -> None:
        (reply,) = say(desk, pages, "please cancel my order 10024, sasha@example.com")
        assert "I cannot cancel an order" in reply.reply
        assert "free of charge until it is packed" in reply.reply
        assert reply.section == "Contact: Cancelling an order"
        assert reply.why
        for claimed in ("have cancelled", "has been cancelled", "I cancelled", "is cancelled"):
            assert claimed not in reply.reply

    def test_the_order_told_last_can_be_asked_about_without_the_address(
        self, desk: CsvOrderDesk, pages: PolicyPages
    ) -> None:
        _, after = say(desk, pages, "order 10025 kim@example.com", "how do I return it?")
        assert "10025" in after.reply
        assert after.section.startswith("Returns")

    def test_a_wrong_pair_reveals_nothing(self, desk: CsvOrderDesk, pages: PolicyPages) -> None:
        there, not_there = (
            order_turn(desk, f"order {number}, kim@example.com", OrderAsk(), pages, ENCODER, today=TODAY)
            for number in ("10023", "99999")
        )
        assert there == not_there
        assert "10023" not in there[0].reply

    def test_after_five_wrong_pairs_nothing_is_looked_up(self, desk: CsvOrderDesk, pages: PolicyPages) -> None:
        wrong = [f"order 1002{n} guess@example.com" for n in range(MOST_TRIES)]
        *_, last, right = say(desk, pages, *wrong, "order 10023 robin@example.com")
        assert "any more" in last.reply
        assert right.reply == last.reply
        assert "Talk to a person" in right.suggestions

    def test_a_right_pair_does_not_give_new_tries(self, desk: CsvOrderDesk, pages: PolicyPages) -> None:
        ask = OrderAsk()
        for message in ["order 10023 x@example.com", "order 10023 robin@example.com", "order 10024 robin@example.com"]:
            _, ask = order_turn(desk, message, ask, pages, ENCODER, today=TODAY)
        assert ask.tries == 2

    @given(st.text(max_size=60), st.sampled_from(["", " robin@example.com", " 10023", " 10024 robin@example.com"]))
    def test_no_address_is_in_what_is_kept_or_said(self, text: str, more: str) -> None:
        desk, pages = CsvOrderDesk(DEMO / "orders.csv"), PolicyPages((), (), ENCODER)
        reply, ask = order_turn(desk, text + more, OrderAsk(open=True), pages, ENCODER, today=TODAY)
        assert "robin@" not in repr(ask)
        assert "robin@" not in reply.reply
        assert reply.reply

    def test_without_a_desk_it_says_so_and_how_to_reach_the_shop(self, pages: PolicyPages) -> None:
        (reply,) = say(None, pages, "where is my order 10023, robin@example.com")
        assert "I cannot look up orders" in reply.reply
        assert "help@pennyfoldandwren.example" in reply.reply
        assert "10023" not in reply.reply
        assert say(None, open_policies(None, ENCODER), "where is my order")[0].suggestions == ("Talk to a person",)

    def test_a_dead_desk_is_one_calm_line(self, pages: PolicyPages, caplog: pytest.LogCaptureFixture) -> None:
        (reply,) = say(DeadDesk(), pages, "order 10023 robin@example.com")
        assert reply.reply.startswith("I cannot reach the order system just now.")
        assert "\n" not in reply.reply
        assert reply.why
        assert "robin@" not in caplog.text

    def test_a_hostile_order_is_only_text(self, pages: PolicyPages) -> None:
        class Hostile:
            def find(self, number: str, email: str) -> Order | None:
                items = (OrderItem("x", "**[click](javascript:alert(1))**\n\n# now"),)
                return Order("1001", "shipped", TODAY, items=items, carrier="<b>`x`</b>")

        (reply,) = say(Hostile(), pages, "order 1001 a@b.cd")
        assert "\\*\\*\\[click\\]" in reply.reply
        assert "\n# now" not in reply.reply


class TestWhatTheyAreRecognisedBy:
    @pytest.mark.parametrize(
        "message",
        ["where is my order?", "track my parcel", "order #10023", "I want to cancel my order",
         "my package never arrived",
         "where's my stuff", "my last order was wrong", "订单在哪里"],
    )  # fmt: skip
    def test_orders(self, message: str) -> None:
        assert is_about_an_order(message)

    @pytest.mark.parametrize(
        "message",
        ["a tent under $200", "in order to stay dry I need a jacket", "a running watch with gps tracking",
         "order by price",
         "a game for 4 players", "show me more", "", "帐篷"],
    )  # fmt: skip
    def test_wishes_are_none(self, message: str) -> None:
        assert not is_about_an_order(message)
        assert account_matter(message) == ""

    @pytest.mark.parametrize(
        ("message", "matter"),
        [("I forgot my password", "your password"), ("delete my account", "deleting an account"),
         ("can I get an invoice", "an invoice"), ("I need to change my delivery address", "your account details"),
         ("please update my e-mail", "your account details"), ("a new phone under $300", ""),
         ("a receipt printer", ""), ("change the colour to red", ""), ("a table for my new house", "")],
    )  # fmt: skip
    def test_accounts(self, message: str, matter: str) -> None:
        assert account_matter(message) == matter

    def test_an_account_matter_is_not_done_here(self, pages: PolicyPages) -> None:
        reply = account_reply("I forgot my password", pages, ENCODER)
        assert "I cannot see or change customer accounts" in reply.reply
        assert reply.suggestions == ("Talk to a person",)

    @pytest.mark.parametrize(
        ("message", "answers"),
        [("10023", True), ("it's 10023", True), ("robin@example.com", True), ("10023, robin@example.com please", True),
         ("a tent under 2000", False), ("something for 10000 mm of rain", False), ("show me kettles", False),
         ("", False)],
    )  # fmt: skip
    def test_the_answer_to_what_the_clerk_asked(self, message: str, answers: bool) -> None:
        assert answers_ask(message, OrderAsk(open=True)) is answers
        assert not answers_ask(message, replace(OrderAsk(), open=False))
