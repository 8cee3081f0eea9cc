"""Text generators: a local transformers model, an OpenAI-compatible server, and a scripted one for tests.

They continue prompts and know nothing of products. What they write is never shown unchecked.
"""

from __future__ import annotations

import json
import random
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from assistant.errors import GeneratorError
from assistant.models import generator_label, load_causal_lm
from assistant.prompting import PROMPT, TUNED_PROMPT
from assistant.structured import completed
from assistant.types import TextGenerator
from retrieval.errors import StoreclerkError

_NUCLEUS = 0.9
"""Wordings beyond the likeliest nine in ten are left unsaid: among them are the slips."""
_LIKELIEST = 32
_LOADING_SECONDS = 120.0  # loading takes 5 to 10 s; on a slow disk or a busy machine several times that

Stop = Callable[[str], bool]
"""Told the text of one prompt so far, says whether it is enough."""


def never(text: str) -> bool:
    """The stop that never stops."""
    return False


class LocalGenerator:
    """A causal language model on this machine's CPU, decoding all prompts of an answer as one batch.

    An untuned model is greedy. One with an adapter draws its words, as many ways of saying were taught; by the
    prompt's seed, so that the same facts give the same words. The opening that all prompts share (the instructions
    and examples) is read once and its key-value cache kept for the next answer.
    """

    def __init__(self, folder: Path, adapter: str = "", *, int8: bool = True, temperature: float = 0.0) -> None:
        self.name = generator_label(folder, adapter)
        self.prompt = TUNED_PROMPT if adapter else PROMPT
        self._temperature = temperature if adapter else 0.0
        self._model, self._tokenizer = load_causal_lm(folder, adapter)
        if int8:
            _quantize_linear_layers(self._model)
        self._lock = Lock()  # one answer at a time: two at once on two cores make both slower than in turn
        self._prefix_tokens: list[int] = []
        self._prefix_cache: Any = None

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        seconds: float,
        stop: Stop = never,
        seeds: Sequence[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """Decodes until every row has ended its line, `max_tokens` are reached or `seconds` are over."""
        deadline = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise GeneratorError(f"The language model was busy for all of {seconds:.1f} s.")
        try:
            yield from self._decode(prompts, max_tokens, deadline, stop, seeds or [""] * len(prompts))
        except RuntimeError as error:  # torch's own: out of memory, a bad shape
            raise GeneratorError(f"The language model failed: {str(error).splitlines()[0]}") from error
        finally:
            self._lock.release()

    def _decode(
        self, prompts: Sequence[str], max_tokens: int, deadline: float, stop: Stop, seeds: Sequence[str]
    ) -> Iterator[tuple[int, str]]:
        import torch

        if not prompts:
            return
        rows = [self._tokenizer(prompt)["input_ids"] for prompt in prompts]
        known = self._prefix_tokens
        reusable = known and all(row[: len(known)] == known and len(row) > len(known) for row in rows)
        shared = len(known) if reusable else _common_prefix(rows)
        with torch.inference_mode():
            # 1) Read the shared opening once, then one copy of its cache for each row.
            cache = self._cache_of(rows[0][:shared])
            cache.batch_repeat_interleave(len(rows))

            # 2) Read the rest of each prompt, padded on the left so that all rows end together.
            rests = [row[shared:] for row in rows]
            width = max(len(rest) for rest in rests)
            pad = self._tokenizer.pad_token_id or 0
            tokens = torch.tensor([[pad] * (width - len(rest)) + rest for rest in rests])
            mask = torch.tensor([[1] * shared + [0] * (width - len(rest)) + [1] * len(rest) for rest in rests])
            positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, shared:]
            written: list[list[int]] = [[] for _ in rows]
            shown = [0] * len(rows)
            open_rows = set(range(len(rows)))
            dice = [random.Random(f"{seed} {prompt}") for seed, prompt in zip(seeds, prompts, strict=True)]

            # 3) One token a row at a time; a row is done at its end of text, end of line or when it is enough.
            for _ in range(max_tokens):
                output = self._model(
                    input_ids=tokens, attention_mask=mask, position_ids=positions, past_key_values=cache
                )
                tokens = self._drawn(output.logits[:, -1], dice)
                mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
                positions = positions[:, -1:] + 1
                for row in sorted(open_rows):
                    token = int(tokens[row, 0])
                    ended = token == self._tokenizer.eos_token_id
                    if not ended:
                        written[row].append(token)
                    text = self._tokenizer.decode(written[row])
                    line, newline, _ = text.partition("\n")
                    if ended or newline or stop(line):
                        open_rows.discard(row)
                    elif text.endswith("\ufffd"):
                        continue  # half of a character: wait for its other bytes
                    if len(line) > shown[row]:
                        yield row, line[shown[row] :]
                        shown[row] = len(line)
                if not open_rows or time.monotonic() > deadline:
                    return

    def _drawn(self, logits: Any, dice: Sequence[random.Random]) -> Any:
        """One token a row, shape (rows, 1): the likeliest, or drawn from the likeliest that make up `_NUCLEUS`.

        Holtzman et al., "The curious case of neural text degeneration", ICLR 2020. By Python's dice, which give
        the same numbers everywhere and to each row its own.
        """
        import torch

        if not self._temperature:
            return logits.argmax(-1, keepdim=True)
        best, tokens = logits.float().topk(_LIKELIEST, dim=-1)
        shares = torch.softmax(best / self._temperature, dim=-1)
        before = shares.cumsum(-1) - shares
        shares = shares.masked_fill(before > _NUCLEUS, 0.0)
        reached = shares.cumsum(-1) / shares.sum(-1, keepdim=True)
        drawn = torch.tensor([[die.random()] for die in dice])
        return tokens.gather(1, (reached < drawn).sum(-1, keepdim=True).clamp(max=_LIKELIEST - 1))

    def _cache_of(self, tokens: list[int]) -> Any:
        """A fresh copy of the key-value cache after `tokens`; computed only when they change."""
        import copy

        import torch
        from transformers import DynamicCache

        if tokens != self._prefix_tokens or self._prefix_cache is None:
            cache = DynamicCache()
            if tokens:
                self._model(input_ids=torch.tensor([tokens]), past_key_values=cache)
            self._prefix_tokens, self._prefix_cache = tokens, cache
        return copy.deepcopy(self._prefix_cache)


