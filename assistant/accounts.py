"""Who may sign in to the desks: accounts with a role, sign-ins, and how long to wait after failed ones.

    accounts.add("robin", "agent", password)
    signin = accounts.signin("robin", password, "10.0.0.7")   # raises SignInRefused
    accounts.who(signin.token)                                # Signed(name, role, form_token), or None

Passwords are kept as argon2id hashes, tokens as their SHA-256: who reads the database can use neither. Knows nothing of
pages or cookies.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError, OperationalError

from assistant.errors import AccountError, SignInRefused
from assistant.tables import accounts, login_failures, review_leases, signins, tickets
from assistant.wording import listed, plural

Role = Literal["agent", "reviewer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What an account may do: the support desk, the review desk, or everything."""

PASSWORD_LEAST = 10
"""Characters. Length is what counts (NIST SP 800-63B); no rule about kinds of characters."""
PASSWORD_MOST = 1_000
"""Characters; longer than any passphrase, and short enough that hashing it costs no more than a short one."""

IDLE_SECONDS = 12 * 3600.0
"""A sign-in ends after this long without a request: longer than a shift, shorter than the night after it."""
WHOLE_SECONDS = 7 * 24 * 3600.0
"""And after this long in any case, so that a stolen cookie is not good for ever."""
_TOUCH_SECONDS = 60.0  # how exact "idle" is; a write for every request would make every page wait for the disk

FREE_FAILURES = 5
"""Failed tries in a row, of one account or from one address, before the next has to wait."""
LONGEST_WAIT = 15 * 60.0
"""Seconds. The wait starts at 1 and doubles with each failure: 96 tries a day, where argon2 alone allows millions."""
_FORGET_SECONDS = 24 * 3600.0  # failures this long ago were typing errors, and a row is not kept for ever

_HASHING_AT_ONCE = 2  # one takes 64 MiB and four threads; more would let anyone fill the memory of a small machine
_HASHING_WAIT = 5.0  # seconds; then the visitor is told, and the thread is free for a shopper

_NAME = re.compile(r"[a-z0-9._-]{2,40}")


@dataclass(frozen=True, slots=True)
class Account:
    """One who may sign in. `created` in seconds since 1970."""

    name: str
    role: Role
    created: float


@dataclass(frozen=True, slots=True)
class Signed:
    """Who makes a request, by the sign-in that came with it."""

    name: str
    role: Role
    form_token: str
    """What every form of this sign-in sends back."""

    def may(self, *roles: Role) -> bool:
        """Whether one of these roles is theirs; an admin has all."""
        return self.role == "admin" or self.role in roles


@dataclass(frozen=True, slots=True)
class SignIn:
    """A new sign-in. The token is given out here and never again."""

    token: str
    signed: Signed


