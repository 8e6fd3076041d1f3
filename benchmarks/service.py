"""How fast the service answers while it solves: ``python -m benchmarks.service OUT [SECONDS]``.

The demo territory with a published roster, two solves running in two workers, twenty connections that read in turn who is on
call, one site's assignments, those again unchanged (304), and changes. Latencies as the reader sees them.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread
from time import perf_counter, sleep
from typing import Any

CONNECTIONS, SOLVES, SECONDS, WARM_S = 20, 2, 20.0, 2.0
OFFERED = (300.0, inf)
"""Requests a second that the readers offer together; without end: the next one as soon as the last is answered."""
PLACE = "pilot-pooled"
PORT = 8799


@contextmanager
def served(folder: Path, url: str | None = None, workers: int = 1, at_once: int = SOLVES) -> Iterator[str]:
    """The service with its demo territory and a worker for two solves; gives the administrator's key."""
    environment = os.environ | {
        "PERMANENCE_DATABASE_URL": url or f"sqlite:///{folder}/p.db",
        "PERMANENCE_SECURE": "no",
        "PERMANENCE_SOLVES_AT_ONCE": str(at_once),
    }
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "serve",
        "--port",
        str(PORT),
        "--demo",
        "--lang",
        "en",
        "--workers",
        str(workers),
    ]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait()


class Asking:
    """One connection that is kept."""

    def __init__(self, key: str) -> None:
        self._key, self._connection = key, HTTPConnection("127.0.0.1", PORT, timeout=60)

    def until_up(self) -> None:
        """Wait for the service."""
        for _ in range(300):
            try:
                self._connection.connect()
            except OSError:
                sleep(0.2)
            else:
                return

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        said = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        where = f"/v1/territories/{PLACE}{path}"
        self._connection.request(method, where, None if body is None else json.dumps(body), said)
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def upload(self, path: Path) -> None:
        """A workbook as the scenario in force."""
        mark = "a-line-of-its-own"
        head = f'--{mark}\r\ncontent-disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
        body = head.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        said = {"authorization": f"Bearer {self._key}", "content-type": f"multipart/form-data; boundary={mark}"}
        self._connection.request("PUT", f"/v1/territories/{PLACE}/scenario", body, said)
        answer = self._connection.getresponse()
        assert answer.status < 300, answer.read()
        answer.read()

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer, which is fine."""
        status, _, content = self.ask(method, path, body, **headers)
        assert status < 400, (method, path, status, content)
        return json.loads(content) if content else None


def first_day(asking: Asking) -> str:
    """The day on which the duties of the demo's published roster begin."""
    asking.until_up()
    (roster,) = [one["id"] for one in asking.json("GET", "/rosters") if one["state"] == "published"]
    return str(asking.json("GET", f"/rosters/{roster}")["assignments"][0][0].split(".")[1])


def read(key: str, day: str, seconds: float, offered: float) -> tuple[list[tuple[str, float]], Counter[int]]:
    """Twenty readers for some seconds, together at most so many requests a second: (what, seconds) of each answer, and how many
    of each status. A request that is late is sent at once, and its wait counts.
    """
    apart = CONNECTIONS / offered
    gate, rows, statuses = Barrier(CONNECTIONS), [], Counter[int]()

    def reader(number: int) -> None:
        asking, etag, turn = Asking(key), "", number
        gate.wait()
        due = perf_counter() + apart * number / CONNECTIONS
        warm = due + WARM_S
        end = warm + seconds
        while (now := perf_counter()) < end:
            sleep(max(0.0, due - now))
            turn += 1
            what, path, headers = (
                ("on call", f"/on-call?at={day}T22:00:00Z", {}),
                ("assignments", f"/assignments?from={day}&to={day}&site=site-{turn}", {}),
                ("unchanged", f"/assignments?from={day}&to={day}", {"if_none_match": etag}),
                ("changes", "/changes?after=100000", {}),
            )[turn % 4]
            began = due if apart else perf_counter()
            status, answered, _ = asking.ask("GET", path, **headers)
            if began > warm:
                rows.append((what, perf_counter() - began))
                statuses[status] += 1
            due += apart
            if what == "unchanged":
                etag = answered.get("etag", "")

    threads = [Thread(target=reader, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rows, statuses


def main(out: Path, seconds: float = SECONDS) -> None:
    """Measure quiet and under load, write ``service.json`` and say it."""
    found: dict[str, Any] = {}
    with TemporaryDirectory() as folder, served(Path(folder), os.environ.get("PERMANENCE_DATABASE_URL")) as key:
        asking = Asking(key)
        day = first_day(asking)
        for offered in OFFERED:
            found[f"quiet, {said(offered)}"] = figures(*read(key, day, seconds, offered), seconds)
        asking = Asking(key)  # the first one was closed while nobody spoke
        jobs = [asking.json("POST", "/solves", {"time_limit": 20 * seconds})["id"] for _ in range(SOLVES)]
        while not all(asking.json("GET", f"/jobs/{job}")["used"] > 1 for job in jobs):
            sleep(0.5)
        for offered in OFFERED:
            found[f"two solves, {said(offered)}"] = figures(*read(key, day, seconds, offered), seconds)
        for job in jobs:
            Asking(key).json("POST", f"/jobs/{job}/cancel")
    out.mkdir(parents=True, exist_ok=True)
    (out / "service.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, one in found.items():
        sys.stdout.write(
            f"{name}: {one['per_second']:.0f} a second, p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms, {one['statuses']}\n"
        )


def said(offered: float) -> str:
    """A load in words."""
    return "as fast as they can" if offered == inf else f"{offered:.0f} a second"


def figures(rows: list[tuple[str, float]], statuses: Counter[int], seconds: float) -> dict[str, Any]:
    """Rates and percentiles, in all and by what was read."""

    def at(per_cent: int, of: list[float]) -> float:
        return round(1000 * sorted(of)[min(len(of) - 1, len(of) * per_cent // 100)], 2)

    every = [took for _, took in rows]
    kinds = sorted({what for what, _ in rows})
    return {
        "per_second": len(rows) / seconds,
        "p50_ms": at(50, every),
        "p99_ms": at(99, every),
        "p99_ms_by_kind": {kind: at(99, [took for what, took in rows if what == kind]) for kind in kinds},
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS)
