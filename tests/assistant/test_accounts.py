from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update

from assistant.accounts import (
    FREE_FAILURES,
    IDLE_SECONDS,
    LONGEST_WAIT,
    PASSWORD_MOST,
    WHOLE_SECONDS,
    Accounts,
    Signed,
    checked_name,
    wait_after,
)
from assistant.cli import cli
from assistant.database import open_database
from assistant.errors import AccountError, SignInRefused
from assistant.tables import accounts as table
from assistant.tables import login_failures, signins

GOOD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(engine: Engine, clock: Clock) -> Accounts:
    made = Accounts(engine, clock=clock, hasher=QUICK)
    made.add("robin", "agent", GOOD)
    return made


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """Nobody's accounts, where every try comes two days after the one before, so that none has to wait."""
    engine, days = open_database(tmp_path_factory.mktemp("patient")), itertools.count(0, 2)
    yield Accounts(engine, clock=lambda: next(days) * 24 * 3600.0, hasher=QUICK)
    engine.dispose()


def refused(kept: Accounts, name: str = "robin", password: str = "wrong", address: str = "10.0.0.7") -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        kept.signin(name, password, address)
    return caught.value


class TestAccounts:
    def test_one_is_made_listed_changed_and_removed(self, kept: Accounts) -> None:
        kept.add("ash", "reviewer", GOOD)
        assert [(each.name, each.role) for each in kept.all()] == [("ash", "reviewer"), ("robin", "agent")]
        assert kept.set_role("ROBIN", "admin").role == "admin"
        kept.remove("ash")
        assert [(each.name, each.role) for each in kept.all()] == [("robin", "admin")]
        kept.remove("robin")
        assert not kept.any()

    @pytest.mark.parametrize(
        ("name", "folded"), [("robin", "robin"), (" Robin ", "robin"), ("a.b-c_1", "a.b-c_1"), ("ＲＯＢＩＮ", "robin")]
    )
    def test_names_are_folded(self, name: str, folded: str) -> None:
        assert checked_name(name) == folded

    @pytest.mark.parametrize(
        "name", ["", "r", "x" * 41, "rob in", "<b>", "röbin", "robin@example.com", "a\n", "ро", "x\0y"]
    )
    def test_what_cannot_be_a_name_is_named(self, kept: Accounts, name: str) -> None:
        with pytest.raises(AccountError, match="cannot be a name"):
            kept.add(name, "agent", GOOD)

    def test_a_name_is_given_once_however_it_is_written(self, kept: Accounts) -> None:
        with pytest.raises(AccountError, match="users password robin"):
            kept.add("Robin", "reviewer", GOOD)
        assert kept.get("robin").role == "agent"

    @pytest.mark.parametrize("role", ["", "root", "Admin", "agent "])
    def test_an_unknown_role_is_refused(self, kept: Accounts, role: str) -> None:
        with pytest.raises(AccountError, match="agent, reviewer or admin"):
            kept.add("ash", role, GOOD)
        with pytest.raises(AccountError, match="agent, reviewer or admin"):
            kept.set_role("robin", role)

    def test_whoever_is_not_there_is_named(self, kept: Accounts) -> None:
        for attempt in (kept.get, kept.remove, lambda name: kept.set_password(name, GOOD)):
            with pytest.raises(AccountError, match=r"'nobody'.*users list"):
                attempt("nobody")

    @pytest.mark.parametrize(
        ("password", "line"),
        [("hunter2", "at least 10"), ("", "at least 10"), ("x" * (PASSWORD_MOST + 1), "at most 1,000"),
         ("Quentin.Ash", "must not be the name"), ("\udcff" * 12, "UTF-8")],
    )  # fmt: skip
    def test_a_poor_password_is_refused_and_not_repeated(self, kept: Accounts, password: str, line: str) -> None:
        with pytest.raises(AccountError, match=line) as caught:
            kept.add("quentin.ash", "agent", password)
        assert not password or password not in str(caught.value)

    def test_a_long_one_counts_to_its_last_letter(self, kept: Accounts) -> None:
        kept.add("ash", "agent", "x" * PASSWORD_MOST)
        refused(kept, "ash", "x" * (PASSWORD_MOST - 1))
        refused(kept, "ash", "x" * (PASSWORD_MOST + 1))
        refused(kept, "ash", "x" * 60_000)
        assert kept.signin("ash", "x" * PASSWORD_MOST, "::1").signed.name == "ash"

    def test_one_password_in_two_spellings(self, kept: Accounts) -> None:
        kept.set_password("robin", "cafe\u0301 au lait")
        assert kept.signin("robin", "caf\u00e9 au lait", "10.0.0.7").signed.name == "robin"


