// A model as a text that other solvers and people read.
#pragma once
#include <string>

#include "optimise/linear_model.hpp"

namespace evtwin::optimise {

/// The model in free MPS. Objective row OBJ, columns C<j>, rows R<i>. Numbers are written so that they read back to the
/// bit.
std::string mps_text(const LinearModel& model, const std::string& name);

}  // namespace evtwin::optimise
