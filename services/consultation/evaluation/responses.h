#ifndef CLARITY_SERVICES_CONSULTATION_EVALUATION_RESPONSES_H_
#define CLARITY_SERVICES_CONSULTATION_EVALUATION_RESPONSES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/evaluation/answer_check.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// What a patient has answered: a draft until it is submitted, a fact from then on.
class Responses {
 public:
  // All outlive it.
  Responses(PolicyStore* policies, Clinics* clinics, const Consequences* consequences,
            const EpisodeLog* log, base::Random* random)
      : policies_(*policies),
        clinics_(*clinics),
        consequences_(*consequences),
        log_(*log),
        random_(*random) {}

  absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::SaveAnswersRequest& request, v1::QuestionnaireResponse* reply);
  absl::Status Submit(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::SubmitResponseRequest& request, v1::QuestionnaireResponse* reply);
  absl::Status Amend(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::AmendResponseRequest& request, v1::QuestionnaireResponse* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetResponseRequest& request, v1::QuestionnaireResponse* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListResponsesRequest& request, v1::ListResponsesResponse* reply);

 private:
  // A questionnaire of the clinic's present policy, as it is asked of one patient today.
  struct Form {
    PolicyStore::Policy rulebook;  // keeps what `check` refers to
    AnswerCheck check;
  };
  // NOT_FOUND where the policy has none of that id, or none for the caller.
  absl::StatusOr<Form> FormOf(const rpc::Call& call, storage::Transaction& transaction,
                              const v1::Episode& episode, const std::string& questionnaire) const;

  // A response that may be changed, with its form.
  struct Filled {
    PartToChange<storage::v1::ResponseRecord> part;
    Form form;
  };
  absl::StatusOr<Filled> LoadToFillIn(const rpc::Call& call, storage::Transaction& transaction,
                                      const std::string& name, const std::string& etag) const;

  // A patient may add, and the clinic takes back.
  absl::Status CheckMayAmend(const rpc::Call& call, storage::Transaction& transaction,
                             const Filled& amended,
                             const v1::QuestionnaireResponse::Amendment& amendment) const;

  // That of the episode, or a new one.
  absl::StatusOr<storage::v1::ResponseRecord> FindOrBegin(const rpc::Call& call,
                                                          storage::Transaction& transaction,
                                                          const std::string& episode,
                                                          const std::string& questionnaire) const;

  PolicyStore& policies_;
  Clinics& clinics_;
  const Consequences& consequences_;
  const EpisodeLog& log_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EVALUATION_RESPONSES_H_
