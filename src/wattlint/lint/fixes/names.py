"""The fixes that a rule page can name."""

FIXES = {
    "load-checkpoint-dtype": 'add dtype="auto" to a load, or put it in place of float32',
    "quantize-4bit": "add a BitsAndBytesConfig: NF4, double quantization, computing in bfloat16",
    "repair-quantization": "compute 4-bit weights in bfloat16; move load_in_4bit, load_in_8bit into a BitsAndBytesConfig",
    "load-once": "move a load out of a function into one with functools.cache",
    "add-draft-model": "load the matching draft model and pass it as assistant_model",
    "drop-slow-setting": 'drop use_cache=False or attn_implementation="eager"',
    "replace-model": "put the maker's successor in place of a model, where its name stands",
    "lower-effort": "lower the reasoning effort that a call asks for",
    "limit-output": "add an output limit with room for the labels that the code accepts",
    "embed-together": "embed a list in one call instead of one by one",
}
"""Name -> what it does. ``propose`` finds the function that makes it."""
