"""Errors are English for programs and logs, and can be said in the reader's language, values and all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codec_native import CodecError, Encoder, SettingsError, i18n
from tests.codec.media import moving_pictures
from vrtraining.messages import compile_catalogue

PACKAGE = Path(i18n.__file__).parent


@pytest.fixture(autouse=True)
def _compiled_catalogue() -> None:
    compile_catalogue(PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    i18n._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("settings", "english", "chinese"),
    [
        ({"qp": 52}, "qp is 52; it must be between 0 and 51", "qp 为 52；须在 0 到 51 之间"),
        ({"width": 321}, "size 321x176: 4:2:0 pictures have even width", "尺寸 321x176：4:2:0 画面的宽和高须为偶数"),
        ({"tiles": (3, 1)}, "tile column 0 is 64 samples; HEVC wants at least 256", "分块第 0 列为 64 个样本"),
        ({"preset": "warp"}, "preset must be one of ultrafast, ", "preset 须为 ultrafast, superfast"),
        ({"low_delay": True, "tile_refresh": 0, "gop_size": 8}, "low_delay codes without B", "low_delay 不用 B 帧"),
    ],
)
def test_a_refused_setting_is_explained_in_both_languages(settings: dict, english: str, chinese: str) -> None:
    values = {"width": 320, "height": 176, "fps": 30, **settings}
    with pytest.raises(SettingsError) as caught:
        Encoder(values.pop("width"), values.pop("height"), values.pop("fps"), **values)
    assert str(caught.value).startswith(english)
    assert caught.value.localized("en") == str(caught.value)
    assert caught.value.localized("zh_Hans").startswith(chinese)


def test_a_picture_of_another_size_is_refused_in_both_languages() -> None:
    with Encoder(320, 176, 30, qp=32) as encoder, pytest.raises(CodecError) as caught:
        encoder.encode(moving_pictures(160, 96, 1)[0])
    assert caught.value.localized("zh_Hans") == "平面 y 的形状须为 (176, 320)（高, 宽），而不是 (96, 160)"


def test_every_reason_that_the_c_side_gives_is_translated() -> None:
    source = (PACKAGE / "src" / "encoder" / "presets.c").read_text()
    texts = set(re.findall(r'(?:REJECT\(|\? |: |return )"((?:[^"\\]|\\.)+)"', source))
    assert len(texts) > 25
    left = {text for text in texts if i18n.gettext(text, "zh_Hans") == text}
    assert not left
