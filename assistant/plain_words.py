"""Word lists of the checker: what connects, denies, praises, or points at an attribute. Nothing here names a fact."""

from __future__ import annotations

import re

from retrieval.text import stem

# Words that carry no claim about a product by themselves.
PLAIN_STEMS = frozenset(
    stem(word)
    for word in """again also although among and as ask asked asking at available average aware
    because below between both bought brand budget but by category choice colour color come comes cost costs
    cover customer customers did do does each either fact fit fits for from gave give given gives giving had has
    have having here however in into is it its itself item just keep keeps kind like limit list listed listing
    lists made make makes making mark match matches may mean means meant meets mention mentions mentioned model
    moment name named names need needs note noted of offer offers on one option or other our out over own part
    person pick piece place please price priced product put range rate rated rating reason remain remains
    remember request requested review reviews saw say says sell sells shop similar since sit sits size so
    specify stand stands star stars state stated states stay stays still stock such suit suits tell than that
    the then therefore this though thus to too under unfortunately up use used uses viewed want wanted wants way
    weigh weighs weighing well what when where whether which while who wish wished with within yet you your hold
    holds last lasts lasting looked looking cart sold unavailable exceeds why besides point points get gets count
    counted counts before choose chose chosen find favour speak speaks against honest caveat catch addition include
    includes included including intended first second plus thing things these resemble resembles present number
    offering having measures should know another inside request close closest""".split()
)

PRAISE_STEMS = frozenset(
    stem(word)
    for word in """amazing awesome beautiful best brilliant comfy cosy cure durable elegant excellent exceptional
    extraordinary fabulous fantastic favourite favorite fine finest flawless good gorgeous great guaranteed healing
    healthy high-quality ideal impressive incredible legendary lovely luxurious luxury magnificent must must-have nice
    outstanding perfect popular premium proven quality recommended reliable remarkable right safe sturdy stunning
    stylish super superb superior terrific top top-notch trusted ultimate unbeatable unique unmatched unparalleled
    versatile well-made wonderful bestseller bestselling""".split()
)

# A denial reaches to the end of its clause.
DENIAL = re.compile(r"\b(?:not|no|without|\w+n't|cannot|lack(?:s|ing)?|never|rather than|instead of|neither|nor)\b")
SILENCE = re.compile(
    r"(?:\bnot|n't) (?:say|state|give|mention|name|tell|list|specify)\b"
    r"|(?:\bnot|n't) (?:stated|given|mentioned|named|listed|specified)\b"
)
ASKED = re.compile(
    r"\byou(?:'ve|r)?\b[^.;,]{0,12}?"
    r"\b(?:ask(?:ed)?(?: for)?|want(?:ed)?|needs?|needed|request(?:ed)?|wish(?:es|ed)?(?: for)?|looking for)\b"
)
EVERY_WISH = re.compile(r"\b(?:what|all|everything) you\b|\byour (?:needs?|request|wish|wishes)\b")
"""Words that claim every wish at once, where "as you asked" claims only its own."""

CONTRAST = re.compile(r"\b(?:while|whereas|although|though|but|yet|however)\b")
WARNING = re.compile(r"\b(?:unfortunately|note|aware|however|although|though)\b")

# Where one clause ends and the next begins.
JOINT = re.compile(r"\s*[,;:](?=\s)|\s+(?=(?:and|but|while|whereas|although|though|yet|however|which)\s)")
# Where a clause turns to another attribute under the same denial. "comes with" and the like stay together.
TURN = re.compile(
    r"\s(?=(?:made|meant) (?:of|from|for)\s|weighing\s|costing\s)"
    r"|(?<!comes)(?<!come)(?<!works)(?<!filled)(?<!compatible)\s(?=with\s)"
)
ASIDE = re.compile(r"\s*,\s*(?:however|though|unfortunately)\s*,\s*")
OWN_SUBJECT = re.compile(r"\b(?:it|its|this|the|which|is|are|has|have|at|comes?|costs?|weighs|lasts|rated|you|with)\b")
"""A clause with one of these stands for itself; one without ("... and cotton") goes on about the same attribute."""

