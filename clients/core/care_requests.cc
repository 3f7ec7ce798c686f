#include "clients/core/care_requests.h"

#include <algorithm>

#include "google/protobuf/util/time_util.h"

namespace clarity::client {

using consultation::v1::CreatePatientRequest;
using consultation::v1::LikelyDuplicates;
using consultation::v1::Pathway;
using consultation::v1::SearchPatientsRequest;
using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using scheduling::v1::SlotQuery;

namespace {

absl::Time ToTime(const Timestamp& timestamp) {
  return absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp));
}

Timestamp ToTimestamp(absl::Time time) {
  return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

}  // namespace

SearchPatientsRequest SearchByPhoneNumber(const std::string& number) {
  SearchPatientsRequest request;
  request.set_phone_number(number);
  return request;
}

SearchPatientsRequest SearchByName(const std::string& full_name,
                                   const absl::optional<type::v1::Date>& birth_date) {
  SearchPatientsRequest request;
  request.mutable_person()->set_full_name(full_name);
  if (birth_date.has_value()) *request.mutable_person()->mutable_birth_date() = *birth_date;
  return request;
}

SearchPatientsRequest SearchByPortalSubject(const std::string& subject) {
  SearchPatientsRequest request;
  request.set_portal_subject(subject);
  return request;
}

CreatePatientRequest DistinctFrom(const LikelyDuplicates& duplicates,
                                  CreatePatientRequest refused) {
  refused.clear_request_id();  // it is another request
  for (const auto& candidate : duplicates.candidates()) {
    refused.add_confirmed_distinct_from(candidate.patient());
  }
  return refused;
}

SlotQuery QueryOf(const Pathway& pathway, const Pathway::BookableVisit& visit, absl::Time now,
                  absl::Duration ahead) {
  SlotQuery query;
  query.set_visit_type(visit.visit_type());
  query.add_clinics(pathway.episode().clinic());
  const absl::Time start = visit.has_start_time() ? std::max(now, ToTime(visit.start_time())) : now;
  const absl::Time end =
      visit.has_end_time() ? std::min(start + ahead, ToTime(visit.end_time())) : start + ahead;
  *query.mutable_window()->mutable_start_time() = ToTimestamp(start);
  *query.mutable_window()->mutable_end_time() = ToTimestamp(end);
  return query;
}

}  // namespace clarity::client
