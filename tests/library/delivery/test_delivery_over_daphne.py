"""Published files through a real daphne: the asynchronous path that the test client does not take."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.library.server import Daphne, Visitor

SEGMENT = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(60_000))
PUBLISH = """
import json, sys, django
django.setup()
from django.contrib.auth import get_user_model
from streaming.library import selectors
from streaming.library.models import Master, MasterState
user = get_user_model().objects.get(username=sys.argv[1])
master = Master.objects.create(owner=user, title="Bay 3", state=MasterState.PUBLISHED)
master.published_prefix = master.storage_prefix + "published-1/"
master.save()
print(json.dumps([master.published_prefix, selectors.playback(master, user=user, session_key=None)["hls"]]))
"""


@pytest.fixture(scope="module")
def folder(daphne: Daphne, visitor: Visitor) -> str:
    """The signed address of a published folder."""
    prefix, hls = json.loads(daphne.python("-c", PUBLISH, "chen").splitlines()[-1])
    published = daphne.folder / "media" / prefix
    published.mkdir(parents=True)
    (published / "seg.m4s").write_bytes(SEGMENT)
    (published / "master.m3u8").write_bytes(b"#EXTM3U\n")
    return str(hls).removesuffix("master.m3u8")


def test_a_segment_streams_whole_and_in_ranges(visitor: Visitor, folder: str) -> None:
    whole = visitor.send("GET", folder + "seg.m4s")
    assert (whole.status, whole.body) == (200, SEGMENT)
    part = visitor.send("GET", folder + "seg.m4s", Range="bytes=1000-700000")
    assert (part.status, part.body) == (206, SEGMENT[1000:700_001])
    head = visitor.send("HEAD", folder + "seg.m4s")
    assert (head.headers["Content-Length"], head.body) == (str(len(SEGMENT)), b"")


def test_many_viewers_at_once_each_get_their_bytes(visitor: Visitor, folder: str) -> None:
    starts = range(0, 1_600_000, 200_000)
    with ThreadPoolExecutor(8) as viewers:
        ranges = [f"bytes={start}-{start + 299_999}" for start in starts]
        answers = list(viewers.map(lambda text: visitor.send("GET", folder + "seg.m4s", Range=text), ranges))
    assert [answer.body for answer in answers] == [SEGMENT[start : start + 300_000] for start in starts]


def test_a_viewer_who_leaves_leaves_no_open_file(daphne: Daphne, visitor: Visitor, folder: str) -> None:
    connection = visitor.connection()
    connection.request("GET", folder + "seg.m4s", headers=visitor.headers())
    connection.getresponse().read(1000)
    connection.close()
    visitor.send("GET", folder + "master.m3u8")
    assert daphne.process is not None
    opened = daphne.python(
        "-c",
        f"import os; d='/proc/{daphne.process.pid}/fd'; print([os.readlink(f'{{d}}/{{n}}') for n in os.listdir(d)])",
    )
    assert "seg.m4s" not in opened


def test_somebody_else_gets_nothing(visitor: Visitor, daphne: Daphne, folder: str) -> None:
    assert daphne.visitor("wang").send("GET", folder + "seg.m4s").status == 403
    assert Visitor(daphne, "x" * 32, "y" * 32).send("GET", folder + "master.m3u8").status == 403
