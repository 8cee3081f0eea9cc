"""Questions about the page shown: "why this one?", "why not the X?", "why is this above that?", "what would
change it?". Recognises them and cuts out the names; which products those are is `naming`'s business.

A question is recognised only where it opens the message and points at what was shown or names a product:
"why are kettles so loud, I want a quiet one" is a wish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.amounts import find_amounts
from assistant.phrases import ORDINALS, POINTING
from retrieval.text import STOP_WORDS, fold, stem, words

Kind = Literal["why", "why_not", "why_order", "what_if"]

LONGEST = 200
"""Characters; whoever writes more than a question is telling what they want."""

_FILLERS = re.compile(
    r"^(?:(?:and|but|so|ok|okay|hm+|well|hey|please|sorry|just|lol|haha|oh|ah|alright|right|fine|cool|"
    r"(?:can|could|will|would) you (?:please )?(?:tell|explain to|explain)(?: me)?|tell me|explain|i wonder)[\s,:.!]+)+"
)
_BE = r"(?:is|are|was|were|does|do|did|has|have)"
_NOT_BE = r"(?:isn't|isnt|is not|aren't|are not|wasn't|wasnt|was not|weren't|doesn't|does not|didn't|did not)"
_SHOW = r"(?:show|recommend|suggest|pick|choose|offer|list|include|propose|put|take|rank|select)"
_SHOWN = r"(?:shown|recommended|suggested|picked|chosen|offered|listed|included|proposed|selected)"
_HERE = rf"(?:there|here|{_SHOWN}|on (?:the|this|your) (?:page|list)|in (?:the|this|your) list|among (?:them|these))"
_TOP = r"(?:first|on top|at the top|number one|number 1|the winner|in first place|the best|the first)"
_OVER = r"(?:higher than|better than|rather than|instead of|in front of|ahead of|and not|but not|above|before|over|not)"
_RANKED = r"(?:come |comes |ranked |rank |ranks |placed |shown |listed |put |stand |stands |recommended )?"

_ORDER = re.compile(rf"^why (?:{_BE} )?(?:you {_SHOW} )?(?P<one>.+?) {_RANKED}{_OVER} (?P<other>.+)$")
_FIRST = re.compile(rf"^why (?:{_BE} )?(?:you {_SHOW} )?(?P<one>.+?) {_RANKED}{_TOP}$")
_NOT_FIRST = re.compile(
    rf"^why (?:(?:{_NOT_BE} (?P<a>.+?))|(?:{_BE} (?P<b>.+?) not)) {_RANKED}(?:{_TOP}|higher(?: up)?)$"
)
_NOT = (
    re.compile(rf"^why (?:{_NOT_BE}|haven't|have not) (?:you {_SHOW}(?:n|ed|d)? (?:me )?)(?P<name>.+?)(?: {_HERE})?$"),
    re.compile(rf"^why (?:{_NOT_BE} )(?P<name>.+?) (?:{_HERE})$"),
    re.compile(rf"^why {_BE} (?P<name>.+?) (?:missing|left out|excluded|not {_HERE})$"),
    re.compile(r"^why not (?P<name>.+)$"),
)
_NO_NAME = re.compile(
    r"^(?:an?|some|any|something|anything|in|with|for|to|by|from|one|ones|try|use|make|under|over|without|cheaper)\b"
)
_WHY_TOO = re.compile(
    r"^(?:how come|what makes (?:you|it|that|this)|for what reason|what(?:'s| is) the reason(?: that| for)?|"
    r"y(?= (?:is|are|did|do|not)\b)) "
)
_BELOW = re.compile(
    rf"^why (?:{_BE} )?(?:(?:you|u) {_SHOW} )?(?P<one>.+?) {_RANKED}(?:below|behind|under|lower than|after|"
    rf"worse than) (?P<other>.+)$"
)
_WHY = (
    re.compile(rf"^why (?:{_BE} |would |should )?(?:you |i )(?:{_SHOW}|buy|get|want)(?:ed|d)?(?: me)? (?P<name>.+)$"),
    re.compile(rf"^why {_BE} (?P<name>.+?) (?:{_HERE}|good|a good (?:choice|one|fit)|right(?: for me)?)$"),
    re.compile(r"^why (?P<name>.+)$"),
    re.compile(r"^(?P<name>why)$"),
)
_CHANGE = re.compile(
    r"^what (?:would|could|might|will|can) (?:have to |i )?change"
    r"(?: (?:it|this|that|the (?:order|result|page|list|ranking|first place|first one|answer)|your mind|anything))?"
    r"(?: (?:here|first))?$"
)
_RAISE = (
    re.compile(
        rf"^what (?:would|could|might) (?:put|make|bring|move|get|rank) (?P<name>.+?) (?:to be |to |be |come )?{_TOP}$"
    ),
    re.compile(rf"^what would it take for (?P<name>.+?) to (?:be|come) {_TOP}$"),
    re.compile(rf"^(?:when|how) (?:would|could) (?P<name>.+?) (?:be|come|get) {_TOP}$"),
)
_IF = re.compile(r"^(?:and )?(?:what |how about )?if (?P<what>.+)$|^(?:and )?with (?P<more>.{1,20}\bmore)$")
_SUPPOSED = re.compile(r"\b(?:were|was|weren't|wasn't|had|did|didn't|could|would|took|allowed|accepted)\b")
_DROPPING = re.compile(
    r"\b(?:matter|drop|dropped|without|ignore|ignored|mind|leave|left out|limit|object|no longer|need not|"
    r"needn't|(?:didn't|did not|don't|do not|doesn't|does not) (?:need|have|care|want|insist)|"
    r"(?:wasn't|weren't|isn't|was not|were not|is not) (?:important|needed|required|necessary))"
)
_MONEY_WORDS = frozenset(["budget", "money", "price", "cost"])
_SPEND = re.compile(r"\b(?:budget|spend|spent|pay|paid|afford|had|have|add|added|limit|price|money)\b")
_MORE = re.compile(r"\b(?:more|extra|another|additional|on top)\b")
_LESS = re.compile(r"\b(?:less|fewer|lower)\b")
_ID = re.compile(r"(?=.*\d)(?=.*[a-z])[\w.]+(?:[-_/][\w.]+)+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about the page, in the shopper's words."""

    kind: Kind
    one: str = ""
    """The product asked about, or the one said to stand higher; "" for none named."""
    other: str = ""
    """For "why_order" the one said to stand lower; "" for the next on the page."""
    amount: float | None = None
    """For "what_if": money, in the shop's currency; a difference if `relative`."""
    relative: bool = False
    supposes: str = ""
    """For "what_if": any other wish that is imagined, in the shopper's words: "150 lumens were enough"."""
    wish: str = ""
    """For "what_if": the key of the standing wish that is imagined gone."""


