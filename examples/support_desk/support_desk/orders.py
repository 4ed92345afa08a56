"""Reads what a ticket says about an order, for the returns department."""

import json

from openai import OpenAI

from support_desk.settings import CHAT_MODEL

client = OpenAI()

PROMPT = """Extract the following fields from the customer's message as JSON: order_number, product, purchase_date, reason.

Message:
{ticket}
"""


def order_details(ticket: str) -> dict:
    response = client.chat.completions.create(
        model=CHAT_MODEL,
        response_format={"type": "json_object"},
        messages=[{"role": "user", "content": PROMPT.format(ticket=ticket)}],
    )
    return json.loads(response.choices[0].message.content)
