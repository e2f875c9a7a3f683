"""Imports run one way (the table below), and a few doors are the only ones: read from the source with `ast`.

    basis -> policy, measures -> market -> debt, assets -> scenario -> evaluate -> tables, decisions -> dashboard

A new module must be placed in `LAYERS`; one that is not fails here by name.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A module may import modules of the layers above its own, and of its own group. Groups that share a line are neighbors
# and do not import each other. "x*" also takes in a package x and everything in it.
LAYERS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("models.errors", "models.version"),),
    (("models.basis*",), ("models.rows", "models.sources", "models.programs")),
    (("models.policy*",), ("models.measures*",)),
    (("models.market*",),),
    (("models.leasing",), ("models.offtaker",), ("models.investor",), ("models.tax",)),
    (("models.debt*",),),
    (("models.assets*",),),
    (
        ("models.scenario", "models.presets", "models.catalog", "models.link", "models.scenario_file",
         "models.driver_paths"),
    ),
    (("models.fleet_run", "models.backing"),),
    (("models.claims",),),
    (("models.calibration*",),),
    (("models.outcomes",),),
    (("models.valuation",),),
    (
        ("models.evaluate", "models.tables", "models.market_tables", "models.program_tables", "models.asset_series",
         "models.asset_tables", "models.fleet_totals"),
    ),
    (
        ("models.driver_effects",),
        ("models.debt.placing", "models.debt.portfolio", "models.debt.book_risk", "models.debt.replay",
         "models.debt.facility",
         "models.debt.lender", "models.debt.steps", "models.debt.solve", "models.debt.haircut", "models.debt.horizon",
         "models.debt.compare"),
    ),
    (("models.explain*", "models.verdict", "models.holding", "models.decisions*"),),
    (("models",),),  # the public door
    (("models.options", "models.contract", "models.target_options"),),
    (("models.commands*",),),
    (("models.__main__",),),
    (("dashboard", "dashboard.theme", "dashboard.format"),),
    (("dashboard.charts*",),),
    (("dashboard.reports*",),),
    (("dashboard.jobs",),),
    (
        ("dashboard.state", "dashboard.pins", "dashboard.run", "dashboard.inputs", "dashboard.columns",
         "dashboard.years", "dashboard.store"),
    ),
    (("dashboard.views*",),),
    (("dashboard.app",),),
)
ASSETS = ("gpu_fleet", "data_center", "gpu_debt", "hardware_supplier", "llm_developer", "cloud_platform")
FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "models*": ("dashboard", "streamlit", "altair", "vl_convert", "typst"),
    "dashboard.charts*": ("streamlit", "models"),
    "dashboard.reports*": ("streamlit",),
}
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "dashboard.state": ("session_state", "query_params"),
    "dashboard.run": ("cache_data", "cache_resource"),
}
NAMES_THAT_SAY_NOTHING = ("utils", "helpers", "common")


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module
    is_package: bool


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


def matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" not in pattern else name == pattern[:-1] or name.startswith(pattern[:-1])


def place(name: str) -> tuple[int, int] | None:
    """Layer and group of a module; an exact name wins over a pattern."""
    spots = [
        (len(pattern) + 1000 * ("*" not in pattern), layer, group)
        for layer, groups in enumerate(LAYERS)
        for group, patterns in enumerate(groups)
        for pattern in patterns
        if matches(name, pattern)
    ]
    return max(spots)[1:] if spots else None


def unplaced(modules: Mapping[str, Module]) -> list[str]:
    return [name for name in modules if place(name) is None]


def against_the_direction(modules: Mapping[str, Module]) -> list[str]:
    wrong = []
    for name, module in modules.items():
        here = place(name)
        for target, _ in imports(module, modules):
            there = place(target) if target.split(".")[0] in ("models", "dashboard") else None
            if here and there and target != name and there != here and there[0] >= here[0]:
                wrong.append(f"{name} imports {target}")
    return wrong


def forbidden(modules: Mapping[str, Module]) -> list[str]:
    return [
        f"{name} imports {target}"
        for name, module in modules.items()
        for pattern, roots in FORBIDDEN.items()
        if matches(name, pattern)
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
            wrong += [f"{name} uses st.{word}" for word in names if word in touched and name != owner]
    return wrong


def empty_names(root: Path) -> list[str]:
    places = (path for top in ("models", "dashboard", "tests") for path in sorted((root / top).rglob("*")))
    return [str(path.relative_to(root)) for path in places if path.stem in NAMES_THAT_SAY_NOTHING]


RULES = {
    "place the module in LAYERS of tests/test_layers.py": unplaced,
    "imports run from the engine to the dashboard, never back": against_the_direction,
    "the engine knows no interface, charts and reports no Streamlit": forbidden,
    "modules do not load each other in a circle": cycles,
    "an asset receives its underlying, it does not import it": assets_that_know_each_other,
    "state, address and caches have one door each": used_elsewhere,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: RULES[rule].__name__)
def test_the_house_keeps_its_layers(rule: str) -> None:
    found = RULES[rule](read_modules(ROOT))
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
            {"models/policy.py": "import models.measures.risk", "models/measures/risk.py": ""},
            against_the_direction,
            "models.policy imports models.measures.risk",
        ),
        (
            {"models/basis/flows.py": "from ..scenario import Scenario", "models/scenario.py": ""},
            against_the_direction,
            "models.basis.flows imports models.scenario",
        ),
        (
            {"models/evaluate.py": "from models import Scenario", "models/__init__.py": ""},
            against_the_direction,
            "models.evaluate imports models",
        ),
        (
            {"models/link.py": "def encode():\n    from models import evaluate", "models/evaluate.py": ""},
            against_the_direction,
            "models.link imports models.evaluate",
        ),
        ({"models/tables.py": "def f():\n    import altair as alt"}, forbidden, "models.tables imports altair"),
        ({"dashboard/charts/fan.py": "import models.tables"}, forbidden, "dashboard.charts.fan imports models.tables"),
        ({"dashboard/reports/pdf.py": "import streamlit as st"}, forbidden, "dashboard.reports.pdf imports streamlit"),
        (
            {"models/presets.py": "from models import catalog", "models/catalog.py": "from models import presets"},
            cycles,
            "models.presets",
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
        "models/__init__.py": "from models.scenario import Scenario",
        "models/scenario.py": "from models.assets import gpu_fleet\ndef preset():\n    from models import presets",
        "models/presets.py": "from models.scenario import Scenario\nfrom models import errors",
        "models/errors.py": "",
        "models/assets/gpu_fleet.py": "from ..basis import flows",
        "models/basis/flows.py": "import numpy as np",
        "dashboard/state.py": "import streamlit as st\nst.session_state['x'] = 1",
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
