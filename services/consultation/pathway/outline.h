#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_OUTLINE_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_OUTLINE_H_

#include <functional>
#include <string>

#include "clarity/consultation/v1/episode.pb.h"
#include "services/consultation/pathway/case_file.h"

// What a pathway tells of a case file that was brought up to now: pure functions. No word of it is
// about health: agents read it out.
namespace clarity::consultation {

// Every step in order, with what is open of the present one, and what EVALUATION asks for already
// by the evaluation of the file.
void AddSteps(const CaseFile& file, const v1::Evaluation& evaluation, v1::Pathway* pathway);

// That scheduling refuses an order of the plan: the present step waits for somebody to mend it.
void AddRefusedOrder(const CaseFile& file, v1::Pathway* pathway);

// That a prescriber has to look at something of before; not what, for agents see it.
void AddPastToSettle(const v1::Evaluation& evaluation, v1::Pathway* pathway);

// The visits that are booked or have begun since first contact, by time.
void AddVisits(const CaseFile& file, v1::Pathway* pathway);

// What can be booked now. `is_delivered`: whether scheduling has an order as it is planned.
void AddBookable(const CaseFile& file,
                 const std::function<bool(const std::string& order)>& is_delivered,
                 v1::Pathway* pathway);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_OUTLINE_H_
