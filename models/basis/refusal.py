"""What pydantic refuses, told in our words: field, value, and what it must be."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.basis.reading import quoted

_SUBJECT = re.compile(r"^\w+ should ")
_WORDS = {
    "missing": "is missing", "missing_argument": "is missing",
    "extra_forbidden": "there is no such field", "unexpected_keyword_argument": "there is no such field",
    "string_type": "must be words", "int_type": "is not a whole number", "tuple_type": "must be a list",
    "dict_type": "must be an object", "model_type": "must be an object", "arguments_type": "must be an object",
}
_WITHOUT_VALUE = ("missing", "missing_argument", "extra_forbidden", "unexpected_keyword_argument", "value_error")


def refused(item: ErrorDetails) -> str:
    """One refusal without its field: the value and what it must be; our own validators speak for themselves."""
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    words = _WORDS.get(item["type"], _SUBJECT.sub("must ", item["msg"]))
    return words if item["type"] in _WITHOUT_VALUE else f"{quoted(item['input'])} {words}"


def refusals(error: ValidationError) -> list[str]:
    """One line for each refusal; places in a list are counted from one, as in ``key_figures 1, label: ...``."""
    return [f"{field}: {refused(item)}" if (field := _field(item["loc"])) else refused(item) for item in error.errors()]


def _field(keys: tuple[Any, ...]) -> str:
    words = "".join(f" {key + 1}" if isinstance(key, int) else f", {key}" for key in keys)
    return words.removeprefix(", ").strip()