class Accounts:
    """Accounts and sign-ins in the conversations' database. `clock` gives seconds since 1970."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], float] = time.time, hasher: PasswordHasher | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._hashing = BoundedSemaphore(_HASHING_AT_ONCE)

    # -- accounts ----------------------------------------------------------------------------------------------

    def add(self, name: str, role: str, password: str) -> Account:
        """A new account. Raises AccountError for a name taken or malformed, an unknown role, a poor password."""
        account = Account(checked_name(name), checked_role(role), self._clock())
        hash = self._hasher.hash(checked_password(password, account.name))
        try:
            with self._engine.begin() as db:
                values = {"name": account.name, "role": role, "password": hash, "created": account.created}
                db.execute(insert(accounts).values(**values))
        except IntegrityError as error:
            raise AccountError(
                f"There is an account {account.name!r} already; `storeclerk users password {account.name}` "
                f"gives it a new password, `storeclerk users role {account.name} ROLE` another role."
            ) from error
        return account

    def get(self, name: str) -> Account:
        """The account of this name, however it is written. Raises AccountError."""
        folded = fold(name) if _NAME.fullmatch(fold(name)) else ""
        with self._engine.connect() as db:
            row = db.execute(select(accounts).where(accounts.c.name == folded)).first()
        if row is None:
            raise AccountError(f"There is no account {name[:60]!r}; `storeclerk users list` names them all.")
        return Account(row.name, row.role, row.created)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._engine.connect() as db:
            rows = db.execute(select(accounts).order_by(accounts.c.name)).all()
        return [Account(row.name, row.role, row.created) for row in rows]

    def any(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._engine.connect() as db:
            return db.execute(select(accounts.c.name).limit(1)).first() is not None

    def set_password(self, name: str, password: str) -> Account:
        """A new password. Whoever is signed in with the old one is signed out; failed tries are forgotten."""
        account = self.get(name)
        hash = self._hasher.hash(checked_password(password, account.name))
        with self._engine.begin() as db:
            db.execute(update(accounts).where(accounts.c.name == account.name).values(password=hash))
            db.execute(delete(signins).where(signins.c.account == account.name))
            db.execute(delete(login_failures).where(login_failures.c.key == _of_account(account.name)))
        return account

    def set_role(self, name: str, role: str) -> Account:
        """Another role, from the next request on. Who may not answer tickets any more gives back those they hold."""
        account, checked = self.get(name), checked_role(role)
        with self._engine.begin() as db:
            db.execute(update(accounts).where(accounts.c.name == account.name).values(role=checked))
            if checked == "reviewer":
                _free_tickets(db, account.name)
        return Account(account.name, checked, account.created)

    def remove(self, name: str) -> None:
        """Deletes an account and its sign-ins. What it answered and judged stays, under its name; its open tickets are
        anybody's again.
        """
        account = self.get(name)
        with self._engine.begin() as db:
            db.execute(delete(signins).where(signins.c.account == account.name))
            db.execute(delete(accounts).where(accounts.c.name == account.name))
            db.execute(delete(login_failures).where(login_failures.c.key == _of_account(account.name)))
            db.execute(delete(review_leases).where(review_leases.c.account == account.name))
            _free_tickets(db, account.name)

    # -- signing in --------------------------------------------------------------------------------------------

    def signin(self, name: str, password: str, address: str) -> SignIn:
        """A sign-in for a name and its password, tried from a network address.

        An unknown name takes as long as a wrong password and gets the same line. Raises SignInRefused.
        """
        folded = fold(name) if _NAME.fullmatch(fold(name)) else ""  # nobody's, and not worth a row
        keys = [_of_address(address), *([_of_account(folded)] if folded else [])]
        before = self._count_failure(keys)
        with self._engine.connect() as db:
            row = db.execute(select(accounts).where(accounts.c.name == folded)).first()
        if not self._fits(row.password if row else self._nobodys, password) or row is None:
            raise SignInRefused("The name or the password is wrong.")
        signed = self._keep(row.name, row.password, password, token := secrets.token_urlsafe(32))
        self._forgive(keys, before)
        return SignIn(token, signed)

    def who(self, token: str) -> Signed | None:
        """Who holds this token; None if it was never given out, has ended, or its account is gone."""
        now, key = self._clock(), _digest(token)
        query = (
            select(accounts.c.name, accounts.c.role, signins.c.form_token, signins.c.created, signins.c.touched)
            .join(accounts, accounts.c.name == signins.c.account)
            .where(signins.c.token == key)
        )
        with self._engine.connect() as db:
            row = db.execute(query).first()
        if row is None or now - row.touched > IDLE_SECONDS or now - row.created > WHOLE_SECONDS:
            return None
        if now - row.touched > _TOUCH_SECONDS:
            # Where the disk is full or another process holds the lock, a page can still be read.
            with suppress(OperationalError), self._engine.begin() as db:
                db.execute(update(signins).where(signins.c.token == key).values(touched=now))
        return Signed(row.name, row.role, row.form_token)

    def signout(self, token: str) -> None:
        """Ends a sign-in here, whatever the browser keeps."""
        with self._engine.begin() as db:
            db.execute(delete(signins).where(signins.c.token == _digest(token)))

    def signed_in(self) -> dict[str, int]:
        """Account -> sign-ins that have not ended."""
        counts = select(signins.c.account, func.count()).where(~_ended(self._clock())).group_by(signins.c.account)
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(counts)}

    # -- its parts ---------------------------------------------------------------------------------------------

    @cached_property
    def _nobodys(self) -> str:
        """The hash that a password is held against where there is no account."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _fits(self, hash: str, password: str) -> bool:
        _ = self._nobodys  # made before the first try of any kind, so that it tells nothing
        if not self._hashing.acquire(timeout=_HASHING_WAIT):
            raise SignInRefused(
                "Many people are signing in right now; please try again in a moment.", wait=_HASHING_WAIT
            )
        try:
            return self._hasher.verify(hash, _normal(password[: PASSWORD_MOST + 1]))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        finally:
            self._hashing.release()

    def _keep(self, name: str, hash: str, password: str, token: str) -> Signed:
        """Stores a sign-in, unless the password was changed while it was checked."""
        now, form_token = self._clock(), secrets.token_urlsafe(32)
        renewed = self._hasher.hash(_normal(password)) if self._hasher.check_needs_rehash(hash) else hash
        same = (accounts.c.name == name) & (accounts.c.password == hash)
        with self._engine.begin() as db:
            if not db.execute(update(accounts).where(same).values(password=renewed)).rowcount:
                raise SignInRefused("The name or the password is wrong.")
            role = db.execute(select(accounts.c.role).where(accounts.c.name == name)).scalar_one()
            db.execute(delete(signins).where(_ended(now)))
            values = {"token": _digest(token), "account": name, "form_token": form_token}
            db.execute(insert(signins).values(**values, created=now, touched=now))
        return Signed(name, role, form_token)

    def _count_failure(self, keys: Sequence[str]) -> dict[str, tuple[int, float]]:
        """Counts this try as failed before it is made, so that a hundred at once do not all see a low count.

        Key -> (count, time of the last) as it was before. Raises SignInRefused while there is still time to wait.
        """
        now = self._clock()
        before: dict[str, tuple[int, float]] = {}
        with self._engine.begin() as db:
            db.execute(delete(login_failures).where(login_failures.c.last < now - _FORGET_SECONDS))
            for key in keys:
                # The write comes first: it takes SQLite's lock, so what is read after it is nobody else's.
                counted = upsert(login_failures).values(key=key, count=1, last=0.0)
                more = {"count": login_failures.c.count + 1}
                db.execute(counted.on_conflict_do_update(index_elements=["key"], set_=more))
                kept = select(login_failures.c.count, login_failures.c.last).where(login_failures.c.key == key)
                count, last = db.execute(kept).one()
                before[key] = (count - 1, last)
            # Never longer than it is after so many: a clock that was put back must not lock everybody out.
            wait = max(min(wait_after(count), last + wait_after(count) - now) for count, last in before.values())
            if wait > 0:
                raise SignInRefused(f"Too many failed tries. Please try again in {_duration(wait)}.", wait=wait)
            db.execute(update(login_failures).where(login_failures.c.key.in_(keys)).values(last=now))
        return before

    def _forgive(self, keys: Sequence[str], before: dict[str, tuple[int, float]]) -> None:
        """A success: the account starts afresh; the address, which others try from, is as it was before this try."""
        address, *account = keys
        with self._engine.begin() as db:
            db.execute(delete(login_failures).where(login_failures.c.key.in_(account)))
            back = {"count": login_failures.c.count - 1, "last": before[address][1]}
            db.execute(update(login_failures).where(login_failures.c.key == address).values(**back))
            db.execute(delete(login_failures).where(login_failures.c.key == address, login_failures.c.count < 1))


