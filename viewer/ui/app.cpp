#include "viewer/ui/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "viewer/model/story.hpp"
#include "viewer/ui/actions.hpp"
#include "viewer/ui/file_picker.hpp"
#include "viewer/ui/fleet_page.hpp"
#include "viewer/ui/screen.hpp"
#include "viewer/ui/theme.hpp"
#include "viewer/ui/verdict_view.hpp"
#include "viewer/ui/what_if.hpp"

namespace evtwin::viewer::ui {
namespace {

template <class Value, std::size_t N>
Value chosen(const char* option, const std::string& text, const std::array<std::pair<const char*, Value>, N>& choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  throw std::invalid_argument(fmt::format("--{} {}: one of {} is needed", option, kernel::make_printable(text), known));
}

constexpr std::array<std::pair<const char*, Layout>, 2> layouts{
    {{"researcher", Layout::researcher}, {"stakeholder", Layout::stakeholder}}};
static_assert(std::size(layouts) == kernel::enum_count<Layout>());
constexpr std::array<std::pair<const char*, Language>, 2> languages{
    {{"en", Language::english}, {"ko", Language::korean}}};
static_assert(std::size(languages) == kernel::enum_count<Language>());
constexpr std::array<std::pair<const char*, bool>, 2> themes{{{"light", false}, {"dark", true}}};
constexpr std::array<std::pair<const char*, Compare>, 5> compares{{{"a", Compare::a},
                                                                   {"b", Compare::b},
                                                                   {"overlay", Compare::overlay},
                                                                   {"split", Compare::split},
                                                                   {"difference", Compare::difference}}};
static_assert(kernel::follows_enum(compares, [](const auto& row) { return row.second; }));
enum class Dialogue : std::uint8_t { none, help, roads, plan, site, quadrant };
constexpr std::array<std::pair<const char*, Dialogue>, 6> dialogues{{{"", Dialogue::none},
                                                                     {"help", Dialogue::help},
                                                                     {"roads", Dialogue::roads},
                                                                     {"plan", Dialogue::plan},
                                                                     {"site", Dialogue::site},
                                                                     {"quadrant", Dialogue::quadrant}}};
static_assert(kernel::follows_enum(dialogues, [](const auto& row) { return row.second; }));

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("ko") ? Language::korean : Language::english;
  }
  return Language::english;
}

/// A name that is not taken: run.png, run-2.png ...
std::string free_name(const std::string& stem, const char* suffix) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (int number = 1;; ++number) {
    std::string name = number == 1 ? fmt::format("{}{}", stem, suffix) : fmt::format("{}-{}{}", stem, number, suffix);
    if (!fs::exists(name, error)) return name;
  }
}

/// Outcome of a run, on one line, when the player has reached its end.
std::string end_notice(const Ui& ui, const model::Run& run) {
  std::string text;
  for (const std::string& line : ending_lines(ui, run)) text += (text.empty() ? "" : "  ") + line;
  return text;
}

}  // namespace

struct App::Parts {
  Parts(Options options_, plot::Textures& textures, Fonts& fonts)
      : options(std::move(options_)), ui(textures, fonts), what_if(options.evtwin), fleet(options.evtwin) {}

  Options options;
  Ui ui;
  WhatIf what_if;
  FleetPage fleet;
  FilePicker picker;
  Splits splits;
  bool exit = false;
  bool opened = false;  ///< the story has begun
  bool linked = false;  ///< time, window and selection of the command line were set
  PictureRequest picture;
  std::optional<std::size_t> passed_over;  ///< the run that was to be B and can not be read
  std::vector<TimeNs> event_times;
  std::uint64_t events_of = 0;  ///< serial of the run they are of

  void open(const std::string& file);
  void remember(const std::string& file) const;  ///< among those opened before
  void take_over(OpenRun& run, model::RunPtr read);
  void set_bounds();
  TimeNs opening(const model::Run& run) const;
  void begin_playing(const model::Run& run);
  void follow_links();
  void select(const std::string& name);
  void pass_over_unreadable();
  std::string trouble() const;
  std::string stem() const;
  // Look that the options name; the rest stays as it is.
  void set_look(const Options& asked);
  void open_dialogue(const Options& asked);
  void set_compare(const Options& asked);
  bool close_top();

  // A frame, step by step.
  void begin_canvas(const model::Run* run);
  void read_event_times(const model::Run& run);
  void advance_time(const model::Run* run);
  void draw_window(const ScreenActions& actions);
  void ask_picture(bool of_plot);
  void ask_csv();
  void act_on(AppKey key);
};

