// Strategies without the C++ face: each breaks the contract in the way its id says.
#include <evtwin/strategy.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace {

struct Raw {
  evtwin_strategy c;
  const evtwin_host* host;
  std::string_view id;
  int decisions;
};

constexpr evtwin_info described(const char* id) {
  return {sizeof(evtwin_info), 0, id, id, "1.0", "Breaks the contract.", nullptr, 0, 0};
}
constexpr std::array infos{described("throws-in-create"), described("throws-in-decide"), described("throws-a-number"),
                           described("says-status"),      described("reports"),          described("no-instance"),
                           described("no-decide"),        described("speaks-too-early"), described("forks")};

const evtwin_info* info(std::uint32_t index) { return index < infos.size() ? &infos[index] : nullptr; }

evtwin_status decide(evtwin_strategy* c, const evtwin_view*, evtwin_decision* decision) {
  Raw& raw = *static_cast<Raw*>(c->self);
  ++raw.decisions;
  if (raw.id == "throws-in-decide") throw std::runtime_error("the fence was left open");
  if (raw.id == "throws-a-number") throw 42;
  if (raw.id == "says-status") return EVTWIN_BAD_PARAMETER;
  if (raw.id == "reports") {
    raw.host->report(raw.host, EVTWIN_WARNING, "only a warning");
    raw.host->report(raw.host, EVTWIN_ERROR, "the tariff has no night");
    raw.host->report(raw.host, EVTWIN_INFO, "only an aside");
    return EVTWIN_FAILED;
  }
  if (raw.id == "forks") {
    if (raw.decisions == 3 && fork() < 0) return EVTWIN_FAILED;  // both go on
    decision->evse_kw[0] = raw.decisions;
    return EVTWIN_OK;
  }
  // speaks-too-early: an error is reported, yet the call succeeds; the next one fails without a word.
  if (raw.decisions > 1) return EVTWIN_FAILED;
  raw.host->report(raw.host, EVTWIN_ERROR, "words of the first call");
  return EVTWIN_OK;
}
void destroy(evtwin_strategy* c) { delete static_cast<Raw*>(c->self); }

evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value*, std::uint32_t,
                     const evtwin_view*, evtwin_strategy** out) {
  static evtwin_strategy hollow{};
  hollow.struct_size = sizeof hollow;
  const std::string_view asked = id;
  if (asked == "throws-in-create") throw std::runtime_error("no site like this");
  if (asked == "no-instance") return EVTWIN_OK;
  if (asked == "no-decide") {
    *out = &hollow;
    return EVTWIN_OK;
  }
  auto* raw = new Raw{{}, host, "", 0};
  raw->c.struct_size = sizeof raw->c;
  raw->c.subscribes = EVTWIN_WHY_TICK;
  raw->c.decide = &decide;
  raw->c.destroy = &destroy;
  for (const evtwin_info& known : infos) {
    if (asked == known.id) raw->id = known.id;
  }
  raw->c.self = raw;
  *out = &raw->c;
  return EVTWIN_OK;
}

}  // namespace

extern "C" {
const evtwin_entry evtwin_strategy_entry = {sizeof(evtwin_entry),
                                            EVTWIN_ABI_MAJOR,
                                            EVTWIN_ABI_MINOR,
                                            static_cast<std::uint32_t>(infos.size()),
                                            EVTWIN_ABI_DIGEST,
                                            &info,
                                            &create};
}
