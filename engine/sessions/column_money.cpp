#include "sessions/column_money.hpp"

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"
#include "market/currency.hpp"

namespace evtwin::sessions {
namespace {

struct Money {
  std::string_view word;  ///< in small letters
  double parts;
  std::string_view codes;
};

constexpr std::string_view dollars = "USD AUD CAD NZD SGD HKD TWD";
// Divided into cents, or centimes (EUR, CHF) that are written ct.
constexpr std::string_view of_cents =
    "EUR USD AUD CAD NZD SGD HKD TWD CHF ZAR KES TZS BND BBD BSD BMD BZD FJD GYD JMD KYD LKR LRD MUR NAD SBD SCR SRD "
    "SZL TTD XCD AWG ETB";
constexpr std::string_view of_centavos = "MXN BRL ARS COP CLP PHP BOB DOP GTQ HNL NIO MZN CUP CVE";

/// Whether a text is codes of three letters with one blank between, as listed_codes() takes it apart.
constexpr bool are_codes(std::string_view codes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const bool is_blank = codes[i] == ' ', is_capital = codes[i] >= 'A' && codes[i] <= 'Z';
    if (i % 4 == 3 ? !is_blank : !is_capital) return false;
  }
  return codes.size() % 4 == 3;
}
static_assert(are_codes(dollars) && are_codes(of_cents) && are_codes(of_centavos));
// Currencies and what they are divided into (subunits as the issuing central banks name them).
constexpr std::array monies{
    Money{"€", 1, "EUR"},
    Money{"euro", 1, "EUR"},
    Money{"euros", 1, "EUR"},
    Money{"eurocent", 100, "EUR"},
    Money{"eurocents", 100, "EUR"},
    Money{"£", 1, "GBP"},
    Money{"pound", 1, "GBP EGP"},
    Money{"pounds", 1, "GBP EGP"},
    Money{"p", 100, "GBP"},
    Money{"pence", 100, "GBP"},
    Money{"penny", 100, "GBP"},
    Money{"₩", 1, "KRW KPW"},
    Money{"원", 1, "KRW"},
    Money{"won", 1, "KRW KPW"},
    Money{"円", 1, "JPY"},
    Money{"yen", 1, "JPY"},
    Money{"¥", 1, "JPY CNY"},
    Money{"銭", 100, "JPY"},
    Money{"sen", 100, "MYR IDR JPY BND"},
    Money{"元", 1, "CNY TWD"},
    Money{"yuan", 1, "CNY"},
    Money{"rmb", 1, "CNY"},
    Money{"fen", 100, "CNY"},
    Money{"ntd", 1, "TWD"},
    Money{"$", 1, "USD AUD CAD NZD SGD HKD TWD MXN CLP COP ARS"},
    Money{"dollar", 1, dollars},
    Money{"dollars", 1, dollars},
    Money{"₹", 1, "INR"},
    Money{"rs", 1, "INR PKR LKR NPR MUR"},
    Money{"rupee", 1, "INR PKR LKR NPR MUR"},
    Money{"rupees", 1, "INR PKR LKR NPR MUR"},
    Money{"paisa", 100, "INR PKR NPR"},
    Money{"paise", 100, "INR PKR NPR"},
    Money{"kr", 1, "SEK NOK DKK ISK"},
    Money{"krona", 1, "SEK ISK"},
    Money{"kronor", 1, "SEK"},
    Money{"krone", 1, "NOK DKK"},
    Money{"kroner", 1, "NOK DKK"},
    Money{"öre", 100, "SEK"},
    Money{"øre", 100, "NOK DKK"},
    Money{"ore", 100, "SEK NOK DKK"},
    Money{"zł", 1, "PLN"},
    Money{"zloty", 1, "PLN"},
    Money{"złoty", 1, "PLN"},
    Money{"grosz", 100, "PLN"},
    Money{"grosze", 100, "PLN"},
    Money{"groszy", 100, "PLN"},
    Money{"gr", 100, "PLN"},
    Money{"kč", 1, "CZK"},
    Money{"haléř", 100, "CZK"},
    Money{"haléře", 100, "CZK"},
    Money{"haléřů", 100, "CZK"},
    Money{"halér", 100, "CZK"},
    Money{"haler", 100, "CZK"},
    Money{"halere", 100, "CZK"},
    Money{"ft", 1, "HUF"},
    Money{"forint", 1, "HUF"},
    Money{"leu", 1, "RON MDL"},
    Money{"lei", 1, "RON MDL"},
    Money{"bani", 100, "RON MDL"},
    Money{"franc", 1, "CHF"},
    Money{"francs", 1, "CHF"},
    Money{"franken", 1, "CHF"},
    Money{"fr", 1, "CHF"},
    Money{"rappen", 100, "CHF"},
    Money{"rp", 100, "CHF"},
    Money{"rp", 1, "IDR"},
    Money{"rupiah", 1, "IDR"},
    Money{"centime", 100, "EUR CHF"},
    Money{"centimes", 100, "EUR CHF"},
    Money{"₺", 1, "TRY"},
    Money{"tl", 1, "TRY"},
    Money{"lira", 1, "TRY"},
    Money{"kuruş", 100, "TRY"},
    Money{"kurus", 100, "TRY"},
    Money{"₽", 1, "RUB"},
    Money{"₴", 1, "UAH"},
    Money{"₪", 1, "ILS"},
    Money{"agorot", 100, "ILS"},
    Money{"₫", 1, "VND"},
    Money{"dong", 1, "VND"},
    Money{"₱", 1, "PHP"},
    Money{"฿", 1, "THB"},
    Money{"baht", 1, "THB"},
    Money{"satang", 100, "THB"},
    Money{"rm", 1, "MYR"},
    Money{"ringgit", 1, "MYR"},
    Money{"rand", 1, "ZAR"},
    Money{"reais", 1, "BRL"},
    Money{"centavo", 100, of_centavos},
    Money{"centavos", 100, of_centavos},
    Money{"mill", 1000, "USD"},
    Money{"mills", 1000, "USD"},
    Money{"c", 100, of_cents},
    Money{"¢", 100, of_cents},
    Money{"ct", 100, of_cents},
    Money{"cts", 100, of_cents},
    Money{"cent", 100, of_cents},
    Money{"cents", 100, of_cents},
};

/// Codes that are words: a currency only in capitals.
constexpr std::array<std::string_view, 8> words_too{"all", "bam", "cup", "gel", "mad", "pen", "top", "try"};
static_assert(kernel::is_ascending(words_too));

/// Letters before $ or cents that say of which country they are.
struct Country {
  std::string_view word, code;
  bool before_cents;
};
constexpr std::array countries{Country{"us", "USD", true},   Country{"au", "AUD", true},  Country{"a", "AUD", false},
                               Country{"ca", "CAD", true},   Country{"can", "CAD", true}, Country{"c", "CAD", false},
                               Country{"nz", "NZD", true},   Country{"hk", "HKD", true},  Country{"s", "SGD", false},
                               Country{"nt", "TWD", false},  Country{"mx", "MXN", false}, Country{"r", "BRL", false},
                               Country{"euro", "EUR", true}, Country{"sg", "SGD", true}};
static_assert(kernel::has_unique_keys(countries, &Country::word));

std::vector<std::string> listed_codes(std::string_view codes) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i + 3 <= codes.size(); i += 4) list.emplace_back(codes.substr(i, 3));
  return list;
}