void App::Parts::open(const std::string& file) {
  if (FleetPage::takes(file)) return fleet.open(file);
  OpenRun run;
  run.file = file;
  run.feed = std::make_unique<model::RunFeed>(file);
  run.label = kernel::make_printable(std::filesystem::path(file).stem().string());
  ui.runs.push_back(std::move(run));
  if (ui.runs.size() < 2) return;
  ui.b = ui.runs.size() - 1;
  if (ui.compare == Compare::a) ui.compare = Compare::overlay;
}

void App::Parts::remember(const std::string& file) const {
  if (options.machine != nullptr) options.machine->remember_file(file);
}

void App::Parts::take_over(OpenRun& run, model::RunPtr read) {
  if (run.run == nullptr) remember(run.file);
  run.run = std::move(read);
  const auto letter = static_cast<char>('A' + (&run - ui.runs.data()) % 26);
  run.label = fmt::format("{}: {} ({})", letter, run.run->strategy,
                          kernel::make_printable(std::filesystem::path(run.file).stem().string()));
  ui.fonts.need_characters(run.label);
  for (const model::Site& site : run.run->sites) ui.fonts.need_characters(site.name);
  for (const model::Evse& evse : run.run->evses) ui.fonts.need_characters(evse.name);
  for (const model::Storage& storage : run.run->storages) ui.fonts.need_characters(storage.name);
  // Rows of an older reading of the file may be gone.
  const model::Run* a = ui.run_a();
  if (a != nullptr) {
    if (ui.selection.evse != no_row && ui.selection.evse >= a->evses.size()) ui.selection.clear();
    if (ui.selection.session != no_row && ui.selection.session >= a->sessions.size()) ui.selection.session = no_row;
    if (ui.selection.site != no_row && ui.selection.site >= a->sites.size()) ui.selection.site = 0;
  }
  set_bounds();
}

/// A file that can not be read takes no run's place on the screen: its trouble is told, and what could be read stays.
/// One that can be read later, as a run that is being written, comes to the place it was opened for.
void App::Parts::pass_over_unreadable() {
  const auto readable = [&](std::size_t at) {
    if (ui.runs[at].run != nullptr) return true;
    const model::FeedStatus status = ui.runs[at].feed->feed_status();
    return status.loading || status.trouble.empty();
  };
  const auto another = [&](std::size_t than) {
    for (std::size_t at = ui.runs.size(); at-- > 0;) {
      if (at != than && readable(at)) return at;
    }
    return ui.runs.size();
  };
  if (passed_over && readable(*passed_over)) {
    ui.b = *std::exchange(passed_over, std::nullopt);
    if (ui.compare == Compare::a) ui.compare = Compare::overlay;
  }
  if (ui.runs.size() < 2) return;
  if (const std::size_t to = another(ui.a); !readable(ui.a) && to < ui.runs.size()) ui.a = to;
  if (ui.b == ui.a || readable(ui.b)) return;
  passed_over = ui.b;
  const std::size_t to = another(ui.a);
  ui.b = to < ui.runs.size() ? to : ui.a;
  if (ui.b == ui.a) ui.compare = Compare::a;
}

void App::Parts::set_bounds() {
  const model::Run* a = ui.run_a();
  if (a == nullptr) return;
  TimeNs start = a->start_ns;
  TimeNs end = std::max(a->known_until_ns, a->start_ns);
  if (const model::Run* b = ui.run_b(); b != nullptr) {
    start = std::min(start, b->start_ns);
    end = std::max(end, b->known_until_ns);
  }
  ui.time.set_bounds(start, end);
}

/// Where the story begins: in the first busy hour; a picture, which does not move, when it has become busy.
TimeNs App::Parts::opening(const model::Run& run) const {
  const bool story = ui.settings.layout == Layout::stakeholder && run.state != record::RunState::running;
  if (!story) return std::max(ui.time.cursor_ns(), run.start_ns);
  return ui.still ? model::first_busy(run) : model::first_busy_hour(run);
}

