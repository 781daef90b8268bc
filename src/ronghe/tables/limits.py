"""How large a source may be before reading it would endanger the machine."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are in bytes unless said otherwise; what goes beyond is refused with LimitReached, never cut."""

    workbook: int = 200_000_000
    """A spreadsheet file as it lies on the disk."""
    workbook_unpacked: int = 2_000_000_000
    """The same with its parts decompressed: a zip bomb is small on the disk."""
    workbook_ratio: int = 200
    """How many times larger the parts of a workbook may become, once they pass `ratio_matters_from`."""
    ratio_matters_from: int = 100_000_000
    sheet_cells: int = 20_000_000
    """Rows times columns of a sheet: it is held in memory as a rectangle, however few of its cells are filled."""
    json_record: int = 16_000_000
    """One JSON record; a longer one is malformed."""
    columns: int = 4_000
    """Columns of a table, as a number, whatever its format."""
