#ifndef CLARITY_SERVICES_CONSULTATION_EVALUATION_ANSWER_CHECK_H_
#define CLARITY_SERVICES_CONSULTATION_EVALUATION_ANSWER_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "services/consultation/policy/rulebook.h"

namespace clarity::consultation {

// What of a patient the days in answers are held against.
struct Respondent {
  absl::CivilDay today;  // at the clinic
  std::optional<absl::CivilDay> birth_date;
};

// One thing wrong with an answer, told without the answer.
struct AnswerFault {
  std::string field;  // from the answer down: "quantity.unit"; empty: the answer as a whole
  v1::ResponseProblems::Kind kind;
  std::string description;
};

// Holds answers against one questionnaire of a policy: pure functions of answers, policy and day.
class AnswerCheck {
 public:
  using Answers = google::protobuf::RepeatedPtrField<v1::Answer>;

  // Both outlive it.
  AnswerCheck(const Rulebook* rulebook, const v1::Questionnaire* questionnaire,
              const Respondent& respondent)
      : rulebook_(*rulebook), questionnaire_(*questionnaire), respondent_(respondent) {}

  const Rulebook& rulebook() const { return rulebook_; }
  const v1::Questionnaire& questionnaire() const { return questionnaire_; }

  // Null where the questionnaire has no such item.
  const v1::QuestionnaireItem* FindItem(absl::string_view link_id) const;

  // What of the answer its item does not take. One that is taken back is in order.
  std::vector<AnswerFault> FaultsOf(const v1::QuestionnaireItem& item,
                                    const v1::Answer& answer) const;

  // Link ids of the required items that these answers lead to and leave open.
  std::vector<std::string> OpenItems(const Answers& answers) const;

  // All that keeps these answers from being submitted, by the order of the items. Cut off where an
  // error has no room for more.
  v1::ResponseProblems ProblemsOf(const Answers& answers) const;

 private:
  const Rulebook& rulebook_;
  const v1::Questionnaire& questionnaire_;
  const Respondent respondent_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EVALUATION_ANSWER_CHECK_H_
