"""The phrases captions go on and end with: remarks and closings, by the rules of phrases.py. Data only."""

from __future__ import annotations

from collections.abc import Mapping

REMARKS: Mapping[str, tuple[str, ...]] = {
    "single take/uncut": ("Nothing was left out of the part you see.",),
    "reveal": ("Same piece in both pictures.", "The clip and the photo belong to the same piece."),
    "photo series": ("In no particular order.", "Each gets a moment; none gets two."),
    "work in progress/progress": ("Not finished, and not pretending to be.", "Ask again when it is done."),
    "work in progress/failed": ("The file name says so too, so it is official.",),
    "series collage": ("Some of them also get a moment alone.", "In company they look different."),
    "before and after": ("The last picture shows both, for the forgetful.", "Same piece, both times."),
    "detail study": ("The last picture shows all of it.", "All of these are parts of one photo."),
    "question": ("There is no right answer.", "Either answer is fine."),
    "question/alone": ("One photo, one question.",),
    "clip cuts/timelapse": ("In real time this would be a different kind of video.",),
    "countdown": ("Number one stays a little longer.", "The order is an opinion."),
    "side by side": ("Watch one half, check with the other.", "It ends on the piece alone."),
    "still life": ("The camera moves a little. Nothing else does.", "One photo, looked at slowly."),
    "growing pile": ("The last picture shows all of them.",),
    "split screen": ("In the end one of them is alone.",),
    "window": ("Same piece, both times.",),
    "index cards": ("What is written there is what is known.",),
    "timelapse": ("It took longer than {seconds}.", "The clock was running faster than usual."),
}

CLOSINGS: Mapping[str, tuple[str, ...]] = {
    "ask": (
        "What do you see first?",
        "One word for it, in the comments.",
        "Opinions are welcome, reasons even more so.",
        "What would you change, if anything?",
        "What should come next?",
        "Where did you look first?",
        "The comments are open.",
    ),
    "two": ("Which one, and why?", "Which one would you live with?", "Say which. A number will do."),
    "teach": (
        "Which part should be explained next?",
        "Questions are welcome, the simple ones too.",
        "Is there a step you would like to see closer?",
        "If something is unclear, ask. It is probably the interesting part.",
        "What would you want to know before trying this?",
        "Keep this for when somebody asks how it is done.",
    ),
    "process": (
        "Which moment would you have stopped at?",
        "No hurry here.",
        "What would you like to see closer?",
        "This is most of the job.",
        "It is allowed to watch it twice.",
        "More when there is more.",
        "That is how it goes.",
        "Did you look at the top or at the bottom?",
    ),
    "fail": (
        "What would you try next?",
        "What would you have changed?",
        "Has this happened to you?",
        "It happens.",
        "On to the next one.",
        "No moral, only the pictures.",
    ),
    "show": (
        "That is all, and it is enough.",
        "No further comment.",
        "Which side would you turn to the front?",
        "Best looked at slowly.",
        "What would you put next to it?",
        "That was the whole announcement.",
        "It speaks for itself, quietly.",
    ),
    "reveal": (
        "Was it what you expected?",
        "Judge for yourself.",
        "Which do you prefer: the making or the made?",
        "So that is where it went.",
        "Did you guess?",
        "That was the whole story.",
        "Where would you put it?",
    ),
    "compare": (
        "Which one, and why?",
        "What is the difference, to your eye?",
        "Judge for yourself.",
        "Same or better?",
        "Is there one you would have left out?",
        "Take your pick.",
    ),
    "compare/twice": (
        "What changed, to your eye?",
        "Which state do you prefer?",
        "Judge for yourself.",
        "Would you have stopped earlier?",
    ),
}
