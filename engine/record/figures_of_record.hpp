// Figures that are made from the record of a run.
#pragma once

#include <functional>
#include <vector>

#include "record/run_file.hpp"

namespace evtwin::record {

class Database;

/// Of a run that is over: all is in the record but its figures.
using FiguresOfRecord = std::function<std::vector<Kpi>(Database& record)>;

}  // namespace evtwin::record