def question_in(message: str, *, names: Sequence[str], wishes: Sequence[tuple[str, str]]) -> Question | None:
    """The question a message asks about the page; None if it asks for something else.

    `names` is what the products last shown are called, in order; `wishes` are (key, label) of what stands.
    """
    if len(message) > LONGEST:
        return None
    said = _FILLERS.sub("", re.sub(r"[?!.\s]+$", "", fold(message).replace("’", "'")))
    said = re.sub(
        r"^why (?!is |are )([^,]+?) (is|are) (?=over|above|on|before|better|ahead|first|higher|not )",
        r"why \2 \1 ",
        _WHY_TOO.sub("why ", said),
    )
    reversed_order = _BELOW.match(said)
    if reversed_order:
        said = f"why is {reversed_order['other']} above {reversed_order['one']}"
    if said.startswith("why"):
        return _why(said, names)
    if _CHANGE.match(said):
        return Question("what_if")
    for pattern in _RAISE:
        match = pattern.match(said)
        if match and points_at(match["name"], names):
            return Question("what_if", one=match["name"])
    match = _IF.match(said)
    if match is None:
        return None
    supposed = _what_if(match["what"] or f"i had {match['more']}", wishes)
    if supposed is None and names and match["what"] and _SUPPOSED.search(match["what"]):
        return Question("what_if", supposes=match["what"])
    return supposed


