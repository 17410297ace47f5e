"""What others wrote, in an instructor's terminal: shown letter by letter, and steering nothing."""

from rich.text import Text


def shown(text: str) -> Text:
    r"""The text without markup; letters that cannot be printed, line ends aside, are question marks.

    >>> shown("[bold] \x1b[2J").plain
    '[bold] ?[2J'
    """
    return Text("".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text))
