"""What a reader is made of: weights, tokenizer, and a manifest that vouches for both.

The shipped one lives in ``tools/models``; a folder with the same three files can take its place.
"""

import math
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from core.errors import ConfigurationError
from core.ids import canonical_json, sha256_of, sha256_of_file
from core.schemas.base import Frozen

SHIPPED = Path(__file__).parent / "models"
MODEL, TOKENIZER, MANIFEST = "reader.onnx", "reader.tokenizer.json", "reader.json"

Line = tuple[float, float]
"""Scale and shift of a logit."""


class Calibration(Frozen):
    """Turns raw logits into chances; fitted on questions that did not shape the weights."""

    answerable: Line
    answer_from: float = Field(ge=0, le=1)
    """The chance of being answerable from which an answer is worth its risk."""
    relevance: Line
    accept: Line
    verdict_temperature: float = Field(gt=0)


class Manifest(Frozen):
    """The content of ``reader.json``."""

    name: str
    version: str
    sha256: str
    """Of the ONNX file."""
    tokenizer_sha256: str
    window: int = Field(ge=264, le=512)
    """Tokens the model reads at once, its markers included."""
    calibration: Calibration
    fitted_on: tuple[str, ...]
    """Names of the data sets that shaped the weights."""

    @property
    def id(self) -> str:
        """Changes with weights, tokenizer, window and calibration: the same id, the same scores."""
        digest = sha256_of(canonical_json(self.model_dump(mode="json")))
        return f"{self.name}-{self.version}@{digest[:12]}"


class ReaderFiles(NamedTuple):
    """A reader's files, checked; the weights are read by the runtime, which needs no copy."""

    manifest: Manifest
    model: Path
    tokenizer: str


def read_files(name: str) -> ReaderFiles:
    """The files of ``shipped`` or of a folder. Raises ConfigurationError if they are not whole."""
    folder = SHIPPED if name == "shipped" else Path(name).expanduser()
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        tokenizer = (folder / TOKENIZER).read_bytes()
        digest = sha256_of_file(folder / MODEL)
    except OSError as error:
        raise ConfigurationError(f"there is no reader {name!r}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{folder / MANIFEST} is not a reader's manifest") from error
    if digest != manifest.sha256 or sha256_of(tokenizer) != manifest.tokenizer_sha256:
        raise ConfigurationError(f"the reader in {folder} is not what its manifest says")
    return ReaderFiles(manifest, folder / MODEL, tokenizer.decode())


def chance(logit: float, line: Line) -> float:
    """The probability, 0 to 1, that a calibrated logit stands for."""
    scale, shift = line
    return 0.5 * (1 + math.tanh((scale * logit + shift) / 2))
