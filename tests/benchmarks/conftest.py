"""The toy shop of the assistant's tests, opened for the measurements."""

from __future__ import annotations

from tests.assistant.conftest import clerk, generator, shop_data

__all__ = ["clerk", "generator", "shop_data"]
