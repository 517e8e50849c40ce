"""The rhythm of a column as data in place of its one weekday; the slot an issue had before it was moved by hand."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("columns", sa.Column("rhythm", sa.Text(), nullable=False, server_default=""))
    columns = sa.table("columns", sa.column("weekday", sa.Integer()), sa.column("rhythm", sa.Text()))
    for weekday in range(7):
        said = json.dumps({"every": "week", "weekdays": [weekday]}, separators=(",", ":"))
        op.execute(columns.update().where(columns.c.weekday == weekday).values(rhythm=said))
    op.drop_column("columns", "weekday")
    op.add_column("issues", sa.Column("slot_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
