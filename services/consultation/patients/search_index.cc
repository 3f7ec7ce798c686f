#include "services/consultation/patients/search_index.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/consultation/limits.h"
#include "services/consultation/patients/likeness.h"
#include "services/consultation/patients/names.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr Sql kRemove = {"DELETE FROM patient_index WHERE patient = $1"};
constexpr Sql kAdd = {
    "INSERT INTO patient_index (hash, narrow, patient) VALUES ($1, $2, $3) "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kByHash = {"SELECT DISTINCT patient FROM patient_index WHERE hash = $1 LIMIT $2"};
constexpr Sql kByHashAndBirth = {
    "SELECT patient FROM patient_index WHERE hash = $1 AND narrow = $2 LIMIT $3"};
constexpr Sql kReadFingerprint = {"SELECT fingerprint FROM patient_index_key WHERE id = 1"};
constexpr Sql kWriteFingerprint = {
    "INSERT INTO patient_index_key (id, fingerprint) VALUES (1, $1) ON CONFLICT DO NOTHING"};

// What a hash is of: the same text means something else in another place.
constexpr char kName[] = "name";
constexpr char kPhone[] = "phone";
constexpr char kEmail[] = "email";
constexpr char kBirth[] = "birth";
constexpr char kKey[] = "key";

constexpr int64_t kAnyBirth = 0;

}  // namespace

absl::Status SearchIndex::CheckKey(Transaction& transaction) const {
  const std::string fingerprint = base::HmacSha256(key_, kKey);
  std::string stored = fingerprint;
  RETURN_IF_ERROR(transaction.Execute(kWriteFingerprint, {Value::Bytes(fingerprint)}).status());
  RETURN_IF_ERROR(transaction.Query(kReadFingerprint, {}, [&](const Row& row) {
    stored = std::string(row.Text(0));
    return absl::OkStatus();
  }));
  if (stored == fingerprint) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the key of the patient search is not the one the store was made with: bring back the file "
      "search.key that belongs to it");
}

absl::Status SearchIndex::Put(Transaction& transaction, const v1::Patient& patient) const {
  RETURN_IF_ERROR(transaction.Execute(kRemove, {Value::Text(patient.name())}).status());
  if (patient.state() != v1::Patient::STATE_ACTIVE) return absl::OkStatus();
  const auto add = [&](int64_t hash, int64_t narrow) {
    return transaction
        .Execute(kAdd, {Value::Integer(hash), Value::Integer(narrow), Value::Text(patient.name())})
        .status();
  };
  const int64_t birth = patient.has_birth_date() ? HashOf(patient.birth_date()) : kAnyBirth;
  for (const std::string& token : NameTokensOf(patient)) {
    for (const std::string& variant : OneDeletionVariants(token)) {
      RETURN_IF_ERROR(add(Hash(kName, variant), birth));
    }
  }
  for (const v1::PhoneNumber& number : patient.phone_numbers()) {
    RETURN_IF_ERROR(add(Hash(kPhone, number.number()), 0));
  }
  if (!patient.email().empty()) {
    RETURN_IF_ERROR(add(Hash(kEmail, absl::AsciiStrToLower(patient.email())), 0));
  }
  return absl::OkStatus();
}

absl::StatusOr<SearchIndex::Candidates> SearchIndex::ByPhoneNumber(Transaction& transaction,
                                                                   absl::string_view number) const {
  return ByHash(transaction, Hash(kPhone, number));
}

absl::StatusOr<SearchIndex::Candidates> SearchIndex::ByEmail(Transaction& transaction,
                                                             absl::string_view email) const {
  return ByHash(transaction, Hash(kEmail, absl::AsciiStrToLower(email)));
}

absl::StatusOr<SearchIndex::Candidates> SearchIndex::ByName(
    Transaction& transaction, const std::vector<std::string>& tokens,
    const std::optional<type::v1::Date>& birth_date) const {
  std::optional<int64_t> birth;
  if (birth_date.has_value()) birth = HashOf(*birth_date);
  std::optional<Candidates> found;
  for (const std::string& token : tokens) {
    ASSIGN_OR_RETURN(Candidates with_token, ByToken(transaction, token, birth));
    absl::c_sort(with_token.patients);
    if (!found.has_value()) {
      found = std::move(with_token);
    } else if (found->truncated && !with_token.truncated) {
      // A list that is not whole rules nobody out; the record will.
      found = std::move(with_token);
    } else if (!with_token.truncated) {
      std::vector<std::string> both;
      absl::c_set_intersection(found->patients, with_token.patients, std::back_inserter(both));
      found->patients = std::move(both);
    }
  }
  return found.has_value() ? *std::move(found) : Candidates();
}

int64_t SearchIndex::Hash(absl::string_view what, absl::string_view text) const {
  const std::string digest = base::HmacSha256(key_, absl::StrCat(what, ":", text));
  int64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

int64_t SearchIndex::HashOf(const type::v1::Date& date) const {
  return Hash(kBirth, absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day()));
}

absl::StatusOr<SearchIndex::Candidates> SearchIndex::ByHash(Transaction& transaction,
                                                            int64_t hash) const {
  Candidates found;
  RETURN_IF_ERROR(transaction.Query(
      kByHash, {Value::Integer(hash), Value::Integer(limits::kCandidatesReadMax + 1)},
      [&](const Row& row) {
        found.patients.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  found.truncated = found.patients.size() > limits::kCandidatesReadMax;
  return found;
}

absl::StatusOr<SearchIndex::Candidates> SearchIndex::ByToken(
    Transaction& transaction, const std::string& token, std::optional<int64_t> birth_date) const {
  std::set<std::string> patients;
  bool truncated = false;
  for (const std::string& variant : OneDeletionVariants(token)) {
    const int64_t hash = Hash(kName, variant);
    if (!birth_date.has_value()) {
      ASSIGN_OR_RETURN(const Candidates found, ByHash(transaction, hash));
      truncated |= found.truncated;
      patients.insert(found.patients.begin(), found.patients.end());
      continue;
    }
    for (const int64_t birth : {*birth_date, kAnyBirth}) {
      RETURN_IF_ERROR(transaction.Query(
          kByHashAndBirth,
          {Value::Integer(hash), Value::Integer(birth), Value::Integer(limits::kCandidatesReadMax)},
          [&](const Row& row) {
            patients.emplace(row.Text(0));
            return absl::OkStatus();
          }));
    }
  }
  return Candidates{{patients.begin(), patients.end()}, truncated};
}

}  // namespace clarity::consultation
