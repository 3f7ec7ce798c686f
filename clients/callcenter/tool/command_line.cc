#include "clients/callcenter/tool/command_line.h"

#include <memory>
#include <sstream>
#include <utility>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

constexpr size_t kDescriptionWidth = 50;

constexpr char kFinding[] = "Finding a time";
constexpr char kKeeping[] = "Keeping it";
constexpr char kVisit[] = "The visit";
constexpr char kLooking[] = "Looking";
constexpr char kCall[] = "The call";
constexpr char kInWords[] = "In words";

using scheduling::v1::Cancellation;
using scheduling::v1::UndoAppointmentStepRequest;

// What has a name as well as a place is told of under its name.
class CommandHelp final : public CLI::Formatter {
 public:
  // The words an option takes stand in its description, in lines that fit a terminal.
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = CLI::Formatter::make_option_opts(option);
    const size_t from = text.find(":{");
    const size_t to = text.find('}', from);
    return from == std::string::npos ? text : text.erase(from, to + 1 - from);
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = CLI::Formatter::make_option_desc(option);
    const std::string type = option->get_type_name();
    const size_t from = type.find(":{");
    if (from == std::string::npos) return text;
    size_t column = kDescriptionWidth;  // the words begin a line of their own
    for (const std::string& word :
         CLI::detail::split(type.substr(from + 2, type.rfind('}') - from - 2), ',')) {
      column += word.size() + 1;
      if (column > kDescriptionWidth) {
        text += '\n';
        column = word.size();
      } else {
        text += ' ';
      }
      text += word;
    }
    return text;
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    if (!is_positional || !option->nonpositional()) {
      return CLI::Formatter::make_option(option, is_positional);
    }
    std::ostringstream out;
    CLI::detail::format_help(out, make_option_name(option, true),
                             absl::StrCat("Or ", make_option_name(option, false)),
                             get_column_width());
    return out.str();
  }
};

void AddVisitType(CLI::App* command, std::string* visit_type, bool required) {
  command->add_option("visit,--visit-type", *visit_type, "Which visit; see 'visit-types'")
      ->required(required);
}

// Without either: as the visit type says first.
void AddModality(CLI::App* command, Modality* modality, const char* group = "Options") {
  CLI::Option* by_video =
      command
          ->add_flag_callback(
              "--telehealth", [modality] { *modality = scheduling::v1::MODALITY_TELEHEALTH; },
              "By video")
          ->group(group);
  command
      ->add_flag_callback(
          "--in-person", [modality] { *modality = scheduling::v1::MODALITY_IN_PERSON; },
          "At the clinic, where it could be by video")
      ->group(group)
      ->excludes(by_video);
}

void AddChoice(CLI::App* command, Choice* choice, bool with_visit_type) {
  command->add_option("what", choice->what, "Number of a slot shown last, or a hold");
  if (with_visit_type) {
    command->add_option("--visit-type", choice->visit_type, "Which visit")->group(kInWords);
  }
  command->add_option("--clinic", choice->clinic, "At which clinic")->group(kInWords);
  command->add_option("--at", choice->at, "When the patient comes: 'tomorrow 9:30', 'Dec 1 2pm'")
      ->group(kInWords);
  AddModality(command, &choice->modality, kInWords);
}

void AddPerson(CLI::App* command, std::string* patient, std::string* order) {
  command->add_option("--patient", *patient, "For whom");
  command->add_option("--order", *order, "The clinician's order it uses");
}

void AddAppointment(CLI::App* command, std::string* appointment) {
  command->add_option("appointment", *appointment, "Which; in a session also a letter of the list")
      ->required();
}

}  // namespace

CommandLine::CommandLine(CLI::App* app, std::string before)
    : app_(app), before_(std::move(before)) {
  app_->formatter(std::make_shared<CommandHelp>());
  AddPeople();
  AddCare();
  AddFinding();
  AddHolding();
  AddBooking();
  AddMoving();
  AddSteps();
  AddLooking();
  AddLists();
  AddCatalog();
}

CLI::App* CommandLine::Add(const char* group, const char* name, const char* description,
                           Command command) {
  return AddTo(app_, name, description, std::move(command))->group(group);
}

CLI::App* CommandLine::AddTo(CLI::App* parent, const char* name, const char* description,
                             Command command) {
  CLI::App* subcommand = parent->add_subcommand(name, description);
  subcommand->callback([this, command = std::move(command)] { chosen_ = command; });
  return subcommand;
}

CLI::App* CommandLine::AddGroup(const char* group, const char* name, const char* description) {
  CLI::App* word = app_->add_subcommand(name, description);
  return word->group(group)->require_subcommand(1);
}

