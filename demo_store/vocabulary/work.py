"""Office: chairs, desks, keyboards and paper."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft, unit


def chair(d: Draw) -> Draft:
    """More adjustments cost more."""
    back = d.rise("polyester", "mesh", "mesh", "wool blend")
    arms = d.rise("fixed", "height adjustable", "4-way adjustable")
    lumbar = d.odds(0.3 + d.fine * 0.6)
    load = int(d.rise(110, 120, 136, 150))
    return Draft(
        "Office Chair",
        72 + load * 0.5 + {"fixed": 0, "height adjustable": 35, "4-way adjustable": 90}[arms] + (45 if lumbar else 0),
        {
            "material": back,
            "armrests": arms,
            "lumbar support": lumbar,
            "headrest": d.odds(0.3),
            "seat height": f"{int(d.num(42, 46))}-{int(d.num(52, 56))} cm",
            "maximum load": f"{load} kg",
            "tilt": d.odds(0.8),
            "swivel": True,
            "base material": d.rise("nylon", "nylon", "aluminium"),
            "castors": d.pick("hard floor", "carpet"),
            "weight": heft(11 + d.num(0, 70) / 10),
            "assembly time": f"{int(d.num(20, 40, 5))} min",
            "use": ["home office", "office"],
            "warranty": d.rise("2 years", "3 years", "5 years", "10 years"),
        },
    )


def desk(d: Draw) -> Draft:
    """Fixed and sit-stand desks in widths."""
    lift = d.odds(0.25 + d.fine * 0.5)
    top, extra = d.rise(("melamine board", 0), ("bamboo", 40), ("oak veneer", 70), ("solid oak", 180))
    facts: Facts = {
        "material": top,
        "frame material": "steel",
        "height adjustable": lift,
        "depth": d.pick("60 cm", "70 cm", "75 cm"),
        "drawers": 0 if lift else int(d.pick(0, 1, 2)),
        "cable tray": d.odds(0.6),
        "maximum load": f"{int(d.num(60, 120, 10))} kg",
        "assembly time": f"{int(d.num(30, 70, 10))} min",
        "use": d.some(["home office", "study", "gaming"], 2, 3),
        "warranty": d.rise("2 years", "3 years", "5 years"),
    }
    facts |= (
        {"height": "62-127 cm", "noise level": f"{int(d.num(42, 50))} dB", "motors": int(d.rise(1, 2, 2))}
        if lift
        else {"height": f"{int(d.num(73, 76))} cm"}
    )
    sizes = [
        Size(f"{cm} cm", {"width": f"{cm} cm", "weight": heft(cm * 0.19 + (14 if lift else 2))}, 0.4 + cm / 200)
        for cm in (100, 120, 140, 160)
    ]
    start = d.pick(0, 1, 2)
    tints = ("white", "black", "walnut brown") if top == "melamine board" else ("oak brown",)
    return Draft(
        "Standing Desk" if lift else "Desk",
        (255 if lift else 110) + extra,
        facts,
        sizes=sizes[start : start + 2],
        colours=tints,
        art="standing-desk" if lift else "",
    )


def keyboard(d: Draw) -> Draft:
    """Membrane and mechanical keyboards."""
    kind = d.rise("membrane", "scissor", "mechanical", "mechanical")
    wireless = d.odds(0.6)
    keys = int(d.pick(68, 84, 104, 104))
    named = {"mechanical": "Mechanical", "scissor": "Low-Profile"}.get(kind, "Quiet")
    facts: Facts = {
        "type": kind,
        "keys": keys,
        "wireless": wireless,
        "bluetooth": wireless,
        "backlit": d.odds(0.3 + d.fine / 3),
        "layout": "us",
        "number pad": keys == 104,
        "weight": heft(0.3 + keys * (0.0062 if kind == "mechanical" else 0.0028)),
        "material": d.rise("abs plastic", "abs plastic", "aluminium"),
        "noise level": f"{ {'membrane': 44, 'scissor': 40, 'mechanical': 54}[kind] + int(d.num(0, 5)) } dB",
        "compatible with": ["windows", "macos", "linux"],
        "use": d.some(["office", "home office", "gaming"], 2, 2),
        "warranty": d.years(),
    }
    facts |= (
        {"battery life": f"{int(d.pick(3, 6, 9, 12))} months", "multi-device": d.odds(0.6)}
        if wireless
        else {"cord length": unit(d.pick(1.5, 1.8), "m")}
    )
    return Draft(
        f"{'Wireless ' if wireless else ''}{named} Keyboard",
        {"membrane": 18, "scissor": 36, "mechanical": 64}[kind] + (16 if wireless else 0) + keys * 0.08,
        facts,
        mark=f" {keys}",
    )


def notebook(d: Draw) -> Draft:
    """Paper by weight and ruling."""
    cover, price = d.rise(("card", 5), ("linen", 12), ("vegan leather", 14), ("leather", 26))
    grams = int(d.rise(80, 90, 100, 120))
    facts: Facts = {
        "cover material": cover,
        "paper weight": f"{grams} g/m2",
        "pages": int(d.pick(96, 128, 160, 192, 240)),
        "ruling": d.pick("dotted", "lined", "plain", "squared"),
        "binding": d.pick("thread sewn", "thread sewn", "spiral"),
        "ribbon": d.odds(0.7),
        "elastic band": d.odds(0.6),
        "numbered pages": d.odds(0.4),
        "recycled paper": d.odds(0.4),
        "fountain pen friendly": grams >= 100,
        "use": d.some(["journaling", "office", "study", "sketching"], 2, 3),
    }
    sizes = [
        Size("A6", {"size": "A6", "width": "105 mm", "length": "148 mm"}, 0.75),
        Size("A5", {"size": "A5", "width": "148 mm", "length": "210 mm"}),
    ]
    return Draft("Notebook", price + grams * 0.03, facts, sizes=d.pick(sizes, sizes[1:]))


LEAVES = [
    Leaf(
        "CHAR",
        "Office > Furniture > Office Chairs",
        "office-chair",
        ("Deskerly", "Inkwright", "Plainhouse"),
        ("black", "slate grey", "navy blue", "sage green"),
        9,
        chair,
    ),
    Leaf(
        "DESK",
        "Office > Furniture > Desks",
        "desk",
        ("Deskerly", "Inkwright", "Plainhouse"),
        ("oak brown", "walnut brown", "white", "black"),
        9,
        desk,
    ),
    Leaf(
        "KEYB",
        "Office > Accessories > Keyboards",
        "keyboard",
        ("Kestro", "Bitwell", "Deskerly"),
        ("black", "white", "slate grey", "sage green"),
        9,
        keyboard,
    ),
    Leaf(
        "NOTE",
        "Office > Paper > Notebooks",
        "notebook",
        ("Inkwright", "Deskerly"),
        ("black", "burgundy", "forest green", "mustard yellow", "sky blue"),
        9,
        notebook,
    ),
]
