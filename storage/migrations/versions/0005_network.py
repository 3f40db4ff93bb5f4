"""The network: names in memories and facts read from them; each row goes with its memory."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
create table entity_mentions (
    tenant_id uuid not null,
    memory_id uuid not null,
    ordinal integer not null,
    name text not null,
    entity text not null,
    surface text not null,
    kind text not null,
    role text not null,
    start integer,
    stop integer,
    primary key (tenant_id, memory_id, ordinal),
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
create index entity_mentions_by_name on entity_mentions (tenant_id, name)
    where kind in ('subject', 'alias');
create index entity_mentions_by_entity on entity_mentions (tenant_id, entity);
create table entity_facts (
    tenant_id uuid not null,
    id uuid not null,
    memory_id uuid not null,
    entity text not null,
    question text not null,
    attribute text not null,
    answer text not null,
    answer_entity text,
    asks text not null,
    start integer not null,
    stop integer not null,
    answer_start integer not null,
    answer_stop integer not null,
    chance double precision not null,
    valid_from text,
    primary key (tenant_id, id),
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
create index entity_facts_by_memory on entity_facts (tenant_id, memory_id);
create index entity_facts_by_entity on entity_facts (tenant_id, entity);
create index entity_facts_by_answer on entity_facts (tenant_id, answer_entity)
    where answer_entity is not null
"""

POLICY = """
alter table {table} enable row level security;
create policy tenant on {table}
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("entity_mentions", "entity_facts"):
        op.execute(POLICY.format(table=table))
