// Last words: what a child says when a signal or exit() ends it.
#pragma once
#include <cstddef>

namespace evtwin::plugin_check {

/// Takes over the signals of crashes and exit() in this process; what they say goes to the black box.
void speak_when_dying();
/// Called by AddressSanitizer with its whole report: its first line becomes the reason, and the process ends.
void die_of_sanitizer(const char* report);

/// Words about an address that was touched and may not be, or false: `write_words(address, wrote, text, size)`.
/// For whoever knows the memory that is shown to the plugin (walled_view). It may not allocate.
using AddressWords = bool (*)(const void* address, bool wrote, char* text, std::size_t size);
void explain_addresses_with(AddressWords words);

/// "segmentation fault" of a signal's number.
const char* name_of_signal(int signal);

}  // namespace evtwin::plugin_check