/// The stage plays by itself: a day in twenty seconds, quiet hours skipped, the day's window in the plot.
void App::Parts::begin_playing(const model::Run& run) {
  if (ui.settings.layout != Layout::stakeholder || run.state == record::RunState::running) return;
  constexpr double day_s = 20.0;
  ui.time.speed = 86400.0 / day_s;
  ui.time.skip_idle = true;
  ui.time.playing = !ui.still;
  const TimeNs t = ui.time.cursor_ns();
  if (options.window.empty()) ui.time.show_window(run.clock.day_start(t), run.clock.next_day(t));
}

void App::Parts::follow_links() {
  const model::Run* run = ui.run_a();
  if (linked || run == nullptr) return;
  linked = true;
  // The story begins once; a link that is followed later leaves the cursor where it is.
  const bool begins = !std::exchange(opened, true) && options.t.empty();
  const TimeNs t = !options.t.empty() ? run->clock.parse_instant(options.t)
                   : begins           ? opening(*run)
                                      : std::max(ui.time.cursor_ns(), run->start_ns);
  if (!options.window.empty()) {
    const TimeNs width = model::parse_duration(options.window);
    const TimeNs from = options.from.empty() ? t - width / 2 : run->clock.parse_instant(options.from);
    ui.time.show_window(from, from + width);
  }
  ui.time.seek_time(t);
  ui.time.follow = options.t.empty() && run->state == record::RunState::running;
  if (begins) begin_playing(*run);
  const model::Run& other = ui.run_b() == nullptr ? *run : *ui.run_b();
  const TimeNs start = std::min(run->start_ns, other.start_ns), end = std::max(run->end_ns, other.end_ns);
  if (!options.t.empty() && (t < start || t > end))
    throw std::invalid_argument(fmt::format("--t {}: the run is from {} to {}", kernel::make_printable(options.t),
                                            run->clock.date_time_text(start), run->clock.date_time_text(end)));
  const TimeNs known = std::max(run->known_until_ns, other.known_until_ns);
  if (!options.t.empty() && t > known)
    throw std::invalid_argument(fmt::format("--t {}: the run was cut, or is being written; it is recorded until {}",
                                            kernel::make_printable(options.t), run->clock.date_time_text(known)));
  if (!options.select.empty()) select(options.select);
}

void App::Parts::select(const std::string& name) {
  const model::Run& run = *ui.run_a();
  if (const std::uint32_t evse = find_evse(run, name); evse != no_row) return ui.select_evse(evse);
  for (std::uint32_t row = 0; row < run.storages.size(); ++row) {
    if (run.storages[row].name != name) continue;
    ui.selection.clear();
    ui.selection.storage = row;
    return;
  }
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    if (run.sessions[row].name == name) return ui.select_session(row);
  }
  for (const model::Evse& evse : run.evses) {
    if (evse.station != name) continue;
    ui.selection.station = name;
    return;
  }
  throw std::invalid_argument(
      fmt::format("--select {}: there is no EVSE, storage, session or station of that name in {}",
                  kernel::make_printable(name), kernel::make_printable(run.file)));
}

void App::Parts::set_look(const Options& asked) {
  if (!asked.layout.empty()) ui.settings.layout = chosen("layout", asked.layout, layouts);
  if (!asked.language.empty()) ui.settings.language = chosen("lang", asked.language, languages);
  if (!asked.theme.empty()) ui.settings.dark = chosen("theme", asked.theme, themes);
}

void App::Parts::open_dialogue(const Options& asked) {
  const Dialogue dialogue = chosen("open", asked.open, dialogues);
  if (ui.in_page && dialogue > Dialogue::roads)
    throw std::invalid_argument(fmt::format("--open {}: a page can not ask evtwin, evtwin view can", asked.open));
  switch (dialogue) {
    case Dialogue::none:
      break;
    case Dialogue::help:
      ui.help = true;
      break;
    case Dialogue::roads:
      ui.show_roads = true;
      break;
    case Dialogue::plan:
      what_if.open_page(WhatIf::Page::plan_charge);
      break;
    case Dialogue::site:
      what_if.open_page(WhatIf::Page::change_site);
      break;
    case Dialogue::quadrant:
      what_if.open_page(WhatIf::Page::quadrant);
      break;
  }
}

void App::Parts::set_compare(const Options& asked) {
  if (asked.compare.empty()) return;
  const Compare compare = chosen("compare", asked.compare, compares);
  if (ui.runs.size() < 2 && compare != Compare::a)
    throw std::invalid_argument(fmt::format("--compare {}: two run files are needed", asked.compare));
  ui.compare = compare;
}

