"""Answers of public pages that a cache may compare with what it holds (RFC 9110, 13.1.2)."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response


def answer(request: Request, body: str | bytes, media_type: str) -> Response:
    """Return *body* with its entity tag; 304 without it if the reader holds the same one."""
    content = body.encode() if isinstance(body, str) else body
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    held = request.headers.get("if-none-match", "")
    if tag in {each.strip().removeprefix("W/") for each in held.split(",")}:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type=media_type, headers={"ETag": tag})
