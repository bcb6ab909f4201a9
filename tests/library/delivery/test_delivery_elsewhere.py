"""A storage that is not on this machine, as S3: files by redirect, but what names other files through us."""

from typing import Any, ClassVar

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

ELSEWHERE = "https://bucket.example/"


class BucketStorage(Storage):
    """Has addresses and contents, but no path, as an object store."""

    objects: ClassVar[dict[str, bytes]] = {}

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        if name not in self.objects:
            raise FileNotFoundError(name)
        return ContentFile(self.objects[name])

    def url(self, name: str | None) -> str:
        return f"{ELSEWHERE}{name}?signed"


@pytest.fixture
def bucket(settings: Any, published: Any) -> None:
    names = ("published-1/master.m3u8", "published-1/captions.vtt")
    prefix = published.storage_prefix
    BucketStorage.objects = {prefix + name: (settings.MEDIA_ROOT / prefix / name).read_bytes() for name in names}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.BucketStorage"}}


def test_segments_and_pictures_are_redirected_to_the_store(bucket: None, viewer: Any, published: Any) -> None:
    for name in ("published-1/h264-1920x960/seg-1.m4s", "stills/poster.jpg"):
        response = viewer.get(viewer.folder(published) + name)
        assert response.status_code == 302
        assert response["Location"] == f"{ELSEWHERE}{published.storage_prefix}{name}?signed"


def test_manifests_come_from_us_so_that_their_relative_addresses_stay_signed(
    bucket: None, viewer: Any, published: Any
) -> None:
    folder = viewer.folder(published)
    response = viewer.get(folder + "published-1/master.m3u8")
    assert response.status_code == 200
    assert response.content.startswith(b"#EXTM3U")
    assert viewer.get(folder + "published-1/captions.vtt").content == b"WEBVTT\n"
    assert viewer.get(folder + "published-1/manifest.mpd").status_code == 404


def test_the_rules_are_the_same(bucket: None, viewer: Any, viewer_of: Any, administrator: Any, published: Any) -> None:
    folder = viewer.folder(published)
    assert viewer.get(folder + "source/original.mp4").status_code == 404
    assert viewer_of(administrator).get(folder + "stills/poster.jpg").status_code == 403
