"""Who keeps a memory out of retrieval stands in rows: it comes back when the last of them is gone.

``decision`` says from now on only what was released. Of quarantines by hand that came after a
revocation nothing was kept, so they are the revocation's.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = """
create table holds (
    tenant_id uuid not null,
    memory_id uuid not null,
    holder text not null,
    primary key (tenant_id, memory_id, holder),
    foreign key (tenant_id, memory_id) references memories on delete cascade
);
create index holds_by_holder on holds (tenant_id, holder);
alter table holds enable row level security;
create policy tenant on holds
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""

STANDING = """
create temporary table standing on commit drop as
select t.tenant_id, t.memory_id, t.revocation_id, t.decision, r.at
from revoked_memories t
join revocations r on r.tenant_id = t.tenant_id and r.id = t.revocation_id
join memories m on m.tenant_id = t.tenant_id and m.id = t.memory_id
where r.undone is null and m.decision = 'quarantined'
"""

HOLDS = """
insert into holds (tenant_id, memory_id, holder)
select tenant_id, memory_id, revocation_id::text from standing
union all
select m.tenant_id, m.id, 'hand' from memories m
where m.decision = 'quarantined'
  and ((m.tenant_id, m.id) not in (select tenant_id, memory_id from standing)
       or exists (select from audit_items i
                  where i.tenant_id = m.tenant_id and i.memory_id = m.id
                    and i.decision = 'quarantine'));
update memories m
set decision = (select s.decision from standing s
                where s.tenant_id = m.tenant_id and s.memory_id = m.id and s.decision = 'verified'
                order by s.at limit 1)
where m.decision = 'quarantined';
alter table revoked_memories drop column decision
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(STANDING)
    op.execute(HOLDS)
