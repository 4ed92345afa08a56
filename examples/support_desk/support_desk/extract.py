"""Finds out how to reach the customer."""

import json

from openai import OpenAI

client = OpenAI()


def email_addresses(text: str) -> list[str]:
    response = client.chat.completions.create(
        model="gpt-4o-mini",
        response_format={"type": "json_object"},
        messages=[
            {
                "role": "user",
                "content": "Extract all email addresses from the text below. "
                f'Return JSON of the form {{"emails": []}}.\n\nText:\n{text}',
            }
        ],
    )
    return json.loads(response.choices[0].message.content)["emails"]
