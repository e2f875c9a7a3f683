"""Commands of ``python -m models``: one module a command, imported when it is asked for.

Each has ``options(parser)``, which adds what it understands, and ``run(args)``, which prints JSON or text on stdout.
"""
