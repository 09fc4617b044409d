// Battery scores of a fleet: filters by class and type, the cars in order, box plots, and a page for the chosen car.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/fleet.hpp"
#include "viewer/ui/ui.hpp"
#include "viewer/ui/what_if_parts.hpp"

namespace evtwin::viewer::ui {

class FleetPage {
 public:
  /// @param evtwin  the program that scores run files and tables; empty: none
  explicit FleetPage(std::string evtwin) : evtwin_(std::move(evtwin)) {}

  /// A file that is for this page: scores (.json), or records of cars (.csv, .csv.gz), by its name.
  static bool takes(const std::string& file);
  /// Reads scores, or asks evtwin for those of records or of a run's cars; the page opens at once. Records that are
  /// opened while records are shown join them.
  void open(const std::string& file);
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  bool running() const { return task_.is_running(); }
  /// Until the answer is here, for pictures and tests.
  void wait();
  /// One line; empty: none.
  const std::string& trouble() const { return trouble_; }

  /// A window over the whole screen.
  void draw(Ui& ui);

 private:
  void take(const std::string& document);
  void poll();
  const model::FleetGroup& group() const { return fleet_->groups[group_]; }

  void draw_head(Ui& ui);
  void draw_filters(Ui& ui);
  void draw_summary(Ui& ui);
  void draw_cars(Ui& ui, ImVec2 size);
  void draw_boxes(Ui& ui, float width) const;
  void draw_car(Ui& ui) const;

  std::string evtwin_, trouble_;
  std::vector<std::string> files_;  ///< that are shown, or asked about
  Task task_;
  bool open_ = false, focus_ = false;
  PictureWait picture_;
  std::optional<model::Fleet> fleet_;
  std::size_t group_ = 0;  ///< of the fleet's groups
  std::uint32_t car_ = 0;  ///< of the fleet's cars
};

}  // namespace evtwin::viewer::ui
