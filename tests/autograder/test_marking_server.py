"""The marking page over HTTP: for this machine and its token alone, and nothing that a student wrote runs."""

import http.client
import json
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from threading import Thread

import pytest

from autograder.errors import CourseError
from autograder.examining.letters import written_out
from autograder.marking.answers import Text
from autograder.marking.server import served
from autograder.marking.shown import compared, html_of, markdown
from tests.autograder.written_class import WHY, answer, desk_for, request

ATTACKS = (
    "<script>alert(1)</script>",
    "Look: <script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <b onmouseover=alert(1)>x</b>",
    "[x](javascript:alert(1)) <java\nscript:alert(1)> <a href='javas&#99;ript:alert(1)'>y</a>",
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe> <form action=//a.example><button>x</button></form>",
    "It is $\\href{javascript:alert(1)}{x}$ and $\\class{a}{x} \\style{position:fixed}{x}$.",
    'It is $<script>alert(1)</script>$ or $" onmouseover=alert(1) x="$.',
    '![$" onerror=alert(1)$](attachment:x) ![](https://evil.example/pixel.png)',
    "x <math><mtext><style><img src=x onerror=alert(1)></style></mtext><mi xlink:href='a:b'>y</mi></math>",
    "x <math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<style>* { display: none }</style> <link rel=stylesheet href=//evil.example> <base href=//evil.example>",
)


@pytest.fixture
def desk(toy_course):
    return desk_for(answer(toy_course, ada="It is so.", mallory=ATTACKS[0]))


@contextmanager
def running(desk):
    with served(desk) as (server, address):
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port, address.partition("1:")[2].partition("/")[2]
        finally:
            server.shutdown()
            thread.join()


def ask(port, path, body=None, **headers):
    """Status, headers and content of what is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST" if body is not None else "GET", path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


TEXTS = {"p", "pre", "a", "b", "em", "strong", "img", "ins", "del"}
TAGS = TEXTS | {"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle"}
JSON = {"Content-Type": "application/json"}


def test_the_page_its_parts_and_a_question_are_served(desk):
    with running(desk) as (port, root):
        status, headers, page = ask(port, f"/{root}")
        assert (status, headers.get_content_type()) == (200, "text/html")
        assert b"Why is twice two four?" in page
        assert ask(port, f"/{root}page.js")[1].get_content_type() == "text/javascript"
        assert ask(port, f"/{root}page.css")[0] == 200
        told = json.loads(ask(port, f"/{root}question/{WHY}")[2])
        assert {one["label"] for group in told["groups"] for one in group} == {"ada", "mallory"}
        assert json.loads(ask(port, f"/{root}counts")[2])[WHY]["waiting"] == 2


def test_a_mark_is_entered_through_http(desk):
    with running(desk) as (port, root):
        told = json.loads(ask(port, f"/{root}question/{WHY}")[2])
        (ada,) = [one for group in told["groups"] for one in group if one["label"] == "ada"]
        body = json.dumps(request(ada, points=3.5)).encode()
        status, _, said = ask(port, f"/{root}mark", body, **JSON)
        assert status == 200
        assert json.loads(said)["marked"][ada["key"]]["points"] == 3.5
    assert desk.counts()[WHY]["marked"] == 1


def test_without_the_token_nothing_is_told(desk):
    with running(desk) as (port, root):
        wrong = "x" * (len(root) - 1) + "/"
        for path in ("/", "/page.js", f"/question/{WHY}", f"/{wrong}", f"/{root[:-1]}", f"/{root}../page.js"):
            status, _, said = ask(port, path)
            assert (status, json.loads(said)) == (404, {"error": "Not Found"})
        assert ask(port, f"/{wrong}mark", b"{}", **JSON)[0] == 404


def test_a_page_under_another_hosts_name_is_told_nothing(desk):
    """A name that its owner points to this machine's address (DNS rebinding)."""
    with running(desk) as (port, root):
        for name in (f"evil.example:{port}", f"localhost.evil.example:{port}", "", "127.0.0.2"):
            assert ask(port, f"/{root}", Host=name)[0] == 404


