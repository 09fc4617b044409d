#include "analysis/kpi.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "control/ledger.hpp"
#include "kernel/static_checks.hpp"
#include "market/demand_charge.hpp"

namespace evtwin::analysis {
namespace {

// All that KPIs are made of, for one site or summed over several.
struct Sums {
  control::Ledger ledger;
  twin::SiteResult counts;    ///< its ledger and per-month rows are not used
  double unmet_cost = 0.0;    ///< unmet energy at each site's unmet price
  bool unmet_free = false;    ///< at a site where something was wanted that price is 0
  double ev_wear_cost = 0.0;  ///< the vehicles' part of the wear
  double evse_days = 0.0;     ///< EVSEs x dates of the local calendar that the run touches
  double contract_excess_kw = 0.0, contract_excess_cost = 0.0;
  double imbalance_kwh = 0.0;
  std::size_t storages = 0;
  double storage_life_years = physics::unknown, storage_soh_5y = physics::unknown;  ///< the least of any storage
  std::vector<physics::FleetOfLaw> fleets;
  std::optional<double> bound, reference;
};

/// Means are taken over all sessions at the end: sums here, and the worst served of all.
void add_satisfaction(twin::Satisfaction& sum, const twin::Satisfaction& site) {
  sum.missing_of_wanted += site.missing_of_wanted;
  sum.missing_of_possible += site.missing_of_possible;
  sum.missing_of_soc += site.missing_of_soc;
  sum.soc_sessions += site.soc_sessions;
  sum.squared_missing_of_possible += site.squared_missing_of_possible;
  sum.most_missing_of_possible = std::max(sum.most_missing_of_possible, site.most_missing_of_possible);
}

/// Sessions: those that came, that waited, and the energy that they got.
void add_service(twin::SiteResult& counts, const twin::Site& site, const twin::SiteResult& result) {
  counts.energy_wanted_kwh += result.energy_wanted_kwh;
  counts.energy_got_kwh += result.energy_got_kwh;
  add_satisfaction(counts.satisfaction, result.satisfaction);
  counts.sessions += result.sessions;
  counts.sessions_ended += result.sessions_ended;
  counts.sessions_open += result.sessions_open;
  counts.sessions_aged += result.sessions_aged;
  counts.turned_away += result.turned_away;
  counts.turned_away_kwh += result.turned_away_kwh;
  counts.waiting_h += result.waiting_h;
  counts.waiting_at_end += result.waiting_at_end;

  // Of vehicles that are still there at the end.
  counts.open_kwh += result.open_kwh;
  counts.open_got_kwh += result.open_got_kwh;
  counts.open_cost += result.open_cost;
  if (!market::charges_peaks(site.tariff.demand)) counts.open_to_come_kwh += result.open_to_come_kwh;
}

/// The highest excess of a site's months, of all sites the sum of these; what it costs of all months.
void add_contract_excess(Sums& sums, std::span<const market::MonthDemand> months) {
  double excess_kw = 0.0;
  for (const market::MonthDemand& month : months) {
    excess_kw = std::max(excess_kw, month.excess_kw);
    sums.contract_excess_cost += month.excess_cost;
  }
  sums.contract_excess_kw += excess_kw;
}

/// Lives are looked for here and not in the books: a fleet of short episodes ends a run thousands of times a second.
void add_storage_lives(Sums& sums, const twin::Site& site, const twin::SiteResult& result) {
  sums.storages += result.storage_use.size();
  for (std::size_t k = 0; k < result.storage_use.size(); ++k) {
    const physics::Storage& storage = site.storages[k];
    const physics::AgeingLaw law = storage.ageing.fitted_law();
    const physics::AgeingUse& use = result.storage_use[k].use;
    sums.storage_life_years = std::fmin(sums.storage_life_years, physics::life_years(law, storage.capacity_kwh, use));
    sums.storage_soh_5y = std::fmin(sums.storage_soh_5y, physics::health_after_5_years(law, storage.capacity_kwh, use));
  }
}

/// A sum of tracking exists only where some site has a set-point to follow.
void add_tracking(twin::SiteResult& counts, const twin::SiteResult& result) {
  if (!result.tracking) return;
  if (!counts.tracking) counts.tracking.emplace();
  counts.tracking->above_kw += result.tracking->above_kw;
  counts.tracking->squared_kw2 += result.tracking->squared_kw2;
  counts.tracking->deviation_kwh += result.tracking->deviation_kwh;
}

/// Money that the books have as energy alone: at the prices of the site.
void add_priced_energy(Sums& sums, const twin::Site& site, const twin::SiteResult& result) {
  sums.unmet_cost += site.unmet_price_per_kwh * result.ledger.unmet_kwh;
  const bool wanted = result.energy_wanted_kwh > 0.0 || result.open_kwh > 0.0 || result.open_got_kwh > 0.0;
  sums.unmet_free = sums.unmet_free || (wanted && site.unmet_price_per_kwh == 0.0);
  sums.ev_wear_cost += site.wear_price_per_kwh * result.ledger.ev_discharge_kwh;
}

void add(Sums& sums, const twin::World& world, std::size_t i, const twin::SiteResult& result) {
  const twin::Site& site = world.sites.at(i);
  sums.ledger += result.ledger;
  sums.imbalance_kwh += std::abs(control::imbalance_kwh(result.ledger));
  add_priced_energy(sums, site, result);

  twin::SiteResult& counts = sums.counts;
  counts.peak_kw += result.peak_kw;
  counts.peak_instant_kw += result.peak_instant_kw;
  counts.ramp_kw += result.ramp_kw;
  counts.contract_excess_h += result.contract_excess_h;
  add_contract_excess(sums, result.months);
  add_service(counts, site, result);
  add_tracking(counts, result);
  counts.decisions += result.decisions;

  counts.vehicle_losses_kwh += result.vehicle_losses_kwh;
  counts.storage_losses_kwh += result.storage_losses_kwh;
  counts.storage_capacity_kwh += result.storage_capacity_kwh;
  counts.storage_energy_value += result.storage_energy_value;
  add_storage_lives(sums, site, result);
  for (const physics::FleetOfLaw& fleet : result.fleets) physics::add_fleet(sums.fleets, fleet);

  // Local dates that the run touches, the first and the last included.
  const auto day_of = [&](kernel::TimeNs t) { return market::days_since_epoch(world.calendar.local_date(t)); };
  sums.evse_days += static_cast<double>(site.evses.size()) *
                    static_cast<double>(day_of(world.end_ns - 1) - day_of(world.start_ns) + 1);
}

/// What that site is measured against.
void add_yardstick(Sums& sums, const Yardstick* yardstick, std::size_t site) {
  if (yardstick == nullptr) return;
  sums.bound = sums.bound.value_or(0.0) + yardstick->bound.at(site);
  sums.reference = sums.reference.value_or(0.0) + yardstick->reference.at(site);
}

double ratio_or(double part, double whole, double otherwise) { return whole > 0.0 ? part / whole : otherwise; }

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double total_cost(const Sums& s) { return s.ledger.energy_cost + s.ledger.demand_charge; }
double objective(const Sums& s) {
  return total_cost(s) + s.ledger.wear_cost + s.unmet_cost + s.counts.open_cost - s.counts.storage_energy_value;
}
double margin(const Sums& s) { return s.ledger.driver_revenue - s.ledger.v2g_payment - total_cost(s); }
double owner_money(const Sums& s) { return s.ledger.v2g_payment - s.ledger.driver_revenue - s.ev_wear_cost; }
/// NaN where unmet energy has no price: to charge nobody would be the best.
double regret(const Sums& s) { return s.bound && !s.unmet_free ? objective(s) - *s.bound : none; }
/// NaN there, too, and where nothing can be saved.
double saving_share(const Sums& s) {
  if (!s.bound || !s.reference || s.unmet_free) return none;
  const double possible = *s.reference - *s.bound;
  return possible > 1e-9 * std::max(1.0, std::abs(*s.reference)) ? (*s.reference - objective(s)) / possible : none;
}
double ended(const Sums& s) { return static_cast<double>(s.counts.sessions_ended); }
/// Standard deviation of what sessions missed, and so of what they got.
double missing_std(const Sums& s) {
  const double mean = ratio_or(s.counts.satisfaction.missing_of_possible, ended(s), 0.0);
  const double squares = ratio_or(s.counts.satisfaction.squared_missing_of_possible, ended(s), 0.0);
  return std::sqrt(std::max(0.0, squares - mean * mean));
}
double if_aged(const Sums& s, double wear) { return s.counts.sessions_aged > 0 ? wear : none; }
double if_stored(const Sums& s, double wear) { return s.storages > 0 ? wear : none; }

struct Row {
  KpiInfo info;
  double (*value)(const Sums&);
};

constexpr std::array rows{
    Row{{"total_cost", "money", Better::lower, "energy_cost + demand_charge",
         "electricity bill: energy cost plus demand charge", "전기요금 합계(전력량요금 + 기본요금)"},
        total_cost},
    Row{{"energy_cost", "money", Better::lower, "sum of import x buy price - export x sell price",
         "imported energy at the buy price less exported energy at the sell price", "전력량요금(구매액 - 판매액)"},
        [](const Sums& s) { return s.ledger.energy_cost; }},
    Row{{"demand_charge", "money", Better::lower,
         "sum over months of billed kW x price per kW x fraction of the month, + contract_excess_cost",
         "charge for the highest mean power of a metering window of each month", "기본요금(월 최대수요전력 기준)"},
        [](const Sums& s) { return s.ledger.demand_charge; }},
    Row{{"objective", "money", Better::lower,
         "total_cost + wear_cost + unmet_kwh x unmet price + open_cost - storage_energy_value",
         "total cost + battery wear + price of unmet energy + what is still owed at the end - value of the energy left "
         "in storage",
         "목적함수: 전기요금 + 배터리 마모비 + 미충전 비용 + 종료 시 남은 비용 - 저장장치 잔여 에너지 가치"},
        objective},
    Row{{"storage_energy_value", "money", Better::higher,
         "(stored at the end - at the start) / charge efficiency x lowest buy price of the run; where less is stored, "
         "- refilling each storage at full power in the cheapest hours of the run, prices below 0 as 0",
         "of the energy left in storage: what charging it at the run's lowest price costs; below 0: it must be "
         "refilled "
         "at the run's cheapest prices, as long as its power takes",
         "저장장치 잔여 에너지 가치: 최저 구매가로 충전할 때의 비용(음수: 가장 싼 시간대에 최대 출력으로 다시 채우는 "
         "비용)"},
        [](const Sums& s) { return s.counts.storage_energy_value; }},
    Row{{"bound", "money", Better::neither, "optimum of the relaxed run with everything known beforehand",
         "no strategy's objective can be lower",
         "하한: 모든 것을 미리 안다고 할 때 어떤 전략도 이보다 낮출 수 없는 목적함수"},
        [](const Sums& s) { return s.bound.value_or(none); }},
    Row{{"regret", "money", Better::lower, "objective - bound",
         "how far the objective is above the bound; blank where unmet energy has no price",
         "후회값: 목적함수 - 하한 (미충전 단가가 0이면 비움)"},
        regret},
    Row{{"saving_share", "", Better::higher, "(objective of asap - objective) / (objective of asap - bound)",
         "share of what could be saved against charging at once (asap) that was saved; below 0 it cost more; blank "
         "where "
         "unmet energy has no price",
         "절감 달성률: 즉시 충전(asap) 대비 가능한 절감액 중 달성한 비율 (미충전 단가가 0이면 비움)"},
        saving_share},
    Row{{"reward", "money", Better::higher, "-objective", "the objective with the sign that learners want",
         "보상: 목적함수의 부호를 바꾼 값"},
        [](const Sums& s) { return -objective(s); }},
    Row{{"margin", "money", Better::higher, "driver_revenue - v2g_payment - total_cost",
         "what drivers pay less what they are paid for V2G less the electricity bill",
         "수지: 충전 수입 - V2G 지급액 - 전기요금"},
        margin},
    Row{{"site_money", "money", Better::higher, "margin - storage discharge x wear price",
         "what the site earns: its margin less the wear of its storage", "사업자 손익: 수지 - 저장장치 마모비"},
        [](const Sums& s) { return margin(s) - (s.ledger.wear_cost - s.ev_wear_cost); }},
    Row{{"owner_money", "money", Better::higher, "v2g_payment - driver_revenue - v2g_kwh x wear price",
         "what the vehicles' owners earn: V2G payments less what they pay for charging less the wear of their "
         "batteries; "
         "the grid company's part is total_cost",
         "차량 소유자 손익: V2G 지급액 - 충전 요금 - 차량 배터리 마모비"},
        owner_money},
    Row{{"owner_money_per_evse_day", "money", Better::higher, "owner_money / (EVSEs x local days)",
         "what owners earn at an EVSE in a day, on average", "충전기 1기·1일당 차량 소유자 손익"},
        [](const Sums& s) { return ratio_or(owner_money(s), s.evse_days, none); }},
    Row{{"driver_revenue", "money", Better::higher, "sum of charged kWh x driver price", "paid by drivers",
         "운전자 충전 요금 수입"},
        [](const Sums& s) { return s.ledger.driver_revenue; }},
    Row{{"v2g_payment", "money", Better::neither, "sum of discharged kWh x V2G price",
         "paid to drivers for energy from their vehicles", "V2G 방전 지급액"},
        [](const Sums& s) { return s.ledger.v2g_payment; }},
    Row{{"wear_cost", "money", Better::lower, "(v2g_kwh + storage discharge) x wear price",
         "battery wear of vehicles and storage by discharging", "방전에 따른 배터리 마모비"},
        [](const Sums& s) { return s.ledger.wear_cost; }},
    Row{{"peak_kw", "kW", Better::lower, "max over windows of import / length of a window",
         "highest mean import of a metering window (15 min unless the tariff says 30 or 60); several sites: sum of "
         "their peaks",
         "최대수요전력(수요시한 평균, 요금제에 따라 15·30·60분); 여러 사이트는 각 최대값의 합"},
        [](const Sums& s) { return s.counts.peak_kw; }},
    Row{{"peak_instant_kw", "kW", Better::lower, "max over time of import",
         "highest instantaneous import; several sites: sum of their peaks",
         "순간 최대전력; 여러 사이트는 각 최대값의 합"},
        [](const Sums& s) { return s.counts.peak_instant_kw; }},
    Row{{"ramp_kw", "kW", Better::lower, "sum over windows of abs(P - P of the window before); P: mean net import",
         "how far the mean power at the grid connection moved from one metering window to the next, summed",
         "계통 연계점 수요시한 평균전력의 변동 합"},
        [](const Sums& s) { return s.counts.ramp_kw; }},
    Row{{"energy_charged_kwh", "kWh", Better::neither, "sum of charged kWh", "into vehicles at the EVSE meters",
         "차량 충전량(EVSE 계량 기준)"},
        [](const Sums& s) { return s.ledger.ev_charge_kwh; }},
    Row{{"energy_delivered_kwh", "kWh", Better::higher, "energy_charged_kwh - v2g_kwh",
         "into vehicles at the EVSE meters, less what they gave back", "차량 충전량(방전량 제외, EVSE 계량 기준)"},
        [](const Sums& s) { return s.ledger.ev_charge_kwh - s.ledger.ev_discharge_kwh; }},
    Row{{"served_fraction", "", Better::higher, "sum of min(got, wanted) / sum of wanted",
         "energy got over energy wanted, of sessions that ended; 1 when none was wanted",
         "충전 충족률: 종료된 세션의 충전량 / 희망량"},
        [](const Sums& s) { return ratio_or(s.counts.energy_got_kwh, s.counts.energy_wanted_kwh, 1.0); }},
    Row{{"energy_served_kwh", "kWh", Better::higher, "sum of min(got, wanted), open sessions included",
         "of what was wanted by vehicles that plugged in: had by departure, or by the end",
         "희망량 중 출발(또는 종료)까지 충전된 양"},
        [](const Sums& s) { return s.counts.energy_got_kwh + s.counts.open_got_kwh; }},
    Row{{"served_of_all_fraction", "", Better::higher,
         "energy_served_kwh / (sum of wanted, open sessions included, + turned_away_kwh)",
         "as served_fraction, over all who came: open sessions count with what they have, those that never plugged in "
         "got nothing",
         "방문 차량 전체의 충전 충족률: 충전량 / (희망량 + 돌아간 차량의 희망량)"},
        [](const Sums& s) {
          const twin::SiteResult& c = s.counts;
          const double wanted_kwh = c.energy_wanted_kwh + c.open_got_kwh + c.open_kwh + c.turned_away_kwh;
          return ratio_or(c.energy_got_kwh + c.open_got_kwh, wanted_kwh, 1.0);
        }},
    Row{{"satisfaction_mean", "", Better::higher, "mean over ended sessions of min(1, got / wanted), at least 0",
         "mean share of what it wanted that a session got; 1 when none ended", "평균 충족도: 세션별 충전량 / 희망량"},
        [](const Sums& s) { return 1.0 - ratio_or(s.counts.satisfaction.missing_of_wanted, ended(s), 0.0); }},
    Row{{"soc_satisfaction_mean", "", Better::higher,
         "mean over ended sessions of known batteries of min(1, SoC at departure / SoC wanted)",
         "mean share of the state of charge they wanted with which vehicles left; SoC wanted: at arrival + wanted",
         "평균 SoC 충족도: 출발 시 SoC / 희망 SoC (배터리를 아는 세션)"},
        [](const Sums& s) {
          const auto sessions = static_cast<double>(s.counts.satisfaction.soc_sessions);
          return sessions > 0.0 ? 1.0 - s.counts.satisfaction.missing_of_soc / sessions : none;
        }},
    Row{{"energy_satisfaction_mean", "", Better::higher,
         "mean over ended sessions of min(1, got / possible), at least 0",
         "mean share of what its EVSE alone could have given it, at full power all the time, that a session got",
         "평균 에너지 충족도: 세션별 충전량 / 최대 충전 가능량"},
        [](const Sums& s) { return 1.0 - ratio_or(s.counts.satisfaction.missing_of_possible, ended(s), 0.0); }},
    Row{{"energy_satisfaction_std", "", Better::lower,
         "standard deviation over ended sessions of min(1, got / possible), at least 0",
         "how unequally sessions got what was possible", "에너지 충족도의 표준편차"},
        missing_std},
    Row{{"energy_satisfaction_min", "", Better::higher, "min over ended sessions of min(1, got / possible), at least 0",
         "share of what was possible that the worst served session got", "에너지 충족도의 최소값"},
        [](const Sums& s) { return 1.0 - s.counts.satisfaction.most_missing_of_possible; }},
    Row{{"unmet_kwh", "kWh", Better::lower, "sum of max(0, wanted - got)",
         "wanted and not got at departure; what was discharged counts with what putting it back takes",
         "출발 시 미충전량"},
        [](const Sums& s) { return s.ledger.unmet_kwh; }},
    Row{{"open_kwh", "kWh", Better::lower, "sum of max(0, wanted - got) of sessions open at the end",
         "still wanted by vehicles that are plugged in when the run ends", "실행 종료 시 접속 중인 차량의 남은 희망량"},
        [](const Sums& s) { return s.counts.open_kwh; }},
    Row{{"open_cost", "money", Better::lower,
         "sum over open sessions: open kWh in the cheapest hours until departure, the rest at the unmet price; no "
         "demand "
         "charge",
         "the least that open_kwh can still cost, each vehicle on its own EVSE at the known tariff until it leaves; "
         "the "
         "demand charge of days after the run is not in it",
         "남은 희망량의 최소 비용(출발까지 알려진 요금, 부족분은 미충전 단가; 종료 후의 기본요금은 제외)"},
        [](const Sums& s) { return s.counts.open_cost; }},
    Row{{"open_to_come_kwh", "kWh", Better::neither,
         "sum over open sessions of what open_cost does not count at the unmet price and all can have beside each "
         "other, "
         "evenly until they leave; 0 where peaks are charged, or currents or rows limited",
         "of open_kwh, what vehicles can still get beside each other until they leave, for a price that the objective "
         "holds against the run; open_cost knows no demand charge, so that none counts where there is one",
         "남은 희망량 중 함께 출발까지 요금대로 충전할 수 있는 양(최대수요 기본요금이나 전류 한도가 있으면 0)"},
        [](const Sums& s) { return s.counts.open_to_come_kwh; }},
    Row{{"sessions", "", Better::neither, "count", "vehicles plugged in", "접속한 차량 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.sessions); }},
    Row{{"vehicles_served", "", Better::neither, "count", "vehicles that were plugged in and left",
         "충전 후 출발한 차량 수"},
        ended},
    Row{{"sessions_open", "", Better::neither, "count", "sessions still open at the end of the run",
         "실행 종료 시 진행 중인 세션 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.sessions_open); }},
    Row{{"turned_away", "", Better::lower, "count", "vehicles that found no EVSE or lost patience",
         "충전하지 못하고 돌아간 차량 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.turned_away); }},
    Row{{"turned_away_kwh", "kWh", Better::lower, "sum of wanted by vehicles that never plugged in",
         "wanted by vehicles that found no EVSE, lost patience or were still waiting at the end",
         "충전하지 못하고 돌아갔거나 대기 중인 차량의 희망량"},
        [](const Sums& s) { return s.counts.turned_away_kwh; }},
    Row{{"waiting_at_end", "", Better::lower, "count", "vehicles that still wait for an EVSE when the run ends",
         "실행 종료 시 대기 중인 차량 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.waiting_at_end); }},
    Row{{"waiting_time_h", "h", Better::lower, "sum of waiting / (sessions + turned_away + waiting at the end)",
         "mean wait for an EVSE over all vehicles that came (0 for those plugged in at once, until the end for those "
         "who still wait)",
         "평균 대기시간(방문 차량 전체)"},
        [](const Sums& s) {
          const std::uint64_t came = s.counts.sessions + s.counts.turned_away + s.counts.waiting_at_end;
          return ratio_or(s.counts.waiting_h, static_cast<double>(came), 0.0);
        }},
    Row{{"import_kwh", "kWh", Better::lower, "sum of max(0, net)", "from the grid", "수전 전력량"},
        [](const Sums& s) { return s.ledger.import_kwh; }},
    Row{{"export_kwh", "kWh", Better::neither, "sum of max(0, -net)", "to the grid", "송전 전력량"},
        [](const Sums& s) { return s.ledger.export_kwh; }},
    Row{{"pv_kwh", "kWh", Better::neither, "integral of PV power", "PV production", "태양광 발전량"},
        [](const Sums& s) { return s.ledger.pv_kwh; }},
    Row{{"pv_self_use_fraction", "", Better::higher, "(PV - what of it was exported) / PV",
         "PV used on site over PV produced", "태양광 자가소비율"},
        [](const Sums& s) { return ratio_or(s.ledger.pv_used_kwh, s.ledger.pv_kwh, none); }},
    Row{{"load_kwh", "kWh", Better::neither, "integral of base load", "base load", "기저부하 전력량"},
        [](const Sums& s) { return s.ledger.load_kwh; }},
    Row{{"storage_cycles", "", Better::neither, "storage discharge / sum of (soc_max - soc_min) x capacity",
         "energy discharged at the AC terminals over the usable capacity",
         "저장장치 등가 사이클 수(방전량 / 가용 용량)"},
        [](const Sums& s) { return ratio_or(s.ledger.storage_discharge_kwh, s.counts.storage_capacity_kwh, none); }},
    Row{{"v2g_kwh", "kWh", Better::neither, "sum of discharged kWh", "discharged from vehicles at the EVSE meters",
         "차량 방전량(V2G)"},
        [](const Sums& s) { return s.ledger.ev_discharge_kwh; }},
    Row{{"losses_kwh", "kWh", Better::lower, "import + PV + discharge - load - charge - export",
         "lost between the meters: feeders, DC EVSEs, storage standby",
         "계량점 사이 손실(배전, 직류 충전기, 저장장치 대기전력)"},
        [](const Sums& s) { return s.ledger.losses_kwh; }},
    Row{{"storage_losses_kwh", "kWh", Better::lower,
         "sum of charge x (1 - efficiency) + discharge x (1 / efficiency - 1)",
         "lost inside storage by charging and discharging", "저장장치 충방전 손실"},
        [](const Sums& s) { return s.counts.storage_losses_kwh; }},
    Row{{"vehicle_losses_kwh", "kWh", Better::lower,
         "sum of charge x (1 - efficiency) + discharge x (1 / efficiency - 1)",
         "lost behind the EVSE meters, in vehicles", "차량 내부 충방전 손실"},
        [](const Sums& s) { return s.counts.vehicle_losses_kwh; }},
    Row{{"wear_total", "", Better::lower, "wear_calendar + wear_cyclic",
         "battery capacity lost while plugged in, fraction, sum over sessions whose battery is known",
         "접속 중 배터리 용량 손실(비율), 배터리 정보가 있는 세션의 합"},
        [](const Sums& s) { return if_aged(s, s.ledger.ev_wear_calendar + s.ledger.ev_wear_cyclic); }},
    Row{{"wear_calendar", "", Better::lower,
         "sum of alpha(mean SoC) x ((age + days)^0.75 - age^0.75), Schmalstieg 2014",
         "of it by time: mean SoC, 25 C, a car of two years", "그중 시간에 의한 열화"},
        [](const Sums& s) { return if_aged(s, s.ledger.ev_wear_calendar); }},
    Row{{"wear_cyclic", "", Better::lower,
         "sum of beta(depth, SoC) x (sqrt(Ah before + Ah) - sqrt(Ah before)), Schmalstieg 2014",
         "of it by charging and discharging: charge through the cell, depth of its half cycles",
         "그중 충방전에 의한 열화"},
        [](const Sums& s) { return if_aged(s, s.ledger.ev_wear_cyclic); }},
    Row{{"storage_wear_calendar", "", Better::lower, "as wear_calendar",
         "capacity of storage lost by time, fraction, sum", "저장장치의 시간에 의한 용량 손실(비율)"},
        [](const Sums& s) { return if_stored(s, s.ledger.storage_wear_calendar); }},
    Row{{"storage_wear_cyclic", "", Better::lower, "as wear_cyclic",
         "capacity of storage lost by charging and discharging, fraction, sum",
         "저장장치의 충방전에 의한 용량 손실(비율)"},
        [](const Sums& s) { return if_stored(s, s.ledger.storage_wear_cyclic); }},
    Row{{"storage_life_years", "years", Better::higher,
         "time until 1 - alpha x days^0.75 - beta x sqrt(Ah), or its fitted ageing, of a new storage, used at the "
         "run's "
         "daily rate, is its replaced_at (0.8); at most 100; the least of any storage",
         "how long a new storage lasts that is used as in this run all the time",
         "저장장치 수명: 새 저장장치를 계속 이 실행처럼 쓸 때 교체까지의 햇수(여러 대면 가장 짧은 것)"},
        [](const Sums& s) { return s.storage_life_years; }},
    Row{{"storage_soh_5y", "", Better::higher,
         "1 - alpha x days^0.75 - beta x sqrt(Ah), or by its fitted ageing, of a new storage after 5 x 365.25 days at "
         "the run's daily rate, at least 0; the least of any storage",
         "state of health of a new storage after five years used as in this run",
         "5년 뒤 저장장치 SoH: 새 저장장치를 계속 이 실행처럼 쓸 때(여러 대면 가장 낮은 것)"},
        [](const Sums& s) { return s.storage_soh_5y; }},
    Row{{"vehicle_life_years", "years", Better::higher,
         "as storage_life_years, of a new battery that comes once a day for the mean visit of the run and drives away "
         "the charge it took; the least of any law of ageing",
         "how long the fleet's batteries last when each visits once a day as vehicles of this run did; those of known "
         "batteries; a visit cut short by the run's end counts as whole",
         "차량 배터리 수명: 새 배터리가 하루 한 번 이 실행의 평균처럼 방문할 때 교체까지의 햇수(끝에서 잘린 방문도 "
         "온전한 방문으로 셈)"},
        [](const Sums& s) { return physics::fleet_life_years(s.fleets); }},
    Row{{"overload_kwh", "kWh", Better::lower, "sum of max(0, import - limit x time)",
         "imported above the limit in force: the contract power, or a cut of demand response below it",
         "수전 한도(계약전력 또는 수요반응 제한) 초과 전력량"},
        [](const Sums& s) { return s.ledger.overload_kwh; }},
    Row{{"contract_excess_kw", "kW", Better::lower,
         "max over months of the month's peak, past_peaks_kw of it included, - its highest contract power, at least 0",
         "by which the highest metering window of a month exceeds the contract power", "계약전력 초과 최대수요(kW)"},
        [](const Sums& s) { return s.contract_excess_kw; }},
    Row{{"contract_excess_min", "min", Better::lower, "time with import > contract power in force",
         "how long more than the contract power was drawn, to the instant; cuts of demand response do not count",
         "계약전력 초과 시간(분)"},
        [](const Sums& s) { return 60.0 * s.counts.contract_excess_h; }},
    Row{{"contract_excess_cost", "money", Better::lower,
         "sum over months of (peak - contract power, as in contract_excess_kw) x excess_price_per_kw x fraction of the "
         "month",
         "what that excess costs, part of demand_charge", "계약전력 초과 요금(기본요금에 포함)"},
        [](const Sums& s) { return s.contract_excess_cost; }},
    Row{{"export_overload_kwh", "kWh", Better::lower, "sum of max(0, export - limit x time)",
         "exported beyond the export limit", "송전 한도 초과 전력량"},
        [](const Sums& s) { return s.ledger.export_overload_kwh; }},
    Row{{"feeder_overload_kwh", "kWh", Better::lower, "sum of power beyond the limit x time",
         "above the limit of a feeder or row", "간선·행 제한 초과 전력량"},
        [](const Sums& s) { return s.ledger.feeder_overload_kwh; }},
    Row{{"tracking_violation_kw", "kW", Better::lower,
         "sum over windows of max(0, P - S); P: mean net import, S: set-point",
         "mean power above the set-point, summed over metering windows", "설정 전력 초과분(수요시한 평균, 합)"},
        [](const Sums& s) { return s.counts.tracking ? s.counts.tracking->above_kw : none; }},
    Row{{"tracking_error_kw2", "kW2", Better::lower, "sum over windows of (P - S)^2",
         "squared deviation of mean power from the set-point, summed over metering windows",
         "설정 전력과의 편차 제곱(수요시한 평균, 합)"},
        [](const Sums& s) { return s.counts.tracking ? s.counts.tracking->squared_kw2 : none; }},
    Row{{"tracking_error_kwh", "kWh", Better::lower, "sum over windows of abs(P - S) x length of the window",
         "energy by which the site was off its set-point", "설정 전력과의 편차 에너지"},
        [](const Sums& s) { return s.counts.tracking ? s.counts.tracking->deviation_kwh : none; }},
    Row{{"co2_kg", "kg", Better::lower, "sum of import x kg per kWh", "CO2 of the imported energy",
         "수전 전력의 CO2 배출량"},
        [](const Sums& s) { return s.ledger.co2_kg; }},
    Row{{"decisions", "", Better::neither, "count", "times the strategy was asked", "전략 결정 횟수"},
        [](const Sums& s) { return static_cast<double>(s.counts.decisions); }},
    Row{{"ledger_imbalance_kwh", "kWh", Better::neither,
         "abs(PV + import + discharge - load - charge - export - losses)",
         "how far the energy ledgers are from balance: 0 but for rounding", "에너지 수지 오차(반올림 외에는 0)"},
        [](const Sums& s) { return s.imbalance_kwh; }},
};
static_assert(kernel::has_unique_keys(rows, [](const Row& row) { return row.info.name; }));
static_assert(std::all_of(rows.begin(), rows.end(),
                          [](const Row& row) {
                            return !row.info.formula.empty() && !row.info.help.empty() && !row.info.help_ko.empty();
                          }),
              "a figure without its formula and its words in both languages is not shown");

constexpr auto infos = [] {
  std::array<KpiInfo, rows.size()> all{};
  for (std::size_t i = 0; i < rows.size(); ++i) all[i] = rows[i].info;
  return all;
}();

void append(std::vector<Kpi>& out, const Sums& sums, std::int32_t site, const std::string& currency) {
  for (const Row& row : rows) {
    const std::string unit = row.info.unit == "money" ? currency : std::string(row.info.unit);
    out.push_back({std::string(row.info.name), site, row.value(sums), unit, std::string(row.info.help),
                   std::string(row.info.help_ko)});
  }
}

}  // namespace

std::span<const KpiInfo> kpi_table() { return infos; }

std::string kpi_reference() {
  std::string text = "| figure | unit | better | formula | what it is |\n|---|---|---|---|---|\n";
  constexpr std::array<std::string_view, 3> better{"lower", "higher", ""};
  static_assert(better.size() == kernel::enum_count<Better>());
  for (const KpiInfo& info : infos) {
    for (const std::string_view part : {std::string_view("| `"), info.name, std::string_view("` | "), info.unit,
                                        std::string_view(" | "), better[static_cast<std::size_t>(info.better)],
                                        std::string_view(" | "), info.formula, std::string_view(" | "), info.help})
      text += part;
    text += " |\n";
  }
  return text;
}

const KpiInfo* find_kpi_info(std::string_view name) {
  for (const KpiInfo& info : infos) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

double objective_of_site(const twin::World& world, const twin::Result& result, std::size_t site) {
  Sums sums;
  add(sums, world, site, result.sites.at(site));
  return objective(sums);
}

std::vector<Kpi> kpis_of_run(const twin::World& world, const twin::Result& result, const Yardstick* yardstick) {
  std::vector<Kpi> out;
  Sums all;
  for (std::size_t i = 0; i < result.sites.size(); ++i) {
    add(all, world, i, result.sites[i]);
    add_yardstick(all, yardstick, i);
  }
  append(out, all, -1, world.currency);
  if (result.sites.size() < 2) return out;
  for (std::size_t i = 0; i < result.sites.size(); ++i) {
    Sums one;
    add(one, world, i, result.sites[i]);
    add_yardstick(one, yardstick, i);
    append(out, one, static_cast<std::int32_t>(i), world.currency);
  }
  return out;
}

double service_kwh(std::span<const Kpi> kpis) {
  return service_kwh(value_of(kpis, "energy_served_kwh"), value_of(kpis, "open_to_come_kwh"));
}

double service_kwh(double served_kwh, double to_come_kwh) {
  return served_kwh + (std::isnan(to_come_kwh) ? 0.0 : to_come_kwh);
}

bool serves_alike(double served_kwh, double most_served_kwh) {
  constexpr double alike = 0.005;
  return served_kwh >= most_served_kwh - alike * std::abs(most_served_kwh);
}

double value_of(std::span<const Kpi> kpis, std::string_view name) {
  for (const Kpi& kpi : kpis) {
    if (kpi.site < 0 && kpi.name == name) return kpi.value;
  }
  return none;
}

double ledger_imbalance(const twin::Result& result) {
  double sum = 0.0;
  for (const twin::SiteResult& site : result.sites) sum += std::abs(control::imbalance_kwh(site.ledger));
  return sum;
}

double relative_ledger_imbalance(const twin::Result& result) {
  double turnover = 0.0;
  for (const twin::SiteResult& site : result.sites) turnover += control::turnover_kwh(site.ledger);
  return ratio_or(ledger_imbalance(result), turnover, 0.0);
}

}  // namespace evtwin::analysis
