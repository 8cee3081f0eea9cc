"""Outdoor: tents, bags, mats, packs, stoves, poles, head torches and bottles."""

from __future__ import annotations

from prose import WORDS
from shop import Draft, Draw, Facts, Leaf, Size, heft, many, unit

CAMP = ("Brindle", "Tarnhollow", "Packwell")
EARTH = ("forest green", "olive green", "burnt orange", "slate grey", "sand beige", "teal")
BRIGHT = ("red", "orange", "navy blue", "teal", "forest green", "charcoal grey")


def tent(d: Draw) -> Draft:
    """Lighter cloth, better poles and more berths all cost more."""
    persons = d.pick(1, 2, 2, 3, 4, 4, 6)
    season = d.rise("3-season", "3-season", "4-season") if persons < 5 else "3-season"
    cloth, factor = d.rise(("polyester", 1.25), ("ripstop polyester", 1.1), ("ripstop nylon", 0.9))
    poles = d.rise("fibreglass", "aluminium", "aluminium")
    head = d.rise(1500, 2000, 3000, 4000, 5000)
    kilos = (0.55 + 0.72 * persons) * factor * (1.15 if season == "4-season" else 1)
    kilos *= 1.12 if poles == "fibreglass" else 1
    price = 15 + 42 * persons + (1.25 - factor) * 260 + head * 0.014 + (90 if season == "4-season" else 0)
    return Draft(
        f"{WORDS[persons].title()}-Person Tent",
        price,
        {
            "capacity": many(persons, "person"),
            "season": season,
            "weight": heft(kilos),
            "water column": f"{head} mm",
            "material": cloth,
            "pole material": poles,
            "packed length": unit(d.num(38, 44) + 3 * persons, "cm"),
            "doors": 1 if persons < 2 else d.pick(1, 2, 2),
            "porch": d.odds(0.7),
            "freestanding": d.odds(0.6),
            "waterproof": True,
            "setup time": f"{int(d.num(4, 6)) + persons} min",
            "use": d.some(
                ["hiking", "camping", "bikepacking"] if kilos < 3 else ["camping", "family trips", "festivals"],
                2,
                3,
            ),
        },
        mark=f" {persons}",
    )


def sleeping_bag(d: Draw) -> Draft:
    """Down weighs less and costs more than synthetic fill; cold ratings cost either way."""
    comfort = d.pick(12, 8, 5, 2, 0, -3, -5, -10)
    fill = d.rise("hollow fibre", "hollow fibre", "recycled polyester", "duck down", "down")
    if fill == "duck down":
        fill = "down"
    down = fill == "down"
    kilos = (1.55 if not down else 0.95) - comfort * 0.035
    price = (48 if not down else 150) - comfort * (2.2 if not down else 7)
    shape = d.pick("mummy", "mummy", "semi-rectangular", "rectangular") if comfort > -3 else "mummy"
    facts: Facts = {
        "comfort temperature": f"{comfort} °C",
        "season": "summer" if comfort > 6 else "3-season" if comfort > -4 else "winter",
        "fill": fill,
        "shape": shape,
        "weight": heft(kilos),
        "material": d.rise("polyester", "polyester", "ripstop nylon"),
        "zip side": d.pick("left", "right"),
        "water repellent": d.odds(0.5),
        "machine washable": not down,
        "use": d.some(["camping", "hiking", "festivals", "travel"], 2, 3),
        "warranty": d.years(),
    }
    sizes = [
        Size("Regular", {"size": "regular", "length": "200 cm"}),
        Size("Long", {"size": "long", "length": "215 cm", "weight": heft(kilos + 0.12)}, 1.06),
    ]
    return Draft("Down Sleeping Bag" if down else "Sleeping Bag", price, facts, sizes=sizes[: d.pick(1, 2)])


def sleeping_pad(d: Draw) -> Draft:
    """Foam is light and cheap; air packs small; self-inflating sits between."""
    kind = d.pick("closed-cell foam", "self-inflating", "self-inflating", "inflatable", "inflatable")
    thick, warm, kilos, price = {
        "closed-cell foam": (d.num(1, 2, 0.5), 1.8, 0.4, 26.0),
        "self-inflating": (d.num(3, 6), 3.2, 0.85, 62.0),
        "inflatable": (d.num(6, 10), 3.6, 0.52, 92.0),
    }[kind]
    rating = round(warm + thick * 0.12 + d.fine * 0.9, 1)
    facts: Facts = {
        "type": kind,
        "thickness": unit(thick, "cm"),
        "r-value": f"{rating}",
        "weight": heft(kilos + thick * 0.02),
        "length": "183 cm",
        "width": d.pick("51 cm", "55 cm", "64 cm"),
        "foldable": kind == "closed-cell foam",
        "material": "polyethylene foam" if kind == "closed-cell foam" else d.pick("polyester", "nylon"),
        "included": ["strap"] if kind == "closed-cell foam" else ["stuff sack", "repair kit"],
        "use": d.some(["camping", "hiking", "bikepacking", "guest bed"], 2, 3),
        "warranty": d.years(),
    }
    return Draft(
        {
            "closed-cell foam": "Folding Foam Sleeping Pad",
            "self-inflating": "Self-Inflating Sleeping Pad",
            "inflatable": "Inflatable Sleeping Pad",
        }[kind],
        price + d.fine * 25,
        facts,
    )


