"""Accounts with an interface: secrets, tokens, uploads, calls counted, lanes, and what a delivery remembers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _account() -> list[Any]:
    return [sa.Column("account_id", sa.Integer(), nullable=False)]


def _of_account(table: str, *key: str) -> list[Any]:
    return [
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", *key, name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "secrets", *_account(), sa.Column("sealed", sa.String(), nullable=False), *_of_account("secrets")
    )
    op.create_table(
        "stored_tokens",
        *_account(),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("renewing_until", sa.DateTime(), nullable=True),
        *_of_account("stored_tokens"),
    )
    op.create_table(
        "uploads",
        *_account(),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("remote", sa.String(), nullable=False),
        *_of_account("uploads", "digest"),
    )
    op.create_table(
        "call_counts",
        *_account(),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        *_of_account("call_counts", "call"),
    )
    op.create_table(
        "lanes",
        *_account(),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        *_of_account("lanes"),
    )
    op.add_column("deliveries", sa.Column("staged", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("deliveries", sa.Column("remote_id", sa.String(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("lost_at", sa.DateTime(), nullable=True))
    op.add_column("deliveries", sa.Column("accepted_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
