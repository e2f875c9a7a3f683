"""Assay's model: a scenario goes in, an evaluation comes out.

>>> from models import Scenario, evaluate
>>> evaluation = evaluate(Scenario.preset("gulf"))
"""

from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION

__all__ = ["MODEL_VERSION", "Evaluation", "Scenario", "evaluate", "evaluate_calm"]
