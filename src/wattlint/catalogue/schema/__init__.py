"""pydantic schemas of the files under ``rules/``, one module per section; imported only to compile."""
