"""A turn about an order or an account: what to ask for, the look-up, and what is said of it.

Nothing here changes an order, and no reply says so: it tells what stands there, what the shop's pages say, and who can
act. A number without its e-mail address reveals nothing, not even whether it exists. The address itself is never kept:
only that one was given.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assistant.orders import Order, OrderDesk, Status
from assistant.policies import PolicyPages
from assistant.policy_pages import Section
from assistant.privacy import redacted
from assistant.wording import shorten
from retrieval.text import fold
from retrieval.types import Encoder

log = logging.getLogger(__name__)

MOST_TRIES = 5  # wrong pairs in one conversation: enough for typing errors, too few for guessing
TALK_TO_A_PERSON = "Talk to a person"
CONTACT = "How can I contact customer care by e-mail or phone, and when are you open?"

Matter = Literal["status", "cancel", "return", "change", "trouble"]

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"“”，。、]+@[^\s@<>()\[\],;:\"“”，。、]+\.[^\s@<>()\[\],;:\"“”，。、]*[^\W_]")
_NUMBER = r"#?\s?([A-Z]{0,4}-?\d[\d-]{2,18}\d)\b"
_NAMED = re.compile(
    r"(?:\border(?:\s+(?:number|no\.?|nr\.?|id))?|\bnumber|\bno\.|#|订单号?)\W{0,3}(?:(?:is|was|number|号|是)\W{0,3})*"
    rf"{_NUMBER}",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w$€£¥.,]){_NUMBER}(?![.,]\d|\s*(?:usd|eur|dollars?|euros?|cm|mm|kg|g|l|ml|mah|w)\b)", re.I)

_MATTERS: tuple[tuple[Matter, re.Pattern[str]], ...] = (
    ("cancel", re.compile(r"\bcancel\w*|changed my mind|取消")),
    ("return", re.compile(r"\breturn\w*|\brefund\w*|send .{0,20}back|money back|\bexchang\w*|退货|退款")),
    ("change", re.compile(r"\b(?:change|update|correct|edit|add|remove|swap)\b|wrong (?:address|size|colou?r)|修改")),
    (
        "trouble",
        re.compile(
            r"\b(?:late|missing|lost|damaged|broken|faulty|wrong|never (?:came|arrived)|not (?:here|arrived))\b"
            r"|没收到|坏"
        ),
    ),
)  # fmt: skip
_ORDER = re.compile(
    r"\b(?:my|an|the|this|our|last) (?:recent |last |latest )?(?:orders?|parcels?|packages?|deliver(?:y|ies)"
    r"|shipments?)\b"
    r"|\border (?:#|no\b|number|status|\d)|\btrack(?:ing)?\b.{0,20}\b(?:order|parcel|package|number|shipment)"
    r"|\bwhere(?:'s| is| are) (?:my|the) (?:stuff|things?|order|parcel|package)|#\d{4,}|订单|我的包裹|物流"
)
_ACCOUNT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("your password", re.compile(r"\bpassword|\b(?:log|sign) ?-?in\b|\blogged? in\b|\blocked out\b|密码|登录")),
    ("deleting an account", re.compile(r"\b(?:delete|close|remove|deactivate)\b.{0,20}\b(?:account|profile)\b|注销")),
    ("an invoice", re.compile(r"\b(?:invoices?|receipts?)\b(?! (?:printers?|books?|paper|scanners?|holders?))|发票")),
    (
        "your account details",
        re.compile(
            r"\b(?:change|update|edit|correct)\b.{0,20}\b(?:address|e-?mail|phone number|name|account|details)\b"
            r"|\bmoved? house\b|\bnew (?:delivery |shipping |e-?mail |home )?address\b|\bmy (?:account|profile)\b"
            r"|我的账户|(?:改|换).{0,4}(?:地址|邮箱)"
        ),
    ),
)
_FILLERS = frozenset(
    """it is it's its the that my order number no nr this one here are you go and with sure ok okay yes please thanks
    thank hi email e-mail mail address for was placed""".split()
)


@dataclass(frozen=True, slots=True)
class OrderAsk:
    """What of an order question is still open; kept in the conversation's state."""

    number: str = ""
    email_seen: bool = False
    """Whether an address was given without a number; the address is gone by then."""
    about: Matter = "status"
    open: bool = False
    """Whether the clerk has asked for something: the next message may be no more than a number or an address."""
    tries: int = 0
    """Pairs that did not belong together, in this conversation."""
    status: Status | None = None
    """Of the order told last, `number`, so that "can I cancel it?" needs no address; nothing else of it is kept."""


