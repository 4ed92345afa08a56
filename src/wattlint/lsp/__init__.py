"""``wattlint lsp``: a language server over standard input and output (needs the extra ``wattlint[lsp]``).

``session`` knows the open documents, ``server`` speaks the protocol, the others turn analyses into what editors show.
"""
