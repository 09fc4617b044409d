// From imported energy to the charge of a month.
//
//   E_w   imported in metering window w, kWh >= 0: what is fed back takes nothing off
//   H_w   length of the whole window, h, also where the run covers it in part
//   1. mean power of a window           P_w = E_w / H_w                                            kW
//   2. peak of month m                  P_m = max over the windows that begin in m of P_w          kW
//   3. billed power                     B_m = max(P_m, P_k of ratchet months k in the look-back, phi C_m); or C_m    kW
//   4. above the contract               X_m = P_m - C_m where that is above 1e-9 C_m, else 0       kW
//   5. the charge                       f_m (B_m b_m + X_m x) (1 + tau)                            currency
//
// C_m is the highest contract power in force in the month, phi floor_fraction_of_contract, b_m and x the prices per kW
// and month (of the month of the year, of the excess), tau the tax. f_m is the part of the month's duration that the
// run covers, or 1 (PartMonth). Rules 1 and 2 are those of meters of maximum demand; 3 is KEPCO's (sources at billed_kw
// in the header), 4 and 5 are ours. A month's charge grows with its peak alone, so the meter keeps one number per month
// and tells the growth: a peak that was reached is paid, what comes below it costs nothing more. Example: 15 min that
// import 10 kWh are 10 / 0.25 = 40 kW. Last August 60 kW, ratchet 12 1 2 7 8 9, C = 150 kW, phi = 0.3: B = max(40, 60,
// 45) = 60 kW. At b = 8,000, tau = 0.1 and half a month: 0.5 x 60 x 8,000 x 1.1 = 264,000.
#include "market/demand_charge.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::market {

DemandMeter::DemandMeter(const DemandTerms& terms, const Calendar& calendar) : terms_(terms), clock_(calendar) {
  constexpr TimeNs shortest_month_ns = 28 * kernel::day_ns;
  const auto months = static_cast<std::size_t>((terms.to_ns - terms.from_ns) / shortest_month_ns) + 2;
  peaks_.reserve(months);
  contracts_.reserve(months);
  known_.reserve(months + terms.past_peaks.size());
  begin(terms.from_ns, terms.to_ns);
}

void DemandMeter::begin(TimeNs from_ns, TimeNs to_ns) {
  terms_.from_ns = from_ns;
  terms_.to_ns = to_ns;
  peaks_.clear();
  contracts_.clear();
  contract_kw_ = terms_.contract_kw;
  contract_since_ns_ = from_ns;
  contract_before_kw_ = 0.0;
  peak_kw_ = past_charge_ = month_charge_ = 0.0;
  window_begin_ns_ = terms_.from_ns;
  window_end_ns_ = clock_.next_tick(window_begin_ns_, window_ns());
  open_month(clock_.calendar().local_month(window_begin_ns_));
}

TimeNs DemandMeter::whole_window_ns() const {
  const bool may_be_cut = window_begin_ns_ == terms_.from_ns;
  return may_be_cut ? market::whole_window_ns(clock_.calendar(), window_ns(), window_begin_ns_)
                    : window_end_ns_ - window_begin_ns_;
}

void DemandMeter::finish_at(double import_kwh, TimeNs end_ns) {
  terms_.to_ns = end_ns;
  fraction_ = paid_fraction(clock_.calendar(), current_month(), terms_.from_ns, end_ns, terms_.part_month);
  count_window(import_kwh);
}

void DemandMeter::count_window(double import_kwh) {
  const double kw = import_kwh / kernel::hours_between(0, whole_window_ns());
  if (kw > peaks_.back().peak_kw) {
    peaks_.back().peak_kw = kw;
    peak_kw_ = std::max(peak_kw_, kw);
    look_up_bill();
  }
  month_charge_ = (billed_kw_ * price_per_kw_ + excess_kw_ * excess_price_per_kw(*terms_.tariff)) * fraction_;
}

