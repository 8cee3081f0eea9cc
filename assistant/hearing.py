"""What one message is, in its conversation: which intent, which wish, which products it points at.

Rules first, where the words are plain; then the examples (`intents`), which may overrule a reading as a wish the
more easily, the less of a wish there is in it. Changes nothing: `dialogue` and `asides` do what was heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.chinese import plainly_in_english
from assistant.clerk import Clerk
from assistant.constraints import kind_of
from assistant.detail_questions import is_question_of_detail
from assistant.details import STOCK
from assistant.dialogue import Dialogue
from assistant.english import is_english
from assistant.explain import short_name
from assistant.intents import Guess
from assistant.kinds import voted_kind
from assistant.language import language_of
from assistant.message_reader import MessageReader
from assistant.model_merging import CHOSEN
from assistant.order_turns import answers_ask, is_about_an_order
from assistant.policies import is_about_the_shop
from assistant.privacy import redacted
from assistant.references import Refs, referred
from assistant.types import Intent
from assistant.understand import Request, understand
from retrieval.text import fold, stem, words
from retrieval.types import Product

# How sure the examples must be of another matter than products, by how much of a wish the rules have read.
_ON_THE_PAGES = 0.4
"""The same for what the shop's own pages answer."""
_NOTHING, _WORDS_ONLY, _SOME_WISH, _PLAIN_WISH = 0.35, 0.55, 0.8, 0.93

