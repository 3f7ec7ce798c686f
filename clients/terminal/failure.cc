#include "clients/terminal/failure.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "clients/core/errors.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

// What each reason of error_reason.proto means for whoever typed the command.
struct ReasonRule {
  const char* reason;
  ExitCode exit_code;
  const char* advice;
};

constexpr ReasonRule kReasonRules[] = {
    {"INVALID_REQUEST", kExitUsage, "Put that right, then try again."},
    {"REQUEST_ID_REUSED", kExitConflict, "Give the command again: it is sent as a new one."},
    {"PAGE_TOKEN_MISMATCH", kExitConflict, "Give the command again: it starts from the top."},
    {"TOKEN_EXPIRED", kExitConflict, "Too much has changed meanwhile: list, then watch again."},
    {"UNAUTHENTICATED", kExitSignedOut,
     "Get a new token (clarityctl token) and put it in the file that --token-file or "
     "CLARITY_TOKEN_FILE names: it is read again with the next command."},
    {"PERMISSION_DENIED", kExitNotFound, "Check the name; if it is right, you may not do this."},
    {"NOT_FOUND", kExitNotFound, "Check the name."},
    {"ALREADY_EXISTS", kExitConflict, "Choose another name, or use what is there."},
    {"ETAG_MISMATCH", kExitConflict, "Somebody has changed it meanwhile: look again, then repeat."},
    {"SLOT_TAKEN", kExitTaken, "Take one of the times shown, or search again."},
    {"SLOT_NOT_OFFERED", kExitTaken, "Search for the times that this visit is offered at."},
    {"PATIENT_BUSY", kExitTaken, "The patient has another appointment then: take another time."},
    {"HOLD_EXPIRED", kExitConflict, "The time is no longer kept: search and hold it again."},
    {"HOLD_MISMATCH", kExitConflict,
     "The hold keeps something else: leave it out, or search again."},
    {"HOLD_LIMIT", kExitConflict, "Release a hold that is no longer needed, then try again."},
    {"WRONG_STATE", kExitConflict, "Look at it again: somebody may have changed it."},
    {"WRONG_TIME", kExitConflict,
     "Look at when the visit is; if the time is right, record it then."},
    {"ORDER_MISSING", kExitConflict,
     "This visit needs a clinician's order: name it with --order; 'callcenter orders' lists a "
     "patient's."},
    {"ORDER_NOT_APPLICABLE", kExitConflict,
     "Ask the clinician for an order that covers the visit."},
    {"LIKELY_DUPLICATE", kExitConflict,
     "Look at those named: take one, or say with --distinct-from that they are of other people."},
    {"EPISODE_OPEN", kExitConflict, "Go on with that one: 'callcenter pathway' shows it."},
    {"NO_EPISODE", kExitConflict, "Open one: 'callcenter episode open'."},
    {"EPISODE_CLOSED", kExitConflict, "Open a new one, if the patient comes again."},
    {"ALERT_OPEN", kExitConflict, "A clinician has to take the safety alert up first."},
    {"NO_POLICY", kExitConflict,
     "The clinic has no policy yet: tell whoever runs it (clarityctl policy apply)."},
    {"ALREADY_SUBMITTED", kExitConflict, "The patient, or the clinic's staff, may amend it."},
    {"RESPONSE_INCOMPLETE", kExitConflict, "Answer what is missing, then submit it again."},
    {"REQUIREMENT_WITHDRAWN", kExitConflict, "Record it without naming what it was for."},
    {"NOT_OVERRIDABLE", kExitConflict, "The clinic's policy leaves no choice."},
    {"SECOND_PRESCRIBER_NEEDED", kExitConflict, "Ask another prescriber to sign as well."},
    {"NOT_CLEARABLE", kExitConflict, "What stands in the way has to be settled first."},
    {"NOT_CLEARED", kExitConflict, "A prescriber has to decide on a clearance first."},
    {"CONSENT_MISSING", kExitConflict, "Ask the patient for consent to treatment first."},
    {"FACT_MISSING", kExitConflict, "Record the fact that is missing, then try again."},
    {"PLAN_IN_FORCE", kExitConflict, "Amend or close the plan that is in force."},
    {"STAFF_NEEDED", kExitConflict, "Ask the clinic: its staff takes that back."},
    {"WOULD_ORPHAN", kExitConflict,
     "Move these appointments first, or accept it with --accept-orphans."},
    {"IN_USE", kExitConflict, "Something ahead still needs it: move or cancel that first."},
    {"TOO_MANY", kExitConflict, "It holds as much as it takes: waiting does not help."},
    {"RATE_LIMITED", kExitUnavailable, "Too many commands at once: wait a moment, then try again."},
    {"OVERLOADED", kExitUnavailable, "The server is busy: wait a moment, then try again."},
    {"UNAVAILABLE", kExitUnavailable, "Nothing was done: wait a moment, then try again."},
    {"INTERNAL", kExitFailed,
     "A fault of the server, which has logged it: look whether it was done, and tell whoever "
     "runs it."},
};