void DemandMeter::close_window(double import_kwh) {
  count_window(import_kwh);
  window_begin_ns_ = window_end_ns_;
  window_end_ns_ = clock_.next_tick(window_begin_ns_, window_ns());
  if (window_begin_ns_ >= month_end_ns_) open_month(clock_.calendar().local_month(window_begin_ns_));
}

void DemandMeter::open_month(LocalMonth month) {
  past_charge_ += month_charge_;
  month_charge_ = 0.0;
  peaks_.push_back({month, 0.0});
  contracts_.push_back({month, contract_kw_});
  contract_before_kw_ = 0.0;
  look_up_month();
}

void DemandMeter::set_contract_kw(double kw, TimeNs t) {
  // A power that lasted no time counts for nothing, nor does the next month's for the open one.
  const TimeNs month_begin_ns = clock_.calendar().start_of(current_month());
  if (t > std::max(contract_since_ns_, month_begin_ns) && contract_since_ns_ < month_end_ns_)
    contract_before_kw_ = std::max(contract_before_kw_, contract_kw_);
  contract_kw_ = kw;
  contract_since_ns_ = t;
  look_up_contract();
  look_up_next_month();
  look_up_bill();
}

void DemandMeter::look_up_contract() {
  contracts_.back().kw =
      contract_since_ns_ < month_end_ns_ ? std::max(contract_before_kw_, contract_kw_) : contract_before_kw_;
}

void DemandMeter::look_up_month() {
  const LocalMonth month = peaks_.back().month;
  known_.assign(terms_.past_peaks.begin(), terms_.past_peaks.end());
  known_.insert(known_.end(), peaks_.begin(), peaks_.end() - 1);
  month_end_ns_ = clock_.calendar().next_month_start(clock_.calendar().start_of(month));
  price_per_kw_ = demand_price_per_kw(*terms_.tariff, month.month);
  fraction_ = paid_fraction(clock_.calendar(), month, terms_.from_ns, terms_.to_ns, terms_.part_month);
  look_up_next_month();
  look_up_bill();
}

void DemandMeter::look_up_bill() {
  const LocalMonth next = add_months(peaks_.back().month, 1);
  next_.floor_kw = next_floor_without_open_kw_;
  if (next_.price_per_kw != 0.0 && is_in_ratchet(terms_.tariff->demand, peaks_.back().month, next))
    next_.floor_kw = std::max(next_.floor_kw, month_peak_kw());
  const MonthPeak& open = peaks_.back();
  excess_kw_ = contract_excess_kw(open.month, open.peak_kw, contracts_.back().kw, known_);
  if (price_per_kw_ == 0.0) {  // a tariff without a demand charge must not ask for a contract
    billed_kw_ = 0.0;
    return;
  }
  billed_kw_ = market::billed_kw(terms_.tariff->demand, open.month, open.peak_kw, contracts_.back().kw, known_);
}

/// Works out all of the next month that does not depend on the open one.
void DemandMeter::look_up_next_month() {
  next_ = {};
  next_floor_without_open_kw_ = 0.0;
  if (month_end_ns_ >= terms_.to_ns) return;
  const LocalMonth month = add_months(peaks_.back().month, 1);
  next_.price_per_kw = demand_price_per_kw(*terms_.tariff, month.month);
  next_.fraction = paid_fraction(clock_.calendar(), month, terms_.from_ns, terms_.to_ns, terms_.part_month);
  if (next_.price_per_kw == 0.0) return;
  next_floor_without_open_kw_ = market::billed_kw(terms_.tariff->demand, month, 0.0, contract_kw_, known_);
}

TimeNs whole_window_ns(const Calendar& calendar, TimeNs window_ns, TimeNs t) {
  return calendar.next_tick(t, window_ns) - calendar.tick_at_or_before(t, window_ns);
}

bool is_in_ratchet(const DemandCharge& charge, LocalMonth past, LocalMonth month) {
  return past >= add_months(month, -charge.look_back_months) && past < month &&
         has_month(charge.ratchet_months, past.month);
}

