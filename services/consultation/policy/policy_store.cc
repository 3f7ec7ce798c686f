#include "services/consultation/policy/policy_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::PolicyVersionRecord;

constexpr size_t kRulebooksKept = 20;

constexpr Sql kReadClinic = {"SELECT policy FROM policy_clinic WHERE clinic = $1"};
constexpr Sql kReadPresent = {"SELECT version FROM policy WHERE name = $1"};
constexpr Sql kListNames = {"SELECT name FROM policy ORDER BY name"};
constexpr Sql kReadEtag = {"SELECT etag FROM policy_version WHERE name = $1 AND version = $2"};
constexpr Sql kReadBody = {"SELECT body FROM policy_version WHERE name = $1 AND version = $2"};
constexpr Sql kPutPresent = {
    "INSERT INTO policy (name, version) VALUES ($1, $2) "
    "ON CONFLICT (name) DO UPDATE SET version = $2"};
constexpr Sql kPutVersion = {
    "INSERT INTO policy_version (name, version, etag, apply_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, 0)"};
constexpr Sql kRemoveClinics = {"DELETE FROM policy_clinic WHERE policy = $1"};
constexpr Sql kPutClinic = {"INSERT INTO policy_clinic (clinic, policy) VALUES ($1, $2)"};

absl::StatusOr<std::optional<std::string>> ReadPolicyOf(Transaction& transaction,
                                                        absl::string_view clinic) {
  return storage::ReadBody(transaction, kReadClinic, clinic);
}

}  // namespace

absl::StatusOr<PolicyStore::Policy> PolicyStore::Of(Transaction& transaction,
                                                    absl::string_view clinic) {
  ASSIGN_OR_RETURN(std::optional<std::string> name, ReadPolicyOf(transaction, clinic));
  if (!name.has_value()) {
    ASSIGN_OR_RETURN(name, ReadPolicyOf(transaction, kAllClinics));
  }
  if (!name.has_value()) {
    return base::FailedPrecondition("NO_POLICY", absl::StrCat(clinic, " goes by no policy"),
                                    {{"clinic", std::string(clinic)}});
  }
  return Find(transaction, *name, 0);
}

absl::StatusOr<PolicyStore::Policy> PolicyStore::Find(Transaction& transaction,
                                                      absl::string_view name, int64_t version) {
  const auto missing = [&] { return base::NotFound(name); };
  if (version == 0) {
    RETURN_IF_ERROR(transaction.Query(kReadPresent, {Value::Text(name)}, [&](const Row& row) {
      version = row.Integer(0);
      return absl::OkStatus();
    }));
    if (version == 0) return missing();
  }
  std::optional<std::string> etag;
  RETURN_IF_ERROR(transaction.Query(kReadEtag, {Value::Text(name), Value::Integer(version)},
                                    [&](const Row& row) {
                                      etag = std::string(row.Text(0));
                                      return absl::OkStatus();
                                    }));
  if (!etag.has_value()) return missing();
  return Read(transaction, {std::string(name), version, *std::move(etag)});
}

absl::StatusOr<PolicyStore::Policy> PolicyStore::Read(Transaction& transaction, const Key& key) {
  {
    base::MutexLock lock(&mutex_);
    const auto known = rulebooks_.find(key);
    if (known != rulebooks_.end()) return known->second;
  }
  const auto& [name, version, etag] = key;
  PolicyVersionRecord record;
  RETURN_IF_ERROR(transaction.Query(
      kReadBody, {Value::Text(name), Value::Integer(version)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(record, storage::ParseRecord<PolicyVersionRecord>(row.Text(0)));
        return absl::OkStatus();
      }));
  auto rulebook = std::make_shared<const Rulebook>(std::move(*record.mutable_policy()));
  base::MutexLock lock(&mutex_);
  if (rulebooks_.size() >= kRulebooksKept) rulebooks_.clear();
  rulebooks_[key] = rulebook;
  return rulebook;
}

absl::StatusOr<std::vector<PolicyStore::Policy>> PolicyStore::All(Transaction& transaction) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(transaction.Query(kListNames, {}, [&](const Row& row) {
    names.emplace_back(row.Text(0));
    return absl::OkStatus();
  }));
  std::vector<Policy> policies;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(Policy policy, Find(transaction, name, 0));
    policies.push_back(std::move(policy));
  }
  return policies;
}

absl::Status PolicyStore::Put(Transaction& transaction, const PolicyVersionRecord& record) {
  const v1::Policy& policy = record.policy();
  const Value name = Value::Text(policy.name());
  const Value version = Value::Integer(policy.version());
  const std::string body = record.SerializeAsString();
  RETURN_IF_ERROR(transaction.Execute(kPutPresent, {name, version}).status());
  RETURN_IF_ERROR(
      transaction
          .Execute(kPutVersion, {name, version, Value::Text(policy.etag()),
                                 Value::Time(FromWire(policy.apply_time())), Value::Bytes(body)})
          .status());
  RETURN_IF_ERROR(transaction.Execute(kRemoveClinics, {name}).status());
  for (const std::string& clinic : policy.clinics()) {
    RETURN_IF_ERROR(transaction.Execute(kPutClinic, {Value::Text(clinic), name}).status());
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
