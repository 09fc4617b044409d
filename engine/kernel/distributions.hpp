// Distributions as pure functions of a unit draw u in (0, 1): one draw in, one value out, by inversion. Ours, because
// the standard library's differ between vendors. Inversion keeps comparisons fair: a larger u is a larger value, so two
// scenarios that share draws differ by their parameters alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace evtwin::kernel {

/// Uniform on [low, high], low <= high.
double uniform_draw(double u, double low, double high);

/// One of 0 .. count - 1, from 64 random bits by the high word of the product (Lemire 2019, without its rejection):
/// a probability is off by less than count / 2^64. @param count  > 0.
std::uint32_t uniform_index(std::uint64_t bits, std::uint32_t count);

/// Exponential with the given mean: -mean x ln(1 - u).
double exponential_draw(double u, double mean);

/// Quantile of the standard normal: algorithm AS 241, routine PPND16 (Wichura 1988, Applied Statistics 37(3), 477-484),
/// relative accuracy about 1e-16. Finite for every u in (0, 1).
double standard_normal(double u);

/// Normal with mean and standard deviation sd >= 0.
double normal_draw(double u, double mean, double sd);

/// exp(normal(mu, sigma)): median exp(mu), mean exp(mu + sigma^2 / 2).
double lognormal_draw(double u, double mu, double sigma);

/// The index whose share of the summed weights u falls into; an index of weight 0 is never chosen.
/// @param weights  finite, >= 0, at least one > 0. @throws std::invalid_argument otherwise.
std::size_t discrete_draw(double u, std::span<const double> weights);

}  // namespace evtwin::kernel
