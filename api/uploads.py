"""Scenarios that come in and go out as files: a folder as .zip, a workbook. What comes in is read in a process of its own, with
caps of time and memory: nobody knows what is in it."""

import io
import resource
import zipfile
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.problems import Problem
from scenarios.load import load, save
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import Scenario
from scheduler.words import Said

ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTES_MOST = 10_000_000
UNPACKED_MOST = 100_000_000
FILES_MOST = 100
SECONDS, MEGABYTES = 60, 2_000


def read(content: bytes, name: str) -> Scenario:
    """The scenario in a file.

    Raises:
        Problem: it is too large, or neither a .zip nor a workbook.
        ScenarioError: with every finding.
    """
    if len(content) > BYTES_MOST:
        raise Problem("too_large")
    workbook = name.lower().endswith(".xlsx")
    if not workbook and not zipfile.is_zipfile(io.BytesIO(content)):
        raise Problem(
            "unsupported_media",
            Said("a .zip of a folder or an .xlsx was expected", "un .zip d'un dossier ou un .xlsx était attendu"),
        )
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_inside, args=(theirs, content, workbook), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = ours.recv() if ours.poll(SECONDS) else None
    except EOFError:
        answer = None
    finally:
        child.kill()
        child.join()
        ours.close()
    if answer is None:
        raise Problem(
            "too_large", Said("it could not be read within the limits", "lecture impossible dans les limites")
        )
    if isinstance(answer, ScenarioError):
        raise answer
    if isinstance(answer, tuple):
        raise ScenarioError(answer)
    assert isinstance(answer, Scenario)
    return answer


def _inside(out: Connection, content: bytes, workbook: bool) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEGABYTES << 20, MEGABYTES << 20))
    answer: Any
    with TemporaryDirectory() as folder:
        try:
            answer = load(_unpacked(content, workbook, Path(folder)))
        except ScenarioError as error:
            answer = error.findings
        out.send(answer)


def _unpacked(content: bytes, workbook: bool, folder: Path) -> Path:
    """The file laid down for the loader; of a .zip, plain files of one folder."""
    if workbook:
        path = folder / "scenario.xlsx"
        path.write_bytes(content)
        return path
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > FILES_MOST or sum(info.file_size for info in infos) > UNPACKED_MOST:
            said = Said(f"at most {FILES_MOST} files were expected", f"au plus {FILES_MOST} fichiers étaient attendus")
            raise ScenarioError([Finding(said, "zip")])
        roots = {str(Path(info.filename).parent) for info in infos if Path(info.filename).name == "scenario.yaml"}
        root = min(roots, key=len, default=".")
        for info in infos:
            inner = Path(info.filename)
            if str(inner.parent) == root:
                # The name alone: a path that climbs out of the folder cannot.
                (folder / inner.name).write_bytes(archive.read(info))
    return folder


def packed(scenario: Scenario, form: str) -> bytes:
    """A scenario as .zip or .xlsx."""
    with TemporaryDirectory() as name:
        if form == "xlsx":
            path = Path(name) / "scenario.xlsx"
            save(scenario, path)
            return path.read_bytes()
        folder = Path(name) / "scenario"
        save(scenario, folder)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                # One date for all: the same scenario is the same file, byte for byte.
                archive.writestr(zipfile.ZipInfo(f"scenario/{path.name}", (1980, 1, 1, 0, 0, 0)), path.read_bytes())
        return out.getvalue()
