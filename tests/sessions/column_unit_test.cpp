// Units in the names of columns: understood as a whole, or refused; a name without one says none.
#include "sessions/column_unit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evtwin::sessions {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto power = Quantity::power;
constexpr auto price = Quantity::price;
constexpr auto carbon = Quantity::carbon;

struct Converted {
  const char* name;
  Quantity quantity;
  double due;  ///< in the unit that is due, of 1 in the column
  const char* currency = "EUR";
};

// Factors by hand: 1 MJ = 1/3.6 kWh, 1 lb = 0.45359237 kg, 1 short ton = 2000 lb.
const Converted converted[] = {
    {"kW", power, 1},
    {"load_kw", power, 1},
    {"net_load_kw", power, 1},
    {"pv_kw", power, 1},
    {"Total Load [MW] - BZN|DE-LU", power, 1000},
    {"Electricity:Facility [kW](Hourly)", power, 1},
    {"Array DC power | (kW)", power, 1},
    {"Load (kW, hourly mean)", power, 1},
    {"Load (kW) (15 min)", power, 1},
    {"kW_max", power, 1},

    {"hp_load_kw", power, 1},
    {"Leistung in Watt", power, 1e-3},
    {"부하(kW)", power, 1},
    {"부하（W）", power, 1e-3},
    {"전력kW", power, 1},
    {"W", power, 1e-3},
    {"MW", power, 1e3},
    {"GW", power, 1e6},
    {"TW", power, 1e9},
    {"building 10 kW", power, 1},
    {"EUR/MWh incl. VAT (19%)", price, 1e-3},
    {"price 2025 EUR/MWh", price, 1e-3},
    {"Load_W_avg", power, 1e-3},
    {"avg load W", power, 1e-3},
    {"loadW", power, 1e-3},
    {"loadKW", power, 1},
    {"loadMW", power, 1e3},
    {"kWAvg", power, 1},
    {"load_MW_mean", power, 1e3},
    {"netloadmw", power, 1e3},
    {"load (megawatt)", power, 1e3},
    {"MWel", power, 1e3},
    {"kWh/h", power, 1},
    {"kW·h/h", power, 1},
    {"kWh per hour", power, 1},
    {"J/s", power, 1e-3},
    {"MJ/s", power, 1e3},
    {"kw_per_kwp", power, 1},
    {"W/kWp", power, 1e-3},
    {"W/Wp", power, 1},

    {"EUR/kWh", price, 1},
    {"EUR/MWh", price, 1e-3},
    {"EUR / MWh", price, 1e-3},
    {"EUR/GWh", price, 1e-6},
    {"EUR/Wh", price, 1e3},
    {"EUR/GJ", price, 3.6e-3},
    {"Day-ahead Price [EUR/MWh]", price, 1e-3},
    {"Deutschland/Luxemburg [€/MWh] Originalauflösungen", price, 1e-3},
    {"DE/LU price (EUR/MWh)", price, 1e-3},
    {"Price (in EUR/MWh)", price, 1e-3},
    {"Price (EUR/MWh, DE)", price, 1e-3},
    {"Preis (€/kWh)", price, 1},
    {"Price_EURperMWh", price, 1e-3},
    {"pricePerMWh", price, 1e-3},
    {"EURMWh", price, 1e-3},
    {"eurmwh", price, 1e-3},
    {"EUR_MWh", price, 1e-3},
    {"EUR/MWhe", price, 1e-3},
    {"EUR/MW·h", price, 1e-3},
    {"Price in Euro per Megawatthour", price, 1e-3},
    {"Euro per kilowatt-hour", price, 1},
    {"EUR/100kWh", price, 1e-2},
    {"EUR per 100 kWh", price, 1e-2},
    {"Strompreis EUR pro kWh", price, 1},
    {"price_per_kwh", price, 1},
    {"price_all_per_kwh", price, 1},
    {"Energy charge per kWh", price, 1},
    {"EUR/kWh incl. VAT", price, 1},
    {"price_per_mwh_eur", price, 1e-3},
    {"Price (EUR) per MWh", price, 1e-3},
    {"ct/kWh", price, 1e-2},
    {"¢/kWh", price, 1e-2, "USD"},
    {"c/kWh", price, 1e-2, "AUD"},
    {"EUR cents per kWh", price, 1e-2},
    {"US cents/kWh", price, 1e-2, "USD"},
    {"price_ct", price, 1e-2},
    {"Price (ct)", price, 1e-2},
    {"$/kWh", price, 1, "USD"},
    {"A$/kWh", price, 1, "AUD"},
    {"mills/kWh", price, 1e-3, "USD"},
    {"£/MWh", price, 1e-3, "GBP"},
    {"p/kWh", price, 1e-2, "GBP"},
    {"pence/kWh", price, 1e-2, "GBP"},
    {"öre/kWh", price, 1e-2, "SEK"},
    {"Öre/kWh", price, 1e-2, "SEK"},
    {"ore/kWh", price, 1e-2, "NOK"},
    {"øre/kWh", price, 1e-2, "DKK"},
    {"kr/kWh", price, 1, "NOK"},
    {"Rappen/kWh", price, 1e-2, "CHF"},
    {"Rp./kWh", price, 1e-2, "CHF"},
    {"Rp/kWh", price, 1, "IDR"},
    {"sen/kWh", price, 1e-2, "MYR"},
    {"grosz/kWh", price, 1e-2, "PLN"},
    {"halér/kWh", price, 1e-2, "CZK"},
    {"TL/MWh", price, 1e-3, "TRY"},
    {"won/kWh", price, 1, "KRW"},
    {"SMP (원/kWh)", price, 1, "KRW"},
    {"전력단가(원/kWh)", price, 1, "KRW"},

    {"kgCO2/kWh", carbon, 1},
    {"gCO2/kWh", carbon, 1e-3},
    {"g CO2 / kWh", carbon, 1e-3},
    {"g CO2 eq per kWh", carbon, 1e-3},
    {"Carbon Intensity gCO₂eq/kWh (direct)", carbon, 1e-3},
    {"carbon_intensity_g_per_kwh", carbon, 1e-3},
    {"intensity_g_kwh", carbon, 1e-3},
    {"gCO2_kWh", carbon, 1e-3},
    {"mg/kWh", carbon, 1e-6},
    {"t CO2 / MWh", carbon, 1},
    {"lb/MWh", carbon, 0.45359237e-3},
    {"MOER (lbs CO2/MWh)", carbon, 0.45359237e-3},
    {"lbs_CO2_per_kWh", carbon, 0.45359237},
    {"short tons/MWh", carbon, 0.90718474},
};

