"""Which files to read, and their text: discovery, decoding, notebooks, suppression comments."""
