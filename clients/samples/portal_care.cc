#include "clients/samples/portal_care.h"

#include <algorithm>
#include <set>
#include <vector>

namespace clarity::samples {

using client::PortalCareClient;
using consultation::v1::Answer;
using consultation::v1::Questionnaire;
using consultation::v1::QuestionnaireItem;
using consultation::v1::QuestionnaireResponse;

namespace {

bool IsOpen(const QuestionnaireResponse& draft, const QuestionnaireItem& item) {
  const auto& open = draft.open_items();
  return std::find(open.begin(), open.end(), item.link_id()) != open.end();
}

}  // namespace

absl::StatusOr<QuestionnaireResponse> FillIn(const PortalCareClient& care,
                                             const std::string& episode,
                                             const Questionnaire& questionnaire, const Ask& ask) {
  absl::StatusOr<QuestionnaireResponse> draft = QuestionnaireResponse();
  const auto save = [&](const Questionnaire::Part& part, const auto& is_asked) {
    std::vector<Answer> answers;
    for (const QuestionnaireItem& item : part.items()) {
      if (is_asked(item)) answers.push_back(ask(item));
    }
    if (!answers.empty()) draft = care.SaveAnswers(episode, questionnaire.id(), answers);
    return draft.ok();
  };
  for (const Questionnaire::Part& part : questionnaire.parts()) {
    // First what is always asked. The reply says what these answers make necessary.
    const auto is_always = [](const auto& item) { return !item.has_enable_when(); };
    const auto is_open = [&](const auto& item) { return IsOpen(*draft, item); };
    if (!save(part, is_always) || !save(part, is_open)) return draft;
  }
  return care.SubmitResponse(*draft);
}

absl::StatusOr<int> FillInWhatIsMissing(const PortalCareClient& care, const Ask& ask) {
  const auto pathway = care.GetPathway();
  if (!pathway.ok()) return pathway.status();
  const std::string& episode = pathway->episode().name();
  std::set<std::string> submitted;
  for (const absl::StatusOr<QuestionnaireResponse>& response : care.ListResponses(episode)) {
    if (!response.ok()) return response.status();
    if (response->has_submit_time()) submitted.insert(response->questionnaire());
  }
  const auto asked = care.ListQuestionnaires(pathway->episode().clinic());
  if (!asked.ok()) return asked.status();
  int filled_in = 0;
  for (const Questionnaire& questionnaire : asked->questionnaires()) {
    const bool is_for_patients = questionnaire.actor() == consultation::v1::ACTOR_PATIENT;
    if (!is_for_patients || submitted.count(questionnaire.id()) != 0) continue;
    const auto response = FillIn(care, episode, questionnaire, ask);
    if (!response.ok()) return response.status();
    ++filled_in;
  }
  return filled_in;
}

}  // namespace clarity::samples
