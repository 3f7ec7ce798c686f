#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_SEARCH_INDEX_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_SEARCH_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Finds patients by what they say of themselves, over a table of keyed hashes: the bodies of
// records may be encrypted, and whoever reads the table without the key learns nothing. What it
// gives are candidates; the record itself says whether they are meant.
class SearchIndex {
 public:
  // `key`: 32 bytes that are the server's own.
  explicit SearchIndex(std::string key) : key_(std::move(key)) {}

  // FAILED_PRECONDITION when the table was made with another key: nobody would be found.
  absl::Status CheckKey(storage::Transaction& transaction) const;

  // Makes the table say of an active patient what the record says; of any other nothing.
  absl::Status Put(storage::Transaction& transaction, const v1::Patient& patient) const;

  struct Candidates {
    std::vector<std::string> patients;  // each once
    bool truncated = false;             // there are more
  };
  // A number in E.164, an address.
  absl::StatusOr<Candidates> ByPhoneNumber(storage::Transaction& transaction,
                                           absl::string_view number) const;
  absl::StatusOr<Candidates> ByEmail(storage::Transaction& transaction,
                                     absl::string_view email) const;
  // Those with all these tokens in their name, but for one typing error in each, and with that
  // birth date or none; without a birth date: any. See NameTokens.
  absl::StatusOr<Candidates> ByName(storage::Transaction& transaction,
                                    const std::vector<std::string>& tokens,
                                    const std::optional<type::v1::Date>& birth_date) const;

 private:
  int64_t Hash(absl::string_view what, absl::string_view text) const;
  int64_t HashOf(const type::v1::Date& date) const;
  absl::StatusOr<Candidates> ByHash(storage::Transaction& transaction, int64_t hash) const;
  // Those with the token, or one that is a typing error away.
  absl::StatusOr<Candidates> ByToken(storage::Transaction& transaction, const std::string& token,
                                     std::optional<int64_t> birth_date) const;

  const std::string key_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_SEARCH_INDEX_H_
