#include "control/ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "control/correction.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::control {

namespace {

// The ledger is a row of doubles and nothing else, so that adding ledgers needs no list of its fields.
static_assert(std::is_standard_layout_v<Ledger> && std::is_trivially_copyable_v<Ledger>);
static_assert(sizeof(Ledger) % sizeof(double) == 0);
static_assert(offsetof(Ledger, import_kwh) == 0 &&
                  offsetof(Ledger, feeder_overload_kwh) + sizeof(double) == sizeof(Ledger),
              "rows begin and end with these");
static_assert(sizeof(Ledger) == 24 * sizeof(double),
              "a new column has its place in copies to the view, run files, reports and the titles of checkpoints");
constexpr std::size_t ledger_columns = sizeof(Ledger) / sizeof(double);

double* begin(Ledger& ledger) { return &ledger.import_kwh; }
const double* begin(const Ledger& ledger) { return &ledger.import_kwh; }

double sources_kwh(const Ledger& l) { return l.pv_kwh + l.import_kwh + l.ev_discharge_kwh + l.storage_discharge_kwh; }
double sinks_kwh(const Ledger& l) {
  return l.load_kwh + l.ev_charge_kwh + l.storage_charge_kwh + l.export_kwh + l.losses_kwh;
}

}  // namespace

Ledger& Ledger::operator+=(const Ledger& other) {
  for (std::size_t i = 0; i < ledger_columns; ++i) begin(*this)[i] += begin(other)[i];
  return *this;
}

Ledger operator-(const Ledger& a, const Ledger& b) {
  Ledger difference = a;
  for (std::size_t i = 0; i < ledger_columns; ++i) begin(difference)[i] -= begin(b)[i];
  return difference;
}

double imbalance_kwh(const Ledger& ledger) { return sources_kwh(ledger) - sinks_kwh(ledger); }
double turnover_kwh(const Ledger& ledger) { return std::max(sources_kwh(ledger), sinks_kwh(ledger)); }

namespace {

constexpr std::string_view word_of(Correction reason) {
  switch (reason) {
    case Correction::none:
      return "none";
    case Correction::evse_rating:
      return "evse_rating";
    case Correction::min_current:
      return "min_current";
    case Correction::finite_rate:
      return "finite_rate";
    case Correction::limit:
      return "limit";
    case Correction::not_plugged_in:
      return "not_plugged_in";
    case Correction::no_v2g:
      return "no_v2g";
    case Correction::soc_window:
      return "soc_window";
    case Correction::storage_rating:
      return "storage_rating";
    case Correction::outage:
      return "outage";
    case Correction::not_finite:
      return "not_finite";
    case Correction::unavoidable:
      return "unavoidable";
  }
  return "unknown";
}
static_assert(kernel::names_differ<Correction>([](Correction reason) { return word_of(reason); }),
              "run files tell corrections apart by these words");

}  // namespace

std::string_view name_of(Correction reason) { return word_of(reason); }

}  // namespace evtwin::control
