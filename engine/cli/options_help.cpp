// Help, completion and the man page: all from the one table of commands and options.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/option_parts.hpp"
#include "cli/version.hpp"
#include "kernel/nearest.hpp"

namespace evtwin::cli {
namespace {

struct HelpGroup {
  std::string_view title;
  std::string_view commands;  ///< between blanks
};

constexpr std::array help_groups{
    HelpGroup{"A site under strategies", " init check run compare bound advise sweep forecast roads tariffs demand "},
    HelpGroup{"Runs that were recorded", " view runs diff audit rerun export report "},
    HelpGroup{"Logs of chargers", " replay whatif calibrate drivers chargers score ageing "},
    HelpGroup{"Strategies and policies", " decide plugin rewards train eval "},
};
static_assert(std::all_of(help_groups.begin(), help_groups.end(),
                          [](const HelpGroup& group) {
                            return group.commands.front() == ' ' && group.commands.back() == ' ';
                          }),
              "group_of() looks for a command between blanks");

std::string_view group_of(const std::string& command) {
  for (const HelpGroup& group : help_groups) {
    if (group.commands.find(" " + command + " ") != std::string_view::npos) return group.title;
  }
  return "Besides";
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& apps) {
  std::vector<std::string> names;
  for (const CLI::App* app : apps) names.push_back(app->get_name());
  return names;
}

/// Words that may follow each command, for bash; zsh reads the same through bashcompinit.
std::string bash_completion(const CLI::App& program) {
  // The longer pattern ("plugin check") stands before the shorter ("plugin"): bash takes the first that fits.
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    for (const CLI::App* below : commands_of(*command))
      cases += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", command->get_name(), below->get_name(),
                           joined(option_names(*below)));
    std::vector<std::string> words = names_of(commands_of(*command));
    for (const std::string& option : option_names(*command)) words.push_back(option);
    cases += fmt::format("    \"{0} \"*|\"{0}\") words=\"{1}\" ;;\n", command->get_name(), joined(words));
  }

  std::vector<std::string> first = names_of(commands_of(program));
  first.insert(first.end(), {"--help", "--version"});

  // Files are offered wherever an option is not begun: most words are files.
  return fmt::format(
      "# evtwin completion for bash: eval \"$(evtwin completion bash)\"\n"
      "# zsh: autoload -U bashcompinit && bashcompinit, then the same\n"
      "_evtwin() {{\n"
      "  local here=\"${{COMP_WORDS[COMP_CWORD]}}\" words\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W \"{}\" -- \"$here\")); return; fi\n"
      "  case \"${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}\" in\n{}"
      "  esac\n"
      "  case \"$here\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$here\")) ;;\n"
      "    *) COMPREPLY=($(compgen -W \"$(printf '%s\\n' $words | grep -v '^-')\" -- \"$here\") $(compgen -f -- "
      "\"$here\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _evtwin evtwin\n",
      joined(first), cases);
}

/// roff reads a line that begins with a dot or a quote as an order, and a backslash as the beginning of one.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void add_options(std::string& page, const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_name() == "--help") continue;
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n",
                        roff(option->get_positional() ? option->get_name(true) : option->get_name(false, true)),
                        roff(option->get_description()));
  }
}

std::string man_page(const CLI::App& program) {
  std::string page = fmt::format(
      ".TH EVTWIN 1 \"\" \"evtwin {}\" \"User Commands\"\n.SH NAME\nevtwin \\- {}\n.SH SYNOPSIS\n.B evtwin\n"
      "COMMAND [OPTION]...\n",
      version(), roff("discrete-event twin of EV charging sites"));
  for (const HelpGroup& group : help_groups) {
    std::string section;
    for (const CLI::App* command : commands_of(program)) {
      if (command->get_group() != group.title) continue;
      section += fmt::format(".SS evtwin {}\n{}\n", command->get_name(), roff(command->get_description()));
      add_options(section, *command);
      for (const CLI::App* below : commands_of(*command)) {
        section += fmt::format(".SS evtwin {} {}\n{}\n", command->get_name(), below->get_name(),
                               roff(below->get_description()));
        add_options(section, *below);
      }
    }
    if (section.empty()) continue;
    page += fmt::format(".SH {}\n{}", roff(group.title), section);
  }
  return page +
         ".SH EXIT STATUS\n0 done, 1 the input is wrong, 2 usage, 3 a gate asked for is not met, 130 interrupted.\n";
}

struct CompletionOptions {
  std::string shell;
};

}  // namespace

void group_commands(CLI::App& program) {
  for (CLI::App* command : program.get_subcommands([](CLI::App*) { return true; }))
    command->group(std::string(group_of(command->get_name())));
}

void offer_texts(Offers& offers) {
  CLI::App& program = offers.program();
  const auto options = std::make_shared<CompletionOptions>();
  CLI::App& completion = offers.add_command(
      program, "completion", "Print what a shell completes commands with: eval \"$(evtwin completion bash)\"", options,
      [&program](CompletionOptions&) { return TextCommand{bash_completion(program)}; });
  completion.add_option("SHELL", options->shell, "bash, or zsh with bashcompinit")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  const auto nothing = std::make_shared<CompletionOptions>();
  offers.add_command(program, "man", "Print the man page: evtwin man | man -l -", nothing,
                     [&program](CompletionOptions&) { return TextCommand{man_page(program)}; });
}

std::string nearest_option(const CLI::App& program, const std::vector<std::string>& words) {
  const CLI::App* command = &program;
  for (const std::string& word : words) {
    const std::vector<const CLI::App*> below = commands_of(*command);
    const auto at =
        std::find_if(below.begin(), below.end(), [&](const CLI::App* one) { return one->get_name() == word; });
    if (at == below.end()) break;
    command = *at;
  }
  const std::vector<std::string> known = option_names(*command);
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const std::string& word : words) {
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint = kernel::did_you_mean(name, names);
    if (!hint.empty()) return name + ": is no option of this command" + hint;
  }
  return {};
}

int print_text(const TextCommand& command) {
  fmt::print("{}", command.text);
  return 0;
}

}  // namespace evtwin::cli
