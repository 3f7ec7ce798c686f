#include "services/consultation/evaluation/responses.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/errors.h"
#include "services/consultation/evaluation/amendment.h"
#include "services/consultation/evaluation/questionnaires.h"
#include "services/consultation/limits.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/page_token.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::ResponseRecord;
using Answers = AnswerCheck::Answers;
using Response = v1::QuestionnaireResponse;

// -- Who sees what --------------------------------------------------------------------------------

// Who only helps to fill in a draft.
bool IsHelper(const rpc::Principal& principal) {
  return !principal.IsPatientOnly() && !principal.Has(rpc::Role::kClinician) &&
         !principal.Has(rpc::Role::kService);
}

// The one way into a reply.
void Show(const rpc::Call& call, Response response, Response* reply) {
  *reply = std::move(response);
  if (reply->state() == Response::STATE_DRAFT || !IsHelper(call.principal)) return;
  reply->clear_answers();
  reply->clear_open_items();
  reply->clear_amendments();
}

// -- Answers --------------------------------------------------------------------------------------

v1::Answer* FindAnswer(const std::string& link_id, Answers* answers) {
  const auto found = absl::c_find_if(
      *answers, [&](const v1::Answer& answer) { return answer.link_id() == link_id; });
  return found == answers->end() ? nullptr : &*found;
}

bool IsGiven(const v1::Answer& answer) { return answer.value_case() != v1::Answer::VALUE_NOT_SET; }

// Puts the answer in the place of the one before, and gives that: without a value where there was
// none.
v1::Answer Exchange(const v1::Answer& answer, Answers* answers) {
  v1::Answer earlier;
  earlier.set_link_id(answer.link_id());
  v1::Answer* present = FindAnswer(answer.link_id(), answers);
  if (present != nullptr) earlier.Swap(present);
  if (!IsGiven(answer)) {
    const auto is_it = [&](const v1::Answer& each) { return !IsGiven(each); };
    answers->erase(std::remove_if(answers->begin(), answers->end(), is_it), answers->end());
  } else if (present != nullptr) {
    *present = answer;
  } else {
    *answers->Add() = answer;
  }
  return earlier;
}

// What cannot be an answer to this questionnaire, whatever the others are.
absl::Status CheckForm(const AnswerCheck& check, const Answers& answers) {
  std::vector<base::Violation> violations;
  std::set<absl::string_view> link_ids;
  for (int i = 0; i < answers.size(); ++i) {
    const std::string path = absl::StrCat("answers[", i, "]");
    const v1::QuestionnaireItem* item = check.FindItem(answers[i].link_id());
    if (item == nullptr) {
      violations.push_back({path + ".link_id", "is no item of the questionnaire"});
      continue;
    }
    if (!link_ids.insert(answers[i].link_id()).second) {
      violations.push_back({path + ".link_id", "is there already"});
    }
    for (const AnswerFault& fault : check.FaultsOf(*item, answers[i])) {
      const char* dot = fault.field.empty() ? "" : ".";
      violations.push_back({absl::StrCat(path, dot, fault.field), fault.description});
    }
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

absl::Status CheckComplete(const AnswerCheck& check, const Answers& answers) {
  const v1::ResponseProblems problems = check.ProblemsOf(answers);
  return problems.problems().empty() ? absl::OkStatus() : ResponseIncomplete(problems);
}

size_t BytesOf(const Answers& answers) {
  return std::accumulate(
      answers.begin(), answers.end(), size_t{0},
      [](size_t bytes, const v1::Answer& answer) { return bytes + answer.ByteSizeLong(); });
}

// Writes it, with what follows from the answers alone.
absl::Status Write(const rpc::Call& call, Transaction& transaction, const AnswerCheck& check,
                   ResponseRecord* record) {
  Response& response = *record->mutable_response();
  if (BytesOf(response.answers()) > limits::kAnswersBytesMax) {
    return base::ResourceExhausted("TOO_MANY", "the response holds as much as it takes");
  }
  record->set_actor(check.questionnaire().actor());
  response.set_policy_version(check.rulebook().policy().version());
  const std::vector<std::string> open = check.OpenItems(response.answers());
  *response.mutable_open_items() = {open.begin(), open.end()};
  *response.mutable_update_time() = ToWire(call.now);
  call.audit_resource = response.name();
  return SavePart(transaction, record);
}

// -- Lists ----------------------------------------------------------------------------------------

// By the policy's order; those it does not have any more come last.
void SortByQuestionnaire(const v1::Policy& policy, std::vector<ResponseRecord>* records) {
  const auto place = [&](const ResponseRecord& record) {
    return absl::c_find_if(policy.questionnaires(), [&](const v1::Questionnaire& questionnaire) {
      return questionnaire.id() == record.response().questionnaire();
    });
  };
  absl::c_stable_sort(*records, [&](const ResponseRecord& a, const ResponseRecord& b) {
    return place(a) < place(b);
  });
}

}  // namespace

absl::StatusOr<Responses::Form> Responses::FormOf(const rpc::Call& call, Transaction& transaction,
                                                  const v1::Episode& episode,
                                                  const std::string& id) const {
  ASSIGN_OR_RETURN(auto rulebook, policies_.Of(transaction, episode.clinic()));
  const v1::Questionnaire* questionnaire = rulebook->FindQuestionnaire(id);
  if (questionnaire == nullptr || !MaySeeQuestionnairesFor(call, questionnaire->actor())) {
    return base::NotFound(absl::StrCat("questionnaires/", id));
  }
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, episode.clinic()));
  ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(clinic));
  ASSIGN_OR_RETURN(const auto patient, ReadPatient(transaction, episode.patient()));
  Respondent respondent;
  respondent.today = absl::ToCivilDay(call.now, zone);
  if (patient.patient().has_birth_date()) {
    respondent.birth_date = ToDay(patient.patient().birth_date());
  }
  const AnswerCheck check(rulebook.get(), questionnaire, respondent);
  return Form{std::move(rulebook), check};
}