// One word alone. EUR, öre; `rp` is of two currencies, and the tariff's goes first.
std::optional<NamedMoney> one_word(const NameWord& word, std::string_view currency) {
  std::string code = word.small;
  for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const bool only_capitals = std::find(words_too.begin(), words_too.end(), word.small) != words_too.end();
  if (market::currency_trouble(code).empty() && (word.text == code || !only_capitals))
    return NamedMoney{1.0, code, {code}, 0, 0};
  std::optional<NamedMoney> found;
  for (const Money& money : monies) {
    if (money.word != word.small) continue;
    NamedMoney one{money.parts, word.text, listed_codes(money.codes), 0, 0};
    if (!found || one.may_be(currency)) found = std::move(one);
  }
  return found;
}

}  // namespace

bool NamedMoney::may_be(std::string_view currency) const {
  return std::find(codes.begin(), codes.end(), currency) != codes.end();
}

std::optional<NamedMoney> named_money(std::span<const NameWord> words, std::size_t last, std::string_view currency) {
  if (last >= words.size()) return std::nullopt;
  auto money = one_word(words[last], currency);
  if (!money) return std::nullopt;
  money->from = last;
  money->to = last + 1;
  if (last == 0 || words[last].after_comma) return money;

  // Of which country: EUR ct, US cents, A$.
  const NameWord& before = words[last - 1];
  const bool dollar = words[last].text == "$";
  std::vector<std::string> whole;
  for (const Country& country : countries) {
    if (before.small == country.word && (dollar ? words[last].touches : country.before_cents && money->parts != 1.0))
      whole = {std::string(country.code)};
  }

  // The whole money may stand before its cents: EUR ct.
  if (whole.empty() && money->parts != 1.0 && before.text.size() > 1) {
    if (const auto one = one_word(before, currency); one && one->parts == 1.0) whole = one->codes;
  }

  if (whole.empty()) return money;
  std::erase_if(money->codes,
                [&](const std::string& code) { return std::find(whole.begin(), whole.end(), code) == whole.end(); });
  money->shown = before.text + (words[last].touches ? "" : " ") + money->shown;
  money->from = last - 1;
  return money;
}

std::size_t money_sign(std::string_view text) {
  for (const Money& money : monies) {
    const char head = money.word.front();
    const bool sign = head == '$' || money.word == "€" || money.word == "£" || money.word == "¥" || money.word == "¢" ||
                      static_cast<unsigned char>(head) >= 0xe0;
    if (sign && text.starts_with(money.word)) return money.word.size();
  }
  return 0;
}

}  // namespace evtwin::sessions