const ReasonRule* RuleOf(absl::string_view reason) {
  for (const ReasonRule& rule : kReasonRules) {
    if (reason == rule.reason) return &rule;
  }
  return nullptr;
}

// What a failure of the transport means; its own words are for people who know them.
const char* MeaningOf(const absl::Status& status) {
  if (!ReasonOf(status).empty()) return "";
  if (absl::IsUnavailable(status)) return "the server cannot be reached";
  if (absl::IsDeadlineExceeded(status)) return "the server has not answered in time";
  if (absl::IsUnimplemented(status)) return "the server does not serve this";
  return "";
}

nlohmann::json DetailsOf(const absl::Status& status) {
  nlohmann::json details = nlohmann::json::array();
  status.ForEachPayload([&details](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any any;
    any.set_type_url(std::string(type_url));
    any.set_value(std::string(payload));
    std::string text;
    // A detail of a type this tool was not built with cannot be shown.
    if (google::protobuf::util::MessageToJsonString(any, &text).ok()) {
      details.push_back(nlohmann::json::parse(text));
    }
  });
  return details;
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  if (const ReasonRule* rule = RuleOf(ReasonOf(status))) return rule->exit_code;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return kExitNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kExitUnavailable;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return kExitConflict;
    case absl::StatusCode::kUnauthenticated:
      return kExitSignedOut;
    default:
      return kExitFailed;
  }
}

std::string AdviceOn(const absl::Status& status) {
  if (const ReasonRule* rule = RuleOf(ReasonOf(status))) return rule->advice;
  if (absl::IsCancelled(status)) {
    return "If something was to be changed, look whether it was before you try again.";
  }
  if (absl::IsUnimplemented(status)) {
    return "It may run only some of the services, or be older than this program: ask who runs it.";
  }
  switch (ExitCodeOf(status)) {
    case kExitUnavailable:
      return "Check that the server runs (clarityctl status). If something was to be changed, look "
             "whether it was before you try again.";
    case kExitSignedOut:
      return RuleOf("UNAUTHENTICATED")->advice;
    default:
      return "";
  }
}

ExitCode Report(const Console& console, const absl::Status& status, absl::string_view explanation) {
  const std::string message = Printable(status.message());
  const absl::string_view meaning = MeaningOf(status);
  *console.err << console.Styled(Tone::kBad, "error: ")
               << console.Wrapped(meaning.empty() ? message : meaning) << '\n';
  if (!meaning.empty() && !message.empty()) {
    *console.err << console.Styled(Tone::kFaint, console.Wrapped(absl::StrCat("(", message, ")")))
                 << '\n';
  }
  if (const auto request = DetailOf<google::rpc::BadRequest>(status);
      request.has_value() && request->field_violations_size() > 1) {
    for (const auto& violation : request->field_violations()) {
      *console.err << "  " << Printable(violation.field())
                   << (violation.field().empty() ? "" : ": ") << Printable(violation.description())
                   << '\n';
    }
  }
  *console.err << explanation;
  const std::string advice = AdviceOn(status);
  if (!advice.empty()) *console.err << console.Wrapped(advice) << '\n';
  return ExitCodeOf(status);
}

ExitCode ReportJson(const Console& console, const absl::Status& status) {
  const nlohmann::json error = {{"code", absl::StatusCodeToString(status.code())},
                                {"reason", ReasonOf(status)},
                                {"message", std::string(status.message())},
                                {"details", DetailsOf(status)}};
  *console.out << nlohmann::json{{"error", error}}.dump(2) << '\n';
  return ExitCodeOf(status);
}

const char kExitCodesHelp[] =
    "Exit codes:\n"
    "  0  done\n"
    "  1  an unexpected failure\n"
    "  2  the command or a value in it is wrong\n"
    "  3  no such thing, or not allowed\n"
    "  4  the time cannot be had (alternatives are shown)\n"
    "  5  the server cannot be reached or is overloaded: try again\n"
    "  6  not in a state for this: hold expired, changed meanwhile, order missing\n"
    "  7  no valid token\n";

}  // namespace clarity::client
