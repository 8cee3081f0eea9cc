"""What one message is, in its conversation: which intent, which wish, which products it points at.

Rules first, where the words are plain; then the examples (`intents`), which may overrule a reading as a wish the
more easily, the less of a wish there is in it. Changes nothing: `dialogue` and `asides` do what was heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.clerk import Clerk
from assistant.detail_questions import is_question_of_detail
from assistant.dialogue import Dialogue
from assistant.explain import short_name
from assistant.intents import Guess
from assistant.policies import is_about_the_shop
from assistant.privacy import redacted
from assistant.references import Refs, referred
from assistant.types import Intent
from assistant.understand import Request, understand
from retrieval.text import fold
from retrieval.types import Product

# How sure the examples must be of another matter than products, by how much of a wish the rules have read.
_NOTHING, _WORDS_ONLY, _SOME_WISH, _PLAIN_WISH = 0.35, 0.55, 0.8, 0.93

_FORGET = re.compile(
    r"\b(?:forget|delete|erase|remove|wipe|clear)\b[\w ]{0,25}\b(?:me\b|about me|my (?:\w+ )?(?:data|history|chats?|"
    r"conversations?|info\w*|details|records?|messages)|what you know|everything you know|this (?:chat|conversation)|"
    r"chat data)"
)
_PERSON = (
    r"(?:human|person|people|someone|somebody|agent|representative|rep|staff|employee|operator|manager|supervisor|"
    r"colleague|team|human being)"
)
_HANDOVER = re.compile(
    rf"\b(?:speak|talk|chat|connect(?: me)?|transfer(?: me)?|pass me|put me through|escalate|hand me|write)\b"
    rf"[\w' ]{{0,25}}\b{_PERSON}\b|\b(?:real|actual|live|human) (?:{_PERSON}|help|support)\b[\w ]{{0,12}}(?:please|pls|now|$)"
    rf"|^(?:a |an )?(?:{_PERSON}) ?(?:please|pls|now)?[.!]*$"
)
_ROBOT = re.compile(r"\b(?:are|r) (?:you|u)\b|\byou're\b")
_SENSITIVE = re.compile(
    r"\b(?:electric shock|shock(?:ed)? me|burn(?:t|ed|s)?\b(?! orange)|injur\w+|hurt|bleed\w*|hospital|caught fire|on fire|"
    r"explod\w+|lawyer|attorney|sue|suing|legal action|court|police|fraud\w*|stolen card|used my card|scammed|"
    r"hacked|unauthori[sz]ed (?:charge|payment))\b"
)
_ABOUT_ME = re.compile(r"\b(?:my|our|me|i|he|she|you|your|son|daughter|wife|husband|dog|hes|hers?)\b")
_ORDER = re.compile(
    r"\b(?:my|the|an|our) (?:\w+ )?(?:orders?|parcel|package|delivery|shipment)\b|\border (?:no\.?|number|nr\.?|#)? ?\d{4,}|"
    r"#\d{4,}|\btrack(?:ing)?\b|\bwhere(?:'s| is| are) my\b|\bcancel (?:it|that|my|the|order)\b|\b(?:password|log ?in|"
    r"sign in|my account)\b|\b(?:my|an?|the) invoice\b"
)
_BUY = re.compile(
    r"\b(?:put|add)\b.{0,25}\b(?:cart|basket|bag)\b|\b(?:order|buy|purchase|checkout|reserve) (?:it|this|that|them|one|now)\b"
    r"|\b(?:i'll|i will|ill|let me) (?:take|buy|order) (?:it|this|that|the)\b"
)
_NUMBER_OR_MAIL = re.compile(r"\b\d{4,}\b|@")
_COMPARE = re.compile(
    r"\bcompar(?:e|ed|ison|ing)\b|\bvs\.?(?!\w)|\bversus\b|\bside by side\b|\bdifferences? between\b|"
    r"\b(?:what(?:'s| is| are)|any|the) (?:the )?differences?\b|\bwhich (?:one |of (?:these|them|the two|those) )?is better\b|"
    r"\bhow do(?:es)? .{1,40} differ\b"
)
_BRACKETED = re.compile(r"\[[\w -]+\]")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, understood."""

    request: Request
    refs: Refs
    guess: Guess | None = None
    sensitive: bool = False
    """A matter for a person: somebody was hurt, was cheated, or speaks of a lawyer."""
    buys: bool = False
    """It wants something ordered, which this chat cannot do."""


