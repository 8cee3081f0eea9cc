"""Clothing and footwear: sold in sizes, so most models appear two to four times."""

from __future__ import annotations

from shop import Draft, Draw, Leaf, heft, shoe_sizes, wearable

WEAR = ("Tamsin Row", "Larkspring", "Corrieknit")
QUIET = (
    "navy blue",
    "charcoal grey",
    "forest green",
    "burgundy",
    "cream white",
    "sage green",
    "mustard yellow",
)
BODY = "S M L XL"


def fit(d: Draw) -> str:
    """Who the cut is for."""
    return d.pick("women", "men", "unisex")


def owner(who: str) -> str:
    """The cut as a title says it."""
    return {"women": "Women's ", "men": "Men's ", "unisex": ""}[who]


def rain_jacket(d: Draw) -> Draft:
    """Membranes that breathe better cost more."""
    who = fit(d)
    column = int(d.rise(5000, 8000, 10000, 15000, 20000))
    layers = d.rise("2-layer", "2.5-layer", "3-layer")
    return Draft(
        f"{owner(who)}Rain Jacket",
        48 + column * 0.0055 + (45 if layers == "3-layer" else 0),
        {
            "gender": who,
            "waterproof": True,
            "water column": f"{column} mm",
            "construction": layers,
            "material": d.rise("recycled polyester", "nylon", "recycled nylon"),
            "hood": True,
            "weight": heft({"2-layer": 0.48, "2.5-layer": 0.34, "3-layer": 0.4}[layers] + d.num(0, 6) / 100),
            "breathable": True,
            "pit zips": d.odds(0.2 + d.fine / 2),
            "pockets": int(d.num(2, 4)),
            "packable": layers != "2-layer",
            "machine washable": True,
            "wash temperature": "30 °C",
            "season": "all year",
            "use": d.some(["hiking", "commuting", "travel", "cycling"], 2, 3),
        },
        sizes=wearable(BODY),
    )


def insulated_jacket(d: Draw) -> Draft:
    """Down for dry cold, synthetic fill for wet cold."""
    who = fit(d)
    fill = d.rise("polyester wadding", "recycled polyester", "down")
    return Draft(
        f"{owner(who)}{'Down' if fill == 'down' else 'Quilted'} Jacket",
        150 if fill == "down" else 85,
        {
            "gender": who,
            "fill": fill,
            "material": d.pick("nylon", "recycled polyester", "ripstop nylon"),
            "weight": heft(0.36 + d.num(0, 25) / 100 + (0.1 if fill == "polyester wadding" else 0)),
            "hood": d.odds(0.55),
            "waterproof": False,
            "water repellent": d.odds(0.7),
            "packable": d.odds(0.6),
            "pockets": int(d.num(2, 5)),
            "machine washable": fill != "down",
            "season": "winter",
            "fit": d.pick("regular", "slim", "relaxed"),
            "use": d.some(["commuting", "hiking", "travel", "everyday"], 2, 3),
        },
        sizes=wearable(BODY),
    )


def tshirt(d: Draw) -> Draft:
    """Cotton for every day, merino and quick-dry cloth for moving."""
    who = fit(d)
    cloth, grams, price = d.rise(
        ("cotton", 160, 14),
        ("organic cotton", 180, 19),
        ("polyester", 130, 20),
        ("linen blend", 150, 28),
        ("merino wool", 150, 48),
    )
    sport = cloth in ("polyester", "merino wool")
    named = {"merino wool": "Merino", "polyester": "Training"}.get(cloth, cloth.title())
    return Draft(
        f"{owner(who)}{named} T-Shirt",
        price,
        {
            "gender": who,
            "material": cloth,
            "fabric weight": f"{grams + int(d.num(0, 30, 10))} g/m2",
            "fit": d.pick("regular", "slim", "relaxed"),
            "neckline": d.pick("crew neck", "crew neck", "v-neck"),
            "sleeve": "short",
            "quick drying": sport,
            "machine washable": True,
            "wash temperature": "30 °C",
            "season": "summer" if cloth == "linen blend" else "all year",
            "use": d.some(["running", "gym", "hiking"] if sport else ["everyday", "travel", "lounging"], 2, 3),
            "waterproof": False,
        },
        sizes=wearable(BODY),
    )


