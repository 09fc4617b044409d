// How a driver chooses between stations: a multinomial logit.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::roads {

/// What a driver knows of a station that could be chosen.
struct Offer {
  double hours = 0.0;          ///< way there, wait, charging and way on, together
  double price_per_kwh = 0.0;  ///< at the meter
  double queue = 0.0;          ///< cars waiting there
  double habit = 0.0;          ///< 1: the station where the driver charged last; else 0
};

/// Coefficients of the utility V = time x hours + price x price_per_kwh + queue x cars + habit. Round figures for
/// prices in KRW: with 30 kWh a charge 0.01 per KRW/kWh is 0.33 per 1,000 KRW, so that an hour is worth 4,500 KRW; each
/// can be replaced, and should be where choices of real drivers are known.
struct ChoiceModel {
  double per_hour = -1.5;
  double per_price = -0.01;  ///< per unit of currency per kWh
  double per_queued_car = -0.3;
  double for_habit = 0.7;
  double consider_h = 1.0;  ///< stations that take so much longer than the fastest are not thought of
};

double utility_of(const ChoiceModel& model, const Offer& offer);

/// Chances of the offers: exp(V_i) / sum exp(V_j) (McFadden 1974; Train, Discrete Choice Methods with Simulation).
/// Offers outside `consider_h` have chance 0. @param chances  as many as offers, at least one
void choice_chances(const ChoiceModel& model, std::span<const Offer> offers, std::span<double> chances);

/// Index of the offer in whose share of the chances u in (0, 1) falls.
std::size_t drawn_offer(std::span<const double> chances, double u);

/// Elasticity of the chance of offer i to the price of offer k: the percent that it changes by per percent of price.
/// Own: per_price x price_i x (1 - P_i); of another: -per_price x price_k x P_k (Train).
double price_elasticity(const ChoiceModel& model, std::span<const Offer> offers, std::span<const double> chances,
                        std::size_t i, std::size_t k);

}  // namespace evtwin::roads
