"""Imports run one way, folder by folder (the tables below), and a few doors are the only ones: read with `ast`.

A new folder must be placed in `ROOMS`; one that is not fails here by name. Imports inside functions count too.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Rooms of each house from the ground up: a module may import what stands on a lower line, and its own room. Rooms that
# share a line are neighbors and do not import each other. The house's own door and command line stand on top of it.
ROOMS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "models": (
        ("errors", "version", "measures"),
        ("basis",),
        ("evidence", "intake"),
        ("policy",),
        ("market",),
        ("debt",),
        ("assets",),
        ("scenario",),
        ("claims",),
        ("engine",),
        ("tables", "studies"),
        ("explain",),
        ("",),
        ("commands",),
        ("__main__",),
    ),
    "dashboard": (
        ("", "format", "theme"),
        ("memory", "turns"),
        ("jobs", "pins", "words"),
        ("charts",),
        ("drawings",),
        ("state", "run"),
        ("address", "draft"),
        ("reports",),
        ("blocks",),
        ("views",),
        ("app",),
    ),
}
HOUSES = tuple(ROOMS)  # the dashboard stands on the models
DRAWINGS = ("charts", "words", "_chart")  # what these files of a page hold is pictures and sentences: reports use them
ASSETS = ("gpu_fleet", "data_center", "gpu_debt", "hardware_supplier", "llm_developer", "cloud_platform")
FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "models": ("dashboard", "streamlit", "altair", "vl_convert", "typst"),
    "dashboard/charts": ("streamlit", "models"),
    "dashboard/drawings": ("streamlit", "models"),
    "dashboard/reports": ("streamlit",),
}
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "dashboard/state": ("session_state",),
    "dashboard/address": ("query_params",),
    "dashboard/run": ("cache_data", "cache_resource"),
}
NAMES_THAT_SAY_NOTHING = ("utils", "helpers", "common")


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module
    is_package: bool


@lru_cache(maxsize=1)
def house() -> dict[str, Module]:
    """The tree, parsed once for all rules."""
    return read_modules(ROOT)


def read_modules(root: Path) -> dict[str, Module]:
    modules = {}
    for top in ("models", "dashboard"):
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            modules[name] = Module(name, ast.parse(path.read_text(encoding="utf-8"), str(path)), is_package)
    return modules


def imports(module: Module, known: Mapping[str, Module]) -> Iterator[tuple[str, bool]]:
    """Each imported name, our modules in full, and whether the import runs when the module is loaded."""
    top_level = set(_loaded_with(module.tree))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in top_level
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.name.split(".")
                inside = parts[: len(parts) - node.level + module.is_package]
                base = ".".join([*inside, base] if base else inside)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield (whole if whole in known else base), node in top_level


def _loaded_with(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from _loaded_with(node)


def room(name: str) -> str:
    """House and folder of a module, such as "models/debt"; pictures and sentences of a page are a room of their own."""
    top, _, rest = name.partition(".")
    first, _, inside = rest.partition(".")
    stem = inside.rpartition(".")[2]
    return f"{top}/drawings" if first == "views" and stem.endswith(DRAWINGS) else f"{top}/{first}"


def floor(name: str) -> tuple[int, int] | None:
    """House and line of a module, counted from the ground; None where its folder is not in `ROOMS`."""
    top, _, folder = room(name).partition("/")
    lines = [line for line, rooms in enumerate(ROOMS.get(top, ())) if folder in rooms]
    return (HOUSES.index(top), lines[0]) if lines else None


def unplaced(modules: Mapping[str, Module]) -> list[str]:
    return [name for name in modules if floor(name) is None]


def against_the_direction(modules: Mapping[str, Module]) -> list[str]:
    wrong = []
    for name, module in modules.items():
        here = floor(name)
        for target, _ in imports(module, modules):
            there = floor(target) if target.split(".")[0] in HOUSES else None
            if here and there and room(target) != room(name) and there >= here:
                wrong.append(f"{name} imports {target}")
    return wrong


def page(name: str) -> str | None:
    """The page a module belongs to."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["dashboard", "views"] and len(parts) > 2 else None


