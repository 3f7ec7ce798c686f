#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_INTERVIEW_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_INTERVIEW_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "clients/callcenter/care_client.h"
#include "clients/callcenter/tool/answer_words.h"
#include "clients/terminal/console.h"
#include "clients/terminal/line_reader.h"

namespace clarity::client {

// A questionnaire of an episode that somebody helps to fill in.
class Interview {
 public:
  // What is asked, and what has been answered: `draft` is empty before the first answer.
  struct Form {
    std::string episode;
    consultation::v1::Questionnaire questionnaire;
    consultation::v1::QuestionnaireResponse draft;
    AnswerWords words;
  };

  // Both outlive it.
  Interview(const CareClient* care, const Console* console, Form form)
      : care_(*care), console_(*console), form_(std::move(form)) {}

  const consultation::v1::QuestionnaireResponse& draft() const { return form_.draft; }
  const consultation::v1::Questionnaire& questionnaire() const { return form_.questionnaire; }

  // "LINK=VALUE", each; all that is wrong is told at once.
  absl::StatusOr<std::vector<consultation::v1::Answer>> Typed(
      const std::vector<std::string>& settings) const;
  // A failure names the items: "substances.drinks.quantity.value".
  absl::Status Save(const std::vector<consultation::v1::Answer>& answers);
  // Asks what has no answer yet and saves each part, until the end or until nobody answers any
  // more. `news`: said between the questions.
  absl::Status Ask(std::function<std::string()> news);
  absl::Status Submit();

  // What has to be answered before it can be submitted.
  bool IsComplete() const;
  void ShowLeft() const;
  // What keeps it from being submitted, a line each.
  std::string ProblemsOf(const absl::Status& status) const;

 private:
  using Item = consultation::v1::QuestionnaireItem;

  bool IsAnswered(const Item& item) const;
  bool IsOpen(const Item& item) const;
  const Item* Find(const std::string& link_id) const;
  LineHelp HelpForLines(std::function<std::string()> news);
  // These items, and again those whose answer the server refuses.
  absl::Status AskAndSave(std::vector<const Item*> items, LineReader* lines);
  absl::optional<consultation::v1::Answer> AskFor(const Item& item, LineReader* lines);
  absl::Status SaveOrTell(const std::vector<consultation::v1::Answer>& answers,
                          std::set<std::string>* refused);

  const CareClient& care_;
  const Console& console_;
  Form form_;
  const Item* asked_ = nullptr;  // what is being answered
  bool ended_ = false;           // nobody answers any more
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_INTERVIEW_H_
