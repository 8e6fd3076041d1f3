"""The peers by name, and what is needed to have them."""

from importlib import import_module
from importlib.util import find_spec
from shutil import which

from benchmarks.run import Planner
from scheduler.words import Said

PLACES = {
    "cpsat": ("cpsat", "plan_tiers"),
    "cpsat-sum": ("cpsat_sum", "plan_sum"),
    "highs": ("mip", "plan_highs"),
    "scip": ("mip", "plan_scip"),
    "timefold": ("timefold", "plan_timefold"),
}
"""File of this folder, and the function in it. A new peer is one such function and one line here."""
NAMES = tuple(PLACES)
TIMEFOLD = "timefold==1.24.0b0"


def planner(name: str) -> Planner:
    """A peer by its name: called as :func:`solver.plan.plan` is, and answering the same.

    Raises:
        KeyError: there is none of that name.
        ImportError: what it needs is not installed.
    """
    module, function = PLACES[name]
    found: Planner = getattr(import_module(f"benchmarks.peers.{module}"), function)
    return found


def missing(name: str) -> Said | None:
    """What has to be installed before a peer can run; None: nothing."""
    if name != "timefold" or (find_spec("timefold") and which("java")):
        return None
    return Said(
        f"timefold needs `pip install {TIMEFOLD}` and Java 17 (`apt-get install openjdk-17-jre-headless`)",
        f"timefold demande `pip install {TIMEFOLD}` et Java 17 (`apt-get install openjdk-17-jre-headless`)",
    )
