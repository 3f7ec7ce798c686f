#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_COMMAND_LINE_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_COMMAND_LINE_H_

#include <functional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "clients/callcenter/tool/commands.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/terminal/failure.h"

namespace clarity::client {

// The commands as they are typed, the same to a shell and in a session: adds each to a parser, and
// knows after parsing which one was meant.
class CommandLine {
 public:
  // `before`: what is typed before a command, for the examples: "callcenter ", or nothing.
  CommandLine(CLI::App* app, std::string before);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // What a session has besides.
  void AddOfSession();

  using Command = std::function<ExitCode(Desk&)>;
  const Command& chosen() const { return chosen_; }

 private:
  // A subcommand in a group of the help, that chooses what to do.
  CLI::App* Add(const char* group, const char* name, const char* description, Command command);
  // A word that begins several commands, and one of them: "patient find".
  CLI::App* AddGroup(const char* group, const char* name, const char* description);
  CLI::App* AddTo(CLI::App* parent, const char* name, const char* description, Command command);
  void AddExamples(CLI::App* command, const std::vector<const char*>& examples);

  void AddPeople();
  void AddNewPatient(CLI::App* patient);
  void AddRecord(CLI::App* command);
  void AddCare();
  void AddEpisode();
  void AddContact();
  void AddAsk();
  void AddAlert();
  void AddFinding();
  void AddSlots();
  void AddMonth();
  void AddHolding();
  void AddBooking();
  void AddMoving();
  void AddSteps();
  void AddStep(Step step, const char* name, const char* description);
  void AddLooking();
  void AddLists();
  void AddCatalog();

  CLI::App* const app_;
  const std::string before_;
  Command chosen_;

  // What was typed: filled by the parser, read by the command.
  SlotsCommand slots_;
  NextCommand next_;
  MonthCommand month_;
  ExplainCommand explain_;
  HoldCommand hold_;
  BookCommand book_;
  MoveCommand move_;
  CancelCommand cancel_;
  StepCommand step_;
  ListCommand list_;
  BoardCommand board_;
  CallerCommand caller_;
  OverdueCommand overdue_;
  FindPatientCommand find_patient_;
  PatientCommand patient_;
  OpenEpisodeCommand open_episode_;
  ContactCommand contact_;
  AskCommand ask_;
  AlertCommand alert_;
  AlertsCommand alerts_;
  TakeUpCommand take_up_;
  std::string what_;  // of renew, release, show, and who it is about
  std::string clinic_;
  std::vector<std::string> clinics_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_COMMAND_LINE_H_
