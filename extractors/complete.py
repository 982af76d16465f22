"""A window until it is complete: asked for, asked again, and then in ever shorter parts.

Owns what is done about a doubt. How pages are walked and doubted is in `extractors.paging`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from extractors.paging import STRATEGIES, Page
from extractors.session import Session
from extractors.windows import first_url, halves
from kernel import SourceUnavailable, Window
from kernel.manifest import digest

MOST_HOLES = 12  # parts in a row that cannot be had, after which the source is taken to be down


@dataclass(slots=True)
class Gathering:
    """The pages of `window`, and what remains doubtful about them.

    `keep` stores a page; pages are numbered through. A page that comes again when the window is
    asked for again, whole or in parts, is kept once. `narrowed` counts the halvings.
    """

    session: Session
    window: Window
    keep: Callable[[Page], object]
    pages: int = 0
    narrowed: int = 0
    doubts: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _holes: int = 0

    def gather(self) -> None:
        """Keep every page, and note what stays doubtful.

        Raises:
            SourceUnavailable: no page can be had, or too much is missing.
            SourceChanged: see `paging`.
        """
        failure: SourceUnavailable | None = None
        for each in self.session.source.fetch.each or ("",):
            self._known, self._holes = {}, 0
            try:
                doubts = self._chain(each)
            except SourceUnavailable as error:
                if not self._leaves_hole():
                    raise
                failure, doubts = error, [f"missing: {error.message}"]
            self.doubts += [f"{each}: {doubt}" if each else doubt for doubt in doubts]
        if failure and not self.pages:
            raise failure

    def _chain(self, each: str) -> list[str]:
        doubts = self._walk(self.window, each)
        if doubts and not self._holes:
            doubts = self._walk(self.window, each)
        return self._narrowed(self.window, each, doubts) if doubts else []

    def _narrowed(self, window: Window, each: str, doubts: list[str]) -> list[str]:
        """What stays doubtful of a doubted window once its halves were asked for, and theirs."""
        parts = halves(self.session.source, window)
        if parts is None:
            return doubts
        self.narrowed += 1
        left: list[str] = []
        for part in parts:
            if found := self._walk(part, each):
                left += self._narrowed(part, each, found)
        return left

    def _walk(self, window: Window, each: str) -> list[str]:
        """Keep the pages of one walk through `window`; what is doubtful about it."""
        source = self.session.source
        where = "" if window == self.window else f"{window.name}: "
        known, doubts = dict(self._known), []
        try:
            for page in STRATEGIES[source.fetch.strategy](
                self.session, first_url(source, window, each)
            ):
                number = self._kept(page, known)
                doubts += [f"{where}page {number}: {doubt}" for doubt in page.doubts]
        except SourceUnavailable as error:
            self._holes += 1
            whole = halves(source, self.window) is None
            if whole or self._holes > MOST_HOLES or not self._leaves_hole():
                raise
            return [*doubts, f"{where}missing: {error.message}"]
        self._holes = 0
        return doubts

    def _kept(self, page: Page, known: dict[str, int]) -> int:
        """The number under which `page` is kept: a new one unless an earlier walk brought it."""
        sha256 = digest(page.answer.body)
        if sha256 in known:
            return known[sha256]
        self.pages += 1
        self._known[sha256] = self.pages
        self.keep(replace(page, number=self.pages))
        return self.pages

    def _leaves_hole(self) -> bool:
        """Whether the last refusal is one that the source's facts know to stay for some parts."""
        log, fetch = self.session.log, self.session.source.fetch
        return bool(log) and log[-1].get("status") in fetch.hole_on