def sweater(d: Draw) -> Draft:
    """Wool grades set the price."""
    who = fit(d)
    yarn, price = d.rise(("acrylic", 32), ("cotton", 42), ("lambswool", 68), ("merino wool", 84), ("alpaca blend", 112))
    return Draft(
        f"{owner(who)}{yarn.title()} Sweater",
        price,
        {
            "gender": who,
            "material": yarn,
            "neckline": d.pick("crew neck", "roll neck", "v-neck", "shawl collar"),
            "knit": d.pick("fine knit", "rib knit", "cable knit"),
            "fit": d.pick("regular", "slim", "relaxed"),
            "weight": heft(0.32 + d.num(0, 30, 2) / 100),
            "machine washable": yarn in ("acrylic", "cotton", "merino wool"),
            "season": "winter" if yarn in ("lambswool", "alpaca blend") else "all year",
            "sleeve": "long",
            "use": d.some(["everyday", "office", "weekend walks"], 2, 3),
        },
        sizes=wearable(BODY),
    )


def trousers(d: Draw) -> Draft:
    """Walking trousers and chinos share a shelf."""
    who = fit(d)
    walk = d.odds(0.55)
    cloth = (
        d.pick("nylon", "recycled polyester") if walk else d.pick("cotton", "cotton twill", "linen blend", "corduroy")
    )
    return Draft(
        f"{owner(who)}{'Walking' if walk else 'Everyday'} Trousers",
        52 if walk else 44,
        {
            "gender": who,
            "material": cloth,
            "stretch": d.odds(0.6),
            "fit": d.pick("regular", "slim", "relaxed"),
            "pockets": int(d.num(4, 7)),
            "zipped pockets": walk,
            "water repellent": walk and d.odds(0.5),
            "quick drying": walk,
            "machine washable": True,
            "wash temperature": "30 °C",
            "inside leg": d.pick("76 cm", "81 cm", "86 cm"),
            "belt loops": True,
            "season": "summer" if cloth == "linen blend" else "all year",
            "use": d.some(["hiking", "travel", "cycling"] if walk else ["office", "everyday", "travel"], 2, 3),
        },
        sizes=wearable("S M L XL"),
    )


def beanie(d: Draw) -> Draft:
    """Small knitted hats."""
    yarn, price = d.rise(("acrylic", 13), ("recycled polyester", 17), ("lambswool", 26), ("merino wool", 30))
    return Draft(
        {"acrylic": "Knitted Beanie", "recycled polyester": "Fleece Beanie"}.get(yarn, f"{yarn.title()} Beanie"),
        price,
        {
            "material": yarn,
            "size": "one size",
            "weight": heft(0.05 + d.num(0, 6) / 100),
            "lining": d.pick("fleece", "none", "none"),
            "turn-up": d.odds(0.6),
            "pompom": d.odds(0.25),
            "machine washable": yarn != "lambswool",
            "season": "winter",
            "gender": "unisex",
            "use": d.some(["everyday", "hiking", "running", "snow days"], 2, 3),
        },
    )


def gloves(d: Draw) -> Draft:
    """Knitted, leather and weatherproof gloves."""
    kind, price = d.rise(("fleece", 18), ("acrylic", 16), ("merino wool", 32), ("nylon", 44), ("leather", 58))
    return Draft(
        {"leather": "Leather Gloves", "nylon": "Waterproof Gloves", "fleece": "Fleece Gloves"}.get(
            kind, "Knitted Gloves"
        ),
        price,
        {
            "material": kind,
            "waterproof": kind == "nylon",
            "touchscreen tips": kind != "leather" or d.odds(0.4),
            "lining": "fleece" if kind in ("nylon", "leather") else "none",
            "gender": "unisex",
            "season": "winter",
            "machine washable": kind != "leather",
            "weight": heft(0.06 + (0.07 if kind in ("nylon", "leather") else 0) + d.num(0, 3) / 100),
            "cuff": d.pick("ribbed", "elastic") if kind != "leather" else "open",
            "use": d.some(
                ["cycling", "hiking", "snow days"] if kind == "nylon" else ["everyday", "commuting", "dog walking"],
                2,
                3,
            ),
        },
        sizes=wearable("S M L"),
    )


def boots(d: Draw) -> Draft:
    """Leather lasts and weighs, textile is light."""
    who = fit(d)
    upper = d.rise("textile", "suede", "full-grain leather")
    proof = d.odds(0.6 + d.fine * 0.3)
    return Draft(
        f"{owner(who)}Hiking Boots",
        {"textile": 92, "suede": 112, "full-grain leather": 148}[upper] + (18 if proof else 0),
        {
            "gender": who,
            "material": upper,
            "waterproof": proof,
            "height": d.pick("ankle", "mid", "mid"),
            "weight": heft({"textile": 0.88, "suede": 1.02, "full-grain leather": 1.22}[upper] + d.num(0, 16) / 100),
            "sole": "rubber",
            "resoleable": upper == "full-grain leather" and d.odds(0.7),
            "insulated": d.odds(0.15),
            "stiffness": d.pick("flexible", "medium", "medium", "stiff"),
            "season": "all year" if proof else "summer",
            "use": d.some(["hiking", "trekking", "everyday", "dog walking"], 2, 3),
            "warranty": d.years(),
        },
        sizes=shoe_sizes(who),
    )


