"""A program's entry, called in a fork of this process: it does there what an interpreter of its own would do,
but for the seconds in which that imports everything once more.
"""

import atexit
import logging
import os
import sys
import tempfile
import traceback
import warnings

import traitlets.log


def forked(main, arguments, folder, environment):
    """The exit status of `main`, and all that it said, in a folder and with these arguments and variables."""
    with tempfile.TemporaryFile() as said:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _begin_anew(arguments, folder, environment, said.fileno())
                code = _ended(main)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said.seek(0)
        return code, said.read().decode()


def _begin_anew(arguments, folder, environment, said):
    """As little as can be of what this process has become is left."""
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout = sys.stderr = os.fdopen(1, "w", 1, "utf-8", closefd=False)
    sys.argv = list(arguments)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    logging.getLogger().handlers.clear()
    traitlets.log._logger = None
    atexit._clear()


def _ended(main):
    """The exit status, after all that a program has left to do at its end."""
    try:
        main()
        return 0
    except SystemExit as end:
        return end.code or 0
    finally:
        atexit._run_exitfuncs()
