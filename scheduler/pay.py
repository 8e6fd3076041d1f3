"""What a rota pays: each assignment by the tariffs in force on its date, split among its payers; additional time by the month.

Whole cents everywhere. An amount is never zero because a tariff is missing: what cannot be priced is a finding.

Sources of the shapes (amounts are data, see ``scenarios/data/grids``): arrêté of 30 April 2003, art. 13 and 14 (on-site
indemnities, additional time added to them, one flat fee an on-call duty); arrêté of 20 May 2016 (residents, by weekday);
arrêté of 20 April 2011 (ambulatory duties and triage, by the hour).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.facts import Duty, Facts, in_force
from scheduler.findings import Finding, ScenarioError
from scheduler.roster import Roster, site_of
from scheduler.tables import Engagement, PayItemKind, PayPeriod, Tariff
from scheduler.words import Said

WHOLE = 100_00
"""All of an amount, in hundredths of a per cent."""
HALVES: dict[PayPeriod, int] = {
    "whole_night": 2,
    "day": 2,
    "early_night": 1,
    "deep_night": 1,
    "saturday_afternoon": 1,
    "half_day": 1,
}
"""Half-periods that an on-site duty counts for, against the service obligations (R. 6152-27 CSP: a night is two)."""
EXTRA_WHOLE, EXTRA_HALF = "whole_night", "saturday_afternoon"
"""Pay periods whose tariffs price a period and a half-period of additional time."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a statement: what one payer pays one person for one thing. Rows add up to the cent."""

    person: str
    duty: Duty | None
    """None for additional time, which is of a month."""
    date: date
    """Of the duty; of additional time, the last planned day of its month."""
    line: str
    """Empty for additional time."""
    period: str
    """Pay period of the duty; empty for additional time."""
    site: str
    status: str
    """Of the engagement used."""
    modality: str
    kind: PayItemKind
    payer: str
    cents: int
    halves: int
    """Half-periods of additional time; else 0."""
    tariff: Tariff