def backpack(d: Draw) -> Draft:
    """Bigger packs carry frames and hip belts; daypacks do without."""
    litres = int(d.pick(18, 22, 26, 32, 38, 45, 55, 65))
    trek = litres >= 38
    cloth = d.rise("polyester", "recycled polyester", "ripstop nylon", "ripstop nylon")
    proof = not trek and d.odds(0.25)
    kilos = (0.35 + litres * 0.022) * (0.85 if cloth == "ripstop nylon" else 1.05)
    price = 14 + litres * 1.6 + (20 if proof else 0) + (14 if cloth == "ripstop nylon" else 0)
    return Draft(
        "Trekking Backpack" if trek else "Hiking Daypack",
        price,
        {
            "capacity": f"{litres} L",
            "weight": heft(kilos),
            "material": cloth,
            "waterproof": proof,
            "rain cover": not proof and d.odds(0.7),
            "hip belt": trek or d.odds(0.3),
            "frame": trek,
            "pockets": int(d.num(3, 7)) + (1 if trek else 0),
            "hydration compatible": d.odds(0.75),
            "back length": d.pick("adjustable", "48 cm", "50 cm") if trek else d.pick("44 cm", "46 cm", "48 cm"),
            "use": d.some(
                ["trekking", "hiking", "travel"] if trek else ["hiking", "commuting", "cycling", "travel"],
                2,
                3,
            ),
            "warranty": d.years(),
        },
        mark=f" {litres}",
    )


def stove(d: Draw) -> Draft:
    """Small canister stoves for one, two-burner tables for families."""
    kind = d.pick("canister", "canister", "integrated", "two-burner")
    watts, kilos, price = {
        "canister": (d.num(2200, 3200, 100), 0.11, 38.0),
        "integrated": (d.num(1600, 2300, 100), 0.42, 98.0),
        "two-burner": (d.num(4200, 5600, 200), 4.1, 92.0),
    }[kind]
    boil = {
        "canister": d.num(190, 240, 10),
        "integrated": d.num(130, 170, 10),
        "two-burner": d.num(220, 280, 10),
    }[kind]
    return Draft(
        {
            "canister": "Canister Camp Stove",
            "integrated": "Integrated Camp Stove",
            "two-burner": "Two-Burner Camp Stove",
        }[kind],
        price,
        {
            "type": kind,
            "power": f"{int(watts)} W",
            "boil time": f"{int(boil)} s",
            "weight": heft(kilos + d.num(0, 6) / 100),
            "fuel": "screw-on gas canister",
            "burners": 2 if kind == "two-burner" else 1,
            "material": d.pick("stainless steel", "aluminium"),
            "piezo ignition": d.odds(0.35 + d.fine / 2),
            "wind shield": kind != "canister" or d.odds(0.2),
            "foldable": True,
            "use": ["camping", "family trips"]
            if kind == "two-burner"
            else d.some(["hiking", "camping", "bikepacking"], 2, 3),
            "warranty": d.years(),
        },
        art="two-burner" if kind == "two-burner" else "",
    )


def headlamp(d: Draw) -> Draft:
    """More lumens and a rechargeable cell cost more."""
    lumens = int(d.rise(150, 200, 300, 400, 600, 900))
    charge = lumens >= 300 or d.odds(0.3)
    return Draft(
        "Rechargeable Headlamp" if charge else "Headlamp",
        14 + lumens * 0.085 + (10 if charge else 0),
        {
            "brightness": f"{lumens} lm",
            "beam distance": f"{int(40 + lumens * 0.16) // 5 * 5} m",
            "battery life": f"{int(d.num(20, 60, 5))} h",
            "rechargeable": charge,
            "battery": "built-in lithium-ion" if charge else "3 AAA",
            "weight": heft(0.06 + lumens * 0.00007),
            "water resistance": d.rise("IPX4", "IPX4", "IPX6", "IPX7"),
            "red light": d.odds(0.7),
            "tilting head": d.odds(0.8),
            "modes": int(d.num(3, 6)),
            "material": d.pick("abs plastic", "aluminium"),
            "use": d.some(["hiking", "camping", "running", "home repairs"], 2, 3),
            "warranty": d.years(),
        },
        mark=f" {lumens}",
    )


