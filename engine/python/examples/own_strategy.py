"""A strategy of one's own: least laxity first, beside those that come with evtwin; then what happened, from its run file.

    python3 own_strategy.py [SCENARIO] [DAYS]
"""
import sys
import tempfile

import evtwin


class LeastLaxity(evtwin.Strategy):
    """Cars that can wait stay below the peak that the month is billed for anyway; one that can not may use the contract."""

    id = "least-laxity"
    patience_h = 2.0  # a car that can wait longer than this adds nothing to the peak

    # Called every quarter of an hour and whenever a car comes or goes. What is not written stays as it is.
    def decide(self, view, decision):
        # Laxity: the hours a car can wait and still get what its driver asked for. The least comes first.
        queue = []
        for evse in view.connected:
            fastest_kw = max(view.evse_car_max_kw[evse], 0.001)  # 0 during an outage
            needs_h = view.evse_remaining_kwh[evse] / fastest_kw
            queue.append((view.hours_until(view.evse_departs_ns[evse]) - needs_h, evse))

        # Import so far: the building less the sun, then car by car. evtwin's guard holds every limit anyhow; here we
        # choose who waits for whom.
        import_kw = view.load_kw - view.pv_kw
        quiet_kw = min(view.billed_peak_kw, view.contract_kw)
        for laxity_h, evse in sorted(queue):
            most_kw = view.contract_kw if laxity_h < self.patience_h else quiet_kw
            offer_kw = min(max(most_kw - import_kw, 0.0), view.evse_car_max_kw[evse]) if view.evse_draws[evse] else 0.0
            if offer_kw < view.evse_car_min_kw[evse]:
                offer_kw = 0.0  # below 6 A a car takes nothing
            decision.evse_kw[evse] = offer_kw
            import_kw += offer_kw / view.evse_efficiency[evse]  # a DC charger draws more than it gives

        # Storage gives what exceeds the quiet level, and fills up below it.
        for s in range(view.n_storages):
            power_kw = min(max(quiet_kw - import_kw, -view.storage_max_discharge_kw[s]), view.storage_max_charge_kw[s])
            decision.storage_kw[s] = power_kw
            import_kw += power_kw


def main(scenario, days):
    table = evtwin.compare(scenario, ["asap", "edf", LeastLaxity], days=days)
    print(table[["strategy", "objective", "peak_kw", "energy_delivered_kwh", "served_fraction", "regret", "event_hash"]]
          .to_string(index=False))

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/least_laxity.evtwin"
        evtwin.run(scenario, LeastLaxity, days=days, out=file)
        with evtwin.open(file) as run:
            served = run.sessions.dropna(subset=["plugged_in"])
            late = served.query("unmet_kwh > 1")[["unit", "plugged_in", "departed", "requested_kwh", "unmet_kwh"]]
            print(f"\n{len(late)} of {len(served)} sessions lack more than 1 kWh:")
            print(late.head().to_string(index=False))
            load = run.sampled("15min").sum(axis=1)
            print(f"\nEVSEs and storage together draw at most {load.max():.1f} kW, first at {load.idxmax():%a %H:%M}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else evtwin.scenario("workplace_week.lua"),
         int(sys.argv[2]) if len(sys.argv) > 2 else None)
