"""Kitchen: kettles, grinders, coffee makers, pans, knives, blenders and boxes."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft, many, unit

COOK = ("Pellow & Fitch", "Copperwren", "Tuckbox")
ENAMEL = ("cream white", "black", "sage green", "red", "navy blue", "copper")


def kettle(d: Draw) -> Draft:
    """Temperature control and steel cost more than plastic and a switch."""
    shell = d.rise("bpa-free plastic", "glass", "stainless steel", "stainless steel")
    control = d.odds(0.15 + d.fine * 0.7)
    litres = d.pick(0.8, 1.0, 1.5, 1.7)
    goose = control and litres <= 1 and d.odds(0.6)
    price = 20 + litres * 7 + (14 if shell == "stainless steel" else 4) + (34 if control else 0) + (12 if goose else 0)
    return Draft(
        "Gooseneck Kettle" if goose else "Electric Kettle",
        price,
        {
            "capacity": unit(litres, "L"),
            "power": f"{int(d.pick(1000, 1200) if litres < 1.2 else d.pick(1500, 1800))} W",
            "material": shell,
            "temperature control": control,
            "keep warm": control and d.odds(0.7),
            "boil time": f"{int(3 + litres * 2)} min",
            "noise level": f"{int(d.num(62, 78))} dB",
            "cordless": True,
            "auto shut-off": True,
            "cord length": unit(d.num(0.7, 1.1, 0.1), "m"),
            "weight": heft(0.65 + litres * 0.35),
            "spout": "gooseneck" if goose else "wide",
            "warranty": d.years(),
        },
    )


def grinder(d: Draw) -> Draft:
    """Hand mills, blade grinders and electric burr grinders."""
    kind = d.rise("blade", "manual burr", "electric burr", "electric burr")
    steps = 0 if kind == "blade" else int(d.rise(12, 18, 24, 30, 40))
    price = {"blade": 24, "manual burr": 46, "electric burr": 96}[kind] + steps * 1.4
    facts: Facts = {
        "type": kind,
        "burr material": d.rise("ceramic", "stainless steel", "stainless steel"),
        "grind settings": steps,
        "capacity": f"{int(d.num(25, 40, 5) if kind == 'manual burr' else d.num(60, 240, 20))} g",
        "material": "stainless steel" if kind == "manual burr" else d.pick("abs plastic", "stainless steel"),
        "weight": heft({"blade": 0.75, "manual burr": 0.48, "electric burr": 2.1}[kind] + d.num(0, 20) / 100),
        "dishwasher safe": False,
        "compatible with": d.some(["espresso", "filter", "french press", "moka pot"], 2, 4)
        if steps > 20
        else d.some(["filter", "french press", "moka pot"], 2, 3),
        "portable": kind == "manual burr",
        "warranty": d.years(),
    }
    if kind == "blade":
        del facts["burr material"], facts["grind settings"]
    if kind != "manual burr":
        facts |= {"power": f"{int(d.num(120, 200, 10))} W", "noise level": f"{int(d.num(68, 82))} dB"}
    return Draft(
        {
            "blade": "Blade Coffee Grinder",
            "manual burr": "Hand Coffee Grinder",
            "electric burr": "Burr Coffee Grinder",
        }[kind],
        price,
        facts,
    )


def coffee_maker(d: Draw) -> Draft:
    """Filter machines by the cup."""
    cups = int(d.pick(4, 6, 8, 10, 12))
    jug = d.pick("glass", "glass", "thermal steel")
    timer = d.odds(0.2 + d.fine * 0.6)
    return Draft(
        f"{cups}-Cup Coffee Maker",
        34 + cups * 3.4 + (24 if jug != "glass" else 0) + (20 if timer else 0),
        {
            "capacity": many(cups, "cup"),
            "carafe": jug,
            "programmable": timer,
            "power": f"{700 + cups * 40} W",
            "brew time": f"{int(3 + cups * 0.5)} min",
            "reusable filter": d.odds(0.5),
            "auto shut-off": True,
            "drip stop": d.odds(0.8),
            "material": d.pick("abs plastic", "stainless steel"),
            "dishwasher safe parts": ["carafe", "filter basket"] if jug == "glass" else ["filter basket"],
            "weight": heft(1.6 + cups * 0.11),
            "height": f"{int(d.num(28, 38))} cm",
            "warranty": d.years(),
        },
    )


def pan(d: Draw) -> Draft:
    """Material decides weight, care and price."""
    stuff, kilos, price = d.rise(
        ("coated aluminium", 0.75, 26),
        ("carbon steel", 1.35, 42),
        ("cast iron", 2.1, 44),
        ("stainless steel", 1.15, 72),
    )
    facts: Facts = {
        "material": stuff,
        "non-stick": stuff == "coated aluminium",
        "induction": stuff != "coated aluminium" or d.odds(0.5),
        "oven safe": stuff != "coated aluminium",
        "dishwasher safe": stuff == "stainless steel",
        "handle material": "cast iron"
        if stuff == "cast iron"
        else d.pick("stainless steel", "beech wood")
        if stuff == "carbon steel"
        else "stainless steel"
        if stuff == "stainless steel"
        else "bakelite",
        "lid included": d.odds(0.3),
        "compatible with": ["gas", "electric", "ceramic"],
        "use": d.some(["searing", "frying", "eggs", "sauces"], 2, 3)
        if stuff != "cast iron"
        else ["searing", "baking", "campfire"],
        "warranty": d.rise("2 years", "5 years", "10 years"),
    }
    if facts["induction"]:
        facts["compatible with"] = ["gas", "electric", "ceramic", "induction"]
    sizes = [
        Size(f"{cm} cm", {"diameter": f"{cm} cm", "weight": heft(kilos * cm / 24)}, cm / 24) for cm in (20, 24, 28)
    ]
    tints = {
        "coated aluminium": ("black", "copper", "sage green"),
        "stainless steel": ("silver", "copper"),
    }.get(stuff, ("black",))
    return Draft(
        {"coated aluminium": "Non-Stick Frying Pan", "cast iron": "Cast Iron Skillet"}.get(
            stuff, f"{stuff.title()} Frying Pan"
        ),
        price,
        facts,
        sizes=sizes[d.pick(0, 0, 1) :],
        colours=tints,
    )


def knife(d: Draw) -> Draft:
    """Harder steel and longer blades cost more."""
    steel, hard, price = d.rise(
        ("stainless steel", 54, 22), ("high-carbon stainless steel", 57, 48), ("layered steel", 60, 98)
    )
    kind, length = d.pick(
        ("Chef's Knife", 20),
        ("Chef's Knife", 20),
        ("Santoku Knife", 18),
        ("Bread Knife", 23),
        ("Paring Knife", 9),
        ("Utility Knife", 13),
    )
    handle = d.rise("polypropylene", "beech wood", "walnut wood", "pakkawood")
    tints = {
        "beech wood": ("oak brown",),
        "walnut wood": ("walnut brown",),
        "polypropylene": ("black", "red"),
    }.get(handle, ("black", "walnut brown"))
    return Draft(
        kind,
        price * (0.55 + length / 44),
        {
            "type": kind.lower(),
            "blade length": f"{length} cm",
            "material": steel,
            "hardness": f"{hard} HRC",
            "handle material": handle,
            "full tang": d.odds(0.4 + d.fine / 2),
            "weight": heft(0.06 + length * 0.007),
            "dishwasher safe": False,
            "edge": "serrated" if kind == "Bread Knife" else "plain",
            "included": ["gift box"] if d.odds(0.4) else ["blade guard"],
            "warranty": d.rise("2 years", "5 years", "10 years"),
        },
        colours=tints,
    )


def blender(d: Draw) -> Draft:
    """Jug blenders and bottle blenders."""
    small = d.odds(0.35)
    watts = int(d.rise(300, 350, 450) if small else d.rise(600, 800, 1000, 1400))
    litres = d.pick(0.4, 0.6) if small else d.pick(1.5, 1.75, 2.0)
    jug = "tritan plastic" if small else d.rise("tritan plastic", "glass", "glass")
    return Draft(
        "Personal Blender" if small else "Jug Blender",
        16 + watts * 0.082 + (10 if jug == "glass" else 0),
        {
            "power": f"{watts} W",
            "capacity": unit(litres, "L", 2),
            "jug material": jug,
            "blades": int(d.pick(4, 6)),
            "speeds": 1 if small else int(d.num(2, 6)),
            "pulse": not small,
            "ice crushing": watts >= 600,
            "noise level": f"{int(d.num(74, 86))} dB",
            "dishwasher safe": d.odds(0.7),
            "bpa free": True,
            "weight": heft(0.9 if small else 2.4 + watts / 1000),
            "included": ["travel lid"] if small else d.some(["tamper", "measuring cup", "recipe booklet"], 1, 2),
            "use": ["smoothies", "protein shakes"]
            if small
            else d.some(["smoothies", "soups", "sauces", "frozen drinks"], 2, 3),
            "warranty": d.years(),
        },
    )


def boxes(d: Draw) -> Draft:
    """Food storage sets."""
    stuff, price = d.rise(("bpa-free plastic", 2.6), ("glass", 5.2), ("stainless steel", 7.4))
    count = int(d.pick(3, 4, 5, 8, 10))
    return Draft(
        f"{count}-Piece Food Storage Set",
        price * count + 4,
        {
            "material": stuff,
            "pieces": count,
            "capacity": unit(d.num(0.8, 1.6, 0.2), "L"),
            "leakproof": d.odds(0.75),
            "microwave safe": stuff != "stainless steel",
            "freezer safe": True,
            "dishwasher safe": True,
            "oven safe": stuff == "glass",
            "lid material": d.pick("plastic", "bamboo") if stuff == "glass" else "plastic",
            "stackable": True,
            "bpa free": True,
            "use": d.some(["lunch", "leftovers", "meal prep", "freezing"], 2, 3),
            "shape": d.pick("rectangular", "square", "round"),
        },
    )


LEAVES = [
    Leaf("KETL", "Kitchen > Hot Drinks > Kettles", "kettle", (*COOK, "Brewsmith Lane"), ENAMEL, 10, kettle),
    Leaf(
        "GRIN",
        "Kitchen > Coffee > Coffee Grinders",
        "grinder",
        ("Brewsmith Lane", "Copperwren", "Tuckbox"),
        ("black", "silver", "cream white", "copper"),
        8,
        grinder,
    ),
    Leaf(
        "CFMK",
        "Kitchen > Coffee > Coffee Makers",
        "coffee-maker",
        ("Brewsmith Lane", "Copperwren", "Tuckbox", "Pellow & Fitch"),
        ("black", "cream white", "red", "silver"),
        9,
        coffee_maker,
    ),
    Leaf("FPAN", "Kitchen > Cookware > Frying Pans", "pan", COOK, ("black", "copper", "slate grey"), 10, pan),
    Leaf("KNIF", "Kitchen > Knives", "knife", COOK, ("black", "walnut brown", "oak brown"), 10, knife),
    Leaf(
        "BLND",
        "Kitchen > Small Appliances > Blenders",
        "blender",
        COOK,
        ("black", "white", "red", "mint green"),
        9,
        blender,
    ),
    Leaf(
        "FOOD",
        "Kitchen > Food Storage",
        "boxes",
        ("Tuckbox", "Copperwren", "Plainhouse"),
        ("clear", "sage green", "sky blue", "slate grey"),
        8,
        boxes,
    ),
]
