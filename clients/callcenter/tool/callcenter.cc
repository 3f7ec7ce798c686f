#include "clients/callcenter/tool/callcenter.h"

#include <utility>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/failure.h"

namespace clarity::client {
namespace {

// What was typed: filled by the parser, read by the command.
struct Typed {
  ServerFlags server;
  bool json = false;
  std::string caller_zone;
  SlotsCommand slots;
  HoldCommand hold;
  BookCommand book;
  MoveCommand move;
  CancelCommand cancel;
  ListCommand list;
  std::string what;  // of renew, release and show
  std::vector<std::string> clinics;
  std::string clinic;
};

using Command = std::function<ExitCode(Desk&)>;

// Adds a subcommand that chooses what to run.
CLI::App* Add(CLI::App* app, Command* chosen, const char* name, const char* description,
              Command command) {
  CLI::App* subcommand = app->add_subcommand(name, description);
  subcommand->callback([chosen, command = std::move(command)] { *chosen = command; });
  return subcommand;
}

void AddChoice(CLI::App* app, Choice* choice, bool with_visit_type) {
  app->add_option("what", choice->what, "Number of a slot shown last, or a hold");
  if (with_visit_type)
    app->add_option("--visit-type", choice->visit_type, "Which visit")->group("In words");
  app->add_option("--clinic", choice->clinic, "At which clinic")->group("In words");
  app->add_option("--at", choice->at, "When the patient comes: 'tomorrow 9:30', 'Dec 1 2pm'")
      ->group("In words");
  app->add_flag("--telehealth", choice->telehealth, "By video or telephone")->group("In words");
}

void AddSlots(CLI::App* app, Command* chosen, SlotsCommand* slots) {
  CLI::App* command = Add(app, chosen, "slots", "Find free times",
                          [slots](Desk& desk) { return desk.Slots(*slots); });
  command->add_option("--visit-type", slots->visit_type, "Which visit; see 'visit-types'")
      ->required();
  command->add_option("--clinic", slots->clinics, "Only there; may be repeated; otherwise anywhere")
      ->allow_extra_args(false);
  command->add_option("--from", slots->from, "First day: tomorrow, friday, 2026-12-01, 'Dec 1', +7")
      ->capture_default_str();
  command->add_option("--days", slots->days, "How many days")
      ->check(CLI::Range(1, 180))
      ->capture_default_str();
  command->add_option("--on", slots->on, "Days of the week: mon,wed or weekdays");
  command->add_option("--after", slots->after, "Not before this time: 9am");
  command->add_option("--before", slots->before, "Starts before this time: noon, 2:30pm");
  command->add_option("--with", slots->with, "Resource that must take part; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--without", slots->without, "Resource that must not; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--language", slots->language, "Everybody speaks it: es");
  command->add_option("--capability", slots->capability, "Everybody has it: acls");
  command->add_flag("--telehealth", slots->telehealth, "By video or telephone");
  command->add_option("--patient", slots->patient, "What this patient has already is in the way");
  command->add_option("--order", slots->order, "The order the visit would use");
  command->add_option("--move", slots->move, "The appointment to be moved: not in its own way");
  command->add_option("--per-day", slots->per_day, "At most so many a day; 0: any number")
      ->check(CLI::Range(0, 288))
      ->capture_default_str();
  command->add_option("--apart", slots->apart, "At least so many minutes apart; 0: any")
      ->check(CLI::Range(0, 10080))
      ->capture_default_str();
  command->add_option("--limit", slots->limit, "How many to show")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->footer(
      "The rows are numbered for 'hold' and 'book'.\n"
      "Examples:\n"
      "  callcenter slots --visit-type initial-consultation --clinic lake-forest --from tomorrow\n"
      "  callcenter slots --visit-type iv-session --on mon,wed --before noon --per-day 2\n");
}

void AddHolds(CLI::App* app, Command* chosen, Typed* typed) {
  HoldCommand* hold = &typed->hold;
  CLI::App* command = Add(app, chosen, "hold", "Keep a time during the call",
                          [hold](Desk& desk) { return desk.Hold(*hold); });
  AddChoice(command, &hold->choice, true);
  command->add_option("--patient", hold->patient, "For whom; not for a new caller");
  command->add_option("--caller", hold->caller, "What to call a new caller without a record");
  command->add_option("--move", hold->move, "The appointment to be moved: not in its own way");
  command->footer(
      "Examples:\n"
      "  callcenter hold 2\n"
      "  callcenter hold --visit-type iv-session --clinic lake-forest --at 'friday 9am'\n");

  Add(app, chosen, "renew", "Keep it longer",
      [typed](Desk& desk) { return desk.Renew(typed->what); })
      ->add_option("what", typed->what, "Number of a slot shown last, or a hold")
      ->required();
  Add(app, chosen, "release", "Give a held time back",
      [typed](Desk& desk) { return desk.Release(typed->what); })
      ->add_option("what", typed->what, "Number of a slot shown last, or a hold")
      ->required();
}

void AddBook(CLI::App* app, Command* chosen, BookCommand* book) {
  CLI::App* command =
      Add(app, chosen, "book", "Book a visit", [book](Desk& desk) { return desk.Book(*book); });
  AddChoice(command, &book->choice, true);
  command->add_option("--patient", book->patient, "For whom")->required();
  command->add_option("--order", book->order, "The clinician's order it uses");
  command->add_option("--note", book->note, "For the staff");
  command->add_option("--requester", book->requester, "Who asks, where it is not the patient");
  command->add_option("--relationship", book->relationship, "What they are to the patient: parent");
  command->add_option("--callback", book->callback, "Where to call back: +19495550100");
  command->footer(
      "Books a slot that was held from its hold.\n"
      "Examples:\n"
      "  callcenter book 2 --patient p-1\n"
      "  callcenter book --visit-type iv-session --clinic lake-forest --at 'Dec 1 9am' "
      "--patient p-1\n");
}

void AddMoveAndCancel(CLI::App* app, Command* chosen, Typed* typed) {
  MoveCommand* move = &typed->move;
  CLI::App* command = Add(app, chosen, "move", "Move a visit to another time or clinic",
                          [move](Desk& desk) { return desk.Move(*move); });
  command->add_option("appointment", move->appointment, "Which")->required();
  AddChoice(command, &move->choice, false);
  command->footer(
      "Search with 'slots --move APPOINTMENT', so that it is not in its own way.\n"
      "Examples:\n"
      "  callcenter move appointments/01h2x 3\n"
      "  callcenter move appointments/01h2x --at 'tomorrow 10am'\n");

  CancelCommand* cancel = &typed->cancel;
  command = Add(app, chosen, "cancel", "Call a visit off",
                [cancel](Desk& desk) { return desk.Cancel(*cancel); });
  command->add_option("appointment", cancel->appointment, "Which")->required();
  command->add_option("--reason", cancel->reason, "Why, in a word: illness");
  command->add_option("--by", cancel->by, "Who calls it off: patient or clinic");
}

void AddLooking(CLI::App* app, Command* chosen, Typed* typed) {
  Add(app, chosen, "show", "Everything about a visit",
      [typed](Desk& desk) { return desk.Show(typed->what); })
      ->add_option("appointment", typed->what, "Which")
      ->required();

  ListCommand* list = &typed->list;
  CLI::App* command =
      Add(app, chosen, "list", "Visits, by time", [list](Desk& desk) { return desk.List(*list); });
  command->add_option("--patient", list->patient, "Only of this patient");
  command->add_option("--clinic", list->clinic, "Only there");
  command->add_option("--from", list->from, "From this day on: today, monday, 2026-12-01");
  command->add_option("--days", list->days, "So many days from then; 14 if only --from is given")
      ->check(CLI::Range(1, 366));
  command->add_flag("--all", list->all, "Also those cancelled or missed");
  command->add_option("--filter", list->filter,
                      "Further condition (AIP-160): state = STATE_CONFIRMED");
  command->add_option("--limit", list->limit, "How many to show")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  callcenter list --clinic lake-forest --from today --days 1\n"
      "  callcenter list --patient p-1 --all\n");