void CommandLine::AddExamples(CLI::App* command, const std::vector<const char*>& examples) {
  std::string text = "Examples:\n";
  for (const char* example : examples) absl::StrAppend(&text, "  ", before_, example, "\n");
  command->footer(text);
}

// -- Finding a time -------------------------------------------------------------------------------

void CommandLine::AddFinding() {
  AddSlots();

  CLI::App* command = Add(kFinding, "next", "The first, second and third next opening",
                          [this](Desk& desk) { return desk.Next(next_); });
  AddVisitType(command, &next_.visit_type, /*required=*/true);
  command->add_option("clinic,--clinic", next_.clinics, "Only there; otherwise everywhere");
  command->add_option("--openings", next_.openings, "How many each")
      ->check(CLI::Range(1, 10))
      ->capture_default_str();
  command->add_flag("--by-clinician", next_.by_clinician, "Also those of each clinician");
  command->add_option("--from", next_.from, "From this day on: tomorrow, 2026-12-01, +7");
  AddExamples(command, {"next initial-consultation", "next iv-session lake-forest --by-clinician"});

  AddMonth();

  command = Add(kFinding, "explain", "Why a time is not offered, and what is near it",
                [this](Desk& desk) { return desk.Explain(explain_); });
  Choice& choice = explain_.choice;
  AddVisitType(command, &choice.visit_type, /*required=*/false);
  command->add_option("clinic,--clinic", choice.clinic, "At which clinic");
  command->add_option("at,--at", choice.at, "When the patient comes: 'tomorrow 9:30', 'Dec 1 2pm'");
  AddModality(command, &choice.modality);
  command->add_option("--slot", choice.what, "Instead: the number of a slot shown last");
  AddPerson(command, &explain_.patient, &explain_.order);
  command->add_option("--with", explain_.with, "Resource that must take part; may be repeated")
      ->allow_extra_args(false);
  AddExamples(command, {"explain iv-session lake-forest 'friday 9am'",
                        "explain initial-consultation irvine 'Dec 1 2pm' --with dr-okafor"});
}

void CommandLine::AddMonth() {
  CLI::App* command = Add(kFinding, "month", "How many starts are free on each day of a month",
                          [this](Desk& desk) { return desk.Month(month_); });
  AddVisitType(command, &month_.visit_type, /*required=*/true);
  command->add_option("clinic,--clinic", month_.clinics, "Only there; otherwise everywhere");
  command->add_option("--month", month_.month,
                      "Which: next, april, 2026-12; otherwise the present one");
  command->add_option("--with", month_.with, "Resource that must take part; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--patient", month_.patient, "What this patient has already is in the way");
  AddModality(command, &month_.modality);
  AddExamples(command, {"month initial-consultation lake-forest",
                        "month iv-session lake-forest --month april --with dr-okafor"});
}

void CommandLine::AddSlots() {
  CLI::App* command =
      Add(kFinding, "slots", "Find free times", [this](Desk& desk) { return desk.Slots(slots_); });
  command->alias("find");
  AddVisitType(command, &slots_.visit_type, /*required=*/false);
  command->add_option("clinic,--clinic", slots_.clinics, "Only there; otherwise anywhere");
  command->add_option("--near", slots_.near, "Near a clinic, or a point: 33.65,-117.69");
  command->add_option("--within", slots_.within_km, "With --near: so many kilometres")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--from", slots_.from, "First day: tomorrow, friday, 2026-12-01, 'Dec 1', +7")
      ->capture_default_str();
  command->add_option("--days", slots_.days, "How many days")
      ->check(CLI::Range(1, 180))
      ->capture_default_str();
  command->add_option("--on", slots_.on, "Days of the week: mon,wed or weekdays");
  command->add_option("--after", slots_.after, "Not before this time: 9am");
  command->add_option("--before", slots_.before, "Starts before this time: noon, 2:30pm");
  command->add_option("--with", slots_.with, "Resource that must take part; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--without", slots_.without, "Resource that must not; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--language", slots_.language, "Everybody speaks it: es");
  command
      ->add_option("--capability", slots_.capabilities, "Everybody has it: acls; may be repeated")
      ->allow_extra_args(false);
  AddModality(command, &slots_.modality);
  command->add_option("--patient", slots_.patient, "What this patient has already is in the way");
  command->add_option("--order", slots_.order, "The order the visit would use");
  command->add_option("--move", slots_.move, "For this appointment: not in its own way");
  command->add_option("--per-day", slots_.per_day, "At most so many a day; 0: any number")
      ->check(CLI::Range(0, 288))
      ->capture_default_str();
  command->add_option("--apart", slots_.apart, "At least so many minutes apart; 0: any")
      ->check(CLI::Range(0, 10080))
      ->capture_default_str();
  command->add_option("--limit", slots_.limit, "How many to show")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  AddExamples(command, {"slots initial-consultation lake-forest --from tomorrow",
                        "slots iv-session --on mon,wed --before noon --per-day 2",
                        "slots initial-consultation --near 33.65,-117.69 --within 30"});
}

