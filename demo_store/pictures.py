"""Draws one flat picture per shelf and colour from the hand-drawn designs in `designs/*.txt`.

A design is a list of strokes, one to a line, painted in order:

    R x y width height radius fill      a rounded box
    C x y radius fill                   a disc
    E x y width height fill             an ellipse (half axes)
    P fill path                         a filled shape
    S paint width path                  a stroked line

Fills are letters: c the product's colour, d and l darker and lighter shades of it, the rest fixed (PAINTS).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from catalogue import Product
from vocabulary.colours import DEFAULT, PAINT

PAINTS = {
    "k": "#3b4048",
    "g": "#8d949c",
    "s": "#c9ced3",
    "w": "#fbfaf7",
    "o": "#c9a06c",
    "b": "#8a6240",
    "y": "#f4d27a",
    "r": "#d9604f",
    "t": "#6fa5b5",
    "v": "#6c9a6b",
    "p": "#e7d9c3",
}
TILE = (
    '<rect width="400" height="400" rx="28" fill="#e9e5dd"/>'
    '<ellipse cx="200" cy="338" rx="120" ry="11" fill="#d6d0c4"/>'
)
#: Outline in a soft ink, so that white goods stand out from the tile.
GROUP = '<g stroke="{edge}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round">'


def mix(first: str, second: str, share: float) -> str:
    """A colour between two: share 0 is the first, 1 the second."""
    pairs = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def read_designs(folder: Path) -> dict[str, list[str]]:
    """The strokes of every design by its name."""
    designs: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        strokes: list[str] = []
        for row in path.read_text(encoding="utf-8").splitlines():
            if row.startswith("== "):
                strokes = designs.setdefault(row[3:].strip(), [])
            elif row.strip() and not row.startswith("#"):
                strokes.append(row.strip())
    return designs


def stroke(row: str, paint: dict[str, str]) -> str:
    """One line of a design as an SVG element."""
    kind, *words = row.split()
    if kind == "R":
        x, y, width, height, radius, fill = words
        return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{paint[fill]}"/>'
    if kind == "C":
        x, y, radius, fill = words
        return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{paint[fill]}"/>'
    if kind == "E":
        x, y, wide, high, fill = words
        return f'<ellipse cx="{x}" cy="{y}" rx="{wide}" ry="{high}" fill="{paint[fill]}"/>'
    if kind == "P":
        return f'<path d="{" ".join(words[1:])}" fill="{paint[words[0]]}"/>'
    if kind == "S":
        return f'<path d="{" ".join(words[2:])}" fill="none" stroke="{paint[words[0]]}" stroke-width="{words[1]}"/>'
    raise ValueError(f"no such stroke: {row}")


def draw(strokes: Iterable[str], colour: str) -> str:
    """The whole picture."""
    paint = PAINTS | {"c": colour, "d": mix(colour, "#1d2026", 0.28), "l": mix(colour, "#ffffff", 0.38)}
    body = "".join(stroke(row, paint) for row in strokes)
    group = GROUP.format(edge=mix(colour, "#1d2026", 0.45))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">{TILE}{group}{body}</g></svg>\n'


def write_pictures(products: list[Product], folder: Path) -> int:
    """Every picture the products need; pictures no product needs any more are removed."""
    designs = read_designs(Path(__file__).resolve().parent / "designs")
    needed = {
        product.picture: draw(designs[product.art], PAINT.get(str(product.facts.get("colour")), DEFAULT))
        for product in products
    }
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.svg"):
        if path.name not in needed:
            path.unlink()
    for name, text in needed.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(needed)
