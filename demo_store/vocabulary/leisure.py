"""Sports and travel."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft

GYM = ("Strivane", "Pacewell")
CASE = ("black", "navy blue", "forest green", "silver", "burgundy", "mustard yellow")


def yoga_mat(d: Draw) -> Draft:
    """Thicker is softer, natural rubber is dearer."""
    stuff, price, dense = d.rise(
        ("nbr foam", 18, 0.9), ("tpe foam", 29, 1.3), ("cork", 54, 3.0), ("natural rubber", 62, 3.6)
    )
    mm = d.pick(4, 5, 6, 8) if stuff != "nbr foam" else d.pick(8, 10, 12)
    return Draft(
        "Yoga Mat",
        price + mm,
        {
            "material": stuff,
            "thickness": f"{mm} mm",
            "length": d.pick("173 cm", "183 cm"),
            "width": d.pick("61 cm", "61 cm", "66 cm"),
            "weight": heft(dense * mm / 6 + 0.2),
            "non-slip": True,
            "foldable": mm <= 4,
            "carry strap": d.odds(0.6),
            "latex free": stuff != "natural rubber",
            "machine washable": False,
            "use": d.some(["yoga", "pilates", "stretching", "home workouts"], 2, 3),
            "warranty": d.pick("1 year", "2 years"),
        },
    )


def dumbbells(d: Draw) -> Draft:
    """Fixed pairs by weight, and adjustable ones."""
    coat, each = d.rise(("vinyl", 2.6), ("neoprene", 3.4), ("rubber", 4.4))
    shape = d.pick("hexagonal", "hexagonal", "round")
    facts: Facts = {
        "material": "cast iron",
        "coating": coat,
        "shape": shape,
        "pieces": 2,
        "handle diameter": f"{int(d.num(28, 34))} mm",
        "knurled grip": coat == "rubber",
        "non-slip": True,
        "use": d.some(["strength training", "home workouts", "rehab exercises", "circuit training"], 2, 3),
        "warranty": d.years(),
    }
    loads = (1, 2, 3, 5) if coat != "rubber" else (5, 8, 10, 15)
    keep = d.some([str(kg) for kg in loads], 2, 3)
    return Draft(
        "Dumbbell Pair",
        each * 10,
        facts,
        sizes=[Size(f"2 x {kg} kg", {"weight": f"{kg} kg"}, (1 + 2 * int(kg)) / 10) for kg in keep],
    )


def helmet(d: Draw) -> Draft:
    """City, road and mountain helmets."""
    kind = d.pick("city", "road", "mountain", "kids")
    mips = d.odds(0.15 + d.fine * 0.6)
    facts: Facts = {
        "type": kind,
        "material": "polycarbonate and eps foam",
        "vents": {"city": 10, "road": 18, "mountain": 14, "kids": 9}[kind] + int(d.num(0, 6)),
        "rotational protection": mips,
        "weight": heft({"city": 0.36, "road": 0.25, "mountain": 0.34, "kids": 0.25}[kind] + d.num(0, 6) / 100),
        "adjustable": True,
        "rear light": kind == "city" and d.odds(0.6),
        "visor": kind in ("mountain", "kids"),
        "washable pads": True,
        "reflective": kind == "city" or d.odds(0.4),
        "use": {
            "city": ["commuting", "everyday"],
            "road": ["road cycling", "training"],
            "mountain": ["trail riding", "bikepacking"],
            "kids": ["school", "balance bikes", "scooters"],
        }[kind],
    }
    sizes = (
        [Size("Size S", {"size": "S", "head size": "48-53 cm"})]
        if kind == "kids"
        else [
            Size("Size M", {"size": "M", "head size": "54-58 cm"}),
            Size("Size L", {"size": "L", "head size": "58-62 cm"}),
        ]
    )
    return Draft(
        f"{'Kids' if kind == 'kids' else kind.title()} Bike Helmet",
        {"city": 48, "road": 68, "mountain": 66, "kids": 32}[kind] + (24 if mips else 0),
        facts,
        sizes=sizes,
    )


def bike_light(d: Draw) -> Draft:
    """Front lights and sets."""
    both = d.odds(0.5)
    lumens = int(d.rise(100, 200, 400, 600, 800))
    return Draft(
        "Bike Light Set" if both else "Bike Front Light",
        12 + lumens * 0.07 + (12 if both else 0),
        {
            "brightness": f"{lumens} lm",
            "battery life": f"{int(d.rise(6, 10, 14, 20))} h",
            "rechargeable": True,
            "charging port": "usb-c",
            "water resistance": d.rise("IPX4", "IPX5", "IPX6"),
            "weight": heft(0.06 + lumens * 0.0001 + (0.04 if both else 0)),
            "pieces": 2 if both else 1,
            "modes": int(d.num(3, 6)),
            "mount": d.pick("rubber strap", "clamp"),
            "material": d.pick("aluminium", "abs plastic"),
            "included": ["front light", "rear light", "charging cable"] if both else ["front light", "charging cable"],
            "use": d.some(["commuting", "road cycling", "trail riding"], 1, 2),
            "warranty": d.years(),
        },
        mark=f" {lumens}",
    )


def suitcase(d: Draw) -> Draft:
    """One shell in three sizes; only the small one goes in the cabin."""
    hard = d.odds(0.6)
    shell, price, dense = (
        d.rise(("abs plastic", 62, 1.05), ("polycarbonate", 98, 0.95), ("polycarbonate", 108, 0.92))
        if hard
        else d.rise(("polyester", 58, 0.95), ("recycled polyester", 74, 0.92), ("ballistic nylon", 118, 1.0))
    )
    facts: Facts = {
        "type": "hard shell" if hard else "soft shell",
        "material": shell,
        "wheels": int(d.pick(4, 4, 4, 2)) if hard else int(d.pick(2, 4)),
        "lock": "tsa combination lock" if hard else d.pick("tsa combination lock", "none"),
        "expandable": d.odds(0.45),
        "water resistant": hard or d.odds(0.5),
        "compartments": int(d.pick(2, 2, 3)),
        "outer pockets": 0 if hard else int(d.pick(1, 2)),
        "warranty": d.rise("2 years", "3 years", "5 years", "10 years"),
    }
    sizes = [
        Size(
            name,
            {
                "size": name.lower(),
                "use": trips,
                "height": f"{tall} cm",
                "width": f"{wide} cm",
                "depth": f"{deep} cm",
                "capacity": f"{litres} L",
                "weight": heft(kilos * dense),
                "cabin baggage": name == "Cabin",
            },
            cost,
        )
        for name, tall, wide, deep, litres, kilos, cost, trips in (
            ("Cabin", 55, 38, 20, 36, 2.5, 1.0, ["weekend trips", "business trips"]),
            ("Medium", 66, 44, 27, 65, 3.4, 1.3, ["business trips", "family holidays"]),
            ("Large", 76, 50, 30, 96, 4.3, 1.55, ["family holidays", "long stays"]),
        )
    ]
    return Draft(
        "Hard-Shell Suitcase" if hard else "Soft Suitcase",
        price,
        facts,
        sizes=d.pick(sizes[:1], sizes[:2], sizes, sizes[1:]),
    )


def neck_pillow(d: Draw) -> Draft:
    """Travel pillows."""
    fill, price = d.rise(("polyester beads", 14), ("inflatable", 17), ("memory foam", 32))
    long = {"polyester beads": 26, "inflatable": 12, "memory foam": 18}[fill]
    return Draft(
        "Travel Pillow",
        price,
        {
            "fill": fill,
            "material": d.pick("cotton", "polyester fleece", "bamboo viscose"),
            "washable cover": fill != "inflatable" or d.odds(0.6),
            "weight": heft(
                {"polyester beads": 0.22, "inflatable": 0.12, "memory foam": 0.34}[fill] + d.num(0, 5) / 100
            ),
            "packed length": f"{long + int(d.num(0, 4))} cm",
            "adjustable": d.odds(0.6),
            "shape": d.pick("u-shaped", "u-shaped", "wrap"),
            "included": d.some(["carry bag", "eye mask", "ear plugs"], 1, 2),
            "cabin baggage": True,
            "use": d.some(["flights", "train journeys", "car trips"], 2, 3),
            "size": "one size",
        },
    )


def cubes(d: Draw) -> Draft:
    """Packing cubes."""
    count = int(d.pick(3, 4, 6, 8))
    press = d.odds(0.4)
    return Draft(
        f"{'Compression ' if press else ''}Packing Cubes, Set of {count}",
        7 + count * (4.2 if press else 2.9),
        {
            "pieces": count,
            "material": d.rise("polyester", "recycled polyester", "ripstop nylon"),
            "compression": press,
            "mesh top": not press,
            "weight": heft(0.055 * count + (0.02 * count if press else 0)),
            "capacity": f"{count * 4 + int(d.num(0, 4))} L",
            "water resistant": d.odds(0.4),
            "machine washable": d.odds(0.5),
            "double zips": True,
            "handle": d.odds(0.7),
            "compatible with": ["cabin suitcases", "backpacks"],
            "use": d.some(["weekend trips", "family holidays", "backpacking"], 2, 3),
            "warranty": d.years(),
        },
    )


LEAVES = [
    Leaf(
        "YOGA",
        "Sports > Fitness > Yoga Mats",
        "yoga-mat",
        GYM,
        ("teal", "lavender", "sage green", "slate grey", "coral"),
        8,
        yoga_mat,
    ),
    Leaf(
        "DUMB",
        "Sports > Fitness > Dumbbells",
        "dumbbell",
        GYM,
        ("black", "teal", "pink", "slate grey"),
        7,
        dumbbells,
    ),
    Leaf(
        "HELM",
        "Sports > Cycling > Bike Helmets",
        "helmet",
        ("Velorane", "Pacewell", "Strivane"),
        ("white", "black", "red", "sky blue", "yellow"),
        9,
        helmet,
    ),
    Leaf(
        "BLGT",
        "Sports > Cycling > Bike Lights",
        "bike-light",
        ("Velorane", "Ostrey", "Pacewell"),
        ("black", "silver"),
        8,
        bike_light,
    ),
    Leaf("SUIT", "Travel > Luggage > Suitcases", "suitcase", ("Farrowgate", "Skylarker"), CASE, 11, suitcase),
    Leaf(
        "NPIL",
        "Travel > Comfort > Travel Pillows",
        "neck-pillow",
        ("Farrowgate", "Skylarker", "Packwell"),
        ("slate grey", "navy blue", "burgundy", "teal"),
        7,
        neck_pillow,
    ),
    Leaf(
        "CUBE",
        "Travel > Packing > Packing Cubes",
        "cubes",
        ("Skylarker", "Farrowgate", "Packwell"),
        ("teal", "slate grey", "coral", "navy blue"),
        8,
        cubes,
    ),
]