def poles(d: Draw) -> Draft:
    """Carbon is lighter and dearer than aluminium."""
    tube = d.rise("aluminium", "aluminium", "carbon fibre")
    carbon = tube == "carbon fibre"
    fold = d.odds(0.4)
    low = int(d.num(62, 66)) if not fold else int(d.num(36, 40))
    return Draft(
        "Folding Trekking Poles" if fold else "Trekking Poles",
        (88 if carbon else 42) + (18 if fold else 0),
        {
            "material": tube,
            "weight": heft((0.38 if carbon else 0.5) + d.num(0, 5) / 100),
            "minimum length": f"{low} cm" if not fold else "110 cm",
            "maximum length": f"{int(d.num(128, 140, 2))} cm",
            "packed length": f"{low} cm",
            "grip material": d.rise("eva foam", "eva foam", "cork"),
            "lock": d.pick("lever lock", "twist lock") if not fold else "push-button lock",
            "foldable": fold,
            "tip": "tungsten carbide",
            "included": d.some(["rubber tips", "trail baskets", "snow baskets", "carry bag"], 2, 3),
            "shock absorbing": d.odds(0.25),
            "use": d.some(["hiking", "trekking", "snowshoeing"], 2, 3),
            "warranty": d.years(),
        },
    )


def bottle(d: Draw) -> Draft:
    """Steel keeps temperature, plastic and aluminium keep weight down."""
    kind = d.pick("stainless steel", "stainless steel", "stainless steel", "tritan plastic", "aluminium")
    steel = kind == "stainless steel"
    facts: Facts = {
        "material": kind,
        "insulated": steel,
        "leakproof": True,
        "dishwasher safe": not steel or d.odds(0.4),
        "lid": d.pick("screw lid", "flip straw", "sip lid", "carry-loop lid"),
        "bpa free": True,
        "use": d.some(["hiking", "office", "gym", "school", "commuting"], 2, 4),
        "warranty": d.years(),
    }
    if steel:
        facts |= {"keeps cold": f"{int(d.num(18, 30, 2))} h", "keeps hot": f"{int(d.num(6, 14, 1))} h"}
    sizes = [
        Size(f"{ml} ml", {"capacity": f"{ml} ml", "weight": heft(ml / 1000 * (0.52 if steel else 0.22))}, cost)
        for ml, cost in ((500, 1.0), (750, 1.18), (1000, 1.32))
    ]
    keep = d.some(["0", "1", "2"], 1, 2)
    return Draft(
        "Insulated Bottle" if steel else "Water Bottle",
        24 if steel else 13,
        facts,
        sizes=[sizes[int(one)] for one in keep],
    )


LEAVES = [
    Leaf("TENT", "Outdoor > Camping > Tents", "tent", CAMP, EARTH, 13, tent),
    Leaf("SLBG", "Outdoor > Camping > Sleeping Bags", "sleeping-bag", CAMP, BRIGHT, 11, sleeping_bag),
    Leaf("SPAD", "Outdoor > Camping > Sleeping Pads", "sleeping-pad", CAMP, EARTH, 10, sleeping_pad),
    Leaf(
        "STOV",
        "Outdoor > Camping > Camp Stoves",
        "stove",
        ("Brindle", "Ostrey", "Packwell"),
        ("black", "silver", "red", "forest green"),
        9,
        stove,
    ),
    Leaf(
        "HDLP",
        "Outdoor > Lighting > Headlamps",
        "headlamp",
        ("Ostrey", "Packwell", "Tarnhollow"),
        ("black", "orange", "slate grey", "teal", "yellow"),
        10,
        headlamp,
    ),
    Leaf("PACK", "Outdoor > Hiking > Backpacks", "backpack", CAMP, BRIGHT, 14, backpack),
    Leaf(
        "POLE",
        "Outdoor > Hiking > Trekking Poles",
        "poles",
        ("Tarnhollow", "Packwell", "Stridebeck"),
        ("black", "red", "sky blue", "olive green"),
        8,
        poles,
    ),
    Leaf(
        "BOTL",
        "Outdoor > Hiking > Water Bottles",
        "bottle",
        ("Brindle", "Ostrey", "Tuckbox", "Packwell"),
        ("sage green", "navy blue", "white", "coral", "black", "teal"),
        10,
        bottle,
    ),
]
