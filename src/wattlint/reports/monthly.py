"""The month in reports: per call site, in sum, and what a recording held."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wattlint.impact.quantities import in_readable_unit
from wattlint.reports.figures import with_span
from wattlint.reports.terminal import printable

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.impact.monthly import PerMonth
    from wattlint.impact.quantities import Interval
    from wattlint.traffic.measured import Recorded


def month_lines(estimates: Sequence[Estimated], recorded: Recorded | None) -> Iterator[str]:
    """What follows the table: each site of known workload, their sum, and how much of the recording fitted."""
    from wattlint.impact.monthly import together

    known = [(item.site, item.month) for item in estimates if item.month is not None]
    if whole := together([month for _, month in known]):
        yield ""
        yield "Per month, where the number of calls is known:"
        for site, month in known:
            cell = f":cell {site.cell + 1}" if site.cell is not None else ""
            place = f"{printable(site.path)}{cell}:{site.line}"
            yield f"  {place}  {_figures(month)} · {printable(month.source)}"
        if len(known) > 1:
            yield f"  together  {_figures(whole)}"
    if recorded is not None:
        yield from _recording(recorded)


def _figures(month: PerMonth) -> str:
    """``61,000 calls: 0.34 kWh (0.1–1.2), ...``"""
    quantities = (
        (month.energy_kwh.scaled(1000), "Wh"),
        (month.carbon_kgco2e.scaled(1000), "gCO2e"),
        (month.water_l, "L water"),
    )
    figures = [with_span(*in_readable_unit(value, unit)) for value, unit in quantities]
    if month.cost_usd is not None:
        figures.append(with_span(month.cost_usd, "US$"))
    return f"{month.calls:,.0f} calls: {', '.join(figures)}"


def _recording(recorded: Recorded) -> Iterator[str]:
    traffic, matches = recorded.traffic, recorded.matches
    when = ", no times recorded: taken as one month"
    if traffic.days is not None:
        when = f" from {_day(traffic.start)} to {_day(traffic.end)}"
    yield (
        f"Recorded in {printable(traffic.name)} ({traffic.format}): {traffic.calls:,.0f} calls{when}; "
        f"{matches.matched:,.0f} matched, to {len(matches.shares)} of the call sites."
    )
    if matches.unmatched:
        most = ", ".join(f"{printable(name)} {calls:,.0f}" for name, calls in matches.unmatched[:5])
        more = f" and {len(matches.unmatched) - 5} more" if len(matches.unmatched) > 5 else ""
        lost = sum(calls for _, calls in matches.unmatched)
        yield f"Matched to no call site, and not in the sum: {lost:,.0f} ({most}{more})."
    if traffic.left_out:
        yield "Passed over: " + ", ".join(f"{count:,} {why}" for why, count in traffic.left_out.items()) + "."


def month_data(month: PerMonth | None) -> dict[str, Any] | None:
    """For JSON."""
    if month is None:
        return None
    return {
        "calls": _rounded(month.calls),
        "energy_kwh": _interval(month.energy_kwh),
        "carbon_kgco2e": _interval(month.carbon_kgco2e),
        "water_l": _interval(month.water_l),
        "cost_usd": _interval(month.cost_usd),
        "source": month.source,
    }


def recorded_data(recorded: Recorded | None) -> dict[str, Any] | None:
    if recorded is None:
        return None
    traffic, matches = recorded.traffic, recorded.matches
    return {
        "file": traffic.name,
        "format": traffic.format,
        "calls": _rounded(traffic.calls),
        "start": _time(traffic.start),
        "end": _time(traffic.end),
        "days": None if traffic.days is None else _rounded(traffic.days),
        "matched": _rounded(matches.matched),
        "unmatched": [{"name": name, "calls": _rounded(calls)} for name, calls in matches.unmatched],
        "passed_over": [{"reason": why, "entries": count} for why, count in traffic.left_out.items()],
    }


def _interval(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {name: _rounded(v) for name, v in interval._asdict().items()}


def _rounded(value: float) -> float:
    """Four significant digits, whole numbers kept whole up to a million million."""
    return value if value == int(value) and abs(value) < 1e12 else float(f"{value:.4g}")


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return None


def _day(seconds: float | None) -> str:
    return (_time(seconds) or "?")[:10]
