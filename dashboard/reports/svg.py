"""Charts as vector drawings, set in the typeface of the report."""

from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

FONTS = Path(__file__).resolve().parent / "fonts"


def svg(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification; text stays text. It is measured with the bundled fonts."""
    _use_fonts()
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


@cache
def _use_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))
