// Limits that several sites share, as an aggregator or a common transformer has them: a sum of kW is handed out among
// the sites, and the guard of each keeps to its share.
//
//   site, by its own limits alone  -- asks --> share_out() -- share --> guard of the site, once more -- draws --> sums
//
// Asked, shared and summed is the import that a site may reach until its next event (the guard's upper side: a battery
// that tapers counts with the most it may draw), so that the sum holds in between as well. A site that feeds back
// counts as 0: its export relieves nobody.
//
// Everybody's share is worked out anew at each tick of the world, where a limit changes, and where base loads leave no
// other way. In between an event of one site concerns that site alone: it is given what it asks for as far as the
// others leave it, by the same rule where several ask at one instant. Sites are looked at in the order of their names,
// so that the order in which a scenario lists them is of no consequence.
//
// Strategies that look ahead see what their site may count on in each step to come (counted_share_kw): the limit as it
// is known for then, shared out as if every site used all that it could with who is there now. Nothing is told of who
// comes or leaves, or of what other sites plan.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "control/forecast.hpp"
#include "market/series.hpp"
#include "twin/observer.hpp"
#include "twin/result.hpp"
#include "twin/world.hpp"
#include "twin/world_part.hpp"

namespace evtwin::twin {

class SiteRun;

/// A site's side of a share, kW of import.
struct ShareAsked {
  double floor_kw = 0.0;  ///< base load, which no guard can lower; at most `kw`
  double kw = 0.0;
  double price_per_kwh = 0.0;
};

/// Hands out `kw`: to everybody the floor, then by the rule as much of what is asked beyond it as is left.
/// proportional: all get one part s of it, floor + s x (asked - floor). price: the higher price first, equal ones
/// proportionally. Example: 30 kW, floors 4 and 2, asked 24 and 22, s = 24 / 40 = 0.6: 16 and 14 kW.
/// Where the floors alone are more than `kw`, everybody gets the floor.
/// @param shares_kw  out, as many as `asked`; what is asked for, to the last bit, where all of it fits
void share_out(ShareRule rule, double kw, std::span<const ShareAsked> asked, std::span<double> shares_kw);

/// What a site may use of its share at most as it is now, kW of import: its base load, and beyond it all that the cars
/// there could still draw and its storages could take. Whole milliwatts, so that sums over sites do not depend on how
/// they came about.
struct Counted {
  std::int64_t floor_mw = 0;
  std::int64_t beyond_mw = 0;
};

/// The part of a limit of `kw` that a site may count on, kW >= 0: its share where every site used all that it is
/// counted with, or what the others then leave, whichever is more. Sites of higher prices come before it, equal ones
/// share proportionally, lower ones give way.
/// Example: 30 kW, floors 4 and 2, beyond them 20 and 20 of the same price: s = 24 / 40, 4 + 0.6 x 20 = 16 kW for the
/// first. Where the second is counted with 1 only, the first may count on 30 - 2 - 1 = 27 kW.
/// @param all_floors_mw  of all sites of the limit, this one among them. @param dearer_mw, equal_mw  sums beyond the
/// floors of the sites of higher prices, and of the same price, this one among those
double counted_share_kw(double kw, const Counted& own, std::int64_t all_floors_mw, std::int64_t dearer_mw,
                        std::int64_t equal_mw);

class SharedLimits final : public WorldPart {
 public:
  using Sites = std::span<const std::unique_ptr<SiteRun>>;

  /// The world has shared limits, and outlives this.
  SharedLimits(const World& world, Observer* observer);

  TimeNs begin(const Episode& episode) override;
  TimeNs act_now(TimeNs now_ns, SiteControls& controls) override;
  void save_state(kernel::ArchiveWriter& a) override;
  void load_state(kernel::ArchiveReader& a) override;

  /// Sites of any limit, ascending.
  std::span<const std::uint32_t> sites() const { return sites_; }
  /// Whether everybody's share is due at this instant: settle_all() then.
  bool concerns_all() const { return all_due_; }
  /// What a site asks for, as soon as it is known: before the settling of its instant, and if nothing more happens to
  /// it there.
  void ask_early(Sites sites, std::uint32_t site, TimeNs t);
  /// After the events of an instant, all `touched` sites booked until `t`: shares of those in which something changed.
  /// @returns false where that is not enough, and settle_all() must follow
  bool settle_some(Sites sites, std::span<const std::uint32_t> touched, TimeNs t);
  /// Everybody's share. All sites() are booked until `t`.
  void settle_all(Sites sites, TimeNs t);

