"""How texts become numbers, days and moments, and how these are reckoned with and written."""

import datetime as dt
from decimal import Decimal

from ronghe.tables import expressions as ops
from tests.spec.drawn import A, Drawn, of_text

D = Decimal
INTEGERS = {"m": ops.INTEGER, "n": ops.INTEGER}
M, N = ops.Column("m", ops.INTEGER), ops.Column("n", ops.INTEGER)
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
MONEY = ops.decimal(30, 2)


def day(*numbers: int) -> dt.date:
    return dt.date(*numbers)


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - TIMESTAMP has no zone


def rescale(name: str, numerator: int, denominator: int, scale: int, *rows: tuple[object, object]) -> Drawn:
    kind = ops.decimal(26, 6)
    return Drawn(name, ops.Rescale(ops.Column("d", kind), 6, numerator, denominator, scale), {"d": kind}, rows)


def multiple(name: str, step: D, *rows: tuple[str | None, str | None], nearest: bool = False) -> Drawn:
    cells = tuple(tuple(None if cell is None else D(cell) for cell in row) for row in rows)
    return Drawn(f"multiple {name}", ops.Multiple(ops.Column("x", MONEY), 2, step, nearest), {"x": MONEY}, cells)


def arithmetic(operator: str, *rows: tuple[object, object, object]) -> Drawn:
    return Drawn(f"arithmetic {operator}", ops.Arithmetic(operator, M, N), INTEGERS, rows)


def text_of(kind: ops.Type, *rows: tuple[object, object]) -> Drawn:
    name = f"text of {kind.name.value}"
    return Drawn(name, ops.TextOf(ops.Column("v", kind), kind), {"v": kind}, (*rows, (None, None)))


