"""QR codes: a link as a picture, to be read off one phone by another."""

from io import BytesIO

import segno

QUIET_ZONE = 4  # modules on each side, as ISO/IEC 18004 demands
PIXELS = 12  # of a module: Telegram makes pictures smaller, and a camera needs sharp edges


def qr_code(link: str) -> bytes:
    """A PNG of *link*, black on white, with its quiet zone. It stays readable with 15% of it
    covered (level M).
    """
    picture = BytesIO()
    segno.make_qr(link, error="m", boost_error=False).save(
        picture, kind="png", scale=PIXELS, border=QUIET_ZONE, dark="black", light="white"
    )
    return picture.getvalue()
