"""Recalls with their remedies and checks, stops, freezes, advisories; flashes; grey sites; a restored house."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# In words both databases take: adding a column and its reference in one, without rebuilding the table.
_RECALL = (
    "ALTER TABLE releases ADD COLUMN recall_id INTEGER CONSTRAINT fk_releases_recall_id_recalls REFERENCES recalls (id)"
)

_FROZEN = (
    "ALTER TABLE deliveries ADD COLUMN frozen_by INTEGER"
    " CONSTRAINT fk_deliveries_frozen_by_freezes REFERENCES freezes (id)"
)


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("prefer", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_recalls_says_why")),
        sa.CheckConstraint("state IN ('drafted', 'rejected') OR approved_by <> ''", name=op.f("ck_recalls_says_who")),
        sa.CheckConstraint("kind IN ('correction', 'retraction', 'expiry')", name=op.f("ck_recalls_kind")),
        sa.ForeignKeyConstraint(["replaces_id"], ["recalls.id"], name=op.f("fk_recalls_replaces_id_recalls")),
        sa.ForeignKeyConstraint(["origin_id"], ["stories.id"], name=op.f("fk_recalls_origin_id_stories")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_recalls_revision_id_revisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index("ix_recalls_origin_id", "recalls", ["origin_id"])
    op.create_table(
        "remedies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("costs", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("replacement_id", sa.Integer(), nullable=True),
        sa.Column("rendition_hash", sa.String(), nullable=False),
        sa.Column("sealed_set_id", sa.Integer(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("deadline", sa.DateTime(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state <> 'by_hand' OR (person <> '' AND deadline IS NOT NULL)", name=op.f("ck_remedies_says_who")
        ),
        sa.CheckConstraint("state NOT IN ('failed', 'unknown') OR reason <> ''", name=op.f("ck_remedies_says_why")),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["deliveries.id"], name=op.f("fk_remedies_replacement_id_deliveries")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_sets.id"], name=op.f("fk_remedies_sealed_set_id_sealed_sets")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_remedies_item_id_items")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_remedies_account_id_accounts")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_remedies_recall_id_recalls")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_remedies_delivery_id_deliveries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedies")),
        sa.UniqueConstraint("recall_id", "item_id", name=op.f("uq_remedies_recall_id_item_id")),
    )
    op.create_index("ix_remedies_account_id", "remedies", ["account_id"])
    op.create_index("ix_remedies_delivery_id", "remedies", ["delivery_id"])
    op.create_index("ix_remedies_due", "remedies", ["state", "next_at"])
    op.create_index("ix_remedies_item_id", "remedies", ["item_id"])
    op.create_index("ix_remedies_recall_id", "remedies", ["recall_id"])
    op.create_index("ix_remedies_replacement_id", "remedies", ["replacement_id"])
    op.create_index("ix_remedies_sealed_set_id", "remedies", ["sealed_set_id"])
    op.create_table(
        "remedy_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remedy_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["remedy_id"], ["remedies.id"], name=op.f("fk_remedy_checks_remedy_id_remedies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_checks")),
        sa.UniqueConstraint("remedy_id", "due_at", name=op.f("uq_remedy_checks_remedy_id_due_at")),
    )
    op.create_index("ix_remedy_checks_due_at", "remedy_checks", ["due_at"])
    op.create_index("ix_remedy_checks_remedy_id", "remedy_checks", ["remedy_id"])
    op.create_table(
        "stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=True),
        sa.Column("keep_hash", sa.String(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["origin_id"], ["stories.id"], name=op.f("fk_stops_origin_id_stories")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_stops_story_id_stories")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_stops_recall_id_recalls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
    )
    op.create_index("ix_stops_origin_id", "stops", ["origin_id"])
    op.create_index("ix_stops_recall_id", "stops", ["recall_id"])
    op.create_table(
        "freezes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("lets_flash", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("thawed_by", sa.String(), nullable=False),
        sa.Column("thawed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_freezes_says_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
    )
    op.create_table(
        "advisories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["origin_id"], ["stories.id"], name=op.f("fk_advisories_origin_id_stories")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_advisories_recall_id_recalls")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_advisories_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisories")),
        sa.UniqueConstraint("recall_id", "account_id", name=op.f("uq_advisories_recall_id_account_id")),
    )
    op.create_index("ix_advisories_account_id", "advisories", ["account_id"])
    op.create_index("ix_advisories_origin_id", "advisories", ["origin_id"])
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'stranger') = (item_id IS NULL)", name=op.f("ck_sightings_names_its_copy")),
        sa.CheckConstraint(
            "kind IN ('as_it_should', 'removed', 'gone', 'altered', 'stranger', 'not_askable', 'asking')",
            name=op.f("ck_sightings_kind"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sightings_account_id_accounts")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_sightings_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("item_id", name=op.f("uq_sightings_item_id")),
    )
    op.create_index("ix_sightings_account_id", "sightings", ["account_id"])
    op.create_index("ix_sightings_at", "sightings", ["at"])
    op.execute(_RECALL)
    op.create_index("ix_releases_recall_id", "releases", ["recall_id"])
    op.add_column("releases", sa.Column("flash", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("expires_at", "review_by", "reviewed_at"):
        op.add_column("releases", sa.Column(name, sa.DateTime(), nullable=True))
    op.add_column("deliveries", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_FROZEN)
    op.create_index("ix_deliveries_frozen_by", "deliveries", ["frozen_by"])
    op.add_column("lanes", sa.Column("checked_at", sa.DateTime(), nullable=True))
    for name in ("grey_since", "restored_at"):
        op.add_column("workspaces", sa.Column(name, sa.DateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
