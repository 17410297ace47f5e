"""Old encodings are read where one reading makes sense, and never otherwise."""

import pytest

from autograder.intake.encodings import read_text, readings


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp949", ["김철수", "이영희"]),
        ("cp932", ["田中太郎", "鈴木花子", "やまだ"]),
        ("gbk", ["王小明", "李华", "刘洋", "陈静"]),
        ("big5", ["陳大文", "林志明"]),
        ("cp1252", ["Jörg Müller", "José García", "Zoë"]),
        ("cp437", ["Jörg Müller", "José"]),
        ("cp1251", ["Иван Петров"]),
        ("cp866", ["Иван Петров"]),
        ("koi8-r", ["Иван Петров"]),
        ("utf-8", ["Jörg", "김철수"]),
    ],
)
def test_a_class_of_one_language_is_read(encoding, names):
    (reading,) = readings([f"{name}_1".encode(encoding) for name in names])
    assert reading.pieces == tuple(f"{name}_1" for name in names)


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp949", "김철수"), ("gbk", "李娜"), ("cp1252", "Ölçer"), ("cp949", "가나")]
)
def test_what_could_be_several_names_is_left_open(encoding, name):
    found = readings([name.encode(encoding)])
    assert len(found) > 1
    assert any(reading.pieces == (name,) for reading in found)


def test_what_makes_no_sense_has_no_reading():
    assert readings([bytes(range(128, 256))]) == ()
    assert read_text(b"\x89PNG\r\n\x1a\n" + bytes(range(128, 255))) is None


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_korean_text_is_read(encoding):
    text = '{"cells": ["가중치는 CNN을 통해 학습된다 → 손실이 줄어든다 (정규화·평균)"]}'
    assert read_text(text.encode(encoding)) == (text, encoding)


def test_a_western_text_is_read():
    text = '{"cells": ["Größe der Schritte, “naïve” – l’été"]}'
    assert read_text(text.encode("cp1252")) == (text, "cp1252")