TEST(ColumnUnit, AUnitThatIsUnderstoodAsAWholeConverts) {
  for (const Converted& one : converted) {
    const ColumnUnit unit = column_unit(one.name, one.quantity, one.currency);
    EXPECT_THAT(unit.trouble, IsEmpty()) << one.name;
    EXPECT_THAT(unit.says, Not(IsEmpty())) << one.name;
    EXPECT_DOUBLE_EQ(unit.times / unit.per, one.due) << one.name << ", read as " << unit.says;
  }
}

struct Refused {
  const char* name;
  Quantity quantity;
  const char* because;
  const char* currency = "EUR";
};

constexpr const char* strange = "is not understood";

const Refused refused[] = {
    {"load (k W)", power,
     "holds 'k', which is not understood beside W; units taken: W, kW, MW, GW, kWh/h; for another one give scale = "
     "what 1 of it is in kW"},
    {"load k W", power, strange},
    {"load (10^3 W)", power, "'10^3'"},
    {"load (10³ W)", power, "'10^3'"},
    {"load 10^3 W", power, "'10^3'"},
    {"load (W x1000)", power, "'x1000'"},
    {"W x1000", power, "'x1000'"},
    {"load (W*1000)", power, "'1000'"},
    {"10 EUR/MWh", price, "'10'"},
    {"kW/h", power, "power per something"},
    {"load (1000 W)", power, "'1000'"},
    {"Load (1000W)", power, "'1000'"},
    {"Load (kW·h)", power, "energy (kWh)"},
    {"Load kW h", power, "energy (kWh)"},
    {"load_kwh", power, "energy (kWh)"},
    {"netloadkwh", power, "energy (kWh)"},
    {"loadWh", power, "energy (Wh)"},
    {"load_kWh_per_15min", power, "energy"},
    {"kWh/15 min", power, "energy"},
    {"kW/m²", power, "power per something"},
    {"load kVA", power, "apparent power"},
    {"Load (A)", power, "'A'"},
    {"current_a", power, "'a'"},
    {"Load (V)", power, strange},
    {"load %", power, "'%'"},
    {"load (percent)", power, strange},
    {"load_pct", power, strange},
    {"Load (p.u.)", power, strange},
    {"Load (kBtu/h)", power, "'kBtu'"},
    {"BTU/h", power, "'BTU'"},
    {"hp", power, "'hp'"},
    {"load (hp)", power, "'hp'"},
    {"Load (kvar)", power, strange},
    {"load (kWp)", power, strange},
    {"Load (EUR)", power, strange},
    {"EUR/kWh", power, strange},
    {"cars/h", power, strange},
    {"load (xyz)", power, strange},
    {"kW (W)", power, ""},

    {"price (kEUR/MWh)", price, "'kEUR'"},
    {"k€/MWh", price, "'k'"},
    {"k EUR/MWh", price, "'k'"},
    {"thousand EUR/MWh", price, "'thousand'"},
    {"1000 EUR/MWh", price, "'1000'"},
    {"천원/MWh", price, strange, "KRW"},
    {"öre/kWh", price, "prices in öre, and the tariff's currency is EUR"},
    {"ore/kWh", price, "currency is EUR"},
    {"øre/kWh", price, "currency is EUR"},
    {"øre/kWh", price, "currency is SEK", "SEK"},
    {"NOK ore/kWh", price, "currency is SEK", "SEK"},
    {"Rappen/kWh", price, "currency is EUR"},
    {"Rp/kWh", price, "currency is EUR"},
    {"sen/kWh", price, "currency is EUR"},
    {"mills/kWh", price, "currency is EUR"},
    {"mills/kWh", price, "currency is AUD", "AUD"},
    {"BTC/kWh", price, "'BTC'"},
    {"foo_per_kwh", price, "'foo'"},
    {"US cents/kWh", price, "currency is EUR"},
    {"US$/MWh", price, "currency is AUD", "AUD"},
    {"TL/MWh", price, "currency is EUR"},
    {"ct/kWh", price, "currency is KRW", "KRW"},
    {"pence/kWh", price, "currency is EUR"},
    {"kr/kWh", price, "currency is EUR"},
    {"Price (USD/MWh)", price, "currency is EUR"},
    {"EUR/MW", price, "price per MW"},
    {"EUR/MWh (EUR/kWh)", price, "more than one unit"},
    {"eur/kwh incl. VAT (ct)", price, "'ct'"},
    {"EUR kWh⁻¹", price, strange},
    {"EUR/therm", price, "'therm'"},
    {"EUR/h", price, strange},
    {"gCO2/kWh", price, strange},
    {"price (%)", price, "'%'"},
    {"price (BTC)", price, "'BTC'"},

    {"EUR/kWh", carbon, "'EUR'"},
    {"gC/kWh", carbon, "'gC'"},
    {"ug/kWh", carbon, "'ug'"},
    {"k g/kWh", carbon, "'k'"},
    {"co2_kg", carbon, "kg only"},
    {"CO2 (kg)", carbon, "kg only"},
    {"g/kW", carbon, ""},
    {"co2_per_mwh", carbon, "no mass"},
    {"kg (lb)/MWh", carbon, ""},
    {"carbon (%)", carbon, "'%'"},
};

