#pragma once
// The names of the language, registered on a sandbox; and one run of a scenario's text.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "lua/sandbox.hpp"
#include "scenario/fields.hpp"
#include "scenario/folder.hpp"
#include "scenario/loader.hpp"
#include "scenario/value.hpp"

namespace evtwin::scenario {

class ScenarioSource {
 public:
  enum class Kind : std::uint8_t { scenario, strategy };  ///< what the file is to return

  /// Reads the text. @throws ScriptError
  ScenarioSource(const std::string& file, LoadOptions options, Kind kind = Kind::scenario);

  Kind kind() const { return kind_; }

  const std::string& file() const { return text_->file; }
  const std::string& text() const { return text_->text; }
  const std::shared_ptr<const SourceText>& source_text() const { return text_; }
  const LoadOptions& options() const { return options_; }

  /// Opens a file that the scenario names: below its folder, or anywhere when the path is a --set or --change value.
  /// @throws FolderError
  OpenFile open_file(const std::string& path) const;
  /// A module's text: from the library, else from the scenario's folder; read once, then the same for ever. @throws
  /// FolderError
  std::string read_module(std::string_view name, std::string& file) const;

  /// Files read so far, with fingerprints. @throws FolderError for a file that has gone.
  std::vector<Input> files_read() const;

  std::uint64_t seed = 0;  ///< of the interpreter's random numbers: the run's seed, once it is known

 private:
  std::shared_ptr<const SourceText> text_;
  std::string folder_;
  LoadOptions options_;
  Kind kind_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::pair<std::string, std::string>, std::less<>> modules_;  // name -> (text, file)
  mutable std::set<std::string> opened_;                                                     // paths
};

/// Where print() of a scenario goes: stderr.
void print_line(std::string_view line);
/// From now on it goes nowhere, in this process: a library that lives in somebody else's writes to no stream.
void mute_prints();

/// File and line of the script that calls, as messages show them.
void note_caller(lua_State* L, Construct& word);

/// One Lua state with the language in it.
class Language {
 public:
  struct Param {
    std::string name;
    bool given = false;  ///< by --set
  };

  Language(std::shared_ptr<const ScenarioSource> source, std::uint64_t seed);

  /// Runs the scenario's text; `print` gets the lines of print(). @returns what scenario { ... } made. @throws
  /// ScriptError, also when nothing was returned.
  std::shared_ptr<const Construct> run_scenario(std::function<void(std::string_view)> print);
  /// The same for whatever word of the language the file returns.
  std::shared_ptr<const Construct> evaluate_file(std::function<void(std::string_view)> print);

  lua::Sandbox& sandbox() { return sandbox_; }
  lua_State* lua_state() { return sandbox_.lua_state(); }
  /// Pushes a function that a Value refers to.
  void push(Function function);
  /// Place of the whole scenario.
  Where place_of(const Construct& scenario) const;

  const std::vector<Param>& params() const { return params_; }
  /// Everything made by the words whose results must be used: "site" and "at".
  const std::vector<std::shared_ptr<const Construct>>& made_constructs() const { return made_; }

 private:
  void add_word(const char* name, std::string kind, int most_arguments, bool takes_table = false);
  int make_construct(lua_State* L, const std::string& kind, int most_arguments, bool takes_table);
  int declare_param(lua_State* L);
  /// The table that a word was given, checked against its section.
  Fields fields_of_call(lua_State* L, const char* section) const;
  int answer_driving(lua_State* L) const;
  int answer_parked(lua_State* L) const;

  std::shared_ptr<const ScenarioSource> source_;
  lua::Sandbox sandbox_;
  std::vector<Param> params_;
  std::vector<std::shared_ptr<const Construct>> made_;
};

}  // namespace evtwin::scenario
