#include "clients/admin/apply_policy.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "clients/admin/changes.h"
#include "clients/admin/policy_files.h"
#include "clients/terminal/names.h"
#include "clients/terminal/table.h"

namespace clarity::client {
namespace {

using consultation::v1::ApplyPolicyRequest;
using consultation::v1::ApplyPolicyResponse;
using consultation::v1::Decision;

// "does not apply"
std::string WordsOf(Decision::Applies applies) {
  switch (applies) {
    case Decision::APPLIES_YES:
      return "applies";
    case Decision::APPLIES_NO:
      return "does not apply";
    case Decision::APPLIES_UNKNOWN:
      return "unknown";
    default:
      return "no such rule";
  }
}

void ShowDifferences(const ApplyPolicyResponse& plan, const Console& console) {
  Table table({" ", "part", "id"});
  for (const auto& difference : plan.differences()) {
    table.AddRow(
        {SignOf<ApplyPolicyResponse>(difference.action()), difference.part(), difference.id()});
  }
  table.Print(console);
}

void ShowDecisionChanges(const ApplyPolicyResponse& plan, const Console& console) {
  if (plan.episodes_evaluated() == 0) return;
  *console.out << "Tried on " << Counted(plan.episodes_evaluated(), "open episode")
               << (plan.truncated() ? ", of more: " : ": ")
               << (plan.decision_changes().empty() ? "no decision would change.\n"
                                                   : "decisions that would change:\n");
  if (plan.decision_changes().empty()) return;
  Table table({"rule", "before", "after", "episodes", "clearances reopened"});
  for (const auto& change : plan.decision_changes()) {
    table.AddRow(
        {change.rule(), WordsOf(change.before()), WordsOf(change.after()),
         absl::StrCat(change.episode_count()),
         change.clearances_reopened() == 0 ? "" : absl::StrCat(change.clearances_reopened())});
  }
  table.Print(console);
}

// The name of the only policy there is.
absl::StatusOr<std::string> OnlyPolicy(const PolicyClient& client) {
  std::set<std::string> names;
  for (const auto& version : client.ListPolicyVersions()) {
    if (!version.ok()) return version.status();
    names.insert(version->name());
  }
  if (names.empty()) return absl::NotFoundError("no policy has been applied yet");
  if (names.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are several policies, name one: ", absl::StrJoin(names, ", ")));
  }
  return *names.begin();
}

}  // namespace

ExitCode ApplyPolicy(const ApplyPolicyOptions& options, const PolicyClient& client,
                     const Console& console) {
  absl::StatusOr<PolicyFiles> files = PolicyFiles::Read(options.path);
  if (!files.ok()) {
    *console.err << files.status().message() << '\n';
    return kExitUsage;
  }
  ApplyPolicyRequest request;
  *request.mutable_policy() = files->policy();
  request.set_comment(options.comment);
  // The etag makes sure that what is applied is what was shown, whoever else applies meanwhile. A
  // policy that is not there yet has none.
  const auto present = client.GetPolicy(files->policy().name());
  if (present.ok()) request.mutable_policy()->set_etag(present->etag());
  if (!present.ok() && !absl::IsNotFound(present.status())) {
    return ReportRefusal(present.status(), *files, console);
  }

  request.set_validate_only(true);
  const auto plan = client.ApplyPolicy(request);
  if (!plan.ok()) return ReportRefusal(plan.status(), *files, console);
  if (plan->differences().empty()) {
    *console.out << "Nothing to change: the policy is as these files say, at version "
                 << plan->version() << ".\n";
    return kExitOk;
  }
  ShowDifferences(*plan, console);
  ShowDecisionChanges(*plan, console);
  if (options.dry_run) return kExitOk;

  const std::string changes = Counted(plan->differences_size(), "change");
  switch (AskToApply(changes, options.yes, console)) {
    case Consent::kGiven:
      break;
    case Consent::kRefused:
      return kExitOk;
    case Consent::kNobodyToAsk:
      return kExitUsage;
  }
  request.set_validate_only(false);
  const auto applied = client.ApplyPolicy(request);
  if (!applied.ok()) return ReportRefusal(applied.status(), *files, console);
  *console.out << "Applied " << changes << ": " << request.policy().name() << " is at version "
               << applied->version() << ".\n";
  return kExitOk;
}

ExitCode ExportPolicy(const ExportPolicyOptions& options, const PolicyClient& client,
                      const Console& console) {
  std::string name = FullName("policies", options.name);
  if (name.empty()) {
    const absl::StatusOr<std::string> only = OnlyPolicy(client);
    if (!only.ok()) return Report(console, only.status());
    name = *only;
  }
  const auto policy = client.GetPolicy(name, options.version);
  if (!policy.ok()) return Report(console, policy.status());
  if (options.directory.empty()) {
    *console.out << PolicyText(*policy);
    return kExitOk;
  }
  const absl::Status written = WritePolicyFiles(*policy, options.directory);
  if (!written.ok()) return Report(console, written);
  *console.out << "Wrote " << name << ", version " << policy->version() << ", to "
               << options.directory << ".\n";
  return kExitOk;
}

ExitCode ListPolicyVersions(const PolicyClient& client, const Console& console) {
  Table table({"policy", "version", "applied", "by", "clinics", "why"});
  for (const auto& version : client.ListPolicyVersions()) {
    if (!version.ok()) return Report(console, version.status());
    table.AddRow({version->name(), absl::StrCat(version->version()),
                  absl::FormatTime("%Y-%m-%d %H:%M UTC",
                                   absl::FromUnixSeconds(version->apply_time().seconds()),
                                   absl::UTCTimeZone()),
                  version->subject(), absl::StrJoin(version->clinics(), ", "), version->comment()});
  }
  if (table.empty()) {
    *console.out << "No policy has been applied yet.\n";
  } else {
    table.Print(console);
  }
  return kExitOk;
}

}  // namespace clarity::client
