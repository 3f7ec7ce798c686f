#include "services/consultation/policy/policies.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/consultation/limits.h"
#include "services/consultation/policy/check.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/page_token.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::PolicyVersionCursor;
using storage::v1::PolicyVersionRecord;
using Reply = v1::ApplyPolicyResponse;

constexpr size_t kEtagBytes = 12;
// Of applying, whichever policy: a clinic has one.
constexpr char kGuard[] = "policies";

constexpr Sql kList = {
    "SELECT body FROM policy_version WHERE apply_time <= $1 AND (apply_time < $1 OR name < $2 OR "
    "(name = $2 AND version < $3)) ORDER BY apply_time DESC, name DESC, version DESC LIMIT $4"};
// Every open episode has its turn: which clinics go by another version now is told by the episodes
// themselves. 4 is Episode.STATE_CLOSED.
constexpr Sql kTurnAll = {"UPDATE episode SET turn_time = $1 WHERE state <> 4 AND turn_time > $1"};
constexpr Sql kListOfOne = {
    "SELECT body FROM policy_version WHERE name = $1 AND version < $2 ORDER BY version DESC "
    "LIMIT $3"};

// What the server fills.
v1::Policy Declared(v1::Policy policy) {
  policy.clear_version();
  policy.clear_apply_time();
  policy.clear_etag();
  return policy;
}

// Of the contents, so that what is there already has the etag that it would have.
std::string EtagOf(const v1::Policy& policy) {
  const std::string hash = base::Sha256(Declared(policy).SerializeAsString());
  return absl::BytesToHexString(hash.substr(0, kEtagBytes));
}

// -- Differences --------------------------------------------------------------------------------

// What a part is told from others by; empty for one without.
std::string IdOf(const Message& part) {
  for (const char* key : {"id", "code", "name"}) {
    const FieldDescriptor* field = part.GetDescriptor()->FindFieldByName(key);
    if (field != nullptr) return part.GetReflection()->GetString(part, field);
  }
  return "";
}

void AddDifference(const FieldDescriptor* field, const std::string& id, Reply::Action action,
                   Reply* reply) {
  Reply::Difference& difference = *reply->add_differences();
  difference.set_part(field->name());
  difference.set_id(id);
  difference.set_action(action);
}

const Message* FindPart(const Message& policy, const FieldDescriptor* field,
                        const std::string& id) {
  const auto* reflection = policy.GetReflection();
  for (int i = 0; i < reflection->FieldSize(policy, field); ++i) {
    const Message& part = reflection->GetRepeatedMessage(policy, field, i);
    if (IdOf(part) == id) return &part;
  }
  return nullptr;
}

void CompareParts(const Message& before, const Message& after, const FieldDescriptor* field,
                  Reply* reply) {
  const auto* reflection = after.GetReflection();
  const int differences = reply->differences_size();
  for (int i = 0; i < reflection->FieldSize(after, field); ++i) {
    const Message& part = reflection->GetRepeatedMessage(after, field, i);
    const Message* earlier = FindPart(before, field, IdOf(part));
    if (earlier == nullptr) {
      AddDifference(field, IdOf(part), Reply::ACTION_CREATE, reply);
    } else if (!MessageDifferencer::Equals(*earlier, part)) {
      AddDifference(field, IdOf(part), Reply::ACTION_UPDATE, reply);
    }
  }
  for (int i = 0; i < reflection->FieldSize(before, field); ++i) {
    const std::string id = IdOf(reflection->GetRepeatedMessage(before, field, i));
    if (FindPart(after, field, id) == nullptr) {
      AddDifference(field, id, Reply::ACTION_DELETE, reply);
    }
  }
  // The same parts in another order: rules and items are shown in theirs.
  const std::vector<const FieldDescriptor*> fields = {field};
  MessageDifferencer differencer;
  if (reply->differences_size() == differences &&
      !differencer.CompareWithFields(before, after, fields, fields)) {
    AddDifference(field, "", Reply::ACTION_UPDATE, reply);
  }
}

// Each part that differs, in the policy's order; both as they are declared.
void Compare(const v1::Policy& before, const v1::Policy& after, Reply* reply) {
  const auto* descriptor = v1::Policy::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool is_list_of_parts =
        field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_list_of_parts) {
      CompareParts(before, after, field, reply);
      continue;
    }
    const std::vector<const FieldDescriptor*> fields = {field};
    MessageDifferencer differencer;
    if (differencer.CompareWithFields(before, after, fields, fields)) continue;
    AddDifference(field, "", before.name().empty() ? Reply::ACTION_CREATE : Reply::ACTION_UPDATE,
                  reply);
  }
}

// -- Clinics ------------------------------------------------------------------------------------

bool Names(const v1::Policy& policy, absl::string_view clinic) {
  return std::find(policy.clinics().begin(), policy.clinics().end(), clinic) !=
         policy.clinics().end();
}

// Of these, the one the clinic goes by; null where there is none.
const Rulebook* PolicyOf(const std::vector<const Rulebook*>& policies, absl::string_view clinic) {
  for (const absl::string_view name : {clinic, absl::string_view(kAllClinics)}) {
    for (const Rulebook* policy : policies) {
      if (Names(policy->policy(), name)) return policy;
    }
  }
  return nullptr;
}

}  // namespace

