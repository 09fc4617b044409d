// Words for what observers are told, as written in run files and JSON.
#include "kernel/static_checks.hpp"
#include "twin/observer.hpp"
#include "twin/timers.hpp"

namespace evtwin::twin {
namespace {

constexpr std::string_view word_of(SignalKind kind) {
  switch (kind) {
    case SignalKind::buy_price:
      return "buy_price";
    case SignalKind::sell_price:
      return "sell_price";
    case SignalKind::pv_kw:
      return "pv_kw";
    case SignalKind::load_kw:
      return "load_kw";
    case SignalKind::contract_kw:
      return "contract_kw";
    case SignalKind::uncut_contract_kw:
      return "uncut_contract_kw";
    case SignalKind::export_limit_kw:
      return "export_limit_kw";
    case SignalKind::co2_kg_per_kwh:
      return "co2_kg_per_kwh";
    case SignalKind::buy_price_beyond_end:
      return "buy_price_beyond_end";
    case SignalKind::power_setpoint_kw:
      return "power_setpoint_kw";
    case SignalKind::driver_price_per_kwh:
      return "driver_price_per_kwh";
    case SignalKind::v2g_price_per_kwh:
      return "v2g_price_per_kwh";
  }
  return "unknown";
}

constexpr std::string_view word_of(EventKind kind) {
  switch (kind) {
    case EventKind::crossing:
      return "crossing";
    case EventKind::plug_out:
      return "plug_out";
    case EventKind::lose_patience:
      return "lose_patience";
    case EventKind::arrival:
      return "arrival";
    case EventKind::signal:
      return "signal";
    case EventKind::clock:
      return "clock";
    case EventKind::scripted:
      return "scripted";
    case EventKind::announcement:
      return "announcement";
    case EventKind::reservation_end:
      return "reservation_end";
    case EventKind::command:
      return "command";
    case EventKind::world_part:
      return "world_part";
  }
  return "unknown";
}

constexpr std::string_view word_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::departed:
      return "departed";
    case SessionEnd::open_at_end:
      return "open_at_end";
    case SessionEnd::waiting_at_end:
      return "waiting_at_end";
    case SessionEnd::turned_away:
      return "turned_away";
    case SessionEnd::reneged:
      return "reneged";
    case SessionEnd::no_compatible_evse:
      return "no_compatible_evse";
  }
  return "unknown";
}

// Readers of run files and of a log tell them apart by these words alone.
static_assert(kernel::names_differ<SignalKind>([](SignalKind kind) { return word_of(kind); }));
static_assert(kernel::names_differ<EventKind>([](EventKind kind) { return word_of(kind); }));
static_assert(kernel::names_differ<SessionEnd>([](SessionEnd end) { return word_of(end); }));

}  // namespace

std::string_view name_of(SignalKind kind) { return word_of(kind); }
std::string_view name_of(EventKind kind) { return word_of(kind); }
std::string_view name_of(SessionEnd end) { return word_of(end); }

}  // namespace evtwin::twin