absl::StatusOr<Responses::Filled> Responses::LoadToFillIn(const rpc::Call& call,
                                                          Transaction& transaction,
                                                          const std::string& name,
                                                          const std::string& etag) const {
  ASSIGN_OR_RETURN(auto part, LoadPartToChange<ResponseRecord>(call, transaction, name));
  if (!MaySeeQuestionnairesFor(call, part.record.actor())) return base::PermissionDenied();
  const v1::Episode& episode = part.episode.episode();
  if (episode.state() == v1::Episode::STATE_CLOSED) return EpisodeClosed(episode.name());
  const Response& response = part.record.response();
  RETURN_IF_ERROR(storage::CheckEtag(etag, response.etag(), name));
  ASSIGN_OR_RETURN(auto form, FormOf(call, transaction, episode, response.questionnaire()));
  return Filled{std::move(part), std::move(form)};
}

absl::StatusOr<ResponseRecord> Responses::FindOrBegin(const rpc::Call& call,
                                                      Transaction& transaction,
                                                      const std::string& episode,
                                                      const std::string& questionnaire) const {
  ASSIGN_OR_RETURN(auto records, ReadParts<ResponseRecord>(transaction, episode));
  for (ResponseRecord& record : records) {
    if (record.response().questionnaire() == questionnaire) return std::move(record);
  }
  ResponseRecord record;
  record.set_create_time_micros(absl::ToUnixMicros(call.now));
  Response& response = *record.mutable_response();
  response.set_name(absl::StrCat("questionnaireResponses/", base::NewId(call.now, random_)));
  response.set_episode(episode);
  response.set_questionnaire(questionnaire);
  response.set_state(Response::STATE_DRAFT);
  return record;
}

