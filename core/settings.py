"""All settings, one frozen class, read once at each entrypoint and passed down as values."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.schemas.memory import LAYERS, USED_LAYERS, Layer


class Settings(BaseSettings):
    """Everything has a default that works offline, with no key and no other service."""

    model_config = SettingsConfigDict(
        env_prefix="QUAESTOR_", env_file=".env", extra="ignore", frozen=True
    )

    # Storage
    data_dir: Path = Field(
        default=Path(".data"),
        description="Where the embedded Postgres, the converted encoder and the CLI's key live; "
        "relative to the current directory.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Postgres >= 15 with pgvector, as a role that owns no table and cannot bypass "
        "row-level security. Unset: the supervisor starts its own.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="The role that owns the tables; only `quaestor migrate` uses it.",
    )
    database_pool_size: int = Field(default=8, ge=1, description="Connections per process.")

    # Jobs
    broker_url: SecretStr | None = Field(
        default=None,
        description="redis://… or amqp://… Unset: the doorbell is pgmq on the same Postgres.",
    )
    worker_threads: int = Field(default=2, ge=1, description="Graphs one worker runs at a time.")
    lease_seconds: float = Field(
        default=30.0, gt=0, description="A job whose worker is silent this long is taken over."
    )
    sweep_seconds: float = Field(
        default=5.0, gt=0, description="How often lapsed and forgotten jobs are rung again."
    )
    recalibrate_hours: float = Field(
        default=24.0,
        ge=0,
        description="How often each collection's thresholds are fitted to what its runs saw; "
        "0: never, and those fitted before no longer count.",
    )
    max_attempts: int = Field(default=5, ge=1, description="Attempts before a job is given up.")
    retry_base_seconds: float = Field(
        default=2.0, gt=0, description="First wait before a retry; doubles each time."
    )

    # Loading
    max_document_bytes: int = Field(
        default=50_000_000, ge=1, description="Larger uploads are refused with 413."
    )
    max_unpacked_bytes: int = Field(
        default=500_000_000, ge=1, description="An archive that unpacks to more is refused."
    )
    load_seconds: float = Field(
        default=120.0, gt=0, description="A parser that takes longer is stopped."
    )
    ocr_page_seconds: float = Field(
        default=120.0, gt=0, description="A page that OCR reads may take this long."
    )
    max_ocr_pages: int = Field(
        default=100,
        ge=0,
        description="Pictures and scanned pages of one document that OCR reads; 0 turns it off.",
    )
    load_memory_bytes: int = Field(
        default=3_000_000_000, ge=1, description="Address space of the parser process."
    )

    # Engine
    engine: Literal["local"] = Field(
        default="local", description="Which implementation of the roles a run uses."
    )
    encoder: str = Field(
        default="minilm",
        description="minilm (shipped), a local folder with model.onnx or model.safetensors and "
        "tokenizer.json, or a hub id such as sentence-transformers/all-MiniLM-L6-v2.",
    )
    encoder_threads: int = Field(default=2, ge=1, description="Threads of one encoder call.")
    reader: str = Field(
        default="shipped",
        description="shipped, or a folder with reader.onnx, reader.tokenizer.json and reader.json.",
    )
    reader_threads: int = Field(default=2, ge=1, description="Threads of one reader call.")

    # Building
    chunk_target_characters: int = Field(default=900, ge=100, description="Aim of the segmenter.")
    chunk_max_characters: int = Field(default=2_000, ge=200, description="Hard upper bound.")
    max_review_rounds: int = Field(
        default=2, ge=1, le=5, description="Review and completion rounds."
    )
    all_layers: bool = Field(
        default=False,
        description="A vector of each memory's question and core statement too, not of its chunk "
        "alone; for what is built from then on.",
    )

    # Answering
    max_rounds: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Rounds of evidence requests; questions in several hops may take a third more.",
    )
    max_candidates: int = Field(
        default=120,
        ge=1,
        description="Candidates one question may see; questions in several hops half as many more.",
    )
    max_context_characters: int = Field(
        default=1_500,
        ge=100,
        description="Evidence that reaches the answerer; comparisons and summaries may have more.",
    )
    selection: Literal["elbow", "paired", "ratio", "greedy", "tree"] = Field(
        default="elbow",
        description="How many of the ranked memories go on: to the first steep drop, with the best "
        "for each rationale, by ratio, or the best set, greedily or by tree search.",
    )
    answer_seconds: float = Field(
        default=45.0,
        gt=0,
        description="No further round of evidence requests begins after this time.",
    )

    # Surfaces
    host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    port: int = Field(default=8321, ge=0, le=65535, description="Port the API listens on.")
    api_url: str | None = Field(
        default=None, description="Where the CLI finds the API; default from host and port."
    )
    api_key: SecretStr | None = Field(
        default=None, description="Key the CLI sends; default: the one kept in the data directory."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Of every process."
    )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that get vectors and are searched."""
        return LAYERS if self.all_layers else USED_LAYERS


def example_env() -> str:
    """The text of ``.env.example``: every setting with its meaning and its default."""
    lines = ["# Every setting is optional; these are the defaults.", ""]
    for name, field in Settings.model_fields.items():
        shown = "" if field.default is None else str(field.default)
        lines += [f"# {field.description}", f"# QUAESTOR_{name.upper()}={shown}", ""]
    return "\n".join(lines)
