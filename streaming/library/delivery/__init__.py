"""How published files reach a viewer: signed addresses that work for one viewer and a while, ranges, MIME types.

`tokens` signs, `ranges` reads conditional headers, `files` streams, `views` answers.
"""
