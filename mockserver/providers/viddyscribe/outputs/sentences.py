"""Stock sentences to describe a video with, by category: nothing here sees the pictures."""

from itertools import chain
from types import MappingProxyType

_BY_CATEGORY = {
    "Educational Lecture": (
        "A lecturer points at a diagram on the board.",
        "A slide lists three terms, the second underlined.",
        "Students in a steep hall take notes.",
        "A hand draws a curve between two axes.",
        "The lecturer steps aside to show a formula.",
    ),
    "Educational Kids": (
        "A cartoon owl counts five red apples.",
        "Two children stack blocks into a tower.",
        "A big yellow letter B bounces onto the page.",
        "A puppet waves and holds up a paper sun.",
        "The tower of blocks tumbles, and the children laugh.",
    ),
    "Government Meeting": (
        "Nine council members sit along a curved desk.",
        "A resident walks up to the lectern with papers.",
        "A screen shows the agenda, item four in bold.",
        "Hands go up around the desk for a vote.",
        "The clerk turns a page of the minutes.",
    ),
    "Documentary": (
        "Mist lifts from a valley of dark pines.",
        "A fisherman mends a net on a wooden pier.",
        "An old photograph shows a crowded market.",
        "A heron stands motionless in shallow water.",
        "From above, a river splits around an island.",
    ),
    "Narrative Story": (
        "A girl opens a letter and sits down slowly.",
        "Rain runs down the window of a parked car.",
        "He hides a key beneath a loose floorboard.",
        "Two figures cross a snowy bridge at night.",
        "She looks back once, then shuts the door.",
    ),
    "Social Media": (
        "A hand pours pink batter over hot waffle irons.",
        "A caption with a spinning star fills the top.",
        "A dancer in sneakers copies a friend's moves.",
        "A cat slides along a polished table.",
        "Split screen: the same kitchen, before and after.",
    ),
    "Tutorial/How-To": (
        "Two screws are loosened on the back panel.",
        "A close-up shows the cable clicking into place.",
        "A cursor opens a menu and ticks a box.",
        "A ruler marks ten centimetres on the board.",
        "The finished shelf is lifted onto its brackets.",
    ),
    "Vlog": (
        "A man films himself walking through a station.",
        "A backpack leans on a bench by the sea.",
        "She holds a cup of tea up to the camera.",
        "The view from a train: fields, then rooftops.",
        "He pans across a small, sunny flat.",
    ),
    "Commercial/Advertisement": (
        "A bottle turns on a mirrored table.",
        "A runner ties a shoe with a green sole.",
        "Friends share a pizza on a rooftop.",
        "A logo fades in over a white background.",
        "Drops of water roll off a jacket's sleeve.",
    ),
    "News": (
        "A newsreader faces the camera behind a glass desk.",
        "A map marks three towns along a coast.",
        "Firefighters roll up hoses beside a lorry.",
        "A banner names the speaker at a podium.",
        "A reporter stands before a closed bridge.",
    ),
    "Entertainment": (
        "Spotlights sweep across a cheering crowd.",
        "A juggler adds a fourth burning torch.",
        "The host holds up a sealed envelope.",
        "A singer kneels at the edge of the stage.",
        "Confetti falls over three contestants.",
    ),
    "Home Video": (
        "A toddler blows at candles on a cake.",
        "A dog shakes water over a picnic blanket.",
        "Grandparents wave from a garden swing.",
        "A kite climbs above a wide beach.",
        "Small feet splash in a paddling pool.",
    ),
    "Video Call": (
        "Four people appear in a grid of windows.",
        "One of them shares a spreadsheet.",
        "A woman adjusts her headset and nods.",
        "A window turns dark as a camera is switched off.",
        "A raised-hand symbol shows beside a name.",
    ),
}

SCENES = MappingProxyType({**_BY_CATEGORY, "Auto": tuple(chain.from_iterable(_BY_CATEGORY.values()))})
