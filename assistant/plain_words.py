"""Word lists of the checker: what connects, what praises, what marks a contrast. Nothing here names a fact."""

from __future__ import annotations

import re

from retrieval.text import stem

# Words that carry no claim about a product by themselves.
PLAIN_STEMS = frozenset(
    stem(word)
    for word in """also and as ask asked asking at because both but by choice come comes cost costs cover do does
    each fact fit
    fits for from give gives had has have here in into is it its itself just keep keeps kind like line list
    listed listing lists made make makes mark match matches mean means meant meets mention mentions named need
    needs note of offer offers on one option or other our out own part pick place price priced put rate rated
    rating reason remain remains request say says sell sells sit sits so stay stays still such suit suits than
    that the then this thus to too under up use used uses want wanted wants way well what when where which while
    who wish wished with within you your yours star stars customer customers review reviews budget limit brand
    product item model colour color size weight similar please remember though although however yet therefore
    since exactly right again ticks box boxes bought viewed looked comes available shop""".split()
)

PRAISE = frozenset(
    """amazing awesome beautiful best brilliant durable excellent exceptional extraordinary fantastic finest flawless
    gorgeous great guaranteed high-quality ideal impressive incredible legendary lovely luxurious magnificent
    must-have outstanding perfect perfectly premium quality reliable remarkable safe safest stunning stylish
    superb superior top top-notch ultimate unbeatable unique unmatched unparalleled versatile wonderful popular
    favourite favorite bestseller bestselling trusted proven healthy healing cure""".split()
)

CONTRASTS = re.compile(r"\b(?:not|while|whereas|although|though|but|rather than|instead of|over|however|yet)\b")
