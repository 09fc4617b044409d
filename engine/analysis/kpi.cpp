#include "analysis/kpi.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "control/ledger.hpp"

namespace evtwin::analysis {
namespace {

// All that KPIs are made of, for one site or summed over several.
struct Sums {
  control::Ledger ledger;
  twin::SiteResult counts;  ///< its ledger and per-month rows are not used
  double unmet_cost = 0.0;  ///< unmet energy at each site's unmet price
  double imbalance_kwh = 0.0;
};

void add(Sums& sums, const twin::Site& site, const twin::SiteResult& result) {
  sums.ledger += result.ledger;
  twin::SiteResult& counts = sums.counts;
  counts.peak_kw += result.peak_kw;
  counts.peak_instant_kw += result.peak_instant_kw;
  counts.energy_wanted_kwh += result.energy_wanted_kwh;
  counts.energy_got_kwh += result.energy_got_kwh;
  counts.sessions += result.sessions;
  counts.sessions_ended += result.sessions_ended;
  counts.sessions_open += result.sessions_open;
  counts.turned_away += result.turned_away;
  counts.waiting_h += result.waiting_h;
  counts.unmet_open_kwh += result.unmet_open_kwh;
  counts.storage_capacity_kwh += result.storage_capacity_kwh;
  counts.storage_losses_kwh += result.storage_losses_kwh;
  counts.vehicle_losses_kwh += result.vehicle_losses_kwh;
  counts.storage_energy_value += result.storage_energy_value;
  counts.decisions += result.decisions;
  sums.unmet_cost += site.unmet_price_per_kwh * result.ledger.unmet_kwh;
  sums.imbalance_kwh += std::abs(control::imbalance_kwh(result.ledger));
}

double ratio_or(double part, double whole, double otherwise) { return whole > 0.0 ? part / whole : otherwise; }

double total_cost(const Sums& s) { return s.ledger.energy_cost + s.ledger.demand_charge; }

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Row {
  KpiInfo info;
  double (*value)(const Sums&);
};

constexpr std::array rows{
    Row{{"total_cost", "money", Better::lower, "electricity bill: energy cost plus demand charge",
         "전기요금 합계(전력량요금 + 기본요금)"},
        total_cost},
    Row{{"energy_cost", "money", Better::lower,
         "imported energy at the buy price less exported energy at the sell price", "전력량요금(구매액 - 판매액)"},
        [](const Sums& s) { return s.ledger.energy_cost; }},
    Row{{"demand_charge", "money", Better::lower, "charge for the highest 15-minute power of each month",
         "기본요금(월 최대 15분 평균전력 기준)"},
        [](const Sums& s) { return s.ledger.demand_charge; }},
    Row{{"objective", "money", Better::lower,
         "total cost + battery wear + price of unmet energy - value of the energy left in storage",
         "목적함수: 전기요금 + 배터리 마모비 + 미충전 비용 - 저장장치 잔여 에너지 가치"},
        [](const Sums& s) {
          return total_cost(s) + s.ledger.wear_cost + s.unmet_cost - s.counts.storage_energy_value;
        }},
    Row{{"margin", "money", Better::higher,
         "what drivers pay less what they are paid for V2G less the electricity bill",
         "수지: 충전 수입 - V2G 지급액 - 전기요금"},
        [](const Sums& s) { return s.ledger.driver_revenue - s.ledger.v2g_payment - total_cost(s); }},
    Row{{"driver_revenue", "money", Better::higher, "paid by drivers", "운전자 충전 요금 수입"},
        [](const Sums& s) { return s.ledger.driver_revenue; }},
    Row{{"v2g_payment", "money", Better::neither, "paid to drivers for energy from their vehicles", "V2G 방전 지급액"},
        [](const Sums& s) { return s.ledger.v2g_payment; }},
    Row{{"wear_cost", "money", Better::lower, "battery wear of vehicles and storage by discharging",
         "방전에 따른 배터리 마모비"},
        [](const Sums& s) { return s.ledger.wear_cost; }},
    Row{{"peak_kw", "kW", Better::lower, "highest mean import of a 15-minute window; several sites: sum of their peaks",
         "최대수요전력(15분 평균); 여러 사이트는 각 최대값의 합"},
        [](const Sums& s) { return s.counts.peak_kw; }},
    Row{{"peak_instant_kw", "kW", Better::lower, "highest instantaneous import; several sites: sum of their peaks",
         "순간 최대전력; 여러 사이트는 각 최대값의 합"},
        [](const Sums& s) { return s.counts.peak_instant_kw; }},
    Row{{"energy_delivered_kwh", "kWh", Better::higher, "into vehicles at the EVSE meters, less what they gave back",
         "차량 충전량(방전량 제외, EVSE 계량 기준)"},
        [](const Sums& s) { return s.ledger.ev_charge_kwh - s.ledger.ev_discharge_kwh; }},
    Row{{"served_fraction", "", Better::higher,
         "energy got over energy wanted, of sessions that ended; 1 when none was wanted",
         "충전 충족률: 종료된 세션의 충전량 / 희망량"},
        [](const Sums& s) { return ratio_or(s.counts.energy_got_kwh, s.counts.energy_wanted_kwh, 1.0); }},
    Row{{"unmet_kwh", "kWh", Better::lower, "wanted and not got at departure", "출발 시 미충전량"},
        [](const Sums& s) { return s.ledger.unmet_kwh; }},
    Row{{"unmet_open_kwh", "kWh", Better::neither, "still to be got by sessions open at the end of the run",
         "실행 종료 시 진행 중인 세션의 남은 희망량"},
        [](const Sums& s) { return s.counts.unmet_open_kwh; }},
    Row{{"sessions", "", Better::neither, "vehicles plugged in", "접속한 차량 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.sessions); }},
    Row{{"sessions_open", "", Better::neither, "sessions still open at the end of the run",
         "실행 종료 시 진행 중인 세션 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.sessions_open); }},
    Row{{"turned_away", "", Better::lower, "vehicles that found no EVSE or lost patience",
         "충전하지 못하고 돌아간 차량 수"},
        [](const Sums& s) { return static_cast<double>(s.counts.turned_away); }},
    Row{{"waiting_time_h", "h", Better::lower,
         "mean wait for an EVSE over all vehicles that came (0 for those plugged in at once)",
         "평균 대기시간(방문 차량 전체)"},
        [](const Sums& s) {
          return ratio_or(s.counts.waiting_h, static_cast<double>(s.counts.sessions + s.counts.turned_away), 0.0);
        }},
    Row{{"import_kwh", "kWh", Better::lower, "from the grid", "수전 전력량"},
        [](const Sums& s) { return s.ledger.import_kwh; }},
    Row{{"export_kwh", "kWh", Better::neither, "to the grid", "송전 전력량"},
        [](const Sums& s) { return s.ledger.export_kwh; }},
    Row{{"pv_kwh", "kWh", Better::neither, "PV production", "태양광 발전량"},
        [](const Sums& s) { return s.ledger.pv_kwh; }},
    Row{{"pv_self_use_fraction", "", Better::higher, "PV used on site over PV produced", "태양광 자가소비율"},
        [](const Sums& s) { return ratio_or(s.ledger.pv_used_kwh, s.ledger.pv_kwh, none); }},
    Row{{"load_kwh", "kWh", Better::neither, "base load", "기저부하 전력량"},
        [](const Sums& s) { return s.ledger.load_kwh; }},
    Row{{"storage_cycles", "", Better::neither, "energy discharged at the AC terminals over the usable capacity",
         "저장장치 등가 사이클 수(방전량 / 가용 용량)"},
        [](const Sums& s) { return ratio_or(s.ledger.storage_discharge_kwh, s.counts.storage_capacity_kwh, none); }},
    Row{{"v2g_kwh", "kWh", Better::neither, "discharged from vehicles at the EVSE meters", "차량 방전량(V2G)"},
        [](const Sums& s) { return s.ledger.ev_discharge_kwh; }},
    Row{{"losses_kwh", "kWh", Better::lower, "lost between the meters: feeders, DC EVSEs, storage standby",
         "계량점 사이 손실(배전, 직류 충전기, 저장장치 대기전력)"},
        [](const Sums& s) { return s.ledger.losses_kwh; }},
    Row{{"storage_losses_kwh", "kWh", Better::lower, "lost inside storage by charging and discharging",
         "저장장치 충방전 손실"},
        [](const Sums& s) { return s.counts.storage_losses_kwh; }},
    Row{{"vehicle_losses_kwh", "kWh", Better::lower, "lost behind the EVSE meters, in vehicles",
         "차량 내부 충방전 손실"},
        [](const Sums& s) { return s.counts.vehicle_losses_kwh; }},
    Row{{"overload_kwh", "kWh", Better::lower, "imported above the contract power", "계약전력 초과 전력량"},
        [](const Sums& s) { return s.ledger.overload_kwh; }},
    Row{{"export_overload_kwh", "kWh", Better::lower, "exported beyond the export limit", "송전 한도 초과 전력량"},
        [](const Sums& s) { return s.ledger.export_overload_kwh; }},
    Row{{"feeder_overload_kwh", "kWh", Better::lower, "above the limit of a feeder or row", "간선·행 제한 초과 전력량"},
        [](const Sums& s) { return s.ledger.feeder_overload_kwh; }},
    Row{{"co2_kg", "kg", Better::lower, "CO2 of the imported energy", "수전 전력의 CO2 배출량"},
        [](const Sums& s) { return s.ledger.co2_kg; }},
    Row{{"decisions", "", Better::neither, "times the strategy was asked", "전략 결정 횟수"},
        [](const Sums& s) { return static_cast<double>(s.counts.decisions); }},
    Row{{"ledger_imbalance_kwh", "kWh", Better::neither,
         "how far the energy ledgers are from balance: 0 but for rounding", "에너지 수지 오차(반올림 외에는 0)"},
        [](const Sums& s) { return s.imbalance_kwh; }},
};

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

const KpiInfo* find_kpi_info(std::string_view name) {
  for (const KpiInfo& info : infos) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::vector<Kpi> kpis(const twin::World& world, const twin::Result& result) {
  std::vector<Kpi> out;
  Sums all;
  for (std::size_t i = 0; i < result.sites.size(); ++i) add(all, world.sites.at(i), result.sites[i]);
  append(out, all, -1, world.currency);
  if (result.sites.size() < 2) return out;
  for (std::size_t i = 0; i < result.sites.size(); ++i) {
    Sums one;
    add(one, world.sites[i], result.sites[i]);
    append(out, one, static_cast<std::int32_t>(i), world.currency);
  }
  return out;
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
