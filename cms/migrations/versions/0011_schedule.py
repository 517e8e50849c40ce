"""The schedule: whose a column is, where it goes, how it begins, holidays; days of imported notices."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("columns") as batch:
        batch.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("target", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("template", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("holiday", sa.String(), nullable=False, server_default="keep"))
        batch.create_foreign_key(op.f("fk_columns_unit_id_units"), "units", ["unit_id"], ["id"])
        batch.create_check_constraint(op.f("ck_columns_holiday"), "holiday IN ('keep', 'before', 'after', 'skip')")
        batch.create_index(op.f("ix_columns_unit_id"), ["unit_id"])
    with op.batch_alter_table("issues") as batch:
        batch.add_column(sa.Column("alarmed_at", sa.DateTime(), nullable=True))
    op.create_table(
        "named_dates",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_named_dates")),
    )
    op.create_index(op.f("ix_named_dates_notice"), "named_dates", ["notice"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
