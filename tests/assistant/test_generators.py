"""One contract for everything that writes: the fake, a server over a real socket, and the bundled model."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import GeneratorError
from assistant.generators import LocalGenerator, ScriptedGenerator, ServerGenerator, never
from assistant.models import generator_folder
from assistant.types import TextGenerator

REPLIES = {"one": "It is waterproof and costs $12.50.", "two": "Es regnet: 你好, ça va?", "none": ""}

Reply = Callable[["Speaker", str], None]


class Speaker(BaseHTTPRequestHandler):
    """A tiny server of streamed chat completions; `reply` says how it answers a prompt."""

    reply: Reply
    seen: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({**body, "path": self.path, "key": self.headers["Authorization"]})
        with contextlib.suppress(OSError):  # the client hangs up when it has read enough
            self.reply(self, body["messages"][-1]["content"])

    def begin(self, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def line(self, data: str) -> None:
        self.wfile.write(f"{data}\n\n".encode())
        self.wfile.flush()

    def piece(self, text: str) -> None:
        self.line("data: " + json.dumps({"choices": [{"delta": {"content": text}}]}))

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def server(reply: Reply) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(address, bodies of the requests it got)."""
    seen: list[dict[str, Any]] = []
    handler = type("Handler", (Speaker,), {"reply": staticmethod(reply), "seen": seen})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    listening.block_on_close = False  # a handler that stalls on purpose must not hold up the test
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/v1", seen
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def speak(speaker: Speaker, prompt: str) -> None:
    """As vLLM and Ollama do: a role first, pieces, a keep-alive, usage without choices, the closing mark."""
    speaker.begin()
    speaker.line('data: {"choices": [{"delta": {"role": "assistant"}}]}')
    speaker.line(": keep-alive")
    text = REPLIES[prompt]
    for start in range(0, len(text), 5):
        speaker.piece(text[start : start + 5])
    speaker.line('data: {"choices": [{"delta": {"content": null}, "finish_reason": "stop"}]}')
    speaker.line('data: {"choices": [], "usage": {"total_tokens": 3}}')
    speaker.line("data: [DONE]")


def texts_of(
    generator: TextGenerator,
    prompts: Sequence[str],
    *,
    max_tokens: int = 40,
    seconds: float = 20,
    stop: Callable[[str], bool] = never,
) -> list[str]:
    """The whole text of each prompt; every piece must carry a known index and some text."""
    texts: dict[int, str] = defaultdict(str)
    for index, piece in generator.generate(prompts, max_tokens=max_tokens, seconds=seconds, stop=stop):
        assert 0 <= index < len(prompts)
        texts[index] += piece
    return [texts[i] for i in range(len(prompts))]


@pytest.fixture(params=["scripted", "server"])
def generator(request: pytest.FixtureRequest) -> Iterator[TextGenerator]:
    """Each implementation that needs no model, set to say REPLIES["one"] and REPLIES["two"]."""
    if request.param == "scripted":
        yield ScriptedGenerator([REPLIES["one"], REPLIES["two"]])
        return
    with server(speak) as (url, _):
        yield ServerGenerator(url, "toy")


def test_every_prompt_gets_its_own_text_in_pieces(generator: TextGenerator) -> None:
    pieces = list(generator.generate(["one", "two"], max_tokens=40, seconds=20))
    assert len(pieces) > 2
    for index, prompt in enumerate(("one", "two")):
        assert "".join(piece for i, piece in pieces if i == index) == REPLIES[prompt]


def test_a_generator_has_a_name_for_the_trace(generator: TextGenerator) -> None:
    assert generator.name


def test_no_prompts_give_nothing(generator: TextGenerator) -> None:
    assert list(generator.generate([], max_tokens=40, seconds=20)) == []


def test_leaving_early_is_allowed(generator: TextGenerator) -> None:
    stream = iter(generator.generate(["one", "two"], max_tokens=40, seconds=20))
    index, piece = next(stream)
    assert index == 0
    assert REPLIES["one"].startswith(piece)
    del stream


def test_the_fake_says_what_was_enqueued_and_then_nothing() -> None:
    fake = ScriptedGenerator(["a b", ""])
    fake.enqueue("c")
    assert texts_of(fake, ["1", "2", "3", "4"]) == ["a b", "", "c", ""]
    assert texts_of(fake, ["5"]) == [""]
    assert fake.prompts == ["1", "2", "3", "4", "5"]


def test_a_server_is_asked_for_a_short_greedy_stream_with_the_key() -> None:
    with server(speak) as (url, seen):
        assert texts_of(ServerGenerator(f"{url}/", "toy", api_key="k"), ["one", "none"], max_tokens=7) == [
            REPLIES["one"],
            "",
        ]
        assert texts_of(ServerGenerator(url, "toy"), ["two"]) == [REPLIES["two"]]
    first, second, third = seen
    assert first["path"] == "/v1/chat/completions"
    assert first["messages"] == [{"role": "user", "content": "one"}]
    assert (first["model"], first["max_tokens"], first["temperature"], first["stream"]) == ("toy", 7, 0, True)
    assert (first["key"], third["key"]) == ("Bearer k", None)
    assert second["messages"][0]["content"] == "none"


def test_a_server_is_left_when_the_text_is_enough() -> None:
    def endless(speaker: Speaker, prompt: str) -> None:
        speaker.begin()
        for _ in range(10_000):
            speaker.piece(f"{prompt}. ")

    with server(endless) as (url, _):
        texts = texts_of(ServerGenerator(url, "toy"), ["one", "two"], stop=lambda text: text.count(".") >= 3)
    assert texts == ["one. one. one. ", "two. two. two. "]


