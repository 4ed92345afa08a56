"""Which models the desk uses, and the queues it sorts into. The models can be overridden from the environment."""

import os

CHAT_MODEL = os.getenv("SUPPORT_CHAT_MODEL", "gpt-4o")
SUMMARY_MODEL = os.getenv("SUPPORT_SUMMARY_MODEL", "meta-llama/Llama-3.1-8B-Instruct")

QUEUES = ["billing", "technical", "account", "other"]
