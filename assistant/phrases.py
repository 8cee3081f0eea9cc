"""The everyday words of asking, which no catalogue teaches. Lower case, without accents."""

from __future__ import annotations

RESETS = (
    "start over",
    "lets start over",
    "start from scratch",
    "start from the beginning",
    "start afresh",
    "everything from scratch",
    "reset new search",
    "stop everything from scratch",
    "clear everything",
    "clear all",
    "right from scratch",
    "start anew",
    "from scratch",
    "restart",
    "reset",
    "new search",
    "start again",
    "forget that",
    "forget everything",
    "clear",
    "重新开始",
)
THANKS = (
    "thanks",
    "thank you",
    "thank you very much",
    "thanks a lot",
    "great thanks",
    "perfect thanks",
    "cheers",
    "many thanks",
    "thank u",
    "thank u so much",
    "thanks so much",
    "thank you so much",
    "thx",
    "ta",
    "ty",
    "谢谢",
)
GREETINGS = (
    "hi",
    "hello",
    "hey",
    "howdy",
    "hiya",
    "hola",
    "bonjour",
    "hello there",
    "hi there",
    "good morning",
    "good evening",
    "good afternoon",
    "你好",
)

MORE = (
    "something else", "anything else", "show me more", "show more", "more options", "other options", "other ones",
    "different ones", "something different", "others", "more like this", "more like these", "next ones", "more please",
    "what else", "more", "next", "next page", "show me others", "show others", "other ones please", "keep going",
    "go on", "other products", "any others", "others please", "还有吗",
)  # fmt: skip

# What a shopper says before naming a thing; with one of these a message starts a new search.
SEARCH_OPENERS = (
    "i need", "i want", "i would like", "i'd like", "id like", "looking for", "look for", "searching for", "search for",
    "show me", "do you have", "do you sell", "do you carry", "have you got", "find me", "find", "recommend", "suggest",
    "what about", "how about",
)  # fmt: skip

# A message that begins so goes on with what stands.
GOING_ON = (
    "for ",
    "with ",
    "without ",
    "in ",
    "but ",
    "and ",
    "also ",
    "not ",
    "no ",
    "more ",
    "less ",
    "from ",
    "by ",
)

# Words of the request itself, never of a product: left out of the search text.
ASKING_WORDS = frozenset(
    """need want wanted like looking look search searching find show recommend recommendation suggest suggestion buy
    purchase get give got sell carry please thanks hello hi hey help something anything thing things stuff one
    ones would could should maybe really kind sort type good nice great best better perfect decent option
    options budget price priced cost costs money spend dollars dollar bucks euros euro pounds around about under
    over below above between cheap cheaper expensive affordable max maximum min minimum least most than also
    only actually tell know think guess what's whats i'm im i'd id i'll it's there's gonna also rather instead
    ideally preferably must available stock currently today now day not no without don't dont isn't except
    possible comfortable allergic needed must search searching meant easy n like voila um erm honestly thought freezing
    times cute version reason tho tbh abt bout cuz thats im ill id youve hows whats wheres theres
    anything but non made shop store product products item items make makes sure let's lets see ok okay yes well
    fine too then oh ah hm hmm uh um lol haha btw pls plz thx anyway though anymore still even both either enough yeah
    yep nope sorry shame pity wait hang hold right alright again else next thanks cheers ones pick picks choose go
    back came come comes able same spend stretch deal works work done little bit lot lots few quite rather pretty
    fairly somewhat properly definitely important matters matter prefer preferred wish hope love loves like likes
    looks someone somebody brother sister friend dad mum mom wife husband son daughter kid present gift birthday
    old year years avoid hate excluding
    thing""".split()
)

NEGATIONS = frozenset(
    """not no without non except excluding avoid never isn't isnt don't dont nothing hate minus sans""".split()
)

SOFTENERS = (
    "ideally", "preferably", "if possible", "would be nice", "would be great", "a plus", "a bonus", "nice to have",
    "not a must", "no must", "not essential", "not necessary", "would be cute", "not needed though",
    "if you have", "if there is", "prefer ", "would love", "optional", "if it can be",
)  # fmt: skip

STOCK_PHRASES = (
    "in stock",
    "available now",
    "available today",
    "ready to ship",
    "currently available",
    "有货",
)

# -1: the lower third of the category's prices; +1: the upper third.
RELATIVE_PRICES = {
    "not too expensive": -1, "not expensive": -1, "inexpensive": -1, "low cost": -1, "low-cost": -1,
    "budget-friendly": -1, "affordable": -1, "cheapest": -1, "cheap": -1, "便宜": -1,
    "high-end": 1, "high end": 1, "top of the range": 1, "premium": 1, "luxury": 1,
}  # fmt: skip

