#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_COMMANDS_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clarity/scheduling/v1/catalog.pb.h"

// What was typed, a struct a command. Texts are as typed; empty: not given.
namespace clarity::client {

using scheduling::v1::Modality;

struct SlotsCommand {
  std::string visit_type;
  std::vector<std::string> clinics;  // none: all, unless `near` says otherwise
  std::string near;                  // a clinic, or "33.65,-117.69"
  int within_km = 50;
  std::string from = "today";
  int days = 14;
  std::string on;  // days of the week
  std::string after, before;
  std::vector<std::string> with, without, capabilities;
  std::string language;
  Modality modality = scheduling::v1::MODALITY_UNSPECIFIED;
  std::string patient, order, move;
  absl::optional<absl::Time> not_before, not_after;  // of what the pathway offers
  // A choice to read out, not twenty starts five minutes apart. 0: any.
  int per_day = 4;
  int apart = 60;  // minutes
  int limit = 10;
};

struct NextCommand {
  std::string visit_type;
  std::vector<std::string> clinics;  // none: all
  std::string from;
  int openings = 3;
  bool by_clinician = false;
};

// A time, given in one of three ways: the number of a slot shown last, a hold, or in words.
struct Choice {
  std::string what;                    // "2", "h1" or "holds/..."
  std::string visit_type, clinic, at;  // in words
  Modality modality = scheduling::v1::MODALITY_UNSPECIFIED;
};

struct MonthCommand {
  std::string visit_type;
  std::vector<std::string> clinics;  // none: all
  std::string month;                 // empty: the present one
  std::vector<std::string> with;
  std::string patient;
  Modality modality = scheduling::v1::MODALITY_UNSPECIFIED;
};

struct ExplainCommand {
  Choice choice;
  std::string patient, order;
  std::vector<std::string> with;
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
  std::string appointment, reason, by, note;
};

// A step of the visit itself.
enum class Step { kConfirm, kArrive, kStart, kComplete, kNoShow, kUndo };

struct StepCommand {
  std::string appointment;
  std::string reason;  // of an undo
  std::string note;    // of a no-show
  std::string at;      // when it happened; empty: now
  std::string phase;   // that begins; empty: the next one
};

struct ListCommand {
  std::string patient, clinic, from, filter;
  int days = 0;
  bool all = false;  // also those that are over
  int limit = 50;
};

struct BoardCommand {
  std::string clinic;
  std::string day = "today";
};

// Who is on the line, in a session.
struct CallerCommand {
  std::vector<std::string> who;  // a telephone number, or a patient's record
  std::string patient, order;
  std::string label;  // what to call a caller without a record
  std::string zone;
};

// -- Care -----------------------------------------------------------------------------------------

struct OverdueCommand {
  std::string clinic;  // empty: all
  int limit = 20;
};

struct FindPatientCommand {
  std::vector<std::string> who;  // a telephone number, or words of a name
  std::string born;
  std::string portal;  // instead: the portal's id of the account
};

// What a record says; of a change, only what is another.
struct PatientCommand {
  std::string patient;  // whose, of a change
  std::string given_name, family_name, preferred_name;
  std::string born, sex, email, clinic, language, zone;
  std::vector<std::string> phones;
  int interpreter = 0;  // 1: needed, -1: not, 0: not said
  // Of a change: what is to be empty, by the options that say it.
  std::vector<std::string> cleared;
  // Of a new one: records that are of somebody else.
  std::vector<std::string> distinct_from;
  bool distinct = false;  // all that were shown
};

// What a record can do without.
struct FieldOfRecord {
  const char* option;
  const char* field;  // of the proto
};
inline constexpr FieldOfRecord kMayBeEmpty[] = {
    {"called", "preferred_name"}, {"born", "birth_date"}, {"sex", "sex"},
    {"phone", "phone_numbers"},   {"email", "email"},     {"language", "language"},
    {"zone", "time_zone"},
};

struct OpenEpisodeCommand {
  std::vector<std::string> reasons;
  std::string patient, clinic, note, referrer;
  std::string source = "phone";
};

struct ContactCommand {
  std::string disposition;
  std::string patient, direction, callback, number, at, note;
  std::string medium = "phone";
};

// A questionnaire: asked where neither answers are given nor it is to be submitted.
struct AskCommand {
  std::string patient;
  std::string questionnaire;          // empty: the first that is not submitted
  std::vector<std::string> settings;  // "LINK=VALUE"
  std::string file;                   // of answers, as JSON
  bool submit = false;
};

struct AlertCommand {
  std::string kind;
  std::vector<std::string> words;  // the caller's
  std::string patient, caller, clinic;
};

struct AlertsCommand {
  std::string clinic;  // empty: all
  int limit = 20;
};

struct TakeUpCommand {
  std::string alert;               // a name, or "s1"
  std::vector<std::string> words;  // what was done
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_COMMANDS_H_
