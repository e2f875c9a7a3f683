"""The errors Assay raises on purpose, as one small tree.

A message names the field, the value, the bound and the likely cause, because it is shown to a user as it stands.
Anything that is not an `AssayError` is a defect of the program.
"""


class AssayError(Exception):
    """Base of every error that is the input's fault and not the program's."""


class ScenarioError(AssayError):
    """A scenario is not admissible: unknown field, wrong type, out of bounds, or fields that contradict each other."""


class AbsentError(ScenarioError):
    """What was asked of a class has no answer, because there is no investment in it here; the message says why.

    ``why`` is the reason as a clause, without what to do about it: for readers that go on without this answer.
    """

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.why = why or message


class DataError(AssayError):
    """A file under `data/`, or a key that should be in one, is broken; names the file, the row and the field."""
