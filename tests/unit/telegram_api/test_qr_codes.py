"""The picture of a link is what its QR code has to be: the right modules, with room around."""

import struct
import zlib
from itertools import groupby

import segno

from bot.telegram_api.qr_codes import PIXELS, QUIET_ZONE, qr_code

LINK = "https://t.me/carecircle_bot?start=AbCdEfGhIjKlMnOpQrStUvWxYz012345"


def _read(png: bytes) -> list[list[int]]:
    """The brightness (0 or 1) of each pixel of a grey picture of one bit."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, dict[bytes, bytes]()
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind = png[at + 4 : at + 8]
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + size]
        at += size + 12
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours) == (1, 0), "one bit of grey: nothing between black and white"
    size, raw, above = (width + 7) // 8, zlib.decompress(chunks[b"IDAT"]), b""
    rows = []
    for row in range(height):
        kind_of_filter, *line = raw[row * (size + 1) : (row + 1) * (size + 1)]
        assert kind_of_filter in {0, 2}, "as it is, or what differs from the line above"
        if kind_of_filter == 2:
            line = [(one + up) % 256 for one, up in zip(line, above, strict=True)]
        above = bytes(line)
        rows.append([above[column // 8] >> (7 - column % 8) & 1 for column in range(width)])
    return rows


def test_the_picture_shows_the_modules_of_the_link_and_white_around_them() -> None:
    pixels = _read(qr_code(LINK))
    wanted = [
        [1 - dark for dark in row]
        for row in segno.make_qr(LINK, error="m", boost_error=False).matrix_iter(border=QUIET_ZONE)
    ]
    assert [row[::PIXELS] for row in pixels[::PIXELS]] == wanted
    for line in pixels:  # each module is a full square
        assert all(len(list(same)) % PIXELS == 0 for _, same in groupby(line))
    edge = QUIET_ZONE * PIXELS
    assert all(pixel for row in pixels[:edge] + pixels[-edge:] for pixel in row)
    assert all(pixel for row in pixels for pixel in row[:edge] + row[-edge:])


def test_it_is_square_and_within_what_telegram_takes() -> None:
    pixels = _read(qr_code(LINK))
    assert {len(row) for row in pixels} == {len(pixels)}
    assert len(pixels) * 2 <= 10_000  # https://core.telegram.org/bots/api#sendphoto
    assert len(pixels) >= 300