# word -> (attributes to try in this order, direction). "price" is the price.
_ROOM = (
    "capacity",
    "volume",
    "sleeping capacity",
    "screen size",
    "display diagonal",
    "diameter",
    "width",
    "length",
)
COMPARATIVES: dict[str, tuple[tuple[str, ...], int]] = {
    "less expensive": (("price",), -1), "more affordable": (("price",), -1), "cheaper": (("price",), -1),
    "too expensive": (("price",), -1), "more expensive": (("price",), 1), "pricier": (("price",), 1),
    "bigger": (_ROOM, 1), "larger": (_ROOM, 1), "roomier": (_ROOM, 1), "more spacious": (_ROOM, 1),
    "too small": (_ROOM, 1),
    "smaller": (_ROOM, -1), "more compact": (_ROOM, -1), "too big": (_ROOM, -1), "too large": (_ROOM, -1),
    "lighter": (("weight",), -1), "too heavy": (("weight",), -1), "heavier": (("weight",), 1),
    "quieter": (("noise level",), -1), "too loud": (("noise level",), -1), "louder": (("noise level", "power"), 1),
    "brighter": (("brightness", "luminous flux"), 1), "dimmer": (("brightness",), -1),
    "more powerful": (("power", "motor power", "suction"), 1), "stronger": (("power", "max load", "torque"), 1),
    "longer": (("length", "cable length", "battery life"), 1), "shorter": (("length", "cable length"), -1),
    "longer battery": (("battery life",), 1), "faster": (("speed", "max speed", "print speed"), 1),
    "warmer": (("comfort temperature", "temperature rating", "fill weight"), -1),
    "taller": (("height",), 1), "wider": (("width",), 1), "narrower": (("width",), -1),
}  # fmt: skip

# "The lightest" of what is shown; on its own, the wish for a low or a high measure.
SUPERLATIVES: dict[str, tuple[tuple[str, ...], int]] = {
    "cheapest": (("price",), -1), "least expensive": (("price",), -1), "most affordable": (("price",), -1),
    "most expensive": (("price",), 1), "priciest": (("price",), 1), "dearest": (("price",), 1),
    "lightest": (("weight",), -1), "heaviest": (("weight",), 1), "biggest": (_ROOM, 1), "largest": (_ROOM, 1),
    "roomiest": (_ROOM, 1), "smallest": (_ROOM, -1), "most compact": (("packed length", "folded depth", *_ROOM), -1),
    "quietest": (("noise level", "maximum noise"), -1), "loudest": (("noise level", "power"), 1),
    "brightest": (("brightness", "luminous flux"), 1), "strongest": (("power", "max load", "torque"), 1),
    "most powerful": (("power", "motor power", "output power", "suction", "torque"), 1),
    "longest": (("length", "cable length", "battery life"), 1), "shortest": (("length", "cable length"), -1),
    "fastest": (("speed", "max speed", "maximum speed", "print speed", "boil time"), 1),
    "warmest": (("comfort temperature", "warmth", "fill weight"), -1), "tallest": (("height",), 1),
    "widest": (("width",), 1), "narrowest": (("width",), -1), "longest-lasting": (("battery life",), 1),
}  # fmt: skip

# An adjective that asks for little or much of a measure, without a number.
# word -> (attributes to try in this order, direction, how the best third of a category is called)
PREFERENCES: dict[str, tuple[tuple[str, ...], int, str]] = {
    "light": (("weight",), -1, "lightest"), "lightweight": (("weight",), -1, "lightest"),
    "ultralight": (("weight",), -1, "lightest"), "quiet": (("noise level", "maximum noise"), -1, "quietest"),
    "silent": (("noise level", "maximum noise"), -1, "quietest"), "bright": (("brightness",), 1, "brightest"),
    "powerful": (("power", "output power", "torque"), 1, "most powerful"), "big": (_ROOM, 1, "biggest"),
    "large": (_ROOM, 1, "biggest"), "roomy": (("capacity", "volume"), 1, "roomiest"),
    "spacious": (("capacity", "volume"), 1, "roomiest"), "long-lasting": (("battery life",), 1, "longest-lasting"),
    "thick": (("thickness",), 1, "thickest"), "thin": (("thickness",), -1, "thinnest"),
    "tall": (("height",), 1, "tallest"), "wide": (("width",), 1, "widest"), "narrow": (("width",), -1, "narrowest"),
    "heavy": (("weight",), 1, "heaviest"), "fast": (("maximum speed", "speed", "boil time"), 1, "fastest"),
    "warm": (("comfort temperature",), -1, "warmest"), "deep": (("depth",), 1, "deepest"),
    "compact": (("packed length", "folded depth", "width", "length", "weight"), -1, "most compact"),
    "small": (("capacity", "screen size", "diameter", "width", "length"), -1, "smallest"),
}  # fmt: skip

COUNTED = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS = {
    **{f"{word} one": n for n, word in enumerate(COUNTED)},
    **{f"the {word}": n for n, word in enumerate(COUNTED)},
    **{f"number {n}": n - 1 for n in range(1, 11)},
    **{f"#{n}": n - 1 for n in range(1, 11)},
    "last one": -1, "the last": -1, "number one": 0, "number two": 1, "number three": 2,
}  # fmt: skip

# What points at one product of the page without naming it.
POINTING = frozenset(
    ["this", "that", "it", "this one", "that one", "this product", "that product", "this item", "these", "those",
     "them", "these ones"]
)  # fmt: skip
