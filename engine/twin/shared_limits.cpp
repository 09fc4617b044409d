#include "twin/shared_limits.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernel/archive.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

namespace {

/// Sums of some thousand powers carry rounding errors of 1e-12 of them: a billionth is far above, and far below any
/// meter, as for the guard's rows.
double slack_of_share(double kw, double sites = 1.0) { return 1e-9 * std::max(sites, std::abs(kw)); }

}  // namespace

void share_out(ShareRule rule, double kw, std::span<const ShareAsked> asked, std::span<double> shares_kw) {
  std::vector<std::size_t> order(asked.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto price_of = [&](std::size_t i) { return rule == ShareRule::price ? asked[i].price_per_kwh : 0.0; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return price_of(a) > price_of(b); });

  double left_kw = kw;
  for (const ShareAsked& one : asked) left_kw -= one.floor_kw;
  for (std::size_t first = 0; first < order.size();) {
    // All of one price share what those of higher prices left.
    std::size_t end = first;
    double beyond_kw = 0.0;
    for (; end < order.size() && price_of(order[end]) == price_of(order[first]); ++end)
      beyond_kw += asked[order[end]].kw - asked[order[end]].floor_kw;
    left_kw = std::max(0.0, left_kw);
    const double part = beyond_kw <= left_kw ? 1.0 : left_kw / beyond_kw;
    for (; first < end; ++first) {
      const ShareAsked& one = asked[order[first]];
      shares_kw[order[first]] = part == 1.0 ? one.kw : one.floor_kw + part * (one.kw - one.floor_kw);
    }
    left_kw -= beyond_kw;
  }
}

double counted_share_kw(double kw, const Counted& own, std::int64_t all_floors_mw, std::int64_t dearer_mw,
                        std::int64_t equal_mw) {
  const auto in_kw = [](std::int64_t mw) { return static_cast<double>(mw) * 1e-6; };
  const double floor_kw = in_kw(own.floor_mw);
  const double left_kw = std::max(0.0, kw - in_kw(all_floors_mw) - in_kw(dearer_mw));
  const double part = in_kw(equal_mw) <= left_kw ? 1.0 : left_kw / in_kw(equal_mw);
  const double others_leave_kw = left_kw - in_kw(equal_mw - own.beyond_mw);
  return floor_kw + std::max(part * in_kw(own.beyond_mw), others_leave_kw);
}

SharedLimits::SharedLimits(const World& world, Observer* observer)
    : world_(world), observer_(observer), place_(world.sites.size(), -1) {
  std::vector<std::vector<std::uint32_t>> limits_of(world.sites.size());
  for (std::uint32_t l = 0; l < world.shared_limits.size(); ++l) {
    const market::SignalClock clock(world.shared_limits[l].kw, world.calendar);
    limits_.push_back({clock, clock, static_cast<double>(world.shared_limits[l].sites.size())});
    for (const std::uint32_t site : world.shared_limits[l].sites) limits_of[site].push_back(l);
  }

  for (std::uint32_t s = 0; s < world.sites.size(); ++s) {
    if (limits_of[s].empty()) continue;
    sites_.push_back(s);
    Member& member = members_.emplace_back();
    member.site = s;
    member.price_per_kwh = world.sites[s].share_price_per_kwh;
    for (const std::uint32_t l : limits_of[s])
      member.by_price = member.by_price || world.shared_limits[l].share == ShareRule::price;
    member.limits = std::move(limits_of[s]);
  }
  std::stable_sort(members_.begin(), members_.end(), [&](const Member& a, const Member& b) {
    return world.sites[a.site].name < world.sites[b.site].name;
  });
  for (std::size_t m = 0; m < members_.size(); ++m) place_[members_[m].site] = static_cast<std::int32_t>(m);
  for (std::uint32_t l = 0; l < limits_.size(); ++l) {
    std::vector<PriceClass>& classes = limits_[l].classes;
    for (const std::uint32_t site : world.shared_limits[l].sites)
      classes.push_back({class_price(l, members_[static_cast<std::size_t>(place_[site])])});
    std::ranges::sort(classes, std::greater(), &PriceClass::price_per_kwh);
    const auto [end, last] = std::ranges::unique(classes, {}, &PriceClass::price_per_kwh);
    classes.erase(end, last);
  }
  for (std::vector<std::uint32_t>* scratch : {&changed_, &short_, &asking_}) scratch->reserve(members_.size());
  asked_.reserve(members_.size());
  shares_kw_.reserve(members_.size());
}

