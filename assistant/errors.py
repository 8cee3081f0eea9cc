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


class UnknownFact(StoreclerkError):
    """A fact that should stay as it is, of a product that does not state it."""


class ReplyError(StoreclerkError):
    """A reply to a customer that cannot be put together from what was chosen."""


class AccountError(StoreclerkError):
    """An account that is not there or cannot be made; the message never repeats a password."""


class SignInRefused(AccountError):
    """A name and password that do not fit, or a try that comes too soon; `wait` says how many seconds."""

    def __init__(self, line: str, *, wait: float = 0.0) -> None:
        super().__init__(line)
        self.wait = wait


class ReviewError(StoreclerkError):
    """An item that is not in the review queue, or a judgement that does not fit its item."""
