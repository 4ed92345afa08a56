"""Drafts an answer that an agent edits and sends."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = "meta-llama/Llama-3.3-70B-Instruct"


class Drafter:
    def __init__(self) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL)
        self.model = AutoModelForCausalLM.from_pretrained(
            MODEL,
            torch_dtype=torch.bfloat16,
            device_map="auto",
        )

    def draft(self, ticket: str, articles: list[str]) -> str:
        context = "\n\n".join(articles)
        messages = [
            {"role": "system", "content": f"You answer customers of an online shop. Use only:\n{context}"},
            {"role": "user", "content": ticket},
        ]
        inputs = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")
        output = self.model.generate(inputs.to(self.model.device), max_new_tokens=400)
        return self.tokenizer.decode(output[0][inputs.shape[1] :], skip_special_tokens=True)
