"""What is answered without a search: facts of a product, a comparison, why, the shop's pages, orders, small talk, a
person taking over. None of it changes what the shopper wishes for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant import replies
from assistant.clarifying import departments
from assistant.clerk import Clerk
from assistant.comparing import MOST as MOST_COMPARED
from assistant.comparing import compare
from assistant.contrast_replies import told
from assistant.details import MOST_PRODUCTS, details, shop_of
from assistant.dialogue import Dialogue
from assistant.explain import short_name
from assistant.handing_over import handed_over, summary_of
from assistant.hearing import SENTENCE, Heard
from assistant.language import language_of
from assistant.order_turns import account_matter, account_reply, is_about_an_order, order_turn
from assistant.plans import part_of, wish_for
from assistant.policies import policy_turn
from assistant.privacy import redacted
from assistant.types import Clarifying
from retrieval.types import Product

_FEW_WORDS = 2  # a sentence of no more asks nothing
MOST_PARTS = 5
"""Sentences of one message that are held against the shop's pages."""

MISSES = 2
"""Messages not understood in a row, after which a person is asked to help."""


_FELT = {
    "complaint": "I'm sorry about that. ",
    "sensitive matter": "I'm sorry. This is a matter for a person, not for me. ",
    "not understood": "I have now failed to understand you twice, and I'm sorry. ",
}


