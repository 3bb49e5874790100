"""Lessons: a teacher's own tours, questions and pictures, read from a folder. docs/lessons.md has the format.

Nothing in a lesson can stop the server: what is wrong is a Mistake (file, line, what, remedy), and the
lesson it stands in is left out.
"""
