"""Grading on a Dask cluster: a pool whose members are Dask workers; needs the extra `cluster`."""
