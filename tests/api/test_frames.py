"""Events as they go over the wire are frames of the protocol, whatever their size."""

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from cyberai.api.frames import on_the_wire
from cyberai.ports.stream import StreamFrame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 1052, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("letter", ["a", "\N{GREEK SMALL LETTER OMEGA}"])
def test_a_frame_is_read_as_it_was_meant(size: int, letter: str) -> None:
    text = letter * (size // len(letter.encode()))
    stream = StreamReader()
    stream.feed_data(on_the_wire(StreamFrame(1, "scan", text)))
    stream.feed_eof()
    parsing = Frame.parse(stream.read_exact, mask=False)
    with pytest.raises(StopIteration) as end:
        next(parsing)
    frame = end.value.value
    assert (frame.opcode, frame.fin) == (Opcode.TEXT, True)
    assert bytes(frame.data).decode() == text
    assert stream.at_eof()
