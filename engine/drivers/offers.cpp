#include "drivers/offers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "kernel/csv_cell.hpp"

namespace evtwin::drivers {
namespace {

constexpr double least_stay_h = 0.25, most_stay_h = 24.0;

TimeNs on_the_minute(TimeNs t) { return (t + kernel::minute_ns / 2) / kernel::minute_ns * kernel::minute_ns; }

bool is_free(const std::vector<Offer>& taken, std::uint32_t evse, TimeNs from_ns, TimeNs to_ns) {
  return std::none_of(taken.begin(), taken.end(), [&](const Offer& other) {
    return other.evse == evse && other.from_ns < to_ns && from_ns < other.to_ns;
  });
}

/// The likeliest first; of equals the first row.
std::optional<std::uint32_t> free_evse(const std::vector<double>& chances_at, const std::vector<Offer>& taken,
                                       TimeNs from_ns, TimeNs to_ns) {
  std::vector<std::uint32_t> order(chances_at.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return chances_at[a] > chances_at[b]; });
  for (const std::uint32_t evse : order) {
    if (is_free(taken, evse, from_ns, to_ns)) return evse;
  }
  return {};
}

}  // namespace

Offers make_offers(const std::vector<NextCharge>& told, TimeNs now_ns) {
  Offers out;
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < told.size(); ++d) {
    const NextCharge& next = told[d];
    if (next.within_7_days >= 0.5 && next.about_ns != kernel::time_never && next.kwh[2] > 0.0) order.push_back(d);
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return told[a].about_ns < told[b].about_ns; });

  // Who is expected first chooses first.
  for (const std::size_t d : order) {
    const NextCharge& next = told[d];
    Offer offer;
    offer.driver = d;
    offer.kwh = next.kwh[2];
    // A proposal is made before it begins.
    offer.from_ns = std::max(on_the_minute(next.about_ns), on_the_minute(now_ns) + kernel::minute_ns);
    const double stay_h = std::clamp(kernel::is_known(next.stay_h) ? next.stay_h : 1.0, least_stay_h, most_stay_h);
    const TimeNs stay_ns = on_the_minute(static_cast<TimeNs>(stay_h * static_cast<double>(kernel::hour_ns)));
    offer.to_ns = offer.from_ns + stay_ns;
    offer.earliest_ns = std::min(offer.from_ns, std::max(on_the_minute(next.when_ns[1]), on_the_minute(now_ns)));
    const TimeNs latest = next.when_ns[3] == kernel::time_never ? offer.from_ns : on_the_minute(next.when_ns[3]);
    offer.latest_ns = std::max(offer.from_ns, latest) + stay_ns;
    const auto evse = free_evse(next.at_evse, out.offers, offer.from_ns, offer.to_ns);
    if (!evse) {
      ++out.without_evse;
      continue;
    }
    offer.evse = *evse;
    out.offers.push_back(offer);
  }
  std::stable_sort(out.offers.begin(), out.offers.end(),
                   [](const Offer& a, const Offer& b) { return a.from_ns < b.from_ns; });
  return out;
}

std::string offers_csv(const Histories& histories, const Offers& offers, const std::vector<std::string>& names,
                       TimeNs now_ns) {
  std::string text =
      "session_id,driver,arrival,departure,energy_kwh,evse,reserved_at,reserved_from,reserved_until,window_from,"
      "window_to\n";
  const auto time = [&](TimeNs t) { return histories.calendar.format_iso(t); };
  for (const Offer& offer : offers.offers) {
    const std::string& name = names[offer.driver];
    text += fmt::format("{},{},{},{},{:.3f},{},{},{},{},{},{}\n", kernel::csv_cell(name + "#next"),
                        kernel::csv_cell(name), time(offer.from_ns), time(offer.to_ns), offer.kwh,
                        kernel::csv_cell(histories.evse_ids[offer.evse]), time(now_ns), time(offer.from_ns),
                        time(offer.to_ns), time(offer.earliest_ns), time(offer.latest_ns));
  }
  return text;
}

}  // namespace evtwin::drivers
