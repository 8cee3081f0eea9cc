"""Colours and type of Gradio's own parts; the rest is `style.css`, which uses the same values."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

# No network fonts: a shop's page must look the same behind a firewall.
SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def shop_theme() -> gr.themes.Base:
    """Warm paper, ink and pine green; the second value of each pair is the dark one."""
    theme = gr.themes.Base(font=list(SANS), font_mono=list(MONO))
    pairs = {
        "body_background_fill": ("#faf6ee", "#1a1714"),
        "body_text_color": ("#2a2520", "#f1eae0"),
        "background_fill_primary": ("#ffffff", "#25211c"),
        "background_fill_secondary": ("#f3ecdf", "#201c18"),
        "border_color_primary": ("#ddd1be", "#40382f"),
        "border_color_accent": ("#1f5c49", "#86cdae"),
        "color_accent_soft": ("#e4efe8", "#24382f"),
        "input_background_fill": ("#ffffff", "#25211c"),
        "input_border_color": ("#8d8272", "#7d7263"),
        "input_border_color_focus": ("#1f5c49", "#86cdae"),
        "input_placeholder_color": ("#6b6257", "#b5a998"),
        "block_background_fill": ("transparent", "transparent"),
        "button_primary_background_fill": ("#1f5c49", "#86cdae"),
        "button_primary_background_fill_hover": ("#174838", "#a4dcc3"),
        "button_primary_text_color": ("#ffffff", "#12281f"),
        "button_secondary_background_fill": ("#ffffff", "#25211c"),
        "button_secondary_background_fill_hover": ("#f3ecdf", "#322c25"),
        "button_secondary_text_color": ("#2a2520", "#f1eae0"),
    }
    values = {name: light for name, (light, _) in pairs.items()}
    values |= {f"{name}_dark": dark for name, (_, dark) in pairs.items()}
    return theme.set(**values)


def stylesheet() -> str:
    """The page's own rules."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def page_script() -> str:
    """What each HTML part of the page runs when it is loaded."""
    return (Path(__file__).parent / "shopper.js").read_text(encoding="utf-8")
