"""Colour names with the paint the pictures use; every name shows its base colour or is one."""

from __future__ import annotations

PAINT = {
    "black": "#34373c",
    "charcoal grey": "#4d535b",
    "slate grey": "#6b7785",
    "light grey": "#b4b9be",
    "white": "#fafaf7",
    "cream white": "#f3ead6",
    "sand beige": "#d6bf98",
    "brown": "#7a5236",
    "chestnut brown": "#8a4b2f",
    "oak brown": "#c39a65",
    "walnut brown": "#6e4b34",
    "navy blue": "#2b3f67",
    "sky blue": "#7fb2d9",
    "cobalt blue": "#2f5fb3",
    "ice blue": "#bcd7e6",
    "teal": "#2a7f83",
    "forest green": "#2f5d43",
    "olive green": "#737a3f",
    "sage green": "#9db091",
    "mint green": "#9fd3bb",
    "red": "#c43c39",
    "brick red": "#a5523f",
    "burgundy": "#7a2a3c",
    "coral": "#ef8069",
    "orange": "#e8842c",
    "burnt orange": "#c1602b",
    "yellow": "#f0c53b",
    "mustard yellow": "#c99a2e",
    "pink": "#e592ae",
    "blush pink": "#eac3bd",
    "lavender": "#b6a6d3",
    "purple": "#6d4f94",
    "silver": "#c3c9cf",
    "copper": "#b8734a",
    "gold": "#cfae62",
    "clear": "#cfe0e4",
}
#: The tint of pictures whose products have no colour of their own.
DEFAULT = "#4f7f8f"
