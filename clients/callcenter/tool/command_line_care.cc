// The commands about people and their care.
#include <string>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "clarity/consultation/v1/episode.pb.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "clients/callcenter/tool/command_line.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

constexpr char kPeople[] = "People";
constexpr char kCare[] = "Their care";

using consultation::v1::Contact;
using consultation::v1::Episode;
using consultation::v1::Patient;
using consultation::v1::SafetyAlert;

template <typename Enum>
CLI::Validator AWordOf() {
  return CLI::IsMember(WordsOf<Enum>());
}

}  // namespace

void CommandLine::AddPeople() {
  CLI::App* patient =
      AddGroup(kPeople, "patient", "Find a patient's record, make one, show or change one");
  AddExamples(patient, {"patient find Ortiz --born 1980-04-12", "patient new Maria Ortiz",
                        "patient show p-1"});

  CLI::App* command = AddTo(patient, "find", "By telephone number, or by name and birth date",
                            [this](Desk& desk) { return desk.FindPatient(find_patient_); });
  command->add_option("who", find_patient_.who, "A number, or the name in any order and spelling");
  command->add_option("--born", find_patient_.born, "Birth date: 1980-04-12, 4/12/1980");
  command->add_option("--portal", find_patient_.portal, "Instead: the portal's id of the account");
  AddExamples(command, {"patient find 949-555-0100", "patient find Maria Ortiz --born 4/12/1980"});

  command = AddTo(patient, "show", "All of a record: how to reach them, and what they need",
                  [this](Desk& desk) { return desk.ShowPatient(what_); });
  command->add_option("patient,--patient", what_, "Whose; in a session: who is on the line");
  AddExamples(command, {"patient show p-1"});
  AddNewPatient(patient);
}

// What a record can say, apart from the names.
void CommandLine::AddRecord(CLI::App* command) {
  command->add_option("--called", patient_.preferred_name, "What they like to be called");
  command->add_option("--born", patient_.born, "Birth date: 1980-04-12, 4/12/1980");
  command->add_option("--sex", patient_.sex, "Sex at birth")
      ->check(AWordOf<Patient::Sex>())
      ->type_name("SEX");
  command
      ->add_option("--phone", patient_.phones,
                   "Where to call, the best first; may be repeated. Of a new record in a session, "
                   "otherwise: the number they call from")
      ->allow_extra_args(false);
  command->add_option("--email", patient_.email, "Where to write");
  command->add_option("--clinic", patient_.clinic, "The clinic that keeps the record");
  command->add_option("--language", patient_.language, "The language to speak: es");
  command->add_flag("--interpreter,!--no-interpreter", patient_.interpreter,
                    "Visits need an interpreter");
  command->add_option("--zone", patient_.zone, "Their clock, where it is not the clinic's");
}

void CommandLine::AddNewPatient(CLI::App* patient) {
  CLI::App* command = AddTo(patient, "new", "Make a record, unless there is one already",
                            [this](Desk& desk) { return desk.NewPatient(patient_); });
  command->add_option("given,--given", patient_.given_name, "Given name");
  command->add_option("family,--family", patient_.family_name, "Family name");
  AddRecord(command);
  command
      ->add_option("--distinct-from", patient_.distinct_from,
                   "A record that looks alike and is of somebody else; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--distinct", patient_.distinct,
                    "In a session, alone: what was refused, for somebody else than those shown");
  AddExamples(command, {"patient new Maria Ortiz --born 1980-04-12 --clinic lake-forest",
                        "patient new Maria Ortiz --phone 949-555-0100 --clinic lake-forest "
                        "--distinct-from p-1"});

  command = AddTo(patient, "change", "Change what is said, and leave the rest as it is",
                  [this](Desk& desk) { return desk.ChangePatient(patient_); });
  command->add_option("patient,--patient", patient_.patient,
                      "Whose; in a session: who is on the line");
  command->add_option("--given", patient_.given_name, "Given name");
  command->add_option("--family", patient_.family_name, "Family name");
  AddRecord(command);
  std::vector<std::string> fields;
  for (const FieldOfRecord& field : kMayBeEmpty) fields.emplace_back(field.option);
  command->add_option("--clear", patient_.cleared, "What is to be empty; may be repeated")
      ->check(CLI::IsMember(fields))
      ->type_name("WHAT")
      ->allow_extra_args(false);
  AddExamples(command, {"patient change p-1 --clear email",
                        "patient change p-1 --phone 949-555-0100 --phone 949-555-0101",
                        "patient change p-1 --language es --interpreter"});
}

void CommandLine::AddCare() {
  CLI::App* command = Add(kPeople, "overdue", "Whom to call, the most urgent first",
                          [this](Desk& desk) { return desk.Overdue(overdue_); });
  command->add_option("clinic,--clinic", overdue_.clinic, "Only of this clinic");
  command->add_option("--limit", overdue_.limit, "How many to show")
      ->check(CLI::Range(1, 999))
      ->capture_default_str();
  AddExamples(command, {"overdue", "overdue lake-forest --limit 50"});

  command = Add(kCare, "pathway", "How far they have come, what is open, what can be booked now",
                [this](Desk& desk) { return desk.Pathway(what_); });
  command->add_option("patient,--patient", what_, "Whose; in a session: who is on the line");
  AddExamples(command, {"pathway p-1"});
  AddEpisode();
  AddContact();
  AddAsk();
  AddAlert();
}

