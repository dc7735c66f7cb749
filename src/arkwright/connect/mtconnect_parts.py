"""Cut the never-ending answer of an MTConnect agent into documents, whatever way it arrives."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from arkwright.connect.mtconnect_streams import MalformedError

_LONGEST_HEAD = 8192


class Parts:
    """Splits ``multipart/x-mixed-replace`` (RFC 2046, 5.1) as its bytes arrive.

    Parameters
    ----------
    content_type
        Header of the answer; it names the boundary.
    largest_bytes
        Longest part that is taken. [bytes]

    Raises
    ------
    MalformedError
        If the header names no boundary.
    """

    def __init__(self, content_type: str, largest_bytes: int) -> None:
        head = Message()
        head["content-type"] = content_type
        boundary = head.get_param("boundary")
        if not isinstance(boundary, str) or not boundary:
            raise MalformedError(f"stream of '{content_type[:100]}'", wanted="a boundary between documents")
        # Some agents write the dashes into the parameter as well.
        self._mark = b"--" + boundary.encode().removeprefix(b"--")
        self._largest = largest_bytes
        self._held = bytearray()
        self._searched = 0
        self.ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take in bytes and yield every document that is complete with them.

        Parameters
        ----------
        data
            Bytes as they arrived, of any length.

        Yields
        ------
        document
            Body of one part.

        Raises
        ------
        MalformedError
            If the bytes are not parts, or a part is longer than allowed.
        """
        self._held += data
        while not self.ended and (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        start = self._held.find(self._mark)
        if start < 0 or (end := self._head_end(start)) is None:
            if self.ended:
                return None
            if len(self._held) > _LONGEST_HEAD:
                raise MalformedError("a stream without its boundary", wanted="documents of MTConnect")
            return None
        length = _content_length(bytes(self._held[start:end]))
        if length is None:
            length = self._until_mark(end)
        elif length > self._largest:
            raise MalformedError(f"a document of {length} bytes", wanted=f"at most {self._largest}")
        if length is None or len(self._held) < end + length:
            return None
        body = bytes(self._held[end : end + length])
        del self._held[: end + length]
        return body

    def _head_end(self, start: int) -> int | None:
        after = start + len(self._mark)
        if self._held[after : after + 2] == b"--":
            self.ended = True
            return None
        ends = [(at + len(gap)) for gap in (b"\r\n\r\n", b"\n\n") if (at := self._held.find(gap, after)) >= 0]
        return min(ends) if ends else None

    def _until_mark(self, start: int) -> int | None:
        at = self._held.find(self._mark, max(start, self._searched))
        if at >= 0:
            self._searched = 0
            return at - start
        self._searched = max(0, len(self._held) - len(self._mark))
        if len(self._held) - start > self._largest:
            raise MalformedError(f"a document of more than {self._largest} bytes", wanted="a shorter one")
        return None


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            if not text.isdigit() or len(text) > 18:
                raise MalformedError(f"a part of length '{text[:30].decode('latin-1')}'", wanted="a number")
            return int(text)
    return None