absl::Status Responses::Save(const rpc::Call& call, Transaction& transaction,
                             const v1::SaveAnswersRequest& request, Response* reply) {
  ASSIGN_OR_RETURN(const auto episode, LoadToChange(call, transaction, request.episode()));
  if (episode.episode().state() == v1::Episode::STATE_CLOSED) {
    return EpisodeClosed(request.episode());
  }
  ASSIGN_OR_RETURN(const Form form,
                   FormOf(call, transaction, episode.episode(), request.questionnaire()));
  ASSIGN_OR_RETURN(auto record,
                   FindOrBegin(call, transaction, request.episode(), request.questionnaire()));
  Response& response = *record.mutable_response();
  const bool is_new = record.revision() == 0;
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), response.etag(), response.name()));
  if (response.state() != Response::STATE_DRAFT) return AlreadySubmitted(response.name());
  RETURN_IF_ERROR(CheckForm(form.check, request.answers()));
  for (const v1::Answer& answer : request.answers()) Exchange(answer, response.mutable_answers());
  response.set_subject(call.principal.subject);
  RETURN_IF_ERROR(Write(call, transaction, form.check, &record));
  // A draft is no fact, so that nothing follows from it; but who watches may see it grow.
  log_.Changed(transaction, episode.episode(), v1::WatchEpisodesResponse::KIND_UPDATED,
               response.name());
  Show(call, std::move(response), reply);
  if (is_new && call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Responses::Submit(const rpc::Call& call, Transaction& transaction,
                               const v1::SubmitResponseRequest& request, Response* reply) {
  ASSIGN_OR_RETURN(Filled filled, LoadToFillIn(call, transaction, request.name(), request.etag()));
  Response& response = *filled.part.record.mutable_response();
  if (response.state() != Response::STATE_DRAFT) return AlreadySubmitted(request.name());
  RETURN_IF_ERROR(CheckComplete(filled.form.check, response.answers()));
  response.set_state(Response::STATE_SUBMITTED);
  *response.mutable_submit_time() = ToWire(call.now);
  RETURN_IF_ERROR(Write(call, transaction, filled.form.check, &filled.part.record));
  RETURN_IF_ERROR(
      consequences_.Follow(transaction, call.now, &filled.part.episode, request.name()));
  Show(call, std::move(response), reply);
  return absl::OkStatus();
}

absl::Status Responses::CheckMayAmend(const rpc::Call& call, Transaction& transaction,
                                      const Filled& amended,
                                      const Response::Amendment& amendment) const {
  const Response& response = amended.part.record.response();
  if (!call.principal.IsPatientOnly() ||
      OnlyAdds(amendment.earlier_answers(), response.answers())) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(CaseFile file, consequences_.Read(transaction, call.now, amended.part.episode));
  return TakesBack(std::move(file), response) ? StaffNeeded() : absl::OkStatus();
}

absl::Status Responses::Amend(const rpc::Call& call, Transaction& transaction,
                              const v1::AmendResponseRequest& request, Response* reply) {
  ASSIGN_OR_RETURN(Filled filled, LoadToFillIn(call, transaction, request.name(), request.etag()));
  Response& response = *filled.part.record.mutable_response();
  if (response.state() != Response::STATE_SUBMITTED) {
    return WrongState(request.name(), "DRAFT", "the response is a draft: save the answers");
  }
  RETURN_IF_ERROR(CheckForm(filled.form.check, request.answers()));
  Response::Amendment amendment;
  for (const v1::Answer& answer : request.answers()) {
    v1::Answer earlier = Exchange(answer, response.mutable_answers());
    const bool is_other = earlier.SerializeAsString() != answer.SerializeAsString();
    if (is_other) *amendment.add_earlier_answers() = std::move(earlier);
  }
  RETURN_IF_ERROR(CheckComplete(filled.form.check, response.answers()));
  RETURN_IF_ERROR(CheckMayAmend(call, transaction, filled, amendment));
  if (!amendment.earlier_answers().empty()) {
    amendment.set_subject(call.principal.subject);
    amendment.set_reason(request.reason());
    *amendment.mutable_time() = ToWire(call.now);
    auto& amendments = *response.mutable_amendments();
    if (amendments.size() == limits::kAmendmentsKept) amendments.DeleteSubrange(0, 1);
    *amendments.Add() = std::move(amendment);
    response.set_subject(call.principal.subject);
    RETURN_IF_ERROR(Write(call, transaction, filled.form.check, &filled.part.record));
    RETURN_IF_ERROR(
        consequences_.Follow(transaction, call.now, &filled.part.episode, request.name()));
  }
  Show(call, std::move(response), reply);
  return absl::OkStatus();
}

absl::Status Responses::Get(const rpc::Call& call, Transaction& transaction,
                            const v1::GetResponseRequest& request, Response* reply) {
  ASSIGN_OR_RETURN(auto record, LoadPart<ResponseRecord>(call, transaction, request.name()));
  if (!MaySeeQuestionnairesFor(call, record.actor())) return base::PermissionDenied();
  Show(call, std::move(*record.mutable_response()), reply);
  return absl::OkStatus();
}

absl::Status Responses::List(const rpc::Call& call, Transaction& transaction,
                             const v1::ListResponsesRequest& request,
                             v1::ListResponsesResponse* reply) {
  ASSIGN_OR_RETURN(const auto episode, Load<EpisodeRecord>(call, transaction, request.episode()));
  ASSIGN_OR_RETURN(auto records, ReadParts<ResponseRecord>(transaction, request.episode()));
  const auto rulebook = policies_.Of(transaction, episode.episode().clinic());
  if (rulebook.ok()) {
    SortByQuestionnaire((*rulebook)->policy(), &records);
  } else if (!absl::IsFailedPrecondition(rulebook.status())) {
    return rulebook.status();
  }
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, request.page_token()));
  const int size = request.page_size() == 0 ? rpc::kPageSizeUsual : request.page_size();
  // The token names the first of the page. A response is never deleted.
  auto next =
      token.empty() ? records.begin() : absl::c_find_if(records, [&](const ResponseRecord& record) {
        return record.response().name() == token;
      });
  for (; next != records.end(); ++next) {
    if (!MaySeeQuestionnairesFor(call, next->actor())) continue;
    if (reply->responses_size() == size) {
      reply->set_next_page_token(rpc::EncodePageToken(request, next->response().name()));
      break;
    }
    Show(call, std::move(*next->mutable_response()), reply->add_responses());
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