std::string App::Parts::trouble() const {
  std::string lines;
  for (const OpenRun& run : ui.runs) {
    const std::string line = run.feed->feed_status().trouble;
    if (!line.empty()) lines += (lines.empty() ? "" : "\n") + line;
  }
  if (!fleet.trouble().empty()) lines += (lines.empty() ? "" : "\n") + fleet.trouble();
  return lines;
}

/// Closes the window that lies on top. @returns false: there is none
bool App::Parts::close_top() {
  if (picker.is_open()) {
    picker.close_dialogue();
  } else if (ui.help) {
    ui.help = false;
  } else if (what_if.is_open()) {
    what_if.open_page(WhatIf::Page::none);
  } else if (fleet.is_open()) {
    fleet.close();
  } else {
    return false;
  }
  return true;
}

std::string App::Parts::stem() const {
  return ui.runs.empty() ? "evtwin" : std::filesystem::path(ui.runs[ui.a].file).stem().string();
}

App::App(Options options, plot::Textures& textures, Fonts& fonts)
    : parts_(std::make_unique<Parts>(std::move(options), textures, fonts)) {
  Ui& ui = parts_->ui;
  const Options& asked = parts_->options;
  if (asked.language.empty()) ui.settings.language = language_of_environment();
  parts_->set_look(asked);
  if (!(asked.scale >= 1.0F && asked.scale <= 2.0F))
    throw std::invalid_argument(fmt::format("--scale {}: 1 to 2 is possible", static_cast<double>(asked.scale)));
  ui.settings.scale = asked.scale;
  ui.still = asked.still;
  ui.in_page = asked.in_page;
  if (!asked.window.empty()) (void)model::parse_duration(asked.window);
  parts_->open_dialogue(asked);
  for (const std::string& file : asked.files) open_file(file);
  ui.b = ui.runs.size() > 1 ? 1 : 0;
  ui.compare = ui.runs.size() > 1 ? Compare::overlay : Compare::a;
  parts_->set_compare(asked);
}

App::~App() = default;

void App::follow_options(const Options& options) {
  parts_->set_look(options);
  parts_->set_compare(options);
  if (!options.window.empty()) (void)model::parse_duration(options.window);
  Options& kept = parts_->options;
  kept.t = options.t;
  kept.window = options.window;
  kept.from = options.from;
  kept.select = options.select;
  parts_->linked = options.t.empty() && options.window.empty() && options.select.empty();
  parts_->open_dialogue(options);
  parts_->follow_links();
}

bool App::poll_runs(bool wait) {
  bool fresh = false;
  Ui& ui = parts_->ui;
  for (OpenRun& run : ui.runs) {
    if (wait) run.feed->wait_until_loaded();
    if (model::RunPtr read = run.feed->poll_run()) {
      parts_->take_over(run, std::move(read));
      fresh = true;
    }
  }
  parts_->pass_over_unreadable();
  if (wait) parts_->what_if.wait_for_children();
  if (wait) parts_->fleet.wait();
  parts_->follow_links();
  return fresh;
}

/// The parts of the canvas that hold for one frame: the clock of the run shown, and where its items are told to.
void App::Parts::begin_canvas(const model::Run* run) {
  ui.canvas.begin_frame();
  ui.canvas.time = &ui.time;
  ui.canvas.textures = &ui.textures;
  ui.canvas.small = ui.fonts.small;
  ui.canvas.on_item = [this](const std::string& name, ImVec2 min, ImVec2 max) {
    ui.items.register_rect(name, min, max);
  };
  ui.fonts.need_characters(plot::axis_characters());

  static const model::Clock utc;
  ui.canvas.clock = run != nullptr ? &run->clock : &utc;
}

/// Instants at which something happens: the player skips long stretches without any. A change of price is none.
void App::Parts::read_event_times(const model::Run& run) {
  if (events_of == run.serial) return;
  events_of = run.serial;
  event_times.clear();
  for (const model::Event& event : run.events) {
    if (event.kind != model::EventKind::price_change) event_times.push_back(event.time_ns);
  }
}

/// Moves the cursor while it plays, and says how the run ended when it has come to the end.
void App::Parts::advance_time(const model::Run* run) {
  if (run != nullptr) read_event_times(*run);
  const bool was_playing = ui.time.playing;
  ui.time.advance_playback(ui.still ? 0.0 : static_cast<double>(ImGui::GetIO().DeltaTime), event_times);
  if (was_playing && !ui.time.playing && run != nullptr) ui.notice = end_notice(ui, *run);
}

