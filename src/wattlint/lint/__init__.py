"""Evaluates the rule pages over the facts: findings, suppressions, fixes."""
