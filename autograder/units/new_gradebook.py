"""An empty gradebook as nbgrader makes one, all of it or nothing, without the process that nbgrader starts to
learn the newest revision of its own tables (seconds, for what is read from its files in milliseconds).
"""

from functools import cache
from pathlib import Path

import nbgrader.api
from sqlalchemy import inspect, text

from autograder.database import making, opened


def begin(url: str) -> None:
    """Make nbgrader's tables in a database that has none; raises CourseError and what the database raises."""
    engine = opened(url)
    try:
        if inspect(engine).get_table_names():
            return
        with making(engine) as db:
            nbgrader.api.Base.metadata.create_all(db)
            db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            db.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest_revision()})
    finally:
        engine.dispose()


@cache
def newest_revision() -> str:
    """The revision that nbgrader's tables are of, as `alembic heads` tells it."""
    from alembic.script import ScriptDirectory  # needed for a new gradebook alone

    revision = ScriptDirectory(str(Path(nbgrader.api.__file__).with_name("alembic"))).get_current_head()
    assert revision is not None, "nbgrader brings its revisions along"
    return revision
