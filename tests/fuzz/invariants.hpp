// What holds for every input, however broken: called by the fuzz programs and, on what they found, by the tests.
#pragma once
#include <string_view>

namespace evtwin::fuzz {

/// Reads `text` as a log, twice. @throws std::logic_error naming what does not hold.
void check_log_reader(std::string_view text);
/// Writes the frames of a log again as text, as tables and as JSON objects: each must tell the same frames.
void check_records(std::string_view text);
/// The same as check_log_reader for what is made of the frames: transactions, states, commands.
void check_site_log(std::string_view text);
/// Reads `text` as JSON documents that hold charging profiles, and adds them up.
void check_profiles(std::string_view text);

}  // namespace evtwin::fuzz
