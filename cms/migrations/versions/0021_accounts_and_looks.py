"""账号与主题: what the last asking about each account found, and every look a unit was given."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_checks",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("troubles", sa.Text(), nullable=False),
        sa.Column("looked", sa.Text(), nullable=False),
        sa.Column("dies_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_checks_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_checks")),
    )
    op.create_table(
        "unit_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_looks_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_looks")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_unit_looks_unit_id_number")),
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
