"""Findings of severity ``info`` are shown, and do not fail a run."""

from __future__ import annotations

from wattlint.cli import main

TRAINING = """\
from transformers import AutoModelForCausalLM, Trainer

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")
Trainer(model=model, train_dataset=[]).train()
"""


def test_a_note_is_shown_and_the_exit_status_is_0(tmp_path, monkeypatch, capsys):
    (tmp_path / "train.py").write_text(TRAINING)
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "LLM402" in out and "predicted per million training tokens" in out
    assert "Found 1 finding (1 info)." in out
