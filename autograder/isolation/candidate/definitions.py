"""Which cells define functions and do nothing else: no call, no loop, no import, nothing shown."""

import dis
from types import CodeType

_DEFINING = frozenset(
    dis.opmap[name]
    for name in (
        *("CACHE", "EXTENDED_ARG", "NOP", "RESUME"),
        *("LOAD_CONST", "LOAD_NAME", "BUILD_TUPLE", "BUILD_CONST_KEY_MAP"),
        *("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE", "STORE_NAME", "RETURN_VALUE", "RETURN_CONST"),
    )
    if name in dis.opmap
)


def looks_like_definitions(source: str) -> bool:
    """Tell whether a cell begins with a definition and ends inside one, not with a value to be shown.

    >>> looks_like_definitions("def f(x):\\n    return x")
    True
    >>> looks_like_definitions("def f(x):\\n    return x\\n5")
    False
    """
    end = source.rstrip()
    return source[:4] == "def " and end[-1] not in "'\"" and end[end.rfind("\n") + 1] in " \t"


def defines_only(code: CodeType) -> bool:
    """Tell whether a module's code binds functions to names, with no more than names and constants as their
    defaults and annotations.

    >>> defines_only(compile("def f(x, eps=1e-5):\\n    return x + eps", "", "exec"))
    True
    >>> defines_only(compile("def f(x):\\n    return x\\nf(1)", "", "exec"))
    False
    """
    return _DEFINING.issuperset(code.co_code[::2])
