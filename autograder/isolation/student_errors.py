"""What a student's code raised, as an exception of the examiner: a name and texts, nothing else."""

_LONGEST_NAME = 60
_LONGEST_TEXT = 2_000
_LONGEST_TRACE = 6_000

_FAMILIAR: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        *(
            ArithmeticError,
            AssertionError,
            AttributeError,
            FloatingPointError,
            IndexError,
            KeyError,
            LookupError,
        ),
        *(
            MemoryError,
            NameError,
            NotImplementedError,
            OverflowError,
            RecursionError,
            RuntimeError,
            TimeoutError,
        ),
        *(TypeError, UnboundLocalError, ValueError, ZeroDivisionError),
    )
}


class CandidateError(Exception):
    """Student code raised; the class has the name of the student's exception and, if that is built in, its
    type.

    `student_traceback` is the text a student should read: their own frames, then type and message.
    """

    student_traceback: str

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def student_error(name: str, text: str, trace: str) -> CandidateError:
    """Return the exception for what the candidate says was raised; the texts may be hostile and are cut to
    size.

    >>> error = student_error("ValueError", "shapes differ", "")
    >>> type(error).__name__, isinstance(error, ValueError), isinstance(error, CandidateError)
    ('ValueError', True, True)
    """
    if not name.isidentifier() or len(name) > _LONGEST_NAME:
        name = "Exception"
    familiar = _FAMILIAR.get(name)
    bases = (CandidateError,) if familiar is None else (CandidateError, familiar)
    error: CandidateError = type(name, bases, {"__module__": __name__})(text[:_LONGEST_TEXT])
    error.student_traceback = trace[:_LONGEST_TRACE]
    return error
