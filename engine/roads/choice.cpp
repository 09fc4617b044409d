#include "roads/choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evtwin::roads {

double utility_of(const ChoiceModel& model, const Offer& offer) {
  return model.per_hour * offer.hours + model.per_price * offer.price_per_kwh + model.per_queued_car * offer.queue +
         model.for_habit * offer.habit;
}

void choice_chances(const ChoiceModel& model, std::span<const Offer> offers, std::span<double> chances) {
  double fastest_h = std::numeric_limits<double>::infinity(), highest = -std::numeric_limits<double>::infinity();
  for (const Offer& offer : offers) fastest_h = std::min(fastest_h, offer.hours);
  const auto considered = [&](const Offer& offer) { return offer.hours <= fastest_h + model.consider_h; };
  for (const Offer& offer : offers) {
    if (considered(offer)) highest = std::max(highest, utility_of(model, offer));
  }

  // Utilities count from the highest: exp of the others can not overflow, and the sum is 1 or more.
  double sum = 0.0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    chances[i] = considered(offers[i]) ? std::exp(utility_of(model, offers[i]) - highest) : 0.0;
    sum += chances[i];
  }
  for (double& chance : chances) chance /= sum;
}

std::size_t drawn_offer(std::span<const double> chances, double u) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (chances[i] <= 0.0) continue;
    last = i;
    u -= chances[i];
    if (u < 0.0) break;
  }
  return last;
}

double price_elasticity(const ChoiceModel& model, std::span<const Offer> offers, std::span<const double> chances,
                        std::size_t i, std::size_t k) {
  const double effect = model.per_price * offers[k].price_per_kwh;
  return i == k ? effect * (1.0 - chances[i]) : -effect * chances[k];
}

}  // namespace evtwin::roads
