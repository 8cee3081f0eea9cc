"""Electronics: sound, screens, power and wrists."""

from __future__ import annotations

from shop import Draft, Draw, Facts, Leaf, Size, heft, unit

SOUND = ("Voxtern", "Nuvarra", "Bitwell")
TECH = ("black", "silver", "navy blue", "white", "slate grey", "blush pink")


def headphones(d: Draw) -> Draft:
    """Noise cancelling and long battery life set the price."""
    quiet = d.odds(0.15 + d.fine * 0.75)
    fit = d.pick("over-ear", "over-ear", "on-ear")
    hours = int(d.rise(20, 25, 30, 40, 50))
    return Draft(
        f"{'Noise-Cancelling' if quiet else 'Wireless'} {fit.title()} Headphones",
        34 + hours * 0.9 + (95 if quiet else 0),
        {
            "type": fit,
            "bluetooth": True,
            "bluetooth version": d.rise("5.0", "5.2", "5.3", "5.4"),
            "noise cancelling": quiet,
            "battery life": f"{hours} h",
            "charging port": "usb-c",
            "charging time": unit(d.num(1.5, 3, 0.5), "h"),
            "weight": heft(0.17 + (0.06 if fit == "over-ear" else 0) + d.num(0, 5) / 100),
            "foldable": d.odds(0.65),
            "microphone": True,
            "wired option": d.odds(0.6),
            "driver size": f"{d.pick(40, 40, 45) if fit == 'over-ear' else 32} mm",
            "ear pad material": d.rise("polyester mesh", "vegan leather", "vegan leather"),
            "warranty": d.years(),
            "use": d.some(["commuting", "office", "travel", "music at home"], 2, 3),
        },
    )


def earbuds(d: Draw) -> Draft:
    """True wireless buds."""
    quiet = d.odds(0.1 + d.fine * 0.7)
    hours = int(d.rise(5, 6, 7, 8, 10))
    return Draft(
        "Noise-Cancelling Earbuds" if quiet else "Wireless Earbuds",
        22 + hours * 3.6 + (48 if quiet else 0),
        {
            "bluetooth": True,
            "bluetooth version": d.rise("5.0", "5.2", "5.3", "5.4"),
            "noise cancelling": quiet,
            "battery life": f"{hours} h",
            "battery life with case": f"{hours * d.pick(3, 4, 4)} h",
            "charging port": "usb-c",
            "wireless charging": d.odds(d.fine * 0.8),
            "water resistance": d.rise("IPX4", "IPX4", "IPX5", "IPX7"),
            "weight": f"{int(d.num(4, 6))} g",
            "microphone": True,
            "included": ["charging case", "3 sizes of ear tips"],
            "touch controls": d.odds(0.8),
            "warranty": d.years(),
            "use": d.some(["running", "gym", "commuting", "calls"], 2, 3),
        },
    )


def speaker(d: Draw) -> Draft:
    """Portable speakers: power, hours and weight rise together."""
    watts = int(d.rise(5, 10, 20, 30, 60))
    hours = int(d.pick(10, 12, 15, 20, 24))
    return Draft(
        "Portable Bluetooth Speaker",
        18 + watts * 2.5 + hours * 0.9,
        {
            "power": f"{watts} W",
            "bluetooth": True,
            "battery life": f"{hours} h",
            "water resistance": d.rise("IPX4", "IPX5", "IPX7", "IP67"),
            "weight": heft(0.22 + watts * 0.028),
            "charging port": "usb-c",
            "stereo pairing": d.odds(0.6),
            "microphone": d.odds(0.4),
            "material": d.pick("woven fabric", "silicone", "abs plastic"),
            "height": f"{9 + watts // 5 + int(d.num(0, 3))} cm",
            "carry loop": d.odds(0.6),
            "use": d.some(["picnics", "kitchen", "beach", "garden parties"], 2, 3),
            "warranty": d.years(),
        },
        mark=f" {watts}",
    )


def laptop(d: Draw) -> Draft:
    """Memory and storage are the sizes; screen and weight belong to the model."""
    inches = d.pick(13.3, 14, 14, 15.6, 16)
    hours = int(d.rise(8, 10, 12, 15, 18))
    shell = d.rise("abs plastic", "aluminium", "aluminium")
    cores = int(d.rise(4, 6, 8, 8, 12))
    kilos = inches * 0.115 - 0.15 - d.fine * 0.22
    price = 250 + cores * 34 + hours * 9 + (80 if shell == "aluminium" else 0)
    facts: Facts = {
        "screen size": unit(inches, "in"),
        "resolution": d.rise("1920 x 1080", "1920 x 1200", "2560 x 1600", "2880 x 1800"),
        "processor cores": cores,
        "battery life": f"{hours} h",
        "weight": heft(kilos),
        "material": shell,
        "touchscreen": d.odds(0.3),
        "backlit keyboard": d.odds(0.4 + d.fine / 2),
        "webcam": "1080p",
        "bluetooth": True,
        "ports": ["usb-c", "usb-a", "hdmi", "headphone jack"] if inches > 14 else ["usb-c", "usb-a", "headphone jack"],
        "fan": d.odds(0.75),
        "use": d.some(["office", "study", "travel", "photo editing"], 2, 3),
        "warranty": d.pick("1 year", "2 years"),
    }
    kit = [
        Size(f"{ram} GB / {disk} GB", {"memory": f"{ram} GB", "storage": f"{disk} GB"}, factor)
        for ram, disk, factor in ((8, 256, 1.0), (16, 512, 1.28), (32, 1000, 1.72))
    ]
    return Draft(
        f"{unit(inches, 'in').removesuffix(' in')}-Inch Laptop",
        price,
        facts,
        sizes=kit[:2] if d.fine < 0.5 else kit[1:],
    )