@dataclass(frozen=True, slots=True)
class ShopReply:
    """A reply about an order or an account."""

    reply: str
    section: str = ""
    """Title of the policy section quoted or linked."""
    suggestions: tuple[str, ...] = ()
    why: str = ""
    """Why a person should see it, for a ticket; "" where nobody has to."""


def is_about_an_order(message: str) -> bool:
    """Whether a message speaks of an order that was placed: where it is, cancelling it, returning it."""
    return bool(_ORDER.search(fold(message).replace("’", "'")))


def account_matter(message: str) -> str:
    """ "your password", "an invoice": which matter of a customer's account a message is about; "" for none."""
    folded = fold(message)
    return next((name for name, pattern in _ACCOUNT if pattern.search(folded)), "")


def answers_ask(message: str, ask: OrderAsk) -> bool:
    """Whether a message gives what the clerk has asked for: an address, or a number and little else."""
    if not ask.open:
        return False
    rest = _ADDRESS.sub(" ", message)
    number = number_in(rest, bare=True)
    said = set(re.findall(r"[^\W\d_][\w'-]*", fold(rest.replace(number, " ") if number else rest)))
    return (rest != message or number != "") and said <= _FILLERS


def order_turn(
    desk: OrderDesk | None,
    message: str,
    pending: OrderAsk,
    pages: PolicyPages,
    encoder: Encoder,
    *,
    today: date | None = None,
) -> tuple[ShopReply, OrderAsk]:
    """One turn about an order: (what to say, what is open afterwards). `today` is the day by which an order is late."""
    address = _ADDRESS.search(message)
    rest = _ADDRESS.sub(" ", message)
    number = number_in(rest, bare=pending.open or address is not None)
    said = _said_matter(rest)
    about = said or (pending.about if pending.open else "status")
    ask = replace(pending, number=number or pending.number, about=about, open=True, status=None)

    # 1) Without a desk, or after too many tries, nothing is looked up.
    if desk is None:
        return _no_desk(about, pages, encoder), OrderAsk(tries=pending.tries)
    if pending.status is not None and said and not number and address is None:
        return _still(pending.number, pending.status, said, pages, encoder), pending
    if pending.status is not None and said and not number and address is None:
        return _still(pending.number, pending.status, said, pages, encoder), pending
    if pending.tries >= MOST_TRIES:
        return _no_more_tries(pages, encoder), OrderAsk(tries=pending.tries)

    # 2) Both are needed, and an address is not kept until the number comes.
    if address is None or not ask.number:
        ask = replace(ask, email_seen=address is not None or pending.email_seen)
        return ShopReply(_missing(ask), suggestions=(TALK_TO_A_PERSON,)), ask

    # 3) Look it up; a desk that fails is the shop's trouble and not the shopper's.
    try:
        order = desk.find(ask.number, address[0])
    except Exception as error:
        # What an adapter raises may repeat what it was asked.
        log.error("the order desk failed: %s", redacted("".join(traceback.format_exception(error))))
        return _desk_down(), replace(ask, email_seen=True)
    if order is None:
        ask = OrderAsk(about=about, open=True, tries=pending.tries + 1)
        if ask.tries >= MOST_TRIES:
            return _no_more_tries(pages, encoder), replace(ask, open=False)
        left = "Please check both and send them together once more."
        text = f"I found no order with that number and that e-mail address. {left}"
        return ShopReply(text, suggestions=(TALK_TO_A_PERSON,)), ask
    reply = told(order, about, pages, encoder, today or date.today())
    return reply, OrderAsk(order.number, tries=pending.tries, status=order.status)