def pages_that_know_each_other(modules: Mapping[str, Module]) -> list[str]:
    return [
        f"{name} imports {target}"
        for name, module in modules.items()
        for target, _ in imports(module, modules)
        if page(name) and page(target) not in (None, page(name))
    ]


def forbidden(modules: Mapping[str, Module]) -> list[str]:
    return [
        f"{name} imports {target}"
        for name, module in modules.items()
        for pattern, roots in FORBIDDEN.items()
        if room(name).startswith(pattern)
        for target, _ in imports(module, modules)
        if target.split(".")[0] in roots
    ]


def cycles(modules: Mapping[str, Module]) -> list[str]:
    """Modules that would load each other: imports inside a function do not count, they run later."""
    graph = {
        name: {target for target, loaded in imports(module, modules) if loaded and target in modules and target != name}
        for name, module in modules.items()
    }
    return [name for name in graph if name in _reachable(graph, name)]


def asset_class(name: str) -> str | None:
    stem = name.removeprefix("models.assets.").split(".")[0]
    return next((key for key in ASSETS if stem.startswith(key)), None) if name.startswith("models.assets.") else None


def assets_that_know_each_other(modules: Mapping[str, Module]) -> list[str]:
    """An asset that reaches another one, also through a third module such as the registry."""
    graph = {name: {target for target, _ in imports(module, modules)} for name, module in modules.items()}
    return [
        f"{name} reaches {target}"
        for name in modules
        if asset_class(name)
        for target in sorted(_reachable(graph, name))
        if asset_class(target) not in (None, asset_class(name))
    ]


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead.extend(graph.get(name, ()))
    return seen


def used_elsewhere(modules: Mapping[str, Module]) -> list[str]:
    """Uses of Streamlit's state, address and caches outside the one module that may touch them."""
    wrong = []
    for name, module in modules.items():
        nicknames = {
            alias.asname or alias.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name.split(".")[0] == "streamlit"
        }
        touched = {
            node.attr
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in nicknames
        } | {
            alias.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "streamlit"
            for alias in node.names
        }
        for owner, names in ONLY_IN.items():
            wrong += [f"{name} uses st.{word}" for word in names if word in touched and room(name) != owner]
    return wrong


def empty_names(root: Path) -> list[str]:
    places = (path for top in ("models", "dashboard", "tests") for path in sorted((root / top).rglob("*")))
    return [str(path.relative_to(root)) for path in places if path.stem in NAMES_THAT_SAY_NOTHING]


RULES = {
    "place the folder in ROOMS of tests/test_layers.py": unplaced,
    "imports run from the engine to the dashboard, never back": against_the_direction,
    "the engine knows no interface, charts and reports no Streamlit": forbidden,
    "modules do not load each other in a circle": cycles,
    "an asset receives its underlying, it does not import it": assets_that_know_each_other,
    "a page does not read another page": pages_that_know_each_other,
    "state, address and caches have one door each": used_elsewhere,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: RULES[rule].__name__)
def test_the_house_keeps_its_layers(rule: str) -> None:
    found = RULES[rule](house())
    assert not found, f"{rule}: " + "; ".join(found)


def test_no_module_is_named_after_nothing() -> None:
    assert empty_names(ROOT) == []