_NO_SUPERLATIVE = (
    "rest|test|west|vest|nest|chest|forest|harvest|request|interest|guest|quest|protest|contest|honest|modest|latest|"
    "digest|crest"
)
COMPARISON = re.compile(
    r"\b(?:\w+(?:er|ier) than|(?:more|less) \w+ than|better|worse|superior|unlike|(?:more|less)(?! than)|only|"
    rf"(?<!at )(?:most|least)|(?!(?:{_NO_SUPERLATIVE})\b)\w{{3,}}est)\b"
)

OF_OTHERS = re.compile(
    r"\bfor variety\b|\bothers\b|\bother (?:ones?|two|three|\d+|\w+s)\b|\bothers? (?:products? )?shown\b"
    r"|\b(?:differ|var(?:y|ies)\b)\w*[^.;]*\bothers?\b"
)
"""What the page's other products are like: no single product's facts can prove it."""

OVER = re.compile(r"\b(?:over|above|more than|exceed\w*|beyond|higher than)\b")
UNDER = re.compile(r"\b(?:under|below|within|less than|up to|inside|cheaper than|lower than)\b")

# How an attribute is spoken of without its name. The names are folded.
SPOKEN_AS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\bweigh"), ("weight",)),
    (re.compile(r"\bmade (?:of|from)\b"), ("material",)),
    (re.compile(r"\b(?:come|comes|available|offered) in\b"), ("colour", "color", "size")),
    (re.compile(r"\bfilled with\b"), ("fill",)),
    (re.compile(r"\b(?:made|meant|designed|suited|suitable) (?:for|to)\b"), ("use", "season", "gender", "age")),
    (re.compile(r"\b(?:works|compatible) with\b"), ("compatible with",)),
    (re.compile(r"\blast(?:s|ing)?\b|\bruns\b"), ("battery life", "runtime", "burn time")),
    (re.compile(r"\bholds?\b"), ("capacity", "volume")),
    (re.compile(r"\b(?:sleeps|seats)\b"), ("capacity", "sleeps", "seats")),
    (re.compile(r"\blong\b"), ("length",)),
    (re.compile(r"\b(?:tall|high)\b"), ("height",)),
    (re.compile(r"\bwide\b"), ("width",)),
    (re.compile(r"\bdeep\b"), ("depth",)),
    (re.compile(r"\bthick\b"), ("thickness",)),
)

CLAIMLESS_VERBS = frozenset("runs sleeps works".split())
"""Plain in this very form only: "running" may be what the thing is for."""

# "Its battery lasts" speaks of the battery life, "a 14-inch screen" of the screen size, "its poles" of their material.
LOOSE_NAME_STEMS = frozenset(
    stem(word) for word in "size time life level capacity temperature material colour color".split()
)

NO_NAMES = frozenset({"use"})
"""Attributes whose name is an everyday word: "for winter use" does not speak of the attribute "use"."""

# Attributes that a bare amount is taken to be, by base unit: "at 2.8 kg" is its weight, whatever load it bears.
BARE_MEASURES = {
    "kilogram": ("weight",),
    "meter ** 3": ("capacity", "volume"),
    "second": ("battery life", "runtime"),
    "meter": ("screen size", "display size", "diameter"),
    "persons": ("capacity", "sleeps", "seats"),
}
NEVER_BARE = frozenset({"second", "meter"})
"""Lengths and times mean nothing without saying which."""

BARE_VALUES = frozenset("colour color material type style pattern gender season use".split())
"""Attributes whose one-word values are said of the thing itself: a black hat, but no wide kettle for its wide spout."""

# "faux leather" is no leather.
FALSIFIERS = frozenset(
    stem(w) for w in "faux fake artificial imitation synthetic vegan mock pu look effect style print free non".split()
)

NUMBER_WORDS = dict(
    zip("two three four five six seven eight nine ten eleven twelve".split(), map(str, range(2, 13)), strict=True)
)