def number_in(message: str, *, bare: bool) -> str:
    """The order number of a message; `bare`: also one that nothing calls so."""
    named = _NAMED.search(message)
    if named:
        return named[1]
    found = _BARE.search(message) if bare else None
    return found[1] if found else ""


def told(order: Order, about: Matter, pages: PolicyPages, encoder: Encoder, today: date) -> ShopReply:
    """What is known of an order, and what can be done about it by whom."""
    lines = [_standing(order, today)]
    if order.carrier:
        lines.append(f"The shop's note on it: “{_plain(order.carrier)}”")
    if order.refund:
        lines.append(f"Refund: {_plain(order.refund)}.")
    items = "\n".join(f"- {_plain(item.title)}" for item in order.items)
    listed = f"\n\nIn it:\n\n{items}" if items else ""
    after, section = _after(order.status, about, pages, encoder)
    acts = about in ("cancel", "change", "trouble") or _late(order, today)
    return ShopReply(
        " ".join(lines) + listed + after,
        section,
        (TALK_TO_A_PERSON,) if acts else (),
        f"order {order.number}, {order.status}: {about if about != 'status' else 'late'}" if acts else "",
    )


def _still(number: str, status: Status, about: Matter, pages: PolicyPages, encoder: Encoder) -> ShopReply:
    """What can be done about the order told before, without looking it up again."""
    after, section = _after(status, about, pages, encoder)
    text = f"Order **{_plain(number)}**, as I saw it, {_STATES[status]}.{after}"
    return ShopReply(text, section, (TALK_TO_A_PERSON,), f"order {number}, {status}: {about}")


def _after(status: Status, about: Matter, pages: PolicyPages, encoder: Encoder) -> tuple[str, str]:
    """(what can be done next, with the shop's words where the shopper asked for it; title of the section)."""
    question, way = _next_step(status, about)
    found = pages.best(question, encoder)
    if found is None:
        return (f"\n\n{way}" if about != "status" else ""), ""
    section = found[0]
    if about == "status":
        return f"\n\n{way} [{section.title}]({section.link})", section.title
    quote = pages.excerpt(section, question, encoder)
    said = f"\n\nOur page says, under **{section.title}**:\n\n{quote}\n\n[Read it on our page]({section.link})"
    return f"\n\n{way}{said}", section.title


_STATES: Mapping[Status, str] = {
    "received": "has been received and is not packed yet",
    "packing": "is being packed",
    "shipped": "has been shipped",
    "delivered": "was delivered",
    "cancelled": "was cancelled",
    "returned": "was returned",
}


def _standing(order: Order, today: date) -> str:
    said = f"Order **{_plain(order.number)}**, placed on {day(order.placed)}, {_STATES[order.status]}"
    if order.status == "delivered":
        return f"{said} on {day(order.delivered)}." if order.delivered else f"{said}."
    if order.status in ("returned", "cancelled") or order.expected is None:
        return f"{said}."
    if _late(order, today):
        return f"{said}. It was due on {day(order.expected)} and is not marked as delivered."
    return f"{said}. It is due on {day(order.expected)}."


def _next_step(status: Status, about: Matter) -> tuple[str, str]:
    """(what the shop's pages are asked, the sentence before their answer). What holds, only the pages say."""
    if status in ("cancelled", "returned"):
        return "When do I get my refund?", "About refunds:"
    if about == "trouble":
        return CONTACT, "I cannot ask the carrier or the warehouse; a person at the shop can."
    if about == "cancel":
        return "Can I cancel my order?", "I cannot cancel an order; a person at the shop can."
    if about == "change":
        return "Can I cancel my order?", "I cannot change an order; a person at the shop can."
    if about == "return":
        return "How do I return something?", "I cannot start a return for you; this is how it is done."
    if status == "delivered":
        return "How long do I have to return something?", "If something is not right with it:"
    return "Can I cancel my order?", "If you have changed your mind:"


