"""Runs, comparisons and sweeps as tables: a row per run, a column per key figure.

Strategies that evtwin knows by name are run by the command `evtwin`; a strategy that is a Python class is run in this
process (evtwin.Strategy). Key figures with units and formulas: scenarios/README.md, "Key figures".
"""
import itertools
import os
import pathlib
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Union

from . import _command
from ._errors import EvtwinError
from ._frames import figures, frame
from .strategy import StrategyLike, host, is_own, label_of, run_own

NAN = float("nan")
Scenario = Union[str, "os.PathLike[str]"]


def run(scenario: Scenario, strategy: Union[str, StrategyLike, None] = None, *,
        settings: Optional[Mapping[str, Any]] = None, changes: Optional[Mapping[str, Any]] = None,
        seed: Optional[int] = None, days: Optional[int] = None, out: Optional[Scenario] = None,
        bound: bool = False, progress: Optional[Callable[[float], None]] = None) -> Any:
    """Runs a scenario under one strategy.

    scenario   path of a .lua file; evtwin.scenario("workplace_week.lua") is one that comes with evtwin
    strategy   "edf", "edf:peak_target_kw=40", "FILE.so#ID", "FILE.lua", or an evtwin.Strategy; None: the scenario's own
    settings   values of the scenario's param()s, as --set
    changes    what is otherwise at the site, as --change: {"contract_kw": 60}
    seed, days in place of the scenario's
    out        run file to write, for evtwin.open() and the viewer
    bound      work out the least possible cost, too: regret and saving_share (only where evtwin runs the strategy)
    progress   called with 0..1 about every thousandth of the run (Python strategies only)

    Returns a pandas.DataFrame of one row: strategy, every key figure, event_hash, wall_s, run_file. Its attrs
    have `json`, the whole document of `evtwin run --json` (sites, corrections, flags), and `currency`.
    Raises EvtwinError for a wrong input; whatever a Python strategy raises comes through.
    """
    if is_own(strategy):
        if bound:
            raise EvtwinError("bound: compare() has it beside a Python strategy, run() has not")
        document = run_own(str(scenario), strategy, progress, settings=settings, changes=changes, seed=seed, days=days,
                           out=out)
    else:
        arguments = ["run", str(scenario), *_command.arguments_of(settings, changes, seed, days)]
        if strategy is not None:
            arguments += ["--strategy", str(strategy)]
        if out is not None:
            arguments += ["--out", str(out)]
        if bound:
            arguments.append("--bound")
        document = _command.call(arguments)
    row = {"strategy": document["strategy"], **figures(document["kpi"])}
    row.update(event_hash=document["event_hash"], wall_s=document["wall_s"], run_file=None if out is None else str(out))
    return frame([row], json=document, currency=document["currency"])


def _rows_of(document: dict) -> List[dict]:
    """A row for each of `runs` of `evtwin compare --json`."""
    rows = []
    for one in document["runs"]:
        row: Dict[str, Any] = {} if "seed" not in one else {"seed": one["seed"]}
        row["strategy"] = one["strategy"]
        row.update(figures(one["kpi"]))
        row.update(event_hash=one["event_hash"], wall_s=one["wall_s"], run_file=one.get("run_file"), error=one["error"])
        rows.append(row)
    return rows


def _own_row(scenario: Scenario, strategy: StrategyLike, out: Optional[pathlib.Path], **where: Any) -> dict:
    """The same of a Python strategy. What it raises is an error of its row, as a plugin's is; an interrupt and a wrong input
    are not."""
    label = label_of(strategy)
    file = None
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        seed = where.get("seed")
        file = str(out / (f"{label}.evtwin" if seed is None else f"{label}-seed{seed}.evtwin"))
    row: Dict[str, Any] = {"strategy": label}
    hosted, instances = host(str(scenario), strategy, out=file, **where)
    try:
        document = hosted.drive(instances)
    except Exception as error:  # noqa: BLE001 whatever it is
        return {**row, "run_file": file, "error": f"{type(error).__name__}: {error}"}
    row.update(figures(document["kpi"]))
    row.update(event_hash=document["event_hash"], wall_s=document["wall_s"], run_file=file, error=None)
    return row


