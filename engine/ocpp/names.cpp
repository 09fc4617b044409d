#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

std::string_view name_of(Encoding encoding) {
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

std::string_view name_of(Status status) {
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

std::string_view name_of(Version version) {
  constexpr std::string_view names[] = {"", "1.6", "2.0.1", "2.1"};
  return names[static_cast<std::size_t>(version)];
}

}  // namespace evtwin::ocpp
