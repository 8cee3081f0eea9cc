"""Home: lamps, floors, air, beds and blankets."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft, unit

SOFT = ("cream white", "slate grey", "sage green", "blush pink", "navy blue", "mustard yellow")


def lamp(d: Draw) -> Draft:
    """Table and desk lamps."""
    desk = d.odds(0.4)
    base = (
        d.rise("powder-coated steel", "beech wood", "ceramic", "brass")
        if not desk
        else d.rise("abs plastic", "powder-coated steel", "aluminium")
    )
    tall = int(d.num(32, 58, 2))
    lumens = int(d.pick(400, 470, 600, 800))
    tints = ("gold",) if base == "brass" else ("white", "black", "sage green", "mustard yellow")
    return Draft(
        "Desk Lamp" if desk else "Table Lamp",
        14 + tall * 0.5 + {"brass": 46, "ceramic": 26, "beech wood": 18, "aluminium": 30}.get(base, 4) + d.fine * 18,
        {
            "material": base,
            "height": f"{tall} cm",
            "dimmable": d.odds(0.55),
            "brightness": f"{lumens} lm",
            "power": f"{lumens // 90 + 1} W",
            "light colour": d.pick("warm white", "warm white", "adjustable") if desk else "warm white",
            "bulb": "built-in led" if desk else "e27, included",
            "cord length": unit(d.num(1.4, 2.0, 0.2), "m"),
            "adjustable arm": desk,
            "shade material": "none" if desk else d.pick("linen", "cotton", "opal glass"),
            "usb charging port": desk and d.odds(0.4),
            "weight": heft(0.7 + tall * 0.018 + (0.8 if base in ("ceramic", "brass") else 0)),
            "use": ["desk", "reading"] if desk else d.some(["bedroom", "living room", "hallway"], 2, 3),
            "warranty": d.years(),
        },
        colours=tints,
        art="desk-lamp" if desk else "",
    )


def vacuum(d: Draw) -> Draft:
    """Cordless sticks, cylinder cleaners and robots."""
    kind = d.pick("cordless stick", "cordless stick", "cylinder", "robot")
    cordless = kind != "cylinder"
    minutes = int(d.rise(30, 40, 45, 60)) if kind == "cordless stick" else int(d.rise(80, 100, 120, 150))
    price = {"cordless stick": 120 + minutes * 1.6, "cylinder": 105, "robot": 130 + minutes * 1.1}[kind] + d.fine * 60
    watts = {
        "cordless stick": d.num(220, 450, 10),
        "cylinder": d.num(600, 800, 50),
        "robot": d.num(25, 40, 5),
    }[kind]
    facts: Facts = {
        "type": kind,
        "cordless": cordless,
        "dust capacity": unit({"cordless stick": 0.6, "cylinder": 2.4, "robot": 0.4}[kind] + d.num(0, 3) / 10, "L"),
        "noise level": f"{int(d.num(62, 78) if kind != 'robot' else d.num(54, 66))} dB",
        "bagless": kind != "cylinder" or d.odds(0.5),
        "filter": d.rise("washable foam", "hepa", "hepa"),
        "weight": heft({"cordless stick": 2.3, "cylinder": 5.2, "robot": 3.1}[kind] + d.num(0, 8) / 10),
        "pet hair brush": d.odds(0.5),
        "use": d.some(["hard floors", "carpets", "stairs"] if kind != "robot" else ["hard floors", "low rugs"], 2, 3),
        "power": f"{int(watts)} W",
        "warranty": d.years(),
    }
    facts |= {"battery life": f"{minutes} min"} if cordless else {"cord length": f"{int(d.num(6, 9))} m"}
    return Draft(
        {
            "cordless stick": "Cordless Stick Vacuum",
            "cylinder": "Cylinder Vacuum Cleaner",
            "robot": "Robot Vacuum",
        }[kind],
        price,
        facts,
        art="robot-vacuum" if kind == "robot" else "",
    )


def purifier(d: Draw) -> Draft:
    """Bigger rooms need more clean air per hour."""
    room = int(d.pick(15, 20, 30, 40, 60))
    return Draft(
        "Air Purifier",
        48 + room * 3.1 + d.fine * 30,
        {
            "room size": f"{room} m2",
            "clean air rate": f"{room * 8 // 10 * 10} m3/h",
            "filter": "hepa h13",
            "noise level": f"{int(d.rise(28, 25, 23, 21))} dB",
            "maximum noise": f"{int(d.num(46, 58))} dB",
            "power": f"{10 + room * 2 // 3} W",
            "carbon filter": d.odds(0.75),
            "air quality sensor": d.odds(0.2 + d.fine * 0.7),
            "sleep mode": True,
            "timer": d.odds(0.6),
            "filter life": f"{int(d.pick(6, 8, 12))} months",
            "height": f"{26 + room // 2} cm",
            "weight": heft(1.4 + room * 0.09),
            "use": d.some(["bedroom", "living room", "nursery", "home office"], 2, 3),
            "warranty": d.years(),
        },
        mark=f" {room}",
    )


def fan(d: Draw) -> Draft:
    """Desk and tower fans."""
    kind = d.pick("desk", "tower", "pedestal")
    return Draft(
        f"{kind.title()} Fan",
        {"desk": 26, "tower": 62, "pedestal": 54}[kind] + d.fine * 40,
        {
            "type": kind,
            "speeds": int(d.rise(3, 3, 6, 9)),
            "noise level": f"{int(d.rise(48, 44, 38, 32))} dB",
            "power": f"{int(d.num(20, 45, 5))} W",
            "oscillating": kind != "desk" or d.odds(0.5),
            "remote control": kind != "desk" and d.odds(0.6),
            "timer": kind != "desk",
            "height": f"{ {'desk': 34, 'tower': 92, 'pedestal': 118}[kind] + int(d.num(0, 10)) } cm",
            "weight": heft({"desk": 1.3, "tower": 3.4, "pedestal": 4.2}[kind] + d.num(0, 8) / 10),
            "cord length": unit(d.num(1.5, 1.8, 0.1), "m"),
            "material": "abs plastic" if kind == "tower" else d.pick("abs plastic", "powder-coated steel"),
            "use": d.some(["bedroom", "office", "living room"], 2, 3),
            "warranty": d.years(),
        },
    )


def duvet(d: Draw) -> Draft:
    """Duvets by warmth, fill and bed size."""
    tog = d.pick("4.5 tog", "7.5 tog", "10.5 tog", "13.5 tog")
    fill, price = d.rise(("hollow fibre", 34), ("recycled polyester", 44), ("wool", 92), ("down", 150))
    warm = float(tog.split()[0])
    facts: Facts = {
        "warmth": tog,
        "fill": fill,
        "material": "cotton",
        "season": "summer" if warm < 5 else "all year" if warm < 11 else "winter",
        "machine washable": fill != "wool",
        "tumble dry": fill in ("hollow fibre", "recycled polyester", "down"),
        "quilting": d.pick("box stitched", "channel stitched"),
        "thread count": int(d.rise(200, 233, 300)),
        "carry bag": d.odds(0.6),
        "use": ["bedroom", "guest room"],
        "warranty": d.years(),
    }
    beds = [
        Size(
            name,
            {
                "size": name.lower(),
                "width": f"{wide} cm",
                "length": "200 cm",
                "weight": heft((0.5 + warm * 0.09) * wide / 135 * (0.75 if fill == "down" else 1.2)),
            },
            wide / 150,
        )
        for name, wide in (("Single", 135), ("Double", 200), ("King", 230))
    ]
    return Draft(
        f"{'Wool' if fill == 'wool' else 'Down' if fill == 'down' else 'Washable'} Duvet {tog.title()}",
        price + warm * 2,
        facts,
        sizes=beds[: d.pick(2, 3)],
    )


def throw(d: Draw) -> Draft:
    """Blankets for sofas."""
    yarn, price = d.rise(
        ("polyester fleece", 19),
        ("cotton", 34),
        ("lambswool", 72),
        ("merino wool", 96),
        ("alpaca blend", 110),
    )
    wide, long = d.pick((130, 170), (130, 180), (140, 200), (150, 200))
    return Draft(
        f"{yarn.title()} Throw",
        price * wide / 135,
        {
            "material": yarn,
            "width": f"{wide} cm",
            "length": f"{long} cm",
            "weight": heft(wide * long / 1e4 * {"polyester fleece": 0.26, "cotton": 0.36}.get(yarn, 0.42)),
            "pattern": d.pick("plain", "herringbone", "striped", "waffle weave"),
            "fringe": yarn != "polyester fleece" and d.odds(0.6),
            "machine washable": yarn in ("polyester fleece", "cotton"),
            "tumble dry": False,
            "use": d.some(["sofa", "bed", "picnics", "travel"], 2, 3),
            "season": "all year" if yarn == "cotton" else "winter",
        },
    )


def towels(d: Draw) -> Draft:
    """Bath towels by weight of the cloth."""
    cloth, price = d.rise(("cotton", 13), ("organic cotton", 19), ("linen blend", 26))
    grams = int(d.rise(400, 450, 550, 650)) if cloth != "linen blend" else 320
    facts: Facts = {
        "material": cloth,
        "fabric weight": f"{grams} g/m2",
        "machine washable": True,
        "wash temperature": "40 °C" if cloth == "linen blend" else "60 °C",
        "tumble dry": cloth != "linen blend",
        "hanging loop": True,
        "weave": "waffle weave" if cloth == "linen blend" else d.pick("terry", "terry", "waffle weave"),
        "quick drying": grams < 460,
        "pieces": 1,
        "use": d.some(["bathroom", "gym", "guest room"], 2, 3),
    }
    sizes = [
        Size("Hand", {"size": "hand towel", "width": "50 cm", "length": "90 cm"}, 0.55),
        Size("Bath", {"size": "bath towel", "width": "70 cm", "length": "140 cm"}),
        Size("Bath Sheet", {"size": "bath sheet", "width": "100 cm", "length": "150 cm"}, 1.5),
    ]
    return Draft(f"{cloth.title()} Towel", price + grams * 0.012, facts, sizes=sizes[: d.pick(2, 3)])


LEAVES = [
    Leaf(
        "LAMP",
        "Home > Lighting > Lamps",
        "lamp",
        ("Hearthby", "Plainhouse", "Moorcote"),
        ("white", "black", "sage green", "mustard yellow", "gold"),
        11,
        lamp,
    ),
    Leaf(
        "VACU",
        "Home > Appliances > Vacuum Cleaners",
        "vacuum",
        ("Clearwick", "Plainhouse", "Hearthby"),
        ("slate grey", "red", "teal", "white"),
        9,
        vacuum,
    ),
    Leaf(
        "AIRP",
        "Home > Appliances > Air Purifiers",
        "purifier",
        ("Clearwick", "Nuvarra", "Plainhouse"),
        ("white", "charcoal grey", "sage green"),
        8,
        purifier,
    ),
    Leaf(
        "FANS",
        "Home > Appliances > Fans",
        "fan",
        ("Clearwick", "Plainhouse", "Hearthby"),
        ("white", "black", "mint green", "copper"),
        8,
        fan,
    ),
    Leaf(
        "DUVT",
        "Home > Bedding > Duvets",
        "duvet",
        ("Moorcote", "Hearthby", "Plainhouse"),
        ("white",),
        10,
        duvet,
    ),
    Leaf("THRW", "Home > Textiles > Throws", "throw", ("Moorcote", "Hearthby", "Plainhouse"), SOFT, 9, throw),
    Leaf(
        "TOWL",
        "Home > Textiles > Towels",
        "towel",
        ("Moorcote", "Hearthby", "Plainhouse"),
        ("white", "sage green", "navy blue", "sand beige", "teal"),
        8,
        towels,
    ),
]
