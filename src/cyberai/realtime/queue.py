"""The waiting frames of one subscriber: bounded, in order, progress coalesced for slow readers."""

from cyberai.ports.stream import StreamFrame

COALESCE_FROM = 32
"""From this many waiting frames on, a newer progress frame takes the place of an older one of its scan."""

MOST = 1024
"""A reader that lets more than this wait is too slow."""


class FrameQueue:
    """Frames by sequence number. Frames are shared between subscribers, so one costs a reference."""

    __slots__ = ("_frames", "_progress")

    def __init__(self) -> None:
        self._frames: dict[int, StreamFrame] = {}
        self._progress: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def push(self, frame: StreamFrame) -> bool:
        """Add a frame; False when the queue is full even so."""
        frames = self._frames
        if frame.replaceable:
            older = self._progress.get(frame.replaceable)
            if older is not None and len(frames) >= COALESCE_FROM:
                frames.pop(older, None)
            self._progress[frame.replaceable] = frame.seq
        if len(frames) >= MOST:
            return False
        frames[frame.seq] = frame
        return True

    def drain(self) -> list[StreamFrame]:
        """Everything that waits, in order; the queue is empty afterwards."""
        frames = list(self._frames.values())
        self._frames.clear()
        self._progress.clear()
        return frames
