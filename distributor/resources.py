"""Where the files that are no code live: templates and default settings.

In a checkout they stand at the top of the tree, where people look for them; a wheel carries them inside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSIDE_A_WHEEL = _PACKAGE / "_resources"
_TOP_OF_THE_TREE = _PACKAGE.parent


def resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder, such as `resource("templates", "email")`.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    top = _INSIDE_A_WHEEL if _INSIDE_A_WHEEL.is_dir() else _TOP_OF_THE_TREE
    path = top.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"Distributor was installed without {'/'.join(parts)}. Install it again.")
    return path