class LaterGenerator:
    """A generator that loads in the background, so that a page can open meanwhile; the first answer waits."""

    def __init__(self, name: str, prompt: str, load: Callable[[], TextGenerator]) -> None:
        self.name = name
        self.prompt = prompt
        pool = ThreadPoolExecutor(1, thread_name_prefix="load-generator")
        self._loading = pool.submit(load)
        pool.shutdown(wait=False)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        seconds: float,
        stop: Stop = never,
        seeds: Sequence[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """As the loaded generator does; loading does not count towards `seconds`."""
        try:
            loaded = self._loading.result(timeout=_LOADING_SECONDS)
        except (StoreclerkError, TimeoutError) as error:
            raise GeneratorError(f"The language model is not there: {error or 'it is still loading'}") from error
        yield from loaded.generate(prompts, max_tokens=max_tokens, seconds=seconds, stop=stop, seeds=seeds)


def _common_prefix(rows: Sequence[Sequence[int]]) -> int:
    """Length of the opening shared by all rows, leaving each at least one token of its own."""
    length = 0
    for column in zip(*rows, strict=False):
        if len(set(column)) > 1:
            break
        length += 1
    return min(length, min(len(row) for row in rows) - 1)


def _quantize_linear_layers(model: Any) -> None:
    """Weights to int8, in place: 2.7 times the speed on a CPU at the same quality (docs/LOG.md).

    One scale a channel, and the `down_proj` layers left alone: their inputs have outliers, and with them
    quantised the text fell apart. The call is deprecated in torch, so it stays behind this one function.
    """
    import torch
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    chosen = {
        name: per_channel_dynamic_qconfig
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) and not name.endswith("down_proj")
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantize_dynamic(model, chosen, dtype=torch.qint8, inplace=True)


class ServerGenerator:
    """Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, `transformers serve`."""

    prompt = PROMPT

    def __init__(self, url: str, model: str, *, api_key: str = "") -> None:
        self.name = model
        self._url = url.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        seconds: float,
        stop: Stop = never,
        seeds: Sequence[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """One streamed request a prompt, in order; what the time limit cuts off is simply missing."""
        import httpx

        deadline = time.monotonic() + seconds
        for row, prompt in enumerate(prompts):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            body = {
                "model": self.name,
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": max_tokens,
                "temperature": 0,
                "stream": True,
            }
            try:
                with httpx.stream("POST", self._url, json=body, headers=self._headers, timeout=left) as response:
                    response.raise_for_status()
                    text = ""
                    for line in response.iter_lines():
                        if time.monotonic() > deadline or stop(text):
                            break
                        piece = _streamed_piece(line)
                        text += piece
                        if piece:
                            yield row, piece
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                reason = str(error).splitlines()
                raise GeneratorError(
                    f"The generator at {self._url} did not answer ({reason[0] if reason else type(error).__name__}): "
                    "check generator.url and generator.model."
                ) from error

    def structured(self, prompt: str, schema: Mapping[str, Any], *, title: str, max_tokens: int, seconds: float) -> str:
        """One request that is not streamed, with the schema as `response_format`. Raises GeneratorError."""
        body = {
            "model": self.name,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": title, "strict": True, "schema": dict(schema)},
            },
        }
        return completed(self._url, self._headers, body, seconds)


def _streamed_piece(line: str) -> str:
    """The text in one server-sent event; "" for keep-alives and the closing mark."""
    data = line.removeprefix("data:").strip()
    if not line.startswith("data:") or data == "[DONE]":
        return ""
    event = json.loads(data)
    if isinstance(event, dict) and event.get("error"):
        raise ValueError(str(event["error"])[:200])
    try:
        return str((event.get("choices") or [{}])[0].get("delta", {}).get("content") or "")
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"not a chat completion: {data[:80]}") from error


class ScriptedGenerator:
    """The real fake: says what it was told to say, one reply a prompt in the order they were enqueued.

    With nothing enqueued it says nothing, which is what a broken model does too.
    """

    name = "scripted"

    def __init__(self, replies: Sequence[str] = (), *, prompt: str = PROMPT) -> None:
        self.prompt = prompt
        self.prompts: list[str] = []
        self._replies = list(replies)

    def enqueue(self, *replies: str) -> None:
        self._replies.extend(replies)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        seconds: float,
        stop: Stop = never,
        seeds: Sequence[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """Yields each reply in two pieces, as a stream would."""
        self.prompts.extend(prompts)
        for row in range(len(prompts)):
            if not self._replies:
                return
            reply = self._replies.pop(0)
            middle = len(reply) // 2
            yield row, reply[:middle]
            if not stop(reply[:middle]):
                yield row, reply[middle:]
