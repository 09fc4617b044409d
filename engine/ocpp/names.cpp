#include <iterator>

#include "kernel/static_checks.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::string_view spelled(Encoding encoding) {
  switch (encoding) {
    case Encoding::cp949:
      return "CP949";
    case Encoding::utf16:
      return "UTF-16";
    case Encoding::utf8:
      break;
  }
  return "UTF-8";
}

constexpr std::string_view spelled(Status status) {
  switch (status) {
    case Status::available:
      return "Available";
    case Status::preparing:
      return "Preparing";
    case Status::charging:
      return "Charging";
    case Status::suspended_ev:
      return "SuspendedEV";
    case Status::suspended_evse:
      return "SuspendedEVSE";
    case Status::finishing:
      return "Finishing";
    case Status::reserved:
      return "Reserved";
    case Status::unavailable:
      return "Unavailable";
    case Status::faulted:
      return "Faulted";
    // 2.0.1 has this one word for every state with a vehicle.
    case Status::occupied:
      return "Occupied";
    case Status::unknown:
      break;
  }
  return "unknown";
}

static_assert(kernel::names_differ<Encoding>([](Encoding encoding) { return spelled(encoding); }));
static_assert(kernel::names_differ<Status>([](Status status) { return spelled(status); }));

}  // namespace

std::string_view name_of(Encoding encoding) { return spelled(encoding); }
std::string_view name_of(Status status) { return spelled(status); }

std::string_view name_of(Station::Health::Of of) {
  constexpr std::string_view names[] = {"temperature", "signal", "network", "fault"};
  static_assert(std::size(names) == kernel::enum_count<Station::Health::Of>());
  return names[static_cast<std::size_t>(of)];
}

std::string_view name_of(Version version) {
  constexpr std::string_view names[] = {"", "1.6", "2.0.1", "2.1"};
  static_assert(std::size(names) == kernel::enum_count<Version>());
  return names[static_cast<std::size_t>(version)];
}

}  // namespace evtwin::ocpp
