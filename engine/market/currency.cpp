#include "market/currency.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::market {
namespace {

struct Currency {
  std::string_view code, name;
};

// ISO 4217 list one (maintained by SIX), active currencies of countries; without funds, metals, test codes and XXX, in
// which nobody is billed. ANG and BGN left it in 2025 and 2026 and stay for runs of the years before. In order of the
// code.
constexpr std::array currencies{
    Currency{"AED", "UAE Dirham"},
    Currency{"AFN", "Afghani"},
    Currency{"ALL", "Lek"},
    Currency{"AMD", "Armenian Dram"},
    Currency{"ANG", "Netherlands Antillean Guilder"},
    Currency{"AOA", "Kwanza"},
    Currency{"ARS", "Argentine Peso"},
    Currency{"AUD", "Australian Dollar"},
    Currency{"AWG", "Aruban Florin"},
    Currency{"AZN", "Azerbaijan Manat"},
    Currency{"BAM", "Convertible Mark"},
    Currency{"BBD", "Barbados Dollar"},
    Currency{"BDT", "Taka"},
    Currency{"BGN", "Bulgarian Lev"},
    Currency{"BHD", "Bahraini Dinar"},
    Currency{"BIF", "Burundi Franc"},
    Currency{"BMD", "Bermudian Dollar"},
    Currency{"BND", "Brunei Dollar"},
    Currency{"BOB", "Boliviano"},
    Currency{"BRL", "Brazilian Real"},
    Currency{"BSD", "Bahamian Dollar"},
    Currency{"BTN", "Ngultrum"},
    Currency{"BWP", "Pula"},
    Currency{"BYN", "Belarusian Ruble"},
    Currency{"BZD", "Belize Dollar"},
    Currency{"CAD", "Canadian Dollar"},
    Currency{"CDF", "Congolese Franc"},
    Currency{"CHF", "Swiss Franc"},
    Currency{"CLP", "Chilean Peso"},
    Currency{"CNY", "Yuan Renminbi"},
    Currency{"COP", "Colombian Peso"},
    Currency{"CRC", "Costa Rican Colon"},
    Currency{"CUP", "Cuban Peso"},
    Currency{"CVE", "Cabo Verde Escudo"},
    Currency{"CZK", "Czech Koruna"},
    Currency{"DJF", "Djibouti Franc"},
    Currency{"DKK", "Danish Krone"},
    Currency{"DOP", "Dominican Peso"},
    Currency{"DZD", "Algerian Dinar"},
    Currency{"EGP", "Egyptian Pound"},
    Currency{"ERN", "Nakfa"},
    Currency{"ETB", "Ethiopian Birr"},
    Currency{"EUR", "Euro"},
    Currency{"FJD", "Fiji Dollar"},
    Currency{"FKP", "Falkland Islands Pound"},
    Currency{"GBP", "Pound Sterling"},
    Currency{"GEL", "Lari"},
    Currency{"GHS", "Ghana Cedi"},
    Currency{"GIP", "Gibraltar Pound"},
    Currency{"GMD", "Dalasi"},
    Currency{"GNF", "Guinean Franc"},
    Currency{"GTQ", "Quetzal"},
    Currency{"GYD", "Guyana Dollar"},
    Currency{"HKD", "Hong Kong Dollar"},
    Currency{"HNL", "Lempira"},
    Currency{"HTG", "Gourde"},
    Currency{"HUF", "Forint"},
    Currency{"IDR", "Rupiah"},
    Currency{"ILS", "New Israeli Sheqel"},
    Currency{"INR", "Indian Rupee"},
    Currency{"IQD", "Iraqi Dinar"},
    Currency{"IRR", "Iranian Rial"},
    Currency{"ISK", "Iceland Krona"},
    Currency{"JMD", "Jamaican Dollar"},
    Currency{"JOD", "Jordanian Dinar"},
    Currency{"JPY", "Yen"},
    Currency{"KES", "Kenyan Shilling"},
    Currency{"KGS", "Som"},
    Currency{"KHR", "Riel"},
    Currency{"KMF", "Comorian Franc"},
    Currency{"KPW", "North Korean Won"},
    Currency{"KRW", "Won"},
    Currency{"KWD", "Kuwaiti Dinar"},
    Currency{"KYD", "Cayman Islands Dollar"},
    Currency{"KZT", "Tenge"},
    Currency{"LAK", "Lao Kip"},
    Currency{"LBP", "Lebanese Pound"},
    Currency{"LKR", "Sri Lanka Rupee"},
    Currency{"LRD", "Liberian Dollar"},
    Currency{"LSL", "Loti"},
    Currency{"LYD", "Libyan Dinar"},
    Currency{"MAD", "Moroccan Dirham"},
    Currency{"MDL", "Moldovan Leu"},
    Currency{"MGA", "Malagasy Ariary"},
    Currency{"MKD", "Denar"},
    Currency{"MMK", "Kyat"},
    Currency{"MNT", "Tugrik"},
    Currency{"MOP", "Pataca"},
    Currency{"MRU", "Ouguiya"},
    Currency{"MUR", "Mauritius Rupee"},
    Currency{"MVR", "Rufiyaa"},
    Currency{"MWK", "Malawi Kwacha"},
    Currency{"MXN", "Mexican Peso"},
    Currency{"MYR", "Malaysian Ringgit"},
    Currency{"MZN", "Mozambique Metical"},
    Currency{"NAD", "Namibia Dollar"},
    Currency{"NGN", "Naira"},
    Currency{"NIO", "Cordoba Oro"},
    Currency{"NOK", "Norwegian Krone"},
    Currency{"NPR", "Nepalese Rupee"},
    Currency{"NZD", "New Zealand Dollar"},
    Currency{"OMR", "Rial Omani"},
    Currency{"PAB", "Balboa"},
    Currency{"PEN", "Sol"},
    Currency{"PGK", "Kina"},
    Currency{"PHP", "Philippine Peso"},
    Currency{"PKR", "Pakistan Rupee"},
    Currency{"PLN", "Zloty"},
    Currency{"PYG", "Guarani"},
    Currency{"QAR", "Qatari Rial"},
    Currency{"RON", "Romanian Leu"},
    Currency{"RSD", "Serbian Dinar"},
    Currency{"RUB", "Russian Ruble"},
    Currency{"RWF", "Rwanda Franc"},
    Currency{"SAR", "Saudi Riyal"},
    Currency{"SBD", "Solomon Islands Dollar"},
    Currency{"SCR", "Seychelles Rupee"},
    Currency{"SDG", "Sudanese Pound"},
    Currency{"SEK", "Swedish Krona"},
    Currency{"SGD", "Singapore Dollar"},
    Currency{"SHP", "Saint Helena Pound"},
    Currency{"SLE", "Leone"},
    Currency{"SOS", "Somali Shilling"},
    Currency{"SRD", "Surinam Dollar"},
    Currency{"SSP", "South Sudanese Pound"},
    Currency{"STN", "Dobra"},
    Currency{"SVC", "El Salvador Colon"},
    Currency{"SYP", "Syrian Pound"},
    Currency{"SZL", "Lilangeni"},
    Currency{"THB", "Baht"},
    Currency{"TJS", "Somoni"},
    Currency{"TMT", "Turkmenistan New Manat"},
    Currency{"TND", "Tunisian Dinar"},
    Currency{"TOP", "Pa'anga"},
    Currency{"TRY", "Turkish Lira"},
    Currency{"TTD", "Trinidad and Tobago Dollar"},
    Currency{"TWD", "New Taiwan Dollar"},
    Currency{"TZS", "Tanzanian Shilling"},
    Currency{"UAH", "Hryvnia"},
    Currency{"UGX", "Uganda Shilling"},
    Currency{"USD", "US Dollar"},
    Currency{"UYU", "Peso Uruguayo"},
    Currency{"UZS", "Uzbekistan Sum"},
    Currency{"VED", "Bolivar Digital"},
    Currency{"VES", "Bolivar Soberano"},
    Currency{"VND", "Dong"},
    Currency{"VUV", "Vatu"},
    Currency{"WST", "Tala"},
    Currency{"XAF", "CFA Franc BEAC"},
    Currency{"XCD", "East Caribbean Dollar"},
    Currency{"XCG", "Caribbean Guilder"},
    Currency{"XOF", "CFA Franc BCEAO"},
    Currency{"XPF", "CFP Franc"},
    Currency{"YER", "Yemeni Rial"},
    Currency{"ZAR", "Rand"},
    Currency{"ZMW", "Zambian Kwacha"},
    Currency{"ZWG", "Zimbabwe Gold"},
};
static_assert(kernel::is_ascending(currencies, &Currency::code), "in order of the code, each once");
static_assert(std::all_of(currencies.begin(), currencies.end(), [](const Currency& currency) {
  return currency.code.size() == 3 && currency.name.size() > 2;  // the letters of ISO 4217, and no name like a code's
}));

// Words that people write instead of a code, beside the table's names.
constexpr std::array other_words{
    Currency{"KRW", "\u20A9"}, Currency{"KRW", "\uC6D0"}, Currency{"EUR", "\u20AC"},  Currency{"GBP", "\u00A3"},
    Currency{"GBP", "POUND"},  Currency{"USD", "$"},      Currency{"USD", "DOLLAR"},  Currency{"USD", "CENT"},
    Currency{"CNY", "RMB"},    Currency{"CNY", "YUAN"},   Currency{"CNY", "CNH"},     Currency{"TWD", "NTD"},
    Currency{"INR", "RUPEE"},  Currency{"SEK", "KRONA"},  Currency{"CHF", "FRANKEN"}, Currency{"GBP", "UKP"},
};
static_assert(kernel::has_unique_keys(other_words, &Currency::name), "a word means one currency");
static_assert(std::all_of(other_words.begin(), other_words.end(),
                          [](const Currency& word) {
                            return std::any_of(currencies.begin(), currencies.end(),
                                               [&](const Currency& c) { return c.code == word.code; });
                          }),
              "each word stands for a code of the table");

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

bool is_code(std::string_view code) {
  return std::any_of(currencies.begin(), currencies.end(), [&](const Currency& c) { return c.code == code; });
}

// The code that was probably meant: in small letters or between blanks, a currency's name or sign, a slip.
std::string meant(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const std::string word = upper(text);
  if (is_code(word)) return word;
  const auto named = [&](const Currency& c) { return upper(c.name) == word || upper(c.name) + "S" == word; };
  if (const auto* row = std::find_if(currencies.begin(), currencies.end(), named); row != currencies.end())
    return std::string(row->code);
  if (const auto* row = std::find_if(other_words.begin(), other_words.end(), named); row != other_words.end())
    return std::string(row->code);
  std::vector<std::string_view> codes;
  for (const Currency& currency : currencies) codes.push_back(currency.code);
  return kernel::nearest_name(word, codes);
}

}  // namespace

std::string currency_trouble(std::string_view code) {
  if (is_code(code)) return {};
  std::string trouble = "is no currency of ISO 4217";
  if (const std::string nearest = meant(code); !nearest.empty()) return trouble + "; did you mean \"" + nearest + "\"?";
  return trouble + "; write its three letters, such as \"KRW\", \"EUR\" or \"USD\"";
}

}  // namespace evtwin::market
