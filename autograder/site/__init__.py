"""The course as a folder of static pages: to read, to work in, and its documentation."""
