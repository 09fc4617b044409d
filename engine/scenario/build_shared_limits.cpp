#include <algorithm>
#include <numeric>
#include <set>

#include "kernel/nearest.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

/// The sites that a limit names, ascending.
std::vector<std::uint32_t> sharing_sites(const twin::World& world, const Fields& f) {
  std::vector<std::uint32_t> sites(world.sites.size());
  std::iota(sites.begin(), sites.end(), 0U);
  const Value* value = f.find_value("sites");
  if (value == nullptr || (value->as_text() != nullptr && *value->as_text() == "all")) return sites;

  sites.clear();
  const Where where = f.where("sites");
  if (value->as_text() != nullptr) throw_at(where, "must be \"all\" or a list of names, got " + describe_value(*value));
  const std::vector<const Value*> list = list_of(*value, where, "names of sites");
  if (list.empty()) throw_at(where, "names no site; \"all\" are all of them");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& name = name_of(*list[i], where / i);
    const auto site = std::find_if(world.sites.begin(), world.sites.end(),
                                   [&](const twin::Site& candidate) { return candidate.name == name; });
    if (site == world.sites.end()) {
      std::vector<std::string_view> names;
      for (const twin::Site& candidate : world.sites) names.push_back(candidate.name);
      throw_at(where / i, "= \"" + name + "\": there is no such site" + kernel::did_you_mean(name, names));
    }
    const auto number = static_cast<std::uint32_t>(site - world.sites.begin());
    if (std::find(sites.begin(), sites.end(), number) != sites.end())
      throw_at(where / i, "= \"" + name + "\" is named twice");
    sites.push_back(number);
  }
  std::sort(sites.begin(), sites.end());
  return sites;
}

}  // namespace

std::vector<twin::SharedLimit> shared_limits_of(Build& build, const Value& value, const Where& where) {
  std::vector<twin::SharedLimit> limits;
  const std::vector<const Value*> list = list_of(value, where, "limits over several sites, each in its own braces");
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("shared_limit"), where / i);
    twin::SharedLimit& limit = limits.emplace_back();
    limit.name = f.text("name");
    if (!names.insert(limit.name).second) throw_at(f.where("name"), "= \"" + limit.name + "\" is used twice");
    limit.sites = sharing_sites(build.world, f);
    SignalUse use;
    use.columns = {"kw", "limit_kw"};
    limit.kw = signal_of(build, *f.find_value("kw"), f.where("kw"), use, {});
    limit.share = static_cast<twin::ShareRule>(f.read_choice("share"));

    // A guard that only records can not keep to a share.
    for (const std::uint32_t site : limit.sites) {
      if (build.world.sites[site].limits == twin::LimitMode::record)
        throw_at(f.where("sites"), "has the site \"" + build.world.sites[site].name +
                                       "\", whose limits = \"record\" keep nothing; a shared limit needs \"enforce\"");
    }
  }
  return limits;
}

}  // namespace evtwin::scenario
