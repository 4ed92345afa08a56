"""Which calls of a project are LLM calls, and the facts about each."""
