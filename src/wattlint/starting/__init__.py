"""``wattlint init``: a configuration for the project at hand, the pre-commit entry and the CI file, shown before they are written."""
