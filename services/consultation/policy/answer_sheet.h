#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_ANSWER_SHEET_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_ANSWER_SHEET_H_

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "clarity/consultation/v1/questionnaire.pb.h"
#include "services/consultation/policy/truth.h"

namespace clarity::consultation {

// Some answers to one questionnaire, and which of its items they leave to be asked. Both outlive
// it.
class AnswerSheet {
 public:
  AnswerSheet(const v1::Questionnaire& questionnaire,
              const google::protobuf::RepeatedPtrField<v1::Answer>& answers);

  // Null where there is none.
  const v1::Answer* Find(absl::string_view link_id) const;

  // Whether the answers given lead to the item. Unknown while one that it depends on is.
  Truth IsAsked(absl::string_view link_id) const;

  // Whether an answer says so. Of an item that the other answers leave out it is known that none
  // does; of one that is open, or answered "I do not know", it is not known.
  Truth Says(const v1::Answered& what) const;

 private:
  struct Entry {
    const v1::QuestionnaireItem* item = nullptr;
    const v1::Answer* answer = nullptr;
    Truth is_asked = Truth::kYes;
  };
  absl::flat_hash_map<absl::string_view, Entry> entries_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_ANSWER_SHEET_H_
