"""The first form of the state database."""

from alembic import op

from samokoder.adapters.sqlite import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.metadata.create_all(op.get_bind())
    for trigger in schema.TRIGGERS:
        op.execute(trigger)
