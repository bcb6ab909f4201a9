"""`python -m streaming.library.probe FILE OUT`: examine FILE; write OUT/probe.json and OUT/timeline.npz.
`python -m streaming.library.probe --stills FILE OUT`: read OUT/probe.json and timeline; write poster and preview.

Exit 0; or 3 with OUT/error.json {"code", "params", "detail"} for a file that we cannot take.
"""

import json
import sys
from pathlib import Path

from streaming.library.errors import MediaError
from streaming.library.probe.examine import examine, quiet
from streaming.library.probe.stills import make_stills
from streaming.library.probe.timeline import Timeline

BAD_INPUT = 3


def main(arguments: list[str]) -> int:
    quiet()
    stills = arguments[0] == "--stills"
    source, out = (Path(argument) for argument in arguments[-2:])
    try:
        if stills:
            facts = json.loads((out / "probe.json").read_text())
            make_stills(source, facts, Timeline.from_bytes((out / "timeline.npz").read_bytes()), out)
        else:
            facts, timeline = examine(source)
            (out / "timeline.npz").write_bytes(timeline.to_bytes())
            (out / "probe.json").write_text(json.dumps(facts))
    except MediaError as error:
        report = {"code": error.code, "params": error.params, "detail": error.detail}
        (out / "error.json").write_text(json.dumps(report))
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
