"""Audits: who backed an answer is found by index, revoked in one go, and asked about again.

A job need not be about a document any more: it may ask a question again.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
create index memories_by_principal on memories (tenant_id, principal);
create index memories_by_origin on memories (tenant_id, origin);
alter table jobs alter column document_id drop not null;
alter table jobs alter column version_id drop not null;
alter table jobs add column asked_run_id uuid;
alter table jobs add column revocation_id uuid;
create table revocations (
    tenant_id uuid not null references tenants,
    id uuid not null,
    field text not null,
    name text not null,
    by text not null,
    reason text not null,
    at timestamptz not null default clock_timestamp(),
    memories integer not null,
    undone json,
    primary key (tenant_id, id)
);
create index revocations_by_age on revocations (tenant_id, at, id);
alter table jobs add foreign key (tenant_id, revocation_id) references revocations on delete cascade;
create index jobs_by_revocation on jobs (tenant_id, revocation_id);
create table revoked_memories (
    tenant_id uuid not null,
    revocation_id uuid not null,
    memory_id uuid not null,
    decision text,
    primary key (tenant_id, revocation_id, memory_id),
    foreign key (tenant_id, revocation_id) references revocations on delete cascade,
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
create index revoked_memories_by_memory on revoked_memories (tenant_id, memory_id);
create table audit_items (
    tenant_id uuid not null,
    id uuid not null,
    memory_id uuid not null,
    run_id uuid not null,
    risk double precision not null,
    signals json not null,
    opened_at timestamptz not null default clock_timestamp(),
    decision text,
    by text,
    reason text,
    decided_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, memory_id),
    foreign key (tenant_id, memory_id) references memories on delete cascade,
    foreign key (tenant_id, run_id) references runs on delete cascade
);
create index audit_items_by_age on audit_items (tenant_id, opened_at, id)
"""

ISOLATED = ("revocations", "revoked_memories", "audit_items")

POLICY = """
alter table {table} enable row level security;
create policy tenant on {table}
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ISOLATED:
        op.execute(POLICY.format(table=table))
