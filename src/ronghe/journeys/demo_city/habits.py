"""How often each kind of dirt comes up in a column of each sort: shares of cells, by kind.

Together they leave 90 to 95 of 100 rows fit for a strict schema, which is what departments' exports look like.
"""

__all__ = [
    "ADDRESS",
    "CITIZEN_ID",
    "CITIZEN_ID_ONE_OF_TWO",
    "CREDIT_CODE",
    "ETHNIC_GROUP",
    "EVENT_DATE",
    "INDUSTRY",
    "MARITAL_STATUS",
    "MONEY",
    "NAME",
    "OPTIONAL",
    "PHONE",
    "REGION",
    "SEX",
]

_SPACES = {"wide_space": 0.004, "no_break_space": 0.004}

CITIZEN_ID = {
    "bad_shape": 0.02,
    "bad_check_digit": 0.02,
    "lower_case": 0.08,
    "full_width": 0.004,
    "fifteen_digits": 0.02,
    **_SPACES,
}
CITIZEN_ID_ONE_OF_TWO = {**CITIZEN_ID, "bad_shape": 0.01, "bad_check_digit": 0.01}
CREDIT_CODE = {
    "bad_shape": 0.02,
    "bad_credit_check": 0.015,
    "bad_inner_check": 0.005,
    "lower_case": 0.01,
    "full_width": 0.005,
    **_SPACES,
}
EVENT_DATE = {
    "date_dashes": 0.03,
    "date_slashes": 0.04,
    "date_compact": 0.03,
    "date_dots": 0.02,
    "date_chinese": 0.03,
    "date_chinese_digits": 0.005,
    "impossible_date": 0.005,
    "full_width": 0.003,
    **_SPACES,
}
NAME = {"spaced_name": 0.01, **_SPACES}
SEX = {"sex_code": 0.03, "sex_word": 0.03, "sex_letter": 0.02, "full_width": 0.003, "unknown_code": 0.003}
REGION = {
    "region_code": 0.03,
    "region_name": 0.05,
    "region_alias": 0.03,
    "region_old_code": 0.02,
    "full_width": 0.003,
    "unknown_region": 0.004,
}
PHONE = {
    "phone_plus86": 0.02,
    "phone_spaces": 0.02,
    "phone_hyphens": 0.02,
    "phone_landline": 0.03,
    "missing_word": 0.02,
    "full_width": 0.003,
    "bad_phone": 0.004,
}
MONEY = {
    "money_wan": 0.03,
    "money_sign": 0.03,
    "money_chinese": 0.01,
    "money_unit": 0.02,
    "missing_word": 0.01,
    "full_width": 0.003,
    "bad_number": 0.004,
}
ADDRESS = {"line_break": 0.002, **_SPACES, "missing_word": 0.005}
ETHNIC_GROUP = {"ethnic_name": 0.06, "ethnic_short": 0.04, "missing_word": 0.01}
MARITAL_STATUS = {"marital_name": 0.1, "missing_word": 0.02}
INDUSTRY = {"industry_name": 0.1, "full_width": 0.003}
OPTIONAL = {"missing_word": 0.03, **_SPACES}
