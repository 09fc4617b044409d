"""Which contract power is enough? A sweep over contract powers and seeds, its means with intervals, and a picture.

    python3 contract_power.py [SCENARIO] [DAYS] [SEEDS] [PICTURE.png]
"""
import sys

import numpy as np

import evtwin

# Student's t, two-sided 95 %, by degrees of freedom.
T_95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 19: 2.093, 29: 2.045}


def half_interval(values):
    """Half of the 95 % interval of a mean."""
    n = len(values)
    nearest = max((k for k in T_95 if k <= n - 1), default=None)  # of fewer degrees: rather too wide than too narrow
    return T_95[nearest] * np.std(values, ddof=1) / np.sqrt(n) if nearest else np.nan


def main(scenario, days, seeds, picture):
    table = evtwin.sweep(scenario, ["asap", "edf"], changes={"contract_kw": [60, 90, 120, 150]},
                         seeds=range(1, seeds + 1), days=days)
    summary = (table.groupby(["contract_kw", "strategy"])["objective"].agg(["mean", half_interval, "count"])
               .rename(columns={"half_interval": "+-"}).round(0))
    print(f"objective, {table.attrs['currency']}:\n{summary.to_string()}")

    # The same cars came at every point, so that differences seed by seed are sharper than the means.
    by_seed = table.pivot(index=["contract_kw", "seed"], columns="strategy", values="objective")
    saving = (by_seed["asap"] - by_seed["edf"]).groupby("contract_kw").agg(["mean", half_interval]).round(0)
    print(f"\nwhat edf saves, paired by seed:\n{saving.rename(columns={'half_interval': '+-'}).to_string()}")

    try:
        import matplotlib
    except ImportError:
        print("\nno picture: matplotlib is not installed (apt install python3-matplotlib)")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, (cost, gain) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for strategy, rows in table.groupby("strategy"):
        points = rows.groupby("contract_kw")["objective"].agg(["mean", half_interval])
        cost.errorbar(points.index, points["mean"], points["half_interval"], marker="o", capsize=3, label=strategy)
    cost.set(xlabel="contract power, kW", ylabel=f"objective, {table.attrs['currency']}",
             title=f"mean of {seeds} seeds, 95 % interval")
    cost.legend()
    gain.errorbar(saving.index, saving["mean"], saving["half_interval"], marker="o", capsize=3, color="black")
    gain.axhline(0, color="grey", linewidth=0.8)
    gain.set(xlabel="contract power, kW", ylabel=f"what edf saves, {table.attrs['currency']}", title="the same, paired by seed")
    figure.savefig(picture, dpi=120)
    print(f"\npicture: {picture}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments[0] if arguments else evtwin.scenario("workplace_week.lua"),
         int(arguments[1]) if len(arguments) > 1 else None, int(arguments[2]) if len(arguments) > 2 else 5,
         arguments[3] if len(arguments) > 3 else "contract_power.png")
