#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_INQUIRY_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_INQUIRY_H_

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/consultation/policy/answer_sheet.h"
#include "services/consultation/policy/facts.h"
#include "services/consultation/policy/rulebook.h"
#include "services/consultation/policy/truth.h"

namespace clarity::consultation {

// Asks criteria of one person's facts. A leaf is a criterion that is no combination of others.
class Inquiry {
 public:
  // Both outlive it.
  Inquiry(const Rulebook& rulebook, const Facts& facts);

  const Rulebook& rulebook() const { return rulebook_; }
  const Facts& facts() const { return facts_; }

  // As of the facts' time.
  Truth Ask(const v1::Criterion& criterion) const { return AskAt(criterion, facts_.time); }
  // As of another time, if no fact is added until then.
  Truth AskAt(const v1::Criterion& criterion, absl::Time time) const;
  Truth AskLeaf(const v1::Criterion& leaf, absl::Time time) const;
  // When time alone may turn what a leaf comes to: birthdays, the end of "within", results that
  // are too old. In no order; also such as lie in the past.
  std::vector<absl::Time> TurnsOf(const v1::Criterion& leaf) const;

  // An item of the type of a list, and what was answered.
  struct List {
    const v1::QuestionnaireItem* item;
    const v1::QuestionnaireResponse* response;  // null: the questionnaire was not submitted
    const v1::Answer* answer;                   // null: none was given
    // Also where the other answers leave it out: nothing is in it then.
    bool is_known;
  };
  const std::vector<List>& conditions() const { return conditions_; }
  const std::vector<List>& medicines() const { return medicines_; }
  const std::vector<List>& treatments() const { return treatments_; }

  // What decides a leaf about a list: all entries that say most, where there are any.
  template <typename Entry>
  struct Match {
    struct Found {
      const Entry* entry;
      const v1::QuestionnaireResponse* response;
    };
    Truth truth = Truth::kNo;
    std::vector<Found> found;
  };
  Match<v1::ReportedCondition> Find(const v1::HasCondition& what, absl::Time time) const;
  Match<v1::MedicationStatement> Find(const v1::TakesMedicine& what, absl::Time time) const;

  // Those that count. Null where there is none.
  const v1::QuestionnaireResponse* FindResponse(absl::string_view questionnaire) const;
  const v1::Answer* FindAnswer(absl::string_view link_id) const;
  const v1::Result* FindResult(absl::string_view test) const;
  const v1::Outcome* FindOutcome(absl::string_view scale) const;
  // Of those that `actor` has to take: not what the patient has filled in alone.
  const v1::Outcome* FindOutcomeBy(v1::Actor actor, absl::string_view scale) const;

  // Full years; nothing without a birth date.
  std::optional<int> AgeAt(absl::Time time) const;
  // When a result ceases to count; `within_hours` 0: when its test says.
  absl::Time ExpiryOf(const v1::Result& result, int within_hours) const;
  // The start of the day that is `days` after the day of `time`, at the clinic.
  absl::Time DaysAfter(absl::Time time, int days) const;

 private:
  // A response that counts, and its answers.
  struct Response {
    const v1::QuestionnaireResponse* response;
    AnswerSheet sheet;
  };

  absl::CivilDay DayOf(absl::Time time) const { return absl::ToCivilDay(time, facts_.zone); }
  absl::Time StartOf(absl::CivilDay day) const { return absl::FromCivil(day, facts_.zone); }
  const Response* ResponseWith(absl::string_view link_id) const;
  std::vector<List> ListsOf(v1::QuestionnaireItem::Type type) const;

  Truth Judge(const v1::ReportedCondition& entry, const v1::HasCondition& what,
              absl::CivilDay day) const;
  Truth Judge(const v1::MedicationStatement& entry, const v1::TakesMedicine& what,
              absl::CivilDay day) const;
  Truth AskAge(const v1::Range& range, absl::Time time) const;
  Truth AskMeasured(const v1::Measured& what, absl::Time time) const;
  Truth AskAnswered(const v1::Answered& what) const;
  Truth AskOutcome(const v1::OutcomeScored& what, absl::Time time) const;
  Truth AskTrials(const v1::AdequateTrials& what) const;

  const Rulebook& rulebook_;
  const Facts& facts_;
  absl::flat_hash_map<absl::string_view, Response> responses_;
  absl::flat_hash_map<absl::string_view, const v1::Result*> results_;
  absl::flat_hash_map<absl::string_view, const v1::Outcome*> outcomes_;
  std::vector<List> conditions_;
  std::vector<List> medicines_;
  std::vector<List> treatments_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_INQUIRY_H_
