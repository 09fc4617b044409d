// The verdict on runs of one world: a sentence for the site, the drivers, the grid company and the vehicles' owners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"

namespace evtwin::analysis {

enum class Party : std::uint8_t { site, drivers, grid, owner };
inline constexpr std::size_t party_count = 4;
static_assert(party_count == kernel::enum_count<Party>());
std::string_view title_of(Party party, Language language);

/// A run to be judged. Runs that stand side by side need names that differ.
struct VerdictRun {
  std::string name;       ///< for people: strategy, label or file
  std::vector<Kpi> kpis;  ///< as recorded; those of all sites together are used. Empty: the run is not complete
  kernel::TimeNs start_ns = 0, end_ns = 0;
  std::string currency;
  std::map<std::string, std::string> parameters{};  ///< what the site was changed to, as recorded ("change pv_kw")
  bool is_replay = false;                           ///< its energies were given by a log
  bool tariff_given = true;                         ///< else energy was free
};

/// A piece of a sentence, with the key figures that it was made from: where its why begins. A part without any joins
/// others.
struct VerdictPart {
  std::string text;
  std::vector<std::string_view> kpis;
};

enum class Service : std::uint8_t {
  equal,  ///< within 0.5 % by the end (serves_alike)
  later,  ///< only with what vehicles still plugged in can get after the end
  unequal
};

struct PartyVerdict {
  Party party = Party::site;
  std::size_t run = 0, reference = 0;  ///< of the runs given: the one spoken of, against which; one run: the same
  Service service = Service::equal;
  /// Positive: the run is better for this party. Site: money; drivers and owner: money per kWh; grid: kW of metered
  /// peak. NaN: one run alone, or a figure is missing.
  double gain = std::numeric_limits<double>::quiet_NaN();
  std::vector<VerdictPart> parts;

  std::string join_parts() const;  ///< the whole sentence
  /// Whether the run may be called better for this party: gain > 0 at equal service.
  bool is_better() const { return service == Service::equal && gain > 0.0; }
};

struct Verdict {
  std::string trouble;                  ///< not empty: why these runs can not be compared; the first is spoken of alone
  std::vector<PartyVerdict> parties;    ///< in the order of Party; empty where no run has figures
  std::vector<std::size_t> left_out;    ///< runs without figures
  std::vector<std::size_t> serve_less;  ///< runs over 0.5 % behind the most that a run served by the end
  std::string note;                     ///< a sentence that names the two kinds above; empty: there are none
};

/// The first run that has figures is the reference. Of several others each party's sentence speaks of the one that is
/// best for it among those that serve alike by the end (serves_alike, as `compare` does), of the only other one
/// whatever it serves, and says so where service is not equal. A figure is as recorded, or made of recorded ones:
///
///   site     keeps     site_money + storage_energy_value (energy left in storage is not lost), with its terms
///   drivers  pay       (driver_revenue - v2g_payment) / energy_delivered_kwh, so that charging less is no gain
///   grid     carries   peak_kw; overloads and its income (total_cost) beside it
///   owner    gains     owner_money / energy_delivered_kwh: payments for V2G less charging less battery wear
///
/// Vehicles turned away and energy owed at the end stand in the sentences of the site and the drivers. Runs of other
/// days, in another currency, or in which other vehicles came (what all wanted differs by over 0.1 %) are not compared.
Verdict give_verdict(std::span<const VerdictRun> runs, Language language);

/// The same for people, a line each, behind the party's title.
std::string verdict_text(const Verdict& verdict, Language language);

}  // namespace evtwin::analysis
