"""A sentence encoder of the deployment's own, read from a folder and run by onnxruntime without torch.

The folder holds the model (`model.onnx`), its `tokenizer.json` and a small `kakuyaku-encoder.toml` that says how the
model wants to be used; docs/encoders.md has the file for three models. Nothing is ever downloaded. Texts are encoded one
at a time on one thread each, without padding, so that a text's vector doesn't depend on what stands beside it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CONFIG = "kakuyaku-encoder.toml"
FULL = 32_767  # a component of 1.0 as it is kept
_LANGUAGES = ("ja", "en")
_KNOWN_INPUTS = {"input_ids", "attention_mask", "token_type_ids", "position_ids"}


class EncoderError(Exception):
    """The encoder's folder can't be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """How a model wants to be used, as `kakuyaku-encoder.toml` says it.

    `languages`: those it was trained on ("ja", "en"); texts in others never reach it. `pooling`: mean or cls (a model
    that gives one vector a text is taken as it is). `output`: name of the output, its first one if "".
    """

    name: str
    dimensions: int
    languages: tuple[str, ...]
    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: str = "mean"
    max_tokens: int = 512
    normalise: bool = True
    model: str = "model.onnx"
    tokenizer: str = "tokenizer.json"
    output: str = ""


def read_config(folder: Path) -> EncoderConfig:
    """Read the small file beside a model. Raises `EncoderError` saying what to write."""
    path = folder / CONFIG
    if not folder.is_dir():
        raise EncoderError(f"there is no folder {folder}; set KAKUYAKU_ENCODER to the one with the model")
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderError(f"{folder} has no {CONFIG}; write one as docs/encoders.md shows") from None
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} can't be read ({error}); see docs/encoders.md") from None
    fields: dict[str, Any] = EncoderConfig.__dataclass_fields__
    if unknown := sorted(set(said) - set(fields)):
        raise EncoderError(f"{path}: {', '.join(unknown)} is no field of it; there are {', '.join(fields)}")
    for name in ("name", "dimensions", "languages"):
        if name not in said:
            raise EncoderError(f'{path} lacks "{name}"; see docs/encoders.md')
    for name, value in said.items():
        wanted: type = list if name == "languages" else type(getattr(_EXAMPLE, name))
        if type(value) is not wanted:
            raise EncoderError(f"{path}: {name} must be a {_KINDS[wanted]}, not {value!r}")
    config = EncoderConfig(**{**said, "languages": tuple(said["languages"])})
    if not config.languages or set(config.languages) - set(_LANGUAGES):
        raise EncoderError(f'{path}: languages must be some of "ja" and "en", not {list(config.languages)}')
    if config.pooling not in ("mean", "cls"):
        raise EncoderError(f'{path}: pooling must be "mean" or "cls", not {config.pooling!r}')
    if not (1 <= config.dimensions <= 8_192 and 8 <= config.max_tokens <= 32_768):
        raise EncoderError(f"{path}: dimensions must be 1 to 8192, max_tokens 8 to 32768")
    return config


_EXAMPLE = EncoderConfig("", 1, ())
_KINDS: dict[type, str] = {list: "list", str: "text", int: "whole number", bool: "true or false"}


