"""From frames to H.264: one closed, stitchable segment a shot; AAC for the whole; joined without re-encoding.

One encoder thread, because the number of threads changes the bytes; no SEI and no dates, so the same
storyboard gives the same file. Still shots are half a second of pictures, repeated when joining.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from channels.making.clip import ffmpeg, sound
from channels.making.clip.cards import Load
from channels.making.clip.storyboard import AnyShot, Grade, Scene, Storyboard

_COLOUR = ("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
_STILL_QP, _SKIP_QP = 18, 51  # one good picture, then frames that repeat it bit for bit
_TIMESCALE = 15_360
AUDIO_KBIT = 128


def segment(shot: AnyShot, grade: Grade, load: Load, target: Path) -> None:
    """Encodes ``shot`` into ``target`` (an MP4 of its own; of a still shot one beat)."""
    from channels.making.clip import timeline  # moviepy takes a second to import: only when a segment is made

    still = not isinstance(shot, Scene)
    frames = (np.ascontiguousarray(frame).data for frame in timeline.frames_of(shot, grade, load))
    ffmpeg.run([*_input(grade), *_video(grade, still), target.name], target.parent, frames)


def _input(grade: Grade) -> list[str]:
    return [
        *ffmpeg.LOCAL,
        *("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{grade.width}x{grade.height}"),
        *("-framerate", str(grade.fps), *_COLOUR, "-i", "pipe:0", "-an", "-filter_threads", "1"),
    ]


def _video(grade: Grade, still: bool) -> list[str]:
    options = ["stitchable=1", f"keyint={grade.fps * 2}", "open-gop=0"]
    if still:
        last = max(1, grade.beat - 1)
        options += [f"zones=0,0,q={_STILL_QP}/1,{last},q={_SKIP_QP}", "scenecut=0", "mbtree=0"]
    rate = ["-maxrate", f"{grade.max_kbit}k", "-bufsize", f"{grade.max_kbit * 2}k"] if grade.max_kbit else []
    return [
        *(["-vf", f"tpad=stop_mode=clone:stop={grade.beat - 1}"] if still else []),
        *("-c:v", "libx264", "-preset", grade.preset, "-crf", str(grade.crf), "-profile:v", "high"),
        *("-level", "4.0", "-threads", "1", *([] if still else rate)),
        *("-x264-params", ":".join(options), "-pix_fmt", "yuv420p", *_COLOUR),
        *("-bsf:v", "filter_units=remove_types=6", *ffmpeg.EXACT),
        *("-video_track_timescale", str(_TIMESCALE), "-f", "mp4"),
    ]


def audio(board: Storyboard, target: Path) -> None:
    """Encodes the programme's sound into ``target`` (AAC-LC in MP4)."""
    from channels.making.clip import timeline

    arguments = [
        *(*ffmpeg.LOCAL, "-f", "s16le", "-ar", str(sound.RATE), "-ac", "2", "-i", "pipe:0", "-vn"),
        *("-c:a", "aac", "-b:a", f"{AUDIO_KBIT}k", "-threads", "1", *ffmpeg.EXACT, "-f", "mp4", target.name),
    ]
    ffmpeg.run(arguments, target.parent, [timeline.pcm_of(board).tobytes()])


def join(board: Storyboard, segments: Sequence[Path], track: Path, target: Path) -> None:
    """Stream-copies the segments of ``board`` and the sound into ``target``; all lie in one folder.

    Names in the list are plain file names, so the demuxer's safe mode stays on. The AIGC label is last:
    every later encode would lose it."""
    parts = [
        f"file {path.name}"
        for shot, path in zip(board.shots, segments, strict=True)
        for _ in range(1 if isinstance(shot, Scene) else shot.frames // board.grade.beat)
    ]
    (target.parent / "list.txt").write_text("ffconcat version 1.0\n" + "\n".join(parts) + "\n", "utf-8")
    arguments = [
        *(*ffmpeg.LOCAL, "-f", "concat", "-safe", "1", "-i", "list.txt"),
        *(*ffmpeg.LOCAL, "-i", track.name, "-map", "0:v:0", "-map", "1:a:0", "-c", "copy"),
        *("-map_metadata", "-1", *_label(board), *ffmpeg.EXACT, "-video_track_timescale", str(_TIMESCALE)),
        *("-movflags", "+faststart+use_metadata_tags", "-f", "mp4", target.name),
    ]
    ffmpeg.run(arguments, target.parent)


def _label(board: Storyboard) -> list[str]:
    return ["-metadata", f"AIGC={aigc(board)}"] if board.ai else []


def aigc(board: Storyboard) -> str:
    """The implicit label of GB 45438-2025: a JSON object of strings."""
    return json.dumps(
        {
            "Label": "1",
            "ContentProducer": board.brand.unit,
            "ProduceID": board.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": board.brand.name,
            "PropagateID": board.produce_id,
            "ReservedCode2": "",
        },
        ensure_ascii=False,
        sort_keys=True,
    )
