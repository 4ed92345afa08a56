"""Summarises the day's tickets overnight, on our own GPU, so that no customer data leaves the house."""

from transformers import AutoModelForCausalLM, AutoTokenizer

from support_desk.settings import SUMMARY_MODEL

tokenizer = AutoTokenizer.from_pretrained(SUMMARY_MODEL)
model = AutoModelForCausalLM.from_pretrained(SUMMARY_MODEL, device_map="auto")


def summaries(tickets: list[str]) -> list[str]:
    results = []
    for ticket in tickets:
        prompt = f"Summarize this support ticket in two sentences:\n\n{ticket}\n\nSummary:"
        inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
        output = model.generate(**inputs, max_new_tokens=120)
        results.append(tokenizer.decode(output[0], skip_special_tokens=True))
    return results
