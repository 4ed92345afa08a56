"""What a user can set, as plain data. ``config.py`` reads and checks it; everything else only reads these.

Named tuples, because pydantic costs 0.1 s to import, ``dataclasses`` 12 ms, and most runs have little or nothing
configured.
"""

from typing import NamedTuple


class ImpactSettings(NamedTuple):
    """``[tool.wattlint.impact]``: the deployment that estimates assume."""

    deployment: str | None = None
    """``api``, ``server`` or ``local``; None: by the kind of call."""
    region: str | None = None
    """Cloud region (``eu-north-1``) or country (``SE``, ``SWE``); None: by the provider's default."""
    hardware: str | None = None
    """Name in ``rules/impact/hardware``; None: a range over usual data-centre GPUs."""
    gpus: int | None = None
    batch: int | None = None
    precision: str | None = None
    pue: float | None = None
    output_tokens: int | None = None
    """Overrides the prior where a call has no limit and no task."""
    measured: dict[str, float] = {}
    """``[tool.wattlint.measured]``: model id -> J per output token, replaces the model's own estimate."""


class BudgetSettings(NamedTuple):
    """``[tool.wattlint.budget]``: limits by quantity (``energy_wh``, ``carbon_gco2e``, ``water_ml``, ``cost_usd``)."""

    per_call: dict[str, float] = {}
    per_project: dict[str, float] = {}
    """For one call of each call site."""
    per_month: dict[str, float] = {}
    """For the calls whose workload is known."""
    increase: dict[str, float | str] = {}
    """Of one change: an amount, or a share of the base (``"10%"``)."""
    at: str = "p50"
    """The percentile of the estimate that is held against the limits."""
    unknown: str = "report"
    """``fail``: a limit that cannot be judged for want of data counts as exceeded."""

    @property
    def limits(self) -> bool:
        """Whether any is set."""
        return bool(self.per_call or self.per_project or self.per_month or self.increase)


class Settings(NamedTuple):
    """``[tool.wattlint]``."""

    select: tuple[str, ...] = ()
    """Code prefixes; empty: every rule that is on by default."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    preview: bool = False
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    check_tests: bool = False
    """Report findings in tests, examples, docs and benchmarks folders too."""
    rules_dir: str | None = None
    seconds_per_file: float = 5.0
    """Processor time for the analysis of one file; what takes longer is reported as not analysed."""
    workload: dict[str, str] = {}
    """``[tool.wattlint.workload]``: ``file pattern::function`` -> how often it runs (``2_000/day``)."""
    impact: ImpactSettings = ImpactSettings()
    budget: BudgetSettings = BudgetSettings()
    baseline: str | None = None
    """File of old findings that ``check`` lets be."""
    config_path: str | None = None
    """The file these come from, for messages."""
