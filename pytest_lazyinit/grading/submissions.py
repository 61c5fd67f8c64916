"""Finds and reads submissions: a ``.py`` file, a notebook, or a folder with one of them. Nothing of one is executed or imported."""

from __future__ import annotations

import io
import os
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from .answers.loading import CELL
from .settings import SettingsError

ENDINGS = (".py", ".ipynb")
USUAL = "answers"
LARGEST = 16 << 20  # bytes of a file
UNDECLARED = "the file is not encoded as UTF-8 and declares no other encoding"
SKIPPED = ("__pycache__", "__MACOSX", "node_modules")
# Longer marks first: that of UTF-16 begins that of UTF-32.
MARKS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Refused(Exception):
    """Why a submission is not executed; one sentence for its author."""


class NoSubmissions(SettingsError):
    """Why nothing can be read here; one sentence for the teacher."""


@dataclass(frozen=True)
class Submission:
    """What is graded: its name in the results, and its file; a folder without one stands for itself."""

    name: str
    path: Path


@dataclass(frozen=True)
class Source:
    """Python source and the file name that stands for it in tracebacks."""

    text: str
    label: str


# -- finding ------------------------------------------------------------------------------------------

def find(paths: Sequence[Any]) -> List[Submission]:
    """All submissions below the paths, each once, in the order of their names.

    Raises
    ------
    NoSubmissions
        For a path that does not exist, and where notebooks cannot be read for want of a package.
    """
    found: Dict[Path, str] = {}
    for given in paths:
        for name, path in _below(Path(given).expanduser()):
            found.setdefault(path, name)
    named = _unique(found)
    if any(submission.path.suffix == ".ipynb" for submission in named):
        from . import notebooks
        notebooks.require()
    return sorted(named, key=lambda submission: submission.name)


def _below(path: Path) -> Iterator[Tuple[str, Path]]:
    if not os.path.lexists(path):
        raise NoSubmissions(f"there is no {path}; valid: a .py or .ipynb file, or a folder with such files")
    if path.is_symlink() and path.is_dir():
        path = path.resolve()  # named by the teacher
    if path.is_dir():
        yield from _searched(path, path)
    elif path.suffix in ENDINGS:
        yield path.name, path
    else:
        raise NoSubmissions(f"{path} is no submission; valid: a .py or .ipynb file, or a folder with such files")


def _searched(folder: Path, top: Path) -> Iterator[Tuple[str, Path]]:
    """A folder's own answer stands for the folder; several files are as many submissions. Links are not followed."""
    entries = sorted(_entries(folder), key=lambda entry: entry.name)
    files = [entry for entry in entries if os.path.splitext(entry.name)[1] in ENDINGS and not entry.is_dir(follow_symlinks=False)]
    folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    links = [entry for entry in entries if entry.is_symlink() and entry not in files and entry.is_dir()]
    files = [entry for entry in files if os.path.splitext(entry.name)[0] == USUAL][:1] or files
    inside = folder != top
    if inside and len(files) == 1:
        yield _name(folder, top), Path(files[0].path)
    else:
        yield from ((_name(Path(entry.path), top), Path(entry.path)) for entry in files)
    if inside and not files and not folders and not links:
        yield _name(folder, top), folder
    yield from ((_name(Path(entry.path), top), Path(entry.path)) for entry in links)
    for entry in folders:
        yield from _searched(Path(entry.path), top)


def _entries(folder: Path) -> List[Any]:
    """What is in a folder, without hidden things and folders that tools leave; pipes and devices are nobody's answer."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.name not in SKIPPED
                    and (entry.is_symlink() or entry.is_file() or entry.is_dir())]
    except OSError as error:
        raise NoSubmissions(f"{folder} cannot be searched: {error.strerror}") from None


def _name(path: Path, top: Path) -> str:
    return path.relative_to(top).as_posix()


def _unique(found: Dict[Path, str]) -> List[Submission]:
    """Names that can be written and shown; where two are the same, with the folder in front, then numbered."""
    taken: Dict[str, int] = {}
    named = []
    for path, name in found.items():
        name = "".join(letter if letter.isprintable() else "?" for letter in name.encode("utf-8", "replace").decode("utf-8"))
        if name in taken:
            name = f"{path.parent.name}/{name}"
        taken[name] = taken.get(name, 0) + 1
        named.append(Submission(name if taken[name] == 1 else f"{name} ({taken[name]})", path))
    return named


# -- reading ------------------------------------------------------------------------------------------

def read(submission: Submission) -> Source:
    """The source of a submission.

    Raises
    ------
    Refused
        For a link, what is no file of Python, and a notebook of another language.
    """
    path = submission.path
    data = _bytes(path)
    if path.suffix == ".ipynb":
        from . import notebooks
        return Source(notebooks.source(_decoded(data)[0]), path.name)
    return Source(_python(data), path.name)


def _bytes(path: Path) -> bytes:
    """The content of a regular file that is no link."""
    if path.is_symlink():
        raise Refused("It is a symbolic link; hand in the file itself.")
    if path.is_dir():
        raise Refused("The folder holds no .py and no .ipynb file.")
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Refused(f"The file cannot be read: {error.strerror}.") from None
    with open(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise Refused("It is no ordinary file.")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused(f"The file is larger than {LARGEST >> 20} MB.")
    return data


def _decoded(data: bytes) -> Tuple[str, str]:
    """Text, and what is wrong with its encoding; bytes that are no text are refused."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "")
    if not encoding and b"\0" in data:
        raise Refused("It is a binary file and no Python source.")
    problem = ""
    if not encoding:
        try:
            encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        except SyntaxError as error:
            encoding = "utf-8"
            problem = f"the encoding of the file cannot be used: {error.msg}" if "unknown" in str(error.msg) else UNDECLARED
    try:
        text = data.decode(encoding)
    except Exception:  # a codec may be none for text
        text, problem = data.decode("utf-8", "replace"), problem or UNDECLARED.replace("UTF-8", encoding)
    return text, problem


def _python(data: bytes) -> str:
    """The source with Python's own line ends; where its encoding is wrong, a source that says so when it is loaded, as Python would."""
    text, problem = _decoded(data)
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace(CELL, "# ")
    return f"raise SyntaxError({problem!r})\n" if problem else text
