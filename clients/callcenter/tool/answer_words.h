#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_ANSWER_WORDS_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_ANSWER_WORDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "clarity/type/v1/type.pb.h"

namespace clarity::client {

// What is answered to the items of a questionnaire, as people type it: "yes", "1,3",
// "sertraline 150 mg, 10 weeks, 20%; other: ginkgo", "none", "?" for what they do not know.
class AnswerWords {
 public:
  // `asked`: with the codes of conditions and medicines. `today`: of the clinic.
  AnswerWords(consultation::v1::ListQuestionnairesResponse asked, absl::CivilDay today)
      : asked_(std::move(asked)), today_(today) {}

  // How an item is answered, and with what.
  std::string HowTo(const consultation::v1::QuestionnaireItem& item) const;
  // The codes it takes.
  std::vector<std::string> CodesOf(const consultation::v1::QuestionnaireItem& item) const;
  // INVALID_ARGUMENT says what to type instead. An empty text takes the answer back.
  absl::StatusOr<consultation::v1::Answer> Parse(const consultation::v1::QuestionnaireItem& item,
                                                 absl::string_view text) const;

 private:
  using Item = consultation::v1::QuestionnaireItem;
  using Answer = consultation::v1::Answer;

  // Something that can be named: by its code, or as people read it.
  struct Offer {
    std::string code, title;
  };
  // One of a list, with what is said of it after commas.
  struct Entry {
    std::string code;    // empty: `words` say what
    std::string words;   // in the patient's
    std::string dosage;  // what is no other detail
    type::v1::Date since, until;
    std::string status;
    int weeks = -1;
    int percent = -1;
  };

  std::vector<Offer> OffersOf(const Item& item) const;
  absl::Status Fill(const Item& item, absl::string_view text, Answer* answer) const;
  absl::Status FillCodes(const Item& item, absl::string_view text, Answer::Codes* codes) const;
  absl::Status FillList(const Item& item, absl::string_view text, Answer* answer) const;
  absl::StatusOr<Entry> ParseEntry(const Item& item, absl::string_view text) const;
  static void AddCondition(const Entry& entry, Answer::Conditions* list);
  static void AddMedicine(const Entry& entry, Answer::Medicines* list);
  static void AddTreatment(const Entry& entry, Answer::Treatments* list);
  // What an entry begins with: a name of the list, and what follows it.
  absl::Status ParseName(const Item& item, absl::string_view text, Entry* entry) const;
  // One of the details after it.
  absl::Status ParseDetail(const Item& item, absl::string_view text, Entry* entry) const;

  const consultation::v1::ListQuestionnairesResponse asked_;
  const absl::CivilDay today_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_ANSWER_WORDS_H_
