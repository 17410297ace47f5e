"""What a check cell asks for: the one call that students see, and the hidden test that the build appends."""

import ast

from autograder.units import regions


def called(source: str) -> tuple[str, ...]:
    """The names in a cell that is one `check(exercise, *partners)`, the exercise first; none for any other.

    >>> called("check(step2, step1)"), called("check(step2); print(1)"), called("check(step2())")
    (('step2', 'step1'), (), ())
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return ()
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="check"), args=args, keywords=[]))]:
            names = tuple(arg.id for arg in args if isinstance(arg, ast.Name))
            return names if len(names) == len(args) else ()
    return ()


def with_hidden_test(source: str, unit: str, points: float) -> str:
    """A check cell as the instructor's notebook has it, where stock nbgrader can grade it too."""
    call = f'examine({", ".join(called(source))}, unit="{unit}", points={points:g})'
    test = f"from reference import examine\n{call}"
    return f"{source}\n{regions.region(regions.HIDDEN_TESTS, test)}"
