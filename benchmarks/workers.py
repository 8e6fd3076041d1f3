"""How much sooner two workers finish a sweep than one, and how soon a killed solve goes on: ``python -m benchmarks.workers OUT``.

Six variants of a block of 30 people, each proved; in turn by one worker and by two, three times. Then a solve whose worker is
killed, eight times: from the kill to the next seconds of search that are written down.
"""

import json
import os
import signal
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import psutil

from benchmarks.service import Asking, served
from scenarios.generated import generated
from scenarios.load import save

VARY = ["rules.min_rest.hours=10,11,12,13,14,15"]
TIMES, KILLS = 3, 8


def sweep(asking: Asking) -> float:
    """Seconds from asking for a sweep to the end of its last variant."""
    began = perf_counter()
    id_ = asking.json("POST", "/sweeps", {"vary": VARY, "time_limit": 120})["id"]
    while any(one["state"] in ("waiting", "running") for one in asking.json("GET", f"/sweeps/{id_}")["variants"]):
        sleep(0.1)
    return perf_counter() - began


def resumed(asking: Asking) -> list[float]:
    """Seconds from each kill of the worker to the search going on."""
    job, found = asking.json("POST", "/solves", {"time_limit": 3_600})["id"], []
    for _ in range(KILLS):
        while (used := asking.json("GET", f"/jobs/{job}")["used"]) < 1:
            sleep(0.1)
        sleep(2.5)
        used = asking.json("GET", f"/jobs/{job}")["used"]
        for process in psutil.process_iter(["cmdline"]):
            if "worker" in (process.info["cmdline"] or []) and "--with-parent" in process.info["cmdline"]:
                os.kill(process.pid, signal.SIGKILL)
        began = perf_counter()
        while asking.json("GET", f"/jobs/{job}")["used"] <= used:
            sleep(0.05)
        found.append(round(perf_counter() - began, 2))
    asking.json("POST", f"/jobs/{job}/cancel")
    return found


def begin(key: str, folder: Path, name: str) -> Asking:
    """A territory of a drawn scenario, in place of the demo's."""
    asking = Asking(key)
    asking.until_up()
    (campaign,) = asking.json("GET", "/campaigns")
    asking.json("POST", f"/campaigns/{campaign['id']}/close", if_match="*")
    path = folder / "s.xlsx"
    save(generated(name), path)
    asking.upload(path)
    return asking


def main(out: Path) -> None:
    """Measure, write ``workers.json`` and say it."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    found: dict[str, Any] = {}
    for _ in range(TIMES):
        for workers, rows in seconds.items():
            with TemporaryDirectory() as folder, served(Path(folder), workers=workers, at_once=1) as key:
                rows.append(round(sweep(begin(key, Path(folder), "block-30x6x28-1")), 1))
    found["sweep_seconds"] = {str(workers): rows for workers, rows in seconds.items()}
    found["ratio"] = round(median(a / b for a, b in zip(seconds[1], seconds[2], strict=True)), 2)
    with TemporaryDirectory() as folder, served(Path(folder)) as key:
        found["resumed_seconds"] = resumed(begin(key, Path(folder), "block-60x10x91-1"))
    out.mkdir(parents=True, exist_ok=True)
    (out / "workers.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