TABLES = (
    of_text(
        "integer",
        ops.IntegerOf(A),
        ("0", 0),
        ("-0", 0),
        ("+007", 7),
        ("9223372036854775807", LARGEST),
        ("-9223372036854775808", SMALLEST),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("0" * 60 + "5", 5),
        ("9" * 60, None),
        ("1.0", None),
        ("1e3", None),
        (" 1", None),
        ("1\n", None),
        ("１", None),
        ("1_000", None),
        ("0x10", None),
        ("--1", None),
        ("", None),
        (None, None),
    ),
    of_text(
        "decimal",
        ops.DecimalOf(A, 5, 2),
        ("1.5", D("1.50")),
        ("-0.00", D("0.00")),
        ("+999.99", D("999.99")),
        ("-999.99", D("-999.99")),
        ("1000", None),
        ("0001.5000", D("1.50")),
        ("1.005", None),
        ("1.", None),
        (".5", None),
        ("1,5", None),
        ("1e2", None),
        ("1.5\n", None),
        ("1.50" + "0" * 60, D("1.50")),
        ("0" * 60 + "1.5", D("1.50")),
        ("9" * 60, None),
        ("", None),
        (None, None),
    ),
    of_text(
        "decimal without fraction",
        ops.DecimalOf(A, 3, 0),
        ("999", D(999)),
        ("999.0", D(999)),
        ("999.5", None),
        ("1000", None),
        (None, None),
    ),
    of_text(
        "decimal of 38 digits",
        ops.DecimalOf(A, 38, 6),
        ("9" * 32 + ".999999", D("9" * 32 + ".999999")),
        ("-" + "9" * 32 + ".999999", D("-" + "9" * 32 + ".999999")),
        ("9" * 33, None),
    ),
    of_text(
        "number",
        ops.NumberOf(A),
        ("0.1", 0.1),
        ("-1e-7", -1e-7),
        ("1.", 1.0),
        (".5", 0.5),
        ("+1E+2", 100.0),
        ("1e308", 1e308),
        ("1e309", None),
        ("-1e999", None),
        ("1e-999", 0.0),
        ("5e-324", 5e-324),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("0.1000000000000000055511151231257827", 0.1),
        ("nan", None),
        ("Infinity", None),
        ("1d", None),
        ("1f", None),
        ("0x1p3", None),
        ("1 ", None),
        (".", None),
        ("", None),
        (None, None),
    ),
    of_text(
        "date",
        ops.DateOf(A),
        ("2024-02-29", day(2024, 2, 29)),
        ("2024-2-9", day(2024, 2, 9)),
        ("2023-02-29", None),
        ("2024-02-30", None),
        ("1900-02-29", None),
        ("2000-02-29", day(2000, 2, 29)),
        ("2024-04-31", None),
        ("2024-13-01", None),
        ("2024-00-01", None),
        ("2024-01-00", None),
        ("2024-1-32", None),
        ("0001-01-01", day(1, 1, 1)),
        ("9999-12-31", day(9999, 12, 31)),
        ("0000-01-01", None),
        ("-001-01-01", None),
        ("10000-01-01", None),
        ("1582-10-10", day(1582, 10, 10)),
        ("24-01-01", None),
        ("2024-001-01", None),
        ("2024-01-01 ", None),
        ("2024-01-01T00:00", None),
        ("2024/01/01", None),
        ("２024-01-01", None),
        ("2024-01", None),
        ("infinity", None),
        ("epoch", None),
        ("今天", None),
        ("", None),
        (None, None),
    ),
    of_text(
        "timestamp",
        ops.TimestampOf(A),
        ("2024-02-29 08:30:00", moment(2024, 2, 29, 8, 30)),
        ("2024-2-9 8:30:59", moment(2024, 2, 9, 8, 30, 59)),
        ("2023-02-29 08:30:00", None),
        ("2024-01-01 24:00:00", None),
        ("2024-01-01 23:60:00", None),
        ("2024-01-01 23:59:60", None),
        ("0001-01-01 00:00:00", moment(1, 1, 1)),
        ("9999-12-31 23:59:59", moment(9999, 12, 31, 23, 59, 59)),
        ("1582-10-10 00:00:00", moment(1582, 10, 10)),
        ("1927-12-31 23:54:08", moment(1927, 12, 31, 23, 54, 8)),
        ("1986-05-04 02:30:00", moment(1986, 5, 4, 2, 30)),
        ("0000-01-01 00:00:00", None),
        ("2024-01-01", None),
        ("2024-01-01 8:30", None),
        ("2024-01-01 8:30:00.5", None),
        ("2024-01-01T08:30:00", None),
        ("2024-01-01 08:30:00+08:00", None),
        ("", None),
        (None, None),
    ),
    Drawn(
        "later",
        ops.Later(ops.TimestampOf(A), ops.Column("n", ops.INTEGER)),
        {"a": ops.TEXT, "n": ops.INTEGER},
        (
            ("2024-02-28 16:00:00", 480, moment(2024, 2, 29)),
            ("2024-03-01 03:59:59", -240, moment(2024, 2, 29, 23, 59, 59)),
            ("1986-05-04 01:30:00", 60, moment(1986, 5, 4, 2, 30)),
            ("1582-10-04 12:00:00", 1440, moment(1582, 10, 5, 12)),
            ("9999-12-31 23:59:59", 0, moment(9999, 12, 31, 23, 59, 59)),
            ("9999-12-31 23:59:59", 1, None),
            ("0001-01-01 00:00:00", -1, None),
            ("2024-01-01 00:00:00", 10**13, None),
            ("2024-01-01 00:00:00", -(10**13), None),
            ("2023-02-29 00:00:00", 1, None),
            ("2024-01-01 00:00:00", None, None),
            (None, 1, None),
        ),
    ),
    rescale(
        "rescale by a factor",
        10_000,
        1,
        2,
        (D("1.500000"), D("15000.00")),
        (D("0.000001"), D("0.01")),
        (D("0.000000"), D("0.00")),
        (D("-0.000001"), D("-0.01")),
        (D("99999999999999999999.999999"), D("999999999999999999999999.99")),
        (None, None),
    ),
    rescale(
        "rescale rounds halves away from zero",
        1,
        1,
        2,
        (D("0.005000"), D("0.01")),
        (D("-0.005000"), D("-0.01")),
        (D("0.004999"), D("0.00")),
        (D("-0.004999"), D("0.00")),
        (D("2.675000"), D("2.68")),
        (D("-2.665000"), D("-2.67")),
    ),
    rescale(
        "rescale by a fraction",
        2000,
        3,
        4,
        (D("10.000000"), D("6666.6667")),
        (D("-10.000000"), D("-6666.6667")),
        (D("0.000003"), D("0.0020")),
        (D("99999999999999999999.999999"), D("66666666666666666666666.6660")),
    ),
    rescale(
        "rescale beyond its digits",
        10**8,
        1,
        2,
        (D("99999999999999999.999999"), D("9999999999999999999999900.00")),
        (D("99999999999999999999.999999"), None),
        (D("-999999999999999999.000000"), D("-99999999999999999900000000.00")),
        (D("-9999999999999999999.000000"), None),
        (D("1.000000"), D("100000000.00")),
    ),
    rescale(
        "rescale to ten digits",
        1,
        1,
        10,
        (D("0.000001"), D("0.0000010000")),
        (D("999999999999999999.999999"), D("999999999999999999.9999990000")),
        (D("9999999999999999999.000000"), None),
    ),
    arithmetic(
        "+", (1, 2, 3), (-5, 5, 0), (2**62, 2**62 - 1, LARGEST), (LARGEST, 1, None), (None, 1, None), (1, None, None)
    ),
    arithmetic("-", (1, 2, -1), (SMALLEST, 0, SMALLEST), (SMALLEST, 1, None), (None, 1, None)),
    arithmetic("*", (3, -4, -12), (2**32, 2**31, None), (SMALLEST, -1, None), (0, LARGEST, 0), (None, 0, None)),
    arithmetic(
        "%",
        (7, 3, 1),
        (-7, 3, -1),
        (7, -3, 1),
        (-7, -3, -1),
        (0, 5, 0),
        (5, 0, None),
        (LARGEST, 11, LARGEST % 11),
        (110105194912310020, 97, 110105194912310020 % 97),
        (None, 3, None),
    ),
    multiple(
        "ten",
        D("10"),
        ("39.99", "30.00"),
        ("40.00", "40.00"),
        ("0.00", "0.00"),
        ("-0.01", "-10.00"),
        ("-10.00", "-10.00"),
        ("9999999999999999999999999999.99", "9999999999999999999999999990.00"),
        (None, None),
    ),
    multiple("half", D("0.5"), ("0.99", "0.50"), ("-0.49", "-0.50"), ("-0.50", "-0.50")),
    multiple("nearest", D("100"), ("150.00", "200.00"), ("149.99", "100.00"), ("-150.00", "-100.00"), nearest=True),
    of_text(
        "multiple of a text",
        ops.Multiple(ops.DecimalOf(A, 28, 8), 8, D("7")),
        ("12345678901234567890.12345678", D("12345678901234567889.00000000")),
        ("x", None),
    ),
    of_text(
        "arithmetic of constants",
        ops.Arithmetic("*", ops.Literal(2_000_000_000), ops.Arithmetic("-", ops.Literal(0), ops.Literal(3))),
        ("", -6_000_000_000),
    ),
    Drawn(
        "arithmetic with a fraction",
        ops.Arithmetic(
            "*",
            ops.Column("x", MONEY),
            ops.Arithmetic("+", ops.Literal(D("0.1234567"), ops.decimal(38, 7)), ops.Literal(1)),
        ),
        {"x": MONEY},
        ((D("1.01"), D("1.134691267")), (D("1234567890123456.78"), D("1386983567764061.346651426"))),
    ),
    Drawn(
        "arithmetic of decimals",
        ops.Arithmetic("+", ops.Column("x", MONEY), ops.Arithmetic("-", ops.Literal(0), ops.Column("y", MONEY))),
        {"x": MONEY, "y": MONEY},
        (
            (D("0.10"), D("0.30"), D("-0.20")),
            (D("9999999999999999999999999999.99"), D("-0.01"), D("10000000000000000000000000000.00")),
            (None, D("1.00"), None),
        ),
    ),
    text_of(ops.TEXT, ("张'\\\n", "张'\\\n"), ("", "")),
    text_of(ops.INTEGER, (0, "0"), (-7, "-7"), (SMALLEST, str(SMALLEST)), (LARGEST, str(LARGEST))),
    text_of(
        ops.decimal(20, 8),
        (D("0.00000000"), "0.00000000"),
        (D("0.00000001"), "0.00000001"),
        (D("-1.50000000"), "-1.50000000"),
        (D("123456789012.00000000"), "123456789012.00000000"),
    ),
    text_of(
        ops.DATE, (day(1, 2, 3), "0001-02-03"), (day(2024, 2, 29), "2024-02-29"), (day(9999, 12, 31), "9999-12-31")
    ),
    text_of(
        ops.TIMESTAMP,
        (moment(2024, 2, 29, 8, 5, 9), "2024-02-29 08:05:09"),
        (moment(2024, 1, 1), "2024-01-01 00:00:00"),
        (moment(1, 1, 1, 0, 0, 1), "0001-01-01 00:00:01"),
    ),
    text_of(ops.BOOLEAN, (True, "true"), (False, "false")),
)