// ---- Its own events: ticks, and changes of the limits

TimeNs SharedLimits::begin(const Episode& episode) {
  for (Limit& limit : limits_) {
    limit = {limit.clock, limit.clock_ahead,       limit.sites, 0.0, 0, 0.0, 0, 0.0, 0.0, 0.0, 0.0,
             0,           std::move(limit.classes)};
    for (PriceClass& one : limit.classes) one.beyond_mw = 0;
    limit.until_ns = limit.since_ns = episode.from_ns;
  }
  for (Member& member : members_) {
    Member fresh;
    fresh.site = member.site;
    fresh.limits = std::move(member.limits);
    fresh.by_price = member.by_price;
    fresh.price_per_kwh = member.price_per_kwh;
    fresh.since_ns = episode.from_ns;
    member = std::move(fresh);
  }
  all_due_ = all_counted_ = false;
  counted_ns_ = INT64_MIN;
  return episode.from_ns;
}

TimeNs SharedLimits::act_now(TimeNs now_ns, SiteControls& /*controls*/) {
  TimeNs next_ns = world_.calendar.next_tick(now_ns, world_.tick_ns);
  for (std::uint32_t l = 0; l < limits_.size(); ++l) {
    Limit& limit = limits_[l];
    if (now_ns >= limit.until_ns) {
      book_limit(limit, now_ns);
      const market::Sample sample = limit.clock.sample_at(now_ns);
      limit.kw = sample.value;
      limit.until_ns = sample.until_ns;
      if (observer_ != nullptr) observer_->on_shared_limit({l, now_ns, limit.kw});
    }
    next_ns = std::min(next_ns, limit.until_ns);
  }
  all_due_ = true;
  return next_ns;
}

// ---- Shares

void SharedLimits::ask_early(Sites sites, std::uint32_t site, TimeNs t) {
  if (place_[site] < 0) return;
  Member& member = members_[static_cast<std::size_t>(place_[site])];
  if (all_due_) sites[site]->ask_again_where_held();
  if (!sites[site]->is_share_due()) return;
  ask_site(sites, member, t);
  member.is_asked = true;
}

bool SharedLimits::settle_some(Sites sites, std::span<const std::uint32_t> touched, TimeNs t) {
  changed_.clear();
  for (const std::uint32_t site : touched) {
    if (place_[site] < 0) continue;
    const auto m = static_cast<std::uint32_t>(place_[site]);
    if (members_[m].is_asked || sites[site]->is_share_due()) changed_.push_back(m);
  }
  if (changed_.empty()) return true;
  std::sort(changed_.begin(), changed_.end());

  for (Limit& limit : limits_) limit.free_kw = limit.kw - limit.sum_kw;
  for (const std::uint32_t m : changed_) {
    if (!members_[m].is_asked || sites[members_[m].site]->is_share_due()) ask_site(sites, members_[m], t);
    members_[m].is_asked = false;
    for (const std::uint32_t l : members_[m].limits) limits_[l].free_kw += members_[m].share_kw;
  }
  if (!floors_fit()) return false;
  hand_out(sites, t);
  return true;
}

void SharedLimits::settle_all(Sites sites, TimeNs t) {
  all_due_ = false;
  changed_.resize(members_.size());
  std::iota(changed_.begin(), changed_.end(), 0U);
  for (Limit& limit : limits_) limit.free_kw = limit.kw;
  for (Member& member : members_) {
    SiteRun& site = *sites[member.site];
    // Asked early, it was looked at as a whole already.
    if (!member.is_asked) site.ask_again_where_held();
    member.is_asked = false;
    if (site.is_share_due()) {
      ask_site(sites, member, t);
    } else if (member.looked_ns != t) {
      member.wanted_kw = member.asked_kw;
      member.holds = false;
    }
  }
  hand_out(sites, t);
}

/// The import that it would have by its own limits alone.
void SharedLimits::ask_site(Sites sites, Member& member, TimeNs t) {
  const ShareRequest request = sites[member.site]->ask_share();
  member.floor_kw = request.floor_kw;
  member.wanted_kw = request.kw;
  member.holds = request.only_holds;
  member.looked_ns = t;
}

