"""What a restoring holds (恢复后核对) is a freeze of its own kind: `freezes.kept_at`, the moment of the backup. It takes
the place of `workspaces.restored_at`; a restoring nobody had ended yet is held from now on."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("freezes", sa.Column("kept_at", sa.DateTime(), nullable=True))
    connection = op.get_bind()
    open_since = connection.execute(sa.text("SELECT restored_at FROM workspaces WHERE restored_at IS NOT NULL"))
    for (kept_at,) in open_since.all():
        said = connection.execute(
            sa.text("SELECT at, actor FROM audit_entries WHERE action = 'house.restore' ORDER BY id DESC LIMIT 1")
        ).first()
        at, by = said or (kept_at, "pipeline")
        connection.execute(
            sa.text(
                "INSERT INTO freezes (unit, channel, topic, lets_flash, reason, \"by\", at, thawed_by, kept_at)"
                " VALUES ('', '', '', :flash, '恢复备份之后的核对还没有结束', :by, :at, '', :kept)"
            ),
            {"flash": True, "by": by, "at": at, "kept": kept_at},
        )
    op.drop_column("workspaces", "restored_at")


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
