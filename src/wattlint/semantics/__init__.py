"""Python semantics on `ast`: scopes, imports, values of expressions, callers, loops. Knows nothing of LLMs."""
