#include "clients/callcenter/tool/completion.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* CommandNamed(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : CommandsOf(app)) {
    if (command->check_name(name)) return command;
  }
  return nullptr;
}

const CLI::Option* OptionNamed(const CLI::App& command, const std::string& name) {
  return absl::StartsWith(name, "-") ? command.get_option_no_throw(name) : nullptr;
}

bool TakesAValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// The value that the last of a command's words stands for: of the option before it, or by its
// place.
const CLI::Option* OptionOfLast(const std::vector<std::string>& words, const CLI::App& command) {
  size_t place = 0;
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    const CLI::Option* option = OptionNamed(command, words[i]);
    if (option == nullptr) {
      ++place;
    } else if (TakesAValue(*option)) {
      if (i + 2 == words.size()) return option;
      ++i;
    }
  }
  const CLI::Option* last_positional = nullptr;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    last_positional = option;
    if (place-- == 0) return option;
  }
  // Further words are more of the last one, where it takes any number.
  const bool repeats = last_positional != nullptr && last_positional->get_items_expected_max() > 1;
  return repeats ? last_positional : nullptr;
}

template <typename Items>
std::vector<std::string> IdsOf(const Items& items) {
  std::vector<std::string> ids;
  ids.reserve(items.size());
  for (const auto& [name, item] : items) ids.push_back(ShortName(name));
  return ids;
}

// The members of an IsMember check: its type reads "REASON:{illness,weather}".
std::vector<std::string> MembersOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t from = type.find('{');
  const size_t to = type.rfind('}');
  if (from == std::string::npos || to == std::string::npos) return {};
  return CLI::detail::split(type.substr(from + 1, to - from - 1), ',');
}

std::vector<std::string> ValuesOf(const CLI::Option& option, Desk* desk) {
  const std::string name = option.get_lnames().empty() ? option.get_name(/*positional=*/true)
                                                       : option.get_lnames().front();
  desk->directory().Load().IgnoreError();  // without it there are none
  if (name == "visit-type") return IdsOf(desk->directory().visit_types());
  if (name == "clinic" || name == "near") return IdsOf(desk->directory().clinics());
  if (name == "with" || name == "without") return IdsOf(desk->directory().Resources());
  if (name == "appointment" || name == "move") return desk->Letters();
  if (name == "from" || name == "day") {
    return {"today",    "tomorrow", "monday",   "tuesday", "wednesday",
            "thursday", "friday",   "saturday", "sunday"};
  }
  if (name == "zone") {
    return {"eastern", "central", "mountain", "arizona", "pacific", "alaska", "hawaii"};
  }
  if (name == "what") {
    std::vector<std::string> labels;
    for (const HeldTime& time : desk->held().times()) labels.push_back(time.label);
    return labels;
  }
  return MembersOf(option);
}

std::vector<std::string> NamesOf(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> CandidatesFor(const std::vector<std::string>& words, const CLI::App& app,
                                       Desk* desk) {
  // The command may be a word or two, and `help` stands before one.
  const bool helps = words.size() > 1 && words.front() == "help";
  const CLI::App* command = &app;
  size_t at = helps ? 1 : 0;
  for (; at + 1 < words.size(); ++at) {
    const CLI::App* next = CommandNamed(*command, words[at]);
    if (next == nullptr) break;
    command = next;
  }
  const bool is_whole = at + 1 == words.size();
  if (is_whole && !CommandsOf(*command).empty()) return NamesOf(CommandsOf(*command));
  if (command == &app || helps) return {};
  std::vector<std::string> candidates;
  if (absl::StartsWith(words.back(), "-")) {
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        candidates.push_back(absl::StrCat("--", name));
      }
    }
  } else if (const CLI::Option* option = OptionOfLast(
                 {words.begin() + static_cast<ptrdiff_t>(at) - 1, words.end()}, *command)) {
    candidates = ValuesOf(*option, desk);
  }
  return candidates;
}

}  // namespace

std::vector<std::string> Complete(const std::vector<std::string>& words, const CLI::App& app,
                                  Desk* desk) {
  std::vector<std::string> candidates = CandidatesFor(words, app, desk);
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const std::string& candidate) {
                                    return !absl::StartsWith(candidate, words.back());
                                  }),
                   candidates.end());
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

}  // namespace clarity::client
