"""A peer in a process of its own: what one leaves in memory, and how it ends, is nobody else's matter."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.peers.registry import missing, planner
from benchmarks.registry import family
from benchmarks.run import Run, run
from scheduler.findings import EngineError
from solver.plan import Limits

GRACE_S = 60.0
"""A process that has not ended this long after its limit is ended; solvers may be late by some seconds."""


def run_peer(peer: str, family_name: str, data: Path | None, name: str, limits: Limits) -> Run:
    """The result of a peer on an instance, as :func:`benchmarks.run.run` gives it, with the peer's name.

    A peer that fails, or has to be ended, gives no rota: status ``Failed``, and why.
    """
    began = monotonic()
    with TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = {"peer": peer, "family": family_name, "data": data and str(data), "name": name}
        words = [sys.executable, "-m", __name__, json.dumps(asked | {"limits": asdict(limits)}), str(answer)]
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=2 * limits.time_limit_s + GRACE_S, check=False
            )
            why = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        except subprocess.TimeoutExpired:
            why = ["it did not end and was ended"]
        if answer.exists():
            found = json.loads(answer.read_text(encoding="utf-8"))
            rows = None if found["rows"] is None else [tuple(row) for row in found["rows"]]
            return Run(found["result"], rows)
    return Run(_failed(peer, family_name, name, limits, monotonic() - began, why[0]), None)


def _failed(peer: str, family_name: str, name: str, limits: Limits, seconds: float, why: str) -> dict[str, Any]:
    return {
        "instance": name,
        "peer": peer,
        "status": "Failed",
        "why": why,
        "value": None,
        "bound": None,
        "proven": False,
        "best_known": family(family_name).best_known(name),
        "seconds": {"load": None, "build": None, "first": None, "total": round(seconds, 2)},
        "counts": {},
        "trajectory": [],
        "seed": limits.seed,
        "workers": limits.workers,
        "time_limit_s": limits.time_limit_s,
    }


def main(question: str, answer: str) -> None:
    """Solve what ``question`` (JSON) asks, and write the result to the file ``answer``."""
    asked = json.loads(question)
    data = Path(asked["data"]) if asked["data"] else None
    limits = Limits(**asked["limits"])
    absent = missing(asked["peer"])
    if absent:
        sys.exit(absent.en)
    try:
        done = run(family(asked["family"]), data, asked["name"], limits, planner(asked["peer"]))
    except EngineError as error:
        sys.exit(f"{error}")
    done.result["peer"] = asked["peer"]
    with suppress(PackageNotFoundError):  # The others come with ortools.
        done.result["versions"][asked["peer"]] = version(asked["peer"])
    found = {"result": done.result, "rows": None if done.rows is None else list(done.rows)}
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