// -- Keeping it -----------------------------------------------------------------------------------

void CommandLine::AddHolding() {
  CLI::App* command = Add(kKeeping, "hold", "Keep a time during the call",
                          [this](Desk& desk) { return desk.Hold(hold_); });
  AddChoice(command, &hold_.choice, /*with_visit_type=*/true);
  command->add_option("--patient", hold_.patient, "For whom; not for a new caller");
  command->add_option("--caller", hold_.caller, "What to call a new caller without a record");
  command->add_option("--move", hold_.move, "The appointment to be moved: not in its own way");
  AddExamples(command,
              {"hold 2", "hold --visit-type iv-session --clinic lake-forest --at 'friday 9am'"});

  command =
      Add(kKeeping, "renew", "Keep it longer", [this](Desk& desk) { return desk.Renew(what_); });
  command->add_option("what", what_, "Number of a slot shown last, or a hold");
  AddExamples(command, {"renew 2"});
  command = Add(kKeeping, "release", "Give a held time back",
                [this](Desk& desk) { return desk.Release(what_); });
  command->add_option("what", what_, "Number of a slot shown last, or a hold");
  AddExamples(command, {"release 2"});
}

// -- The visit ------------------------------------------------------------------------------------

void CommandLine::AddBooking() {
  CLI::App* command =
      Add(kVisit, "book", "Book a visit", [this](Desk& desk) { return desk.Book(book_); });
  AddChoice(command, &book_.choice, /*with_visit_type=*/true);
  AddPerson(command, &book_.patient, &book_.order);
  command->add_option("--note", book_.note, "For the staff");
  command->add_option("--requester", book_.requester, "Who asks, where it is not the patient");
  command->add_option("--relationship", book_.relationship, "What they are to the patient")
      ->check(CLI::IsMember(WordsOf<type::v1::Relationship>()))
      ->type_name("WHAT");
  command->add_option("--callback", book_.callback, "Where to call back: 949-555-0100");
  AddExamples(command, {"book 2 --patient p-1",
                        "book --visit-type iv-session --clinic lake-forest --at 'Dec 1 9am' "
                        "--patient p-1"});
}

void CommandLine::AddMoving() {
  CLI::App* command = Add(kVisit, "move", "Move a visit; without a time: show those it could have",
                          [this](Desk& desk) { return desk.Move(move_); });
  AddAppointment(command, &move_.appointment);
  AddChoice(command, &move_.choice, /*with_visit_type=*/false);
  AddExamples(command, {"move appointments/01h2x", "move appointments/01h2x 3",
                        "move appointments/01h2x --at 'tomorrow 10am'"});

  command = Add(kVisit, "cancel", "Call a visit off",
                [this](Desk& desk) { return desk.Cancel(cancel_); });
  AddAppointment(command, &cancel_.appointment);
  command->add_option("reason,--reason", cancel_.reason, "Why")
      ->check(CLI::IsMember(WordsOf<Cancellation::Reason>()))
      ->type_name("REASON");
  command->add_option("--by", cancel_.by, "Who calls it off")
      ->check(CLI::IsMember(WordsOf<Cancellation::Initiator>()))
      ->type_name("WHO");
  command->add_option("--note", cancel_.note, "What else is known about it");
  AddExamples(command, {"cancel appointments/01h2x illness",
                        "cancel appointments/01h2x staff-away --by clinic"});
}

void CommandLine::AddSteps() {
  AddStep(Step::kConfirm, "confirm", "The patient says they will come");
  AddStep(Step::kArrive, "arrive", "The patient is there");
  AddStep(Step::kStart, "start", "The visit begins, or its next phase");
  AddStep(Step::kComplete, "complete", "The visit is over");
  AddStep(Step::kNoShow, "no-show", "The patient did not come");
  AddStep(Step::kUndo, "undo", "Take the last step back");
}

