"""Records of the JSON files of `data/`, checked as they are read: what is wrong names file, field, value and rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from models.basis.reading import finite_number, unique_keys
from models.basis.refusal import refusals
from models.errors import DataError, ScenarioError
from models.evidence.sources import source

Record = TypeVar("Record")
FROZEN = ConfigDict(frozen=True, extra="forbid")


def read_records(path: Path, kind: TypeAdapter[Record]) -> Record:
    """What a JSON file holds, as the records it is declared to hold.

    Raises
    ------
    DataError
        Naming file, field and value: unreadable JSON, a repeated field, a number that is not finite, a missing,
        unknown or broken field.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text, object_pairs_hook=unique_keys, parse_float=finite_number, parse_constant=finite_number)
    except (OSError, ValueError, RecursionError, ScenarioError) as cause:
        raise DataError(f"{path.name} cannot be read as JSON: {cause}") from None
    try:
        return kind.validate_python(raw)
    except ValidationError as error:
        raise DataError(f"{path.name}, field {'; '.join(refusals(error))}") from None
    except ScenarioError as error:  # of a record that is checked against the assumptions it names
        raise DataError(f"{path.name}: {error}") from None


def _stripped(text: str) -> str:
    if not text or text != text.strip():
        raise PydanticCustomError("words", "must be words without spaces around them")
    return text


def _cited(key: str) -> str:
    try:
        return source(key).id
    except DataError as error:
        raise ValueError(str(error)) from None


Words = Annotated[str, StringConstraints(max_length=400), AfterValidator(_stripped)]
SourceKey = Annotated[str, AfterValidator(_cited)]
