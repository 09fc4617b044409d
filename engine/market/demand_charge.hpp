// The demand charge: the highest mean power of any metering window of a month, by the local clock, and what is billed
// for it. The meter is small plain state; everything else is a pure function of months and peaks.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "kernel/static_checks.hpp"
#include "market/calendar.hpp"
#include "market/tariff.hpp"

namespace evtwin::market {

/// Highest mean import of any metering window of a month, kW.
struct MonthPeak {
  LocalMonth month;
  double peak_kw = 0.0;

  template <class A>
  void archive_fields(A& a) {
    a(month.year, month.month, peak_kw);
    a.require_that(month.month >= 1 && month.month <= 12, "a month that there is not");
  }
};

static_assert(sizeof(MonthPeak) == 16, "a new field must be archived, and the title of checkpoints changed");
/// The contract power that a month is billed by: the highest that was in force within it. A change at 00:00 of a first
/// day counts for the new month alone, a lower one within a month from the next month on: the higher power was held
/// ready in that month.
struct MonthContract {
  LocalMonth month;
  double kw = 0.0;

  template <class A>
  void archive_fields(A& a) {
    a(month.year, month.month, kw);
    a.require_that(month.month >= 1 && month.month <= 12, "a month that there is not");
  }
};

static_assert(sizeof(MonthContract) == 16, "a new field must be archived, and the title of checkpoints changed");
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

/// By how much a month's highest window exceeds the contract power of that month, kW; 0 where there is none. A peak
/// that only rounding puts above it is no excess.
/// @param known  as in billed_kw: rows of this month count as its own peak
double contract_excess_kw(LocalMonth month, double peak_kw, double contract_kw, std::span<const MonthPeak> known);

/// Whether a peak of month `past` can still raise what a later `month` is billed for: the ratchet.
bool is_in_ratchet(const DemandCharge& charge, LocalMonth past, LocalMonth month);

/// Fraction of the month's duration that lies in [from, to), 0..1.
double month_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to);

/// Whether what a site imports at its highest can cost it anything.
bool charges_peaks(const DemandCharge& charge);

/// Price of a kW in a month of the year (1..12), tax included.
double demand_price_per_kw(const Tariff& tariff, int month);
/// Price of a kW above the contract power for a whole month, tax included.
double excess_price_per_kw(const Tariff& tariff);

/// Whether a month that the run covers in part is billed by its fraction or as a whole.
enum class PartMonth : std::uint8_t { pro_rata, full };

/// The share of a month's charge that a run over [from, to) pays.
double paid_fraction(const Calendar& calendar, LocalMonth month, TimeNs from, TimeNs to, PartMonth part_month);

/// By which what a metering window imports is divided: the length of the whole window that `t` lies in, also where a
/// run covers it in part. It is another than the tariff's only where a change of the clock makes it so (Lord Howe's
/// half hour in a window of one).
TimeNs whole_window_ns(const Calendar& calendar, TimeNs window_ns, TimeNs t);

/// Terms that a site's demand charge is reckoned from, beside its import.
struct DemandTerms {
  const Tariff* tariff = nullptr;  ///< outlives the meter
  double contract_kw = std::numeric_limits<double>::infinity();
  std::span<const MonthPeak> past_peaks{};  ///< of months before the run; outlive the meter
  PartMonth part_month = PartMonth::pro_rata;
  TimeNs from_ns = 0, to_ns = 0;  ///< the run
};

/// Power and price that the month after the open one will be billed for at least.
struct NextMonthDemand {
  double price_per_kw = 0.0;
  double fraction = 0.0;  ///< of that month's charge that the run pays; 0: the run ends before
  double floor_kw = 0.0;  ///< ratchet and floor, the open month's peak so far included; 0 where nothing is billed
};

/// Counts metering windows into months' peaks and their charges. It holds no energy: whoever keeps the books tells it
/// what each window imported. Windows begin when the local clock shows a multiple of the tariff's window; one that the
/// run cuts (start or end) counts with its full length, as a real meter with nothing before it would. A month opens
/// with its first window, so that at 00:00 of a first day price, floor and ratchet are the new month's.
class DemandMeter {
 public:
  /// Opens the window and month of `terms.from_ns`. @throws TariffError if the contract is billed and there is none.
  DemandMeter(const DemandTerms& terms, const Calendar& calendar);

  /// Back to the start of a run over [from, to), as long as the one before or shorter; allocates nothing then.
  void begin(TimeNs from_ns, TimeNs to_ns);

  /// The open window, without what of it lies before the run. Its end may lie beyond the run's.
  TimeNs window_begin_ns() const { return window_begin_ns_; }
  TimeNs window_end_ns() const { return window_end_ns_; }
  TimeNs window_ns() const { return terms_.tariff->demand.window_ns; }  ///< the tariff's
  /// Length of the open window, with what of it lies before the run.
  TimeNs whole_window_ns() const;