@dataclass
class SentenceEncoder:
    """One model, opened by `open_encoder`. Threads may share it."""

    config: EncoderConfig
    fingerprint: str
    _session: InferenceSession = field(repr=False)
    _tokenizer: Tokenizer = field(repr=False)
    _inputs: tuple[str, ...] = ()
    _output: str = ""

    def queries(self, texts: Sequence[str]) -> NDArray[np.int16]:
        """Encode what is asked for, (texts, dimensions)."""
        return self._many(self.config.query_prefix, texts)

    def passages(self, texts: Sequence[str]) -> NDArray[np.int16]:
        """Encode what people wrote, (texts, dimensions)."""
        return self._many(self.config.passage_prefix, texts)

    def _many(self, prefix: str, texts: Sequence[str]) -> NDArray[np.int16]:
        found = [self._one(prefix + text) for text in texts]
        return np.stack(found) if found else np.zeros((0, self.config.dimensions), np.int16)

    def _one(self, text: str) -> NDArray[np.int16]:
        """Encode one text. Whole numbers, so that products add up exactly in any order."""
        tokens = self._tokenizer.encode(text)
        ids = np.array([tokens.ids], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.array([tokens.attention_mask], np.int64),
            "token_type_ids": np.zeros_like(ids),
            "position_ids": np.arange(ids.shape[1], dtype=np.int64)[None, :],
        }
        (found,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        states = np.asarray(found, np.float64)
        if states.ndim == 3 and states.shape[0] == 1:
            seen = given["attention_mask"][0].astype(bool)
            states = states[0, seen].mean(axis=0) if self.config.pooling == "mean" else states[0, 0]
        elif states.ndim == 2 and states.shape[0] == 1:
            states = states[0]
        else:
            raise EncoderError(f'the output "{self._output}" has shape {states.shape}; name another as "output"')
        if states.shape != (self.config.dimensions,) or not np.isfinite(states).all():
            raise EncoderError(
                f"the model gives {states.shape[-1]} numbers a text, {CONFIG} says dimensions = {self.config.dimensions}"
                if states.shape != (self.config.dimensions,)
                else "the model gives numbers that are none (NaN); export it again"
            )
        length = float(np.sqrt(np.sum(states * states))) if self.config.normalise else 1.0
        whole: NDArray[np.int16] = np.clip(np.rint(states / (length or 1.0) * FULL), -FULL, FULL).astype(np.int16)
        return whole


def open_encoder(folder: Path) -> SentenceEncoder:
    """Open the model of a folder and encode a word with it. Raises `EncoderError` saying what to do."""
    config = read_config(folder)
    for name in (config.model, config.tokenizer):
        if not (folder / name).is_file():
            raise EncoderError(f"{folder} has no {name}; put it there, or name the file in {CONFIG}")
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise EncoderError(f"an encoder needs {error.name}; run pip install 'kakuyaku[onnx]'") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(folder / config.model), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / config.tokenizer))
    except Exception as error:  # both libraries raise plain exceptions of many kinds for a file they can't read
        raise EncoderError(f"the model in {folder} can't be loaded ({_first_line(error)}); export it again") from None
    inputs = tuple(one.name for one in session.get_inputs())
    if strange := sorted(set(inputs) - _KNOWN_INPUTS):
        raise EncoderError(f"the model in {folder} wants {', '.join(strange)}; export its text encoder alone")
    outputs = [one.name for one in session.get_outputs()]
    if config.output and config.output not in outputs:
        raise EncoderError(f'the model in {folder} has no output "{config.output}"; it has {", ".join(outputs)}')
    tokenizer.enable_truncation(config.max_tokens)
    tokenizer.no_padding()
    encoder = SentenceEncoder(
        config,
        _fingerprint(folder, config, onnxruntime.__version__),
        session,
        tokenizer,
        inputs,
        config.output or outputs[0],
    )
    try:
        encoder.queries(["test"])
    except EncoderError:
        raise
    except Exception as error:  # what onnxruntime raises for a model that doesn't fit its inputs has no common base
        raise EncoderError(
            f"the model in {folder} can't encode a word ({_first_line(error)}); export it again"
        ) from None
    return encoder


def _fingerprint(folder: Path, config: EncoderConfig, runtime: str) -> str:
    """Name what a vector depends on: model with its data files, tokenizer, the small file, the runtime's version."""
    model = folder / config.model
    # Models over 2 GB keep their weights in files beside them.
    beside = sorted(one for one in model.parent.iterdir() if one.is_file() and one.name.startswith(model.name))
    digest = hashlib.sha256(f"1|{config}|{'.'.join(runtime.split('.')[:2])}".encode())
    for path in (*beside, folder / config.tokenizer):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
