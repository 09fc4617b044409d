// The pages of a what-if. Each draws into the current window; its child is looked after whether it is shown or not.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "viewer/model/bookings.hpp"
#include "viewer/model/user_best.hpp"
#include "viewer/ui/what_if_parts.hpp"

namespace evtwin::viewer::ui {

/// The driver's form: a car, and what charging it costs, today's way and a strategy's.
class PlanCharge {
 public:
  void draw_page(Ui& ui, Asking& asking, const model::Run& run);
  void poll_task() { task_.poll_child(); }
  bool is_running() const { return task_.is_running(); }
  void wait_for_task() { task_.wait_for_child(); }

 private:
  void draw_form(Ui& ui, Asking& asking, const model::Run& run);
  void draw_answer(Ui& ui, const model::Run& run);
  void draw_schedule(Ui& ui, const model::Run& run, bool both);
  void take_answer(const model::Run& run);

  Task task_;
  model::ChargeRequest request_;
  bool at_selected_ = false;
  double ac_kw_ = 0.0, dc_kw_ = 0.0;
  std::uint64_t form_of_ = 0, answer_of_ = 0;  ///< serials of runs
  std::optional<model::ChargeAnswer> answer_;
  model::Series existing_kw_, proposed_kw_;
  model::TimeModel time_;
  std::map<std::string, std::set<std::string>> hidden_;
};

/// The manager's form: what would be otherwise at a site; the answer is a run, opened as run B.
class ChangeSite {
 public:
  void draw_page(Ui& ui, Asking& asking, const model::Run& run);
  /// Opens what a child has written.
  void poll_task(Ui& ui, Asking& asking);
  bool is_running() const { return task_.is_running() || advice_task_.is_running() || list_task_.is_running(); }
  void wait_for_task() {
    task_.wait_for_child();
    advice_task_.wait_for_child();
    list_task_.wait_for_child();
  }

 private:
  /// As the form has it; what differs from the run is asked for.
  struct Fields {
    double contract_kw = 0.0;  ///< 0: no limit
    double storage_kwh = 0.0, storage_kw = 0.0;
    double pv_scale = 1.0, load_scale = 1.0;
    double driver_price = 0.0, v2g_price = 0.0;
    std::string tariff;    ///< empty: as it is
    std::string strategy;  ///< empty: the scenario's own
  };
  static Fields fields_of(const model::Run& run, std::uint32_t site);
  void draw_form(Ui& ui, Asking& asking, const model::Run& run);
  void draw_result(Ui& ui, const model::Run& run);
  void draw_save(Ui& ui);
  void draw_bookings(Ui& ui, Asking& asking, const model::Run& run);
  void draw_bookings_file(Ui& ui, Asking& asking, const model::Run& run);
  void draw_bookings_replan(Ui& ui, Asking& asking, const model::Run& run);
  void draw_booking_advice(Ui& ui, Asking& asking, const model::Run& run);
  void draw_booking_table(Ui& ui, Asking& asking, const model::Run& run);
  void take_bookings(const model::Run& run);  ///< those of the run's site, as they stand in it
  void name_table_in_trouble(Ui& ui);
  /// Asks what the scenario says of its bookings that the run does not show.
  void ask_for_terms(Asking& asking, const model::Run& run);
  void take_terms(const model::Run& run);  ///< if the answer is there
  void load_bookings(const model::Run& run);
  void save_bookings(Ui& ui, Asking& asking, const model::Run& run);
  /// Writes the table for evtwin. @returns what is to be set or changed. @throws std::runtime_error
  model::SiteRequest booking_request(Asking& asking, const model::Run& run);
  static void draw_cost_sentence(Ui& ui, const model::Run& run, const model::Run& other);
  /// The form's changes and these together.
  void start_run(Asking& asking, const model::Run& run, model::SiteRequest request);
  /// Run B where it is the answer; null: none yet.
  const model::Run* answer_run(const Ui& ui) const;

  Task task_;
  Fields was_, now_;
  std::uint64_t form_of_ = 0;  ///< serial of the run
  std::uint32_t site_ = 0;
  std::string sessions_file_, out_, shown_, save_as_, csv_name_;
  std::vector<model::Booking> bookings_, bookings_were_;  ///< as edited, and as the run has them
  std::uint64_t bookings_of_ = 0;
  std::uint32_t bookings_site_ = 0;
  std::string bookings_trouble_;  ///< of a table that can not be read
  std::string bookings_file_;     ///< of the last table written for evtwin
  Task list_task_;
  std::uint64_t list_of_ = 0;  ///< serial of the run
  std::vector<model::WrittenBooking> written_;
  bool terms_taken_ = false;  ///< the bookings have what is in `written_`
  Task advice_task_;
  std::uint64_t advice_of_ = 0;  ///< serial of the run
  std::optional<model::BookingAdvice> advice_;
};

/// Strategies as points: two figures, which way is better, and who serves the users best.
class Quadrant {
 public:
  void draw_page(Ui& ui, Asking& asking, const model::Run& run);
  void poll_task() { task_.poll_child(); }
  bool is_running() const { return task_.is_running(); }
  void wait_for_task() { task_.wait_for_child(); }

 private:
  struct Point {
    std::string label, file;  ///< file empty: it is open already
    double x = model::none, y = model::none;
  };
  void draw_choice(Ui& ui, Asking& asking, const model::Run& run);
  void draw_chart(Ui& ui, Asking& asking, const std::vector<Point>& points);
  void draw_best_for_user(Ui& ui);
  void take_answer();
  std::vector<Point> plot_points(const Ui& ui) const;

  Task task_;
  std::string x_ = "total_cost", y_ = "served_of_all_fraction";
  std::set<std::string> chosen_{"asap", "edf", "lp"};
  std::vector<model::Compared> compared_;
  std::vector<std::uint64_t> best_of_;  ///< serials of the runs
  std::vector<model::BestForUser> best_;
};

}  // namespace evtwin::viewer::ui
