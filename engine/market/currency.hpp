#pragma once
// Currencies of prices: ISO 4217.

#include <string>
#include <string_view>

namespace evtwin::market {

/// Fault of a currency's code, as words to follow it, with the code that was probably meant: "is no currency of ISO
/// 4217; did you mean "KRW"?" for WON. Empty: it is one that prices are in.
std::string currency_trouble(std::string_view code);

}  // namespace evtwin::market