class TestWhatIsStored:
    def test_neither_passwords_nor_tokens_are_in_the_file(self, kept: Accounts, engine: Engine, tmp_path: Path) -> None:
        made = kept.signin("robin", GOOD, "10.0.0.7")
        kept.set_role("robin", "admin")
        engine.dispose()
        stored = b"".join(file.read_bytes() for file in tmp_path.glob("conversations.db*"))
        assert b"$argon2id$" in stored
        assert GOOD.encode() not in stored
        assert made.token.encode() not in stored

    def test_two_with_one_password_have_two_hashes(self, kept: Accounts, engine: Engine) -> None:
        kept.add("ash", "agent", GOOD)
        with engine.connect() as db:
            assert len(set(db.scalars(select(table.c.password)))) == 2

    def test_an_older_hash_is_renewed_at_sign_in(self, kept: Accounts, engine: Engine, clock: Clock) -> None:
        stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        later = Accounts(engine, clock=clock, hasher=stronger)
        later.signin("robin", GOOD, "10.0.0.7")
        with engine.connect() as db:
            hash = db.scalar(select(table.c.password))
        assert hash is not None
        assert not stronger.check_needs_rehash(hash)
        assert later.signin("robin", GOOD, "10.0.0.7").signed.name == "robin"

    def test_a_hash_that_is_none_lets_nobody_in(self, kept: Accounts, engine: Engine) -> None:
        with engine.begin() as db:
            db.execute(update(table).values(password="plain"))
        refused(kept, password="plain")


