"""Rendering of findings and estimates."""
