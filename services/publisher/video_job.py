"""Looks at a draft's video, or makes a Reel of it: `python -m services.publisher.video_job`, one job each.

The job is {"do": "faults" | "mend" | "moment", "video": path, …}, the answer one line of JSON:

    faults   {"faults": [[sentence, cure], …]}
    mend     {"reason": why it could not be made, or ""}     with "target" and "cures" in the job
    moment   {"moment": milliseconds}                        with "cover" in the job
    all      {"errno": …, "what": …}, {"memory": true}, {"defect": a traceback}
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import Any

from services.child.inside import Bounds, begin, limit, tell

LOOKING = Bounds(memory=2 << 30, cpu_seconds=120, file_size=0)
MENDING = Bounds(memory=3 << 30, cpu_seconds=7200, file_size=1 << 30)


def main() -> int:
    job = begin()
    limit(MENDING if job["do"] == "mend" else LOOKING)
    try:
        tell(**_answer(job))
    except MemoryError:  # libav's is an OSError, too
        tell(memory=True)
    except OSError as error:
        tell(errno=error.errno or 0, what=error.strerror or "")
    except Exception:  # process border: the operator's log gets the reason
        tell(defect=traceback.format_exc()[-4000:])
    return 0


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    # Late, so that the limits hold while the libraries load.
    from services.publisher.reels_spec import Cure, find_faults

    video = Path(job["video"])
    match job["do"]:
        case "faults":
            return {"faults": [[fault.sentence, fault.cure.value] for fault in find_faults(video)]}
        case "moment":
            from services.publisher.cover_moment import cover_moment  # needs more libraries than the others

            return {"moment": cover_moment(video, Path(job["cover"]))}
        case "mend":
            return {"reason": _mended(video, Path(job["target"]), {Cure(cure) for cure in job["cures"]})}
    raise ValueError("a job that is not known")


def _mended(video: Path, target: Path, cures: Collection[Any]) -> str:
    """As little as is needed; everything anew where that was not enough. Why not, if nothing helps."""
    import errno

    import av

    from services.publisher.mend import mend
    from services.publisher.reels_spec import Cure, find_faults

    everything = {Cure.SOUND, Cure.PICTURE}
    reason = ""
    for attempt in [cures] if cures == everything else [cures, everything]:
        target.unlink(missing_ok=True)
        try:
            mend(video, target, attempt)
            left = find_faults(target)
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError, IndexError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            reason = f"It cannot be decoded: {type(error).__name__}."
            continue
        if not left:
            return ""
        reason = " ".join(fault.sentence for fault in left)
    return reason


if __name__ == "__main__":
    os._exit(main())  # no decoder's thread is waited for
