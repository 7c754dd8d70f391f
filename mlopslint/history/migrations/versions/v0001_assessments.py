"""The first schema: one row an assessment, with the figures to look for and the whole result beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of assessments."""
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("rubric", sa.Text, nullable=False),
        sa.Column("committed_at", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("tool_version", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("score_without_waivers", sa.Float),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("team", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("repository", "revision", "rubric", name="one_result_a_commit_and_rubric"),
    )
    op.create_index("assessments_by_time", "assessments", ["repository", "committed_at"])
