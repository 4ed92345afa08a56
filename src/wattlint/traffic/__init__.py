"""Recorded traffic: what a program's calls really were, read from a file and matched to its call sites."""
