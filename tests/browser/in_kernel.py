"""What a kernel in the browser is asked to do: it reads this file; tests call the same here to compare."""

import contextlib
import io
import time


def judged(units):
    """What checks say: [unit, exercise, which answer, status, mistake, diagnosis, seconds] for each answer.

    units: of each its name, the sources that define everything, and [exercise, which answer, source, check].
    """
    from stagewise.show import display
    from stagewise.show.render import to_html

    told = []
    for unit in units:
        reports = []
        with display.use(reports.append), contextlib.redirect_stdout(io.StringIO()):
            world = {}
            for source in unit["sources"]:
                exec(source, world)
            for exercise, which, source, check in unit["answers"]:
                there = dict(world)
                exec(source, there)
                begun = time.perf_counter()
                exec(check, there)
                to_html(reports[-1])
                taken = time.perf_counter() - begun
                last = reports[-1]
                said = [last.status.value, last.misconception, last.diagnosis, taken]
                told.append([unit["name"], exercise, which, *said])
    return told
