"""A sentence encoder small enough to be written by hand: a table of word vectors, as an ONNX file, with its tokenizer.

The words of one topic point the same way in both languages; every other word points somewhere of its own. The ONNX file
is protobuf written out field by field (onnx.proto3 of the ONNX repository names the numbers).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from ranking.universe import generate

DIMENSIONS = 48
CONFIG = """name = "tiny"
query_prefix = "query: "
passage_prefix = "passage: "
pooling = "mean"
max_tokens = 128
languages = ["ja", "en"]
dimensions = 48
"""
BEES = ("beekeeping", "hives", "honey", "bees", "apiary", "蜂", "蜜", "巣")
KILNS = ("pottery", "kiln", "glaze", "clay", "窯", "釉", "陶")


def write_encoder(
    folder: Path,
    topics: Sequence[Sequence[str]] = (BEES, KILNS),
    config: str = CONFIG,
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
) -> Path:
    """Write model, tokenizer and the small file into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["[UNK]", *(word for topic in topics for word in topic)]
    words += [word for word in _everyday() if word not in words]
    vectors = np.stack([_direction(word) * (0.05 if word == "[UNK]" else 0.3) for word in words])
    for number, topic in enumerate(topics):
        rows = [words.index(word) for word in topic]
        vectors[rows] = vectors[rows] + 2.0 * _direction(f"topic {number}")
    (folder / "model.onnx").write_bytes(_model(vectors.astype(np.float32), inputs))
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Split(Regex(r"[\u3040-\u30ff\u3400-\u9fff]"), "isolated")]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "kakuyaku-encoder.toml").write_text(config, encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def _everyday() -> tuple[str, ...]:
    """The words (in Japanese, characters) of invented people."""
    said = " ".join(person.profile.text.lower() for person in generate(300, 5))
    return tuple(sorted(set(re.findall(r"[a-z]+|[\u3040-\u30ff\u3400-\u9fff]", said))))


@lru_cache(maxsize=8_192)
def _direction(word: str) -> np.ndarray:
    draw = random.Random(word)
    vector = np.array([draw.gauss(0, 1) for _ in range(DIMENSIONS)])
    return vector / np.linalg.norm(vector)


def _model(vectors: np.ndarray, inputs: Sequence[str]) -> bytes:
    """Gather the rows of a table by token, (1, tokens, DIMENSIONS)."""
    table = _message({1: [*map(int, vectors.shape)], 2: 1, 8: "table", 9: vectors.tobytes()})
    node = _message({1: ["table", "input_ids"], 2: "last_hidden_state", 4: "Gather"})
    given = [_value(name, 7, [1, "tokens"]) for name in inputs]
    graph = _message({1: node, 2: "tiny", 5: table, 11: given, 12: _value("last_hidden_state", 1, [1, "tokens", 48])})
    return _message({1: 8, 7: graph, 8: _message({2: 17})})


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dims = [_message({1: size} if isinstance(size, int) else {2: size}) for size in shape]
    return _message({1: name, 2: _message({1: _message({1: kind, 2: _message({1: dims})})})})


def _message(fields: Mapping[int, object]) -> bytes:
    out = b""
    for number, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, int):
                out += _varint(number << 3) + _varint(one)
            else:
                raw = one.encode() if isinstance(one, str) else one
                assert isinstance(raw, bytes)
                out += _varint(number << 3 | 2) + _varint(len(raw)) + raw
    return out


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])