def hear(clerk: Clerk, dialogue: Dialogue, message: str, page: Sequence[Product], earlier: Sequence[Product]) -> Heard:
    """Reads one message; `page` are the products last shown, in order, `earlier` those of the page before."""
    public = _BRACKETED.sub(" ", redacted(message))  # a phone number is no wish, and is never repeated
    focus = next((p for p in page if p.id == dialogue.focus), None) or _product(clerk, dialogue.focus)
    refs = referred(public, page, focus, earlier, clerk.names, clerk.vocabulary)
    names = [short_name(product.title) for product in page]
    request = understand(refs.text or public, clerk.reader, context=dialogue.constraints, names=names)
    text = fold(public).replace("’", "'")

    # 1) What is plain by its words.
    sensitive = bool(_SENSITIVE.search(text) and _ABOUT_ME.search(text))
    heard = Heard(request, refs, sensitive=sensitive, buys=bool(_BUY.search(text)))
    if _FORGET.search(text):
        return _as(heard, "forget")
    if request.intent in ("start_over", "thanks", "greeting"):
        return heard
    if sensitive:
        return _as(heard, "complaint")
    if _HANDOVER.search(text) and not _ROBOT.search(text):
        return _as(heard, "handover")
    if heard.buys or (dialogue.order.waits and _NUMBER_OR_MAIL.search(message)):
        return _as(heard, "order")
    if request.question is not None:
        return heard
    if _COMPARE.search(text) and (page or len(refs.products) > 1):
        return _as(heard, "compare")

    # 2) What it is most like, if that is no matter of products.
    vector = clerk.searcher.encode(public) if public.strip() else None
    guess = clerk.intents.guess(public, vector=vector)
    heard = replace(heard, guess=guess)
    other = _other_matter(text, request, guess, dialogue, refs)
    if other:
        return _as(heard, other)

    # 3) A question about facts of what is shown or named, or a wish.
    about_shown = bool(page or refs.products)
    known = [*names, *(short_name(p.title) for p in refs.products if p not in page)]
    if about_shown and _asks_facts(text, request, guess, refs, known):
        return _as(heard, "details")
    if request.others and refs.products and request.intent == "refine" and not request.comparatives:
        return _as(heard, "similar")
    return heard


def _product(clerk: Clerk, id: str) -> Product | None:
    return clerk.searcher.index.catalog.get([id]).get(id) if id else None


def _as(heard: Heard, intent: Intent) -> Heard:
    return replace(heard, request=replace(heard.request, intent=intent, question=None))


def _other_matter(text: str, request: Request, guess: Guess, dialogue: Dialogue, refs: Refs) -> Intent | None:
    """The intent, if the message is about no product; None if it is, as far as can be told."""
    if _ORDER.search(text) and guess.group in ("order", "policy", "complaint", "unclear", "small_talk"):
        return "order" if guess.group not in ("policy", "complaint") else guess.group
    if guess.group == "product":
        is_policy = is_about_the_shop(text) and guess.group_confidence < _SOME_WISH
        return "policy" if is_policy and not _has_kind(request) and not refs.products else None
    needed = _needed(request)
    if guess.group == "policy" and is_about_the_shop(text):
        needed = min(needed, _WORDS_ONLY)
    return guess.group if guess.group_confidence >= needed else None


def _has_kind(request: Request) -> bool:
    return any(c.kind == "category" for c in request.constraints)


def _needed(request: Request) -> float:
    """How sure one must be that it is no wish after all."""
    if (
        request.comparatives
        or request.steering.asks
        or any(c.kind in ("category", "price") for c in request.constraints)
    ):
        return _PLAIN_WISH
    if request.constraints or request.intent == "more":
        return _SOME_WISH
    return _WORDS_ONLY if request.extra and request.intent == "search" else _NOTHING


def _asks_facts(text: str, request: Request, guess: Guess, refs: Refs, names: Sequence[str]) -> bool:
    if is_question_of_detail(text, names):
        return True
    is_likely = guess.intent == "details" and guess.confidence >= _WORDS_ONLY
    return is_likely and refs.how in ("name", "place", "pick", "pronoun") and not request.steering.asks