/// Whether those that changed have room for their base loads beside what the others draw.
bool SharedLimits::floors_fit() {
  for (std::uint32_t l = 0; l < limits_.size(); ++l) {
    double floor_kw = 0.0;
    for (const std::uint32_t m : changed_) {
      const Member& member = members_[m];
      if (std::find(member.limits.begin(), member.limits.end(), l) != member.limits.end()) floor_kw += member.floor_kw;
    }
    if (floor_kw > limits_[l].free_kw + slack_of_share(limits_[l].kw, limits_[l].sites)) return false;
  }
  return true;
}

/// Shares of all that changed. `free_kw` of each limit is what there is for them.
void SharedLimits::hand_out(Sites sites, TimeNs t) {
  for (const std::uint32_t m : changed_) {
    members_[m].cap_kw = members_[m].wanted_kw;
    members_[m].bound = -1;
  }
  for (std::uint32_t l = 0; l < limits_.size(); ++l) cap_members(l);

  for (Limit& limit : limits_) book_limit(limit, t);
  for (const std::uint32_t m : changed_) {
    Member& member = members_[m];
    book_member(member, t);
    if (!member.holds) member.asked_kw = member.wanted_kw;
    const bool cut = member.bound >= 0;
    set_share(member, cut ? sites[member.site]->take_share(member.cap_kw, member.bound) : member.wanted_kw);
  }
  hand_out_rest(sites);

  // Summed anew where everybody is here, so that roundings do not add up.
  const bool all = changed_.size() == members_.size();
  for (std::uint32_t l = 0; l < limits_.size() && all; ++l) {
    limits_[l].sum_kw = 0.0;
    for (const std::uint32_t m : changed_) {
      const std::vector<std::uint32_t>& of = members_[m].limits;
      if (std::find(of.begin(), of.end(), l) != of.end()) limits_[l].sum_kw += members_[m].share_kw;
    }
  }
  for (const std::uint32_t m : changed_) tell_share(members_[m], t);
}

/// Where a limit's sites want more than there is, what they may have at most.
void SharedLimits::cap_members(std::uint32_t l) {
  asking_.clear();
  asked_.clear();
  double sum_kw = 0.0;
  for (const std::uint32_t m : changed_) {
    const Member& member = members_[m];
    if (std::find(member.limits.begin(), member.limits.end(), l) == member.limits.end()) continue;
    asking_.push_back(m);
    asked_.push_back({std::min(member.floor_kw, member.cap_kw), member.cap_kw, member.price_per_kwh});
    sum_kw += member.cap_kw;
  }
  if (sum_kw <= limits_[l].free_kw + slack_of_share(limits_[l].kw, limits_[l].sites)) return;
  shares_kw_.resize(asked_.size());
  share_out(world_.shared_limits[l].share, limits_[l].free_kw, asked_, shares_kw_);
  for (std::size_t k = 0; k < asking_.size(); ++k) {
    Member& member = members_[asking_[k]];
    if (shares_kw_[k] >= member.cap_kw) continue;
    member.cap_kw = shares_kw_[k];
    member.bound = static_cast<std::int32_t>(l);
  }
}

/// Smallest offers and rates leave some of a share unused: others may have it by the same rule, and what even so nobody
/// could use goes to one after the other, the dearer first, then who lacks more.
void SharedLimits::hand_out_rest(Sites sites) {
  // In the first turn some can not use so little either; in the second the others have it.
  list_short();
  for (int turn = 0; turn < 2 && !short_.empty(); ++turn) share_out_rest(sites);
  list_short();
  const auto price_of = [](const Member& m) { return m.by_price ? m.price_per_kwh : 0.0; };
  std::stable_sort(short_.begin(), short_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Member &x = members_[a], &y = members_[b];
    if (price_of(x) != price_of(y)) return price_of(x) > price_of(y);
    return x.asked_kw - x.share_kw > y.asked_kw - y.share_kw;
  });
  for (const std::uint32_t m : short_) {
    Member& member = members_[m];
    const double room_kw = room_of(member);
    if (room_kw <= slack_of_share(member.asked_kw)) continue;
    const double cap_kw = std::min(member.asked_kw, member.share_kw + room_kw);
    for (const std::uint32_t l : member.limits) limits_[l].free_kw += member.share_kw;
    set_share(member, sites[member.site]->take_share(cap_kw, member.bound));
  }
}

