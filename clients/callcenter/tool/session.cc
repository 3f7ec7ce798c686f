#include "clients/callcenter/tool/session.h"

#include <csignal>
#include <memory>
#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "clients/callcenter/tool/command_line.h"
#include "clients/callcenter/tool/completion.h"
#include "clients/terminal/ctrl_c.h"

namespace clarity::client {
namespace {

constexpr char kHelpFooter[] =
    "What was listed last is called by number: a number alone holds a slot, takes a person on the\n"
    "line, or shows the times of a visit. Visits are called by letter, held times h1.\n"
    "'help COMMAND' says more. Tab completes, arrow up brings a line back, Ctrl-C gives a line "
    "up,\n"
    "Ctrl-D or 'quit' leaves and releases what is still held.\n";

// A session is no command: its help has no usage.
class SessionHelp final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    return app->get_parent() == nullptr ? "" : CLI::Formatter::make_usage(app, std::move(name));
  }
};

// The parser of one line.
struct Parser {
  Parser() : commands(&app, "") {
    app.require_subcommand(1);
    app.footer(kHelpFooter);
    app.formatter(std::make_shared<SessionHelp>());
    app.get_help_ptr()->group("");
    commands.AddOfSession();
    help = app.add_subcommand("help", "This, or more about a command")->group("The call");
    help->add_option("command", about, "About this one: 'slots', 'patient new'");
    quit = app.add_subcommand("quit", "Leave; releases what is still held")->group("The call");
    quit->alias("exit");
  }

  CLI::App app{"", ""};
  CommandLine commands;
  CLI::App* help;
  CLI::App* quit;
  std::vector<std::string> about;
};

// Of the whole, or of a command, which may be a word of two: "patient new".
std::string HelpAbout(const Parser& parser, const std::vector<std::string>& words) {
  const CLI::App* about = &parser.app;
  std::string before;
  for (const std::string& word : words) {
    before = about->get_parent() == nullptr ? "" : about->get_name();
    about = about->get_subcommand(word);
  }
  return about->help(before);
}

// What somebody discloses, or has done about it, is never refused for a quotation mark.
absl::StatusOr<std::vector<std::string>> WordsOf(const std::string& line) {
  auto words = SplitWords(line);
  const std::vector<std::string> plain = absl::StrSplit(line, ' ', absl::SkipWhitespace());
  if (!words.ok() && (plain.front() == "alert" || plain.front() == "take-up")) return plain;
  return words;
}

bool IsCommand(const CLI::App& app, const std::string& name) {
  return !app.get_subcommands([&](const CLI::App* command) { return command->check_name(name); })
              .empty();
}

bool IsNumber(const std::string& word) {
  return !word.empty() && absl::c_all_of(word, absl::ascii_isdigit);
}

// "9:41".
std::string Countdown(absl::Duration left) {
  const int64_t seconds = std::max<int64_t>(absl::ToInt64Seconds(left), 0);
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

}  // namespace

ExitCode Session::Run(const std::string& server) {
  const bool edited = console_.can_ask;
  const std::unique_ptr<LineReader> lines =
      edited ? EditedLines(console_, HelpForLines()) : PlainLines(console_, HelpForLines());
  absl::optional<CtrlC> waits;
  if (edited) {
    std::signal(SIGHUP, SIG_IGN);  // the end of the terminal is the end of the input: holds go
    waits.emplace([] {});          // between commands it is the line's
    *console_.out << console_.Wrapped(
                         absl::StrCat("callcenter, at ", server,
                                      ". 'help' lists the commands, Tab completes, Ctrl-D leaves."))
                  << '\n';
    UntilCtrlC([this] {
      const absl::Status loaded = desk_.directory().Load();
      if (!loaded.ok()) {
        desk_.Fail(loaded);
      } else {
        desk_.Begin();
      }
    });
  }
  while (!leaving_) {
    const absl::optional<std::string> line = lines->Read();
    if (!line.has_value()) break;
    Perform(*line);
  }
  desk_.ReleaseAll();
  return edited ? kExitOk : last_failure_;
}

LineHelp Session::HelpForLines() {
  LineHelp help;
  help.prompt = [this] { return Prompt(); };
  help.news = [this] { return desk_.News(); };
  help.complete = [this](const std::vector<std::string>& words) {
    const Parser parser;
    return Complete(words, parser.app, &desk_);
  };
  return help;
}

std::string Session::Prompt() const {
  const OnTheLine& line = desk_.line();
  std::string prompt = Printable(line.title.empty() ? "callcenter" : line.title);
  if (line.alert_open) absl::StrAppend(&prompt, " ", console_.Styled(Tone::kBad, "!ALERT!"));
  if (!desk_.held().empty()) {
    const HeldTime& first = desk_.held().times().front();
    const absl::Duration left = first.expires - console_.environment.now();
    const size_t others = desk_.held().times().size() - 1;
    absl::StrAppend(
        &prompt, " ",
        console_.Styled(left > HeldTimes::kWarning ? Tone::kGood : Tone::kWarning,
                        absl::StrCat("[", first.label, " ", Countdown(left),
                                     others > 0 ? absl::StrCat(" +", others) : "", "]")));
  }
  return prompt + "> ";
}

void Session::UntilCtrlC(const std::function<void()>& perform) {
  absl::optional<CtrlC> gives_up;
  if (console_.can_ask) gives_up.emplace([this] { interrupt_.Cancel(); });
  perform();
  gives_up.reset();
  interrupt_.Reset();
}

void Session::Perform(const std::string& line) {
  before_command_();
  const auto words = WordsOf(line);
  ExitCode code = kExitOk;
  UntilCtrlC([&] { code = words.ok() ? PerformWords(*words) : desk_.Fail(words.status()); });
  if (code != kExitOk) last_failure_ = code;
  *console_.out << std::flush;
}

ExitCode Session::PerformWords(const std::vector<std::string>& words) {
  if (words.empty()) return kExitOk;
  if (words.size() == 1 && IsNumber(words[0])) return desk_.TakeNumber(words[0]);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  Parser parser;
  try {
    parser.app.parse(std::move(reversed));
    if (parser.help->parsed()) {
      // A parser that has just read a command would tell of that one.
      *console_.out << HelpAbout(Parser(), parser.about);
      return kExitOk;
    }
  } catch (const CLI::CallForHelp&) {
    *console_.out << parser.app.help();
    return kExitOk;
  } catch (const CLI::Error& error) {
    const std::string why =
        IsCommand(parser.app, words[0])
            ? absl::StrCat(error.what(), ": 'help ", words[0], "' says how it is given")
            : absl::StrCat("there is no command '", words[0], "': 'help' lists them");
    return desk_.Fail(absl::InvalidArgumentError(why));
  }
  leaving_ = parser.quit->parsed();
  return leaving_ ? kExitOk : parser.commands.chosen()(desk_);
}

}  // namespace clarity::client
