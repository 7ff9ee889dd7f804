"""standard terms: modality, issues and measures of quality, predictions of shadow networks

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MODALITIES = {"smartphone": "clinical", "dermoscopy": "dermoscopic"}
MEASURES = {
    "glare": "glare_fraction",
    "colour": "saturation",
    "contrast": "border_contrast",
    "lesion_area": "lesion_area_fraction",
    "offset": "contrast_offset",
    "uniform": "uniform_fraction",
    "edges": "edge_fraction",
    "flat_band": "flat_band_fraction",
    "seam": "seam_contrast",
    "skin_tone": "individual_typology_angle",
}
CONSTRAINTS = ("pk_{}", "fk_{}_check_id_checks", "uq_{}_check_id_model_version")
# Rows from before a measure or an issue was recorded lack the key.
QUALITY = """
    UPDATE checks SET quality = jsonb_build_object(
        'measured', (
            SELECT coalesce(jsonb_object_agg(coalesce(names.new, item.key), item.value), '{{}}')
            FROM jsonb_each(coalesce(quality -> 'measured', '{{}}')) AS item
            LEFT JOIN (VALUES {names}) AS names (old, new) ON names.old = item.key
        ),
        '{issues_after}', coalesce(quality -> '{issues_before}', '[]')
    )
"""


def upgrade() -> None:
    op.alter_column("checks", "kind", new_column_name="modality")
    rename_values(MODALITIES)
    op.create_check_constraint(
        op.f("ck_checks_modality"), "checks", "modality IN ('clinical', 'dermoscopic')"
    )
    rename_quality(MEASURES, "warnings", "issues")
    rename_predictions("opinions", "shadow_predictions")


def downgrade() -> None:
    rename_predictions("shadow_predictions", "opinions")
    rename_quality(backwards(MEASURES), "issues", "warnings")
    op.drop_constraint(op.f("ck_checks_modality"), "checks")
    rename_values(backwards(MODALITIES))
    op.alter_column("checks", "modality", new_column_name="kind")


def backwards(names: Mapping[str, str]) -> dict[str, str]:
    return {new: old for old, new in names.items()}


def rename_values(names: Mapping[str, str]) -> None:
    checks = sa.table("checks", sa.column("modality", sa.String))
    for old, new in names.items():
        op.execute(checks.update().where(checks.c.modality == old).values(modality=new))


def rename_quality(names: Mapping[str, str], before: str, after: str) -> None:
    values = ", ".join(f"('{old}', '{new}')" for old, new in names.items())
    op.execute(QUALITY.format(names=values, issues_before=before, issues_after=after))


def rename_predictions(before: str, after: str) -> None:
    op.rename_table(before, after)
    for name in (*CONSTRAINTS, "ck_{}_reason", "ck_{}_status"):
        old, new = name.format(before), name.format(after)
        op.execute(f'ALTER TABLE {after} RENAME CONSTRAINT "{old}" TO "{new}"')
