"""First tables: everything belongs to a tenant, and row-level security is on from the start."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
create table tenants (
    id uuid primary key,
    name text not null,
    created_at timestamptz not null default now()
);
create table api_keys (
    tenant_id uuid not null references tenants,
    id uuid not null,
    name text not null,
    key_sha256 text not null unique,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
create table blobs (
    tenant_id uuid not null references tenants,
    sha256 text not null,
    compressed boolean not null,
    data bytea not null,
    primary key (tenant_id, sha256)
);
alter table blobs alter column data set storage external;
create table documents (
    tenant_id uuid not null references tenants,
    id uuid not null,
    external_id text not null,
    title text not null,
    collection text not null,
    source json not null,
    active_version_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, external_id)
);
create index documents_by_change on documents (tenant_id, updated_at, id);
create table versions (
    tenant_id uuid not null,
    id uuid not null,
    document_id uuid not null,
    number integer not null,
    content_sha256 text not null,
    filename text not null,
    size bigint not null,
    source json not null,
    collection text not null,
    title text,
    status text not null,
    media_type text,
    text_sha256 text,
    units_sha256 text,
    text_length integer,
    unit_count integer,
    warnings json not null default '[]',
    hidden json not null default '[]',
    batch uuid not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, document_id, number),
    foreign key (tenant_id, document_id) references documents
);
create table memories (
    tenant_id uuid not null,
    id uuid not null,
    document_id uuid not null,
    version_id uuid not null,
    ordinal integer not null,
    status text not null,
    collection text not null,
    principal text not null,
    origin text not null,
    trust double precision not null,
    length integer not null,
    body json not null,
    primary key (tenant_id, id),
    unique (tenant_id, version_id, ordinal),
    foreign key (tenant_id, version_id) references versions
);
create index memories_by_status on memories (tenant_id, collection, status) include (length);
create table memory_vectors (
    tenant_id uuid not null,
    memory_id uuid not null,
    layer text not null,
    encoder text not null,
    dimensions integer not null,
    embedding halfvec not null,
    primary key (tenant_id, memory_id, layer, encoder),
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
create table postings (
    tenant_id uuid not null,
    collection text not null,
    term text not null,
    version_id uuid not null,
    ordinals integer[] not null,
    frequencies integer[] not null,
    foreign key (tenant_id, version_id) references versions on delete cascade
);
create index postings_by_term on postings (tenant_id, collection, term);
create index postings_by_version on postings (tenant_id, version_id);
create table jobs (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    document_id uuid not null,
    version_id uuid not null,
    state text not null default 'queued',
    stage text,
    done integer not null default 0,
    total integer not null default 0,
    attempts integer not null default 0,
    max_attempts integer not null,
    fence integer not null default 0,
    cancel_requested boolean not null default false,
    error json,
    run_id uuid,
    owner text,
    lease_until timestamptz,
    due_at timestamptz,
    rung_at timestamptz default now(),
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, version_id) references versions
);
create index jobs_by_age on jobs (tenant_id, created_at, id);
create index jobs_by_version on jobs (tenant_id, version_id);
create index jobs_by_run on jobs ((run_id::text));
create index jobs_open on jobs (state) where state in ('queued', 'running', 'retrying');
create table job_events (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    job_id uuid not null,
    at timestamptz not null default clock_timestamp(),
    type text not null,
    data json not null default '{}',
    foreign key (tenant_id, job_id) references jobs on delete cascade
);
create index job_events_by_job on job_events (tenant_id, job_id, id);
create table runs (
    tenant_id uuid not null references tenants,
    id uuid not null,
    graph text not null,
    status text not null,
    subject json not null,
    engine json not null,
    attempts integer not null,
    error text,
    started_at timestamptz not null,
    finished_at timestamptz,
    primary key (tenant_id, id)
);
create index runs_by_start on runs (tenant_id, started_at, id);
create table steps (
    tenant_id uuid not null,
    run_id uuid not null,
    sequence integer not null,
    node text not null,
    attempt integer not null,
    status text not null,
    inputs json not null,
    outputs json not null,
    error text,
    started_at timestamptz not null,
    seconds double precision not null,
    primary key (tenant_id, run_id, sequence, node),
    foreign key (tenant_id, run_id) references runs on delete cascade
);
create table entries (
    tenant_id uuid not null,
    run_id uuid not null,
    sequence integer not null,
    node text not null,
    ordinal integer not null,
    kind text not null,
    name text not null,
    request_sha256 text not null,
    value json,
    payload_sha256 text,
    started_at timestamptz not null,
    seconds double precision not null,
    primary key (tenant_id, run_id, sequence, node, ordinal),
    foreign key (tenant_id, run_id, sequence, node) references steps on delete cascade
);
create table workers (
    name text primary key,
    seen_at timestamptz not null default now()
);
"""

VECTOR_INDEX = """
create index memory_vectors_{layer} on memory_vectors
    using hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)
    where layer = '{layer}' and dimensions = 384
"""

ISOLATED = """
api_keys blobs documents versions memories memory_vectors postings jobs job_events runs steps entries
""".split()

POLICY = """
alter table {table} enable row level security;
create policy tenant on {table}
    using ({column} = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check ({column} = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""

ACROSS_TENANTS = """
create function due_jobs(older_than interval, most integer)
returns table (tenant_id uuid, job_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select j.tenant_id, j.id
    from jobs j,
         lateral (select case j.state when 'queued' then j.rung_at
                                      when 'retrying' then j.due_at
                                      when 'running' then j.lease_until end) as ready(at)
    where j.state in ('queued', 'running', 'retrying')
      and coalesce(ready.at, '-infinity') <= now()
      and (j.rung_at is null or j.rung_at < ready.at or j.rung_at <= now() - older_than)
    order by j.rung_at nulls first, j.id
    limit most
$$;
create function tenant_of_key(key_hash text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id from api_keys where key_sha256 = key_hash
$$;
revoke all on function due_jobs, tenant_of_key from public
"""


def upgrade() -> None:
    op.execute("create extension if not exists vector")
    op.execute(TABLES)
    for layer in ("question", "core", "chunk"):
        op.execute(VECTOR_INDEX.format(layer=layer))
    op.execute(POLICY.format(table="tenants", column="id"))
    for table in ISOLATED:
        op.execute(POLICY.format(table=table, column="tenant_id"))
    op.execute(ACROSS_TENANTS)
