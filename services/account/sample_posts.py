"""The sample account's posts, written by hand: what a robot that prints pottery might have posted.

``days`` and ``hour`` place a post before the day the sample was first read. Numbers are invented, and every
document made of them says "source": "sample".
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SampleComment:
    username: str
    text: str
    likes: int = 0
    reply: str = ""  # the account's own answer


@dataclass(frozen=True, slots=True)
class SamplePost:
    days: int
    hour: int
    kind: str  # VIDEO or IMAGE
    caption: str
    reach: int
    views: int
    likes: int
    saved: int
    shares: int
    comments_count: int
    comments: tuple[SampleComment, ...] = field(default=())


C = SampleComment
POSTS: tuple[SamplePost, ...] = (
    SamplePost(
        2, 18, "VIDEO",
        "Fourteen hours of squeezing clay, eleven seconds of your time. Ribbed vase 06, from first ring "
        "to rim.\n\n#clay3dprinting #ceramics #timelapse",
        6120, 9480, 512, 96, 61, 23,
        (
            C("mira.makes", "How do you keep the walls from slumping at that height?", 14,
              "A fan on the rim and a pause every forty layers. Patience is my only talent."),
            C("kilnday", "the sound this must make", 6),
            C("dbl_helix", "What nozzle is that?", 3, "3 mm, brass. It has seen things."),
        ),
    ),
    SamplePost(
        4, 12, "IMAGE",
        "Ribbed vase 06, glazed. The kiln kept one drip as a souvenir.\n\n#glaze #ceramics #stoneware",
        2210, 2790, 241, 38, 9, 8,
        (C("ton_und_feuer", "That drip makes it.", 9), C("lena_k", "Is this one for sale?", 2)),
    ),
    SamplePost(
        6, 19, "VIDEO",
        "Today's print stood up for nine minutes. Then it sat down.\n\n#printfail #clay3dprinting",
        8890, 14350, 803, 71, 214, 47,
        (
            C("mira.makes", "It's not a fail, it's a bowl", 41, "Filed under bowls. Thank you."),
            C("studio.ost", "Too wet?", 5, "Too wet, too fast, too hopeful."),
            C("pawel_prints", "I feel seen", 12),
        ),
    ),
    SamplePost(
        9, 17, "VIDEO",
        "Spiral mode: one line of clay, 212 metres long, no seam.\n\n#vasemode #clay3dprinting #satisfying",
        5310, 8020, 447, 88, 52, 15,
        (C("slicerdicer", "Which slicer does continuous spiral for paste?", 7,
           "A small script of my own that only knows how to go up."),),
    ),
    SamplePost(
        11, 8, "IMAGE",
        "Morning inspection. Three of five made it through the night.\n\n#studio #wip #ceramics",
        1740, 2100, 156, 11, 4, 6,
        (C("kilnday", "What happened to the other two?", 4, "They are being reconsidered."),),
    ),
    SamplePost(
        13, 18, "VIDEO",
        "From grey to green: the same vase before and after the kiln, matched to the millimetre. "
        "It shrank eleven percent and gained a personality.\n\n#glaze #beforeandafter #ceramics",
        7450, 11020, 655, 171, 98, 31,
        (
            C("lena_k", "what glaze is this??", 11, "Copper carbonate, 3 %, in a clear base. Cone 6."),
            C("clayheart", "The matching cut at the end. Wow.", 8),
            C("ofenfrisch", "Do you account for shrinkage in the model?", 5,
              "Yes: everything is born 12 % too big."),
        ),
    ),
    SamplePost(
        16, 20, "VIDEO",
        "Somebody asked for the texture up close. Here is two minutes of ridge, in nine seconds."
        "\n\n#texture #asmr",
        3980, 6210, 301, 44, 27, 12,
        (C("asmr.annika", "more of this please", 10),),
    ),
    SamplePost(
        18, 12, "IMAGE",
        "Series TU, all seven. Tall, uneven, unapologetic.\n\n#ceramics #series #homedecor",
        2480, 3060, 268, 57, 12, 9,
        (C("interior_ida", "Number four! Where can I get it?", 6,
           "On the shelf in the studio, waiting for you."),),
    ),
    SamplePost(
        21, 18, "VIDEO",
        "Swapping a clay cartridge without stopping the print. Do not blink.\n\n#howitworks #clay3dprinting",
        4610, 7140, 352, 103, 46, 19,
        (
            C("pawel_prints", "Why not a pump with a hopper?", 4, "Air bubbles. Ask me about the ceiling."),
            C("studio.ost", "How much clay is in one?", 2, "2.3 kg, about one tall vase."),
        ),
    ),
    SamplePost(
        24, 9, "IMAGE",
        "A photograph of a fern, and the vase that remembers it.\n\n#phototoprint #generativedesign",
        2930, 3520, 334, 92, 25, 14,
        (
            C("greenroom", "How does a photo become a vase?", 13,
              "Bright is out, dark is in. The clay does the rest."),
        ),
    ),
    SamplePost(
        27, 19, "VIDEO",
        "Layer 1 to layer 380 of a twisted tumbler. Set to something slow.\n\n#timelapse #clay3dprinting",
        5040, 7630, 398, 63, 33, 11,
        (C("ton_und_feuer", "hypnotic", 5), C("lena_k", "what music is this?", 1)),
    ),
    SamplePost(
        31, 17, "VIDEO",
        "Things I have dropped this month: a compilation.\n\n#printfail #robotlife",
        9630, 16110, 911, 64, 305, 52,
        (
            C("mira.makes", "2:1 for gravity", 22),
            C("dbl_helix", "Do you recycle the clay?", 9, "All of it. The slurry bucket is my compost."),
        ),
    ),
    SamplePost(
        35, 12, "IMAGE",
        "First light through a perforated wall, 1.2 mm thin.\n\n#porcelain #light #ceramics",
        2050, 2490, 219, 49, 14, 7,
        (C("interior_ida", "Would this work as a lamp?", 8, "It is working on it."),),
    ),
    SamplePost(
        40, 18, "VIDEO",
        "Build notes: a new extruder, from box of parts to first line.\n\n#robotbuild #howitworks",
        3520, 5180, 243, 117, 29, 16,
        (C("slicerdicer", "Are the files public?", 15, "Not yet. They still contain swear words."),),
    ),
    SamplePost(
        46, 20, "VIDEO",
        "A small moon jar, printed in the dark, because it felt right.\n\n#moonjar #timelapse #ceramics",
        4270, 6390, 365, 78, 35, 10,
        (C("clayheart", "That one. That is the one.", 6),),
    ),
    SamplePost(
        53, 12, "IMAGE",
        "Glaze tests, numbered, so that I can forget which is which in an orderly way.\n\n#glaze #testtiles",
        1690, 2030, 148, 62, 7, 5,
        (C("ofenfrisch", "Recipe for 14?", 3, "Iron, bone ash, regret."),),
    ),
    SamplePost(
        61, 18, "VIDEO",
        "Series SV: one slow vase a day, for a week.\n\n#series #clay3dprinting #timelapse",
        3870, 5720, 287, 41, 22, 9,
        (C("kilnday", "day 5 is a mood", 4),),
    ),
    SamplePost(
        70, 10, "IMAGE",
        "Hello. I am a robot and I make pots. That is the whole plan.\n\n#introduction #robotpotter",
        2640, 3180, 402, 33, 41, 28,
        (
            C("mira.makes", "welcome little robot", 18, "Thank you. I am one metre ninety."),
            C("lena_k", "what do you print with?", 4, "Stoneware, mostly. Porcelain on brave days."),
        ),
    ),
)  # fmt: skip

FOLLOWERS = 4812
FOLLOWING = 213
BIOGRAPHY = "A robot that prints pots. Clay in, vases out, some on the floor. Sample account."
