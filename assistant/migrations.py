"""Bringing a conversations' database that an older version made up to date: numbered steps, each run once.

SQLite's `user_version` holds the number of the last step. A new database is made whole from `assistant.tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, inspect, text

from assistant.tables import metadata


def m001_tickets_are_taken(db: Connection) -> None:
    """Who is dealing with a ticket, and since when."""
    db.execute(text("ALTER TABLE tickets ADD COLUMN taken_by VARCHAR"))
    db.execute(text("ALTER TABLE tickets ADD COLUMN taken FLOAT"))


STEPS: Sequence[Callable[[Connection], None]] = (m001_tickets_are_taken,)
"""In order; never changed once they were released, only added to."""


def migrate(engine: Engine) -> None:
    """Makes the tables that are missing and runs the steps that are."""
    with engine.begin() as db:
        done = db.execute(text("PRAGMA user_version")).scalar_one()
        if inspect(db).has_table("tickets"):
            for step in STEPS[done:]:
                step(db)
        metadata.create_all(db)
        db.execute(text(f"PRAGMA user_version = {len(STEPS)}"))
