"""Kids, toys and pets."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft

DOG = ("Barkenby", "Larkspring", "Whiskerow")


def blocks(d: Draw) -> Draft:
    """Building sets."""
    wood = d.brand.name == "Tumbledoe" or d.odds(0.25)
    count = int(d.pick(30, 50, 75, 100, 150))
    age = int(d.pick(1, 2, 3)) if wood else int(d.pick(3, 4, 5))
    return Draft(
        f"{count}-Piece {'Wooden Blocks' if wood else 'Building Bricks'}",
        6 + count * (0.42 if wood else 0.24),
        {
            "pieces": count,
            "material": "beech wood" if wood else "abs plastic",
            "age": f"{age}+ years",
            "paint": "water-based" if wood else "none",
            "container": d.pick("cotton bag", "lidded box"),
            "weight": heft(count * (0.026 if wood else 0.009)),
            "machine washable": False,
            "screen free": True,
            "batteries needed": False,
            "use": d.some(["building", "sorting", "pretend play"], 2, 3),
            "players": "1-4 players",
        },
    )


def board_game(d: Draw) -> Draft:
    """Family and strategy games; longer and heavier games cost more."""
    kind = d.pick("family", "strategy", "cooperative", "card", "party")
    minutes = int(
        {
            "family": d.pick(30, 45),
            "strategy": d.pick(60, 90, 120),
            "cooperative": d.pick(30, 45, 60),
            "card": d.pick(15, 20, 30),
            "party": d.pick(20, 30),
        }[kind]
    )
    top = int(d.pick(4, 5, 6)) if kind != "party" else 10
    return Draft(
        f"{kind.title()} Game",
        {"card": 12, "party": 20, "family": 28, "cooperative": 34, "strategy": 44}[kind] + minutes * 0.12,
        {
            "type": kind,
            "players": f"{3 if kind == 'party' else 2}-{top} players",
            "playing time": f"{minutes} min",
            "age": f"{ {'strategy': 12, 'party': 10}.get(kind, 8) }+ years",
            "solo mode": kind in ("cooperative", "strategy") and d.odds(0.6),
            "language": "english",
            "pieces": int(d.num(54, 110, 2)) if kind in ("card", "party") else int(d.num(90, 240, 5)),
            "material": "card" if kind in ("card", "party") else d.pick("card and wood", "card"),
            "weight": heft({"card": 0.25, "party": 0.6}.get(kind, 1.1) + d.num(0, 40, 5) / 100),
            "difficulty": {"strategy": "hard", "cooperative": "medium"}.get(kind, "easy"),
            "use": d.some(
                ["family evenings", "game nights", "travel"]
                if kind == "card"
                else ["family evenings", "game nights", "rainy days"],
                2,
                3,
            ),
        },
    )


def soft_toy(d: Draw) -> Draft:
    """Soft animals in two sizes."""
    animal = d.pick("Bear", "Mouse", "Monkey", "Koala", "Otter", "Dormouse")
    cloth, price = d.rise(("polyester plush", 13), ("organic cotton", 21), ("felted wool", 30))
    facts: Facts = {
        "animal": animal.lower(),
        "material": cloth,
        "fill": "recycled polyester",
        "age": "0+ years" if cloth != "felted wool" else "3+ years",
        "machine washable": cloth != "felted wool",
        "eyes": "embroidered",
        "batteries needed": False,
        "use": ["cuddling", "bedtime", "pretend play"],
    }
    sizes = [
        Size("Small", {"size": "small", "height": "22 cm", "weight": "120 g"}),
        Size("Large", {"size": "large", "height": "40 cm", "weight": "380 g"}, 1.7),
    ]
    return Draft(f"Soft Toy {animal}", price, facts, sizes=d.pick(sizes[:1], sizes, sizes[1:]))


def puzzle(d: Draw) -> Draft:
    """Jigsaws by number of pieces."""
    count = int(d.pick(24, 60, 100, 300, 500, 1000, 1000, 2000))
    theme = d.pick(
        "Harbour",
        "Market Day",
        "Night Sky",
        "Woodland",
        "Mountain Railway",
        "Coral Reef",
        "Old Library",
        "Allotments",
    )
    wood = count <= 60 and d.odds(0.5)
    age = next(years for most, years in ((30, 3), (90, 5), (200, 7), (600, 10), (9999, 14)) if count < most)
    return Draft(
        f"{theme} Puzzle, {count} Pieces",
        (9 if not wood else 16) + count * 0.0085,
        {
            "pieces": count,
            "theme": theme.lower(),
            "material": "birch wood" if wood else "recycled card",
            "age": f"{age}+ years",
            "difficulty": "easy" if count < 200 else "medium" if count < 700 else "hard",
            "width": f"{ {24: 28, 60: 34, 100: 40, 300: 48, 500: 48, 1000: 68, 2000: 96}[count] } cm",
            "length": f"{ {24: 20, 60: 24, 100: 28, 300: 34, 500: 34, 1000: 48, 2000: 68}[count] } cm",
            "finish": d.pick("matt", "linen texture"),
            "poster included": count >= 300,
            "screen free": True,
            "weight": heft(0.25 + count * 0.00055),
            "use": d.some(["rainy days", "family evenings", "quiet time"], 2, 3),
        },
    )


def dog_bed(d: Draw) -> Draft:
    """Beds in three sizes."""
    kind, price = d.rise(("cushion", 28), ("bolster", 44), ("memory foam", 72))
    cloth = d.pick("polyester fleece", "cotton canvas", "corduroy")
    facts: Facts = {
        "type": kind,
        "material": cloth,
        "fill": "memory foam" if kind == "memory foam" else "recycled polyester",
        "washable cover": True,
        "wash temperature": "40 °C",
        "machine washable": kind == "cushion",
        "non-slip": d.odds(0.7),
        "waterproof liner": kind == "memory foam" or d.odds(0.3),
        "use": d.some(["indoors", "car trips", "crate"], 1, 2),
        "warranty": d.pick("1 year", "2 years"),
    }
    sizes = [
        Size(
            name,
            {
                "size": name.lower(),
                "length": f"{long} cm",
                "width": f"{wide} cm",
                "suits dogs up to": f"{dog} kg",
                "weight": heft(kilos * (1.5 if kind == "memory foam" else 1)),
            },
            cost,
        )
        for name, long, wide, dog, kilos, cost in (
            ("Small", 60, 45, 10, 1.1, 0.75),
            ("Medium", 80, 60, 22, 1.9, 1.0),
            ("Large", 105, 75, 40, 3.1, 1.4),
        )
    ]
    return Draft(
        {"cushion": "Dog Cushion", "bolster": "Bolster Dog Bed", "memory foam": "Memory Foam Dog Bed"}[kind],
        price,
        facts,
        sizes=sizes[d.pick(0, 1) :],
    )


def cat_tree(d: Draw) -> Draft:
    """Scratching posts and trees; taller is heavier and dearer."""
    tall = int(d.pick(55, 80, 105, 130, 165))
    return Draft(
        "Scratching Post" if tall < 70 else "Cat Tree",
        12 + tall * 0.62 + d.fine * 30,
        {
            "height": f"{tall} cm",
            "material": d.rise("particle board", "particle board", "pine wood"),
            "post material": d.pick("sisal rope", "sisal rope", "jute"),
            "platforms": 1 if tall < 70 else tall // 35,
            "cave": tall > 90 and d.odds(0.7),
            "hammock": tall > 70 and d.odds(0.4),
            "width": f"{int(d.num(40, 60, 5))} cm",
            "wall fixing": tall > 100,
            "suits cats up to": f"{int(d.pick(6, 7, 8))} kg",
            "weight": heft(tall * 0.095),
            "washable cushions": d.odds(0.6),
            "assembly time": f"{10 + tall // 5} min",
            "use": d.some(["scratching", "climbing", "sleeping"], 2, 3),
            "warranty": d.pick("1 year", "2 years"),
        },
    )


def harness(d: Draw) -> Draft:
    """Dog harnesses by chest size."""
    cloth = d.rise("polyester mesh", "nylon", "ripstop nylon")
    facts: Facts = {
        "material": cloth,
        "reflective": d.odds(0.7),
        "padded": d.odds(0.75),
        "handle": d.odds(0.5),
        "leash rings": int(d.pick(1, 2, 2)),
        "adjustable": True,
        "waterproof": False,
        "quick drying": True,
        "machine washable": True,
        "wash temperature": "30 °C",
        "buckles": int(d.pick(2, 4)),
        "use": d.some(["everyday walks", "hiking", "car trips", "running"], 2, 3),
    }
    sizes = [
        Size(f"Size {name}", {"size": name, "chest size": chest, "weight": heft(kilos)}, cost)
        for name, chest, kilos, cost in (
            ("S", "40-55 cm", 0.13, 0.9),
            ("M", "52-70 cm", 0.19, 1.0),
            ("L", "66-90 cm", 0.26, 1.12),
        )
    ]
    return Draft("Dog Harness", 22 + (6 if cloth == "ripstop nylon" else 0), facts, sizes=sizes)


LEAVES = [
    Leaf(
        "BRIK",
        "Kids & Toys > Building",
        "blocks",
        ("Puddlewick", "Tumbledoe"),
        ("red", "teal", "mustard yellow"),
        8,
        blocks,
    ),
    Leaf(
        "GAME",
        "Kids & Toys > Games > Board Games",
        "board-game",
        ("Lanternfold", "Puddlewick", "Lanternfold"),
        (),
        16,
        board_game,
    ),
    Leaf(
        "SOFT",
        "Kids & Toys > Soft Toys",
        "soft-toy",
        ("Tumbledoe", "Puddlewick"),
        ("oak brown", "light grey", "blush pink", "sky blue", "burnt orange"),
        9,
        soft_toy,
    ),
    Leaf(
        "PUZZ",
        "Kids & Toys > Games > Puzzles",
        "puzzle",
        ("Lanternfold", "Tumbledoe", "Puddlewick"),
        (),
        16,
        puzzle,
    ),
    Leaf(
        "DBED",
        "Pets > Dogs > Dog Beds",
        "dog-bed",
        DOG,
        ("slate grey", "oak brown", "forest green", "navy blue"),
        9,
        dog_bed,
    ),
    Leaf(
        "HARN",
        "Pets > Dogs > Harnesses",
        "harness",
        ("Barkenby", "Larkspring", "Brindle"),
        ("red", "teal", "black", "orange"),
        7,
        harness,
    ),
    Leaf(
        "CATT",
        "Pets > Cats > Cat Trees",
        "cat-tree",
        ("Whiskerow", "Plainhouse"),
        ("cream white", "slate grey", "sage green"),
        9,
        cat_tree,
    ),
]
