"""What was spent is summed from indexes alone."""

from alembic import op

from samokoder.adapters.sqlite.schema import model_call

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new database has them already: the first form is made of today's tables."""
    for index in model_call.indexes:
        index.create(op.get_bind(), checkfirst=True)
    op.drop_index("model_call_by_day", "model_call", if_exists=True)