@pytest.mark.parametrize(
    ("files", "rule", "complaint"),
    [
        ({"models/novelty.py": ""}, unplaced, "models.novelty"),
        (
            {"models/basis/units.py": "from models.market import simulate", "models/market/__init__.py": ""},
            against_the_direction,
            "models.basis.units imports models.market",
        ),
        (
            {"models/policy/effects.py": "import models.market.demand", "models/market/demand.py": ""},
            against_the_direction,
            "models.policy.effects imports models.market.demand",
        ),
        (
            {"models/basis/flows.py": "from ..scenario import Scenario", "models/scenario.py": ""},
            against_the_direction,
            "models.basis.flows imports models.scenario",
        ),
        (
            {"models/engine/evaluate.py": "from models import Scenario", "models/__init__.py": ""},
            against_the_direction,
            "models.engine.evaluate imports models",
        ),
        (
            {
                "models/scenario/link.py": "def encode():\n    from models.engine import evaluate",
                "models/engine/evaluate.py": "",
            },
            against_the_direction,
            "models.scenario.link imports models.engine.evaluate",
        ),
        (
            {"dashboard/reports/pdf.py": "from dashboard.views.risk import page", "dashboard/views/risk/page.py": ""},
            against_the_direction,
            "dashboard.reports.pdf imports dashboard.views.risk.page",
        ),
        (
            {
                "dashboard/views/risk/page.py": "from dashboard.views.home import rows",
                "dashboard/views/home/rows.py": "",
            },
            pages_that_know_each_other,
            "dashboard.views.risk.page imports dashboard.views.home.rows",
        ),
        ({"models/tables/fan.py": "def f():\n    import altair"}, forbidden, "models.tables.fan imports altair"),
        ({"dashboard/charts/fan.py": "import models.tables"}, forbidden, "dashboard.charts.fan imports models.tables"),
        ({"dashboard/reports/pdf.py": "import streamlit as st"}, forbidden, "dashboard.reports.pdf imports streamlit"),
        (
            {
                "models/scenario/a.py": "from models.scenario import b",
                "models/scenario/b.py": "from models.scenario import a",
            },
            cycles,
            "models.scenario.a",
        ),
        (
            {"models/assets/gpu_debt.py": "from models.assets import gpu_fleet", "models/assets/gpu_fleet.py": ""},
            assets_that_know_each_other,
            "models.assets.gpu_debt reaches models.assets.gpu_fleet",
        ),
        (
            {
                "models/assets/cloud_platform.py": "from models.assets import registry",
                "models/assets/registry.py": "from models.assets import gpu_debt",
                "models/assets/gpu_debt.py": "",
            },
            assets_that_know_each_other,
            "models.assets.cloud_platform reaches models.assets.gpu_debt",
        ),
        (
            {"dashboard/views/first.py": "import streamlit as st\nst.session_state['x'] = 1"},
            used_elsewhere,
            "dashboard.views.first uses st.session_state",
        ),
        (
            {"dashboard/views/first.py": "from streamlit import query_params"},
            used_elsewhere,
            "dashboard.views.first uses st.query_params",
        ),
        (
            {"dashboard/inputs.py": "import streamlit\n@streamlit.cache_data\ndef f(): ..."},
            used_elsewhere,
            "dashboard.inputs uses st.cache_data",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_catches_its_breach(tmp_path: Path, files: dict[str, str], rule, complaint: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert complaint in rule(read_modules(tmp_path))


def test_what_the_house_allows_passes(tmp_path: Path) -> None:
    files = {
        "models/__init__.py": "from models.scenario.scenario import Scenario",
        "models/scenario/scenario.py": "from models.assets import gpu_fleet\nfrom models.evidence import presets",
        "models/evidence/presets.py": "from models import errors",
        "models/errors.py": "",
        "models/assets/gpu_fleet.py": "from ..basis import flows",
        "models/basis/flows.py": "import numpy as np",
        "dashboard/state.py": "import streamlit as st\nst.session_state['x'] = 1",
        "dashboard/views/risk/page.py": "from dashboard.views.risk import charts",
        "dashboard/views/risk/charts.py": "import altair",
        "dashboard/reports/pdf.py": "from dashboard.views.risk import charts",
        "dashboard/app.py": "from models import Scenario\ndef health(request):\n    return request.query_params",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    modules = read_modules(tmp_path)
    assert len(modules) == len(files)
    assert {rule.__name__: rule(modules) for rule in RULES.values()} == {rule.__name__: [] for rule in RULES.values()}


def test_a_name_after_nothing_is_caught(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "helpers.py").write_text("")
    assert empty_names(tmp_path) == ["tests/helpers.py"]