def fold(name: str) -> str:
    """A name as it is kept: however it was typed, "Robin " is robin."""
    return unicodedata.normalize("NFKC", name[:200]).strip().lower()


def checked_name(name: str) -> str:
    """The folded name. Raises AccountError."""
    folded = fold(name)
    if not _NAME.fullmatch(folded):
        raise AccountError(
            f"{name[:60]!r} cannot be a name: 2 to 40 of the letters a to z, digits, dot, hyphen and underscore."
        )
    return folded


def checked_role(role: str) -> Role:
    """Raises AccountError for what is no role."""
    for known in ROLES:
        if role == known:
            return known
    raise AccountError(f"{role[:60]!r} is no role; choose {listed(ROLES, 'or')}.")


def checked_password(password: str, name: str) -> str:
    """The password as it is hashed. Raises AccountError; the message never repeats it."""
    normal = _normal(password)
    if len(normal) < PASSWORD_LEAST:
        raise AccountError(f"The password is too short: it needs at least {PASSWORD_LEAST} characters.")
    if len(password) > PASSWORD_MOST:
        raise AccountError(f"The password is too long: at most {PASSWORD_MOST:,} characters.")
    if fold(normal) == name:
        raise AccountError("The password must not be the name; choose another.")
    try:
        normal.encode()
    except UnicodeEncodeError as error:
        raise AccountError("The password is not valid UTF-8 text; type it again.") from error
    return normal


def wait_after(failures: int) -> float:
    """Seconds to wait after this many failed tries in a row: 0 up to the fourth, 1 after the fifth, then doubling."""
    over = failures - FREE_FAILURES
    return 0.0 if over < 0 else min(LONGEST_WAIT, 2.0 ** min(over, 20))


def _free_tickets(db: Connection, name: str) -> None:
    """A shopper must not wait for somebody who will not come."""
    mine = (tickets.c.taken_by == name) & tickets.c.closed.is_(None)
    db.execute(update(tickets).where(mine).values(taken_by=None, taken=None))


def _ended(now: float) -> ColumnElement[bool]:
    return or_(signins.c.touched < now - IDLE_SECONDS, signins.c.created < now - WHOLE_SECONDS)


def _normal(password: str) -> str:
    """One spelling of what can be typed in several ways ("é"), as NIST SP 800-63B asks for."""
    return unicodedata.normalize("NFKC", password)


def _digest(token: str) -> str:
    # A random token of 256 bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _of_account(name: str) -> str:
    return f"account {name}"


def _of_address(address: str) -> str:
    """The address, or for IPv6 its /64: one visitor has as many as they like of the rest."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address {address[:60]}"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return f"address {parsed.ipv4_mapped}"
        return f"address {ipaddress.ip_network((int(parsed), 64), strict=False)}"
    return f"address {parsed}"


def _duration(seconds: float) -> str:
    """As in "12 seconds" and "3 minutes", rounded up."""
    whole = int(-(-seconds // 1))
    return plural(whole, "second") if whole < 60 else plural(-(-whole // 60), "minute")
