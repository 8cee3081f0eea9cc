"""A shopper's browser, for the tests that drive the real page."""

from __future__ import annotations

import os
import shutil
from typing import Any, cast

CHROMIUM = os.environ.get("STORECLERK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# Quiet: no look-ups of its own, so that a request to another host can only be the page's.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
PATIENCE = 30_000  # milliseconds; a shared machine stalls now and then


class Visitor:
    """One browser context: its own cookies and storage, as another person's browser has."""

    def __init__(self, chromium: Any, shop: str, **context: Any) -> None:
        self.context = chromium.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.foreign: list[str] = []
        self.alerts: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda each: None if each.url.startswith(shop) else self.foreign.append(each.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("dialog", self._dismiss)
        self.page.goto(shop)
        self.page.wait_for_selector(".bubble")

    def _dismiss(self, dialog: Any) -> None:
        self.alerts.append(dialog.message)
        dialog.dismiss()

    def ask(self, message: str) -> None:
        self.page.get_by_label("Your request").fill(message)
        self.page.keyboard.press("Enter")
        self.page.locator(".bubble.shopper", has_text=message).last.wait_for()
        self.settle()

    def settle(self) -> None:
        """Until the answer is whole and the next may be asked."""
        self.page.locator(".status.idle").wait_for(state="attached")
        self.page.locator("#send:not([disabled])").wait_for()

    def chips(self) -> list[str]:
        """The wishes that stand, as their chips say them."""
        return [each.get_attribute("data-key") for each in self.page.locator(".chip").all()]

    def titles(self) -> list[str]:
        return cast(list[str], self.page.locator(".card h3").all_inner_texts())
