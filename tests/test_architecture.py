"""Imports go one way; the judge and the encoding of a rule share nothing but the facts; nobody reads the clock inside."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("scheduler", "solver", "scenarios", "api", "benchmarks")
ALLOWED = {
    "scheduler": {"scheduler"},
    "solver": {"solver", "scheduler"},
    "scenarios": {"scenarios", "scheduler"},
    "api": {"api", "benchmarks", "solver", "scenarios", "scheduler"},
    "benchmarks": {"benchmarks", "solver", "scenarios", "scheduler"},
}
ONLY_IN = {
    "ortools": {"solver", "benchmarks/peers"},
    "highspy": {"solver"},
    "timefold": {"benchmarks/peers"},
    "jpype": {"benchmarks/peers"},
    "fastapi": {"api"},
    "uvicorn": {"api"},
    "sqlalchemy": {"api"},
    "alembic": {"api"},
    "dbos": {"api"},
    "authlib": {"api"},
    "httpx2": {"api"},
    "typer": {"api"},
    "rich": {"api"},
    "yaml": {"scenarios"},
}
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
CLOCK = {"monotonic", "perf_counter", "now", "today", "utcnow", "time"}
READS_CLOCK = {
    "solver/first.py",
    "solver/climb.py",
    "solver/engines.py",
    "solver/guard.py",
    "solver/search.py",
    "solver/schedules.py",
    "solver/ways.py",
    "solver/plan.py",
    "solver/why.py",
    "api/installation.py",
    "api/cli.py",
    "api/life.py",
    "api/serving.py",
    "api/solving.py",
    "benchmarks/run.py",
    "benchmarks/replan.py",
    "benchmarks/service.py",
    "benchmarks/workers.py",
    "benchmarks/peers/process.py",
    "benchmarks/peers/tiers.py",
}
"""The search stops at a limit and reports seconds, and so do the peers; the service has one clock; nothing else may know what time it is."""


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path):
    package, folder = path.relative_to(ROOT).parts[0], str(path.parent.relative_to(ROOT))
    for name in imported(path):
        top = name.split(".")[0]
        if top in PACKAGES:
            assert top in ALLOWED[package], f"{path.name} imports {name}"
        if top in ONLY_IN:
            assert {package, folder} & ONLY_IN[top], f"{path.name} imports {name}"
        # Peers may be absent: only who asks for one, by its name, loads its file.
        if name.startswith("benchmarks.peers") and folder != "benchmarks/peers":
            assert name in ("benchmarks.peers.process", "benchmarks.peers.registry"), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nobody_reads_the_clock_inside(path):
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    if str(path.relative_to(ROOT)) not in READS_CLOCK:
        assert not {"monotonic", "perf_counter", "now", "today", "utcnow"} & calls


def helpers(function: ast.FunctionDef) -> set[str]:
    """Names of its own module and methods of its own class that a function calls."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                found.add(node.func.id)
            elif (
                isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "self"
            ):
                found.add(f"self.{node.func.attr}")
    return found


RULES = [path for path in sorted((ROOT / "scheduler" / "rules").glob("*.py")) if path.stem not in ("__init__", "base")]
DEFINITIONS = {"self.concerns", "self.covers", "self._group", "self._asks", "self._table", "self.statement"}
"""What a rule's words mean (who and what is in its scope, what a table says): not how its breaches are counted."""


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_the_judgement_of_a_rule_owes_nothing_to_its_encoding(path):
    tree = ast.parse(path.read_text())
    own = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    (rule,) = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    methods = {n.name: n for n in rule.body if isinstance(n, ast.FunctionDef)}
    own |= {f"self.{name}" for name in methods}

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        todo = helpers(methods[name]) & own
        while todo:
            call = todo.pop()
            if call not in seen:
                seen.add(call)
                method = methods.get(call.removeprefix("self."))
                if method is not None:
                    todo |= helpers(method) & own
        return seen

    assert not (reached("encode") & reached("check")) - DEFINITIONS


def test_every_rule_file_is_in_the_list():
    from scheduler.rules import ALL

    assert sorted(rule.model_fields["kind"].default for rule in ALL) == [path.stem for path in RULES]
