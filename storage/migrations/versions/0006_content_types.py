"""A search may ask for content types: what a memory is stands beside what it says."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CONTENT_TYPES = """
alter table memories add column content_type text;
update memories m set content_type = p.body ->> 'content_type'
from places p
where p.tenant_id = m.tenant_id and p.version_id = m.version_id and p.memory_id = m.id;
alter table memories alter column content_type set not null
"""


def upgrade() -> None:
    op.execute(CONTENT_TYPES)
