"""Described videos and sound tracks: the pictures stay, a track is added, and a rest makes it longer."""

import wave
from array import array
from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.described import Shifts, write_described
from mockserver.media.measure import NoVideo, measure
from mockserver.media.narration import (
    PIECE,
    RATE,
    WIDTH,
    Narration,
    Rest,
    Splice,
    Spoken,
    rests_of,
    silence,
    spliced,
    splices,
    voice,
)  # fmt: skip
from mockserver.media.soundtrack import sound, write_wav
from tests.films import film, packets, seconds_of

TWO = timedelta(seconds=2)
SPOKEN = (Spoken(200, 700), Spoken(1100, 1500))


def narration(*, rests=False, **changes):
    return Narration(**({"length": TWO, "spoken": SPOKEN, "rests": rests} | changes))


@pytest.fixture
def upload(tmp_path):
    def write(content, name="upload"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def described(tmp_path, upload):
    def make(content, told):
        target = tmp_path / "described.mp4"
        write_described(upload(content), told, target)
        return target.read_bytes()

    return make


def loudness(pcm, start, end):
    """The mean size of the samples between two instants, in milliseconds."""
    samples = array("h", pcm)[start * RATE // 1000 : end * RATE // 1000]
    return sum(map(abs, samples)) / len(samples)


COPIED = [
    ("mp4", "libx264", 0),
    ("mp4", "libx264", 2),
    ("mp4", "mpeg4", 0),
    ("webm", "libvpx-vp9", 0),
    ("avi", "mjpeg", 0),
]
AGAIN = [("webm", "libvpx", 0), ("avi", "rawvideo", 0), ("avi", "wmv2", 0)]


@pytest.mark.parametrize(("container", "codec", "b_frames"), COPIED)
@pytest.mark.parametrize("rests", [False, True])
def test_the_pictures_are_those_that_were_uploaded(described, container, codec, b_frames, rests):
    source = film(container, codec, b_frames=b_frames, sound="libopus" if container == "webm" else "aac")

    assert packets(described(source, narration(rests=rests))) == packets(source)


@pytest.mark.parametrize(("container", "codec", "b_frames"), AGAIN)
@pytest.mark.parametrize("rests", [False, True])
def test_pictures_that_no_mp4_can_hold_are_encoded_again(described, container, codec, b_frames, rests):
    source = film(container, codec, b_frames=b_frames, sound=None, size=(66, 50))

    made = described(source, narration(rests=rests))

    with av.open(BytesIO(made)) as file:
        assert file.streams.video[0].codec.canonical_name == "h264"
        assert sum(1 for _ in file.decode(video=0)) == 50


@pytest.mark.parametrize(("container", "codec", "b_frames"), [*COPIED, *AGAIN])
def test_a_video_that_goes_on_keeps_its_length_and_one_that_rests_is_longer(described, container, codec, b_frames):
    source = film(container, codec, b_frames=b_frames, sound=None)

    assert seconds_of(described(source, narration())) == pytest.approx(2.0, abs=0.09)
    assert seconds_of(described(source, narration(rests=True))) == pytest.approx(2.9, abs=0.09)


@pytest.mark.parametrize(
    ("sound_codec", "tracks"), [(None, ["Audio description"]), ("aac", ["Original", "Audio description"])]
)
def test_a_track_of_descriptions_is_added_and_is_the_one_that_is_played(described, sound_codec, tracks):
    made = described(film(sound=sound_codec), narration())

    with av.open(BytesIO(made)) as file:
        assert [stream.metadata["handler_name"] for stream in file.streams.audio] == tracks
        assert [bool(stream.disposition & 1) for stream in file.streams.audio][-1]


def test_the_picture_before_stays_while_a_description_is_spoken(described):
    made = described(film(), narration(rests=True))

    with av.open(BytesIO(made)) as file:
        times = [frame.time for frame in file.decode(video=0)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sorted(gaps)[-2:] == pytest.approx([0.44, 0.54], abs=0.001)
    assert sorted(gaps)[-3] == pytest.approx(0.04, abs=0.001)


def test_the_same_file_and_narration_give_the_same_bytes(described):
    source = film()

    assert described(source, narration(rests=True)) == described(source, narration(rests=True))


def test_a_file_without_pictures_is_an_error(described):
    with pytest.raises(ValueError, match="no pictures"):
        described(film(codec=None), narration())


def test_a_wav_is_as_long_as_the_media_and_speaks_where_it_should(tmp_path, upload):
    target = tmp_path / "track.wav"

    write_wav(upload(film(sound=None)), narration(loudness=0.5), target)

    with wave.open(str(target)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()) == (
            1,
            2,
            RATE,
            2 * RATE,
        )
        pcm = file.readframes(file.getnframes())
    assert loudness(pcm, 0, 200) == 0
    assert loudness(pcm, 200, 700) > 1000
    assert loudness(pcm, 700, 1100) == 0


def test_the_media_s_own_sound_is_heard_between_the_descriptions_unless_it_is_left_out(tmp_path, upload):
    source = upload(film())
    for own, expected in ((True, 4000), (False, 0)):
        target = tmp_path / f"{own}.wav"
        write_wav(source, narration(), target, own=own)
        with wave.open(str(target)) as file:
            pcm = file.readframes(file.getnframes())
        assert loudness(pcm, 750, 1050) == pytest.approx(expected, abs=100)


@pytest.mark.parametrize("milliseconds", [500, 2000, 3000])
def test_sound_is_cut_or_filled_to_the_length_asked_for(upload, milliseconds):
    pcm = b"".join(sound(upload(film()), timedelta(milliseconds=milliseconds)))

    assert len(pcm) == milliseconds * RATE // 1000 * WIDTH


def test_a_louder_voice_is_louder():
    quiet, loud = (b"".join(voice(narration(loudness=level))(RATE)) for level in (0.1, 0.9))

    assert loudness(loud, 0, 1000) == pytest.approx(9 * loudness(quiet, 0, 1000), rel=0.02)


def test_two_voices_differ():
    assert b"".join(voice(narration(voice=1))(RATE)) != b"".join(voice(narration(voice=2))(RATE))


@given(
    st.lists(st.integers(1, 9), max_size=8),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=4),
    st.booleans(),
)
def test_splicing_does_not_depend_on_how_the_source_comes(pieces, gaps, replaces):
    total, at, places = sum(pieces), 0, []
    for gap, wanted in gaps:
        start = min(at + gap, total)
        count = min(wanted, total - start) if replaces else wanted
        places.append(Splice(start, count, replaces))
        at = start + (count if replaces else 0)

    source = iter([bytes([1]) * WIDTH * piece for piece in pieces])
    heard = b"".join(spliced(source, places, lambda count: iter([bytes([2]) * WIDTH * count])))

    inserted = sum(place.samples for place in places)
    assert len(heard) == WIDTH * (total if replaces else total + inserted)
    assert heard.count(2) == WIDTH * inserted


def test_silence_comes_in_small_pieces():
    assert max(map(len, silence(10 * PIECE))) <= PIECE * WIDTH


def test_a_rest_begins_at_the_next_instant_at_which_it_can():
    told = narration(rests=True)

    rests = rests_of(told, [Fraction(0), Fraction(1, 2)])

    assert rests == [Rest(Fraction(1, 2), Fraction(1, 2)), Rest(Fraction(2), Fraction(2, 5))]
    assert rests_of(narration(), [Fraction(0)]) == []
    assert splices(told, rests) == [
        Splice(RATE // 2, RATE // 2, replaces=False),
        Splice(2 * RATE, 9600, replaces=False),
    ]


def test_what_starts_with_a_rest_comes_after_it():
    shifts = Shifts([Rest(Fraction(1), Fraction(3)), Rest(Fraction(2), Fraction(4))])

    assert [shifts.by(Fraction(second, 2)) for second in (0, 1, 2, 3, 4)] == [0, 0, 3, 3, 7]


@pytest.mark.parametrize(("container", "codec", "b_frames"), [*COPIED, *AGAIN])
def test_videos_of_all_kinds_are_measured(upload, container, codec, b_frames):
    found = measure(upload(film(container, codec, b_frames=b_frames, sound=None)))

    assert found.duration == pytest.approx(2.0, abs=0.05)
    assert found.frame_rate == 25


def test_a_recording_that_does_not_tell_its_length_is_gone_through(upload):
    source = film("matroska", sound=None)
    name = b"\x44\x89\x88"  # Matroska's element Duration, eight bytes long
    place = source.index(name)
    unknown = source[:place] + b"\xec\x89" + b"\0" * 9 + source[place + 11 :]  # Void

    assert measure(upload(unknown)).duration == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    "content", [b"", b"text", film(codec=None), film()[:-500]], ids=["empty", "text", "sound", "cut"]
)
def test_what_is_no_video_is_refused(upload, content):
    with pytest.raises(NoVideo):
        measure(upload(content))


def test_a_video_whose_pictures_are_noise_is_refused(upload):
    source = film(sound=None)
    start = source.index(b"mdat") + 4
    end = len(source) if source.index(b"moov") < start else source.index(b"moov")
    noise = source[:start] + bytes(255 - byte for byte in source[start : end - 4]) + source[end - 4 :]

    with pytest.raises(NoVideo):
        measure(upload(noise))
