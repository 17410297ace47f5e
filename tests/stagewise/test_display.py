"""Where reports go: HTML in a kernel, text elsewhere, or to a sink."""

from IPython.utils.capture import capture_output

from stagewise.judge.report import Report, Row, Status
from stagewise.show import display

REPORT = Report(
    "toy", "center", "check", (Row("basic", "out", Status.PASSED, 0.0, 1e-4, credit=1.0),), Status.PASSED
)


def test_text_where_there_is_no_notebook(capsys):
    display.show(REPORT)
    assert capsys.readouterr().out.startswith("✓ center")


def test_html_and_text_in_a_notebook(shell):
    with capture_output() as shown:
        display.show(REPORT)
    (output,) = shown.outputs
    assert set(output.data) == {"text/html", "text/plain"}


def test_sink_gets_reports_until_its_end(capsys):
    taken = []
    with display.use(taken.append):
        display.show(REPORT)
        display.say("hello")
    assert taken == [REPORT]
    assert capsys.readouterr().out == ""
    display.say("hello")
    assert capsys.readouterr().out == "hello\n"


def test_sink_stays_without_with():
    taken = []
    until = display.use(taken.append)
    display.show(REPORT)
    until.close()
    assert taken == [REPORT]