def test_a_server_that_never_ends_is_cut_off_at_the_time_limit() -> None:
    def endless(speaker: Speaker, prompt: str) -> None:
        speaker.begin()
        while True:
            speaker.piece("and ")
            time.sleep(0.01)

    with server(endless) as (url, _):
        started = time.monotonic()
        first, second = texts_of(ServerGenerator(url, "toy"), ["one", "two"], seconds=0.3)
        assert time.monotonic() - started < 5
    assert first.startswith("and and ")
    assert second == ""


def die_at_once(speaker: Speaker, prompt: str) -> None:
    speaker.connection.close()


def die_halfway(speaker: Speaker, prompt: str) -> None:
    speaker.send_response(200)
    speaker.send_header("Content-Length", "10000")
    speaker.end_headers()
    speaker.piece("It is ")


def stall(speaker: Speaker, prompt: str) -> None:
    speaker.begin()
    speaker.piece("It is ")
    time.sleep(2)


def refuse(speaker: Speaker, prompt: str) -> None:
    speaker.begin(500)
    speaker.line("out of memory")


def unknown_model(speaker: Speaker, prompt: str) -> None:
    speaker.begin(404)
    speaker.line('{"error": {"message": "no such model"}}')


def rubbish(speaker: Speaker, prompt: str) -> None:
    speaker.begin()
    speaker.line("data: {not json")


@pytest.mark.parametrize("reply", [die_at_once, die_halfway, stall, refuse, unknown_model, rubbish])
def test_a_failing_server_is_one_error_that_names_the_setting(reply: Reply) -> None:
    with server(reply) as (url, _):
        started = time.monotonic()
        with pytest.raises(GeneratorError, match=r"/v1/chat/completions.*check generator\.url"):
            texts_of(ServerGenerator(url, "toy"), ["one"], seconds=1)
        assert time.monotonic() - started < 4


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid", "nonsense", "ftp://127.0.0.1"])
def test_no_server_at_all_is_the_same_error(url: str) -> None:
    with pytest.raises(GeneratorError, match=r"check generator\.url"):
        texts_of(ServerGenerator(url, "toy"), ["one"], seconds=2)


def test_no_time_left_asks_no_server() -> None:
    with server(speak) as (url, seen):
        assert texts_of(ServerGenerator(url, "toy"), ["one"], seconds=0) == [""]
    assert seen == []


# The bundled model.

OPENING = "Join the facts into one sentence.\n\nFacts: it is red; it is new.\nSentence: It is red and new.\n\n"
PROMPTS = [f"{OPENING}Facts: {facts}\nSentence:" for facts in (
    "it is waterproof; it costs $12.00.", "its battery lasts 30 h.", "it is made of merino wool and silk; it is warm.",
)]  # fmt: skip


@pytest.fixture(scope="module")
def local() -> LocalGenerator:
    from platformdirs import user_cache_path

    return LocalGenerator(generator_folder("", user_cache_path("storeclerk")))


@pytest.mark.models
def test_the_model_writes_the_same_for_a_prompt_alone_and_in_a_batch(local: LocalGenerator) -> None:
    batch = texts_of(local, PROMPTS, max_tokens=24)
    alone = [texts_of(local, [prompt], max_tokens=24)[0] for prompt in PROMPTS]
    assert all(text.strip() for text in batch)
    assert batch == alone
    assert texts_of(local, PROMPTS, max_tokens=24) == batch  # greedy, and the kept opening changes nothing


@pytest.mark.models
def test_the_model_writes_one_line_and_no_more_than_it_may(local: LocalGenerator) -> None:
    for text in texts_of(local, PROMPTS, max_tokens=60):
        assert "\n" not in text
    [short] = texts_of(local, PROMPTS[:1], max_tokens=1)
    assert len(short.split()) <= 1


@pytest.mark.models
def test_the_model_stops_when_the_text_is_enough(local: LocalGenerator) -> None:
    told: list[str] = []

    def stop(text: str) -> bool:
        told.append(text)
        return len(text.split()) >= 3

    texts = texts_of(local, PROMPTS[:2], max_tokens=40, stop=stop)
    assert [len(text.split()) for text in texts] == [3, 3]
    assert told


@pytest.mark.models
def test_the_model_respects_the_time_limit(local: LocalGenerator) -> None:
    texts_of(local, PROMPTS, max_tokens=2)
    started = time.monotonic()
    texts_of(local, ["Count to a thousand: 1, 2, 3,"] * 2, max_tokens=4000, seconds=0.5)
    assert time.monotonic() - started < 5


@pytest.mark.models
def test_a_busy_model_says_so_instead_of_waiting_for_ever(local: LocalGenerator) -> None:
    stream = iter(local.generate(PROMPTS[:1], max_tokens=40, seconds=20))
    next(stream)
    with pytest.raises(GeneratorError, match="busy"):
        texts_of(local, PROMPTS[:1], seconds=0.1)
    stream.close()  # type: ignore[attr-defined]
    assert texts_of(local, PROMPTS[:1], max_tokens=2) != [""]


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    from retrieval.errors import ModelMissing

    with pytest.raises(ModelMissing, match=r"no config\.json"):
        generator_folder(str(tmp_path), tmp_path)
