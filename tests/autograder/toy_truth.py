"""Truth of the toy unit: two functions, one of which is checked with the help of the other."""


def double(x):
    """Twice x."""
    twice = x + x
    return twice


def quadruple(x):
    """Four times x, the answer of double taken twice."""
    return double(double(x))
