#pragma once
// Money in a column's name: codes of ISO 4217, names and signs, and the parts that a currency is divided into.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/column_words.hpp"

namespace evtwin::sessions {

struct NamedMoney {
  double parts = 1.0;  ///< that make one of the currency: 100 cents
  std::string shown;
  std::vector<std::string> codes;  ///< that it may mean
  std::size_t from = 0, to = 0;    ///< words of the name that it takes, [from, to)

  bool may_be(std::string_view currency) const;
};

/// The money that ends with the word at `last`: EUR, €, US$, EUR ct, öre. Of several meanings the one of `currency`.
std::optional<NamedMoney> named_money(std::span<const NameWord> words, std::size_t last, std::string_view currency);

/// Length of the sign of money at the head of `text`, bytes; 0: none.
std::size_t money_sign(std::string_view text);

}  // namespace evtwin::sessions
