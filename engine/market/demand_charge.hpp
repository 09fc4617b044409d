// The demand charge: the highest mean power of any 15-min window of a month, by the local clock, and what is billed for
// it. The meter is small plain state; everything else is a pure function of months and peaks.
#pragma once

#include <span>
#include <vector>

#include "market/calendar.hpp"
#include "market/tariff.hpp"

namespace evtwin::market {

/// Metering windows begin when the local clock shows a multiple of this, whatever the decision tick.
inline constexpr TimeNs metering_window_ns = 15 * kernel::minute_ns;

/// Highest mean import of any metering window of a month, kW.
struct MonthPeak {
  LocalMonth month;
  double peak_kw = 0.0;

  template <class A>
  void archive(A& a) {
    a(month.year, month.month, peak_kw);
    a.require(month.month >= 1 && month.month <= 12, "a month that there is not");
  }
};

/// Meters imported energy in windows. A window that the run cuts (start or end) counts with its full length, as a real
/// meter with nothing before it would.
class DemandMeter {
 public:
  DemandMeter() : DemandMeter(Calendar(), 0) {}
  DemandMeter(Calendar calendar, TimeNs start_ns);

  /// Adds the energy imported over [from, to), in ascending order without overlap. Energy that spans windows is divided
  /// as constant power; with changing power, add up to `window_end_ns()` first to be exact.
  /// @param import_kwh >= 0: what is fed back does not count.
  void add(TimeNs from, TimeNs to, double import_kwh);

  /// The window that is open: [begin, end), and its energy so far.
  TimeNs window_begin_ns() const { return window_begin_ns_; }
  TimeNs window_end_ns() const { return window_end_ns_; }
  double window_kwh() const { return window_kwh_; }
  /// Mean power of the open window if nothing more came, kW.
  double window_kw() const;

  /// Month of the open window, and its peak so far, the open window included.
  LocalMonth month() const { return peaks_.back().month; }
  double month_peak_kw() const;

  /// A row per month since the start, in order, the open month and window included.
  std::vector<MonthPeak> peaks() const;

 private:
  void open_window_at(TimeNs t);
  LocalClock clock_;
  TimeNs window_begin_ns_ = 0;
  TimeNs window_end_ns_ = 0;
  TimeNs month_end_ns_ = 0;
  double window_kwh_ = 0.0;
  std::vector<MonthPeak> peaks_;  // closed windows only; the last row is the open month
};

/// Power billed for a month, kW. Basis contract: `contract_kw`. Basis peak: the largest of this month's peak, the peaks
/// of ratchet months within the look-back (the months before this one), and the floor fraction of the contract.
/// KEPCO's rule (Hankyung 2011-11-29 for the months; FAQs of Hadong county and KEPCO for the floor): the month itself
/// and the months 12, 1, 2, 7, 8, 9 of the preceding 12 months, at least 30 % of the contract power.
/// @param known peaks of months in any order, recorded before the run or simulated. Rows of this month count as its own
///   peak (a run that begins in mid-month); rows of later months and outside the look-back are ignored.
/// @param contract_kw infinite or NaN where there is none: then the floor does not apply. @throws TariffError if the
///   basis is contract and there is none.
double billed_kw(const DemandCharge& charge, LocalMonth month, double peak_kw, double contract_kw,
                 std::span<const MonthPeak> known);

/// Fraction of the month's duration that lies in [from, to), 0..1.
double month_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to);

/// Price of a kW in a month of the year (1..12), tax included.
double demand_price_per_kw(const Tariff& tariff, int month);

/// Whether a month that the run covers in part is billed by its fraction or as a whole.
enum class PartMonth : std::uint8_t { pro_rata, full };

/// One month's line on the bill: cost = billed_kw x price_per_kw x fraction.
struct MonthDemand {
  LocalMonth month;
  double peak_kw = 0.0;
  double billed_kw = 0.0;
  double price_per_kw = 0.0;  ///< tax included
  double fraction = 1.0;
  double cost = 0.0;
};

/// The demand charge of a run over [from, to): a row per month touched, in order.
/// @param peaks the run's own peaks (DemandMeter::peaks). @param past_peaks known before the run (`past_peaks_kw`).
std::vector<MonthDemand> demand_bill(const Tariff& tariff, const Calendar& calendar, TimeNs from, TimeNs to,
                                     std::span<const MonthPeak> peaks, std::span<const MonthPeak> past_peaks,
                                     double contract_kw, PartMonth part_month = PartMonth::pro_rata);

}  // namespace evtwin::market
