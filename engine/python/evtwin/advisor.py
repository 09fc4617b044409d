"""One decision asked for in JSON, in this process: what `evtwin decide` does (engine/decide/README.md)."""
import ctypes
import json
from typing import Any, Mapping, Optional, Union

from . import _library
from ._errors import EvtwinError


class Advisor:
    """A strategy that answers requests about one installation, one after the other, and may remember.

        advisor = evtwin.Advisor("edf")
        answer = advisor.decide({"now": "2026-06-01T09:00", "timezone": "Asia/Seoul", "evses": [
            {"id": "A", "kw": 7, "session": {"departs": "2026-06-01T17:00", "requested_kwh": 20}}]})
        answer["evses"][0]["granted_kw"]

    strategy   "edf", or FILE.so#ID; a strategy in Lua needs its scenario, and one in Python is called by its owner
    params     its parameters: {"peak_target_kw": 40}
    """

    def __init__(self, strategy: str = "edf", params: Optional[Mapping[str, Any]] = None):
        self._lib = _library.load()
        self._handle = ctypes.c_void_p()
        cells, n = _library.settings_of(params)
        _library.must(self._lib.evtwin_advisor_create(str(strategy).encode(), cells, n, ctypes.byref(self._handle)))

    def __del__(self):
        if getattr(self, "_handle", None):
            self._lib.evtwin_advisor_destroy(self._handle)

    def decide(self, request: Union[str, Mapping[str, Any]]) -> dict:
        """The answer: evse_kw asked, granted_kw (the set-points to send), corrections, exceeded limits, wake, remarks.

        request   as text or as a dict; evtwin.decide_schema() has every field with type, unit and range
        Raises EvtwinError for a wrong request: its `field` is the JSON pointer, "/evses/0/kw". It may be asked again.
        """
        text = request if isinstance(request, str) else json.dumps(request)
        if "\0" in text:
            raise EvtwinError("the request holds a NUL character")
        status, answer = _library.poured(self._lib.evtwin_advisor_decide, self._handle, text.encode())
        if status == _library.BAD_PARAMETER and answer:
            refusal = json.loads(answer)
            raise EvtwinError(refusal["error"], refusal["field"])
        _library.must(status)
        return json.loads(answer)


def decide(request: Union[str, Mapping[str, Any]], strategy: str = "edf",
           params: Optional[Mapping[str, Any]] = None) -> dict:
    """One answer of a fresh strategy, see Advisor.decide()."""
    return Advisor(strategy, params).decide(request)


def decide_schema() -> dict:
    """JSON Schema (2020-12) of requests; $defs has answers and refusals."""
    lib = _library.load()
    status, text = _library.poured(lib.evtwin_advisor_schema)
    _library.must(status)
    return json.loads(text)