/// The one window that fills the screen. The menu comes first: its actions are about the panel that was under the mouse
/// in the frame before.
void App::Parts::draw_window(const ScreenActions& actions) {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("###screen", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_MenuBar | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNavInputs |
                   ImGuiWindowFlags_NoScrollWithMouse);
  draw_menu(ui, actions);
  ui.hovered_panel.clear();
  draw_screen(ui, splits, trouble());
  ImGui::End();
}

/// A picture of the plot under the mouse, or of the whole window where there is none.
void App::Parts::ask_picture(bool of_plot) {
  picture = {};
  picture.file = free_name(stem(), ".png");
  const Items::Rect* rect = of_plot ? ui.items.find_rect(ui.hovered_panel) : nullptr;
  if (rect == nullptr) return;
  picture.x = static_cast<int>(rect->min.x);
  picture.y = static_cast<int>(rect->min.y);
  picture.width = static_cast<int>(rect->max.x - rect->min.x);
  picture.height = static_cast<int>(rect->max.y - rect->min.y);
}

void App::Parts::ask_csv() {
  const std::string panel = ui.hovered_panel.empty() ? "plot.power" : ui.hovered_panel;
  ui.csv = {panel, free_name(stem(), ".csv")};
}

void App::Parts::act_on(AppKey key) {
  switch (key) {
    case AppKey::none:
      break;
    case AppKey::picture:
      ask_picture(false);
      break;
    case AppKey::csv:
      ask_csv();
      break;
    case AppKey::open:
      if (ui.in_page)
        ui.choose_file = true;
      else
        picker.open_dialogue(options.machine.get());
      break;
  }
}

void App::draw_frame() {
  Parts& parts = *parts_;
  Ui& ui = parts.ui;
  apply_theme(ui);
  ui.items.begin_frame();
  ui.keyboard_due = std::max(0, ui.keyboard_due - 1);
  const model::Run* run = ui.shown_run();
  parts.begin_canvas(run);

  if (ui.a >= ui.runs.size()) ui.a = 0;
  if (ui.b >= ui.runs.size()) ui.b = ui.a;
  if (ui.a == ui.b) ui.compare = Compare::a;  // a second run that is still being read keeps its place
  parts.set_bounds();
  parts.advance_time(run);

  Files* files = parts.options.machine.get();
  const auto run_a_file = [&](const std::string& file) { open_file(file); };
  parts.draw_window({run_a_file, [&] { parts.picker.open_dialogue(files); }, [&] { parts.ask_picture(false); },
                     [&] { parts.ask_picture(true); }, [&] { parts.ask_csv(); }, [&] { parts.exit = true; },
                     [&] { parts.what_if.open_page(WhatIf::Page::plan_charge); },
                     [&] { parts.what_if.open_page(WhatIf::Page::change_site); },
                     [&] { parts.what_if.open_page(WhatIf::Page::quadrant); },
                     [&] { parts.fleet.open(ui.runs[ui.a].file); },
                     [&] { return files == nullptr ? std::vector<std::string>() : files->recent_files(); }});

  parts.fleet.draw(ui);
  parts.what_if.draw_window(ui);
  parts.picker.draw_dialogue(ui, files, run_a_file);
  draw_help(ui);
  parts.act_on(handle_keys(ui, [&] { return parts.close_top(); }));
}

void App::open_file(const std::string& file) {
  parts_->open(file);
  if (FleetPage::takes(file)) parts_->remember(file);
}

bool App::wants_exit() const { return parts_->exit; }

bool App::is_busy() const {
  const Ui& ui = parts_->ui;
  if (ui.time.playing || ui.canvas.filling || parts_->what_if.is_running() || parts_->fleet.running()) return true;
  return std::any_of(ui.runs.begin(), ui.runs.end(), [](const OpenRun& run) {
    const model::FeedStatus status = run.feed->feed_status();
    return status.loading || status.live;
  });
}

App::PictureRequest App::take_picture_request() { return std::exchange(parts_->picture, {}); }

void App::request_csv(std::string panel, std::string file) { parts_->ui.csv = {std::move(panel), std::move(file)}; }

void App::show_notice(std::string notice) { parts_->ui.notice = std::move(notice); }

std::string App::trouble_text() const { return parts_->trouble(); }

Ui& App::ui() { return parts_->ui; }
const Ui& App::ui() const { return parts_->ui; }

}  // namespace evtwin::viewer::ui
