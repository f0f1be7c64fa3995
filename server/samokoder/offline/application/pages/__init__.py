"""The pages of a generated application: which files they are, what each says, and what they must do.

The model is a settled one (see CONTRACT.md beside this package).
"""

from __future__ import annotations

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages.catalogue import catalogue
from samokoder.offline.application.pages.needs import needs
from samokoder.offline.application.values import PlannedFile

__all__ = ["layout", "needs", "text"]


def layout(model: DataModel) -> tuple[PlannedFile, ...]:
    """The files of the pages, in the order they build on one another."""
    return tuple(
        PlannedFile(path=f.path, purpose=f.purpose, exports=f.exports, group=f.group, is_test=f.is_test)
        for f in catalogue(model).values()
    )


def text(model: DataModel, path: str) -> str:
    """The content of one file; KeyError when the pages have no such file."""
    return catalogue(model)[path].text()
