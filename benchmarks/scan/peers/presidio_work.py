"""What the patterns of Presidio find in the texts of a JSON file: its pattern and telephone recognizers for English.

No language model is loaded, so words around a finding do not raise its score; every recognizer that works by patterns
takes part. The scores are written too, so that the best threshold can be chosen for it.
"""

import json
from pathlib import Path
from typing import Any

from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerRegistry

PACKAGES = ("presidio-analyzer",)


def _recognizers() -> list[Any]:
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    kept = [
        one
        for one in registry.recognizers
        if isinstance(one, PatternRecognizer) or type(one).__name__ == "PhoneRecognizer"
    ]
    return [one for one in kept if one.supported_language == "en"]


def run(task: dict[str, Any]) -> str:
    """Find, and write what was found; tells which recognizers took part."""
    recognizers = _recognizers()
    found = []
    for text in json.loads(Path(task["source"]).read_text("utf-8")):
        some = [part for one in recognizers for part in one.analyze(text, one.supported_entities, None) or []]
        kept = EntityRecognizer.remove_duplicates(some)
        found.append([(part.start, part.end, part.entity_type, part.score) for part in kept])
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
    return f"{len(recognizers)} recognizers"
