"""How much sooner two workers finish a sweep than one: ``python -m benchmarks.workers OUT``.

Four variants of a drawn block of 12 people × 3 lines × 28 days, each proved; in turn by one worker and by two, three times.
(How soon a killed service searches on is printed by ``make long``, which kills it a hundred times.)
"""

import json
import sys
from os import cpu_count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from benchmarks.service import Asking, served
from scenarios.generated import generated
from scenarios.load import save

BLOCK, TIMES = "block-12x3x28-1", 3
VARY, VARIANTS = "rules.wishes.weight=10,20,30,40", 4


def sweep(asking: Asking) -> float:
    """Seconds from asking for a sweep to the end of its last variant.

    Raises:
        RuntimeError: a variant was not proved, so that the clock and not the work was measured.
    """
    began = perf_counter()
    id_ = asking.json("POST", "/sweeps", {"vary": [VARY], "time_limit": 600})["id"]
    while True:
        variants = asking.json("GET", f"/sweeps/{id_}")["variants"]
        if all(one["state"] not in ("waiting", "running") for one in variants):
            break
        sleep(0.2)
    seconds = perf_counter() - began
    if len(variants) != VARIANTS or not all(tier["proven"] for one in variants for tier in one["tiers"]):
        raise RuntimeError("a variant was not proved")
    return seconds


def begin(key: str, folder: Path, block: str) -> Asking:
    """A block's scenario in force in place of the demo's."""
    asking = Asking(key)
    asking.until_up()
    for campaign in asking.json("GET", "/campaigns"):
        asking.json("POST", f"/campaigns/{campaign['id']}/close", if_match="*")
    path = folder / "s.xlsx"
    save(generated(block), path)
    asking.upload(path)
    return asking


def main(out: Path) -> None:
    """Measure, write ``workers.json`` and say it."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(TIMES):
        for workers, rows in seconds.items():
            with TemporaryDirectory() as folder, served(Path(folder), workers=workers, at_once=1) as key:
                rows.append(round(sweep(begin(key, Path(folder), BLOCK)), 1))
    ratios = [round(a / b, 2) for a, b in zip(seconds[1], seconds[2], strict=True)]
    found = {
        "cores": cpu_count(),
        "block": BLOCK,
        "seconds": {str(workers): rows for workers, rows in seconds.items()},
        "ratios": ratios,
        "median": median(ratios),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "workers.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
