"""Standard data elements, code lists and the region codes of China, each defined once for every engine."""

from ronghe.standards.element import Check, Element, Reading

__all__ = ["MISSING_WORDS", "Check", "Element", "Reading"]

MISSING_WORDS = (
    *(
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "空",
        "暂无",
        "不详",
        "不明",
        "未填",
        "未填写",
        "缺失",
        "待补",
        "待定",
    ),
    *("NULL", "null", "Null", "N/A", "n/a", "NA", "#N/A", "None", "none", "nan", "NaN", "?", "？", "."),
)
"""Words that departments write where they have no value; a schema says which of them it takes as missing."""
