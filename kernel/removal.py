"""How a folder goes: its manifest first, then its files, and to the end whatever stops it.

Owns the mark that a folder is going. Which folders go is the matter of those who ask.
"""

from collections.abc import Callable, Container

from kernel.lake import MANIFEST, Lake

REMOVED = "removed.json"  # in a folder that is going: its manifest, which is one no more


def going(lake: Lake, prefix: str) -> list[str]:
    """The folders below `prefix` of which a part is left that once was all, sorted."""
    marked = (path[: -len(REMOVED) - 1] for path in lake.store.find(prefix, REMOVED))
    return [folder for folder in marked if lake.peek(f"{folder}/{MANIFEST}") is None]


def unmark(lake: Lake, prefix: str) -> None:
    """Take the mark off the folders below `prefix` that are whole, as their going was stopped."""
    for path in lake.store.find(prefix, REMOVED):
        if lake.peek(f"{path[: -len(REMOVED) - 1]}/{MANIFEST}") is not None:
            lake.store.delete(path)


def goes(
    lake: Lake, folder: str, needed: Container[str], stays: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """The files of `folder` that `remove` would take away, with their sizes.

    Args:
        lake: where.
        folder: the folder.
        needed: paths of files that stay, as manifests elsewhere refer to them.
        stays: whether all of it stays after all.
    """
    if stays():
        return {}
    return {
        path: size
        for path, size in lake.store.sizes(folder).items()
        if path not in needed and path != f"{folder}/{REMOVED}"
    }


def remove(
    lake: Lake, folder: str, needed: Container[str], stays: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Take `folder` away, but for files that are `needed`; what went, with sizes.

    `stays` is asked once more when readers no longer see the folder and every file is still there:
    if it has become true, the folder is put back.

    The folder bears a mark until its last file is gone. Whoever is stopped in between is finished
    by the next who removes it.
    """
    manifest, mark = f"{folder}/{MANIFEST}", f"{folder}/{REMOVED}"
    found, files = lake.peek(manifest), goes(lake, folder, needed)
    if found is not None:
        lake.store.put(mark, found)
        lake.store.delete(manifest)
        if stays():
            lake.store.create(manifest, found)
            lake.store.delete(mark)
            return {}
    for path in files:
        lake.store.delete(path)
    if set(lake.store.sizes(folder)) <= {mark}:
        lake.store.delete(mark)
    lake.changes += len(files)
    return files
