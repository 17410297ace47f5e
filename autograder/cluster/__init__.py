"""Grading on a Dask cluster: a crew whose members are Dask workers; needs the extra `cluster`."""
