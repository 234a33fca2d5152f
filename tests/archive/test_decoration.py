"""Images of templates are told by their addresses from those of reports."""

from __future__ import annotations

import pytest

from nianbao.archive.decoration import DECORATION


@pytest.mark.parametrize(
    "address",
    [
        "/images/logo.png",
        "/img/ewm_1.png",
        "/erweima.jpg",
        "qrcode.png",
        "qr_code.png",
        "/images/icon_weixin.png",
        "/images/icon-1.gif",
        "https://bszs.conac.cn/red.png",
        "/dzjg.png",
        "jiucuo.png",
        "zhaocuo.png",
        "/favicon.ico",
        "/a.svg?v=2",
        "data:image/gif;base64,R0l",
    ],
)
def test_decoration(address: str) -> None:
    assert DECORATION.search(address)


@pytest.mark.parametrize(
    "address",
    ["W020230118.jpg", "/upload/2024/0125/a1.png", "P1.gif", "./1.jpg", "image001.png"],
)
def test_images_of_reports(address: str) -> None:
    assert not DECORATION.search(address)
