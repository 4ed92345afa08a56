"""wattlint: what every LLM call in your Python source costs, before you merge it."""

__version__ = "0.1.0"
