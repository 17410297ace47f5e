"""Addresses of repositories on GitHub."""

import re

HOW = "write the address of a public repository on GitHub, as https://github.com/OWNER/NAME"
_ADDRESS = re.compile(r"https://github\.com/([\w-]+)/([\w.-]+?)(?:\.git)?/?")


def owner_and_name(address: str) -> tuple[str, str] | None:
    """The two parts of such an address; None for any other.

    >>> owner_and_name("https://github.com/ada/course.git"), owner_and_name("https://gitlab.com/ada/course")
    (('ada', 'course'), None)
    """
    found = _ADDRESS.fullmatch(address)
    return None if found is None else (found[1], found[2])