TEST(ColumnUnit, AUnitThatIsUnderstoodInPartIsRefused) {
  for (const Refused& one : refused) {
    const ColumnUnit unit = column_unit(one.name, one.quantity, one.currency);
    EXPECT_THAT(unit.trouble, Not(IsEmpty()))
        << one.name << ", read as " << unit.says << " * " << unit.times << " / " << unit.per;
    EXPECT_THAT(unit.trouble, HasSubstr(one.because)) << one.name;
    EXPECT_THAT(unit.says, Not(IsEmpty())) << one.name;
  }
}

TEST(ColumnUnit, ANameWithoutAUnitSaysNone) {
  const char* powers[] = {"value",
                          "load",
                          "Total Load",
                          "electricity",
                          "window",
                          "time",
                          "local_time",
                          "20kW array",
                          "West w wing",
                          "hp_load",
                          "load_avg",
                          "load (hourly)",
                          "Load (max)",
                          "non_shiftable_load",
                          "solar_generation",
                          "building_a",
                          "load_a",
                          "import/export",
                          "Load (avg.)",
                          "load_1",
                          "P(t)",
                          "Load (net)",
                          "Hochlast/Niederlast",
                          "부하",
                          "load per building",
                          "net load (forecast)",
                          "actual",
                          "LOAD_ALL"};
  for (const char* name : powers) {
    const ColumnUnit unit = column_unit(name, power);
    EXPECT_EQ(unit.says + unit.trouble, "") << name;
    EXPECT_EQ(unit.times, unit.per) << name;
  }
  for (const char* name : {"price", "Price", "value", "LMP", "DE_LU price", "electricity_pricing", "Day-ahead price",
                           "electricity_pricing_predicted_1", "Price (day-ahead)", "spot", "price_eur", "Price (EUR)",
                           "원가", "tariff", "price (2025)"}) {
    const ColumnUnit unit = column_unit(name, price, std::string_view(name) == "원가" ? "KRW" : "EUR");
    EXPECT_EQ(unit.says + unit.trouble, "") << name;
    EXPECT_EQ(unit.times, unit.per) << name;
  }
  for (const char* name : {"carbon", "carbon_intensity", "moer", "f1", "co2_per_kwh", "CO2 (direct)"}) {
    const ColumnUnit unit = column_unit(name, carbon);
    EXPECT_EQ(unit.says + unit.trouble, "") << name;
  }
}

}  // namespace
}  // namespace evtwin::sessions
