"""Attacks on the conversation with the examiner: forged, torn or overheard."""

from autograder.attacks.field import HONEST, Attack

CONVERSATION = (
    Attack(
        "replaced shell",
        "replaces the parts that answer the examiner",
        cells=(
            """
import sys
from isolation.candidate import answers, performance
from isolation.protocol import codec, packing
codec.encode = performance.encode = answers.encode = lambda value: 2.0
packing.pack = answers.pack = lambda tree: b'\\xc0'
""",
        ),
    ),
    Attack(
        "garbage on the socket",
        "writes bytes that are no frame to the examiner's socket",
        cells=(
            """
import os
os.write(3, b'\\xff\\xff\\xff\\xff' + b'A' * 1000)
""",
        ),
        answer=HONEST,
    ),
    Attack(
        "answers before the question",
        "writes answers for the questions to come, with full marks in each",
        cells=(
            """
import os, struct
from isolation.protocol.packing import pack
for turn in range(2, 60):
    for kind in (['found', 'function'], ['played', [b'']], ['cell', 'ok', 1, [0], []]):
        frame = pack([turn, *kind])
        os.write(3, struct.pack('>I', len(frame)) + frame)
""",
        ),
    ),
    Attack(
        "half a frame",
        "announces an answer and never sends it",
        answer="""
import os
def double(x):
    os.write(3, b'\\0\\0\\0\\x10ab')
    while True: pass
""",
    ),
    Attack(
        "closed socket",
        "hangs up",
        answer="""
import os
def double(x):
    os.close(3)
    return 2 * x
""",
    ),
    Attack(
        "reading the socket",
        "reads the examiner's next question itself, looking for what is expected",
        cells=(
            """
import os, threading
def listen():
    while True:
        print(os.read(3, 10**6))
threading.Thread(target=listen, daemon=True).start()
""",
        ),
    ),
)
