"""A memory is kept once, however many versions hold it: places in a table of their own.

What was built before keeps its ids; its vectors are made again when its document is.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACES = """
create table places (
    tenant_id uuid not null,
    version_id uuid not null,
    ordinal integer not null,
    memory_id uuid not null,
    body json not null,
    primary key (tenant_id, version_id, ordinal),
    unique (tenant_id, memory_id, version_id),
    foreign key (tenant_id, version_id) references versions on delete cascade,
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
insert into places (tenant_id, version_id, ordinal, memory_id, body)
select tenant_id, version_id, ordinal, id, body from memories;
alter table memories add column decision text;
create index memories_by_document on memories (tenant_id, document_id);
alter table memory_vectors add column text_sha256 text;
alter table places enable row level security;
create policy tenant on places
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute(PLACES)