def _late(order: Order, today: date) -> bool:
    return order.status == "shipped" and order.expected is not None and order.expected < today


def _said_matter(message: str) -> Matter | None:
    folded = fold(message)
    return next((matter for matter, pattern in _MATTERS if pattern.search(folded)), None)


def _missing(ask: OrderAsk) -> str:
    if not ask.number:
        start = "Thank you. I also need the order number." if ask.email_seen else "I can look that up."
        return f"{start} {_BOTH}"
    if ask.email_seen:
        return f"Thank you for the number. {_BOTH}"
    return (
        f"To look up order {_plain(ask.number)}, I also need the e-mail address it was placed with. "
        "I use it for the look-up only and do not keep it."
    )


_BOTH = (
    "Please send the order number and the e-mail address it was placed with together, for example "
    "“10001, me@example.com”: I use addresses for the look-up only and do not keep them."
)


def _no_desk(about: Matter, pages: PolicyPages, encoder: Encoder) -> ShopReply:
    question = {"cancel": "Can I cancel my order?", "return": "How do I return something?"}.get(about, "")
    found = pages.best(question, encoder) if question else None
    section = found[0] if found else contact_section(pages, encoder)
    text = "I cannot look up orders: this shop has not connected its orders to me. A person at the shop can help."
    return _with_section(text, section, pages, question or CONTACT, encoder, "an order question, and no order desk")


def _no_more_tries(pages: PolicyPages, encoder: Encoder) -> ShopReply:
    text = (
        "That did not match several times now, so I cannot look up orders in this conversation any more. "
        "A person at the shop can help."
    )
    return _with_section(
        text, contact_section(pages, encoder), pages, CONTACT, encoder, "orders that could not be matched"
    )


def _desk_down() -> ShopReply:
    text = (
        "I cannot reach the order system just now. Please try again later, or say “talk to a person” and I will "
        "pass your question on."
    )
    return ShopReply(text, suggestions=(TALK_TO_A_PERSON,), why="the order system could not be reached")


def account_reply(message: str, pages: PolicyPages, encoder: Encoder) -> ShopReply:
    """A matter of the customer's account: that it cannot be done here, what the pages say, and who can."""
    matter = account_matter(message) or "your account"
    found = pages.best(message, encoder)
    section = found[0] if found else contact_section(pages, encoder)
    text = f"I cannot see or change customer accounts, so I cannot help with {matter} here. A person at the shop can."
    return _with_section(text, section, pages, message, encoder, f"account: {matter}")


def contact_section(pages: PolicyPages, encoder: Encoder) -> Section | None:
    """Where the shop's pages say how to reach a person."""
    found = pages.best(CONTACT, encoder)
    return found[0] if found else None


def _with_section(
    text: str, section: Section | None, pages: PolicyPages, question: str, encoder: Encoder, why: str
) -> ShopReply:
    if section is None:
        return ShopReply(text, suggestions=(TALK_TO_A_PERSON,), why=why)
    quote = pages.excerpt(section, question, encoder)
    said = f"{text}\n\nOur page says, under **{section.title}**:\n\n{quote}\n\n[Read it on our page]({section.link})"
    return ShopReply(said, section.title, (TALK_TO_A_PERSON,), why)


def day(when: date) -> str:
    """November 27, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def _plain(value: str) -> str:
    """A foreign text as one short line that cannot be read as Markdown."""
    line = shorten(" ".join(value.split()), 200)
    return re.sub(r"([\\*_`\[\]<>#|])", r"\\\1", line)
