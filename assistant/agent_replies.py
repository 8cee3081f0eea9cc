"""Replies that an agent can paste: what a customer's product can be replaced by, in words of prompts/agent_reply.txt.

Facts, numbers and names are copied from the two listings, never rephrased, and each sentence about a product is held
against both of them before it goes in. What agents made of the suggestions is kept (`assistant.sent_replies`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from assistant.agent_differences import check, clauses_for, joined, strange_number
from assistant.agent_patterns import TONES, Tone, said
from assistant.alternative_scores import is_cheaper
from assistant.alternative_types import Alternative, Alternatives, Matter
from assistant.contrast_facts import called, capital
from assistant.errors import ReplyError
from assistant.wording import is_adjective, is_plural, listed, money, with_article
from retrieval.comparison import facts_of
from retrieval.text import fold
from retrieval.types import Product

Because = Literal["out_of_stock", "discontinued", "cheaper"]

REASONS: Mapping[Because, str] = {
    "out_of_stock": "out of stock",
    "discontinued": "discontinued",
    "cheaper": "asked for something cheaper",
}
"""Reasons for the change that have their own words; any other text is the agent's, and goes in as it is."""

MOST = 3
"""Alternatives of one reply: more are a catalogue, not an answer."""

LONGEST_REASON = 500
LONGEST_NAME = 80
"""Characters of the agent's own reason, and of a person's or the shop's name."""

_SENTENCES: Mapping[Tone, int] = {"friendly": 2, "formal": 2, "brief": 1}
_DIFFERENCES: Mapping[Tone, int] = {"friendly": 4, "formal": 4, "brief": 3}
"""How much is said of one alternative: what can be read in a mail, not what fills a table."""


def reply(
    found: Alternatives,
    chosen: Sequence[Alternative],
    *,
    tone: Tone = "friendly",
    reason: str = "",
    customer: str = "",
    shop_name: str = "",
    agent: str = "",
) -> str:
    """A plain text: greeting, the reason for the change, one to three alternatives, a closing.

    `reason` is one of `REASONS`, the agent's own words, or "" for none. A sentence that fails its check is left out.
    Raises ReplyError for a choice or a reason that the catalogue speaks against.
    """
    _check_choice(found.product, chosen, tone, reason)
    name = called(found.product, *(each.product for each in chosen))
    greeted = _one_line(customer, LONGEST_NAME)
    greeting = said(tone, "greeting", customer=greeted) if greeted else said(tone, "greeting.unnamed")
    opening = [_because(tone, reason, name), said(tone, "lead.one" if len(chosen) == 1 else "lead.many")]
    paragraphs = [greeting, " ".join(filter(None, opening))]
    paragraphs += [_about(found, each, tone, name) for each in chosen]
    paragraphs.append(said(tone, "closing"))
    signed = [_one_line(agent, LONGEST_NAME), _one_line(shop_name, LONGEST_NAME)]
    paragraphs.append("\n".join([said(tone, "regards"), *filter(None, signed)]))
    return "\n\n".join(paragraphs)


def likely_reason(product: Product) -> str:
    """The reason to suggest at first: what the catalogue itself knows."""
    return "" if product.in_stock else "out_of_stock"


def _check_choice(product: Product, chosen: Sequence[Alternative], tone: str, reason: str) -> None:
    if tone not in TONES:
        raise ReplyError(f"There is no tone {tone[:40]!r}: choose one of {', '.join(TONES)}.")
    if not 1 <= len(chosen) <= MOST:
        raise ReplyError(f"A reply names one to {MOST} alternatives, not {len(chosen)}: choose some.")
    for each in chosen:
        if each.relation not in ("variant", "substitute"):
            what = "goes with" if each.relation == "complement" else "has nothing to do with"
            raise ReplyError(
                f"{each.product.id} {what} {product.id} and does not replace it: choose a variant or a substitute."
            )
    if reason == "out_of_stock" and product.in_stock:
        raise ReplyError(
            f"{product.id} is in stock, as far as the catalogue knows: choose another reason, or write your own."
        )
    if reason == "cheaper" and not any(is_cheaper(product, each.product) for each in chosen):
        raise ReplyError(
            f"None of the chosen is known to cost less than {product.id}: choose a cheaper one, or another reason."
        )
    if len(reason) > LONGEST_REASON:
        raise ReplyError(f"The reason has {len(reason):,} characters: {LONGEST_REASON} are the most.")


def _because(tone: Tone, reason: str, name: str) -> str:
    """The reason for the change, as a sentence of its own."""
    own = " ".join(reason.split())
    if not own:
        return ""
    return capital(
        said(tone, f"reason.{own}", product=name) if own in REASONS else said(tone, "reason.own", reason=own)
    )


def _about(found: Alternatives, alternative: Alternative, tone: Tone, name: str) -> str:
    """One alternative: its title, what was verified of it, price and stock, what differs, where to see it."""
    product, other = found.product, alternative.product
    clauses = clauses_for(product, alternative, _DIFFERENCES[tone])
    told = {"price", "stock", *(clause.field for clause in clauses)}
    own: list[str] = []
    # 1) Price and stock, as the catalogue states them; of what it leaves open nothing is said.
    if other.price is not None:
        own.append(said(tone, "price", price=money(other.price, other.currency)))
    if other.stock is not None:
        own.append(said(tone, "in_stock" if other.in_stock else "sold_out"))
    # 2) What was verified of it and is not said anyway.
    verified = [s.text for s in alternative.sentences if s.supported and not _says_again(s.evidence, told)]
    verified = [text for text in verified if not strange_number(text, product, other)]
    # 3) What differs, and which of the pinned facts its listing leaves open.
    after: list[str] = []
    if clauses:
        after.append(said(tone, "differs", product=name, differences=joined(clauses)))
    open_ones = [m for m in found.matters if m.kept and fold(m.field) not in _stated(other)]
    if open_ones:
        after.append(said(tone, "unstated", fields=listed([_question(m) for m in open_ones], "or")))
    own = [text for text in own if not check(text, product, other)]
    after = [text for text in after if not strange_number(text, product, other)]
    lines = [_one_line(other.title, len(other.title)), " ".join([*own, *verified[: _SENTENCES[tone]], *after])]
    if link := _link(other.url):
        lines.append(said(tone, "link", url=link))
    return "\n".join(filter(None, lines))


def _says_again(evidence: Sequence[tuple[str, str]], told: set[str]) -> bool:
    """Whether a sentence rests on nothing but what is told already."""
    fields = {fold(field) for field, _value in evidence}
    return bool(fields) and fields <= told


def _stated(product: Product) -> set[str]:
    known = set(facts_of(product))
    return known | ({"rating"} if product.rating is not None else set())


def _question(matter: Matter) -> str:
    """What a listing that is silent leaves open: "whether it is waterproof", "what its weight is"."""
    if matter.value in ("yes", "no"):
        is_so = is_adjective(matter.field)
        return f"whether it is {matter.field}" if is_so else f"whether it has {with_article(matter.field)}"
    return f"what its {matter.field} {'are' if is_plural(matter.field) else 'is'}"


def _link(url: str) -> str:
    """The product's page, if a customer could open it: a relative address leads nowhere in a mail."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    is_page = parts.scheme in ("http", "https") and bool(parts.netloc)
    return url.strip() if is_page and not any(c.isspace() for c in url.strip()) else ""


def _one_line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]
