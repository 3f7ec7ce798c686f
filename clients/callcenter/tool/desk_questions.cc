// The desk: the questionnaires that an agent helps to fill in.
#include <fstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/first_items.h"
#include "clients/callcenter/tool/interview.h"
#include "clients/core/errors.h"
#include "clients/terminal/names.h"
#include "google/protobuf/util/json_util.h"

namespace clarity::client {
namespace {

using consultation::v1::Answer;
using consultation::v1::ListQuestionnairesRequest;
using consultation::v1::ListResponsesRequest;
using consultation::v1::Questionnaire;
using consultation::v1::QuestionnaireResponse;
using consultation::v1::SaveAnswersRequest;

constexpr int kQuestionnairesMax = 1000;

// What EvaluationService.SaveAnswers takes: {"answers": [...]}.
absl::StatusOr<std::vector<Answer>> AnswersIn(const std::string& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return absl::InvalidArgumentError(absl::StrCat(path, " cannot be read"));
  SaveAnswersRequest request;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &request);
  if (!parsed.ok() || request.answers().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, R"( holds no answers as {"answers": [{"linkId": ..., "boolean": true}]}: )",
        std::string(parsed.message())));
  }
  return std::vector<Answer>(request.answers().begin(), request.answers().end());
}

const QuestionnaireResponse* ResponseTo(const std::string& questionnaire,
                                        const std::vector<QuestionnaireResponse>& responses) {
  const auto found = absl::c_find_if(responses, [&](const QuestionnaireResponse& response) {
    return response.questionnaire() == questionnaire;
  });
  return found == responses.end() ? nullptr : &*found;
}

}  // namespace

// The one that is named, or the first that is not submitted; an empty one where there is none.
absl::StatusOr<Interview::Form> Desk::FormOf(const AskCommand& command,
                                             const consultation::v1::Episode& episode) {
  ListQuestionnairesRequest request;
  request.set_clinic(episode.clinic());
  request.set_page_size(kQuestionnairesMax);
  const auto asked = care_.ListQuestionnairesPage(request);
  if (!asked.ok()) return asked.status();
  ListResponsesRequest of_episode;
  of_episode.set_episode(episode.name());
  const auto responses = FirstItems(care_.ListResponses(of_episode), /*limit=*/0);
  if (!responses.ok()) return responses.status();
  directory_.Load().IgnoreError();  // for the clock of the clinic
  Interview::Form form{
      episode.name(),
      {},
      {},
      AnswerWords(*asked, absl::ToCivilDay(now(), ZoneOfClinic(episode.clinic())))};
  std::vector<std::string> ids;
  for (const Questionnaire& questionnaire : asked->questionnaires()) {
    ids.push_back(questionnaire.id());
    const auto* response = ResponseTo(questionnaire.id(), *responses);
    const bool is_open = response == nullptr || !response->has_submit_time();
    const bool is_it =
        command.questionnaire.empty() ? is_open : ids.back() == command.questionnaire;
    if (!is_it) continue;
    form.questionnaire = questionnaire;
    if (response != nullptr) form.draft = *response;
    return form;
  }
  if (command.questionnaire.empty()) return form;
  return absl::NotFoundError(absl::StrCat("there is no questionnaire ", command.questionnaire, ": ",
                                          absl::StrJoin(ids, ", ")));
}

ExitCode Desk::Ask(const AskCommand& command) {
  const std::string patient = PatientOr(command.patient);
  if (patient.empty()) {
    return Fail(absl::InvalidArgumentError("say whom: --patient P, or 'caller' first"));
  }
  const auto episode = EpisodeOf(patient);
  if (!episode.ok()) return Fail(episode.status());
  auto form = FormOf(command, *episode);
  if (!form.ok()) return Fail(form.status());
  if (form->questionnaire.id().empty()) {
    Aside() << "Nothing is left to ask: all questionnaires are submitted.\n";
    return kExitOk;
  }
  Interview interview(&care_, &console_, *std::move(form));
  if (interview.draft().has_submit_time()) {
    return Fail(absl::FailedPreconditionError(
        absl::StrCat(command.questionnaire, " is submitted: the clinic's staff may amend it")));
  }
  const bool is_given = !command.settings.empty() || !command.file.empty();
  if (!is_given && !command.submit) return AskAll(&interview);
  if (is_given) {
    const absl::Status saved = SaveGiven(command, &interview);
    if (!saved.ok()) return Fail(saved);
  }
  if (command.submit) return Submit(&interview);
  if (setup_.json) return PrintJson(interview.draft());
  interview.ShowLeft();
  return kExitOk;
}

absl::Status Desk::SaveGiven(const AskCommand& command, Interview* interview) const {
  auto answers = interview->Typed(command.settings);
  if (!answers.ok()) return answers.status();
  if (!command.file.empty()) {
    const auto in_file = AnswersIn(command.file);
    if (!in_file.ok()) return in_file.status();
    answers->insert(answers->end(), in_file->begin(), in_file->end());
  }
  return interview->Save(*answers);
}

ExitCode Desk::AskAll(Interview* interview) {
  if (setup_.json) {
    return Fail(absl::InvalidArgumentError("for programs: --set LINK=VALUE, or --file"));
  }
  *console_.out << console_.Styled(Tone::kStrong,
                                   Printable(interview->questionnaire().display_name()))
                << '\n';
  const absl::Status asked = interview->Ask([this] { return News(); });
  if (!asked.ok()) return Fail(asked);
  const bool is_to_be_submitted =
      interview->IsComplete() && AskYesNo(console_, "All is answered. Submit it?");
  if (is_to_be_submitted) return Submit(interview);
  interview->ShowLeft();
  return kExitOk;
}

ExitCode Desk::Submit(Interview* interview) {
  const absl::Status submitted = interview->Submit();
  if (!submitted.ok() && setup_.json) return Fail(submitted);
  if (!submitted.ok()) return Report(console_, submitted, interview->ProblemsOf(submitted));
  if (setup_.json) return PrintJson(interview->draft());
  *console_.out << console_.Styled(Tone::kGood, "Submitted: ")
                << Printable(interview->questionnaire().display_name())
                << ". Its answers are for clinicians from now on.\n";
  return kExitOk;
}

}  // namespace clarity::client
