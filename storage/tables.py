"""The tables as queries see them. What they are in the database, the migrations say.

Every row belongs to a tenant; the database fills in and enforces ``tenant_id`` by policy, so
queries here name it only where an insert needs it. JSON columns are ``json``, not ``jsonb``:
they give back what was put in, byte for byte, and nothing searches inside them.
"""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy import BigInteger as Big
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()


def _time(name: str, *, nullable: bool = True, default: bool = False) -> Column[object]:
    now = func.now() if default else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=now)


def _tenant() -> Column[object]:
    return Column("tenant_id", Uuid, primary_key=True)


tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    _time("created_at", nullable=False, default=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key_sha256", Text, nullable=False),
    _time("created_at", nullable=False, default=True),
)

blobs = Table(
    "blobs",
    metadata,
    _tenant(),
    Column("sha256", Text, primary_key=True),
    Column("compressed", Boolean, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("external_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("source", JSON, nullable=False),
    Column("active_version_id", Uuid),
    _time("created_at", nullable=False, default=True),
    _time("updated_at", nullable=False, default=True),
)

versions = Table(
    "versions",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("document_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("source", JSON, nullable=False),
    Column("collection", Text, nullable=False),
    Column("title", Text),
    Column("status", Text, nullable=False),
    Column("media_type", Text),
    Column("text_sha256", Text),
    Column("units_sha256", Text),
    Column("text_length", Integer),
    Column("unit_count", Integer),
    Column("warnings", JSON, nullable=False, server_default="[]"),
    Column("hidden", JSON, nullable=False, server_default="[]"),
    Column("summary", JSON, nullable=False, server_default="[]"),
    Column("batch", Uuid, nullable=False),
    _time("created_at", nullable=False, default=True),
)

memories = Table(
    "memories",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("document_id", Uuid, nullable=False),
    Column("version_id", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("trust", Double, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("decision", Text),
    Column("body", JSON, nullable=False),
)

places = Table(
    "places",
    metadata,
    _tenant(),
    Column("version_id", Uuid, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("memory_id", Uuid, nullable=False),
    Column("body", JSON, nullable=False),
)

memory_vectors = Table(
    "memory_vectors",
    metadata,
    _tenant(),
    Column("memory_id", Uuid, primary_key=True),
    Column("layer", Text, primary_key=True),
    Column("encoder", Text, primary_key=True),
    Column("text_sha256", Text),
    Column("dimensions", Integer, nullable=False),
    Column("embedding", HALFVEC, nullable=False),
)

postings = Table(
    "postings",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("collection", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("version_id", Uuid, nullable=False),
    Column("ordinals", ARRAY(Integer), nullable=False),
    Column("frequencies", ARRAY(Integer), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("document_id", Uuid),
    Column("version_id", Uuid),
    Column("asked_run_id", Uuid),
    Column("revocation_id", Uuid),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("stage", Text),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("max_attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("cancel_requested", Boolean, nullable=False, server_default="false"),
    Column("error", JSON(none_as_null=True)),
    Column("run_id", Uuid),
    Column("owner", Text),
    _time("lease_until"),
    _time("due_at"),
    _time("rung_at", default=True),
    _time("created_at", nullable=False, default=True),
    _time("started_at"),
    _time("finished_at"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("id", Big, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("type", Text, nullable=False),
    Column("data", JSON, nullable=False, server_default="{}"),
)

runs = Table(
    "runs",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("graph", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("subject", JSON, nullable=False),
    Column("engine", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("purged", Boolean, nullable=False, server_default="false"),
    _time("started_at", nullable=False),
    _time("finished_at"),
)

run_blobs = Table(
    "run_blobs",
    metadata,
    _tenant(),
    Column("run_id", Uuid, primary_key=True),
    Column("sha256", Text, primary_key=True),
)

run_reads = Table(
    "run_reads",
    metadata,
    _tenant(),
    Column("run_id", Uuid, primary_key=True),
    Column("named", Uuid, primary_key=True),
)

steps = Table(
    "steps",
    metadata,
    _tenant(),
    Column("run_id", Uuid, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("error", Text),
    _time("started_at", nullable=False),
    Column("seconds", Double, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    _tenant(),
    Column("run_id", Uuid, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("request_sha256", Text, nullable=False),
    Column("value", JSON),
    Column("payload_sha256", Text),
    _time("started_at", nullable=False),
    Column("seconds", Double, nullable=False),
)

entity_mentions = Table(
    "entity_mentions",
    metadata,
    _tenant(),
    Column("memory_id", Uuid, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("surface", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("start", Integer),
    Column("stop", Integer),
)

entity_facts = Table(
    "entity_facts",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("memory_id", Uuid, nullable=False),
    Column("entity", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("attribute", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answer_entity", Text),
    Column("asks", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("answer_start", Integer, nullable=False),
    Column("answer_stop", Integer, nullable=False),
    Column("chance", Double, nullable=False),
    Column("valid_from", Text),
)

revocations = Table(
    "revocations",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("field", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _time("at", nullable=False, default=True),
    Column("memories", Integer, nullable=False),
    Column("undone", JSON(none_as_null=True)),
)

revoked_memories = Table(
    "revoked_memories",
    metadata,
    _tenant(),
    Column("revocation_id", Uuid, primary_key=True),
    Column("memory_id", Uuid, primary_key=True),
)

holds = Table(
    "holds",
    metadata,
    _tenant(),
    Column("memory_id", Uuid, primary_key=True),
    Column("holder", Text, primary_key=True),
)

audit_items = Table(
    "audit_items",
    metadata,
    _tenant(),
    Column("id", Uuid, primary_key=True),
    Column("memory_id", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("risk", Double, nullable=False),
    Column("signals", JSON, nullable=False),
    _time("opened_at", nullable=False, default=True),
    Column("decision", Text),
    Column("by", Text),
    Column("reason", Text),
    _time("decided_at"),
)

thresholds = Table(
    "thresholds",
    metadata,
    _tenant(),
    Column("collection", Text, primary_key=True),
    Column("made_at", DateTime(timezone=True), primary_key=True, server_default=func.now()),
    Column("exclude", Double, nullable=False),
    Column("clean", Integer, nullable=False),
    Column("clean_removed", Double, nullable=False),
    Column("poison", Integer, nullable=False),
    Column("poison_removed", Double, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    _time("seen_at", nullable=False, default=True),
)
