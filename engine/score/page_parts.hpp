// Internal to the page: its drawings, and the page of one car.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "score/score.hpp"

namespace evtwin::score {

struct Box {
  std::string label;
  Spread spread;
};
/// A box per row from 0 to 100: quartiles, median, whiskers to the least and the most, n behind.
std::string box_plot(std::string_view title, std::span<const Box> boxes);

std::string grade_cell(Grade grade);

/// Hidden until its address is followed: indicators, what the score is made of, segments, days, months.
std::string car_section(const Fleet& fleet, std::size_t car, bool korean);

}  // namespace evtwin::score
