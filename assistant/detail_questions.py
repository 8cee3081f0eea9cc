"""Whether a message asks for a fact of a product that is shown or named, by rules.

A wish must never be taken for such a question: "do you have it in black" and "is there a lighter one" want a search.
What asks for no product at all ("how long does shipping take") is left to whoever knows the shop's own pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.questions import LONGEST, points_at
from retrieval.text import STOP_WORDS, fold, stem, words

_FILLERS = re.compile(
    r"^(?:(?:and|but|so|ok|okay|hm+|well|hey|hi|hello|please|sorry|just|also|cool|nice|great|thanks|wait|"
    r"(?:one more |quick |another )?question|"
    r"(?:can|could|will|would) you (?:please )?tell me(?! (?:more|about))|do you know|i wonder|i'd like to know"
    r"|wondering|"
    r"(?:if|whether)(?= (?:it|this|that|they|the|these)\b))[\s,:.-]+)+"
)

# What is no question of a fact: wishes, questions about the page, comparisons, the shop's own business.
_WISH = re.compile(
    r"\b(?:do|have|did|can|could|would) you (?:guys )?(?:have|got|sell|carry|stock|show|find|recommend|suggest"
    r"|offer|get me|help)\b"
    r"|\byou got\b|\b(?:is|are|isn't|aren't|was|were) there\b(?! (?:an? |any )?[\w -]{2,30} (?:on|in|with"
    r"|for) (?:it|this|that|them|these)\b)"
    r"|\bshow me\b|\bfind me\b|\bi (?:want|need|would like|prefer)\b|\bi'm (?:looking|after)\b|\blooking for\b"
    r"|\bi'd (?:like|prefer|rather)\b(?! to know)"
    r"|\b(?:anything|something|any|another|others?)\b.*\b(?:else|\w+er|in|like|with|under|for)\b|\binstead\b"
    r"|\brather\b"
    r"|\bcomes? in an? (?!\w+ ?$)[\w -]*(?:version|model|one|variant)\b|\bhow about\b|\bwhat about\b(?! (?:its"
    r"|the)\b)|\bwhat if\b|^why\b"
    r"|\b(?:a|an|any|the) (?:cheaper|lighter|bigger|smaller|larger|quieter|better|longer|shorter|warmer"
    r"|brighter) (?:one|version|option|model)s?\b"
)
_COMPARES = re.compile(
    r"\bcompare[ds]?\b|\bcomparison\b|\bversus\b|\bvs\b|\bdifferences?\b|\bdiffer\b|\b(?:better|\w+er"
    r"|more \w+) than\b(?!.*\d)"
    r"|\bwhich (?:one )?(?:is|would be|do you think is) better\b|\bor the (?:first|second|third|other)\b"
)
_SHOP = re.compile(
    r"\b(?:ship\w*|deliver\w*|arriv\w+|return(?:s|ed|ing)?|refund\w*|exchange|send (?:it |this |them )?back"
    r"|pay(?:ment|ing|pal)?|cancel\w*|"
    r"my order|postage|voucher|coupon|discount|customs|contact|opening hours)\b"
)

_POINTS = re.compile(
    r"\b(?:it|its|it's|they|they're|their|them|this|that|these|those|this one|that one|both)\b"
    r"|\bthe (?:first|second|third|fourth|fifth|last|other|former|latter|1st|2nd|3rd|4th)\b|\b(?:number|no\.?"
    r"|#) ?[1-9]\b"
    r"|\b(?:first|second|third|last) (?:one|two|three)\b|\b(?:all|both|either|each|any|which|one) of (?:them"
    r"|these|those|the)\b"
)
_ASKS = re.compile(
    r"^(?:how (?:\w+)|what(?:'s| is| are| was|s)?|which|who|where|when|is|are|am|does|do|did|can|could|will"
    r"|would|has|have|"
    r"should|may|isn't|aren't|doesn't|don't|won't|can't|hasn't|haven't)\b"
)
_TELL = re.compile(
    r"\b(?:tell me|give me|more|all) (?:more|about|(?:the )?(?:details|specs|info\w*))\b|\b(?:specs?"
    r"|specifications?|details|"
    r"dimensions|measurements|features|weight|price|size|material|warranty|battery life|reviews?|rating) (?:of"
    r"|on|for|about)\b"
)
_WHICH = re.compile(
    r"^(?:and )?which (?:one |ones )?(?:of (?:them|these|those|the \w+) )?(?:is|are|has|have|does|do|can"
    r"|weighs?|costs?|lasts?|"
    r"comes?|works?|fits?|holds?|one)\b"
)
_OF_IT = re.compile(r"^what(?:'s|s| is| are)? (?:the|its|their) \w+(?: \w+)?$")
"""The whole of it: "what's the battery life"; with more words it may ask for anything, the capital of Peru."""
_SUPERLATIVE = re.compile(r"\b(?:best|cheapest|most|least|\w{3,}est)\b")
_NOT_SUPERLATIVE = frozenset(["rest", "west", "test", "chest", "interest", "latest", "request", "forest"])


def is_question_of_detail(message: str, names: Sequence[str]) -> bool:
    """Whether the message asks for facts of what is shown, or of a product it names.

    `names` is what the products last shown are called, in order (and any product that the message is known to name);
    without one only a message that points at nothing else is left, which is no question of detail.
    """
    if len(message) > LONGEST or not names:
        return False
    said = _FILLERS.sub("", re.sub(r"[?!.\s]+$", "", fold(message).replace("’", "'")))
    if not said or _WISH.search(said) or _COMPARES.search(said) or _SHOP.search(said):
        return False
    points = bool(_POINTS.search(said)) or _names_one(said, names)
    if _TELL.search(said) and points:
        return True
    if not _ASKS.match(said):
        return False
    superlative = any(w not in _NOT_SUPERLATIVE for w in _SUPERLATIVE.findall(said))
    if superlative:  # "which is the lightest?" is about the page, "what is the lightest tent?" is a wish
        return bool(_WHICH.match(said)) and (
            points or not re.search(r"^which (?!one|ones|of|is|has|weighs|costs|lasts)\w+", said)
        )
    return points or bool(_WHICH.match(said)) or bool(_OF_IT.match(said))


def _names_one(said: str, names: Sequence[str]) -> bool:
    """Whether two words of one name, or a word that no other name has, stand in the message."""
    own = {stem(w) for w in words(said)} - STOP_WORDS
    stems = [{stem(w) for w in words(name)} for name in names]
    for at, name in enumerate(stems):
        shared = own & name
        others = set().union(*(s for i, s in enumerate(stems) if i != at))
        if len(shared) > 1 or (shared and re.search(r"\bthe\b", said) and shared - others):
            return True
    return any(points_at(part, ()) for part in said.split())
