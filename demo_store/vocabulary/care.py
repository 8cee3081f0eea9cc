"""Personal care and tools."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft, unit

BATH = ("Sorrelle", "Fennimore Shaw", "Clearwick")


def toothbrush(d: Draw) -> Draft:
    """Sonic and rotating toothbrushes."""
    days = int(d.rise(10, 14, 21, 30))
    modes = int(d.rise(1, 2, 3, 5))
    return Draft(
        "Electric Toothbrush",
        20 + days * 1.2 + modes * 9,
        {
            "type": d.pick("sonic", "sonic", "rotating"),
            "battery life": f"{days} days",
            "modes": modes,
            "pressure sensor": d.odds(0.3 + d.fine / 2),
            "timer": True,
            "rechargeable": True,
            "waterproof": True,
            "water resistance": "IPX7",
            "noise level": f"{int(d.num(52, 66))} dB",
            "charging": d.pick("usb-c", "charging stand"),
            "included": d.some(["2 brush heads", "travel case", "charging cable"], 2, 3),
            "weight": heft(0.1 + d.num(0, 5) / 100),
            "use": ["everyday", "travel"],
            "warranty": d.rise("1 year", "2 years", "3 years"),
        },
    )


def hair_dryer(d: Draw) -> Draft:
    """Dryers; light and quiet ones cost more."""
    watts = int(d.pick(1200, 1600, 1800, 2000))
    small = watts == 1200
    return Draft(
        "Travel Hair Dryer" if small else "Hair Dryer",
        18 + watts * 0.012 + d.fine * 70,
        {
            "power": f"{watts} W",
            "noise level": f"{int(d.rise(82, 79, 75, 70))} dB",
            "heat settings": 2 if small else int(d.pick(3, 4)),
            "speeds": 2 if small else int(d.pick(2, 3)),
            "cool shot": True,
            "ionic": d.odds(0.3 + d.fine / 2),
            "foldable": small or d.odds(0.3),
            "weight": heft((0.38 if small else 0.52) + d.num(0, 10) / 100),
            "cord length": unit(1.6 if small else d.pick(1.8, 2.0, 2.5), "m"),
            "dual voltage": small,
            "included": ["travel pouch"] if small else d.some(["concentrator nozzle", "diffuser", "storage bag"], 1, 2),
            "material": "abs plastic",
            "use": ["travel", "gym"] if small else ["everyday"],
            "warranty": d.years(),
        },
    )


def trimmer(d: Draw) -> Draft:
    """Beard trimmers and shavers."""
    kind = d.pick("beard trimmer", "foil shaver", "hair clipper")
    minutes = int(d.rise(45, 60, 90, 120))
    facts: Facts = {
        "type": kind,
        "battery life": f"{minutes} min",
        "charging time": f"{int(d.rise(3, 2, 1))} h",
        "rechargeable": True,
        "waterproof": d.odds(0.55),
        "blade material": d.rise("stainless steel", "stainless steel", "titanium-coated steel"),
        "noise level": f"{int(d.num(54, 66))} dB",
        "charging port": d.pick("usb-c", "charging stand"),
        "weight": heft(0.15 + d.num(0, 10) / 100),
        "travel lock": d.odds(0.5),
        "included": ["cleaning brush", "travel pouch"] if kind == "foil shaver" else ["cleaning brush", "guide combs"],
        "use": ["everyday", "travel"] if kind != "hair clipper" else ["home haircuts"],
        "warranty": d.years(),
    }
    if kind != "foil shaver":
        facts |= {"length settings": int(d.rise(10, 15, 20, 30)), "cordless": True}
    return Draft(
        kind.title(),
        {"beard trimmer": 24, "foil shaver": 44, "hair clipper": 30}[kind] + minutes * 0.28,
        facts,
    )


def drill(d: Draw) -> Draft:
    """Cordless drills by voltage."""
    volts, torque, kilos, price = d.rise((12, 30, 1.1, 58), (12, 35, 1.1, 66), (18, 50, 1.6, 98), (18, 65, 1.8, 128))
    hammer = volts == 18 and d.odds(0.6)
    cells = int(d.rise(1, 1, 2, 2))
    return Draft(
        f"Cordless {'Hammer ' if hammer else ''}Drill",
        price + cells * 22 + (18 if hammer else 0),
        {
            "voltage": f"{volts} V",
            "torque": f"{torque} Nm",
            "battery capacity": d.pick("2 Ah", "2.5 Ah") if volts == 12 else d.pick("2 Ah", "4 Ah"),
            "batteries": cells,
            "hammer action": hammer,
            "speeds": 2,
            "maximum speed": f"{int(d.num(1300, 2000, 100))} rpm",
            "chuck": "10 mm" if volts == 12 else "13 mm",
            "brushless": d.fine > 0.45,
            "work light": True,
            "rechargeable": True,
            "weight": heft(kilos + d.num(0, 3) / 10),
            "included": ["charger", *d.some(["carry case", "bit set", "belt clip"], 1, 3)],
            "use": d.some(["furniture", "shelves", "garden projects"], 1, 2) + (["masonry"] if hammer else []),
            "warranty": d.years(),
        },
        mark=f" {volts}",
    )


def toolkit(d: Draw) -> Draft:
    """Tool sets."""
    count = int(d.pick(25, 39, 46, 65, 94, 130))
    return Draft(
        f"{count}-Piece Tool Set",
        14 + count * 0.78,
        {
            "pieces": count,
            "material": d.rise("carbon steel", "chrome vanadium steel", "chrome vanadium steel"),
            "case": d.pick("hard case", "roll-up bag") if count < 70 else "hard case",
            "ratchet": count > 40,
            "bit holder": True,
            "weight": heft(0.9 + count * 0.042),
            "insulated": d.odds(0.15),
            "grip material": d.pick("soft rubber", "polypropylene"),
            "included": ["screwdrivers", "pliers", "hex keys", "tape measure"]
            + (["hammer", "spirit level"] if count > 60 else []),
            "use": d.some(["home repairs", "furniture", "car", "bikes"], 2, 3),
            "warranty": d.rise("2 years", "5 years", "10 years"),
        },
    )


def ladder(d: Draw) -> Draft:
    """Step ladders by tread."""
    stuff, each = d.rise(("steel", 15), ("aluminium", 22), ("beech wood", 30))
    facts: Facts = {
        "material": stuff,
        "maximum load": "150 kg",
        "non-slip": True,
        "foldable": True,
        "handrail": d.odds(0.6),
        "tool tray": d.odds(0.4),
        "folded depth": f"{int(d.num(5, 14))} cm",
        "width": f"{int(d.num(42, 50))} cm",
        "safety catch": True,
        "use": d.some(["kitchen", "decorating", "changing bulbs", "library shelves"], 2, 3),
        "warranty": d.years(),
    }
    sizes = [
        Size(
            f"{n} Steps",
            {
                "steps": n,
                "height": f"{n * 23 + 40} cm",
                "weight": heft(n * {"steel": 1.9, "aluminium": 1.15, "beech wood": 2.1}[stuff] + 0.6),
            },
            n / 3,
        )
        for n in (2, 3, 4, 5)
    ]
    start = d.pick(0, 1, 2)
    tints = ("oak brown",) if stuff == "beech wood" else ("silver", "red", "black")
    return Draft("Step Ladder", each * 3, facts, sizes=sizes[start : start + d.pick(1, 2)], colours=tints)


LEAVES = [
    Leaf(
        "TOBR",
        "Personal Care > Teeth > Electric Toothbrushes",
        "toothbrush",
        BATH,
        ("white", "black", "mint green", "blush pink"),
        8,
        toothbrush,
    ),
    Leaf(
        "HAIR",
        "Personal Care > Hair > Hair Dryers",
        "hair-dryer",
        ("Sorrelle", "Fennimore Shaw", "Skylarker"),
        ("white", "charcoal grey", "blush pink", "teal"),
        8,
        hair_dryer,
    ),
    Leaf(
        "TRIM",
        "Personal Care > Shaving > Trimmers & Shavers",
        "trimmer",
        ("Fennimore Shaw", "Sorrelle", "Bitwell"),
        ("black", "silver", "navy blue"),
        8,
        trimmer,
    ),
    Leaf(
        "DRIL",
        "Tools > Power Tools > Cordless Drills",
        "drill",
        ("Ironbeck", "Stoutfast"),
        ("teal", "orange", "red"),
        8,
        drill,
    ),
    Leaf(
        "TSET",
        "Tools > Hand Tools > Tool Sets",
        "toolkit",
        ("Ironbeck", "Stoutfast"),
        ("red", "black", "forest green"),
        8,
        toolkit,
    ),
    Leaf(
        "LADR",
        "Tools > Ladders > Step Ladders",
        "ladder",
        ("Ironbeck", "Stoutfast", "Plainhouse"),
        ("silver", "red", "oak brown"),
        7,
        ladder,
    ),
]
