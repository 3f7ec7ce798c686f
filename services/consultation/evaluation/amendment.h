#ifndef CLARITY_SERVICES_CONSULTATION_EVALUATION_AMENDMENT_H_
#define CLARITY_SERVICES_CONSULTATION_EVALUATION_AMENDMENT_H_

#include "clarity/consultation/v1/evaluation.pb.h"
#include "services/consultation/pathway/case_file.h"

// What an amendment takes back: pure functions.
namespace clarity::consultation {

// Whether all that was said before is still said: lists have grown, and what was open is answered.
bool OnlyAdds(const google::protobuf::RepeatedPtrField<v1::Answer>& earlier,
              const google::protobuf::RepeatedPtrField<v1::Answer>& present);

// Whether a rule that excludes, or asks for a requirement, applies by the file and no longer would
// with the response as it is amended.
bool TakesBack(CaseFile file, const v1::QuestionnaireResponse& amended);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EVALUATION_AMENDMENT_H_
