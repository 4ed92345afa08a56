"""Fixes of findings: ``Fixer(analysis).propose(finding)`` gives the edits, for whoever shows or applies them.

``ast`` finds the call, libcst rewrites that expression alone, and the edit is the smallest one that makes the
difference. libcst is only imported where a finding has a fix.
"""
