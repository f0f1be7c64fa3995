"""What each model call was for: kind of work, task, and the person's day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new database has the columns already: the first form is made of today's tables."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("model_call")}
    for name in ("tier", "task", "day"):
        if name not in there:
            op.add_column("model_call", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.create_index("model_call_by_day", "model_call", ["day"], if_not_exists=True)