class TestSignIns:
    def test_who_it_is(self, kept: Accounts) -> None:
        made = kept.signin(" Robin", GOOD, "10.0.0.7")
        assert kept.who(made.token) == made.signed
        assert (made.signed.name, made.signed.role) == ("robin", "agent")
        assert len(made.signed.form_token) > 30
        assert kept.signed_in() == {"robin": 1}

    @pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "\udcff", "x" * 10_000])
    def test_a_token_never_given_out_is_nobodys(self, kept: Accounts, token: str) -> None:
        kept.signin("robin", GOOD, "10.0.0.7")
        assert kept.who(token) is None

    def test_it_ends_when_nobody_comes_for_long(self, kept: Accounts, clock: Clock) -> None:
        token = kept.signin("robin", GOOD, "10.0.0.7").token
        clock.now += IDLE_SECONDS - 1
        assert kept.who(token)
        clock.now += IDLE_SECONDS - 1
        assert kept.who(token)
        clock.now += IDLE_SECONDS + 1
        assert kept.who(token) is None
        assert kept.signed_in() == {}

    def test_it_ends_after_a_week_however_busy(self, kept: Accounts, clock: Clock, engine: Engine) -> None:
        token, began = kept.signin("robin", GOOD, "10.0.0.7").token, clock.now
        while clock.now + 3600 <= began + WHOLE_SECONDS:
            clock.now += 3600
            assert kept.who(token)
        clock.now += 3600
        assert kept.who(token) is None
        kept.signin("robin", GOOD, "10.0.0.7")
        with engine.connect() as db:
            assert db.scalar(select(func.count()).select_from(signins)) == 1  # what has ended is not kept

    def test_signing_out_ends_this_one_alone(self, kept: Accounts) -> None:
        one, other = (kept.signin("robin", GOOD, "10.0.0.7").token for _ in range(2))
        kept.signout(one)
        assert kept.who(one) is None
        assert kept.who(other)
        kept.signout("never given out")

    def test_a_new_password_and_a_removal_end_them(self, kept: Accounts) -> None:
        token = kept.signin("robin", GOOD, "10.0.0.7").token
        kept.set_password("robin", "another long one")
        assert kept.who(token) is None
        refused(kept, password=GOOD)
        token = kept.signin("robin", "another long one", "10.0.0.7").token
        kept.remove("robin")
        assert kept.who(token) is None
        refused(kept, password="another long one")

    def test_a_password_changed_while_it_is_checked_does_not_let_in(
        self, kept: Accounts, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(hash: str, password: str) -> bool:
            Accounts(engine, hasher=QUICK).set_password("robin", "another long one")
            return True

        monkeypatch.setattr(kept, "_fits", slow)
        refused(kept, password=GOOD)
        assert kept.signed_in() == {}

    def test_a_new_role_counts_from_the_next_request(self, kept: Accounts) -> None:
        token = kept.signin("robin", GOOD, "10.0.0.7").token
        kept.set_role("robin", "reviewer")
        who = kept.who(token)
        assert who
        assert who.role == "reviewer"

    def test_what_a_role_may(self) -> None:
        agent, reviewer, admin = (Signed("x", role, "") for role in ("agent", "reviewer", "admin"))
        assert (agent.may("agent"), agent.may("reviewer"), agent.may("admin"), agent.may()) == (
            True,
            False,
            False,
            False,
        )
        assert reviewer.may("agent", "reviewer")
        assert admin.may("agent")
        assert admin.may("reviewer")


class TestFailedTries:
    def test_an_unknown_name_gets_the_same_line_and_a_hash_as_dear(
        self, kept: Accounts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: list[str] = []
        fits = kept._fits

        def counted(hash: str, password: str) -> bool:
            held.append(hash.split("$")[3])
            return fits(hash, password)

        monkeypatch.setattr(kept, "_fits", counted)
        names = ("robin", "nobody", "", "<b>", "x" * 5_000, "\udcff")
        lines = {str(refused(kept, name, address=f"10.0.0.{n}")) for n, name in enumerate(names)}
        assert lines == {"The name or the password is wrong."}
        assert len(held) == 6
        assert len(set(held)) == 1

    def test_the_wait_grows(self) -> None:
        assert [wait_after(n) for n in (0, 4, 5, 6, 7, 14, 15, 10**6)] == [
            0,
            0,
            1,
            2,
            4,
            512,
            LONGEST_WAIT,
            LONGEST_WAIT,
        ]

    def test_after_five_the_right_one_has_to_wait_too(self, kept: Accounts, clock: Clock) -> None:
        for _ in range(FREE_FAILURES):
            assert refused(kept).wait == 0
        early = refused(kept, password=GOOD)
        assert str(early) == "Too many failed tries. Please try again in 1 second."
        assert early.wait == 1
        clock.now += 1
        assert kept.signin("robin", GOOD, "10.0.0.8").signed.name == "robin"

    def test_a_clock_that_is_put_back_locks_nobody_out(self, kept: Accounts, clock: Clock) -> None:
        refused(kept)
        clock.now -= 6 * 3600
        assert kept.signin("robin", GOOD, "10.0.0.7").signed.name == "robin"
        for _ in range(FREE_FAILURES):
            refused(kept)
        clock.now -= 6 * 3600
        assert refused(kept).wait == 1

    def test_waiting_is_not_made_longer_by_coming_early(self, kept: Accounts, clock: Clock) -> None:
        for _ in range(FREE_FAILURES):
            refused(kept)
        for _ in range(50):
            assert refused(kept).wait == 1
        clock.now += 1
        assert refused(kept).wait == 0  # tried, and wrong
        assert refused(kept).wait == 2

    def test_it_is_by_account_from_wherever(self, kept: Accounts) -> None:
        for number in range(FREE_FAILURES):
            refused(kept, address=f"10.0.1.{number}")
        assert refused(kept, password=GOOD, address="10.0.2.1").wait == 1
        kept.add("ash", "agent", GOOD)
        assert kept.signin("ash", GOOD, "10.0.1.1").signed.name == "ash"

    @pytest.mark.parametrize(
        ("addresses", "waits"),
        [(["10.0.0.7"], True), ([f"2001:db8::{n}" for n in range(1, 6)], True), (["::ffff:10.0.0.7", "10.0.0.7"], True),
         ([f"2001:db8:0:{n}::1" for n in range(1, 6)], False), (["testclient"], True), ([""], True)],
    )  # fmt: skip
    def test_it_is_by_address_whatever_the_names(self, kept: Accounts, addresses: list[str], waits: bool) -> None:
        for number in range(FREE_FAILURES):
            refused(kept, f"guess{number}", address=addresses[number % len(addresses)])
        if waits:
            assert refused(kept, password=GOOD, address=addresses[0]).wait == 1
        else:
            kept.signin("robin", GOOD, addresses[0])

    def test_a_success_clears_the_accounts_and_leaves_the_address_as_it_was(
        self, kept: Accounts, engine: Engine
    ) -> None:
        for _ in range(FREE_FAILURES - 1):
            refused(kept)
        kept.signin("robin", GOOD, "10.0.0.7")
        with engine.connect() as db:
            left = db.execute(select(login_failures.c.key, login_failures.c.count)).all()
        assert [tuple(row) for row in left] == [("address 10.0.0.7", FREE_FAILURES - 1)]
        kept.signin("robin", GOOD, "10.0.0.9")
        refused(kept, address="10.0.0.9")
        assert kept.signin("robin", GOOD, "10.0.0.7").signed.name == "robin"

    def test_a_day_later_they_are_forgotten(self, kept: Accounts, clock: Clock, engine: Engine) -> None:
        for number in range(30):
            refused(kept, f"name{number}", address=f"10.0.0.{number}")
        clock.now += 25 * 3600
        kept.signin("robin", GOOD, "10.0.0.7")
        with engine.connect() as db:
            assert db.scalar(select(func.count()).select_from(login_failures)) == 0

    def test_many_at_once_get_no_more_tries_than_one_after_another(self, kept: Accounts) -> None:
        outcomes: list[float] = []
        gate = threading.Barrier(20)

        def guess() -> None:
            gate.wait()
            try:
                kept.signin("robin", "wrong", "10.0.0.7")
            except SignInRefused as error:
                outcomes.append(error.wait)

        threads = [threading.Thread(target=guess) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(outcomes) == 20
        assert outcomes.count(0) == FREE_FAILURES

    @given(name=st.text(max_size=60), password=st.text(max_size=60), address=st.text(max_size=60))
    def test_whatever_is_typed_gets_one_line(self, patient: Accounts, name: str, password: str, address: str) -> None:
        with pytest.raises(SignInRefused) as caught:
            patient.signin(name, password, address)
        assert "\n" not in str(caught.value)


class TestTheCommands:
    def run(self, folder: Path, *words: str, input: str = "") -> Result:
        return CliRunner().invoke(cli, ["users", *words, "--data-dir", str(folder)], input=input)

    def test_a_life(self, tmp_path: Path) -> None:
        assert "no account yet" in self.run(tmp_path, "list").output
        made = self.run(tmp_path, "add", "Robin", "--role", "agent", "--password-stdin", "--json", input=f"{GOOD}\r\n")
        assert json.loads(made.stdout) | {"created": 0} == {"name": "robin", "role": "agent", "created": 0}
        changed = self.run(tmp_path, "role", "robin", "admin")
        assert changed.output == "robin has the role admin now.\n"
        renewed = self.run(tmp_path, "password", "robin", "--password-stdin", input="  another long one \n")
        assert renewed.exit_code == 0
        engine = open_database(tmp_path)
        assert Accounts(engine).signin("robin", "  another long one ", "10.0.0.7").signed.role == "admin"
        engine.dispose()
        (listed,) = json.loads(self.run(tmp_path, "list", "--json").stdout)["users"]
        assert (listed["name"], listed["role"], listed["signed_in"]) == ("robin", "admin", 1)
        assert "cannot sign in" in self.run(tmp_path, "remove", "robin").output
        assert json.loads(self.run(tmp_path, "list", "--json").stdout) == {"users": []}

    def test_the_password_is_asked_for_twice_and_not_shown(self, tmp_path: Path) -> None:
        typed = f"{GOOD}\nsomething else\n{GOOD}\n{GOOD}\n"
        made = self.run(tmp_path, "add", "robin", "--role", "agent", input=typed)
        assert made.exit_code == 0
        assert GOOD not in made.output
        assert made.stdout == "robin may sign in at /signin, with the role agent.\n"

    @pytest.mark.parametrize(
        ("words", "line"),
        [(["add", "robin", "--role", "root"], "'root' is no role"),
         (["add", "<b>", "--role", "agent"], "cannot be a name"),
         (["password", "robin"], "no account 'robin'"), (["role", "robin", "agent"], "no account 'robin'"),
         (["remove", "robin"], "no account 'robin'")],
    )  # fmt: skip
    def test_what_cannot_be_is_one_line_before_a_password_is_asked_for(
        self, tmp_path: Path, words: list[str], line: str
    ) -> None:
        result = self.run(tmp_path, *words)
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert line in result.output
        assert "Password" not in result.output

    def test_a_short_password_and_a_missing_shop(self, tmp_path: Path) -> None:
        short = self.run(tmp_path, "add", "robin", "--role", "agent", "--password-stdin", input="short\n")
        assert (short.exit_code, short.output.count("\n")) == (1, 1)
        garbled = CliRunner().invoke(
            cli, ["users", "add", "robin", "--role", "agent", "--password-stdin", "--data-dir", str(tmp_path)],
            input=b"\xff" * 12,
        )  # fmt: skip
        assert "UTF-8" in garbled.output
        missing = self.run(tmp_path / "none", "list")
        assert missing.exit_code == 1
        assert "storeclerk index" in missing.output
        assert not (tmp_path / "none").exists()
        assert self.run(tmp_path, "add", "robin").exit_code == 2
