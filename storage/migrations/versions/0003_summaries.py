"""A version keeps the summary of its text; one built before has none until it is built again."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table versions add column summary json not null default '[]'")
