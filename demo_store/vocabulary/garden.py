"""Garden: pruners, hoses, mowers, pots and lights."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft


def secateurs(d: Draw) -> Draft:
    """Hand pruners."""
    kind = d.pick("bypass", "bypass", "anvil")
    return Draft(
        f"{kind.title()} Pruning Shears",
        17 + d.fine * 38,
        {
            "type": kind,
            "material": d.rise("carbon steel", "carbon steel", "stainless steel"),
            "cutting capacity": f"{int(d.num(16, 26, 2))} mm",
            "length": f"{int(d.num(19, 22))} cm",
            "weight": heft(0.19 + d.num(0, 8) / 100),
            "handle material": d.rise("polypropylene", "aluminium", "ash wood"),
            "replaceable blade": d.fine > 0.45,
            "left-handed": d.odds(0.2),
            "lock": d.pick("thumb lock", "leather loop"),
            "non-stick": d.odds(0.3),
            "use": ["dead wood", "woody stems"]
            if kind == "anvil"
            else d.some(["roses", "shrubs", "fruit trees"], 2, 3),
            "warranty": d.rise("2 years", "5 years", "10 years"),
        },
    )


def hose(d: Draw) -> Draft:
    """Garden hoses in two or three lengths."""
    stuff, price = d.rise(("pvc", 22), ("reinforced pvc", 32), ("rubber", 48))
    facts: Facts = {
        "material": stuff,
        "diameter": d.pick("13 mm", "19 mm"),
        "burst pressure": f"{int(d.rise(18, 22, 25, 30))} bar",
        "kink resistant": stuff != "pvc",
        "uv resistant": True,
        "frost resistant": stuff == "rubber",
        "included": d.some(["spray nozzle", "tap connector", "hose couplings", "wall bracket"], 2, 3),
        "drinking water safe": d.odds(0.3),
        "warranty": d.years(),
        "use": d.some(["lawn", "borders", "vegetable beds", "car washing"], 2, 3),
    }
    sizes = [
        Size(f"{m} m", {"length": f"{m} m", "weight": heft(m * (0.17 if stuff == "rubber" else 0.12))}, m / 20)
        for m in (15, 20, 30)
    ]
    return Draft("Garden Hose", price, facts, sizes=sizes[: d.pick(2, 3)])


def mower(d: Draw) -> Draft:
    """Battery, mains and hand mowers."""
    kind = d.pick("cordless", "cordless", "corded", "push reel")
    cut = int(d.pick(32, 34, 38, 42)) if kind != "push reel" else int(d.pick(30, 38))
    area = cut * (10 if kind == "cordless" else 9) // 50 * 50 if kind != "push reel" else 150
    facts: Facts = {
        "type": kind,
        "cutting width": f"{cut} cm",
        "lawn size": f"{area} m2",
        "cutting heights": int(d.num(4, 7)),
        "noise level": f"{int(d.num(84, 94)) if kind != 'push reel' else int(d.num(58, 66))} dB",
        "weight": heft({"cordless": 13, "corded": 12, "push reel": 7.5}[kind] + (cut - 30) * 0.25),
        "collection box": f"{cut - 4} L",
        "foldable": True,
        "mulching": kind != "push reel" and d.odds(0.5),
        "material": "steel" if kind == "push reel" else "polypropylene",
        "warranty": d.years(),
    }
    if kind == "cordless":
        facts |= {
            "battery": "36 V, included",
            "battery life": f"{int(d.num(25, 45, 5))} min",
            "rechargeable": True,
        }
    if kind == "corded":
        facts |= {"power": f"{int(d.num(1200, 1800, 100))} W", "cord length": f"{int(d.pick(10, 12, 15))} m"}
    return Draft(
        {"cordless": "Cordless Lawn Mower", "corded": "Electric Lawn Mower", "push reel": "Push Reel Mower"}[kind],
        {"cordless": 230, "corded": 110, "push reel": 76}[kind] + cut * 1.6,
        facts,
    )


def planter(d: Draw) -> Draft:
    """Pots."""
    stuff, each = d.rise(
        ("recycled plastic", 0.55), ("galvanised steel", 0.95), ("fibre clay", 1.1), ("glazed ceramic", 1.5)
    )
    facts: Facts = {
        "material": stuff,
        "shape": d.pick("round", "square", "tapered"),
        "drainage hole": d.odds(0.85),
        "frost resistant": stuff != "glazed ceramic" or d.odds(0.4),
        "uv resistant": True,
        "saucer": d.odds(0.3),
        "finish": "glossy" if stuff == "glazed ceramic" else "matt",
        "use": d.some(["balcony", "terrace", "herbs", "houseplants"], 2, 3),
    }
    dense = {
        "recycled plastic": 0.0009,
        "galvanised steel": 0.0016,
        "fibre clay": 0.0036,
        "glazed ceramic": 0.0055,
    }[stuff]
    sizes = [
        Size(
            f"{cm} cm",
            {
                "diameter": f"{cm} cm",
                "height": f"{cm - 3} cm",
                "capacity": f"{round(cm**3 * 0.00062)} L",
                "weight": heft(cm * cm * dense),
            },
            cm / 26,
        )
        for cm in (22, 30, 40)
    ]
    return Draft(f"{stuff.title()} Planter", each * 26, facts, sizes=sizes[: d.pick(2, 3)])


def solar(d: Draw) -> Draft:
    """Garden lights sold in packs."""
    count = int(d.pick(2, 4, 6, 8))
    lumens = int(d.rise(10, 20, 40, 80))
    return Draft(
        f"Solar Path Lights, Set of {count}",
        8 + count * (3.2 + lumens * 0.05),
        {
            "pieces": count,
            "brightness": f"{lumens} lm",
            "battery life": f"{int(d.num(6, 12))} h",
            "solar powered": True,
            "water resistance": d.rise("IP44", "IP44", "IP65"),
            "height": f"{int(d.num(34, 62, 2))} cm",
            "material": d.rise("abs plastic", "stainless steel", "aluminium"),
            "light colour": d.pick("warm white", "warm white", "cool white"),
            "dusk sensor": True,
            "weight": heft(0.16 + lumens * 0.002),
            "replaceable battery": d.odds(0.6),
            "use": d.some(["paths", "borders", "driveway", "terrace"], 2, 3),
            "warranty": d.years(),
        },
    )


LEAVES = [
    Leaf(
        "SECA",
        "Garden > Tools > Pruning Shears",
        "secateurs",
        ("Thistlebarrow", "Greenwether", "Ironbeck"),
        ("red", "forest green", "orange"),
        9,
        secateurs,
    ),
    Leaf(
        "HOSE",
        "Garden > Watering > Hoses",
        "hose",
        ("Greenwether", "Thistlebarrow"),
        ("forest green", "yellow", "charcoal grey"),
        7,
        hose,
    ),
    Leaf(
        "MOWR",
        "Garden > Machines > Lawn Mowers",
        "mower",
        ("Greenwether", "Thistlebarrow", "Stoutfast"),
        ("forest green", "orange", "red"),
        8,
        mower,
    ),
    Leaf(
        "PLNT",
        "Garden > Pots > Planters",
        "planter",
        ("Greenwether", "Thistlebarrow", "Plainhouse"),
        ("brick red", "slate grey", "white", "teal", "sand beige"),
        8,
        planter,
    ),
    Leaf(
        "SOLR",
        "Garden > Lighting > Solar Lights",
        "solar-light",
        ("Ostrey", "Greenwether", "Plainhouse"),
        ("black", "silver", "copper"),
        8,
        solar,
    ),
]
