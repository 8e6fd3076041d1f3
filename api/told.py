"""Sentences that several verbs of the terminal say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from scheduler.words import Lang, Said

if TYPE_CHECKING:
    from scheduler.facts import Facts
    from solver.repair import Move

PROVED, NOT_PROVED = Said(" (proved)", " (prouvé)"), Said("", "")
IMPOSSIBLE = Said("no rota keeps the rules (proved)", "aucun tableau ne respecte les règles (prouvé)")
NONE_YET = Said("no rota found in time", "aucun tableau trouvé à temps")


def say(lang: Lang, *lines: Said) -> None:
    """Sentences on stdout, one a line."""
    for line in lines:
        typer.echo(line.to(lang))


def proof(holds: bool) -> Said:
    """Whether something is proved, to stand after it."""
    return PROVED if holds else NOT_PROVED


def no_rota(impossible: bool) -> Said:
    """Why there is none."""
    return IMPOSSIBLE if impossible else NONE_YET


def moves_said(facts: "Facts", moves: "Sequence[Move]") -> list[Said]:
    """Duties that change hands, a line each."""
    said = []
    for move in moves:
        duty = facts.said_duty(move.duty)
        left, came = (", ".join(facts.name(p) for p in people) for people in (move.left, move.came))
        said.append(
            Said(
                f"  {duty.en}: {left or 'nobody'} → {came or 'nobody'}",
                f"  {duty.fr} : {left or 'personne'} → {came or 'personne'}",
            )
        )
    return said


def changes_said(changes: int, least: int | None) -> Said:
    """How many published duties move, and what is proved of it."""
    if least is not None and least >= changes:
        return Said(f"{changes} changes (proved the fewest)", f"{changes} changements (prouvé minimal)")
    if least is None:
        return Said(f"{changes} changes (nothing proved)", f"{changes} changements (rien de prouvé)")
    return Said(f"{changes} changes (at least {least})", f"{changes} changements (au moins {least})")
