"""Writes the one line that the team's dashboard shows for a ticket."""

from openai import OpenAI

from support_desk.settings import CHAT_MODEL

client = OpenAI()


def headline(ticket: str, model: str = CHAT_MODEL) -> str:
    response = client.chat.completions.create(
        model=model,
        max_tokens=40,
        messages=[
            {"role": "system", "content": "Summarize the following support ticket in one sentence."},
            {"role": "user", "content": ticket},
        ],
    )
    return response.choices[0].message.content


def translated(ticket: str) -> str:
    response = client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[
            {"role": "system", "content": "Translate the user's message into English. Output only the translation."},
            {"role": "user", "content": ticket},
        ],
    )
    return response.choices[0].message.content