def _measure_against_bound(rows: List[dict], bound: float) -> None:
    """regret and saving_share of rows that were run here, by the formulas of the key figures."""
    at_once = _objective_of_asap(rows, bound)
    priced = any(row.get("regret", NAN) == row.get("regret", NAN) for row in rows)
    for row in rows:
        if row.get("bound", NAN) == row.get("bound", NAN) or "objective" not in row:
            continue
        row["bound"] = bound
        row["regret"] = row["objective"] - bound if priced else NAN
        if priced and at_once > bound:
            row["saving_share"] = (at_once - row["objective"]) / (at_once - bound)


def _objective_of_asap(rows: List[dict], bound: float) -> float:
    """That of its row, else what the saving_share of another says it is; NaN where nobody knows."""
    for row in rows:
        if row["strategy"] == "asap" and "objective" in row:
            return row["objective"]
    for row in rows:
        share = row.get("saving_share", NAN)
        if share == share and share != 1.0:
            return (row["objective"] - share * bound) / (1.0 - share)
    return NAN


def _say_who_competes(rows: List[dict]) -> None:
    """compared_for_cost: serves within 0.5 % of the one that serves most; a run that charges less is not cheaper."""
    def service(row: dict) -> float:
        to_come = row.get("open_to_come_kwh", NAN)
        return row.get("energy_served_kwh", NAN) + (to_come if to_come == to_come else 0.0)
    services = [service(row) for row in rows]
    most = max((kwh for kwh in services if kwh == kwh), default=NAN)
    for row, kwh in zip(rows, services):
        row["compared_for_cost"] = row.get("error") is None and not kwh < most - 0.005 * abs(most)


def compare(scenario: Scenario, strategies: Union[Sequence[Union[str, StrategyLike]], StrategyLike, str, None] = None, *,
            seeds: Optional[Iterable[int]] = None, settings: Optional[Mapping[str, Any]] = None,
            changes: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, days: Optional[int] = None,
            out: Optional[Scenario] = None, bound: bool = True, threads: Optional[int] = None) -> Any:
    """Runs a scenario under several strategies, over exactly the same vehicles, prices and sun.

    strategies   names and evtwin.Strategy classes, in the order of the rows, or one of them; None: every one installed
    seeds        each strategy on each of these seeds (None: the scenario's own, or `seed`)
    out          folder for a run file of each
    bound        work out the least possible cost: columns bound, regret, saving_share; where one of evtwin's own
                 strategies is among them
    threads      runs of evtwin's own strategies at the same time; None: one per processor
    The others as in run().

    Returns a pandas.DataFrame with a row per run: strategy (and seed), every key figure, compared_for_cost (it serves
    within 0.5 % of the most, so that its cost may be called lower), event_hash, wall_s, run_file, error (None, or why it
    failed). attrs: currency, json (the command's document; None where no name was given).
    Raises EvtwinError for a wrong input, and where every run failed.
    """
    table = _compare(scenario, strategies, seeds, settings, changes, seed, days, out, bound, threads)
    _need_one(table)
    return table


def _need_one(table: Any) -> None:
    """A table of failures alone has no figures: better an error than columns that are missing."""
    if table["error"].notna().all():
        raise EvtwinError(f"every run failed; {table['strategy'][0]}: {table['error'][0]}")


def _compare(scenario: Scenario, strategies: Union[Sequence[Union[str, StrategyLike]], StrategyLike, str, None],
             seeds: Optional[Iterable[int]], settings: Optional[Mapping[str, Any]], changes: Optional[Mapping[str, Any]], seed: Optional[int],
             days: Optional[int], out: Optional[Scenario], bound: bool, threads: Optional[int]) -> Any:
    if isinstance(strategies, str):
        strategies = strategies.split(",")
    given = None if strategies is None else [strategies] if is_own(strategies) else list(strategies)
    if given is not None and not given:
        raise EvtwinError("strategies is empty; name one or more, or leave it out for all")
    names = None if given is None else [str(s) for s in given if not is_own(s)]
    own = [] if given is None else [s for s in given if is_own(s)]
    all_seeds: List[Optional[int]] = [seed] if seeds is None else [int(s) for s in seeds]
    document = None
    rows: List[dict] = []
    if names is None or names:
        arguments = ["compare", str(scenario), *_command.arguments_of(settings, changes, seed, days)]
        if names:
            arguments += ["--strategies", ",".join(names)]
        if seeds is not None:
            arguments += ["--seeds", ",".join(str(s) for s in all_seeds)]
        if out is not None:
            arguments += ["--out", str(out)]
        if not bound:
            arguments.append("--no-bound")
        if threads is not None:
            arguments += ["--threads", str(threads)]
        document = _command.call(arguments, partly=True)
        rows = _rows_of(document)
    # Rows of one seed stand together, in the order that strategies were given in.
    result: List[dict] = []
    for one in all_seeds:
        here = [row for row in rows if seeds is None or row["seed"] == one]
        mine = [_own_row(scenario, s, None if out is None else pathlib.Path(out), settings=settings, changes=changes,
                         seed=one, days=days) for s in own]
        if seeds is not None:
            mine = [{"seed": one, **row} for row in mine]
        if given is not None:
            named, made = iter(here), iter(mine)
            here = [next(made if is_own(s) else named) for s in given]
        else:
            here += mine
        bounds = [row["bound"] for row in here if row.get("bound", NAN) == row.get("bound", NAN)]
        if bounds:
            _measure_against_bound(here, bounds[0])
        _say_who_competes(here)
        result += here
    if not result:
        raise EvtwinError("seeds is empty; name one or more, or leave it out")
    currency = None if document is None else document["currency"]
    return frame(result, currency=currency, json=document)


