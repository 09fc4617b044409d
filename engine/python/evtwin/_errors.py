"""The error of this package."""


class EvtwinError(RuntimeError):
    """What evtwin refused or could not do, in one line: what, where, and what would be right.

    `field` is the JSON pointer of the wrong field where a request of `decide` was refused, else "".
    """

    def __init__(self, text: str, field: str = ""):
        super().__init__(text)
        self.field = field
