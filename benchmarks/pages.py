"""How soon the board is seen: ``python -m benchmarks.pages OUT``.

The pilot, 101 people × 91 days, and a drawn block of 150 people × 15 lines × 91 days, in Chromium at desktop size; from the
request to the first paint, and to the end of loading. Medians of several loads, with the worst.
"""

import json
import sys
from itertools import product
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from benchmarks.service import PLACE, PORT, Asking, served
from benchmarks.workers import begin

LOADS = 7
SIZES = ("lines", "people")
LARGE, SEARCH_S = "block-150x15x91-1", 10


def rosters(key: str, folder: Path) -> dict[str, str]:
    """The pilot's published roster, and a draft of the drawn block."""
    asking = Asking(key)
    asking.until_up()
    (pilot,) = [one["id"] for one in asking.json("GET", "/rosters")]
    asking = begin(key, folder, LARGE)
    job = asking.json("POST", "/solves", {"time_limit": SEARCH_S})["id"]
    while (found := asking.json("GET", f"/jobs/{job}"))["state"] in ("waiting", "running"):
        sleep(0.5)
    return {"pilot": pilot, LARGE: found["roster"]}


def measure(base: str, of: dict[str, str]) -> dict[str, Any]:
    """Milliseconds to the first paint and to the end of loading, by roster and rows of the board."""
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/welcome")
        page.click("button[name=role][value=coordinator]")
        for (name, roster), by in product(of.items(), SIZES):
            rows = []
            for _ in range(LOADS):
                page.goto(f"{base}/t/{PLACE}/rosters/{roster}?by={by}")
                page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
                rows.append(page.evaluate(_TIMES))
            cells = page.locator(".board td").count()
            found[f"{name} by {by}"] = {"cells": cells} | {
                what: {
                    "median": round(median(row[what] for row in rows)),
                    "worst": round(max(row[what] for row in rows)),
                }
                for what in rows[0]
            }
        browser.close()
    return found


_TIMES = """() => ({
    answered_ms: performance.getEntriesByType('navigation')[0].responseEnd,
    first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    loaded_ms: performance.getEntriesByType('navigation')[0].loadEventEnd,
})"""


def main(out: Path) -> None:
    """Measure, write ``pages.json`` and say it."""
    with TemporaryDirectory() as folder, served(Path(folder)) as key:
        found = measure(f"http://127.0.0.1:{PORT}", rosters(key, Path(folder)))
    out.mkdir(parents=True, exist_ok=True)
    (out / "pages.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
