"""The graded examination, and which known mistake explains an answer."""
