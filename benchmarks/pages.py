"""How soon the board is seen: ``python -m benchmarks.pages OUT``.

The pilot, 101 people × 91 days, in Chromium at desktop size; from the request to the first paint, and to the
end of loading. Medians of several loads, with the worst.
"""

import json
import sys
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.service import PORT, served

LOADS = 7
SIZES = ("lines", "people")


def measure(base: str) -> dict[str, Any]:
    """Milliseconds to the first paint and to the end of loading, by rows of the board."""
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/welcome")
        page.click("button[name=role][value=coordinator]")
        page.goto(f"{base}/t/pilot-pooled/rosters")
        address = page.get_attribute("main ul.cards a", "href")
        for by in SIZES:
            rows = []
            for _ in range(LOADS):
                page.goto(f"{base}{address}?by={by}")
                page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
                rows.append(page.evaluate(_TIMES))
            cells = page.locator(".board td").count()
            found[by] = {"cells": cells} | {
                name: {
                    "median": round(median(row[name] for row in rows)),
                    "worst": round(max(row[name] for row in rows)),
                }
                for name in rows[0]
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
    with TemporaryDirectory() as folder, served(Path(folder)) as _:
        from benchmarks.service import Asking

        Asking("").until_up()
        found = measure(f"http://127.0.0.1:{PORT}")
    out.mkdir(parents=True, exist_ok=True)
    (out / "pages.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
