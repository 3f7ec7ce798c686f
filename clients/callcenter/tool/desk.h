#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clients/callcenter/call_center_client.h"
#include "clients/callcenter/tool/directory.h"
#include "clients/callcenter/tool/last_slots.h"
#include "clients/callcenter/tool/screen.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"
#include "google/protobuf/message.h"

namespace clarity::client {

// What `slots` looks for. Texts are as typed; empty: not given.
struct SlotsCommand {
  std::string visit_type;
  std::vector<std::string> clinics;  // none: all
  std::string from = "today";
  int days = 14;
  std::string on;  // days of the week
  std::string after, before;
  std::vector<std::string> with, without;
  std::string language, capability;
  bool telehealth = false;
  std::string patient, order, move;
  // A choice to read out, not twenty starts five minutes apart. 0: any.
  int per_day = 4;
  int apart = 60;  // minutes
  int limit = 10;
};

// A time, given in one of three ways: the number of a slot shown last, a hold, or in words.
struct Choice {
  std::string what;                    // "2" or "holds/..."
  std::string visit_type, clinic, at;  // in words
  bool telehealth = false;
};

struct HoldCommand {
  Choice choice;
  std::string patient, caller, move;
};

struct BookCommand {
  Choice choice;
  std::string patient, order, note;
  std::string requester, relationship, callback;
};

struct MoveCommand {
  std::string appointment;
  Choice choice;
};

struct CancelCommand {
  std::string appointment, reason, by;
};

struct ListCommand {
  std::string patient, clinic, from, filter;
  int days = 0;
  bool all = false;  // also those that are over
  int limit = 50;
};

// An agent's desk: what every command of the call-center tool does, whether it comes from the
// command line or from a session. Each says how it went, and gives the exit code.
class Desk {
 public:
  struct Setup {
    bool json = false;  // a document for programs instead of words for people
    absl::optional<absl::TimeZone> caller_zone;
  };

  // `console` outlives the desk.
  Desk(CallCenterClient client, const Console* console, LastSlots last_slots, Setup setup);

  ExitCode Slots(const SlotsCommand& command);
  ExitCode Hold(const HoldCommand& command);
  ExitCode Renew(const std::string& what);
  ExitCode Release(const std::string& what);
  ExitCode Book(const BookCommand& command);
  ExitCode Move(const MoveCommand& command);
  ExitCode Cancel(const CancelCommand& command);
  ExitCode Show(const std::string& appointment);
  ExitCode List(const ListCommand& command);
  // Until the connection is lost for good.
  ExitCode Watch(const std::vector<std::string>& clinics);
  ExitCode Clinics();
  ExitCode VisitTypes(const std::string& clinic);

 private:
  // A choice, understood: a hold, or a slot, or a slot and the hold that keeps it.
  struct Chosen {
    int number = 0;    // 0: not of the slots shown last
    std::string hold;  // empty: none
    scheduling::v1::Slot slot;
  };

  absl::StatusOr<Chosen> Choose(const Choice& choice);
  absl::StatusOr<scheduling::v1::Slot> SlotInWords(const Choice& choice);
  absl::StatusOr<Chosen> ChooseHold(const std::string& what);
  absl::StatusOr<scheduling::v1::FindSlotsRequest> SearchOf(const SlotsCommand& command);
  absl::StatusOr<std::string> FilterOf(const ListCommand& command);
  absl::TimeZone ZoneOfClinic(const std::string& clinic) const;
  absl::Time now() const { return console_.environment.now(); }

  // Shows slots as a numbered table, and remembers them.
  void Offer(const std::vector<scheduling::v1::Slot>& slots);
  // Of an attempt to take a chosen time: with the alternatives.
  ExitCode FailedToTake(const Chosen& chosen, const absl::Status& status);
  ExitCode Fail(const absl::Status& status);
  ExitCode PrintJson(const google::protobuf::Message& message, bool on_one_line = false);

  const CallCenterClient client_;
  const Console& console_;
  const LastSlots last_slots_;
  const Setup setup_;
  Directory directory_;
  const Screen screen_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_