def points_at(text: str, names: Sequence[str]) -> bool:
    """Whether a stretch of a message points at what was shown: a number, "this one", part of a name, or an id."""
    if is_pointing(text) or ordinal_in(text) is not None or _ID.fullmatch(text.removeprefix("the ")):
        return True
    own = {stem(w) for w in words(text)} - STOP_WORDS
    return any(own & {stem(w) for w in words(name)} for name in names)


def is_pointing(text: str) -> bool:
    """Whether the text is "this", "that one", "it" and nothing more."""
    return text in POINTING


def ordinal_in(text: str) -> int | None:
    """Which place the text names: 0 the first, -1 the last; None if it names none and no product either."""
    text = re.sub(r"^(?:the )?(?:no\.?|nr\.?|number|#) ?(?=\d)", "number ", text)
    phrase = re.sub(r" (?:from before|before|earlier|you showed.*|(?:from|of|on) the .*page)$", "", text)
    phrase = re.sub(r"^(?:the )?(?:earlier|previous) ", "the ", phrase)
    bare = re.sub(r" (?:one|product|item)$", "", phrase)
    for said in (phrase, bare, f"the {bare}", f"{bare} one"):
        if said in ORDINALS:
            return ORDINALS[said]
    counted = re.fullmatch(r"(?:the )?([1-9]\d?)(?:st|nd|rd|th)", bare)
    return int(counted[1]) - 1 if counted else None


def _why(said: str, names: Sequence[str]) -> Question | None:
    # 1) "why isn't the second first", "why is this above that", "why the Orla first"
    match = _NOT_FIRST.match(said)
    if match and points_at(match["a"] or match["b"], names):
        return Question("why_order", one="", other=match["a"] or match["b"])
    if not re.match(rf"^why (?:not|{_NOT_BE})\b", said):
        match = _ORDER.match(said)
        if match and points_at(match["one"], names) and not re.search(rf"\bnot {_HERE}$", said):
            return Question("why_order", one=match["one"], other=match["other"])
        match = _FIRST.match(said)
        if match and points_at(match["one"], names):
            return Question("why_order", one=match["one"])
    # 2) "why not the X", "why isn't the X there"
    for pattern in _NOT:
        match = pattern.match(said)
        if match:
            name = match["name"]
            is_plain = not re.search(r"[,;]", name) and len(name.split()) <= 12 and not _NO_NAME.match(name)
            is_named = pattern is not _NOT[-1] or name.startswith("the ") or points_at(name, names)
            if is_plain and is_named:
                return Question("why_not", one=name)
    # 3) "why this one", "why do you recommend the second"
    for pattern in _WHY:
        match = pattern.match(said)
        if match:
            name = "" if match["name"] == "why" else match["name"]
            if not name or is_pointing(name) or ordinal_in(name) is not None:
                return Question("why", one=name)
            if re.match(rf"^why (?:the |(?:{_BE}|would|should) )", said) and points_at(name, names) and "," not in name:
                return Question("why", one=name) if _is_short_for(name, names) else None
    return None


def _is_short_for(name: str, names: Sequence[str]) -> bool:
    """Whether every word of it stands in one name: "why is the kettle so loud" is no question about a card."""
    own = {stem(w) for w in words(name)} - STOP_WORDS - {"one"}
    return bool(_ID.fullmatch(name)) or any(own <= {stem(w) for w in words(n)} for n in names)


def _what_if(what: str, wishes: Sequence[tuple[str, str]]) -> Question | None:
    """ "I had $20 more", "my budget was $200", "quiet did not matter"; None for any other supposition."""
    said = {stem(w) for w in words(what)}
    if _DROPPING.search(what):
        for key, label in wishes:
            if {stem(w) for w in words(label)} <= said or (key == "price" and said & _MONEY_WORDS):
                return Question("what_if", wish=key)
    amounts = [a for a in find_amounts(what) if not a.unit and a.value > 0]
    is_of_money = any(key == "price" for key, _ in wishes) or (amounts and amounts[0].is_money)
    if len(amounts) != 1 or not _SPEND.search(what) or not is_of_money:
        return None
    value = amounts[0].value
    if _MORE.search(what):
        return Question("what_if", amount=value, relative=True)
    if _LESS.search(what) and amounts[0].bound != "max":
        return Question("what_if", amount=-value, relative=True)
    return Question("what_if", amount=value)