@dataclass(frozen=True, slots=True)
class Aside:
    """An answer that makes no page."""

    reply: str
    dialogue: Dialogue
    suggestions: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Of the Answer: what was looked up, compared, quoted."""


def aside(
    clerk: Clerk, session: str, message: str, heard: Heard, dialogue: Dialogue, page: Sequence[Product]
) -> Aside | None:
    """The answer to a message that asks for no page; None if it asks for one."""
    intent = heard.request.intent
    if intent != "unclear":
        dialogue = replace(dialogue, misses=0)
    if intent in ("details", "compare", "similar") or (
        heard.request.ordinal is not None and (page or not heard.request.constraints)
    ):
        doubtful = _which_one(message, heard, dialogue, page)
        if doubtful is not None:
            return doubtful
    if intent == "details":
        return _details(clerk, message, heard, dialogue, page)
    if intent == "compare":
        return _compared(clerk, heard, dialogue, page)
    if heard.request.question is not None:
        return _why(clerk, session, heard, dialogue, page)
    if intent == "policy":
        return _policy(clerk, heard.text, dialogue)
    if intent == "order":
        return _order(clerk, message, heard, dialogue)
    if intent in ("complaint", "handover"):
        return _person(clerk, session, message, "sensitive matter" if heard.sensitive else intent, dialogue)
    if intent == "forget":
        clerk.sessions.wipe(session)
        return Aside(replies.FORGOTTEN, Dialogue(variety=dialogue.variety), clerk.examples[:3])
    if intent == "start_over":
        dialogue = Dialogue(history=dialogue.history, variety=dialogue.variety)
    if heard.nods:
        return Aside(
            replies.NODDED if page else replies.NODDED_AT_NOTHING, dialogue, () if page else clerk.examples[:3]
        )
    if intent == "unclear":
        return _unclear(clerk, session, message, heard, dialogue)
    said = replies.small_talk(heard.request, clerk.settings.shop_name, len(dialogue.last))
    return Aside(said, dialogue, () if intent == "thanks" else clerk.examples[:3]) if said else None


def _which_one(message: str, heard: Heard, dialogue: Dialogue, page: Sequence[Product]) -> Aside | None:
    """A question back, where the product meant is not on the page or could be several."""
    places = tuple(f"The {name} one" for name in ("first", "second", "third", "fourth")[: len(page)])
    if heard.refs.problem == "out_of_range":
        text = replies.out_of_range(len(page))
    elif heard.refs.problem == "ambiguous" and heard.request.intent != "compare":
        text = "Which one do you mean?"
        names = dict.fromkeys(short_name(p.title) for p in heard.refs.products)
        places = tuple(names)[:4]
    else:
        return None
    asked = Clarifying(text, places)
    waits = message if heard.request.intent == "details" else ""
    return Aside(text, replace(dialogue, open_question=waits), places, {"asked": asked})


def _details(clerk: Clerk, message: str, heard: Heard, dialogue: Dialogue, page: Sequence[Product]) -> Aside:
    meant = heard.refs.products or tuple(page)
    spoken_of = _one_listing(meant, heard)[:MOST_PRODUCTS]
    found = details(shop_of(clerk), spoken_of, heard.asks or heard.text)
    is_silent = all(d.verdict == "unknown" for d in found.details)
    if is_silent and heard.refs.how != "name" and clerk.policies and clerk.policies.best(heard.text, clerk.encoder):
        told_by_pages = _policy(clerk, heard.text, dialogue)
        return replace(
            told_by_pages, fields={**told_by_pages.fields, "intent": "policy"}
        )  # "how do I claim if it breaks": the shop's pages say it
    gone = bool(found.details) and all(d.field == "stock" and d.verdict == "no" for d in found.details)
    fields = {
        "details": found.details,
        "refers": tuple(p.id for p in meant),
        "absence": "out_of_stock" if gone else "",
    }
    dialogue = replace(dialogue, focus=tuple(p.id for p in spoken_of), open_question="")
    return Aside(found.reply, dialogue, _after_details(spoken_of, page), fields)


def _one_listing(meant: Sequence[Product], heard: Heard) -> tuple[Product, ...]:
    """Of the versions of one model that a name fits, the one to speak of: in stock before sold out."""
    if heard.refs.how != "name" or len(meant) < 2 or heard.refs.problem:
        return tuple(meant)
    return (min(meant, key=lambda p: (not p.in_stock, p.id)),)


def _after_details(meant: Sequence[Product], page: Sequence[Product]) -> tuple[str, ...]:
    if len(meant) != 1:
        return ()
    name = short_name(meant[0].title)
    return (f"More like {name}", *(("Compare these",) if len(page) > 1 else ()))


def _compared(clerk: Clerk, heard: Heard, dialogue: Dialogue, page: Sequence[Product]) -> Aside:
    named = heard.refs.products
    meant = tuple(named) if len(named) > 1 else tuple(page)
    if len(named) == 1 and named[0] not in page:
        meant = (*named, *page)
    if len(meant) < 2:
        text = "A comparison needs two products. Show me something first, or name two."
        return Aside(text, dialogue, clerk.examples[:3], {"asked": Clarifying(text)})
    done = compare(clerk, meant, dialogue.constraints)
    fields = {"comparison": done.comparison, "refers": tuple(p.id for p in meant[:MOST_COMPARED])}
    dialogue = replace(dialogue, focus=tuple(p.id for p in meant[:MOST_COMPARED]))
    return Aside(done.reply, dialogue, (), fields)


def _why(clerk: Clerk, session: str, heard: Heard, dialogue: Dialogue, page: Sequence[Product]) -> Aside:
    question = heard.request.question
    assert question is not None
    asked_of = dialogue
    if dialogue.plan:  # each thing of a plan has a page of its own
        of = next((p for p in (*heard.refs.products, *page) if p in page), None)
        wish = wish_for(dialogue, of) if of is not None else None
        if of is not None and wish is not None:
            asked_of = replace(part_of(dialogue, wish), last=(of.id,))
        if question.kind == "why" and heard.refs.products:
            question = replace(question, one="")  # "the second" of the plan is the only one of its own page
    about = told(clerk, session, asked_of, question, of_a_plan=bool(dialogue.plan))
    stood = tuple(s.product_id for s in about.contrast.standings)
    refers = tuple(p.id for p in heard.refs.products) if heard.refs.how in ("place", "name", "pick") else stood
    if heard.refs.how == "pronoun" and question.kind in ("why", "why_order"):
        refers = stood[:1]
    fields = {"contrast": about.contrast, "refers": refers}
    return Aside(about.reply, replace(dialogue, focus=refers or dialogue.focus), about.suggestions, fields)


def _policy(clerk: Clerk, message: str, dialogue: Dialogue) -> Aside:
    if not clerk.policies:
        return Aside(replies.NO_POLICIES, dialogue, ("Talk to a person",))
    encoder = clerk.encoder
    parts = [message, *(part for part in SENTENCE.split(message) if len(part.split()) > _FEW_WORDS)]
    found = [(clerk.policies.best(part, encoder), part) for part in parts[:MOST_PARTS]]
    _score, asked = max(((best[1] if best else 0.0, part) for best, part in found), key=lambda each: each[0])
    reply, section = policy_turn(clerk.policies, asked, encoder)
    return Aside(reply, dialogue, () if section else ("Talk to a person",), {"section": section})


def _order(clerk: Clerk, message: str, heard: Heard, dialogue: Dialogue) -> Aside:
    if heard.buys and not dialogue.order.open and not is_about_an_order(message):
        return Aside(replies.buying(heard.refs.products), dialogue)
    encoder = clerk.encoder
    if account_matter(message) and not dialogue.order.open:
        said, ask = account_reply(message, clerk.policies, encoder), dialogue.order
    else:
        # A card number is no order number, and is never said again.
        said, ask = order_turn(clerk.orders, redacted(message, emails=False), dialogue.order, clerk.policies, encoder)
    asked = Clarifying(said.reply) if ask.open else None
    return Aside(said.reply, replace(dialogue, order=ask), said.suggestions, {"section": said.section, "asked": asked})


def _person(clerk: Clerk, session: str, message: str, why: str, dialogue: Dialogue) -> Aside:
    """A ticket, and what happens next."""
    before = clerk.sessions.answers(session)
    number = clerk.tickets.open(session, why, summary_of(dialogue, before, message, why))
    again = any(answer.ticket == number for answer in before)
    reply = handed_over(number, clerk.policies, clerk.encoder, again=again)
    return Aside(f"{_FELT.get(why, '')}{reply}", replace(dialogue, misses=0), (), {"ticket": number})


def _unclear(clerk: Clerk, session: str, message: str, heard: Heard, dialogue: Dialogue) -> Aside:
    # Whoever writes in another language is told so once, and is not at a loss for words.
    misses = dialogue.misses + (language_of(message) == "en")
    if misses >= MISSES:
        return _person(clerk, session, message, "not understood", dialogue)
    asked = departments(clerk)
    said = replies.small_talk(heard.request, clerk.settings.shop_name, len(dialogue.last))
    return Aside(said, replace(dialogue, misses=misses), asked.options or clerk.examples[:3], {"asked": asked})
