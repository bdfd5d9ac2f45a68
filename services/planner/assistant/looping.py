"""One turn of a run with everything it takes: look-ups, answers that are cut off or of another shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from services.model.brief import Brief
from services.planner.assistant.clean import inert
from services.planner.assistant.configuration import cut_text, shape_text
from services.planner.assistant.schema import Answer
from services.planner.assistant.talk import Ask, Outgoing, Talk, ToolAnswer, Turn, Words
from services.planner.tools import Toolbox
from services.ports import Tell

MOST_TURNS = 10  # with look-ups, before the answer has to come
MOST_CALLS = 12  # in one turn; more are answered with a sentence
_SHAPES = 2  # how often an answer of another shape is asked for again
_TOO_MANY = '{"error":"Too many look-ups at once. Ask for fewer."}'
_WORDS = {
    "search_media": "looks for media",
    "get_media": "looks at media",
    "get_analytics": "reads analytics",
}


async def converse(
    talk: Talk, ask: Ask, toolbox: Toolbox, first: Sequence[Outgoing], *, mark: str, tell: Tell | None
) -> Turn:
    """Until the model answers without look-ups; every call is answered, wrong ones too."""
    outgoing = first
    for turns in range(MOST_TURNS + 1):
        last = turns == MOST_TURNS
        turn = await talk.say(
            outgoing, replace(ask, tools_allowed=False) if last else ask, mark=mark if turns == 0 else ""
        )
        if not turn.calls or last:
            return turn
        if tell is not None:
            tell(_WORDS.get(turn.calls[0].name, "looks something up"))
        outgoing = [
            ToolAnswer(call.id, toolbox.run(call.name, call.arguments) if n < MOST_CALLS else _TOO_MANY)
            for n, call in enumerate(turn.calls)
        ]
    raise AssertionError("unreachable")


async def generate_proposals(
    talk: Talk,
    ask: Ask,
    toolbox: Toolbox,
    first: Words,
    brief: Brief,
    *,
    mark: str,
    tell: Tell | None = None,
) -> tuple[Answer | None, list[str]]:
    """The model's answer, and sentences about what went wrong; None when it gave none that can be used."""
    words, largest, cuts, shapes = first, ask, 0, 0
    while True:
        said = f"{mark}.{cuts + shapes}" if cuts + shapes else mark
        turn = await converse(talk, largest, toolbox, [words], mark=said, tell=tell)
        if turn.refusal:
            return None, [f"The model refused: {inert(turn.refusal, 200)}"]
        if turn.cut == "content_filter":
            return None, ["The service's content filter stopped the model's answer."]
        if turn.cut:
            cuts += 1
            if cuts > 1:
                return None, ["The model's answer was cut off twice: ask for fewer videos at once."]
            words, largest = Words(cut_text(brief)), replace(ask, max_output_tokens=2 * ask.max_output_tokens)
            continue
        try:
            return Answer.model_validate_json(_json(turn.text)), []
        except ValidationError as error:
            shapes += 1
            if shapes > _SHAPES:
                return None, ["The model did not answer in the shape it was asked for."]
            words = Words(shape_text(_problems(error)))


def _json(text: str) -> str:
    """Small models put their JSON between fences or words."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)[:6]
    return "; ".join(f"{'.'.join(str(part) for part in p['loc'])}: {p['msg']}" for p in found) + "."
