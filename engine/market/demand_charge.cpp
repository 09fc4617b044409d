#include "market/demand_charge.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::market {

DemandMeter::DemandMeter(Calendar calendar, TimeNs start_ns) : clock_(calendar) { open_window_at(start_ns); }

void DemandMeter::add(TimeNs from, TimeNs to, double import_kwh) {
  // Nearly always the interval lies inside the open window.
  const bool inside = from >= window_begin_ns_ && from < window_end_ns_ && to <= window_end_ns_;
  if (inside || from >= to) {
    window_kwh_ += import_kwh;
    return;
  }
  const double kwh_per_ns = import_kwh / static_cast<double>(to - from);
  double rest_kwh = import_kwh;
  for (TimeNs t = from; t < to;) {
    if (t >= window_end_ns_) open_window_at(t);
    const TimeNs end = std::min(to, window_end_ns_);
    // The last piece takes what is left, so that the pieces add up.
    const double piece_kwh = end == to ? rest_kwh : kwh_per_ns * static_cast<double>(end - t);
    window_kwh_ += piece_kwh;
    rest_kwh -= piece_kwh;
    t = end;
  }
}

double DemandMeter::window_kw() const { return window_kwh_ / kernel::hours_between(window_begin_ns_, window_end_ns_); }

double DemandMeter::month_peak_kw() const { return std::max(peaks_.back().peak_kw, window_kw()); }

std::vector<MonthPeak> DemandMeter::peaks() const {
  std::vector<MonthPeak> result = peaks_;
  result.back().peak_kw = month_peak_kw();
  return result;
}

void DemandMeter::open_window_at(TimeNs t) {
  const Calendar& calendar = clock_.calendar();
  if (peaks_.empty()) {
    peaks_.reserve(16);
    peaks_.push_back({calendar.month(t), 0.0});
    month_end_ns_ = calendar.next_month_start(t);
  } else {
    peaks_.back().peak_kw = month_peak_kw();
  }
  // Months without any import have a row too: their peak is 0.
  while (t >= month_end_ns_) {
    peaks_.push_back({calendar.month(month_end_ns_), 0.0});
    month_end_ns_ = calendar.next_month_start(month_end_ns_);
  }
  // Windows that follow each other are the rule; the look back is for gaps and for the start.
  window_begin_ns_ = t == window_end_ns_ ? t : calendar.tick_at_or_before(t, metering_window_ns);
  window_end_ns_ = clock_.next_tick(t, metering_window_ns);
  window_kwh_ = 0.0;
}

double billed_kw(const DemandCharge& charge, LocalMonth month, double peak_kw, double contract_kw,
                 std::span<const MonthPeak> known) {
  const bool has_contract = std::isfinite(contract_kw);
  if (charge.basis == DemandBasis::contract) {
    if (!has_contract) throw TariffError("this tariff bills the contract power: the site needs contract_kw");
    return contract_kw;
  }
  double kw = peak_kw;
  const LocalMonth oldest = add_months(month, -charge.look_back_months);
  for (const MonthPeak& past : known) {
    const bool in_look_back = past.month >= oldest && past.month < month;
    const bool still_counts = in_look_back && has_month(charge.ratchet_months, past.month.month);
    if (still_counts || past.month == month) kw = std::max(kw, past.peak_kw);
  }
  return has_contract ? std::max(kw, charge.floor_fraction_of_contract * contract_kw) : kw;
}

double month_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to) {
  const TimeNs begin = calendar.start_of(month);
  const TimeNs end = calendar.start_of(add_months(month, 1));
  const TimeNs covered = std::min(to, end) - std::max(from, begin);
  return covered <= 0 ? 0.0 : static_cast<double>(covered) / static_cast<double>(end - begin);
}

double demand_price_per_kw(const Tariff& tariff, int month) {
  return tariff.demand.price_per_kw[static_cast<std::size_t>(month - 1)] * (1.0 + tariff.tax_fraction);
}

std::vector<MonthDemand> demand_bill(const Tariff& tariff, const Calendar& calendar, TimeNs from, TimeNs to,
                                     std::span<const MonthPeak> peaks, std::span<const MonthPeak> past_peaks,
                                     double contract_kw, PartMonth part_month) {
  std::vector<MonthPeak> known(past_peaks.begin(), past_peaks.end());
  known.insert(known.end(), peaks.begin(), peaks.end());

  std::vector<MonthDemand> bill;
  for (LocalMonth month = calendar.month(from); calendar.start_of(month) < to; month = add_months(month, 1)) {
    MonthDemand line;
    line.month = month;
    for (const MonthPeak& peak : peaks) {
      if (peak.month == month) line.peak_kw = std::max(line.peak_kw, peak.peak_kw);
    }
    line.price_per_kw = demand_price_per_kw(tariff, month.month);
    line.fraction = part_month == PartMonth::full ? 1.0 : month_fraction(calendar, month, from, to);
    // A tariff without a demand charge must not ask for a contract.
    const bool charged = line.price_per_kw > 0.0;
    line.billed_kw = charged ? billed_kw(tariff.demand, month, line.peak_kw, contract_kw, known) : line.peak_kw;
    line.cost = line.billed_kw * line.price_per_kw * line.fraction;
    bill.push_back(line);
  }
  return bill;
}

}  // namespace evtwin::market
