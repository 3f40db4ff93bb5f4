"""What a run read stands in rows of its own: a deletion looks it up and reads no journal.

What older runs read is taken from their journals, once.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

READS = """
create table run_reads (
    tenant_id uuid not null,
    run_id uuid not null,
    named uuid not null,
    primary key (tenant_id, run_id, named),
    foreign key (tenant_id, run_id) references runs on delete cascade
);
insert into run_reads (tenant_id, run_id, named)
select distinct e.tenant_id, e.run_id, cast(found.id[1] as uuid)
from entries e,
     regexp_matches(e.value::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'gi') as found(id)
where e.kind = 'retrieval';
create index run_reads_by_id on run_reads (tenant_id, named);
alter table run_reads enable row level security;
create policy tenant on run_reads
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute(READS)
