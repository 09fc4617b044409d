// Price of electricity at a site: energy prices by month, day type and local time of day (or a price series), the price
// of what is fed back, surcharge and tax, and the demand charge. Plain data; `TariffClock` reads it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "market/calendar.hpp"
#include "market/day_schedule.hpp"
#include "market/series.hpp"

namespace evtwin::market {

/// A tariff with a gap, an overlap or a figure that is none; `what()` says where.
struct TariffError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One period of a time-of-use tariff. Minutes are those of the local clock; `to_minute <= from_minute` wraps over
/// midnight (see ScheduleRow). A negative price is legal: the site is paid for what it takes.
struct Rate {
  MonthMask months = all_months;
  DayTypeMask days = all_day_types;
  int from_minute = 0;
  int to_minute = minutes_per_day;
  double price_per_kwh = 0.0;
  std::string band{};  ///< "light", "mid", "max", ...; may be empty
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// Price of energy fed back to the grid. Surcharge and tax are not added to a fixed price or a series.
struct SellFixed {
  double price_per_kwh = 0.0;
  friend bool operator==(const SellFixed&, const SellFixed&) = default;
};
/// That fraction of what buying costs at the same instant, surcharge and tax included (1 = net metering).
struct SellFactor {
  double of_buy = 0.0;
  friend bool operator==(const SellFactor&, const SellFactor&) = default;
};
using SellPrice = std::variant<SellFixed, SellFactor, Series>;

/// Power that the demand charge counts: the month's highest mean import of a metering window, or the contract power.
enum class DemandBasis : std::uint8_t { peak, contract };

/// A charge per kW and month; how the billed kW come about is in demand_charge.hpp.
struct DemandCharge {
  std::array<double, 12> price_per_kw{};  ///< currency per kW and month, by month - 1; before tax
  DemandBasis basis = DemandBasis::peak;
  MonthMask ratchet_months = 0;  ///< months whose past peaks still count; 0: none
  int look_back_months = 12;     ///< for how long they count
  /// Length of a metering window, 15, 30 or 60 min: KEPCO and most of Europe meter quarter hours, Great Britain half
  /// hours, some utilities of the USA whole ones. Ramp and tracking of a set-point are reckoned over the same windows.
  TimeNs window_ns = 15 * kernel::minute_ns;
  double floor_fraction_of_contract = 0;  ///< the least that is billed, as a fraction of the contract power
  /// Currency per kW and month by which the month's highest window exceeds the contract power; before tax.
  double excess_price_per_kw = 0.0;
  friend bool operator==(const DemandCharge&, const DemandCharge&) = default;
};

struct Tariff {
  std::string name;
  std::string currency;     ///< ISO 4217: "KRW", "EUR", "USD"
  std::string source;       ///< where the figures come from
  std::string valid_from;   ///< date text, as the source says
  std::string doubts;       ///< what is not certain about it; empty: nothing known
  std::vector<Rate> rates;  ///< either rates ...
  Series prices_per_kwh;    ///< ... or a price series, not both
  SellPrice sell = SellFixed{};
  double surcharge_per_kwh = 0.0;  ///< added to every kWh bought, before tax
  double tax_fraction = 0.0;       ///< of energy, surcharge and demand charge: 0.1 is 10 %
  DemandCharge demand;
  std::vector<LocalDate> holidays;
  friend bool operator==(const Tariff&, const Tariff&) = default;
};

/// Energy for nothing, no demand charge: what a site without a tariff has.
Tariff free_energy(std::string currency = "");

/// Everything wrong with a tariff, most important first; empty when it is sound. Texts name the figure ("price_per_kwh
/// of period 2 is not a number") or the time ("no period covers 08:00 to 09:00 (all months, all days)").
std::vector<std::string> tariff_problems(const Tariff& tariff);
/// @throws TariffError with the first problem.
void check_tariff(const Tariff& tariff);

/// Whether the tariff has a price for every instant of [from, to); always true for periods.
bool covers_span(const Tariff& tariff, TimeNs from, TimeNs to);

/// Prices that hold at an instant. Surcharge and tax are in `buy_per_kwh`.
struct PriceNow {
  double buy_per_kwh = 0.0;
  double sell_per_kwh = 0.0;
  std::uint32_t band = 0;  ///< index into TariffClock::band_names()
  TimeNs until_ns = 0;     ///< next instant at which any of these is another; time_never: it never is

  template <class A>
  void archive_fields(A& a) {
    a(buy_per_kwh, sell_per_kwh, band, until_ns);
  }
};
static_assert(sizeof(PriceNow) == 32, "a new field must be archived, and the title of checkpoints changed");

/// Reads a tariff on the local clock of a calendar; exact on days of 23 and 25 h. Amortised O(1) for ascending t (any t
/// is right); copies share the tariff. Outside a price series prices are NaN.
class TariffClock {
 public:
  /// @throws TariffError when the tariff has problems.
  TariffClock(Tariff tariff, Calendar calendar);
  TariffClock() : TariffClock(free_energy(), Calendar()) {}

  PriceNow price_at(TimeNs t);

  const Tariff& tariff() const;
  const Calendar& calendar() const { return calendar_; }
  /// Bands in order of their first period; one empty name for a price series.
  std::span<const std::string> band_names() const;

 private:
  struct Compiled;
  PriceNow step_at(TimeNs t);
  std::shared_ptr<const Compiled> compiled_;
  Calendar calendar_;
  std::optional<ScheduleClock> schedule_;
  std::optional<SeriesCursor> buy_series_;
  std::optional<SeriesCursor> sell_series_;
  TimeNs last_dated_ns_ = earliest_ns;  // end of the series and of the last holiday
  PriceNow cached_;
  TimeNs cached_from_ns_ = 0;
};

}  // namespace evtwin::market
