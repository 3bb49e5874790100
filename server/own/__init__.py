"""A person's own models: brought in by a request, held in memory alone, gone when there is no room.

body      the files and the person's choices, from the body of a request
bring     files in; a served model and a report out
lineup    one picture, prepared in the usual ways
proof     the numbers of the model's own framework beside ours
"""
