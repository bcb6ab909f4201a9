"""The server side of tus 1.0.0 (https://tus.io/protocols/resumable-upload) with its common extensions.

`protocol` reads headers, `parts` keeps the bytes, `views` answers; what an upload means is in `services.uploads`.
"""