_WISHES: tuple[Intent, ...] = ("search", "refine", "relax", "replace", "more", "similar")
_SURE_OF_FACTS = 0.6
_NEW_THING, _NEW_WORDS = 0.4, 0.75
"""Share of "search" among the wishes from which a message without a kind of thing starts anew: a thing this shop does
not know is soon another thing, words that listings do have rarely are."""

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
    rf"[\w' ]{{0,25}}\b{_PERSON}\b"
    rf"|\b(?:real|actual|live|human) (?:{_PERSON}|help|support)\b[\w ]{{0,12}}(?:please|pls|now|$)"
    rf"|^(?:a |an )?(?:{_PERSON}) ?(?:please|pls|now)?[.!]*$"
    rf"|\b(?:want|need|get me|give me) (?:a|an|some|to see a) (?:real |actual |human |live )*{_PERSON}\b"
)
_ROBOT = re.compile(r"\b(?:are|r) (?:you|u)\b|\byou're\b")
_SENSITIVE = re.compile(
    r"\b(?:electric shock|shock(?:ed)? me|burn(?:t|ed|s)?\b(?! orange)|injur\w+|hurt|bleed\w*|hospital|caught fire|"
    r"on fire|explod\w+|lawyer|attorney|sue|suing|legal action|court|police|fraud\w*|stolen card|used my card|scammed|"
    r"cut (?:my|his|her|me|himself|herself)|infect\w*|allergic reaction|rash|poison\w*|chok(?:ed|ing)|"
    r"hacked|unauthori[sz]ed (?:charge|payment))\b"
)
_ABOUT_ME = re.compile(r"\b(?:my|our|me|i|he|she|you|your|son|daughter|wife|husband|dog|hes|hers?)\b")
_GRIEVANCE = re.compile(
    r"\b(?:bought|ordered|received|got|sent me|arrived)\b.*?\b(?:broke|broken|defective|faulty|damaged|cracked|torn|"
    r"(?:has |have )?stopped working|fell apart|(?:does|did)n.?t work|unacceptable|outrageous|disgrace\w*)\b"
)
"""Something bought that failed; "a mug that never broke" was bought by nobody yet."""
_ORDER = re.compile(
    r"\b(?:my|the|an|our) (?:\w+ )?(?:orders?|parcel|package|delivery|shipment)\b|"
    r"\border (?:no\.?|number|nr\.?|#)? ?\d{4,}|#\d{4,}|"
    r"\btrack(?:ing)?\b|\bwhere(?:'s| is| are) my\b|\bcancel (?:it|that|my|the|order)\b|\b(?:password|log ?in|"
    r"sign in|my account)\b|\b(?:my|an?|the) invoice\b"
)
_BUY = re.compile(
    r"\b(?:put|add)\b.{0,25}\b(?:cart|basket|bag)\b"
    r"|\b(?:order|buy|purchase|checkout|reserve) (?:it|this|that|them|one|now)\b"
    r"|\b(?:i'll|i will|ill|let me) (?:take|buy|order) (?:it|this|that|the)\b"
)
_NEAR_ORDERS = ("order", "policy", "complaint", "unclear", "small_talk")
_ASKS = re.compile(r"(?:and |so |but )?(?:is|are|does|do|can|has|have|will|would|could)\b(?! (?:you|i|we)\b)")
SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_CLAUSE = re.compile(r"[.,;!?]\s+(?:and |but |so )?|\s+-\s+")
_ADDRESS = re.compile(r"\S@\S")
_LONG_NUMBER = re.compile(r"\b\d{4,}\b")
_SHORT = 6  # words that point and ask nothing of their own
_COMPARE = re.compile(
    r"\bcompar(?:e|ed|ison|ing)\b|\bnext to (?:each other|one another)\b|\bvs\.?(?!\w)|\bversus\b|"
    r"\bside by side\b|\bdifferences? between\b|"
    r"\b(?:what(?:'s| is| are)|any|the) (?:the )?differences?\b|"
    r"\bwhich (?:one |of (?:these|them|the two|those) )?is better\b|"
    r"\bhow do(?:es)? .{1,40} differ\b"
)
_WISHES_IT = re.compile(
    r"\b(?:(?:can|could|may) i (?:have|get|see)|do you (?:have|sell|carry|do)|have you got|is there)"
    r" (?:it|one|this|that|them)"
    r" (?:in |with |that |which |but )?\w+"
)
_NOD = re.compile(
    r"(?:ok(?:ay)?|yes|yeah|yep|yup|no|nope|nah|sure|fine|alright|all right|right|cool|great|"
    r"nice|good|perfect|got it|i see|aha|hm+|oh|wow|[\s,.!👍👌✅🆗])+",
)
_BRACKETED = re.compile(r"\[[\w -]+\]")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, understood."""

    request: Request
    refs: Refs
    text: str = ""
    """The message as it was read: Chinese by its known words, without personal data."""
    guess: Guess | None = None
    sensitive: bool = False
    """A matter for a person: somebody was hurt, was cheated, or speaks of a lawyer."""
    asks: str = ""
    """The earlier question that it only names the product for."""
    nods: bool = False
    """ "Ok", "yes", a thumb: no more than that."""
    buys: bool = False
    """It wants something ordered, which this chat cannot do."""


def hear(clerk: Clerk, dialogue: Dialogue, message: str, page: Sequence[Product], earlier: Sequence[Product]) -> Heard:
    """Reads one message; `page` are the products last shown, in order, `earlier` those of the page before."""
    # A phone number is no wish, and is never repeated; Chinese is read by its known words.
    public = plainly_in_english(_BRACKETED.sub(" ", redacted(message)), clerk.vocabulary).text
    known = clerk.searcher.index.catalog.get(dialogue.focus)
    focus = [known[id] for id in dialogue.focus if id in known]
    refs = referred(public, page, focus, earlier, clerk.names, clerk.vocabulary)
    names = [short_name(product.title) for product in page]
    request = understand(refs.text or public, clerk.reader, context=dialogue.constraints, names=names)
    text = fold(public).replace("’", "'")

    # 1) What is plain by its words.
    sensitive = bool(_SENSITIVE.search(text) and _ABOUT_ME.search(text))
    heard = Heard(request, refs, public, sensitive=sensitive, buys=bool(_BUY.search(text)))
    if _FORGET.search(text):
        return _as(heard, "forget")
    if request.intent in ("start_over", "thanks", "greeting"):
        return heard
    if text and _NOD.fullmatch(text):  # "ok", a thumb: heard, and no riddle
        return replace(_as(heard, "small_talk"), nods=True)
    if sensitive or _GRIEVANCE.search(text):
        return _as(heard, "complaint")
    if _HANDOVER.search(text) and not _ROBOT.search(text):
        return _as(heard, "handover")
    if heard.buys or answers_ask(message, dialogue.order) or (_ADDRESS.search(message) and _LONG_NUMBER.search(public)):
        return _as(heard, "order")
    if dialogue.order.status is not None and re.search(r"^(?:please |can you |could you |pls )?cancel\b", text):
        return _as(heard, "order")
    if request.question is not None:
        return heard
    if _COMPARE.search(text) and (page or len(refs.products) > 1 or not request.constraints):
        return _as(heard, "compare")
    is_bare = not _asks_in_part(text, names) and not _COMPARE.search(text)
    points = is_bare and refs.products and refs.how != "pronoun" and not (request.constraints or request.comparatives)
    if dialogue.open_question and points and len(text.split()) <= _SHORT:
        return replace(_as(heard, "details"), asks=dialogue.open_question)
    called = [*names, *(short_name(p.title) for p in refs.products if p not in page)]
    states = any(c.kind == "attribute" for c in request.constraints) and bool(_ASKS.match(text))
    states = states or bool(STOCK.search(text.rstrip("?!. ")))
    if refs.how == "name" and refs.products and (states or _asks_in_part(text, called)):
        return _as(heard, "details")
    if _is_foreign(public, request) or _is_gibberish(text, request, clerk):
        return _as(heard, "unclear")

    # 2) What it is most like, if that is no matter of products.
    vector = clerk.searcher.encode(public) if public.strip() else None
    guess = clerk.intents.guess(public, vector=vector)
    heard = replace(heard, guess=guess)
    if clerk.message_reader is not None:  # a capable model for what the rules have left unread
        heard = _read_further(clerk.message_reader, heard, guess, refs.text or public, dialogue, page, names)
        if heard.request.intent != request.intent and heard.request.intent in CHOSEN:
            return heard
        request, refs = heard.request, heard.refs
    other = _other_matter(clerk, text, request, guess, refs) or _asked_in_passing(clerk, public)
    if other:
        return _as(heard, other)

    # 3) A question about facts of what is shown or named, or a wish.
    about_shown = bool(page or refs.products)
    if about_shown and _asks_facts(text, guess, refs, request, called):
        return _as(heard, "details")
    request = _going_on(clerk, request, guess, dialogue, text)
    if request.intent == "search" and not _has_kind(request) and not (request.unnamed or request.unknown):
        request = _within_kind(clerk, request, refs.text or public)
    heard = replace(heard, request=request)
    if request.others and refs.products and request.intent == "refine" and not request.comparatives:
        return _as(heard, "similar")
    return heard


def _within_kind(clerk: Clerk, request: Request, text: str) -> Request:
    """A wish for a kind of thing that it does not name, read as one for the kind that the search finds for it."""
    kind = voted_kind(clerk, request.text) if request.text else None
    if kind is None:
        return request
    again = understand(text, clerk.reader, context=[kind])
    note = f"I looked among our {kind.label}."
    return replace(
        again, intent="search", constraints=(kind, *again.constraints), notes=(*again.notes, note), unnamed=""
    )


def _going_on(clerk: Clerk, request: Request, guess: Guess, dialogue: Dialogue, text: str) -> Request:
    """A message that names no kind of thing goes on with what stands, unless it is like one that starts anew."""
    kind = kind_of(dialogue.constraints)
    kind_alone = [c.key for c in request.constraints] == ["category"]
    more = guess.intent == "more" or text.startswith("more ")
    if kind is not None and more and kind_alone and request.constraints[0].values == kind.values:
        return replace(request, intent="more")  # "more dog beds please"
    if request.intent not in ("search", "unclear") or not (kind or dialogue.words) or _has_kind(request):
        return request
    if request.intent == "unclear":
        return replace(request, intent="more") if guess.intent == "more" else request
    new = guess.probabilities["search"] / (sum(guess.probabilities[i] for i in _WISHES) or 1.0)
    names = [w for w in request.unknown if not is_english(w)]
    if kind is not None and names and len(names) == len(request.extra.split()) and not request.constraints:
        return replace(request, intent="refine", text="", extra="", unnamed="")  # "do you have asics?"
    strange = bool(request.unnamed or request.unknown)
    if strange and new >= _NEW_THING:
        return request
    if kind is None and not request.constraints and new >= _NEW_WORDS:
        return request
    if guess.intent == "more" and guess.confidence >= 0.5 and not request.constraints:
        return replace(request, intent="more")
    if (
        not request.constraints
        and new >= _NEW_THING
        and (other := voted_kind(clerk, request.text)) is not None
        and kind is not None
        and other.values != kind.values
    ):
        return request
    return replace(request, intent="refine", unnamed="")


def _read_further(
    reader: MessageReader,
    heard: Heard,
    guess: Guess,
    message: str,
    dialogue: Dialogue,
    page: Sequence[Product],
    names: Sequence[str],
) -> Heard:
    """With what the model makes of the words that are left; a product that it alone saw pointed at is spoken of."""
    request = reader.read(heard.request, message, dialogue.constraints, names, guess)
    refs, place = heard.refs, request.ordinal
    if place is not None and heard.request.ordinal is None and not refs.products:
        refs = replace(refs, products=(page[place],), how="place")
    return replace(heard, request=request, refs=refs)


def _as(heard: Heard, intent: Intent) -> Heard:
    return replace(heard, request=replace(heard.request, intent=intent, question=None))


def _other_matter(clerk: Clerk, text: str, request: Request, guess: Guess, refs: Refs) -> Intent | None:
    """The intent, if the message is about no product; None if it is, as far as can be told."""
    if (_ORDER.search(text) or is_about_an_order(text)) and guess.group in _NEAR_ORDERS:
        return guess.group if guess.group in ("policy", "complaint") else "order"
    if guess.group == "product":
        is_policy = is_about_the_shop(text) and guess.group_confidence < _SOME_WISH
        return "policy" if is_policy and not _has_kind(request) and not refs.products else None
    needed = _needed(request)
    if guess.group == "policy" and guess.group_confidence < needed:
        said = clerk.policies.best(text, clerk.encoder) if clerk.policies else None
        needed = min(needed, _ON_THE_PAGES if said is not None else _WORDS_ONLY if is_about_the_shop(text) else 1.0)
    return guess.group if guess.group_confidence >= needed else None


def _asked_in_passing(clerk: Clerk, message: str) -> Intent | None:
    """A question about the shop or an order that ends a longer message: "he chews everything. Is that covered?" """
    parts = [part.strip() for part in SENTENCE.split(message) if part.strip()]
    if len(parts) < 2 or not parts[-1].endswith("?"):
        return None
    guess = clerk.intents.guess(parts[-1])
    said = clerk.policies.best(parts[-1], clerk.encoder) if clerk.policies else None
    if guess.group == "policy" and said is not None and guess.group_confidence >= _ON_THE_PAGES:
        return "policy"
    return guess.group if guess.group in ("policy", "order") and guess.group_confidence >= _SOME_WISH else None


def _is_foreign(message: str, request: Request) -> bool:
    """Another language than English, of which not enough was read to say what is or is not there."""
    return bool(request.unknown) and not _has_kind(request) and language_of(message) != "en"


def _is_gibberish(text: str, request: Request, clerk: Clerk) -> bool:
    """Two words or more, and none of them English, nor in any listing."""
    said = [w for w in words(text) if len(w) > 2]
    if len(said) < 2 or request.constraints or request.question is not None:
        return False
    return not any(w.isdigit() or not w.isascii() or is_english(w) or stem(w) in clerk.reader.known_stems for w in said)


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


def _asks_in_part(text: str, names: Sequence[str]) -> bool:
    """Whether the message, or its last clause, asks for facts: "the second looks good, does it fold?" """
    clauses = [part.strip() for part in _CLAUSE.split(text) if part.strip()]
    return is_question_of_detail(text, names) or (len(clauses) > 1 and is_question_of_detail(clauses[-1], names))


def _asks_facts(text: str, guess: Guess, refs: Refs, request: Request, names: Sequence[str]) -> bool:
    if request.constraints and _WISHES_IT.search(text):
        return False  # "can I have it in red" is a wish for a red one
    if _asks_in_part(text, names):
        return True
    if request.steering.asks or request.steering.refuses or request.comparatives:
        return False
    if guess.intent == "details" and refs.how in ("name", "place", "pick", "pronoun"):
        return True
    if refs.how == "pronoun" and text.endswith("?") and request.constraints and not _has_kind(request):
        return all(c.kind == "attribute" for c in request.constraints)  # "leakproof? all of them?"
    return guess.intent == "details" and guess.confidence >= _SURE_OF_FACTS and not _has_kind(request)
