"""One module a command: its help, its options, and ``run``, which reads them, calls one function and prints."""