@dataclass(frozen=True, slots=True)
class Unpriced:
    """An assignment, or a month's additional time, that no tariff prices."""

    person: str
    duty: Duty | None
    date: date
    line: str
    site: str
    status: str
    """Empty when there is no engagement."""
    modality: str
    period: str
    why: Said


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a rota pays, by person, then date; and what cannot be priced."""

    items: tuple[Item, ...]
    unpriced: tuple[Unpriced, ...]

    @property
    def cents(self) -> int:
        """The total of what is priced."""
        return sum(item.cents for item in self.items)

    def by(self, *columns: str) -> dict[tuple[str, ...], int]:
        """Cents by attributes of :class:`Item`, in order."""
        sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
        for item in self.items:
            sums[tuple(str(getattr(item, column)) for column in columns)] += item.cents
        return dict(sorted(sums.items()))


def tariff_of(facts: Facts, duty: Duty, status: str, item: PayItemKind = "indemnity") -> Tariff | None:
    """The tariff that prices a duty under a status on its date; None when the scenario has none."""
    line, period = facts.line_by_id[duty.line], facts.period_by_id[duty.period]
    key = (line.scheme, status, line.modality, period.pay, item)
    return _in_force(facts, key, duty.date, line.flat_fee)


def _in_force(facts: Facts, key: tuple[str, ...], day: date, flat_fee: str | None) -> Tariff | None:
    for row in facts.tariffs_by_key.get(key, ()):
        if (
            row.valid_from <= day
            and (row.valid_to is None or day <= row.valid_to)
            and row.flat_fee == flat_fee
            and facts.calendar.matches(day, row.days)
        ):
            return row
    return None


def amount_of(tariff: Tariff, duty: Duty) -> int:
    """Cents for one duty: as it stands, or by the elapsed hour (11 or 13 in a night when the clocks change), rounded half up."""
    if tariff.per == "duty":
        return tariff.amount
    minutes = int((duty.end - duty.start).total_seconds()) // 60
    return (tariff.amount * minutes + 30) // 60


def indemnities(facts: Facts, person: str, duty: Duty, site: str) -> tuple[Tariff, ...]:
    """The tariffs that an assignment pays by, additional time apart; empty when it cannot be priced."""
    used = facts.engagement_for(person, duty, site)
    first = tariff_of(facts, duty, used.status) if used else None
    if used is None or first is None:
        return ()
    second = tariff_of(facts, duty, used.status, "on_call_part") if duty.modality == "mixed" else None
    return (first, second) if second else (first,)


def pay_of(facts: Facts, person: str, duty: Duty, site: str) -> int:
    """Cents of an assignment, additional time apart; 0 when it cannot be priced."""
    return sum(amount_of(tariff, duty) for tariff in indemnities(facts, person, duty, site))


def payers_of(facts: Facts, duty: Duty) -> tuple[tuple[str, int], ...]:
    """Who pays what part of a duty, in hundredths of a per cent."""
    shares = [(row.payer, row.percent) for row in facts.shares_by_line.get(duty.line, ()) if in_force(row, duty.date)]
    return tuple(shares) or ((facts.line_by_id[duty.line].payer, WHOLE),)


def split(cents: int, shares: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """An amount among payers, in whole cents that add up: the cents left over go to the largest remainders, then in order."""
    parts = [divmod(cents * part, WHOLE) for _, part in shares]
    left = cents - sum(whole for whole, _ in parts)
    order = sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))
    given = set(order[:left])
    return [(payer, whole + (n in given)) for n, ((payer, _), (whole, _)) in enumerate(zip(shares, parts, strict=True))]


def paid_by(facts: Facts, person: str, duty: Duty, site: str) -> dict[str, int]:
    """Cents of an assignment by payer, additional time apart."""
    sums: defaultdict[str, int] = defaultdict(int)
    for tariff in indemnities(facts, person, duty, site):
        for payer, cents in split(amount_of(tariff, duty), payers_of(facts, duty)):
            sums[payer] += cents
    return dict(sums)


# --- additional time -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """On-site half-periods of one engagement under one scheme in one calendar month, counted together."""

    person: str
    site: str
    """Of the engagement: its payer too."""
    status: str
    scheme: str
    first_day: date


@dataclass(frozen=True, slots=True)
class Extra:
    """What additional time pays in a month: ``after`` so many half-periods, by two tariffs."""

    after: int
    whole: Tariff
    half: Tariff

    def cents(self, halves: int) -> int:
        """Of so many half-periods in all: two of those beyond are a whole period, an odd one is a half."""
        periods, rest = divmod(max(0, halves - self.after), 2)
        return periods * self.whole.amount + rest * self.half.amount


def halves_of(facts: Facts, duty: Duty) -> int:
    """Half-periods a duty counts for: none on call from home or in a session, one for the first part of a mixed one."""
    if duty.modality == "mixed":
        return 1
    return HALVES[facts.period_by_id[duty.period].pay] if duty.modality == "on_site" else 0


def month_of(facts: Facts, person: str, duty: Duty, site: str) -> tuple[Month, Engagement] | None:
    """The month in which a duty counts towards additional time; None where its engagement has no service obligations."""
    used = facts.engagement_for(person, duty, site)
    if used is None or used.service_halves is None or not halves_of(facts, duty):
        return None
    scheme = facts.line_by_id[duty.line].scheme
    return Month(person, used.site, used.status, scheme, duty.date.replace(day=1)), used


def last_planned(facts: Facts, month: Month) -> date:
    """The last day of a month, or of the horizon: where additional time is booked."""
    return min((month.first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1), facts.territory.last_day)


def extra_of(facts: Facts, month: Month, used: Engagement) -> Extra | None:
    """How additional time of a month is paid; None when no tariff says."""
    day = last_planned(facts, month)
    found = [
        _in_force(facts, (month.scheme, month.status, "on_site", period, "additional_time"), day, None)
        for period in (EXTRA_WHOLE, EXTRA_HALF)
    ]
    whole, half = found
    return Extra(used.service_halves or 0, whole, half) if whole and half else None


# --- the statement ---------------------------------------------------------------------------------------------------


def statement_of(facts: Facts, roster: Roster) -> Statement:
    """What a rota pays, row by row."""
    items: list[Item] = []
    unpriced: list[Unpriced] = []
    months: defaultdict[Month, list[int]] = defaultdict(lambda: [0, 0])
    engagement: dict[Month, Engagement] = {}
    for person in sorted({person for _, person in roster.assignments}):
        planned = sorted(
            (facts.duty_by_id[d] for d in roster.duties_of(person)), key=lambda duty: (duty.date, duty.start, duty.id)
        )
        for duty in (*facts.past_of(person), *planned):
            site = duty.sites[0] if duty.past else site_of(duty, roster)
            counted = month_of(facts, person, duty, site)
            if counted:
                month, engagement[counted[0]] = counted
                months[month][0 if duty.past else 1] += halves_of(facts, duty)
            if not duty.past:
                found = _items(facts, person, duty, site)
                if isinstance(found, Unpriced):
                    unpriced.append(found)
                else:
                    items += found
    for month, (before, planned_halves) in months.items():
        more = _extra_item(facts, month, engagement[month], before, before + planned_halves)
        if isinstance(more, Unpriced):
            unpriced.append(more)
        elif more is not None:
            items.append(more)
    items.sort(key=lambda item: (item.person, item.date, item.duty is None, item.duty.id if item.duty else ""))
    return Statement(tuple(items), tuple(unpriced))


def _items(facts: Facts, person: str, duty: Duty, site: str) -> "list[Item] | Unpriced":
    used = facts.engagement_for(person, duty, site)
    period = facts.period_by_id[duty.period].pay
    tariffs = indemnities(facts, person, duty, site)
    if used is None or not tariffs:
        why = (
            Said("no engagement in force on that day", "aucun engagement en vigueur ce jour-là")
            if used is None
            else Said("no tariff in force on that day", "aucun tarif en vigueur ce jour-là")
        )
        status = used.status if used else ""
        return Unpriced(person, duty, duty.date, duty.line, site, status, duty.modality, period, why)
    return [
        Item(
            person,
            duty,
            duty.date,
            duty.line,
            period,
            site,
            used.status,
            duty.modality,
            tariff.item,
            payer,
            cents,
            0,
            tariff,
        )
        for tariff in tariffs
        for payer, cents in split(amount_of(tariff, duty), payers_of(facts, duty))
    ]


def _extra_item(facts: Facts, month: Month, used: Engagement, before: int, after: int) -> "Item | Unpriced | None":
    """Additional time of a month: what all its half-periods pay, less what those before the horizon did."""
    halves = max(0, after - (used.service_halves or 0)) - max(0, before - (used.service_halves or 0))
    if not halves:
        return None
    day, extra = last_planned(facts, month), extra_of(facts, month, used)
    why = None
    if not used.extra_time:
        why = Said(
            f"{halves} half-periods beyond the service obligations, and no contracted additional time",
            f"{halves} demi-périodes au-delà des obligations de service, sans temps de travail additionnel sur contrat",
        )
    elif extra is None:
        why = Said("no tariff of additional time in force", "aucun tarif de temps de travail additionnel en vigueur")
    if why or extra is None:
        assert why is not None
        return Unpriced(month.person, None, day, "", month.site, month.status, "on_site", "", why)
    cents = extra.cents(after) - extra.cents(before)
    return Item(
        month.person,
        None,
        day,
        "",
        "",
        month.site,
        month.status,
        "on_site",
        "additional_time",
        month.site,
        cents,
        halves,
        extra.whole,
    )


def priced(facts: Facts, roster: Roster) -> Statement:
    """The statement of a rota that is priced to the last assignment.

    Raises:
        ScenarioError: something cannot be priced; every case is listed, with what to do.
    """
    statement = statement_of(facts, roster)
    if statement.unpriced:
        raise ScenarioError(findings_of_unpriced(facts, statement.unpriced))
    return statement


def findings_of_unpriced(facts: Facts, unpriced: Iterable[Unpriced]) -> Iterator[Finding]:
    """One finding for each reason, scheme, status, modality and period; with how often and since when."""
    groups: defaultdict[tuple[str, ...], list[Unpriced]] = defaultdict(list)
    for one in unpriced:
        scheme = facts.line_by_id[one.line].scheme if one.line else ""
        who = facts.name(one.person) if not one.status or one.duty is None else ""
        groups[one.why.en, scheme, one.status, one.modality, one.period, who].append(one)
    for (_, *key), found in sorted(groups.items()):
        days = sorted(one.date for one in found)
        why = found[0].why
        number, first, last = len(found), days[0].isoformat(), days[-1].isoformat()
        said = Said(
            f"{why.en} ({number} times from {first} to {last}): add a row to tariffs.csv, or correct the engagement",
            f"{why.fr} ({number} fois du {first} au {last}) : ajouter une ligne à tariffs.csv, ou corriger l'engagement",
        )
        yield Finding(said, "tariffs.csv", found=" ".join(part for part in key if part))
