"""People: sign-in, roles scoped to units, invitations, contacts; notices that travel; whose a story is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# In words both databases take: adding a column and its reference in one, without rebuilding the table.
_OWNER = (
    "ALTER TABLE stories ADD COLUMN unit_id INTEGER"
    " CONSTRAINT fk_stories_unit_id_units REFERENCES units (id)"
)
_WHOSE = (
    "ALTER TABLE notices ADD COLUMN unit_id INTEGER"
    " CONSTRAINT fk_notices_unit_id_units REFERENCES units (id)"
)
_TOP = "(SELECT min(id) FROM units WHERE parent_id IS NULL)"
_OWNED = (
    "UPDATE stories SET unit_id = COALESCE("
    f"(SELECT min(e.unit_id) FROM archive_entries e WHERE e.story_id = stories.id), {_TOP})"
)


def upgrade() -> None:
    for column in (
        sa.Column("password_hash", sa.String(), nullable=False, server_default=""),
        sa.Column("password_at", sa.DateTime(), nullable=True),
        sa.Column("totp_sealed", sa.String(), nullable=False, server_default=""),
        sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("disabled_by", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("persons", column)
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_appointments_person_id_persons")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_appointments_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("person_id", "role", "unit_id", name=op.f("uq_appointments_person_id_role_unit_id")),
    )
    op.create_index("ix_appointments_unit_id", "appointments", ["unit_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_ins_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index("ix_sign_ins_person_id", "sign_ins", ["person_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_recovery_codes_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_person_id", "recovery_codes", ["person_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('invite', 'reset', 'enter')", name=op.f("ck_invitations_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_invitations_person_id_persons")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_invitations_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"])
    op.create_index("ix_invitations_unit_id", "invitations", ["unit_id"])
    op.create_table(
        "contacts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_contacts_person_id_persons")),
        sa.PrimaryKeyConstraint("person_id", "way", name=op.f("pk_contacts")),
    )
    op.create_table(
        "lockouts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lockouts")),
    )
    op.create_table(
        "form_answers",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("kept_until", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_form_answers")),
    )
    op.create_index("ix_form_answers_kept_until", "form_answers", ["kept_until"])
    _notices()
    op.execute(_OWNER)
    op.create_index("ix_stories_unit_id", "stories", ["unit_id"])
    op.execute(_OWNED)
    # Roles are rows with a unit now; the word column was never read by anything.
    op.drop_column("persons", "roles")


def _notices() -> None:
    op.execute(_WHOSE)
    op.add_column("notices", sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notices", sa.Column("rung_at", sa.DateTime(), nullable=True))
    op.create_index("ix_notices_rung_at", "notices", ["rung_at"])
    op.create_table(
        "notice_sends",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'sending', 'sent', 'failed')", name=op.f("ck_notice_sends_state")),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name=op.f("ck_notice_sends_says_why")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_sends_notice_id_notices")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_notice_sends_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_sends")),
        sa.UniqueConstraint("notice_id", "person_id", "way", name=op.f("uq_notice_sends_notice_id_person_id_way")),
    )
    op.create_index("ix_notice_sends_person_id", "notice_sends", ["person_id"])
    op.create_index("ix_notice_sends_next_at", "notice_sends", ["next_at"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
