"""The template's memory is gathered in large pages, if the kernel will; nothing else changes."""

from types import SimpleNamespace

from autograder.isolation.candidate import _large_pages as large_pages

LARGE = 1 << 21


def test_whole_large_pages_of_anonymous_memory_are_asked_for(monkeypatch):
    asked = []

    def madvise(start, length, advice):
        asked.append((start, length, advice))
        return 0

    monkeypatch.setattr(large_pages, "_libc", SimpleNamespace(madvise=madvise))
    filled = bytearray(4 * LARGE)
    assert large_pages.collapse() == len(asked) > 0
    assert all(start % LARGE == 0 and length > 0 and length % LARGE == 0 for start, length, _ in asked)
    assert sum(length for _, length, _ in asked) >= 3 * LARGE
    assert {advice for _, _, advice in asked} == {25}
    assert not any(filled)


def test_a_kernel_that_refuses_is_no_error(monkeypatch):
    monkeypatch.setattr(large_pages, "_libc", SimpleNamespace(madvise=lambda *_: -1))
    assert large_pages.collapse() == 0


def test_memory_is_what_it_was():
    held = [f"number {number}" for number in range(200_000)]
    large_pages.collapse()
    assert all(text == f"number {number}" for number, text in enumerate(held))
