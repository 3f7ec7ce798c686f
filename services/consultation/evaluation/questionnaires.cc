#include "services/consultation/evaluation/questionnaires.h"

#include "services/consultation/policy/parts_page.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {

bool MaySeeQuestionnairesFor(const rpc::Call& call, v1::Actor actor) {
  return actor == v1::ACTOR_PATIENT || call.principal.Has(rpc::Role::kClinician);
}

absl::Status Questionnaires::List(const rpc::Call& call, storage::Transaction& transaction,
                                  const v1::ListQuestionnairesRequest& request,
                                  v1::ListQuestionnairesResponse* reply) {
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, request.clinic()));
  const v1::Policy& policy = rulebook->policy();
  if (request.page_token().empty()) {
    *reply->mutable_conditions() = policy.conditions();
    *reply->mutable_medicines() = policy.medicines();
  }
  const auto is_listed = [&](const v1::Questionnaire& questionnaire) {
    return MaySeeQuestionnairesFor(call, questionnaire.actor());
  };
  return ListParts(policy, policy.questionnaires(), request, is_listed,
                   reply->mutable_questionnaires(), reply);
}

}  // namespace clarity::consultation
