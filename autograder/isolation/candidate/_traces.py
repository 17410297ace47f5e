"""What a student reads about an exception of their code: their own frames, type and message."""

from pathlib import Path

_HERE = str(Path(__file__).parents[1])


def describe(error: BaseException) -> str:
    """Return the text for `error`; "" when even that fails, since the error may be of any make."""
    try:
        from stagewise.judge.student_traceback import describe as describe_to_student

        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_HERE):
            trace = trace.tb_next
        return str(describe_to_student(error.with_traceback(trace)))
    except Exception:
        return ""
