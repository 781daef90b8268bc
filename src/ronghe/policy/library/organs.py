"""The names of offices, by how they end."""

__all__ = ["ORGAN"]

_ORGANS = (
    "人民政府办公室|人民政府办公厅|人民政府|管理委员会|委员会|管理局|办公室|管理中心|联合会|法院"
    "|检察院|总队|支队|局|厅|委|部|院"
)
ORGAN = rf"[一-龥]{{1,24}}?(?:{_ORGANS})"
"""The name of an office, in no group that captures."""
