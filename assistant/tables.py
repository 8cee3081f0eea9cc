"""The tables of the conversations' database: what shoppers said, what agents and reviewers did, who may sign in.

A change of a table that shops already have needs a step in `assistant.migrations`; a new table needs none.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint, text

metadata = MetaData()
sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("touched", Float, nullable=False, index=True),
    Column("dialogue", String, nullable=False),
)
turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("session", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("answer_id", String, nullable=False, unique=True),
    Column("message", String, nullable=False),
    Column("reply", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("time", Float, nullable=False),
)
thumbs = Table(
    "thumbs",
    metadata,
    Column("session", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("answer_id", String, primary_key=True),
    Column("product_id", String, primary_key=True),
    Column("up", Integer, nullable=False),
    Column("time", Float, nullable=False),
)
tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("why", String, nullable=False),
    Column("summary", String, nullable=False),
    Column("opened", Float, nullable=False),
    Column("closed", Float),
    Column("taken_by", String),
    Column("taken", Float),
    sqlite_autoincrement=True,  # the number of a deleted ticket is never given to another
)
ticket_notes = Table(
    "ticket_notes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),  # "note" for colleagues, "answer" for the shopper
    Column("author", String, nullable=False),
    Column("text", String, nullable=False),
    Column("time", Float, nullable=False),
)

# -- who may sign in -------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),  # "agent", "reviewer", "admin"
    Column("password", String, nullable=False),  # an argon2 hash with its salt
    Column("created", Float, nullable=False),
)
signins = Table(
    "signins",
    metadata,
    Column("token", String, primary_key=True),  # SHA-256 of what the browser holds
    Column("account", ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("form_token", String, nullable=False),  # what every form of this sign-in sends back
    Column("created", Float, nullable=False),
    Column("touched", Float, nullable=False),
)
login_failures = Table(
    "login_failures",
    metadata,
    Column("key", String, primary_key=True),  # "account robin" or "address 10.0.0.7"
    Column("count", Integer, nullable=False),
    Column("last", Float, nullable=False),
)

# -- the support desk ------------------------------------------------------------------------------------------

agent_replies = Table(
    "agent_replies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String, nullable=False),
    Column("product_id", String, nullable=False),
    Column("alternatives", String, nullable=False),  # JSON list of product ids, as they were offered
    Column("kept", String, nullable=False),  # JSON list of the facts that were pinned
    Column("tone", String, nullable=False),
    Column("suggested", String, nullable=False),
    Column("sent", String, nullable=False),
    Column("time", Float, nullable=False),
    # Its ticket's, if it was made for one: what expires leaves the replies, what is forgotten takes them along.
    Column("session", ForeignKey("sessions.id", ondelete="SET NULL"), index=True),
)

# -- the review desk -------------------------------------------------------------------------------------------

review_answers = Table(
    "review_answers",
    metadata,
    Column("id", String, primary_key=True),  # the answer's
    # A conversation that expires leaves its judged answers; one that is forgotten takes them along.
    Column("session", ForeignKey("sessions.id", ondelete="SET NULL"), index=True),
    Column("snapshot", String, nullable=False),  # JSON of assistant.review_types.Snapshot
    Column("time", Float, nullable=False),
)
review_items = Table(
    "review_items",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer", ForeignKey("review_answers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("product_id", String, nullable=False),
    Column("kind", String, nullable=False),  # "single" or "pair"
    Column("other", String),  # JSON of the second explanation of a pair
    Column("strategy", String, nullable=False),  # "random", "stratified", "risky"
    Column("why", String, nullable=False),  # what made it risky; "" for the others
    Column("risk", Float, nullable=False),
    Column("intent", String, nullable=False),
    Column("category", String, nullable=False),
    Column("version", String, nullable=False, index=True),
    Column("needed", Integer, nullable=False),  # reviewers
    Column("judged", Integer, nullable=False),  # reviewers who have, first rounds only
    # Whether they contradict each other and nobody has decided yet; kept, so that such items are found among 100,000.
    Column("disputed", Integer, nullable=False, default=0, server_default="0"),
    Column("created", Float, nullable=False),
    UniqueConstraint("answer", "product_id", "kind"),
    # The queue in its order, without what is done: the next item is read off its beginning.
    Index("ix_review_items_next", "judged", text("risk DESC"), "id", sqlite_where=text("judged < needed")),
    Index("ix_review_items_disputed", "id", sqlite_where=text("disputed = 1")),
    # A page, a file sent to another tool, a table filled in outside name an item by its number: never another's.
    sqlite_autoincrement=True,
)
review_leases = Table(
    "review_leases",
    metadata,
    Column("account", String, primary_key=True),
    Column("item", ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("until", Float, nullable=False),
)
review_judgements = Table(
    "review_judgements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("item", ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account", String, nullable=False, index=True),
    Column("round", Integer, nullable=False),  # 1; 2 where the same reviewer judged it again
    Column("judgement", String, nullable=False),  # JSON of assistant.review_types.Judgement
    Column("seconds", Float, nullable=False),
    Column("time", Float, nullable=False),
    Column("source", String, nullable=False),  # "desk" or "import"
    UniqueConstraint("item", "account", "round"),
)
review_changes = Table(
    "review_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("item", ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account", String, nullable=False, index=True),
    Column("round", Integer, nullable=False),  # 0 for an adjudication
    Column("before", String),  # the judgement as it was; None for a first one
    Column("after", String),  # as it is now; None where it was taken back
    Column("undoes", ForeignKey("review_changes.id", ondelete="CASCADE"), index=True),  # the change it takes back
    Column("time", Float, nullable=False),
    sqlite_autoincrement=True,  # exports remember the last one they know of: a later one must have a larger number
)
review_adjudications = Table(
    "review_adjudications",
    metadata,
    Column("item", ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True),
    Column("account", String, nullable=False),
    Column("judgement", String, nullable=False),
    Column("time", Float, nullable=False),
)
review_exports = Table(
    "review_exports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String, nullable=False),
    Column("what", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("last_change", Integer, nullable=False),  # id in review_changes: later ones are not in the export
    Column("time", Float, nullable=False),
)