/// Those that have less than they asked for, because of a limit.
void SharedLimits::list_short() {
  short_.clear();
  for (const std::uint32_t m : changed_) {
    const Member& member = members_[m];
    if (member.bound >= 0 && !member.holds && member.asked_kw - member.share_kw > slack_of_share(member.asked_kw))
      short_.push_back(m);
  }
}

/// Each of `short_` gets the same part of what it lacks; who can use nothing of it, or lacks nothing, is taken out.
void SharedLimits::share_out_rest(Sites sites) {
  for (const std::uint32_t m : short_) members_[m].cap_kw = members_[m].asked_kw;
  for (std::uint32_t l = 0; l < limits_.size(); ++l) {
    asking_.clear();
    asked_.clear();
    double kw = limits_[l].free_kw;
    for (const std::uint32_t m : short_) {
      const Member& member = members_[m];
      if (std::find(member.limits.begin(), member.limits.end(), l) == member.limits.end()) continue;
      asking_.push_back(m);
      asked_.push_back({std::min(member.share_kw, member.cap_kw), member.cap_kw, member.price_per_kwh});
      kw += asked_.back().floor_kw;
    }
    shares_kw_.resize(asked_.size());
    share_out(world_.shared_limits[l].share, kw, asked_, shares_kw_);
    for (std::size_t k = 0; k < asking_.size(); ++k) members_[asking_[k]].cap_kw = shares_kw_[k];
  }

  std::erase_if(short_, [&](std::uint32_t m) {
    Member& member = members_[m];
    const double before_kw = member.share_kw, slack_kw = slack_of_share(member.asked_kw);
    if (member.cap_kw - before_kw <= slack_kw) return false;
    for (const std::uint32_t l : member.limits) limits_[l].free_kw += before_kw;
    set_share(member, sites[member.site]->take_share(member.cap_kw, member.bound));
    return member.share_kw - before_kw <= slack_kw || member.asked_kw - member.share_kw <= slack_kw;
  });
}

/// kW that every limit of a site has left.
double SharedLimits::room_of(const Member& member) const {
  double room_kw = infinite;
  for (const std::uint32_t l : member.limits) room_kw = std::min(room_kw, limits_[l].free_kw);
  return room_kw;
}

void SharedLimits::set_share(Member& member, double kw) {
  for (const std::uint32_t l : member.limits) {
    limits_[l].sum_kw += kw - member.share_kw;
    limits_[l].free_kw -= kw;
  }
  member.share_kw = kw;
}

// ---- What sites may count on

double SharedLimits::class_price(std::uint32_t limit, const Member& member) const {
  return world_.shared_limits[limit].share == ShareRule::price ? member.price_per_kwh : 0.0;
}

void SharedLimits::add_counted(const Member& member, int times) {
  for (const std::uint32_t l : member.limits) {
    limits_[l].floors_mw += times * member.counted.floor_mw;
    const auto of = std::ranges::lower_bound(limits_[l].classes, class_price(l, member), std::greater(),
                                             &PriceClass::price_per_kwh);
    of->beyond_mw += times * member.counted.beyond_mw;
  }
}

void SharedLimits::sum_counted() {
  for (Limit& limit : limits_) {
    limit.floors_mw = 0;
    for (PriceClass& one : limit.classes) one.beyond_mw = 0;
  }
  for (const Member& member : members_) add_counted(member, 1);
}

void SharedLimits::count_touched(Sites sites, std::span<const std::uint32_t> touched, TimeNs t) {
  counted_ns_ = t;
  const auto count = [&](Member& member) {
    const auto in_mw = [](double kw) { return static_cast<std::int64_t>(std::llround(kw * 1e6)); };
    const ShareRequest most = sites[member.site]->most_import();
    const Counted now{in_mw(most.floor_kw), in_mw(most.kw) - in_mw(most.floor_kw)};
    if (now.floor_mw == member.counted.floor_mw && now.beyond_mw == member.counted.beyond_mw) return;
    add_counted(member, -1);
    member.counted = now;
    add_counted(member, 1);
  };
  if (!all_counted_) {
    all_counted_ = true;
    for (Member& member : members_) count(member);
    return;
  }
  for (const std::uint32_t site : touched) {
    if (place_[site] >= 0) count(members_[static_cast<std::size_t>(place_[site])]);
  }
}

