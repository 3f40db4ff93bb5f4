"""Every collection may have thresholds of its own, fitted each night to what its runs saw."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = """
create table thresholds (
    tenant_id uuid not null references tenants,
    collection text not null,
    made_at timestamptz not null default clock_timestamp(),
    exclude double precision not null,
    clean integer not null,
    clean_removed double precision not null,
    poison integer not null,
    poison_removed double precision not null,
    primary key (tenant_id, collection, made_at)
);
alter table thresholds enable row level security;
create policy tenant on thresholds
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""

NIGHTLY = """
create function queue_recalibrations(every interval, attempts integer) returns integer
language sql volatile security definer set search_path = public, pg_temp as $$
    select pg_advisory_xact_lock(1902473572);
    with due as (
        select t.id from tenants t
        where exists (select from runs r
                      where r.tenant_id = t.id and r.graph = 'answering' and r.status = 'succeeded'
                        and r.started_at > now() - every)
          and not exists (select from jobs j
                          where j.tenant_id = t.id and j.kind = 'thresholds.fit'
                            and j.created_at > now() - every)
    ),
    made as (
        insert into jobs (tenant_id, id, kind, max_attempts, rung_at)
        select id, gen_random_uuid(), 'thresholds.fit', attempts, null from due
        returning tenant_id, id
    ),
    told as (
        insert into job_events (tenant_id, job_id, type)
        select tenant_id, id, 'queued' from made
    )
    select count(*)::integer from made
$$;
revoke all on function queue_recalibrations from public
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(NIGHTLY)
