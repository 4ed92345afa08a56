"""What a call is for, judged from its prompt, its output contract and the names around it."""

from wattlint.callsites.tasks.recognise import recognise
from wattlint.callsites.tasks.records import TaskRecord, task_record

__all__ = ["TaskRecord", "recognise", "task_record"]
