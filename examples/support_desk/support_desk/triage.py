"""Puts every incoming ticket into the queue of the team that handles it."""

from openai import OpenAI

from support_desk.settings import CHAT_MODEL, QUEUES

client = OpenAI()


def queue_of(ticket: str) -> str:
    response = client.chat.completions.create(
        model=CHAT_MODEL,
        temperature=0,
        messages=[
            {
                "role": "system",
                "content": "Classify the customer's message into exactly one category: "
                "billing, technical, account or other. Answer with the category only.",
            },
            {"role": "user", "content": ticket},
        ],
    )
    label = response.choices[0].message.content.strip().lower()
    if label not in QUEUES:
        return "other"
    return label


def is_angry(ticket: str) -> bool:
    prompt = f"What is the sentiment of this message: positive, negative or neutral? One word.\n\n{ticket}"
    response = client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": prompt}],
    )
    return response.choices[0].message.content.strip().lower() == "negative"
