"""A run file as tables: what happened in a run, read with Python's own sqlite3."""
import json
import pathlib
import sqlite3
from typing import Any, List, Mapping, Optional, Sequence, Union

import numpy as np

from ._errors import EvtwinError
from ._frames import pandas

_HOUR_NS = 3.6e12


class RunFile:
    """One run, from the file that `run(out=...)`, `compare(out=...)` or `evtwin run --out` wrote. Nothing is changed.

        with evtwin.open("week.evtwin") as run:
            run.kpi["total_cost"]
            run.sessions[["name", "plugged_in", "got_kwh", "unmet_kwh"]]
            run.sql("SELECT * FROM cost_per_day")
            run.sampled("15min").plot()

    Times of tables are local times of the site (datetime64 with its zone) in columns without _ns; powers are kW, energies
    kWh, money is in `currency`. Tables and columns are described in the file itself: `run.help("session")`.
    """

    def __init__(self, path: Union[str, "pathlib.Path"]):
        self.path = str(path)
        if not pathlib.Path(self.path).is_file():
            raise EvtwinError(f"{self.path}: is not there")
        try:
            uri = pathlib.Path(self.path).resolve().as_uri() + "?mode=ro"
            self._db = sqlite3.connect(uri, uri=True)
            cursor = self._db.execute("SELECT * FROM run")
            row = cursor.fetchone()
        except sqlite3.Error as error:
            raise EvtwinError(f"{self.path}: is no run file ({error})") from None
        if row is None:
            raise EvtwinError(f"{self.path}: is no run file (it holds no run)")
        #: The row of the table `run`: name, strategy, state, event_hash, start_ns, end_ns, timezone, seed, ...
        self.info = dict(zip((column[0] for column in cursor.description), row))
        self.info["parameters"] = json.loads(self.info["parameters"])
        self.timezone: str = self.info["timezone"]
        self.currency: str = self.info["currency"]

    def __enter__(self) -> "RunFile":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<evtwin.RunFile {self.path}: {self.info['name']}, strategy {self.info['strategy']}, {self.info['state']}>"

    def close(self) -> None:
        self._db.close()

    @property
    def complete(self) -> bool:
        """Whether the run came to its end; the figures of another are of a part of it."""
        return self.info["state"] == "complete"

    @property
    def tables(self) -> List[str]:
        """Names of all tables and views."""
        return [name for (name,) in self._db.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name")]

    def help(self, table: str) -> str:
        """How a table was made, with a word on every column."""
        row = self._db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        if row is None:
            raise EvtwinError(f"{self.path}: has no table {table}; it has {', '.join(self.tables)}")
        return row[0]

    def sql(self, text: str, parameters: Union[Sequence[Any], Mapping[str, Any]] = (), local_times: bool = True) -> Any:
        """What a SELECT answers, as a DataFrame. local_times: columns *_ns become local times without the ending."""
        try:
            table = pandas().read_sql_query(text, self._db, params=parameters or None)
        except Exception as error:  # pandas wraps sqlite3's own
            raise EvtwinError(f"{self.path}: {str(error).splitlines()[-1]}") from None
        return self._localised(table) if local_times else table

    def table(self, name: str, local_times: bool = True) -> Any:
        """A whole table or view as a DataFrame."""
        if name not in self.tables:
            raise EvtwinError(f"{self.path}: has no table {name}; it has {', '.join(self.tables)}")
        return self.sql(f'SELECT * FROM "{name}"', local_times=local_times)

    def _localised(self, table: Any) -> Any:
        pd = pandas()
        renamed = {}
        for column in table.columns:
            # Lengths in ns stay what they are.
            if column.endswith("_ns") and column not in ("tick_ns", "metering_window_ns", "period_ns"):
                instants = pd.to_datetime(table[column].astype("Int64"), utc=True)
                table[column] = instants.dt.tz_convert(self.timezone)
                renamed[column] = column[:-len("_ns")]
        return table.rename(columns=renamed)

    @property
    def kpi(self) -> Any:
        """Key figures of all sites together: a Series by name; NaN where one does not apply. Units: table("kpi")."""
        rows = self._db.execute("SELECT name, value FROM kpi WHERE site IS NULL").fetchall()
        return pandas().Series({name: np.nan if value is None else value for name, value in rows}, dtype=float,
                               name=self.info["strategy"])

    @property
    def sessions(self) -> Any:
        """A row per session that ended or was open at the end, with the EVSE's name in `unit`."""
        return self.sql("SELECT e.name AS unit, s.* FROM session s LEFT JOIN evse e ON e.id = s.evse ORDER BY s.id")

    @property
    def decisions(self) -> Any:
        """A row per decision that asked for something new, or that an event led to."""
        return self.table("decision")

    @property
    def corrections(self) -> Any:
        """Where the guard gave something else than was asked for, with the reason and the limit that bound."""
        return self.sql("SELECT coalesce(e.name, t.name) AS unit, c.* FROM correction c LEFT JOIN evse e ON e.id = c.evse "
                        "LEFT JOIN storage t ON t.id = c.storage ORDER BY c.id")

    def sampled(self, every: str = "15min", units: Optional[Sequence[str]] = None) -> Any:
        """Power of EVSEs and storages, kW at their meters, at instants of equal distance: a column per unit.

        every   distance as pandas writes it: "15min", "1h"
        units   names; None: all that ever drew power. Values are exact, also within a taper: kw x exp(slope x hours).
        """
        pd = pandas()
        step_ns = pd.Timedelta(every).value
        if step_ns <= 0:
            raise EvtwinError(f"every is {every!r}; a distance above 0 is due")
        at = np.arange(self.info["start_ns"], self.info["end_ns"], step_ns, dtype=np.int64)
        segments = self.sql("SELECT unit, start_ns, end_ns, kw, slope_kw_per_kwh FROM power_segment ORDER BY start_ns",
                            local_times=False)
        known = list(dict.fromkeys(segments["unit"]))
        for unit in units or ():
            if unit not in known:
                raise EvtwinError(f"{self.path}: {unit} drew no power; those that did: {', '.join(sorted(known))}")
        columns = {}
        for unit in (sorted(known) if units is None else units):
            mine = segments[segments["unit"] == unit]
            start, end = mine["start_ns"].to_numpy(), mine["end_ns"].to_numpy()
            kw, slope = mine["kw"].to_numpy(), mine["slope_kw_per_kwh"].to_numpy()
            k = np.searchsorted(start, at, side="right") - 1
            flows = (k >= 0) & (at < end[k])
            hours = (at - start[k]) / _HOUR_NS
            columns[unit] = np.where(flows, kw[k] * np.exp(np.where(flows, slope[k] * hours, 0.0)), 0.0)
        index = pd.to_datetime(at, utc=True).tz_convert(self.timezone)
        return pd.DataFrame(columns, index=pd.DatetimeIndex(index, name="time"))


def open(path: Union[str, "pathlib.Path"]) -> RunFile:  # noqa: A001 evtwin.open is what it is called
    """Opens a run file for reading. Raises EvtwinError where it is not there or no run file."""
    return RunFile(path)
