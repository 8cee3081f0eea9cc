"""Everything one process needs to answer, opened once and closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from weakref import WeakValueDictionary

from assistant.accounts import Accounts
from assistant.database import Feedback, Sessions, open_database
from assistant.entailment import Gate, open_gate
from assistant.errors import SettingsError
from assistant.explain import warm_up
from assistant.intents import Intents, open_intents
from assistant.lookup import Lookup, build_lookup
from assistant.message_reader import MessageReader
from assistant.models import check_generator_adapter, generator_folder, generator_label, shipped
from assistant.neighbours import Neighbours
from assistant.orders import OrderDesk, open_orders
from assistant.policies import PolicyPages, open_policies
from assistant.profile import Shopper, read_baskets, read_shoppers
from assistant.prompting import PROMPT, TUNED_PROMPT
from assistant.reading import Reader
from assistant.references import Names, build_names
from assistant.reviews import Reviews
from assistant.sent_replies import SentReplies
from assistant.settings import EncoderSettings, GeneratorSettings, RerankerSettings, Settings
from assistant.structured import StructuredGenerator
from assistant.tickets import Tickets
from assistant.types import TextGenerator
from assistant.vocabulary import Vocabulary, build_vocabulary
from retrieval.facets import Facets
from retrieval.index import Progress, no_progress, open_index
from retrieval.search import RememberingEncoder, Searcher, open_searcher
from retrieval.types import Encoder, Reranker


@dataclass(frozen=True, slots=True)
class Clerk:
    """An opened shop. Holds no conversation: those are in `sessions`."""

    settings: Settings
    searcher: Searcher
    vocabulary: Vocabulary
    reader: Reader
    generator: TextGenerator | None
    gate: Gate | None
    """The second check of what the generator writes; None for the rules alone."""
    sessions: Sessions
    feedback: Feedback
    policies: PolicyPages
    intents: Intents
    names: Names
    lookup: Callable[[], Lookup]
    """Read off the catalogue on the first use: only the support desk and `alternatives` ask for it."""
    neighbours: Neighbours
    tickets: Tickets
    sent_replies: SentReplies
    accounts: Accounts
    reviews: Reviews
    message_reader: MessageReader | None = None
    """A capable model that reads what the rules leave unread; None for the rules alone."""
    shoppers: Sequence[Shopper] = ()
    orders: OrderDesk | None = None
    turn_locks: WeakValueDictionary[str, Lock] = field(default_factory=WeakValueDictionary)
    """One lock a session with a turn under way: two messages sent at once are answered in turn. Weak, so that
    a lock goes when its last turn ends."""

    @property
    def facets(self) -> Facets:
        return self.searcher.facets

    @property
    def encoder(self) -> Encoder:
        """The encoder, remembering what it has encoded lately."""
        return RememberingEncoder(self.searcher)

    @property
    def examples(self) -> tuple[str, ...]:
        """Requests to click: the shop's own, or its largest categories."""
        if self.settings.examples:
            return self.settings.examples
        largest = sorted(self.facets.categories.items(), key=lambda item: -len(item[1]))
        return tuple(f"Show me {self.facets.labels[name].lower()}" for name, _rows in largest[:4])


def open_encoder(settings: EncoderSettings) -> Encoder:
    """The encoder that the settings name. Raises ModelMissing."""
    from retrieval.encoder import HashEncoder, SentenceEncoder

    if settings.kind == "hash":
        return HashEncoder()
    return SentenceEncoder(settings.model, adapter_of(settings, "encoder"))


def open_reranker(settings: RerankerSettings) -> Reranker | None:
    """The reranker that the settings name; None for none. Raises ModelMissing."""
    from retrieval.rerank import CrossEncoderReranker

    return None if settings.kind == "none" else CrossEncoderReranker(settings.model, adapter_of(settings, "reranker"))


def adapter_of(settings: EncoderSettings | RerankerSettings | GeneratorSettings, kind: str) -> str:
    """The adapter's folder: what is named, or the shipped one on the bundled base; "" for none."""
    if settings.adapter is None:
        return "" if settings.model else shipped(kind)
    return "" if settings.adapter == "none" else settings.adapter