  Add(app, chosen, "watch", "Changes as they happen, until Ctrl-C",
      [typed](Desk& desk) { return desk.Watch(typed->clinics); })
      ->add_option("--clinic", typed->clinics, "Only there; may be repeated; otherwise everywhere")
      ->allow_extra_args(false);
  Add(app, chosen, "clinics", "The clinics", [](Desk& desk) { return desk.Clinics(); });
  Add(app, chosen, "visit-types", "The types of visit", [typed](Desk& desk) {
    return desk.VisitTypes(typed->clinic);
  })->add_option("--clinic", typed->clinic, "Only those offered there");
}

ExitCode Perform(const Typed& typed, const Command& command, const Console& console,
                 const CallCenterConnect& connect) {
  Desk::Setup setup;
  setup.json = typed.json;
  if (!typed.caller_zone.empty()) {
    const auto zone = ParseZone(typed.caller_zone);
    if (!zone.ok()) return Report(console, zone.status());
    setup.caller_zone = *zone;
  }
  const auto client = connect(typed.server);
  if (!client.ok()) return Report(console, client.status());
  Desk desk(*client, &console,
            LastSlots(LastSlots::DefaultPath(console), typed.server.channel.server), setup);
  return command(desk);
}

}  // namespace

absl::StatusOr<CallCenterClient> ConnectCallCenter(const ServerFlags& flags) {
  ChannelOptions channel_options = flags.channel;
  channel_options.user_agent = "callcenter";
  const auto channel = MakeChannel(channel_options);
  if (!channel.ok()) return channel.status();
  const Options options = OptionsOf(flags);
  return CallCenterClient(MakeSchedulingConnection(*channel, options),
                          MakeCatalogConnection(*channel, options));
}

int RunCallCenter(const std::vector<std::string>& arguments, const Console& console,
                  const CallCenterConnect& connect) {
  CLI::App app("Finds, holds, books, moves and cancels visits while the caller is on the line.",
               "callcenter");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExitCodesHelp);
  Typed typed;
  AddServerFlags(&app, &typed.server);
  app.add_flag("--json", typed.json, "A JSON document instead of text, also for errors");
  app.add_option("--caller-zone", typed.caller_zone,
                 "Also show times on the caller's clock: America/New_York");

  Command command;
  AddSlots(&app, &command, &typed.slots);
  AddHolds(&app, &command, &typed);
  AddBook(&app, &command, &typed.book);
  AddMoveAndCancel(&app, &command, &typed);
  AddLooking(&app, &command, &typed);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, *console.out, *console.err) == 0 ? kExitOk : kExitUsage;
  }
  return Perform(typed, command, console, connect);
}

}  // namespace clarity::client
