"""Every error a person can cause or mend.

StoreclerkError                 one clear line that names the value and the way out; exit status 1
├── FeedError                   a catalogue file that cannot be read at all
├── ModelMissing                a model package or folder that is not there or does not load
├── DataFolderBusy              another process owns the data folder
├── IndexMissing                nothing has been indexed yet
├── IndexBroken                 table, vectors and words disagree and cannot be mended here
├── StorageFull                 the disk is full or read-only
├── UnknownProduct              a product id that is not in the catalogue
├── TrainingError               training that has nothing to learn from, or cannot go on
├── JudgementError              a file of judgements or a run that cannot be used for measuring
└── (assistant.errors)          SettingsError, PromptError, GeneratorError, SessionError, TicketError, ReplyError,
                                ReviewError, PortInUse, AccountError (SignInRefused), UnknownFact
"""

from __future__ import annotations


class StoreclerkError(Exception):
    """The root: whatever reaches a user as one line. The text must name the value and the next step."""


class FeedError(StoreclerkError):
    """The whole file is unusable; a bad row is only rejected (see `retrieval.feeds`)."""


class ModelMissing(StoreclerkError):
    """A model could not be loaded; the message names the package or setting that mends it."""


class DataFolderBusy(StoreclerkError):
    """Chroma loses vectors when two processes write one folder, so the second one is turned away."""


class IndexMissing(StoreclerkError):
    """The data folder has no catalogue yet."""


class IndexBroken(StoreclerkError):
    """The derived indexes do not match the product table."""


class StorageFull(StoreclerkError):
    """Writing failed for want of space or permission."""


class UnknownProduct(StoreclerkError):
    """A product id that the catalogue does not hold."""


class JudgementError(StoreclerkError):
    """Judgements or a run cannot be read or do not belong to this catalogue; the message names the line."""


class TrainingError(StoreclerkError):
    """There is nothing to learn from, or a setting of the training makes no sense."""
