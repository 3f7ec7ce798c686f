#include "services/consultation/clearance/results.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/clearance/result_check.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/limits.h"
#include "services/consultation/paging.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/policy/parts_page.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::RequirementRecord;
using storage::v1::ResultRecord;

const RequirementRecord* FindRequirement(const CaseFile& file, absl::string_view name) {
  const auto found = absl::c_find_if(file.requirements, [&](const RequirementRecord& record) {
    return record.requirement().name() == name;
  });
  return found == file.requirements.end() ? nullptr : &*found;
}

// That the requirement it is meant for, where it names one, is the episode's and of its test.
void CheckRequirement(const CaseFile& file, const v1::Result& result, const std::string& path,
                      std::vector<base::Violation>* violations) {
  if (result.requirement().empty()) return;
  const std::string field = absl::StrCat(path, ".requirement");
  const RequirementRecord* record = FindRequirement(file, result.requirement());
  if (record == nullptr) {
    return violations->push_back({field, "is no requirement of the episode"});
  }
  const auto* definition = file.rulebook->FindRequirement(record->requirement().definition());
  if (definition != nullptr && !absl::c_linear_search(definition->tests(), result.test())) {
    violations->push_back({field, "is not met by this test"});
  }
}

// That the requirement, where it names one, is asked for.
absl::Status CheckIsAsked(const CaseFile& file, const v1::Result& result) {
  const RequirementRecord* record = FindRequirement(file, result.requirement());
  const bool is_asked =
      record == nullptr || record->requirement().state() != v1::Requirement::STATE_WITHDRAWN;
  return is_asked ? absl::OkStatus() : RequirementWithdrawn(result.requirement());
}

absl::Time EarliestFor(const CaseFile& file) {
  const int days = file.rulebook->policy().settings().result_age_days_max();
  return file.facts.time - absl::Hours(24) * days;
}

// What a clinical limit is in a policy: rules that tell or exclude.
bool IsLimit(const v1::Decision& decision) {
  return decision.effect() == v1::RULE_EFFECT_FLAG || Excludes(decision.effect());
}

// The rules that apply because of this result.
void FlagBy(const v1::Evaluation& evaluation, v1::Result* result) {
  result->clear_flagged_by();
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.applies() != v1::Decision::APPLIES_YES || !IsLimit(decision)) continue;
    const bool is_by_it = absl::c_any_of(decision.facts(), [&](const v1::Fact& fact) {
      return fact.kind() == v1::Fact::KIND_RESULT && fact.source() == result->name();
    });
    if (is_by_it) result->add_flagged_by(decision.rule());
  }
}

void SignBy(const rpc::Call& call, v1::Result* result) {
  result->set_subject(call.principal.subject);
  *result->mutable_update_time() = ToWire(call.now);
}

// Puts what the result says now among its earlier versions, and counts the next one.
void BeginNextVersion(const rpc::Call& call, const std::string& reason, v1::Result* result) {
  auto& earlier = *result->mutable_earlier_versions();
  if (earlier.size() == limits::kResultVersionsKept) earlier.erase(earlier.begin());
  v1::ResultVersion& version = *earlier.Add();
  version.set_version(result->version());
  if (result->has_quantity()) *version.mutable_quantity() = result->quantity();
  if (result->value_case() == v1::Result::kCode) version.set_code(result->code());
  *version.mutable_measure_time() = result->measure_time();
  version.set_subject(result->subject());
  *version.mutable_record_time() = result->update_time();
  result->set_version(result->version() + 1);
  result->set_reason(reason);
  SignBy(call, result);
}

// What a caller may say of a result.
void TakeOver(const v1::Result& from, v1::Result* result) {
  result->set_test(from.test());
  if (from.has_quantity()) *result->mutable_quantity() = from.quantity();
  if (from.value_case() == v1::Result::kCode) result->set_code(from.code());
  *result->mutable_measure_time() = from.measure_time();
  result->set_requirement(from.requirement());
  result->set_note(from.note());
}

absl::Status CheckFinal(const v1::Result& result) {
  if (result.state() == v1::Result::STATE_FINAL) return absl::OkStatus();
  return WrongState(result.name(), "WITHDRAWN", "the result was withdrawn: record it anew");
}

absl::Status CheckOpen(const EpisodeRecord& episode) {
  if (episode.episode().state() != v1::Episode::STATE_CLOSED) return absl::OkStatus();
  return EpisodeClosed(episode.episode().name());
}

// The one way into a reply. A patient is not shown what is for those who treat them.
void Show(const rpc::Call& call, const v1::Result& result, v1::Result* reply) {
  *reply = result;
  if (!call.principal.IsPatientOnly()) return;
  reply->clear_note();
  reply->clear_flagged_by();
  reply->clear_reason();
}

}  // namespace

absl::Status Results::ListTests(const rpc::Call& /*call*/, Transaction& transaction,
                                const v1::ListTestsRequest& request, v1::ListTestsResponse* reply) {
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, request.clinic()));
  return ListParts(rulebook->policy(), rulebook->policy().tests(), request, reply->mutable_tests(),
                   reply);
}