  /// A strategy of one of the sites looks ahead: from now on sites are counted.
  void count_sites() { counts_sites_ = true; }
  bool counts_sites() const { return counts_sites_; }
  /// Counts the sites that something happened to at this instant; the first time, all.
  void count_touched(Sites sites, std::span<const std::uint32_t> touched, TimeNs t);
  /// Whether a view of `t` needs that first.
  bool is_count_due(TimeNs t) const { return counts_sites_ && counted_ns_ != t; }
  /// Lowers the horizon's import limit to what the site may count on. Not in the first step, which has begun: what a
  /// site asks for now is what shares go by.
  void show_ahead(std::uint32_t site, control::Horizon& horizon);

  /// Figures of each limit up to `t`.
  std::vector<SharedLimitResult> close_books(TimeNs t);

 private:
  /// A site of one limit or several.
  struct Member {
    std::uint32_t site = 0;
    std::vector<std::uint32_t> limits;
    bool by_price = false;  // some limit goes by price
    double price_per_kwh = 0.0;
    // Moves
    double floor_kw = 0.0, asked_kw = 0.0, share_kw = 0.0;
    TimeNs since_ns = 0;  // booked until here
    double asked_kwh = 0.0, share_kwh = 0.0, short_h = 0.0;
    std::int32_t told_limit = -1;
    double told_asked_kw = 0.0, told_share_kw = 0.0;
    Counted counted;
    // Scratch of an instant
    double wanted_kw = 0.0, cap_kw = 0.0;
    std::int32_t bound = -1;
    bool holds = false, is_asked = false;
    TimeNs looked_ns = INT64_MIN;  // when wanted_kw was asked for

    template <class A>
    void archive_fields(A& a) {
      a(floor_kw, asked_kw, share_kw, since_ns, asked_kwh, share_kwh, short_h, told_limit, told_asked_kw, told_share_kw,
        counted.floor_mw, counted.beyond_mw);
    }
  };
  /// Sites of a limit that are worth the same to it: all of them where shares are proportional.
  struct PriceClass {
    double price_per_kwh = 0.0;
    std::int64_t beyond_mw = 0;  ///< counted
  };
  struct Limit {
    market::SignalClock clock, clock_ahead;
    double sites = 0.0;  // so many
    // Moves
    double kw = 0.0;
    TimeNs until_ns = 0;
    double sum_kw = 0.0;  // of the shares of its sites
    TimeNs since_ns = 0;
    double highest_kw = 0.0, excess_kwh = 0.0, excess_h = 0.0;
    // Scratch of an instant
    double free_kw = 0.0;
    // Follows from what the members are counted with
    std::int64_t floors_mw = 0;
    std::vector<PriceClass> classes{};  // the dearest first

    template <class A>
    void archive_fields(A& a) {
      a(kw, until_ns, sum_kw, since_ns, highest_kw, excess_kwh, excess_h);
    }
  };
  template <class A>
  void archive_state(A& a);

  void ask_site(Sites sites, Member& member, TimeNs t);
  bool floors_fit();
  void hand_out(Sites sites, TimeNs t);
  void cap_members(std::uint32_t limit);
  void list_short();
  void share_out_rest(Sites sites);
  void hand_out_rest(Sites sites);
  double room_of(const Member& member) const;
  double class_price(std::uint32_t limit, const Member& member) const;
  void add_counted(const Member& member, int times);
  void sum_counted();
  void set_share(Member& member, double kw);
  void book_member(Member& member, TimeNs t);
  void book_limit(Limit& limit, TimeNs t);
  void tell_share(Member& member, TimeNs t);

  const World& world_;
  Observer* observer_;
  std::vector<Limit> limits_;
  std::vector<Member> members_;      // by the names of their sites
  std::vector<std::int32_t> place_;  // [sites of the world] in members_; -1: of no limit
  std::vector<std::uint32_t> sites_;
  bool all_due_ = false;
  bool counts_sites_ = false;
  bool all_counted_ = false;  // in this episode
  TimeNs counted_ns_ = INT64_MIN;
  // Scratch, reserved once
  std::vector<std::uint32_t> changed_;  // members whose shares are worked out at this instant, ascending
  std::vector<std::uint32_t> short_;
  std::vector<std::uint32_t> asking_;
  std::vector<ShareAsked> asked_;
  std::vector<double> shares_kw_;
};

}  // namespace evtwin::twin
