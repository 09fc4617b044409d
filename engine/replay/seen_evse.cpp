#include "replay/seen_evse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::replay {
namespace {

using sessions::LogSession;

// Usual ratings, smallest first. AC: rated currents of IEC 62196-2 (16, 32, 63 A) and of SAE J1772 (40, 48, 80 A on one
// phase); on 230 V 3.7, 7.4, 9.2, 11, 14.5, 18.4 kW on one phase, 11, 22, 43 kW on three. DC: outlet ratings on the
// market; 50, 150 and 350 kW are those of EU regulation 2023/1804 (AFIR).
constexpr std::array one_phase_a{16.0, 32.0, 40.0, 48.0, 63.0, 80.0};
constexpr std::array three_phase_a{16.0, 32.0, 63.0};
constexpr std::array dc_kw{25.0, 50.0, 60.0, 100.0, 150.0, 200.0, 350.0, 400.0};
static_assert(kernel::is_ascending(one_phase_a) && kernel::is_ascending(three_phase_a) && kernel::is_ascending(dc_kw),
              "the first that is enough is taken");
constexpr double most_ac_kw = 43.6;  // 3 x 63 A x 230 V
static_assert(most_ac_kw - 3 * three_phase_a.back() * 230.0 / 1000.0 > 0.0 &&
                  most_ac_kw - 3 * three_phase_a.back() * 230.0 / 1000.0 < 0.2,
              "43.47 kW, rounded up");
constexpr double meter_tolerance = 1.01;  // class B meters, EN 50470-3
constexpr double usual_a = 32.0;          // of an EVSE of which nothing is known

void look_at(const ocpp::Transaction& t, SeenEvse& seen, std::vector<double>& voltages) {
  for (const ocpp::Sample& sample : t.samples) {
    if (sample.voltage_v > 50.0) voltages.push_back(sample.voltage_v);
    if (sample.offered_kw > 0.0 && sample.offered_kw < 1000.0) seen.kw = std::max(seen.kw, sample.offered_kw);
    if (sample.offered_a > 0.0 && sample.offered_a <= 125.0) seen.a = std::max(seen.a, sample.offered_a);
    int phases = 0;
    for (const double a : sample.current_a) phases += a > 1.0 ? 1 : 0;
    seen.phases = std::max(seen.phases, phases);
  }
}

/// The least usual rating that is not below what was seen; what was seen where none is.
template <std::size_t N>
double usual_rating(const std::array<double, N>& ratings, double seen) {
  const auto enough = [&](double rating) { return seen <= rating * meter_tolerance; };
  const auto found = std::find_if(ratings.begin(), ratings.end(), enough);
  return found != ratings.end() ? *found : seen;
}

}  // namespace

double median_of(std::vector<double> values) {
  if (values.empty()) return kernel::unknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

SeenEvses seen_evses(const ocpp::SiteLog& log, const sessions::LogSessions& sessions) {
  SeenEvses out;
  std::map<std::string, std::vector<double>, std::less<>> voltages;
  for (const std::string& id : sessions.evse_ids) out[id];
  for (const LogSession& session : sessions.sessions) {
    SeenEvse& seen = out[session.evse_id];
    const ocpp::Transaction& t = log.transactions[session.transaction];
    look_at(t, seen, voltages[session.evse_id]);
    if (session.observed_kw > 0.0) seen.kw = std::max(seen.kw, session.observed_kw);
    const double hours = kernel::hours_between(t.start_ns, t.stop_ns);
    if (hours > 0.0) seen.kw = std::max(seen.kw, t.energy_kwh / hours);
  }
  for (auto& [id, seen] : out) seen.voltage_v = median_of(voltages[id]);
  return out;
}

Rating rating_of(SeenEvse seen, double site_voltage_v, double least_kw) {
  const std::string shown = seen.kw > 0.0 ? fmt::format("{:.1f} kW seen", seen.kw)
                                          : std::string("no power seen: a usual wall box is assumed");
  seen.kw = std::max(seen.kw, least_kw);
  const bool dc = seen.kw > most_ac_kw || seen.voltage_v >= dc_from_v;
  if (dc) return {fmt::format("kind = \"dc\", kw = {:.6g}", usual_rating(dc_kw, seen.kw)), shown};
  const double voltage_v = seen.voltage_v == seen.voltage_v ? seen.voltage_v : site_voltage_v;
  const double one_phase_seen_a = std::max(seen.kw * 1000.0 / voltage_v, seen.a);
  const double three_phase_seen_a = std::max(seen.kw * 1000.0 / (3.0 * voltage_v), seen.a);
  const bool one_phase = seen.phases == 1 || (seen.phases == 0 && one_phase_seen_a <= usual_a * meter_tolerance);
  const double a = one_phase_seen_a <= 0.0 ? usual_a
                   : one_phase             ? usual_rating(one_phase_a, one_phase_seen_a)
                                           : usual_rating(three_phase_a, three_phase_seen_a);
  const int phases = one_phase ? 1 : 3;
  std::string keys = fmt::format("max_a = {:.6g}, phases = {}", std::ceil(a * 10.0) / 10.0, phases);
  // The voltage that was metered decides how much a current is.
  if (std::abs(voltage_v - site_voltage_v) >= 0.5) keys += fmt::format(", voltage_v = {:.0f}", voltage_v);
  return {std::move(keys), shown};
}

Rating rating_said(double kw) {
  const std::string remark = fmt::format("{:.6g} kW as was said", kw);
  if (kw > most_ac_kw) return {fmt::format("kind = \"dc\", kw = {:.6g}", kw), remark};
  constexpr double most_one_phase_kw = 7.4;  // 32 A on 230 V, the most on one phase in most of Europe
  return {fmt::format("kw = {:.6g}, phases = {}", kw, kw <= most_one_phase_kw ? 1 : 3), remark};
}

std::string words_of_rating(double kw) {
  if (kw > most_ac_kw) return fmt::format("DC {:.6g} kW", usual_rating(dc_kw, kw));
  constexpr double usual_v = 230.0;
  const auto kw_of = [&](double a, double phases) { return phases * a * usual_v / 1000.0; };
  const bool one_phase = kw <= kw_of(usual_a, 1.0) * meter_tolerance;
  const double phases = one_phase ? 1.0 : 3.0;
  const double needs_a = kw / kw_of(1.0, phases);
  const double a = one_phase ? usual_rating(one_phase_a, needs_a) : usual_rating(three_phase_a, needs_a);
  return fmt::format("AC {:.2g} kW", kw_of(a, phases));
}

std::string lua_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const kernel::Utf8Character first = kernel::first_character(text);
    const std::size_t bytes = std::max<std::size_t>(1, first.bytes);
    const bool plain = first.bytes > 0 && !kernel::is_control(first.code) && first.code != '"' && first.code != '\\';
    for (std::size_t i = 0; i < bytes; ++i) {
      if (plain) {
        out += text[i];
      } else {
        out += fmt::format("\\{:03d}", static_cast<unsigned char>(text[i]));
      }
    }
    text.remove_prefix(bytes);
  }
  return out + "\"";
}

}  // namespace evtwin::replay
