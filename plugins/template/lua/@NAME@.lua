-- Plans the day ahead: cars charge in their cheapest hours and storage gives when energy is dear, both below the peak that
-- the month is billed for anyway.

-- Fills the car's cheapest steps, among equals the earliest. Drivers come back early, so it is done before.
local function plan_car(view, evse, net_kw, quiet_kw, early)
  local done_ns = evse.departs_ns - math.tointeger(early * (evse.departs_ns - evse.arrived_ns) // 1)
  local order, plan = {}, {}
  for k, step in ipairs(view.horizon) do
    if k > 1 and step.start_ns >= done_ns then break end
    order[k] = { k = k, price = step.buy_per_kwh, hours = step.hours }
  end
  table.sort(order, function(a, b) return a.price < b.price or (a.price == b.price and a.k < b.k) end)
  local left_kwh = evse.draws and evse.remaining_kwh or 0
  -- First what the sun leaves over, then what raises no peak, then the least peak that does: up to the contract.
  local more_kw, much_kw = 0.9 * quiet_kw + 0.1 * view.contract_kw, 0.6 * quiet_kw + 0.4 * view.contract_kw
  for _, most_kw in ipairs { 0, quiet_kw, more_kw, much_kw, view.contract_kw } do
    for _, step in ipairs(order) do
      local k, least_kw = step.k, evse.car_min_kw  -- 6 A, or nothing
      local has_kw = plan[k] or 0
      local kw = math.min(evse.car_max_kw - has_kw, (most_kw - net_kw[k]) * evse.efficiency, math.max(left_kwh / step.hours, least_kw - has_kw))
      if left_kwh > 0 and kw > 0 and has_kw + kw >= least_kw then
        plan[k] = has_kw + kw
        net_kw[k] = net_kw[k] + kw / evse.efficiency  -- a DC charger draws more than it gives
        left_kwh = left_kwh - kw * step.hours
      end
    end
  end
  return plan[1] or 0
end

-- Keeps the peak down; with what it need not hold ready for that, it fills up cheap and gives when energy is dear.
local function plan_storage(view, storage, net_kw, to_come_kw, quiet_kw, caution)
  local into, out_of = storage.charge_efficiency, storage.discharge_efficiency
  local empty_kwh = storage.kwh * storage.soc_min
  -- Backwards: what it must hold when step k begins, so that all that follows stays below the quiet level.
  local steps, sum = #view.horizon, 0
  local reserve_kwh = { [steps + 1] = empty_kwh }
  for k = steps, 1, -1 do
    local above_kwh = (net_kw[k] + to_come_kw[k] - quiet_kw) * view.horizon[k].hours
    reserve_kwh[k] = math.max(empty_kwh, reserve_kwh[k + 1] + caution * above_kwh)
  end
  for _, step in ipairs(view.horizon) do sum = sum + step.buy_per_kwh end
  local mean, held_kwh, now_kw = sum / steps, storage.kwh * storage.soc, nil
  for k, step in ipairs(view.horizon) do
    local hours, price, spare_kwh = step.hours, step.buy_per_kwh, held_kwh - reserve_kwh[k + 1]
    local fills = spare_kwh < 0 or price < 0.92 * mean
    local kw = fills and quiet_kw - net_kw[k] or math.min(0, quiet_kw - net_kw[k])
    if not fills and price > 1.08 * mean then kw = math.min(kw, -math.min(net_kw[k], spare_kwh / hours)) end
    if net_kw[k] < 0 then kw = -net_kw[k] end  -- the sun's
    local room_kwh = storage.kwh * storage.soc_max - held_kwh
    local out_kw = math.min(math.max(0, held_kwh - empty_kwh) / hours * out_of, storage.max_discharge_kw)
    local in_kw = math.min(math.max(0, room_kwh) / hours / into, storage.max_charge_kw)
    kw = math.max(-out_kw, math.min(kw, in_kw))
    held_kwh = held_kwh + hours * (kw > 0 and kw * into or kw / out_of)
    net_kw[k] = net_kw[k] + kw
    now_kw = now_kw or kw
  end
  return now_kw
end

-- Called every quarter of an hour and whenever a car comes or goes. Returns kW by EVSE id (or storage name); what is left
-- out stays as it is. evtwin's guard holds every limit anyhow.
local function decide(view, params)
  -- Step by step: the building less the sun, and cars that are expected, their energy over the twelve steps after.
  local net_kw, to_come_kw, steps = {}, {}, #view.horizon
  for k = 1, steps do to_come_kw[k] = 0 end
  for k, step in ipairs(view.horizon) do
    net_kw[k] = step.load_kw - step.pv_kw
    local each_kw = step.arrivals_kwh / (12 * step.hours)
    for j = k, math.min(steps, k + 11) do to_come_kw[j] = to_come_kw[j] + each_kw end
  end
  local quiet_kw = math.min(view.billed_peak_kw, view.contract_kw)  -- up to here power costs energy alone

  local queue, kw = {}, {}
  for i, evse in ipairs(view.connected) do queue[i] = { evse = evse, i = i, departs_ns = evse.departs_ns } end
  table.sort(queue, function(a, b) return a.departs_ns < b.departs_ns or (a.departs_ns == b.departs_ns and a.i < b.i) end)
  for _, turn in ipairs(queue) do kw[turn.evse.id] = plan_car(view, turn.evse, net_kw, quiet_kw, params.early) end
  for _, storage in ipairs(view.storages) do
    kw[storage.name] = plan_storage(view, storage, net_kw, to_come_kw, quiet_kw, params.caution)
  end
  return kw  -- and, if wanted, a second value: { wake_in_h = 0.1, expected_cost = 12 }
end

return strategy {
  id = "@ID@",
  help = "Cheapest hours first, below the peak that is billed anyway.",
  -- What users may set: --strategy ./@NAME@.lua:early=0.1
  params = {
    { id = "early", min = 0, max = 1, default = 0.3, help = "Part of its stay by which a car is done before its driver said to leave." },
    { id = "caution", min = 0, max = 10, default = 3, help = "How much more than foreseen storage holds ready against the peak." },
  },
  subscribes = { "arrival", "departure" },  -- beside the ticks; also: "price", "limit"
  horizon_h = 24,                           -- hours of forecasts in view.horizon
  decide = decide,
}
