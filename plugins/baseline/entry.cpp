// The one symbol the host looks up: the list of strategies, and their parameters checked before one is made.
#include <evtwin/strategy.hpp>
#include <string_view>

#include "acn_sim.hpp"
#include "alap.hpp"
#include "asap.hpp"
#include "parameters.hpp"
#include "price_mean.hpp"
#include "price_threshold.hpp"
#include "shared.hpp"
#include "sorted.hpp"

namespace evtwin::baseline {
namespace {

using Strategies =
    sdk::Library<Asap, Alap, Fcfs, Lcfs, Edf, Llf, Lrpt, RoundRobin, EqualShare, PriceThreshold, PriceMean>;
constexpr std::uint32_t strategy_count = 11;

/// Those that have ACN-Sim's conventions, in which only the choice at creation differs.
using AcnStrategies =
    sdk::Library<AcnAs<Asap, AcnUncontrolled>, AcnSortedAs<Fcfs, AcnOrder::fcfs>, AcnSortedAs<Lcfs, AcnOrder::lcfs>,
                 AcnSortedAs<Edf, AcnOrder::edf>, AcnSortedAs<Llf, AcnOrder::llf>, AcnSortedAs<Lrpt, AcnOrder::lrpt>,
                 AcnAs<RoundRobin, AcnRoundRobin>>;

evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params, std::uint32_t n,
                     const evtwin_view* first, evtwin_strategy** out) noexcept {
  *out = nullptr;
  try {
    for (std::uint32_t k = 0; k < strategy_count; ++k) {
      const evtwin_info& info = *Strategies::info(k);
      if (std::string_view(id) != info.id) continue;
      CheckedParameters checked = check_parameters(info, {params, n});
      if (checked.error.empty()) checked.error = compat_fault(info, checked.values);
      if (!checked.error.empty()) {
        host->report(host, EVTWIN_ERROR, checked.error.c_str());
        return EVTWIN_BAD_PARAMETER;
      }
      const auto make = wants_acn_sim(checked.values) ? &AcnStrategies::create : &Strategies::create;
      return make(host, id, checked.values.data(), static_cast<std::uint32_t>(checked.values.size()), first, out);
    }
    return EVTWIN_UNSUPPORTED;
  } catch (const std::exception& error) {
    host->report(host, EVTWIN_ERROR, error.what());
    return EVTWIN_FAILED;
  }
}

}  // namespace
}  // namespace evtwin::baseline

// Exported by its declaration in strategy.h.
const evtwin_entry evtwin_strategy_entry = {sizeof(evtwin_entry),     EVTWIN_ABI_MAJOR,
                                            EVTWIN_ABI_MINOR,         evtwin::baseline::strategy_count,
                                            EVTWIN_ABI_DIGEST,        &evtwin::baseline::Strategies::info,
                                            &evtwin::baseline::create};
