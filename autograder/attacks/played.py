"""Attacks on an exercise of a real unit, whose cases are played in the candidate: claims that are forged."""

from autograder.attacks.field import HONEST_RULE, POINTS, WRONG_RULE, Attack

_RECORDED = """
import numpy as np
from isolation.candidate import answers
from isolation.protocol.codec import encode
from stagewise.checks import recording
CASES = recording.load('optimizers').exercises['sgd'].cases
def alike(a, b):
    return all(np.array_equal(a[name], b[name]) for name in ('w', 'dw'))
def played(values, timeouts=0, failure=None):
    return [encode(values), [], [], [], timeouts, failure]
"""


def _forged(claim: str) -> str:
    """A cell after which every case is answered with this claim."""
    body = "".join(f"    {line}\n" for line in claim.strip().splitlines())
    head = "def forged(script, inputs, functions, budget, heard):"
    return f"{_RECORDED}{head}\n{body}answers.perform = forged"


PLAYED = (
    Attack(
        "recorded answers",
        "looks up its inputs among the recorded cases of the notebook and returns what is recorded there",
        answer="""
def sgd(w, dw, config=None):
    from stagewise.checks import recording
    for case in recording.load('optimizers').exercises['sgd'].cases:
        if all(np.array_equal(case.inputs[name], value) for name, value in (('w', w), ('dw', dw))):
            return case.expected['next_w'], config
    return 0 * w, config
""",
        examined=True,
    ),
    Attack(
        "recorded plays",
        "answers each case in place of the code that plays it: with what is recorded of it, or of the first",
        cells=(
            _forged("""
known = [case for case in CASES if alike(case.inputs, inputs)]
return played((known or CASES)[0].expected)
"""),
        ),
        answer=WRONG_RULE,
        examined=True,
    ),
    Attack(
        "claims of everything",
        "claims values for the inputs, for what is expected and for the verdict, all at once",
        cells=(
            _forged("""
names = [*inputs, *script[2], 'next_w', 'expected', 'points', 'credit', 'passed', 'failure', 'rows']
return played(dict.fromkeys(names, inputs['w']) | {'w': 0 * inputs['w'], 'expected': inputs['w']})
"""),
        ),
        answer=WRONG_RULE,
        examined=True,
    ),
    Attack(
        "lying plays",
        "answers a case with objects that are equal to everything, as the values themselves",
        cells=(
            _forged("""
class Equal:
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __array__ = lambda self, *a, **k: inputs['w']
    shape, dtype = inputs['w'].shape, inputs['w'].dtype
return played(dict.fromkeys(script[2], Equal()))
"""),
        ),
        answer=WRONG_RULE,
        examined=True,
    ),
    Attack(
        "failure that is none",
        "claims that a step before the first one failed, in a way that there is not: it passed",
        cells=(
            _forged("""
return played({}, failure=[-1, 'passed', 'points: 2.0', None])
"""),
        ),
        answer=WRONG_RULE,
        examined=True,
    ),
    Attack(
        "time given back",
        "claims that fewer calls than none ran out of time, to get time for more",
        cells=(
            _forged("""
return played({name: inputs['w'] for name in script[2]}, timeouts=-10**9)
"""),
        ),
        answer=HONEST_RULE,
        examined=True,
    ),
    Attack(
        "two answers to a question",
        "answers each question twice, so that the second answer is taken for that to the next",
        cells=(
            """
from isolation.candidate import answers
once = answers.Channel.send
answers.Channel.send = lambda channel, reply: (once(channel, reply), once(channel, reply))
""",
        ),
        answer=HONEST_RULE,
        examined=True,
    ),
    Attack(
        "endless patience",
        "answers every case rightly, each just before it would be too late, so that a check takes for ever",
        cells=(
            """
import time
from isolation.candidate import answers
perform, Budget = answers.perform, answers.Budget
answers.Budget = lambda each, together, wall, *more: Budget(each, together, 10**6, *more)
def slowly(*arguments):
    time.sleep(0.9)
    return perform(*arguments)
answers.perform = slowly
""",
        ),
        answer=HONEST_RULE,
        examined=True,
    ),
    Attack(
        "hoard in the examiner",
        "answers each case with as much as an answer may hold, all of which the examiner keeps",
        cells=(
            _forged("""
return played({name: b'x' * 60_000_000 for name in script[2]})
"""),
            "answers.Answers._limits = property(lambda self: {'frame_bytes': 10**10, 'output_bytes': 10**5}, "
            "lambda self, limits: None)",
        ),
        answer=HONEST_RULE,
        examined=True,
    ),
    Attack(
        "replaced playing",
        "replaces what plays, parses, copies and encodes in the candidate",
        cells=(
            """
import numpy as np
from isolation.candidate import performance
import stagewise.judge.script, stagewise.judge.judging, stagewise.judge.compare
none = stagewise.judge.compare.Comparison(stagewise.judge.compare.Flaw.NONE, 0.0)
stagewise.judge.compare.compare = stagewise.judge.judging.compare = lambda *a, **k: none
stagewise.judge.judging.judge = stagewise.judge.judging.earned = lambda *a: 1.0
performance.play = lambda steps, functions, inputs, *more: stagewise.judge.script.Played(
    dict.fromkeys(['next_w', *inputs], inputs['w']), (), (), None)
""",
        ),
        answer=WRONG_RULE,
        examined=True,
    ),
    Attack(
        "help from elsewhere",
        "has a library do the exercise that is not there: torch, the reference, the grader",
        answer="""
def sgd(w, dw, config=None):
    import importlib
    for name in ('torch.optim', 'reference.truth.optimizers', 'autograder', 'tensorflow', 'jax', 'solutions'):
        try: return importlib.import_module(name).sgd(w, dw, config)
        except ImportError: pass
    return 0 * w, config
""",
        examined=True,
    ),
    Attack(
        "grading mode",
        "finds out that it is graded, and on what, and answers rightly only then",
        cells=(
            """
import sys
graded = 'isolation.candidate.answers' in sys.modules
""",
        ),
        answer=HONEST_RULE
        + """
right = sgd
def sgd(w, dw, config=None):
    return right(w, dw, config) if graded else (w, config)
""",
        earns=POINTS,
        examined=True,
    ),
)