double billed_kw(const DemandCharge& charge, LocalMonth month, double peak_kw, double contract_kw,
                 std::span<const MonthPeak> known) {
  const bool has_contract = std::isfinite(contract_kw);
  if (charge.basis == DemandBasis::contract) {
    if (!has_contract) throw TariffError("this tariff bills the contract power: the site needs contract_kw");
    return contract_kw;
  }
  double kw = peak_kw;
  for (const MonthPeak& past : known) {
    if (past.month == month || is_in_ratchet(charge, past.month, month)) kw = std::max(kw, past.peak_kw);
  }
  return has_contract ? std::max(kw, charge.floor_fraction_of_contract * contract_kw) : kw;
}

double contract_excess_kw(LocalMonth month, double peak_kw, double contract_kw, std::span<const MonthPeak> known) {
  double kw = peak_kw;
  for (const MonthPeak& own : known)
    if (own.month == month) kw = std::max(kw, own.peak_kw);
  const double excess_kw = kw - contract_kw;
  return excess_kw > 1e-9 * contract_kw ? excess_kw : 0.0;
}

double month_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to) {
  const TimeNs begin = calendar.start_of(month);
  const TimeNs end = calendar.start_of(add_months(month, 1));
  const TimeNs covered = std::min(to, end) - std::max(from, begin);
  return covered <= 0 ? 0.0 : static_cast<double>(covered) / static_cast<double>(end - begin);
}

double paid_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to, PartMonth part_month) {
  return part_month == PartMonth::full ? 1.0 : month_fraction(calendar, month, from, to);
}

bool charges_peaks(const DemandCharge& charge) {
  const bool priced = std::any_of(charge.price_per_kw.begin(), charge.price_per_kw.end(),
                                  [](double price_per_kw) { return price_per_kw != 0.0; });
  return (priced && charge.basis == DemandBasis::peak) || charge.excess_price_per_kw != 0.0;
}

double demand_price_per_kw(const Tariff& tariff, int month) {
  return tariff.demand.price_per_kw[static_cast<std::size_t>(month - 1)] * (1.0 + tariff.tax_fraction);
}

double excess_price_per_kw(const Tariff& tariff) {
  return tariff.demand.excess_price_per_kw * (1.0 + tariff.tax_fraction);
}

std::vector<MonthDemand> demand_bill(const Tariff& tariff, const Calendar& calendar, TimeNs from, TimeNs to,
                                     std::span<const MonthPeak> peaks, std::span<const MonthPeak> past_peaks,
                                     double contract_kw, PartMonth part_month,
                                     std::span<const MonthContract> contracts) {
  std::vector<MonthPeak> known(past_peaks.begin(), past_peaks.end());
  known.insert(known.end(), peaks.begin(), peaks.end());

  std::vector<MonthDemand> bill;
  for (LocalMonth month = calendar.local_month(from); calendar.start_of(month) < to; month = add_months(month, 1)) {
    MonthDemand line;
    line.month = month;
    for (const MonthPeak& peak : peaks) {
      if (peak.month == month) line.peak_kw = std::max(line.peak_kw, peak.peak_kw);
    }

    // The contract may have changed during the run.
    double in_force_kw = contract_kw;
    for (const MonthContract& contract : contracts) {
      if (contract.month == month) in_force_kw = contract.kw;
    }
    line.price_per_kw = demand_price_per_kw(tariff, month.month);
    line.fraction = paid_fraction(calendar, month, from, to, part_month);
    // A tariff without a demand charge must not ask for a contract.
    const bool charged = line.price_per_kw > 0.0;
    line.billed_kw = charged ? billed_kw(tariff.demand, month, line.peak_kw, in_force_kw, known) : line.peak_kw;
    line.excess_kw = contract_excess_kw(month, line.peak_kw, in_force_kw, known);
    line.excess_cost = line.excess_kw * excess_price_per_kw(tariff) * line.fraction;
    line.cost = line.billed_kw * line.price_per_kw * line.fraction + line.excess_cost;
    bill.push_back(line);
  }
  return bill;
}

}  // namespace evtwin::market