def test_the_page_is_served_to_the_other_end_of_a_tunnel(desk):
    with running(desk) as (port, root):
        for name in ("localhost:9000", "127.0.0.1:9000"):
            assert ask(port, f"/{root}", Host=name)[0] == 200
            assert ask(port, f"/{root}mark", b"[]", **JSON, Host=name, Origin=f"http://{name}")[0] == 400
            assert ask(port, f"/{root}mark", b"[]", **JSON, Host=name, Origin="http://localhost:1")[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {},
        JSON | {"Origin": "https://evil.example"},
        JSON | {"Origin": "null"},
    ],
    ids=str,
)
def test_what_another_sites_form_could_send_marks_nothing(desk, headers):
    with running(desk) as (port, root):
        assert ask(port, f"/{root}mark", b"{}", **headers)[0] == 403


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "no JSON"),
        (b"[]", 400, "a mark has the fields"),
        (b"\xff", 400, "no JSON"),
    ],
)
def test_what_cannot_be_read_is_told(desk, body, status, said):
    with running(desk) as (port, root):
        found = ask(port, f"/{root}mark", body, **JSON)
        assert found[0] == status
        assert said in json.loads(found[2])["error"]


def test_a_request_of_unknown_or_enormous_length_is_not_read(desk):
    with running(desk) as (port, root):
        for length in ("2000001", "many", "-1"):
            assert ask(port, f"/{root}mark", b"", **JSON, **{"Content-Length": length})[0] == 413


def test_an_unknown_question_is_told(desk):
    with running(desk) as (port, root):
        status, _, said = ask(port, f"/{root}question/%3Cb%3E")
        assert (status, "there is no question '<b>'" in json.loads(said)["error"]) == (400, True)


def test_a_gradebook_that_cannot_be_read_is_told_and_the_server_goes_on(desk):
    with running(desk) as (port, root):
        gradebook = desk._assignment.course.gradebook
        content = gradebook.read_bytes()
        gradebook.write_bytes(b"this is no database" * 100)
        status, _, said = ask(port, f"/{root}counts")
        assert (status, "gradebook" in json.loads(said)["error"]) == (503, True)
        gradebook.write_bytes(content)
        assert ask(port, f"/{root}counts")[0] == 200


def test_every_answer_forbids_scripts_that_are_not_the_pages_own(desk):
    with running(desk) as (port, root):
        for path in (f"/{root}", f"/{root}question/{WHY}", "/"):
            headers = ask(port, path)[1]
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
        assert b"<script>" not in ask(port, f"/{root}")[2]


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("show", [markdown, partial(compared, "an answer"), written_out])
def test_nothing_that_a_student_wrote_runs(show, attack):
    """Neither as an element, nor as an attribute, nor as a link; what is left of it is text."""
    for tag, attributes in Elements(show(attack)).found:
        assert tag in TAGS
        assert attributes.keys() <= {
            "href",
            "src",
            "rel",
            "title",
            "alt",
            "display",
            "stretchy",
            "lspace",
            "rspace",
            "style",
        }
        assert not attributes.get("style")
        assert attributes.get("href", "#").startswith(("#", "https://"))
        assert attributes.get("src", "data:").startswith("data:")


def test_the_look_at_elements_finds_a_handler():
    assert Elements("<p onclick=x>").found == [("p", {"onclick": "x"})]


def test_a_formula_is_drawn_without_a_script():
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in markdown(r"It is $\frac12$.")
    assert 'display="block"' in markdown("$$x$$")


@pytest.mark.parametrize("latex", ["{" * 1500, r"\frac{" * 300, "x_{" * 500, r"\left(", "x" * 3000])
def test_a_formula_that_cannot_be_drawn_is_shown_as_it_is_written(latex):
    assert "<math" not in markdown(f"${latex}$") or "<merror" not in markdown(f"${latex}$")
    assert latex[:10] in markdown(f"${latex}$").replace("&lt;", "<")


def test_pictures_of_an_answer_are_shown():
    picture = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    html = html_of(Text("![p](attachment:p.png)", {"p.png": {"image/png": picture}}))
    assert f'src="data:image/png;base64,{picture}"' in html


def test_a_port_that_is_taken_is_told(desk):
    with served(desk) as (server, _):
        taken = served(desk, server.server_port)
        with pytest.raises(CourseError, match="cannot be had"), taken:
            pass