def _factors(*groups: Optional[Mapping[str, Any]]) -> Dict[str, list]:
    """What takes several values: lists, tuples, ranges, arrays."""
    varied: Dict[str, list] = {}
    for name, value in itertools.chain.from_iterable((group or {}).items() for group in groups):
        if isinstance(value, (list, tuple, range)) or hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1:
            if name in varied:
                raise EvtwinError(f"{name} is varied both as a setting and as a change")
            varied[name] = list(value.tolist() if hasattr(value, "tolist") else value)
            if not varied[name]:
                raise EvtwinError(f"{name} has no values to take")
    return varied


def sweep(scenario: Scenario, strategies: Union[Sequence[Union[str, StrategyLike]], StrategyLike, str, None] = None, *,
          settings: Optional[Mapping[str, Any]] = None, changes: Optional[Mapping[str, Any]] = None,
          seeds: Optional[Iterable[int]] = None, days: Optional[int] = None, bound: bool = False,
          threads: Optional[int] = None, progress: Optional[Callable[[int, int], None]] = None) -> Any:
    """Runs a scenario at every combination of what is varied, with the same vehicles at each of them.

        evtwin.sweep("site.lua", ["asap", "lp"], changes={"contract_kw": range(40, 161, 15)}, seeds=range(1, 31))

    settings, changes   as in run(); a value that is a list, tuple, range or 1-D array is varied, the last one fastest
    strategies          None: the scenario's own
    progress            called with points done and points in all
    The others as in compare().

    Returns a tidy pandas.DataFrame, a row per run: point (from 1), a column per varied name, seed, strategy, every
    key figure, event_hash, error. Columns are those of the table of `evtwin sweep`.
    """
    varied = _factors(settings, changes)
    seeds = None if seeds is None else [int(s) for s in seeds]
    points = list(itertools.product(*varied.values()))
    rows: List[dict] = []
    currency = None
    for number, values in enumerate(points, start=1):
        point = dict(zip(varied, values))
        here = [{name: point.get(name, value) for name, value in (group or {}).items()} for group in (settings, changes)]
        if strategies is None:
            table = _scenarios_own(scenario, here[0], here[1], seeds, days)
        else:
            table = _compare(scenario, strategies, seeds, here[0], here[1], None, days, None, bound, threads)
        currency = table.attrs["currency"] or currency
        for row in table.to_dict("records"):
            kept = {"point": number, **point, "seed": row.pop("seed", None), "strategy": row.pop("strategy")}
            last = {"event_hash": row.pop("event_hash", None), "error": row.pop("error", None)}
            for name in ("run_file", "compared_for_cost", "wall_s"):
                row.pop(name, None)
            rows.append({**kept, **row, **last})
        if progress is not None:
            progress(number, len(points))
    table = frame(rows, currency=currency, varied=list(varied))
    _need_one(table)
    return table


def _scenarios_own(scenario: Scenario, settings: Mapping, changes: Mapping, seeds: Optional[List[int]],
                   days: Optional[int]) -> Any:
    """A run per seed under the scenario's own strategy, as compare() would tell of it."""
    rows = []
    currency = None
    for seed in ([None] if seeds is None else seeds):
        done = run(scenario, settings=settings, changes=changes, seed=seed, days=days)
        currency = done.attrs["currency"]
        rows.append({**({} if seeds is None else {"seed": seed}), **done.to_dict("records")[0], "error": None})
    return frame(rows, currency=currency)
