#include "services/consultation/patients/patient_search.h"

#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "services/consultation/limits.h"
#include "services/consultation/patients/likeness.h"
#include "services/consultation/patients/names.h"
#include "services/consultation/patients/phone_numbers.h"
#include "services/consultation/records.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using Match = v1::SearchPatientsResponse::Match;
using Request = v1::SearchPatientsRequest;

constexpr Sql kBySubject = {"SELECT patient FROM patient_subject WHERE subject = $1"};

// What is asked for, ready to be compared with records.
class Wanted {
 public:
  static absl::StatusOr<Wanted> Of(Clinics& clinics, Transaction& transaction,
                                   const Request& request) {
    Wanted wanted(request);
    switch (request.query_case()) {
      case Request::kPhoneNumber: {
        ASSIGN_OR_RETURN(wanted.numbers_, Numbers(clinics, transaction, request.phone_number()));
        return wanted;
      }
      case Request::kPerson:
        wanted.tokens_ = NameTokens(request.person().full_name());
        if (wanted.tokens_.empty()) return base::InvalidField("person.full_name", "is no name");
        return wanted;
      case Request::kPortalSubject:
        return wanted;
      default:
        return base::InvalidField("query", "is required: a number, a person or a portal_subject");
    }
  }

  absl::StatusOr<SearchIndex::Candidates> Candidates(const SearchIndex& index,
                                                     Transaction& transaction) const {
    switch (request_.query_case()) {
      case Request::kPhoneNumber: {
        SearchIndex::Candidates found;
        for (const std::string& number : numbers_) {
          ASSIGN_OR_RETURN(auto with_number, index.ByPhoneNumber(transaction, number));
          absl::c_move(with_number.patients, std::back_inserter(found.patients));
          found.truncated |= with_number.truncated;
        }
        return found;
      }
      case Request::kPerson: {
        std::optional<type::v1::Date> birth_date;
        if (request_.person().has_birth_date()) birth_date = request_.person().birth_date();
        return index.ByName(transaction, tokens_, birth_date);
      }
      default: {
        SearchIndex::Candidates found;
        RETURN_IF_ERROR(transaction.Query(kBySubject, {Value::Text(request_.portal_subject())},
                                          [&](const Row& row) {
                                            found.patients.emplace_back(row.Text(0));
                                            return absl::OkStatus();
                                          }));
        return found;
      }
    }
  }

  // Whether the record is meant, and whether to the letter; nothing: it is not.
  std::optional<bool> Matches(const v1::Patient& patient) const {
    if (request_.query_case() != Request::kPerson) return true;
    const auto tokens = NameTokensOf(patient);
    if (!NameMatches(tokens_, tokens)) return std::nullopt;
    const auto is_there = [&](const std::string& token) {
      return absl::c_linear_search(tokens, token);
    };
    bool exact = absl::c_all_of(tokens_, is_there);
    if (request_.person().has_birth_date()) {
      if (!patient.has_birth_date()) {
        exact = false;
      } else if (!IsSameDate(patient.birth_date(), request_.person().birth_date())) {
        return std::nullopt;
      }
    }
    return exact;
  }

 private:
  explicit Wanted(const Request& request) : request_(request) {}

  static absl::StatusOr<std::set<std::string>> Numbers(Clinics& clinics, Transaction& transaction,
                                                       const std::string& typed) {
    std::set<std::string> numbers;
    if (auto number = ToE164(typed, ""); number.has_value()) {
      numbers.insert(*std::move(number));
      return numbers;
    }
    // Said without a country, as people at home do.
    ASSIGN_OR_RETURN(const auto countries, clinics.Countries(transaction));
    for (const std::string& country : countries) {
      if (auto number = ToE164(typed, country); number.has_value()) {
        numbers.insert(*std::move(number));
      }
    }
    if (numbers.empty()) return base::InvalidField("phone_number", "is no telephone number");
    return numbers;
  }

  const Request& request_;
  std::set<std::string> numbers_;    // E.164, as each country would take it
  std::vector<std::string> tokens_;  // of the name
};

// Of a patient of another clinic no more than it takes to know whom to break the glass for.
v1::Patient Outline(const v1::Patient& patient) {
  v1::Patient outline;
  outline.set_name(patient.name());
  outline.set_given_name(patient.given_name());
  outline.set_family_name(patient.family_name());
  outline.set_clinic(patient.clinic());
  outline.set_state(patient.state());
  if (patient.has_birth_date()) *outline.mutable_birth_date() = patient.birth_date();
  return outline;
}

}  // namespace

absl::Status PatientSearch::Search(const rpc::Call& call, Transaction& transaction,
                                   const v1::SearchPatientsRequest& request,
                                   v1::SearchPatientsResponse* reply) {
  ASSIGN_OR_RETURN(const Wanted wanted, Wanted::Of(clinics_, transaction, request));
  ASSIGN_OR_RETURN(const auto candidates, wanted.Candidates(index_, transaction));
  std::vector<Match> matches;
  for (const std::string& name : candidates.patients) {
    const bool is_seen = MaySeePatient(call, transaction, name).ok();
    if (!is_seen && !request.all_clinics()) continue;
    ASSIGN_OR_RETURN(const auto record, ReadPatient(transaction, name));
    const auto exact = wanted.Matches(record.patient());
    if (!exact.has_value()) continue;
    Match& match = matches.emplace_back();
    match.set_exact(*exact);
    *match.mutable_patient() = is_seen ? record.patient() : Outline(record.patient());
  }
  absl::c_stable_sort(matches,
                      [](const Match& a, const Match& b) { return a.exact() && !b.exact(); });
  reply->set_truncated(candidates.truncated || matches.size() > limits::kMatchesMax);
  if (matches.size() > limits::kMatchesMax) matches.resize(limits::kMatchesMax);
  for (Match& match : matches) *reply->add_matches() = std::move(match);
  return absl::OkStatus();
}

}  // namespace clarity::consultation
