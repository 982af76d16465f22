"""What the verdict of the gate does to a publication: it goes on, or it is held and says why.

Owns the stop. The verdict itself was made by `validation`.
"""

from kernel import GateBlocked, Lake, Manifest, Publication
from publish import held, versions
from validation.check import file_of


def pass_gate(lake: Lake, publication: Publication, quality: Manifest) -> None:
    """Let the edition judged in `quality` pass.

    Raises:
        GateBlocked: the verdict is `block`. `held.json` names every failed check, `versions.json`
            tells of it; `latest.json` was not touched.
    """
    if quality.notes["decision"] != "block":
        return
    reasons = [str(reason) for reason in quality.notes["reasons"]]
    held.hold(lake, quality)
    versions.refresh(lake, publication.id)
    raise GateBlocked(
        f"edition {quality.version} is held back: {'; '.join(reasons)}",
        source=publication.id,
        path=f"{quality.folder}/{file_of(quality, 'quality.html').path}",
    )