absl::Status Results::Record(const rpc::Call& call, Transaction& transaction,
                             const v1::RecordResultsRequest& request,
                             v1::RecordResultsResponse* reply) {
  ASSIGN_OR_RETURN(auto episode, LoadToChange(call, transaction, request.episode()));
  RETURN_IF_ERROR(CheckOpen(episode));
  ASSIGN_OR_RETURN(CaseFile file, consequences_.Read(transaction, call.now, episode));
  std::vector<v1::Result> results(request.results().begin(), request.results().end());
  std::vector<base::Violation> violations;
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string path = absl::StrCat("results[", i, "]");
    if (!results[i].has_measure_time()) *results[i].mutable_measure_time() = ToWire(call.now);
    CheckValue(*file.rulebook, results[i], path, &violations);
    CheckMeasureTime(results[i], EarliestFor(file), call.now, path, &violations);
    CheckRequirement(file, results[i], path, &violations);
  }
  if (!violations.empty()) return base::InvalidRequest(violations);
  if (file.facts.results.size() + results.size() > limits::kResultsMax) {
    return base::ResourceExhausted("TOO_MANY", "the episode has as many results as it takes");
  }
  for (v1::Result& result : results) {
    RETURN_IF_ERROR(CheckIsAsked(file, result));
    result.set_name(absl::StrCat("results/", base::NewId(call.now, random_)));
    result.set_episode(request.episode());
    result.set_state(v1::Result::STATE_FINAL);
    result.set_version(1);
    FillByTest(*file.rulebook, &result);
    SignBy(call, &result);
    file.facts.results.push_back(result);
  }
  const v1::Evaluation evaluation = EvaluateFile(file);
  for (const v1::Result& result : results) {
    ResultRecord record;
    *record.mutable_result() = result;
    FlagBy(evaluation, record.mutable_result());
    RETURN_IF_ERROR(SavePart(transaction, &record));
    Show(call, record.result(), reply->add_results());
    if (call.validate_only) reply->mutable_results()->rbegin()->clear_name();
  }
  // Of several, who watches is told the first; a list has the others.
  return consequences_.Follow(transaction, call.now, &episode, results.front().name());
}

absl::Status Results::Correct(const rpc::Call& call, Transaction& transaction,
                              const v1::CorrectResultRequest& request, v1::Result* reply) {
  ASSIGN_OR_RETURN(auto part, LoadPartToChange<ResultRecord>(call, transaction, request.name()));
  v1::Result& result = *part.record.mutable_result();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), result.etag(), request.name()));
  RETURN_IF_ERROR(CheckFinal(result));
  RETURN_IF_ERROR(CheckOpen(part.episode));
  ASSIGN_OR_RETURN(CaseFile file, consequences_.Read(transaction, call.now, part.episode));

  v1::Result corrected = request.result();
  if (!corrected.has_measure_time()) *corrected.mutable_measure_time() = result.measure_time();
  std::vector<base::Violation> violations;
  if (corrected.test() != result.test()) {
    violations.push_back({"result.test", "is another: withdraw the result, and record the other"});
  }
  CheckValue(*file.rulebook, corrected, "result", &violations);
  // What was not too old when it was recorded can be corrected.
  const absl::Time earliest = std::min(EarliestFor(file), FromWire(result.measure_time()));
  CheckMeasureTime(corrected, earliest, call.now, "result", &violations);
  CheckRequirement(file, corrected, "result", &violations);
  if (!violations.empty()) return base::InvalidRequest(violations);
  RETURN_IF_ERROR(CheckIsAsked(file, corrected));

  BeginNextVersion(call, request.reason(), &result);
  TakeOver(corrected, &result);
  FillByTest(*file.rulebook, &result);
  const auto known = absl::c_find_if(
      file.facts.results, [&](const v1::Result& other) { return other.name() == result.name(); });
  *known = result;
  FlagBy(EvaluateFile(file), &result);
  RETURN_IF_ERROR(SavePart(transaction, &part.record));
  Show(call, result, reply);
  return consequences_.Follow(transaction, call.now, &part.episode, request.name());
}

absl::Status Results::Withdraw(const rpc::Call& call, Transaction& transaction,
                               const v1::WithdrawResultRequest& request, v1::Result* reply) {
  ASSIGN_OR_RETURN(auto part, LoadPartToChange<ResultRecord>(call, transaction, request.name()));
  v1::Result& result = *part.record.mutable_result();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), result.etag(), request.name()));
  RETURN_IF_ERROR(CheckFinal(result));
  BeginNextVersion(call, request.reason(), &result);
  result.set_state(v1::Result::STATE_WITHDRAWN);
  result.clear_flagged_by();
  result.clear_expire_time();
  RETURN_IF_ERROR(SavePart(transaction, &part.record));
  Show(call, result, reply);
  return consequences_.Follow(transaction, call.now, &part.episode, request.name());
}

absl::Status Results::List(const rpc::Call& call, Transaction& transaction,
                           const v1::ListResultsRequest& request, v1::ListResultsResponse* reply) {
  RETURN_IF_ERROR(Load<EpisodeRecord>(call, transaction, request.episode()).status());
  const auto take = [&](ResultRecord& record, bool has_room) -> absl::StatusOr<bool> {
    const v1::Result& result = record.result();
    if (result.state() == v1::Result::STATE_WITHDRAWN && !request.show_withdrawn()) return false;
    if (!request.test().empty() && result.test() != request.test()) return false;
    if (has_room) Show(call, result, reply->add_results());
    return true;
  };
  ASSIGN_OR_RETURN(
      *reply->mutable_next_page_token(),
      ReadPage<ResultRecord>(transaction, kPartsNewestFirst, request, Order::kNewestFirst,
                             CollectionOf<ResultRecord>(request.episode()), take));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
