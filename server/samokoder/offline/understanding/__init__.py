"""The understanding half of the embedded model: from a free description to a data model, by rules alone.

The way a text goes: ``text`` (sentences) -> ``phrases`` (nodes) -> ``reading`` (facts) -> ``drafts`` and
``relations`` (things) -> ``entities``, ``roles``, ``figures`` (the model). Words are in ``lexicon``.
"""

from samokoder.offline.understanding.answer import Query, Refused, Understood
from samokoder.offline.understanding.understand import understand

__all__ = ["Query", "Refused", "Understood", "understand"]