void SharedLimits::show_ahead(std::uint32_t site, control::Horizon& horizon) {
  if (place_[site] < 0) return;
  const Member& member = members_[static_cast<std::size_t>(place_[site])];
  for (const std::uint32_t l : member.limits) {
    Limit& limit = limits_[l];
    std::int64_t dearer_mw = 0;
    std::size_t c = 0;
    for (; limit.classes[c].price_per_kwh != class_price(l, member); ++c) dearer_mw += limit.classes[c].beyond_mw;

    for (std::size_t k = 1; k < horizon.contract_kw.size(); ++k) {
      // The lowest of the step; where the curve ends, its last value holds on.
      double kw = limit.kw;
      for (TimeNs t = horizon.start_ns[k]; t < horizon.start_ns[k + 1];) {
        const market::Sample sample = limit.clock_ahead.sample_at(t);
        if (!std::isnan(sample.value)) kw = t == horizon.start_ns[k] ? sample.value : std::min(kw, sample.value);
        t = sample.until_ns;
      }
      const double counted_kw =
          counted_share_kw(kw, member.counted, limit.floors_mw, dearer_mw, limit.classes[c].beyond_mw);
      horizon.contract_kw[k] = std::min(horizon.contract_kw[k], counted_kw);
    }
  }
}

// ---- Books

void SharedLimits::book_member(Member& member, TimeNs t) {
  const double hours = kernel::hours_between(member.since_ns, t);
  member.since_ns = t;
  member.asked_kwh += member.asked_kw * hours;
  member.share_kwh += member.share_kw * hours;
  if (member.told_limit >= 0) member.short_h += hours;
}

void SharedLimits::book_limit(Limit& limit, TimeNs t) {
  const double hours = kernel::hours_between(limit.since_ns, t);
  limit.since_ns = t;
  if (hours == 0.0) return;
  limit.highest_kw = std::max(limit.highest_kw, limit.sum_kw);
  if (limit.sum_kw <= limit.kw + slack_of_share(limit.kw, limit.sites)) return;
  limit.excess_kwh += (limit.sum_kw - limit.kw) * hours;
  limit.excess_h += hours;
}

void SharedLimits::tell_share(Member& member, TimeNs t) {
  const bool lacks = member.asked_kw - member.share_kw > slack_of_share(member.asked_kw);
  // A battery that tapers lets go of some of its share, which is no lack.
  const std::int32_t limit = !lacks ? -1 : member.holds ? member.told_limit : member.bound;
  const bool same = limit == member.told_limit &&
                    (limit < 0 || (member.asked_kw == member.told_asked_kw && member.share_kw == member.told_share_kw));
  if (same) return;
  member.told_limit = limit;
  member.told_asked_kw = member.asked_kw;
  member.told_share_kw = member.share_kw;
  if (observer_ != nullptr) observer_->on_share({member.site, limit, t, member.asked_kw, member.share_kw});
}

std::vector<SharedLimitResult> SharedLimits::close_books(TimeNs t) {
  for (Limit& limit : limits_) book_limit(limit, t);
  for (Member& member : members_) book_member(member, t);
  std::vector<SharedLimitResult> results;
  for (std::uint32_t l = 0; l < limits_.size(); ++l) {
    SharedLimitResult& result = results.emplace_back();
    result.highest_kw = limits_[l].highest_kw;
    result.excess_kwh = limits_[l].excess_kwh;
    result.excess_h = limits_[l].excess_h;
    for (const std::uint32_t site : world_.shared_limits[l].sites) {
      const Member& member = members_[static_cast<std::size_t>(place_[site])];
      result.sites.push_back({site, member.asked_kwh, member.share_kwh, member.short_h});
    }
  }
  return results;
}

// ---- Checkpoints

template <class A>
void SharedLimits::archive_state(A& a) {
  a.begin_section("shared limits");
  a.archive_elements(limits_);
  a.archive_elements(members_);
  a(all_due_, all_counted_);
  if constexpr (A::loads) {
    all_counted_ = all_counted_ && counts_sites_;  // one who does not look ahead may go before one who does
    sum_counted();
  }
  for (const Member& member : members_)
    a.require_that(member.told_limit < static_cast<std::int32_t>(limits_.size()), "a shared limit that there is not");
}

void SharedLimits::save_state(kernel::ArchiveWriter& a) { archive_state(a); }
void SharedLimits::load_state(kernel::ArchiveReader& a) { archive_state(a); }

}  // namespace evtwin::twin
