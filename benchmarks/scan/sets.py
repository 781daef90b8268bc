"""Where the public sets lie, and what is true of them: beside the repository, for none of them ships with it."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.public_data import public_folder

__all__ = ["KINDS_OF_COLUMNS", "KINDS_OF_ENTITIES", "Sentence", "columns_truth", "privacy_folder", "sentences"]

KINDS_OF_COLUMNS = {
    "cn_id": "citizen_id",
    "cn_id15": "citizen_id",
    "cn_uscc": "unified_credit_code",
    "cn_mobile": "mobile",
    "cn_landline": "landline",
    "cn_plate": "plate",
    "cn_passport": "passport",
    "ip": "ip_address",
    "person_zh": "person_name",
    "person_en": "person_name_latin",
    "address_zh": "address",
    "mac": "mac_address",
    "text_with_pii": "free_text",
}
"""What the public columns call our kinds, where that differs."""

KINDS_OF_ENTITIES = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "bank_card",
    "US_SSN": "number",
    "US_DRIVER_LICENSE": "number",
    "PHONE_NUMBER": "phone",
    "IBAN_CODE": "bank_card",
    "IP_ADDRESS": "ip_address",
    "DOMAIN_NAME": "url",
    "URL": "url",
}
"""The entities of the sentences that patterns can find; names and places of people in Latin letters take a model."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with the entities in it: start, end, name."""

    text: str
    entities: tuple[tuple[int, int, str], ...]


def privacy_folder() -> Path | None:
    """Where the public sets lie; None where they do not."""
    return public_folder("privacy")


def columns_truth(folder: Path) -> dict[str, str]:
    """The kind of each of the public columns, "" for one with nothing personal."""
    labels = json.loads((folder / "pii_zh" / "labels.json").read_text("utf-8"))
    return {
        column: KINDS_OF_COLUMNS.get(label["kind"], label["kind"]) if label["pii"] else ""
        for column, label in labels.items()
    }


def sentences(folder: Path) -> list[Sentence]:
    """The English sentences."""
    given = json.loads((folder / "pii_en" / "synth_dataset_v2.json").read_text("utf-8"))
    return [
        Sentence(
            one["full_text"],
            tuple((span["start_position"], span["end_position"], span["entity_type"]) for span in one["spans"]),
        )
        for one in given
    ]
