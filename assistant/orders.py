"""Where orders are looked up: the protocol `OrderDesk`, and one over a CSV file. Knows nothing of chat.

A shop connects its own system by a function without arguments that returns an object with `find`; the setting `orders`
names it as "package.module:function".
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import importlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, get_args, runtime_checkable

from assistant.errors import SettingsError

Status = Literal["received", "packing", "shipped", "delivered", "cancelled", "returned"]

_COLUMNS = ("number", "email", "status", "placed", "expected", "delivered", "items", "carrier", "refund")
_NEEDED = frozenset({"number", "email", "status", "placed"})
_FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One product of an order."""

    product_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the shop says of one order. Holds nothing of who placed it."""

    number: str
    status: Status
    placed: date
    expected: date | None = None
    """When it is due."""
    delivered: date | None = None
    items: tuple[OrderItem, ...] = ()
    carrier: str = ""
    """A sentence of the shop or the carrier on where it is; shown as it stands."""
    refund: str = ""
    """What was paid back and when, as the shop says it: "$86.95 refunded on 2026-11-12"."""


@runtime_checkable
class OrderDesk(Protocol):
    """Whatever knows the shop's orders."""

    def find(self, number: str, email: str) -> Order | None:
        """The order with this number, if it was placed with this e-mail address; else None, for whatever reason.

        May raise anything when it cannot be reached, and must do so within seconds: a shopper waits for it.
        """
        ...


class CsvOrderDesk:
    """Orders from a CSV file, read once.

    Columns: number, email, status, placed, and, as far as known, expected, delivered, items, carrier, refund; dates as
    2026-11-27, items as "ID=Title; ID=Title". The addresses are not kept: what is compared are digests under a key
    that lives as long as the process.
    """

    def __init__(self, path: Path) -> None:
        """Read `path`. Raises SettingsError for a file or a row that cannot be read."""
        self._key = secrets.token_bytes(32)
        self._orders: Mapping[str, tuple[bytes, Order]] = self._read(path)

    def find(self, number: str, email: str) -> Order | None:
        """The order, if number and address belong together; as slow for a number that is not there."""
        digest, order = self._orders.get(folded_number(number), (b"\0" * 32, None))
        return order if hmac.compare_digest(digest, self._digest(email)) else None

    def _digest(self, email: str) -> bytes:
        return hmac.digest(self._key, email.strip().casefold().encode(), hashlib.sha256)

    def _read(self, path: Path) -> Mapping[str, tuple[bytes, Order]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                missing = _NEEDED - set(rows.fieldnames or ())
                if missing:
                    raise SettingsError(f"The orders file {path} has no column {', '.join(sorted(missing))}.")
                return {
                    folded_number(row["number"] or ""): (self._digest(row["email"] or ""), _order(path, line, row))
                    for line, row in enumerate(rows, start=2)
                }
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SettingsError(f"The orders file {path} cannot be read: {error}.") from error


def _order(path: Path, line: int, row: Mapping[str, str | None]) -> Order:
    values = {name: (row.get(name) or "").strip() for name in _COLUMNS}

    def wrong(name: str, wanted: str) -> SettingsError:
        return SettingsError(f"The orders file {path}, row {line}: {name} is {values[name]!r}, but must be {wanted}.")

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(values[name]) if values[name] else None
        except ValueError:
            raise wrong(name, "a date such as 2026-11-27") from None

    placed = day("placed")
    if placed is None:
        raise wrong("placed", "a date such as 2026-11-27")
    if not folded_number(values["number"]):
        raise wrong("number", "an order number")
    if "@" not in values["email"]:
        raise SettingsError(f"The orders file {path}, row {line}: the column email holds no address.")
    status = next((known for known in get_args(Status) if known == values["status"].casefold()), None)
    if status is None:
        raise wrong("status", f"one of {', '.join(get_args(Status))}")
    pairs = [part.strip().partition("=") for part in values["items"].split(";") if part.strip()]
    items = tuple(OrderItem(id.strip(), title.strip() or id.strip()) for id, _, title in pairs)
    return Order(
        values["number"], status, placed, day("expected"), day("delivered"), items, values["carrier"], values["refund"]
    )


def folded_number(number: str) -> str:
    """An order number as it is compared: without case, spaces and a leading "#"."""
    return re.sub(r"\s", "", number).lstrip("#").casefold()


def open_orders(setting: str) -> OrderDesk | None:
    """The desk that the setting `orders` names: "" none, a CSV file, or "package.module:function".

    Raises SettingsError.
    """
    if not setting:
        return None
    if not is_factory(setting):
        return CsvOrderDesk(Path(setting))
    module, _, name = setting.partition(":")
    try:
        desk = getattr(importlib.import_module(module), name)()
    except Exception as error:  # a shop's own code may raise anything; the line says what and where to look
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise SettingsError(f"Setting 'orders': {setting!r} could not be opened ({reason}).") from error
    if not isinstance(desk, OrderDesk):
        raise SettingsError(
            f"Setting 'orders': {setting!r} gave a {type(desk).__name__}, which has no find(number, email)."
        )
    return desk


def is_factory(setting: str) -> bool:
    """Whether the setting names a function and not a file."""
    return _FACTORY.fullmatch(setting) is not None and not Path(setting).exists()
