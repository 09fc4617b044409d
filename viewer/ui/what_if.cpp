#include "viewer/ui/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/ui/what_if_pages.hpp"

namespace evtwin::viewer::ui {

struct WhatIf::Parts {
  explicit Parts(std::string evtwin) : asking(std::move(evtwin)) {}
  Asking asking;
  Page page = Page::none;
  bool focus = false;
  PictureWait picture;
  PlanCharge plan_charge;
  ChangeSite change_site;
  Quadrant quadrant;
};

WhatIf::WhatIf(std::string evtwin) : parts_(std::make_unique<Parts>(std::move(evtwin))) {}
WhatIf::~WhatIf() = default;

void WhatIf::open_page(Page page) {
  parts_->page = page;
  parts_->focus = page != Page::none;
}
bool WhatIf::is_open() const { return parts_->page != Page::none; }

bool WhatIf::is_running() const {
  const Asking& asking = parts_->asking;
  return asking.strategies_task.is_running() || asking.tariffs_task.is_running() || parts_->plan_charge.is_running() ||
         parts_->change_site.is_running() || parts_->quadrant.is_running();
}

void WhatIf::wait_for_children() {
  parts_->asking.strategies_task.wait_for_child();
  parts_->asking.tariffs_task.wait_for_child();
  parts_->plan_charge.wait_for_task();
  parts_->change_site.wait_for_task();
  parts_->quadrant.wait_for_task();
}

void WhatIf::draw_window(Ui& ui) {
  Parts& parts = *parts_;
  if (parts.picture.waits(ui.still, is_running())) wait_for_children();
  parts.asking.poll_tasks();
  parts.plan_charge.poll_task();
  parts.change_site.poll_task(ui, parts.asking);
  parts.quadrant.poll_task();
  if (parts.page == Page::none) return;
  parts.asking.want_lists();

  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(screen.x * 0.94F, ui.px(960.0F)), std::min(screen.y * 0.9F, ui.px(640.0F))};
  ImGui::SetNextWindowSize(size, ImGuiCond_Always);
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.5F}, ImGuiCond_Appearing, {0.5F, 0.5F});

  if (parts.focus) ImGui::SetNextWindowFocus();
  parts.focus = false;
  const Word title = parts.page == Page::plan_charge   ? Word::ask_plan_title
                     : parts.page == Page::change_site ? Word::ask_site_title
                                                       : Word::ask_quadrant_title;

  bool open = true;
  const bool shown =
      ImGui::Begin(fmt::format("{}###what_if", ui.tr(title)).c_str(), &open,
                   ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings);
  ui.items.register_rect("what_if", ImGui::GetWindowPos(),
                         {ImGui::GetWindowPos().x + size.x, ImGui::GetWindowPos().y + size.y});

  if (shown) {
    const model::Run* run = ui.run_a();
    const model::NotAskable trouble =
        run == nullptr ? model::NotAskable::not_read : parts.asking.asked_world(*run).trouble;
    if (trouble != model::NotAskable::askable) {
      draw_wrapped(ui, ui.tr(word_of(trouble)), plot::colour_of(ui.canvas.style, plot::Category::vermillion));
      ui.items.register_last("what_if.trouble");
      if (run != nullptr && trouble != model::NotAskable::from_log)
        draw_wrapped(ui, parts.asking.asked_world(*run).scenario, ui.canvas.style.text_weak);
    }
    if (run != nullptr) {
      if (parts.page == Page::plan_charge) parts.plan_charge.draw_page(ui, parts.asking, *run);
      if (parts.page == Page::change_site) parts.change_site.draw_page(ui, parts.asking, *run);
      if (parts.page == Page::quadrant) parts.quadrant.draw_page(ui, parts.asking, *run);
    }
  }

  ImGui::End();
  if (!open) parts.page = Page::none;
}

}  // namespace evtwin::viewer::ui
