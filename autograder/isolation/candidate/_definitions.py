"""Which cells define functions, import what is there already, and do nothing else: no call, no loop, nothing
shown.

It costs a list of the operations of Python that do that, and was measured to buy 6 ms of the 9 that the 27
such cells of a notebook on batchnorm take by IPython's way. What is not on the list takes that way.
"""

import builtins
import dis
import sys
from types import CodeType


def _numbers(*names: str) -> frozenset[int]:
    """The numbers of those operations that this Python has."""
    return frozenset(dis.opmap[name] for name in names if name in dis.opmap)


_DEFINING = _numbers(
    *("CACHE", "EXTENDED_ARG", "NOP", "RESUME"),
    *("LOAD_CONST", "LOAD_NAME", "BUILD_TUPLE", "BUILD_CONST_KEY_MAP"),
    *("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE", "STORE_NAME", "RETURN_VALUE", "RETURN_CONST"),
)
_BINDING = _DEFINING | _numbers("IMPORT_NAME", "IMPORT_FROM", "SWAP", "POP_TOP")
_IMPORT, _DROP, _LONG = dis.opmap["IMPORT_NAME"], dis.opmap["POP_TOP"], dis.opmap["EXTENDED_ARG"]
_AFTER_IMPORTING = _numbers("STORE_NAME", "SWAP")
_import = builtins.__import__


def looks_like_definitions(source: str) -> bool:
    """Tell whether a cell begins with a definition or an import and ends inside a definition, not with a
    value to be shown.

    >>> looks_like_definitions("import numpy as np\\ndef f(x):\\n    return x")
    True
    >>> looks_like_definitions("def f(x):\\n    return x\\n5")
    False
    """
    end = source.rstrip()
    begins = source.startswith(("def ", "import ", "from "))
    return begins and end[-1] not in "'\"" and end[end.rfind("\n") + 1] in " \t"


def defines_only(code: CodeType) -> bool:
    """Tell whether a module's code binds functions and loaded modules to names, with no more than names and
    constants as the functions' defaults and annotations.

    >>> defines_only(compile("import sys\\ndef f(x, eps=1e-5):\\n    return x + eps", "", "exec"))
    True
    >>> defines_only(compile("def f(x):\\n    return x\\nf(1)", "", "exec"))
    False
    """
    operations = code.co_code[::2]
    if _DEFINING.issuperset(operations):
        return True
    return _BINDING.issuperset(operations) and _LONG not in operations and _imports_loaded(code)


def _imports_loaded(code: CodeType) -> bool:
    """Tell whether all it imports is loaded, and all it drops are modules whose parts it took."""
    last = 0
    for operation, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        if operation == _IMPORT and code.co_names[argument] not in sys.modules:
            return False
        if operation == _DROP and last not in _AFTER_IMPORTING:
            return False
        last = operation
    return builtins.__import__ is _import
