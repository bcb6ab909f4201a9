"""Uploads through a real daphne: connections that break, a server that is killed, and windows that collide."""

import base64
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import repeat
from pathlib import Path

from tests.library.house import wait_until
from tests.library.server import Daphne, Visitor

PIECE = 300_000
FILM = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(40_000))


def part(daphne: Daphne, path: str) -> Path:
    return daphne.folder / "uploads" / f"{path.split('/')[-2].replace('-', '')}.part"


def test_a_film_survives_a_killed_server_byte_for_byte(daphne: Daphne, visitor: Visitor) -> None:
    path = visitor.started(len(FILM))
    offset = 0
    while offset < len(FILM):
        piece = FILM[offset : offset + PIECE]
        digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        answer = visitor.patch(path, offset, piece, Upload_Checksum=f"sha256 {digest}")
        assert answer.status == 204
        offset = int(answer.headers["Upload-Offset"])
        if offset == 2 * PIECE:
            daphne.kill()
            daphne.start()
            assert visitor.offset(path) == offset, "what was acknowledged is there after kill -9"
    done = visitor.send("HEAD", path)
    assert (done.headers["Upload-Offset"], done.headers["Upload-Length"]) == (str(len(FILM)), str(len(FILM)))
    stored = list((daphne.folder / "media" / "masters").glob("*/source/*"))
    assert [hashlib.sha256(file.read_bytes()).digest() for file in stored] == [hashlib.sha256(FILM).digest()]
    assert not part(daphne, path).exists(), "the finished part is linked into the library, not kept twice"
    films = json.loads(visitor.send("GET", "/library/api/masters/").body)["results"]
    assert [film["bytes"] for film in films if film["id"] == done.headers["Upload-Master"]] == [len(FILM)]


def test_a_broken_connection_loses_only_its_piece(daphne: Daphne, visitor: Visitor) -> None:
    path = visitor.started(len(FILM))
    visitor.patch(path, 0, FILM[:PIECE])
    broken = visitor.connection()
    broken.putrequest("PATCH", path)
    for name, value in visitor.headers(Upload_Offset=str(PIECE), Content_Length=str(PIECE)).items():
        broken.putheader(name, value)
    broken.endheaders()
    broken.send(FILM[PIECE : PIECE + 100_000])
    broken.close()
    assert visitor.offset(path) == PIECE
    assert visitor.patch(path, PIECE, FILM[PIECE : 2 * PIECE]).status == 204
    assert part(daphne, path).read_bytes() == FILM[: 2 * PIECE]


def test_a_piece_on_its_way_is_kept_under_data_dir(daphne: Daphne, visitor: Visitor) -> None:
    path = visitor.started(len(FILM))
    assert daphne.process is not None
    descriptors = Path(f"/proc/{daphne.process.pid}/fd")

    def nameless() -> list[str]:
        """Files without a name that daphne has open, but for the first three, which are the test's own."""
        links = []
        for each in descriptors.iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                links.append((int(each.name), str(each.readlink())))
        return [link for number, link in links if number > 2 and link.endswith("(deleted)")]

    connection = visitor.connection()
    connection.putrequest("PATCH", path)
    for name, value in visitor.headers(Upload_Offset="0", Content_Length=str(PIECE)).items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(FILM[:100_000])
    files = wait_until(nameless, 30)
    connection.close()
    assert all(file.startswith(f"{daphne.folder}/") for file in files), files


def send_at_once(piece: bytes, where: tuple[Visitor, str, int, threading.Barrier]) -> int:
    visitor, path, offset, start = where
    start.wait()
    return visitor.patch(path, offset, piece).status


def test_pieces_of_two_windows_never_mix(daphne: Daphne, visitor: Visitor) -> None:
    """Both send other bytes for the same place at once: one wins whole, the other is told to look again."""
    path = visitor.started(100 * PIECE)
    for round_number in range(4):
        offset = round_number * PIECE
        pieces = [bytes([65 + window]) * PIECE for window in range(3)]
        where = (visitor, path, offset, threading.Barrier(len(pieces)))
        with ThreadPoolExecutor(len(pieces)) as windows:
            statuses = list(windows.map(send_at_once, pieces, repeat(where)))
        winners = [window for window, status in enumerate(statuses) if status == 204]
        assert len(winners) == 1
        assert {status for status in statuses if status != 204} <= {409, 423}
        assert part(daphne, path).read_bytes()[offset:] == pieces[winners[0]]


def test_a_piece_without_content_length_is_measured(visitor: Visitor) -> None:
    path = visitor.started(1000)
    connection = visitor.connection()
    headers = visitor.headers(Upload_Offset="0")
    connection.request("PATCH", path, iter([b"a" * 300, b"b" * 200]), headers, encode_chunked=True)
    assert connection.getresponse().getheader("Upload-Offset") == "500"
    connection.close()


def test_a_piece_larger_than_allowed_is_refused_before_it_is_stored(daphne: Daphne, visitor: Visitor) -> None:
    path = visitor.started(100 * 2**20)
    answer = visitor.patch(path, 0, b"x" * (16 * 2**20 + 1))
    assert (answer.status, json.loads(answer.body)["error"]) == (413, "chunk_too_large")
    assert part(daphne, path).stat().st_size == 0
    assert visitor.patch(path, 0, b"x" * (16 * 2**20)).status == 204
