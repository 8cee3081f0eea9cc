"""The colours of both schemes keep the contrast that WCAG AA asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ui.theme
from ui.theme import page_script, stylesheet

# (ink, ground, least ratio): 4.5 for text, 3 for the edges and marks one must see to use the page.
PAIRS = [
    ("ink", "paper", 4.5), ("ink", "card", 4.5), ("ink", "sunk", 4.5), ("soft", "paper", 4.5), ("soft", "card", 4.5),
    ("soft", "sunk", 4.5), ("pine", "paper", 4.5), ("pine", "card", 4.5), ("clay", "card", 4.5),
    ("on-pine", "pine", 4.5),
    ("ink", "pine-wash", 4.5), ("soft", "pine-wash", 4.5), ("ink", "clay-wash", 4.5), ("ochre", "card", 3),
    ("edge", "card", 3), ("clay", "clay-wash", 3),
]  # fmt: skip


def colours(selector: str) -> dict[str, str]:
    block = re.search(rf"^{re.escape(selector)} {{(.*?)^}}", stylesheet(), re.DOTALL | re.MULTILINE)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(selector: str, ink: str, ground: str, least: float) -> None:
    shades = colours(selector)
    dark, light = sorted((luminance(shades[ink]), luminance(shades[ground])))
    assert (light + 0.05) / (dark + 0.05) >= least


def test_the_desks_have_the_same_colours() -> None:
    desk = (Path(ui.theme.__file__).parent / "desk" / "desk.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"^:root {(.*?)^}", desk, re.DOTALL | re.MULTILINE)
    for block, selector in ((light, ":root"), (dark, ".dark")):
        assert dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) == colours(selector)
    assert "http" not in desk
    assert "@import" not in desk


def test_nothing_is_loaded_from_elsewhere() -> None:
    addresses = re.findall(r"https?://[^\s'\"]+", stylesheet() + page_script())
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in stylesheet()