def running_shoes(d: Draw) -> Draft:
    """Road and trail shoes; cushioning adds weight and price."""
    who = fit(d)
    trail = d.odds(0.4)
    soft = d.pick("low", "medium", "high")
    drop = int(d.pick(4, 6, 8, 10))
    return Draft(
        f"{owner(who)}{'Trail' if trail else 'Road'} Running Shoes",
        {"low": 84, "medium": 98, "high": 118}[soft],
        {
            "gender": who,
            "surface": "trail" if trail else "road",
            "cushioning": soft,
            "heel drop": f"{drop} mm",
            "material": d.pick("engineered mesh", "knitted polyester"),
            "waterproof": False,
            "weight": heft(0.42 + {"low": 0, "medium": 0.06, "high": 0.12}[soft] + d.num(0, 6, 2) / 100),
            "sole": "rubber",
            "reflective": d.odds(0.6),
            "removable insole": True,
            "width": d.pick("regular", "regular", "wide"),
            "use": ["running", "hiking"] if trail else d.some(["running", "gym", "walking"], 2, 3),
        },
        sizes=shoe_sizes(who),
    )


def slippers(d: Draw) -> Draft:
    """For the house."""
    upper, price = d.rise(("polyester fleece", 17), ("felted wool", 42), ("sheepskin", 64))
    return Draft(
        f"{'Sheepskin' if upper == 'sheepskin' else 'Felt' if upper == 'felted wool' else 'Fleece'} Slippers",
        price,
        {
            "material": upper,
            "gender": "unisex",
            "sole": d.pick("rubber", "suede"),
            "closed heel": d.odds(0.5),
            "weight": heft(0.28 + d.num(0, 16, 2) / 100),
            "machine washable": upper == "polyester fleece",
            "non-slip": True,
            "removable insole": d.odds(0.3),
            "season": "winter",
            "use": ["indoors", "lounging"],
        },
        sizes=wearable("38 40 42 44"),
    )


LEAVES = [
    Leaf(
        "RAIN",
        "Clothing > Outerwear > Rain Jackets",
        "rain-jacket",
        ("Tarnhollow", "Larkspring", "Corrieknit", "Brindle"),
        ("yellow", "navy blue", "forest green", "red", "black", "sky blue"),
        10,
        rain_jacket,
    ),
    Leaf(
        "INSJ",
        "Clothing > Outerwear > Insulated Jackets",
        "puffer",
        ("Tarnhollow", "Larkspring", "Corrieknit"),
        ("black", "olive green", "burgundy", "navy blue", "mustard yellow"),
        8,
        insulated_jacket,
    ),
    Leaf(
        "TSHT",
        "Clothing > Tops > T-Shirts",
        "tshirt",
        WEAR,
        ("white", "black", "navy blue", "sage green", "coral", "light grey"),
        9,
        tshirt,
    ),
    Leaf("SWTR", "Clothing > Tops > Sweaters", "sweater", WEAR, QUIET, 9, sweater),
    Leaf(
        "TROU",
        "Clothing > Bottoms > Trousers",
        "trousers",
        ("Tamsin Row", "Larkspring", "Tarnhollow"),
        ("charcoal grey", "sand beige", "navy blue", "olive green", "black"),
        8,
        trousers,
    ),
    Leaf("BEAN", "Clothing > Accessories > Beanies", "beanie", WEAR, QUIET, 8, beanie),
    Leaf(
        "GLOV",
        "Clothing > Accessories > Gloves",
        "gloves",
        ("Corrieknit", "Larkspring", "Tarnhollow"),
        ("black", "charcoal grey", "brown", "burgundy"),
        8,
        gloves,
    ),
    Leaf(
        "BOOT",
        "Footwear > Hiking Boots",
        "boot",
        ("Stridebeck", "Hobnail & Hare", "Larkspring"),
        ("chestnut brown", "slate grey", "black", "olive green", "sand beige"),
        9,
        boots,
    ),
    Leaf(
        "RUNS",
        "Footwear > Running Shoes",
        "running-shoe",
        ("Stridebeck", "Strivane", "Larkspring"),
        ("black", "coral", "cobalt blue", "mint green", "white"),
        9,
        running_shoes,
    ),
    Leaf(
        "SLIP",
        "Footwear > Slippers",
        "slipper",
        ("Hobnail & Hare", "Larkspring", "Moorcote"),
        ("charcoal grey", "brown", "burgundy", "sage green"),
        8,
        slippers,
    ),
]
