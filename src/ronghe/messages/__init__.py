"""Every text that a user sees, by code, in Chinese and English.

`texts/*.toml` holds one table for each code with the two languages side by side; places in braces are filled by name.
"""

from ronghe.messages.catalog import (
    LANGUAGES,
    Bilingual,
    Language,
    both,
    codes,
    fields_of,
    known,
    render,
    render_error,
)

__all__ = [
    "LANGUAGES",
    "Bilingual",
    "Language",
    "both",
    "codes",
    "fields_of",
    "known",
    "render",
    "render_error",
]
