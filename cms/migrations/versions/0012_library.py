"""The picture library: assets, where they are used, what is being sent, what only looks alike."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asset_uses",
        sa.Column("manuscript_hash", sa.String(), nullable=False),
        sa.Column("asset_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("manuscript_hash", "asset_hash", name=op.f("pk_asset_uses")),
    )
    op.create_index("ix_asset_uses_asset_hash", "asset_uses", ["asset_hash"])
    op.create_table(
        "asset_uploads",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("touched_at", sa.DateTime(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_asset_uploads_unit_id_units")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_asset_uploads")),
    )
    op.create_index("ix_asset_uploads_person", "asset_uploads", ["person"])
    op.create_index("ix_asset_uploads_touched_at", "asset_uploads", ["touched_at"])
    op.create_table(
        "assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("sent_hash", sa.String(), nullable=False),
        sa.Column("thumb", sa.String(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("keywords", sa.String(), nullable=False),
        sa.Column("ai", sa.Boolean(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('picture', 'video')", name=op.f("ck_assets_kind")),
        sa.CheckConstraint("licence <> '' AND added_by <> ''", name=op.f("ck_assets_says_who")),
        sa.CheckConstraint("focus_x BETWEEN 0 AND 1000 AND focus_y BETWEEN 0 AND 1000", name=op.f("ck_assets_focus")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_assets_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("unit_id", "hash", name=op.f("uq_assets_unit_id_hash")),
    )
    op.create_index("ix_assets_added_at", "assets", ["added_at"])
    op.create_index("ix_assets_hash", "assets", ["hash"])
    op.create_index("ix_assets_sent_hash", "assets", ["sent_hash"])
    op.create_index("ix_assets_unit_id", "assets", ["unit_id"])
    op.create_index("ix_assets_until", "assets", ["until"])
    op.create_table(
        "asset_aparts",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["assets.id"], name=op.f("fk_asset_aparts_first_id_assets")),
        sa.ForeignKeyConstraint(["second_id"], ["assets.id"], name=op.f("fk_asset_aparts_second_id_assets")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_asset_aparts")),
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