void CommandLine::AddEpisode() {
  CLI::App* episode = AddGroup(kCare, "episode", "Open an episode of care");
  AddExamples(episode, {"episode open depression --patient p-1"});
  CLI::App* command =
      AddTo(episode, "open", "First contact: the clinic owes a consultation within two weeks",
            [this](Desk& desk) { return desk.OpenEpisode(open_episode_); });
  command->add_option("reason,--reason", open_episode_.reasons, "What they ask for help with")
      ->check(AWordOf<Episode::Reason>())
      ->type_name("REASON")
      ->required();
  command->add_option("--patient", open_episode_.patient, "For whom");
  command->add_option("--clinic", open_episode_.clinic, "Where, if not where their record is kept");
  command->add_option("--source", open_episode_.source, "How they came")
      ->check(AWordOf<Episode::Source>())
      ->type_name("SOURCE")
      ->capture_default_str();
  command->add_option("--referrer", open_episode_.referrer, "Who has sent them, for a referral");
  command->add_option("--note", open_episode_.note,
                      "The reason in their words; required for other");
  AddExamples(command, {"episode open depression anxiety --patient p-1",
                        "episode open other --note 'sleeps badly' --patient p-1 --source referral "
                        "--referrer 'Dr. Hale'"});
}

void CommandLine::AddContact() {
  CLI::App* command = Add(kCare, "contact", "Log a call, and when to call back",
                          [this](Desk& desk) { return desk.LogContact(contact_); });
  command->add_option("disposition,--disposition", contact_.disposition, "What came of it")
      ->check(AWordOf<Contact::Disposition>())
      ->type_name("DISPOSITION")
      ->required();
  command->add_option("--patient", contact_.patient, "With whom");
  command->add_option("--direction", contact_.direction, "Who called, where it is not plain")
      ->check(AWordOf<Contact::Direction>())
      ->type_name("DIRECTION");
  command->add_option("--by", contact_.medium, "How they were in touch")
      ->check(AWordOf<Contact::Medium>())
      ->type_name("MEDIUM")
      ->capture_default_str();
  command->add_option("--call-back", contact_.callback, "When: 'tomorrow 10am', 'Dec 1 2pm'");
  command->add_option("--number", contact_.number, "Where, if not at their first number");
  command->add_option("--note", contact_.note, "What the next agent should know; no answers");
  command->add_option("--at", contact_.at, "When it was, if not now: 9:40, 'today 2:15pm'");
  AddExamples(command, {"contact reached --patient p-1",
                        "contact no-answer --patient p-1 --call-back 'tomorrow 10am'"});
}

void CommandLine::AddAsk() {
  CLI::App* command = Add(kCare, "ask", "Fill in a questionnaire with them, part by part",
                          [this](Desk& desk) { return desk.Ask(ask_); });
  command->add_option("patient,--patient", ask_.patient, "Whom; in a session: who is on the line");
  command->add_option("--questionnaire", ask_.questionnaire,
                      "Which; otherwise the first that is not submitted");
  command
      ->add_option("--set", ask_.settings,
                   "Without asking: the answer to an item, LINK=VALUE; no VALUE takes it back; "
                   "may be repeated")
      ->allow_extra_args(false);
  command->add_option(
      "--file", ask_.file,
      "Without asking: answers in JSON, as EvaluationService.SaveAnswers takes them");
  command->add_flag("--submit", ask_.submit, "Submit it; its answers are for clinicians then");
  AddExamples(command, {"ask p-1", "ask p-1 --set escort.available=yes --set 'medicines.now=none'",
                        "ask p-1 --file answers.json --submit"});
}

void CommandLine::AddAlert() {
  CLI::App* command =
      Add(kCare, "alert", "At once: what a caller discloses that a clinician must take up",
          [this](Desk& desk) { return desk.RaiseAlert(alert_); });
  command->add_option("kind,--kind", alert_.kind, "What it is about")
      ->check(AWordOf<SafetyAlert::Kind>())
      ->type_name("KIND")
      ->required();
  command->add_option("words,--words", alert_.words, "What was said, in their words");
  command->add_option("--patient", alert_.patient, "Who; in a session: who is on the line");
  command->add_option("--caller", alert_.caller,
                      "Who calls for them, or without a record who it is; and how to reach them");
  command->add_option("--clinic", alert_.clinic, "Which clinic takes it up, if not the patient's");
  AddExamples(command, {"alert suicide-risk says there is no point any more --patient p-1",
                        "alert medical --patient p-1 --caller 'her mother, 949-555-0101'",
                        "alert medical --caller 'Ann, 949-555-0100' --clinic lake-forest"});

  command = Add(kCare, "alerts", "For staff and clinicians: safety alerts that nobody has taken up",
                [this](Desk& desk) { return desk.Alerts(alerts_); });
  command->add_option("clinic,--clinic", alerts_.clinic, "Only of this clinic");
  command->add_option("--limit", alerts_.limit, "How many to show")
      ->check(CLI::Range(1, 999))
      ->capture_default_str();
  AddExamples(command, {"alerts", "alerts lake-forest"});

  command = Add(kCare, "take-up", "For clinicians: take a safety alert up, and say what was done",
                [this](Desk& desk) { return desk.TakeUpAlert(take_up_); });
  command
      ->add_option("alert,--alert", take_up_.alert, "Which; in a session also s1, s2 of 'alerts'")
      ->required();
  command->add_option("words,--words", take_up_.words, "What was done")->required();
  AddExamples(command, {"take-up 01h2x called back, safe tonight, seen tomorrow at 9"});
}

}  // namespace clarity::client