absl::Status Policies::Apply(const rpc::Call& call, Transaction& transaction,
                             const v1::ApplyPolicyRequest& request, Reply* reply) {
  if (!call.principal.all_clinics) return base::PermissionDenied();
  call.audit_resource = request.policy().name();
  RETURN_IF_ERROR(transaction.BumpGuard(kGuard));
  ASSIGN_OR_RETURN(const std::vector<PolicyStore::Policy> present, store_.All(transaction));
  PolicyStore::Policy before;
  std::vector<const v1::Policy*> others;
  for (const PolicyStore::Policy& policy : present) {
    if (policy->policy().name() == request.policy().name()) {
      before = policy;
    } else {
      others.push_back(&policy->policy());
    }
  }
  const v1::Policy was = before == nullptr ? v1::Policy() : before->policy();
  RETURN_IF_ERROR(storage::CheckEtag(request.policy().etag(), was.etag(), request.policy().name()));

  PolicyVersionRecord record;
  v1::Policy& policy = *record.mutable_policy();
  policy = Declared(request.policy());
  policy.set_etag(EtagOf(policy));
  policy.set_version(was.version() + 1);
  *policy.mutable_apply_time() = ToWire(call.now);
  const Rulebook next(policy);
  const std::vector<base::Violation> violations = CheckPolicy(next, others);
  if (!violations.empty()) return base::InvalidRequest(violations);

  reply->Clear();
  Compare(Declared(was), Declared(policy), reply);
  if (reply->differences().empty()) policy = was;
  reply->set_version(policy.version());
  reply->set_etag(policy.etag());
  if (call.validate_only) RETURN_IF_ERROR(Try(call, transaction, present, next, reply));
  if (reply->differences().empty()) return absl::OkStatus();
  record.set_comment(request.comment());
  record.set_subject(call.principal.subject);
  RETURN_IF_ERROR(transaction.Execute(kTurnAll, {Value::Time(call.now)}).status());
  return PolicyStore::Put(transaction, record);
}

absl::Status Policies::Try(const rpc::Call& call, Transaction& transaction,
                           const std::vector<PolicyStore::Policy>& present, const Rulebook& next,
                           Reply* reply) {
  const std::string& name = next.policy().name();
  std::vector<const Rulebook*> before;
  std::vector<const Rulebook*> after = {&next};
  for (const PolicyStore::Policy& policy : present) {
    before.push_back(policy.get());
    if (policy->policy().name() != name) after.push_back(policy.get());
  }
  const auto goes_by_another = [&](absl::string_view clinic) {
    return PolicyOf(before, clinic) != PolicyOf(after, clinic);
  };
  Trial trial;
  const auto add = [&](const OpenEpisode& episode) {
    if (trial.episodes() == limits::kTrialEpisodesMax) return false;
    trial.Add(episode, PolicyOf(before, episode.clinic), PolicyOf(after, episode.clinic));
    return true;
  };
  ASSIGN_OR_RETURN(const bool truncated,
                   episodes_.ForEachOpen(transaction, call.now, goes_by_another, add));
  trial.Report(truncated, reply);
  return absl::OkStatus();
}

absl::Status Policies::Get(const rpc::Call& call, Transaction& transaction,
                           const v1::GetPolicyRequest& request, v1::Policy* reply) {
  ASSIGN_OR_RETURN(const PolicyStore::Policy policy,
                   store_.Find(transaction, request.name(), request.version()));
  *reply = policy->policy();
  return absl::OkStatus();
}

absl::Status Policies::List(const rpc::Call& call, Transaction& transaction,
                            const v1::ListPolicyVersionsRequest& request,
                            v1::ListPolicyVersionsResponse* reply) {
  reply->Clear();
  PolicyVersionCursor cursor;
  cursor.set_apply_time_micros(INT64_MAX);
  cursor.set_version(INT64_MAX);
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, request.page_token()));
  if (!token.empty() && !cursor.ParseFromString(token)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  const int page_size = request.page_size() == 0 ? rpc::kPageSizeUsual : request.page_size();
  const auto add = [&](const Row& row) -> absl::Status {
    if (reply->versions_size() == page_size) {
      reply->set_next_page_token(rpc::EncodePageToken(request, cursor.SerializeAsString()));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const auto record, storage::ParseRecord<PolicyVersionRecord>(row.Text(0)));
    const v1::Policy& policy = record.policy();
    v1::ListPolicyVersionsResponse::PolicyVersion& version = *reply->add_versions();
    version.set_name(policy.name());
    version.set_version(policy.version());
    version.set_display_name(policy.display_name());
    *version.mutable_clinics() = policy.clinics();
    version.set_comment(record.comment());
    version.set_subject(record.subject());
    *version.mutable_apply_time() = policy.apply_time();
    cursor.set_apply_time_micros(absl::ToUnixMicros(FromWire(policy.apply_time())));
    cursor.set_name(policy.name());
    cursor.set_version(policy.version());
    return absl::OkStatus();
  };
  const Value limit = Value::Integer(page_size + 1);
  if (!request.policy().empty()) {
    return transaction.Query(
        kListOfOne, {Value::Text(request.policy()), Value::Integer(cursor.version()), limit}, add);
  }
  return transaction.Query(kList,
                           {Value::Integer(cursor.apply_time_micros()), Value::Text(cursor.name()),
                            Value::Integer(cursor.version()), limit},
                           add);
}

}  // namespace clarity::consultation
