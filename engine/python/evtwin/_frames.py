"""pandas where it is needed, and rows of key figures."""
from typing import Any, Dict, List

from ._errors import EvtwinError


def pandas() -> Any:
    """The module, or an EvtwinError that says how to get it."""
    try:
        import pandas as found
    except ImportError:
        raise EvtwinError("pandas is not installed; on Debian: apt install python3-pandas") from None
    return found


def figures(kpi: Dict[str, Any]) -> Dict[str, float]:
    """Key figures as numbers: what does not apply is NaN."""
    return {name: float("nan") if value is None else value for name, value in kpi.items()}


def frame(rows: List[dict], **attrs: Any) -> Any:
    """A DataFrame of rows, whose `attrs` say what a table can not."""
    made = pandas().DataFrame(rows)
    made.attrs.update(attrs)
    return made
