"""The pool of a cluster, held to its promises with workers that are not there: nothing is lost
or told twice.
"""

from concurrent.futures import Future

import pytest

from autograder.cluster.open_pool import workers_here
from autograder.cluster.pool import LOOK_SECONDS, ClusterPool, machine_of
from autograder.errors import CourseError
from autograder.grading.pool import Answer

ONE, TWO, FAR = "tcp://10.0.0.1:40001", "tcp://10.0.0.1:40002", "tcp://10.0.0.2:40001"


class FakePost:
    """Workers that answer when the test says so."""

    def __init__(self):
        self.threads = {}
        self.sent = []

    def workers(self):
        if isinstance(self.threads, Exception):
            raise self.threads
        return dict(self.threads)

    def send(self, address, message):
        future = Future()
        self.sent.append((address, message, future))
        return future

    def answer(self, message, content):
        next(future for _, sent, future in self.sent if sent == message).set_result(content)

    def of(self, address):
        return [message for where, message, _ in self.sent if where == address]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def post():
    return FakePost()


@pytest.fixture
def clock():
    return Clock()


def pool_of(post, clock, threads):
    post.threads = threads
    return ClusterPool(post, patience=60, clock=clock)


def told(pool):
    return sorted(pool.answers(0), key=lambda answer: answer.label)


def test_every_message_is_answered_under_its_label_and_once(post, clock):
    pool = pool_of(post, clock, {ONE: 1, TWO: 1})
    for label in ("a", "b", "c"):
        pool.send(label, label.encode())
    post.answer(b"c", b"C")
    post.answer(b"a", b"A")
    assert told(pool) == [Answer("a", b"A"), Answer("c", b"C")]
    assert pool.busy == 1
    post.answer(b"b", b"B")
    assert told(pool) == [Answer("b", b"B")]
    assert (pool.busy, told(pool)) == (0, [])


def test_what_is_under_way_is_bounded_by_the_threads_and_one_more_for_each_worker(post, clock):
    pool = pool_of(post, clock, {ONE: 1, FAR: 3})
    sent = 0
    while pool.free:
        pool.send(str(sent), str(sent).encode())
        sent += 1
    assert (len(post.of(ONE)), len(post.of(FAR))) == (2, 4)
    post.answer(b"0", b"")
    told(pool)
    assert pool.free == 1


def test_work_is_spread_over_machines_first(post, clock):
    pool = pool_of(post, clock, {ONE: 4, TWO: 4, FAR: 4})
    assert pool.alone == 2
    pool.send("a", b"a")
    pool.send("b", b"b")
    assert {machine_of(address) for address, _, _ in post.sent} == {"10.0.0.1", "10.0.0.2"}


def test_messages_of_a_lost_worker_are_told_as_lost_and_nothing_is_sent_there_again(post, clock):
    pool = pool_of(post, clock, {ONE: 1, TWO: 1})
    for label in ("a", "b", "c", "d"):
        pool.send(label, label.encode())
    lost = {message.decode() for message in post.of(ONE)}
    del post.threads[ONE]
    assert told(pool) == []
    clock.now += LOOK_SECONDS
    assert told(pool) == [Answer(label, None) for label in sorted(lost)]
    assert pool.busy == 2
    assert pool.free == 0
    for message in post.of(TWO):
        post.answer(message, b"fine")
    assert [answer.content for answer in told(pool)] == [b"fine", b"fine"]
    pool.send("again", b"again")
    assert post.of(TWO)[-1] == b"again"


def test_an_answer_that_comes_after_its_worker_was_given_up_is_not_heard(post, clock):
    pool = pool_of(post, clock, {ONE: 1})
    pool.send("a", b"a")
    post.threads = {FAR: 1}
    clock.now += LOOK_SECONDS
    assert told(pool) == [Answer("a", None)]
    (_, _, late) = post.sent[0]
    assert late.cancelled()
    assert told(pool) == []


def test_an_answer_that_has_come_counts_although_its_worker_is_lost(post, clock):
    pool = pool_of(post, clock, {ONE: 1})
    pool.send("a", b"a")
    post.answer(b"a", b"A")
    post.threads = {}
    clock.now += LOOK_SECONDS
    assert told(pool) == [Answer("a", b"A")]


def test_a_worker_that_comes_later_gets_work(post, clock):
    pool = pool_of(post, clock, {})
    assert (pool.free, pool.alone) == (0, 1)
    post.threads = {ONE: 1}
    clock.now += LOOK_SECONDS
    assert told(pool) == []
    assert pool.free == 2


def test_a_cluster_that_stays_without_workers_is_one_clear_error(post, clock):
    pool = pool_of(post, clock, {})
    clock.now = 60
    assert told(pool) == []
    clock.now = 62
    with pytest.raises(CourseError, match=r"no worker for 60 s[\s\S]*start workers"):
        told(pool)


def test_work_that_dask_gave_up_counts_as_lost_only_while_the_scheduler_is_there(post, clock):
    pool = pool_of(post, clock, {ONE: 1})
    pool.send("a", b"a")
    pool.send("b", b"b")
    post.sent[0][2].cancel()
    post.sent[1][2].set_result(None)
    post.threads = CourseError("the Dask scheduler does not answer any more", "start it again")
    with pytest.raises(CourseError, match="does not answer any more"):
        told(pool)


def test_what_is_wrong_with_a_worker_ends_the_run_with_its_words(post, clock):
    pool = pool_of(post, clock, {ONE: 1})
    pool.send("a", b"a")
    post.sent[0][2].set_exception(CourseError("the worker has numpy 1", "install numpy 2"))
    with pytest.raises(CourseError, match="numpy 1"):
        told(pool)


@pytest.mark.parametrize("address", ["local", "local:", "local:0", "local:two", "local:-1", "scheduler"])
def test_an_address_that_is_none_is_told_with_examples(address):
    with pytest.raises(CourseError, match=r"is no address of a cluster[\s\S]*tcp://10.0.0.7:8786, or loc"):
        workers_here(address)


def test_addresses_of_schedulers_and_workers_here_are_told_apart():
    assert workers_here("local:12") == 12
    assert workers_here("tcp://10.0.0.7:8786") is None
    assert workers_here("scheduler.example:8786") is None


def test_what_waits_at_a_worker_is_not_at_work(post, clock):
    pool = pool_of(post, clock, {ONE: 1})
    pool.send("a", b"a")
    pool.send("b", b"b")
    assert pool.working == ["a"]
    post.answer(b"a", b"A")
    told(pool)
    assert pool.working == ["b"]
