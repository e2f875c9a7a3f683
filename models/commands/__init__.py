"""Commands of ``python -m models``: a function each, whose docstring is what the help says of it.

A command adds what it understands to its parser and returns what runs it: a function of the parsed options that prints
JSON or text on stdout. It imports its part of the model when it is asked for, and no other command's.
"""
