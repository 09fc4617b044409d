// A policy as an ONNX model, for whoever plays it elsewhere: its normaliser folded in, features in, answers out.
#pragma once
#include <string>

#include "policy/policy_file.hpp"

namespace evtwin::policy {

/// Bytes of an ONNX model (IR 8, operators of set 13) that answers as `evtwin run --strategy KIND:policy=...` does,
/// from features to answers; what answers become is plugins/rl/player.cpp.
///   shape site   site [n, features] -> common [n, 5], one row for each decision
///   shape evse   site [1, features], evses [m, features], m >= 1 -> shares [m, 1], common [1, 5]; of dqn in the place
///                of common storage [1], 0 to 2
/// Features stand in the model's metadata, in their order, with kind and act.
/// @throws PolicyError for a policy that lacks a layer
std::string onnx_bytes(const PolicyFile& policy);

}  // namespace evtwin::policy
