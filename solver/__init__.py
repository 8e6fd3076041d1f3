"""From a scenario to a judged rota: the only place where `ortools` is imported.

What an analyst needs is importable from here: ``from solver import Limits, solve, solve_all, marginal, stress, needs, helps``.
Names are loaded when they are asked for, so that nothing else loads an engine.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "solve": ("solver.plan", "plan"),
    "Found": ("solver.plan", "Found"),
    "Limits": ("solver.plan", "Limits"),
    "guarded": ("solver.guard", "guarded"),
    "Variant": ("solver.studies.run", "Variant"),
    "solve_all": ("solver.studies.run", "solve_all"),
    "Vary": ("solver.studies.sweep", "Vary"),
    "variants_of": ("solver.studies.sweep", "variants_of"),
    "marginal": ("solver.studies.envelope", "marginal"),
    "Draw": ("solver.studies.stress", "Draw"),
    "random_draws": ("solver.studies.stress", "random_draws"),
    "stress": ("solver.studies.stress", "stress"),
    "needs": ("solver.studies.need", "needs"),
    "helps": ("solver.studies.need", "helps"),
}
"""Public names: the module that has each, and what it is called there."""


def __getattr__(name: str) -> Any:
    if name in _HOME:
        module, there = _HOME[name]
        return getattr(import_module(module), there)
    raise AttributeError(name)
