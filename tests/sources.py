"""Where a file of the runtime is. Names are unique, so that a test need not know the folder."""
from pathlib import Path


def find(src, name):
    """The file called name in src or in a folder of it."""
    paths = list(Path(src).rglob(name))
    if len(paths) != 1:
        raise AssertionError("%s should have one file called %s, not %d" % (src, name, len(paths)))
    return paths[0]


def files(src, *endings):
    """All files with one of the endings, by name."""
    return sorted((path for path in Path(src).rglob("*") if path.suffix in endings), key=lambda path: path.name)