void CommandLine::AddStep(Step step, const char* name, const char* description) {
  CLI::App* command =
      Add(kVisit, name, description, [this, step](Desk& desk) { return desk.Take(step, step_); });
  AddAppointment(command, &step_.appointment);
  std::string example = absl::StrCat(name, " appointments/01h2x");
  if (step == Step::kStart) {
    command->add_option("--phase", step_.phase, "The phase that begins; otherwise the next one");
  }
  if (step == Step::kArrive || step == Step::kStart || step == Step::kComplete) {
    command->add_option("--at", step_.at, "When it happened, where not now: 9:40, 'today 2:15pm'");
    absl::StrAppend(&example, " --at 9:40");
  }
  if (step == Step::kNoShow) {
    command->add_option("--note", step_.note, "What is known about it");
    absl::StrAppend(&example, " --note 'does not answer the telephone'");
  }
  if (step == Step::kUndo) {
    command->add_option("reason,--reason", step_.reason, "Why")
        ->check(CLI::IsMember(WordsOf<UndoAppointmentStepRequest::Reason>()))
        ->type_name("REASON")
        ->required();
    absl::StrAppend(&example, " entered-in-error");
  }
  AddExamples(command, {example.c_str()});
}

// -- Looking --------------------------------------------------------------------------------------

void CommandLine::AddLooking() {
  CLI::App* command = Add(kLooking, "show", "Everything about a visit",
                          [this](Desk& desk) { return desk.Show(what_); });
  AddAppointment(command, &what_);
  AddExamples(command, {"show appointments/01h2x"});

  command = Add(kLooking, "board", "One clinic on one day: who, where, in which phase now",
                [this](Desk& desk) { return desk.Board(board_); });
  command->add_option("clinic,--clinic", board_.clinic, "Which clinic")->required();
  command->add_option("day,--day", board_.day, "Which day: tomorrow, friday, 2026-12-01")
      ->capture_default_str();
  AddExamples(command, {"board lake-forest", "board lake-forest tomorrow"});

  command = Add(kLooking, "watch", "Changes as they happen, until Ctrl-C",
                [this](Desk& desk) { return desk.Watch(clinics_); });
  command->add_option("clinic,--clinic", clinics_, "Only there; otherwise everywhere");
  AddExamples(command, {"watch", "watch lake-forest irvine"});
}

void CommandLine::AddLists() {
  CLI::App* command =
      Add(kLooking, "list", "Visits, by time", [this](Desk& desk) { return desk.List(list_); });
  command->add_option("--patient", list_.patient, "Only of this patient");
  command->add_option("--clinic", list_.clinic, "Only there");
  command->add_option("--from", list_.from, "From this day on: today, monday, 2026-12-01");
  command->add_option("--days", list_.days, "So many days from then; 14 if only --from is given")
      ->check(CLI::Range(1, 366));
  command->add_flag("--all", list_.all, "Also those cancelled or missed");
  command->add_option("--filter", list_.filter,
                      "Further condition (AIP-160): state = STATE_CONFIRMED");
  command->add_option("--limit", list_.limit, "How many to show")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  CLI::App* orders = Add(kLooking, "orders", "What clinicians have agreed to for a patient",
                         [this](Desk& desk) { return desk.Orders(what_); });
  orders->add_option("patient,--patient", what_, "Whose; in a session: who is on the line");
  AddExamples(orders, {"orders p-1"});
  AddExamples(command,
              {"list --clinic lake-forest --from today --days 1", "list --patient p-1 --all"});
}

void CommandLine::AddCatalog() {
  CLI::App* command =
      Add(kLooking, "clinics", "The clinics", [](Desk& desk) { return desk.Clinics(); });
  AddExamples(command, {"clinics"});
  command = Add(kLooking, "visit-types", "The types of visit",
                [this](Desk& desk) { return desk.VisitTypes(clinic_); });
  command->add_option("clinic,--clinic", clinic_, "Only those offered there");
  AddExamples(command, {"visit-types", "visit-types lake-forest"});
}

// -- The call -------------------------------------------------------------------------------------

void CommandLine::AddOfSession() {
  CLI::App* command = Add(kCall, "caller", "Who is on the line now: what follows is for them",
                          [this](Desk& desk) { return desk.Caller(caller_); });
  command->add_option("who", caller_.who,
                      "The number they call from, or their record; none: a new caller");
  command->add_option("--patient", caller_.patient, "Their record");
  command->add_option("--order", caller_.order, "The clinician's order for their sessions");
  command->add_option("--as", caller_.label, "What to call a new caller without a record");
  command->add_option("--zone", caller_.zone,
                      "Their clock, where it is not the clinic's: eastern, America/New_York");
  AddExamples(command, {"caller 949-555-0100", "caller p-1 --order o-1 --zone eastern",
                        "caller --as 'Ann from 949'"});

  command = Add(kCall, "holds", "What is held, and for how long",
                [](Desk& desk) { return desk.Holds(); });
  AddExamples(command, {"holds"});
}

}  // namespace clarity::client