  /// The open window ends; the next one opens, and the month it begins in.
  /// @param import_kwh >= 0, of the whole window: what is fed back does not count.
  void close_window(double import_kwh);
  /// The run ends at `end_ns`, within the open window or at its end: no other opens. A run given up before its end pays
  /// of the open month what lies before.
  void finish_at(double import_kwh, TimeNs end_ns);

  /// Another contract power is in force from `t` on: an instant within the open window, or at its end.
  void set_contract_kw(double kw, TimeNs t);
  /// A row per month since the start, in order, the open one included.
  std::span<const MonthContract> month_contracts() const { return contracts_; }

  /// The open month: its peak so far is that of closed windows.
  LocalMonth current_month() const { return peaks_.back().month; }
  TimeNs month_end_ns() const { return month_end_ns_; }
  double month_peak_kw() const { return peaks_.back().peak_kw; }
  double price_per_kw() const { return price_per_kw_; }  ///< of the whole month, tax included
  double charged_fraction() const { return fraction_; }  ///< of the month's charge that the run pays
  double billed_kw() const { return billed_kw_; }        ///< so far; 0 where the month has no price
  const NextMonthDemand& next_month() const { return next_; }

  /// A row per month since the start, in order, the open one included.
  std::span<const MonthPeak> month_peaks() const { return peaks_; }
  double peak_kw() const { return peak_kw_; }  ///< highest of the run
  /// All months' charges as they have grown: a month counts from the end of its first window.
  double total_charge() const { return past_charge_ + month_charge_; }

  template <class A>
  void archive_fields(A& a) {
    a(window_begin_ns_, window_end_ns_, peaks_, peak_kw_, past_charge_, month_charge_, contracts_, contract_kw_,
      contract_since_ns_, contract_before_kw_);
    a.require_that(!peaks_.empty() && contracts_.size() == peaks_.size() && window_begin_ns_ >= terms_.from_ns &&
                       window_begin_ns_ <= terms_.to_ns &&
                       clock_.calendar().local_month(window_begin_ns_) == peaks_.back().month,
                   "a month of another time");
    if constexpr (A::loads) look_up_month();
  }

 private:
  void count_window(double import_kwh);
  void open_month(LocalMonth month);
  void look_up_month();
  void look_up_next_month();
  void look_up_bill();
  void look_up_contract();

  DemandTerms terms_;
  LocalClock clock_;
  TimeNs window_begin_ns_ = 0, window_end_ns_ = 0;
  std::vector<MonthPeak> peaks_;  ///< closed windows only; the last row is the open month
  std::vector<MonthContract> contracts_;
  double contract_kw_ = 0.0;  ///< in force
  TimeNs contract_since_ns_ = 0;
  double contract_before_kw_ = 0.0;  ///< highest before that, within the open month; 0: none
  double peak_kw_ = 0.0;
  double past_charge_ = 0.0, month_charge_ = 0.0;
  // These follow from the open month and the peaks.
  std::vector<MonthPeak> known_;  ///< of the months before the open one, recorded ones included
  TimeNs month_end_ns_ = 0;
  double price_per_kw_ = 0.0, fraction_ = 1.0, billed_kw_ = 0.0, excess_kw_ = 0.0;
  NextMonthDemand next_;
  double next_floor_without_open_kw_ = 0.0;
};
static_assert(kernel::has_size<DemandMeter>(312), "a new field must be archived or made anew after loading");

/// One month's line on the bill: cost = billed_kw x price_per_kw x fraction + excess_cost.
struct MonthDemand {
  LocalMonth month;
  double peak_kw = 0.0;
  double billed_kw = 0.0;
  double price_per_kw = 0.0;  ///< tax included
  double fraction = 1.0;
  double excess_kw = 0.0;    ///< of the peak above the contract power
  double excess_cost = 0.0;  ///< excess_kw x its price x fraction
  double cost = 0.0;
};

/// The demand charge of a run over [from, to): a row per month touched, in order.
/// @param peaks the run's own peaks (DemandMeter::month_peaks). @param past_peaks known before the run
/// (`past_peaks_kw`).
/// @param contracts of months in which it was not `contract_kw` throughout (DemandMeter::month_contracts)
std::vector<MonthDemand> demand_bill(const Tariff& tariff, const Calendar& calendar, TimeNs from, TimeNs to,
                                     std::span<const MonthPeak> peaks, std::span<const MonthPeak> past_peaks,
                                     double contract_kw, PartMonth part_month = PartMonth::pro_rata,
                                     std::span<const MonthContract> contracts = {});

}  // namespace evtwin::market
