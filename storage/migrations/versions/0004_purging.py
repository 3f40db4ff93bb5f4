"""What is removed goes with everything derived from it: cascades, and which run holds what.

Of runs that were recorded before, the kept values that only a state names are not known here.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CASCADES = """
alter table {table} drop constraint {table}_tenant_id_{column}_fkey;
alter table {table} add foreign key (tenant_id, {column}) references {parent} on delete cascade
"""

HOLDING = """
alter table runs add column purged boolean not null default false;
create index runs_purged on runs ((id::text)) where purged;
create table run_blobs (
    tenant_id uuid not null,
    run_id uuid not null,
    sha256 text not null,
    primary key (tenant_id, run_id, sha256),
    foreign key (tenant_id, run_id) references runs on delete cascade
);
create index run_blobs_by_value on run_blobs (tenant_id, sha256);
insert into run_blobs (tenant_id, run_id, sha256)
select s.tenant_id, s.run_id, value from steps s, json_each_text(s.inputs) union
select s.tenant_id, s.run_id, value from steps s, json_each_text(s.outputs) union
select e.tenant_id, e.run_id, e.payload_sha256 from entries e where e.payload_sha256 is not null;
alter table run_blobs enable row level security;
create policy tenant on run_blobs
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""


def upgrade() -> None:
    op.execute(CASCADES.format(table="versions", column="document_id", parent="documents"))
    op.execute(CASCADES.format(table="memories", column="version_id", parent="versions"))
    op.execute(CASCADES.format(table="jobs", column="version_id", parent="versions"))
    op.execute(HOLDING)
