"""The conversation's branch of the error tree (its root and drawing: `retrieval.errors`)."""

from __future__ import annotations

from retrieval.errors import StoreclerkError


class SettingsError(StoreclerkError):
    """A setting has a value that cannot be used; the message names the key and where it was set."""


class PromptError(StoreclerkError):
    """A prompt file is missing or one of its blanks was not filled."""


class GeneratorError(StoreclerkError):
    """The generative model failed or stalled; the shopper gets the plain wording instead."""


class SessionError(StoreclerkError):
    """A session id that was never given out, or has expired."""


class PortInUse(StoreclerkError):
    """The page cannot be served because another program listens there."""


class TicketError(StoreclerkError):
    """A ticket that is not there, or a conversation that cannot be handed over."""


class ReviewError(StoreclerkError):
    """An item that is not in the review queue, or a judgement that does not fit its item."""