def monitor(d: Draw) -> Draft:
    """Bigger, sharper, faster: dearer."""
    inches = int(d.pick(24, 24, 27, 27, 32))
    sharp, extra = d.rise(("1920 x 1080", 0), ("2560 x 1440", 75), ("3840 x 2160", 160))
    rate = int(d.pick(60, 75, 100, 144))
    return Draft(
        f"{inches}-Inch Monitor",
        40 + inches * 3.6 + extra + rate * 0.4,
        {
            "screen size": f"{inches} in",
            "resolution": sharp,
            "refresh rate": f"{rate} Hz",
            "panel": d.rise("va", "ips", "ips"),
            "brightness": f"{d.rise(250, 300, 350, 400)} nits",
            "ports": d.pick(["hdmi", "displayport"], ["hdmi", "displayport", "usb-c"]),
            "height adjustable": d.odds(0.3 + d.fine / 2),
            "built-in speakers": d.odds(0.4),
            "wall mount": "100 x 100 mm",
            "power": f"{int(inches * 1.1 + d.num(0, 8))} W",
            "weight": heft(inches * 0.19),
            "curved": inches == 32 and d.odds(0.5),
            "use": d.some(["office", "home office", "gaming", "photo editing"], 2, 3),
            "warranty": d.pick("2 years", "3 years"),
        },
    )


def power_bank(d: Draw) -> Draft:
    """Capacity and charging speed."""
    mah = int(d.pick(5000, 10000, 10000, 20000, 26000))
    watts = int(d.rise(12, 18, 20, 30, 65)) if mah > 5000 else 12
    return Draft(
        "Power Bank",
        12 + mah * 0.0011 + watts * 0.5,
        {
            "capacity": f"{mah} mAh",
            "output power": f"{watts} W",
            "ports": ["usb-c"] if mah == 5000 else d.pick(["usb-c", "usb-a"], ["usb-c"]),
            "weight": heft(0.05 + mah * 0.0000175),
            "wireless charging": d.odds(0.25),
            "display": d.odds(0.4),
            "material": d.pick("aluminium", "abs plastic"),
            "cabin baggage": True,
            "pass-through charging": d.odds(0.5),
            "recharge time": f"{max(2, round(mah / 1000 * 3.7 / watts * 1.6))} h",
            "compatible with": ["phones", "earbuds"]
            if mah == 5000
            else ["phones", "tablets", "earbuds"]
            if watts < 30
            else ["phones", "tablets", "laptops"],
            "warranty": d.years(),
        },
        mark=f" {mah // 1000}K",
    )


def watch(d: Draw) -> Draft:
    """Watches that count steps."""
    gps = d.odds(0.3 + d.fine * 0.6)
    days = int(d.pick(2, 5, 7, 10, 14))
    return Draft(
        "GPS Smartwatch" if gps else "Fitness Watch",
        44 + days * 2.2 + (70 if gps else 0) + d.fine * 60,
        {
            "battery life": f"{days} days",
            "screen size": unit(d.pick(1.2, 1.4, 1.6, 1.8), "in"),
            "screen": d.rise("lcd", "amoled", "amoled"),
            "gps": gps,
            "heart rate sensor": True,
            "bluetooth": True,
            "water resistance": d.pick("5 ATM", "5 ATM", "IP68"),
            "case material": d.rise("abs plastic", "aluminium", "stainless steel"),
            "strap material": d.pick("silicone", "silicone", "woven nylon"),
            "weight": f"{int(d.num(26, 54, 2))} g",
            "compatible with": ["android", "ios"],
            "contactless payment": d.odds(d.fine * 0.7),
            "sports modes": int(d.num(12, 80, 4)),
            "use": d.some(["running", "swimming", "everyday", "sleep tracking"], 2, 3),
            "warranty": d.pick("1 year", "2 years"),
        },
    )


LEAVES = [
    Leaf("HEAD", "Electronics > Audio > Headphones", "headphones", SOUND, TECH, 12, headphones),
    Leaf(
        "BUDS",
        "Electronics > Audio > Earbuds",
        "earbuds",
        SOUND,
        ("black", "white", "sage green", "lavender"),
        9,
        earbuds,
    ),
    Leaf(
        "SPKR",
        "Electronics > Audio > Portable Speakers",
        "speaker",
        (*SOUND, "Ostrey"),
        ("black", "teal", "red", "sand beige"),
        9,
        speaker,
    ),
    Leaf(
        "LAPT",
        "Electronics > Computing > Laptops",
        "laptop",
        ("Kestro", "Nuvarra", "Bitwell"),
        ("silver", "charcoal grey", "navy blue"),
        10,
        laptop,
    ),
    Leaf(
        "MONI",
        "Electronics > Computing > Monitors",
        "monitor",
        ("Kestro", "Nuvarra", "Bitwell"),
        ("black", "white", "silver"),
        9,
        monitor,
    ),
    Leaf(
        "PBNK",
        "Electronics > Power > Power Banks",
        "power-bank",
        ("Bitwell", "Kestro", "Ostrey"),
        ("black", "white", "sky blue", "coral"),
        9,
        power_bank,
    ),
    Leaf(
        "WTCH",
        "Electronics > Wearables > Smartwatches",
        "watch",
        ("Nuvarra", "Strivane", "Bitwell"),
        ("black", "silver", "blush pink", "olive green"),
        9,
        watch,
    ),
]
