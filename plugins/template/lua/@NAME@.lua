-- Cars that can wait stay below the peak that the month is billed for anyway; a car that can not may use the contract.

-- Called every quarter of an hour and whenever a car comes or goes. Returns kW by EVSE id (or storage name); what is left
-- out stays as it is.
local function decide(view, params)
  -- Laxity: the hours a car can wait and still get what its driver asked for. The least comes first.
  local queue = {}
  for i, evse in ipairs(view.connected) do
    local fastest_kw = math.max(evse.car_max_kw, 0.001)  -- 0 during an outage
    queue[i] = { evse = evse, laxity_h = evse.departs_in_h - evse.remaining_kwh / fastest_kw }
  end
  table.sort(queue, function(a, b) return a.laxity_h < b.laxity_h end)

  -- Import so far: the building less the sun, then car by car. evtwin's guard holds every limit anyhow; here we choose
  -- who waits for whom.
  local kw = {}
  local import_kw = view.load_kw - view.pv_kw
  local quiet_kw = math.min(view.billed_peak_kw, view.contract_kw)
  for _, turn in ipairs(queue) do
    local evse = turn.evse
    local most_kw = turn.laxity_h < params.patience_h and view.contract_kw or quiet_kw
    local offer_kw = evse.draws and math.max(0, math.min(most_kw - import_kw, evse.car_max_kw)) or 0
    if offer_kw < evse.car_min_kw then offer_kw = 0 end  -- below 6 A a car takes nothing
    kw[evse.id] = offer_kw
    import_kw = import_kw + offer_kw / evse.efficiency  -- a DC charger draws more than it gives
  end

  -- Storage gives what exceeds the quiet level, and fills up below it.
  for _, storage in ipairs(view.storages) do
    local power_kw = math.max(-storage.max_discharge_kw, math.min(quiet_kw - import_kw, storage.max_charge_kw))
    kw[storage.name] = power_kw
    import_kw = import_kw + power_kw
  end
  return kw  -- and, if wanted, a second value: { wake_in_h = 0.1, expected_cost = 12 }
end

return strategy {
  id = "@ID@",
  help = "Least laxity first; who can wait stays below the peak billed anyway.",
  -- What users may set: --strategy ./@NAME@.lua:patience_h=1
  params = {
    { id = "patience_h", unit = "h", min = 0, max = 48, default = 2, help = "A car that can wait longer than this adds nothing to the peak." },
  },
  subscribes = { "arrival", "departure" },  -- beside the ticks; also: "price", "limit"
  horizon_h = 0,                            -- hours of forecasts in view.horizon
  decide = decide,
}
