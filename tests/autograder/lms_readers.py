"""What systems make of the files that are uploaded to them, by the rules of their own importers.

Each reader fails where the system would refuse the file, and returns the grades that it would enter.
Canvas: lib/gradebook_importer.rb, and infer_comment_context_from_filename of abstract_assignment.rb.
Moodle: mod/assign/feedback/offline/locallib.php and mod/assign/feedback/file/importziplib.php.
Brightspace: D2L's page "Importing grades". Blackboard: its page "Work offline with grade data".
"""

import csv
import io
import re
import zipfile

_CANVAS_OWN = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account")


def canvas(raw, assignment):
    """Grades by user for the assignment with this number, as texts."""
    text = raw.decode("utf-8-sig")
    first = text.splitlines()[:3]
    counts = {
        separator: {len(next(csv.reader([line], delimiter=separator))) for line in first}
        for separator in ";,"
    }
    size = {separator: found.pop() if len(found) == 1 else 0 for separator, found in counts.items()}
    separator = ";" if size[";"] > size[","] else ","
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    assert "Student" in header[0]
    assert "ID" in header[1]
    place = 2
    while header[place] in _CANVAS_OWN:
        place += 1
    assert "Section" in header[place]
    columns = [
        at
        for at, name in enumerate(header)
        if at > place and (found := re.fullmatch(r".* \((\d+)\)", name)) and int(found[1]) == assignment
    ]
    (column,) = columns
    grades = {}
    for row in rows:
        if all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        if "Points Possible" in row[0]:
            assert "read only" not in row[column]
            continue
        user = int(row[1])
        assert user not in grades
        grades[user] = _without_decimal_comma(row[column].strip())
    return grades


def _without_decimal_comma(cell):
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split(r"[,.]", cell)
    return f"{''.join(whole)}.{last}" if whole else last


def canvas_pages(raw, files):
    """Pages by user, of a zip that is uploaded where `files` has the numbers of each user's own files."""
    pages = {}
    for name, page in _entries(raw).items():
        parts = [part for part in name.rsplit("/", 1)[-1].split("_") if part != "LATE"]
        user, file = [int(part) for part in parts if re.fullmatch(r"\d+", part)][:2]
        assert not parts[-1].startswith("link")
        assert file in files[user]
        assert user not in pages
        pages[user] = page
    return pages


def moodle(raw, numbers, maximum):
    """Grades by the numbers of these participants, as numbers; those which Moodle would pass over are not in
    it.
    """
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    identifier, grade = header.index("Identifier"), header.index("Grade")
    assert "Last modified (grade)" in header
    grades = {}
    for row in rows:
        assert len(row) == len(header)
        number = int(row[identifier].removeprefix("Participant "))
        if number in numbers and row[grade] != "" and 0 <= float(row[grade]) <= maximum:
            assert number not in grades
            grades[number] = float(row[grade])
    return grades


def moodle_pages(raw, numbers):
    """Files by participant: {number: {name: content}}."""
    pages = {}
    for path, page in _entries(raw).items():
        parts = path.split("/")
        while parts:
            info = parts.pop(0).split("_", 4)
            if len(info) < 4 or not info[1].isdecimal() or int(info[1]) not in numbers:
                continue
            assert info[2:4] in (["assignsubmission", "file"], ["assignfeedback", "file"])
            name = "/".join([*info[4:], *parts]).lstrip("/")
            pages.setdefault(int(info[1]), {})[name] = page
            break
        else:
            raise AssertionError(f"Moodle would ignore {path}")
    return pages


def brightspace(raw, item):
    """Points by Username for the item with this name, as texts."""
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert header[-1] == "End-of-Line Indicator"
    assert {"OrgDefinedId", "Username"} & set(header)
    (column,) = [at for at, name in enumerate(header) if name.startswith(f"{item} Points Grade")]
    user = header.index("Username")
    assert all(len(row) == len(header) and row[-1] == "#" for row in rows)
    return {row[user].removeprefix("#"): row[column] for row in rows}


def blackboard(raw, column):
    """Points by Username for the column with this number, as texts."""
    tabs = raw.startswith(b"\xff\xfe")
    text = raw.decode("utf-16" if tabs else "utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",")
    (place,) = [at for at, name in enumerate(header) if name.endswith(f"|{column}")]
    assert "[Total Pts:" in header[place]
    user = header.index("Username")
    return {row[user]: row[place] for row in rows}


def gradescope(raw):
    """Scores by SID."""
    header, *rows = csv.reader(io.StringIO(raw.decode(), newline=""))
    return {row[header.index("SID")]: row[header.index("Total Score")] for row in rows}


def _entries(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        assert len(set(names)) == len(names)
        assert not any(name.startswith(("/", ".")) or ".." in name.split("/") for name in names)
        return {name: archive.read(name) for name in names}
