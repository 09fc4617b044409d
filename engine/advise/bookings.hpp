// Advice for the manager: better times for the bookings that may be moved.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "advise/advice.hpp"

namespace evtwin::advise {

/// A booking of the scenario, as it stands.
struct BookingRow {
  std::string id;
  std::uint32_t site = 0, law = 0, visit = 0;  ///< where it stands in the world
  std::int32_t evse = demand::any_evse;
  TimeNs from_ns = 0, to_ns = 0;
  bool may_move = false;
  demand::MoveWindow window;  ///< if it may
};

/// Bookings of all sites, in the order in which they arrive, site by site.
std::vector<BookingRow> bookings_of(const twin::World& world);

/// The world with one booking at another time: the same length, energy and EVSE.
/// @throws std::logic_error for a fixed booking, or a time outside its window.
twin::World with_moved(const twin::World& world, const BookingRow& booking, TimeNs from_ns);

struct BookingMove {
  BookingRow booking;  ///< as it was
  TimeNs from_ns = 0, to_ns = 0;
};

struct BookingAdvice {
  std::string strategy;
  std::size_t fixed = 0, flexible = 0;  ///< bookings
  std::vector<BookingMove> moves;       ///< empty: none saves anything
  SiteFigures before, after;            ///< of all sites
  std::uint64_t runs = 0;
};

/// Least that the moves have to save to be proposed: what people would see, 1 KRW or 0.01 EUR.
double least_saving(const std::string& currency);

/// Looks for moves that lower the objective, one booking after the other, all its times on a grid of 15 min or wider
/// (24 at most) inside its window, three times round at most; a move that saves nothing by itself in the end is taken
/// back. Nothing counts that leaves more energy unmet, turns more cars away or reaches beyond the end of the run.
/// Found by trying, so not necessarily the best.
/// @throws AdviseError where no booking may be moved; control::StrategyError, twin::Interrupted.
BookingAdvice advise_bookings(const twin::World& world, const Way& way, const RunChoices& choices = {});

}  // namespace evtwin::advise