def open_generator(settings: Settings) -> TextGenerator | None:
    """The generator that the settings name; None for plain wording only."""
    from assistant.generators import LaterGenerator, LocalGenerator, ServerGenerator

    chosen = settings.generator
    if chosen.kind == "none":
        return None
    if chosen.kind == "server":
        return ServerGenerator(chosen.url, chosen.model, api_key=chosen.api_key)
    folder = generator_folder(chosen.model, settings.models_dir)
    adapter = adapter_of(chosen, "generator")
    if adapter:
        check_generator_adapter(adapter, chosen.model)

    def load() -> TextGenerator:
        local = LocalGenerator(folder, adapter, int8=chosen.int8, temperature=chosen.temperature)
        warm_up(local)
        return local

    return LaterGenerator(generator_label(folder, adapter), TUNED_PROMPT if adapter else PROMPT, load)


def open_message_reader(settings: GeneratorSettings, generator: object, shop: Reader) -> MessageReader | None:
    """The reader beside the rules, if it is switched on. Raises SettingsError for a generator without schemas."""
    if not settings.reads_messages:
        return None
    if not isinstance(generator, StructuredGenerator):
        raise SettingsError(
            f"Setting 'generator.reads_messages' needs generator.kind = \"server\" (it is {settings.kind!r}): "
            "only a capable model on a server can read messages. Set that, or reads_messages = false."
        )
    return MessageReader(generator, shop, seconds=settings.reading_seconds)


@contextmanager
def open_clerk(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    generator: TextGenerator | None = None,
    progress: Progress = no_progress,
    command: str = "storeclerk",
) -> Iterator[Clerk]:
    """Opens index, models and conversations; an unfinished index is finished first.

    `encoder` and `generator` replace those of the settings (tests hand in the fakes).
    Raises IndexMissing, DataFolderBusy, ModelMissing, StorageFull, SettingsError.
    """
    with ExitStack() as resources:
        encoder = encoder or open_encoder(settings.encoder)
        index = resources.enter_context(
            open_index(settings.data_dir, encoder, progress=progress, chroma_url=settings.chroma_url, command=command)
        )
        searcher = open_searcher(index, encoder, open_reranker(settings.reranker))
        vocabulary = build_vocabulary(searcher.facets)
        engine = open_database(settings.data_dir)
        resources.callback(engine.dispose)
        searcher.encode("warm up")  # loads a lazy model now, not when the first shopper waits
        shoppers = _shoppers(settings, searcher)
        reader = Reader(vocabulary, searcher.facets, settings.currency, index.words.terms)
        generator = generator or open_generator(settings)
        yield Clerk(
            settings=settings,
            searcher=searcher,
            vocabulary=vocabulary,
            reader=reader,
            generator=generator,
            gate=_gate(settings),
            sessions=Sessions(engine, shoppers),
            feedback=Feedback(engine),
            shoppers=shoppers,
            policies=open_policies(settings.policies, encoder),
            intents=open_intents(encoder, settings.data_dir),
            names=build_names(index.catalog.all(), vocabulary, index.catalog.get),
            orders=open_orders(settings.orders),
            lookup=cache(lambda: build_lookup(index.catalog.all())),
            neighbours=Neighbours(index, _baskets(settings, index.ids), settings.relations),
            tickets=Tickets(engine),
            sent_replies=SentReplies(engine),
            accounts=Accounts(engine),
            reviews=Reviews(engine),
            message_reader=open_message_reader(settings.generator, generator, reader),
        )


def _gate(settings: Settings) -> Gate | None:
    writes = settings.generator.kind != "none"  # there is nothing to check in what is made of the facts
    return open_gate(settings.checker.adapter or "") if writes and settings.checker.adapter != "none" else None


def _baskets(settings: Settings, ids: Sequence[str]) -> Iterator[list[str]]:
    """Read when they are first asked for."""
    if settings.events is not None:
        yield from read_baskets(settings.events, frozenset(ids))


def _shoppers(settings: Settings, searcher: Searcher) -> Sequence[Shopper]:
    if settings.events is None:
        return ()
    return read_shoppers(settings.events, {p.id: p for p in searcher.index.catalog.all()})
