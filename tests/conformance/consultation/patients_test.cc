// Records of people: made, found, changed, merged, and who may see them.

#include <string>
#include <vector>

#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Likely = v1::LikelyDuplicates;

class PatientsTest : public ConsultationTest {
 protected:
  static v1::CreatePatientRequest NewPatient(const std::string& given, const std::string& family,
                                             const std::string& phone = "", int birth_year = 1980) {
    v1::CreatePatientRequest request;
    v1::Patient& patient = *request.mutable_patient();
    patient.set_given_name(given);
    patient.set_family_name(family);
    patient.set_clinic(kLakeForest);
    if (!phone.empty()) patient.add_phone_numbers()->set_number(phone);
    if (birth_year != 0) {
      patient.mutable_birth_date()->set_year(birth_year);
      patient.mutable_birth_date()->set_month(5);
      patient.mutable_birth_date()->set_day(17);
    }
    return request;
  }
  static std::vector<std::string> NumbersOf(const v1::Patient& patient) {
    std::vector<std::string> numbers;
    for (const v1::PhoneNumber& number : patient.phone_numbers()) {
      numbers.push_back(number.number());
    }
    return numbers;
  }
  v1::Patient Created(const v1::CreatePatientRequest& request) const {
    return Value(agent_.patients->Call(&PatientStub::CreatePatient, request));
  }
  static absl::StatusOr<v1::Patient> Get(const ConsultationConnections& caller,
                                         const std::string& name) {
    v1::GetPatientRequest request;
    request.set_name(name);
    return caller.patients->Call(&PatientStub::GetPatient, request);
  }
  v1::SearchPatientsResponse Search(const v1::SearchPatientsRequest& request) const {
    return Value(agent_.patients->Call(&PatientStub::SearchPatients, request));
  }
  std::vector<std::string> FoundByPhone(const std::string& typed) const {
    v1::SearchPatientsRequest request;
    request.set_phone_number(typed);
    return Names(Search(request));
  }
  static v1::SearchPatientsRequest ByName(const std::string& full_name, int birth_year = 0) {
    v1::SearchPatientsRequest request;
    request.mutable_person()->set_full_name(full_name);
    if (birth_year != 0) {
      *request.mutable_person()->mutable_birth_date() =
          NewPatient("", "", "", birth_year).patient().birth_date();
    }
    return request;
  }
  static std::vector<std::string> Names(const v1::SearchPatientsResponse& response) {
    std::vector<std::string> names;
    for (const auto& match : response.matches()) names.push_back(match.patient().name());
    return names;
  }
  static v1::UpdatePatientRequest Change(const v1::Patient& patient,
                                         const std::vector<std::string>& fields) {
    v1::UpdatePatientRequest request;
    *request.mutable_patient() = patient;
    for (const std::string& field : fields) request.mutable_update_mask()->add_paths(field);
    return request;
  }
  static v1::MergePatientsRequest Merge(const v1::Patient& from, const v1::Patient& to) {
    v1::MergePatientsRequest request;
    request.set_from_patient(from.name());
    request.set_to_patient(to.name());
    request.set_reason("the same person");
    return request;
  }

  const ConsultationConnections agent_ = Caller(Claims("agent", "AGENT"));
  const ConsultationConnections staff_ = Caller(Claims("staff", "STAFF"));
};

TEST_F(PatientsTest, TheFirstCallerOfANewServerIsLookedForByANumberWithoutACountry) {
  EXPECT_THAT(FoundByPhone("(949) 555-0100"), IsEmpty()) << "and not refused as no number";
  EXPECT_THAT(FoundByPhone("+44 20 7946 0000"), IsEmpty());
}

TEST_F(PatientsTest, NumbersAreTakenAsTypedAndToldInE164) {
  auto request = NewPatient("Maria", "Ortiz", "(949) 555-0100");
  request.mutable_patient()->add_phone_numbers()->set_number("+44 20 7946 0000");
  request.mutable_patient()->add_phone_numbers()->set_number("949.555.0100");
  request.mutable_patient()->mutable_escort()->set_display_name("Ana");
  v1::PhoneNumber& escort = *request.mutable_patient()->mutable_escort()->mutable_phone_number();
  escort.set_number("9495550199");
  escort.set_use(v1::PhoneNumber::USE_MOBILE);
  const auto patient = Created(request);
  EXPECT_THAT(NumbersOf(patient), ElementsAre("+19495550100", "+442079460000"));
  EXPECT_EQ(patient.escort().phone_number().number(), "+19495550199");
  EXPECT_EQ(patient.escort().phone_number().use(), v1::PhoneNumber::USE_MOBILE);
  for (const char* typed : {"9495550100", "1-949-555-0100", "+1 (949) 555 0100"}) {
    EXPECT_THAT(FoundByPhone(typed), ElementsAre(patient.name())) << typed;
  }
  EXPECT_THAT(FoundByPhone("949-555-0123"), IsEmpty());
}

TEST_F(PatientsTest, EverythingWrongIsToldAtOnce) {
  auto request = NewPatient("Maria", "Ortiz", "none");
  request.mutable_patient()->set_time_zone("Mars/Olympus");
  request.mutable_patient()->mutable_birth_date()->set_year(2027);
  const auto status = agent_.patients->Call(&PatientStub::CreatePatient, request).status();
  EXPECT_THAT(status, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolatedFields(status),
              UnorderedElementsAre("patient.birth_date", "patient.phone_numbers[0].number",
                                   "patient.time_zone"));
  auto no_day = NewPatient("Maria", "Ortiz");
  no_day.mutable_patient()->mutable_birth_date()->set_month(2);
  no_day.mutable_patient()->mutable_birth_date()->set_day(30);
  EXPECT_THAT(ViolatedFields(agent_.patients->Call(&PatientStub::CreatePatient, no_day).status()),
              ElementsAre("patient.birth_date"));
  auto nowhere = NewPatient("Maria", "Ortiz");
  nowhere.mutable_patient()->set_clinic("clinics/nowhere");
  EXPECT_THAT(agent_.patients->Call(&PatientStub::CreatePatient, nowhere),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(PatientsTest, APersonIsFoundHoweverTheNameIsTyped) {
  const auto patient = Created(NewPatient("José María", "Núñez-Ortiz"));
  Created(NewPatient("Josefa", "Ortega", "", 1980));
  Created(NewPatient("José María", "Núñez", "", 1955));
  for (const char* typed :
       {"jose nunez", "NUNEZ ORTIZ, JOSE", "Ortiz Maria", "Jose Nunes Ortiz", "Jsoe Ortiz Nunez"}) {
    EXPECT_THAT(Names(Search(ByName(typed, 1980))), ElementsAre(patient.name())) << typed;
  }
  EXPECT_THAT(Search(ByName("jose nunez")).matches(), SizeIs(2)) << "whoever was born whenever";
  EXPECT_TRUE(Search(ByName("jose nunez", 1980)).matches(0).exact());
  EXPECT_FALSE(Search(ByName("jose nunes", 1980)).matches(0).exact());
  EXPECT_THAT(Names(Search(ByName("jose nunez", 1981))), IsEmpty());
}

TEST_F(PatientsTest, ASecondRecordOfAPersonIsNotMadeUnawares) {
  const auto first = Created(NewPatient("Katharine", "Smith", "949-555-0100"));
  const auto again = NewPatient("Katherine", "Smith", "949-555-0111");
  const auto status = agent_.patients->Call(&PatientStub::CreatePatient, again).status();
  EXPECT_THAT(status, Refused(StatusCode::kFailedPrecondition, "LIKELY_DUPLICATE"));
  const auto detail = client::DetailOf<Likely>(status);
  ASSERT_TRUE(detail.has_value());
  ASSERT_THAT(detail->candidates(), SizeIs(1));
  EXPECT_EQ(detail->candidates(0).patient(), first.name());
  EXPECT_THAT(detail->candidates(0).likenesses(),
              ElementsAre(Likely::LIKENESS_NAME, Likely::LIKENESS_BIRTH_DATE));
  auto looked = again;
  looked.add_confirmed_distinct_from(first.name());
  EXPECT_NE(Created(looked).name(), first.name());
  // A family shares a telephone.
  Created(NewPatient("Peter", "Smith", "949-555-0100", 2005));
}

TEST_F(PatientsTest, AChangeNamesItsFieldsAndTheStateItWasMadeFrom) {
  const auto patient = Created(NewPatient("Maria", "Ortiz", "949-555-0100"));
  auto changed = patient;
  changed.clear_phone_numbers();
  changed.add_phone_numbers()->set_number("949-555-0122");
  changed.set_family_name("not in the mask");
  const auto updated =
      Value(agent_.patients->Call(&PatientStub::UpdatePatient, Change(changed, {"phone_numbers"})));
  EXPECT_THAT(NumbersOf(updated), ElementsAre("+19495550122"));
  EXPECT_EQ(updated.family_name(), "Ortiz");
  EXPECT_THAT(FoundByPhone("949-555-0100"), IsEmpty());
  EXPECT_THAT(FoundByPhone("949-555-0122"), ElementsAre(patient.name()));

  EXPECT_THAT(agent_.patients->Call(&PatientStub::UpdatePatient, Change(changed, {"family_name"})),
              Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  for (const char* field : {"state", "consents", "no_such_field"}) {
    EXPECT_THAT(agent_.patients->Call(&PatientStub::UpdatePatient, Change(updated, {field})),
                Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << field;
  }
}

TEST_F(PatientsTest, APatientKeepsTheOwnRecordRightButForWhoTheyAre) {
  const auto patient = Created(NewPatient("Maria", "Ortiz"));
  const auto other = Created(NewPatient("Peter", "Chen"));
  const auto portal = Patient(patient.name());
  auto own = Value(Get(portal, patient.name()));
  own.set_email("maria@example.org");
  const auto updated =
      Value(portal.patients->Call(&PatientStub::UpdatePatient, Change(own, {"email"})));
  EXPECT_EQ(updated.email(), "maria@example.org");
  EXPECT_THAT(portal.patients->Call(&PatientStub::UpdatePatient, Change(updated, {"birth_date"})),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Get(portal, other.name()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(portal.patients->Call(&PatientStub::SearchPatients, ByName("Peter Chen")),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(PatientsTest, ManyAreReadAtOnceEachWithItsOwnStatus) {
  const auto patient = Created(NewPatient("Maria", "Ortiz"));
  v1::BatchGetPatientsRequest request;
  request.add_names("patients/nobody");
  request.add_names(patient.name());
  const auto items = Value(agent_.patients->Call(&PatientStub::BatchGetPatients, request)).items();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].status().code(), static_cast<int>(StatusCode::kNotFound));
  EXPECT_EQ(items[1].patient().name(), patient.name());
}

TEST_F(PatientsTest, AnAccountBelongsToOnePatient) {
  auto request = NewPatient("Maria", "Ortiz");
  request.mutable_patient()->set_portal_subject("account-1");
  const auto patient = Created(request);
  auto second = NewPatient("Peter", "Chen");
  second.mutable_patient()->set_portal_subject("account-1");
  EXPECT_THAT(agent_.patients->Call(&PatientStub::CreatePatient, second),
              Refused(StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  v1::SearchPatientsRequest search;
  search.set_portal_subject("account-1");
  EXPECT_THAT(Names(Search(search)), ElementsAre(patient.name()));
}

TEST_F(PatientsTest, TwoRecordsOfOnePersonBecomeOneHereAndInScheduling) {
  const auto from = Created(NewPatient("Maria", "Ortiz", "949-555-0100"));
  const auto to = Created(NewPatient("Mary", "Ortiz-Lopez", "949-555-0111"));
  const auto scheduling = server_.ConnectAs(Claims("agent", "AGENT"));
  const auto booked = Value(scheduling.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", from.name())));

  const auto merged = Value(staff_.patients->Call(&PatientStub::MergePatients, Merge(from, to)));
  EXPECT_EQ(merged.name(), to.name());
  EXPECT_THAT(NumbersOf(merged), UnorderedElementsAre("+19495550100", "+19495550111"));
  const auto ended = Value(Get(agent_, from.name()));
  EXPECT_EQ(ended.state(), v1::Patient::STATE_MERGED);
  EXPECT_EQ(ended.merged_into(), to.name());
  EXPECT_EQ(ended.given_name(), "Maria") << "its history stays";
  EXPECT_THAT(FoundByPhone("949-555-0100"), ElementsAre(to.name()));
  Eventually([&] {
    const auto present = Value(scheduling.AsAgent().GetAppointment(tests::Get(booked.name())));
    return present.participants(0).patient() == to.name();
  });
  EXPECT_THAT(staff_.patients->Call(&PatientStub::MergePatients, Merge(from, to)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(PatientsTest, AMergePutsNoPersonAndNoAddressTogetherOfTwo) {
  auto first = NewPatient("Maria", "Ortiz");
  first.mutable_patient()->mutable_emergency_contact()->set_display_name("Ana");
  first.mutable_patient()->mutable_emergency_contact()->mutable_phone_number()->set_number(
      "949-555-0100");
  first.mutable_patient()->mutable_address()->add_lines("1 First Street");
  first.mutable_patient()->mutable_escort()->set_display_name("Bo");
  auto second = NewPatient("Mary", "Ortiz-Lopez");
  second.mutable_patient()->mutable_emergency_contact()->set_display_name("Peter");
  second.mutable_patient()->mutable_address()->add_lines("2 Second Street");
  const auto merged = Value(
      staff_.patients->Call(&PatientStub::MergePatients, Merge(Created(first), Created(second))));
  EXPECT_EQ(merged.emergency_contact().display_name(), "Peter");
  EXPECT_FALSE(merged.emergency_contact().has_phone_number()) << "that is Ana's";
  EXPECT_THAT(merged.address().lines(), ElementsAre("2 Second Street"));
  EXPECT_EQ(merged.escort().display_name(), "Bo") << "what is not there is filled in";
}

TEST_F(PatientsTest, AMergeReachesSchedulingThoughTheServerStopsInBetween) {
  const auto from = Created(NewPatient("Maria", "Ortiz"));
  const auto to = Created(NewPatient("Mary", "Ortiz-Lopez"));
  const auto booked = Value(
      server_.ConnectAs(Claims("agent", "AGENT"))
          .AsAgent()
          .BookAppointment(Booking(kConsultation, kLakeForest, "2026-03-05 10:00", from.name())));
  Value(staff_.patients->Call(&PatientStub::MergePatients, Merge(from, to)));
  server_.Restart();
  Eventually([&] {
    const auto present = server_.ConnectAs(Claims("agent", "AGENT"))
                             .AsAgent()
                             .GetAppointment(tests::Get(booked.name()));
    return Value(present).participants(0).patient() == to.name();
  });
}

TEST_F(PatientsTest, WhatAPatientAgreesToIsKeptWithItsWordingAndItsEnd) {
  const auto patient = Created(NewPatient("Maria", "Ortiz"));
  const auto portal = Patient(patient.name());
  v1::RecordConsentRequest record;
  record.set_patient(patient.name());
  record.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
  record.mutable_consent()->set_wording_version("treatment-2026-02");
  EXPECT_THAT(agent_.patients->Call(&PatientStub::RecordConsent, record),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
      << "they must have read it";
  const auto agreed = Value(portal.patients->Call(&PatientStub::RecordConsent, record));
  ASSERT_THAT(agreed.consents(), SizeIs(1));
  EXPECT_EQ(agreed.consents(0).recorded_by(), "user-of-" + patient.name());
  EXPECT_FALSE(agreed.consents(0).has_withdraw_time());

  v1::WithdrawConsentRequest withdraw;
  withdraw.set_patient(patient.name());
  withdraw.set_kind(v1::Consent::KIND_TREATMENT);
  const auto withdrawn = Value(agent_.patients->Call(&PatientStub::WithdrawConsent, withdraw));
  ASSERT_THAT(withdrawn.consents(), SizeIs(1));
  EXPECT_TRUE(withdrawn.consents(0).has_withdraw_time());
  const auto again = Value(agent_.patients->Call(&PatientStub::WithdrawConsent, withdraw));
  EXPECT_EQ(again.etag(), withdrawn.etag()) << "there was nothing left to withdraw";
}

TEST_F(PatientsTest, AnotherClinicSeesNothingUntilAClinicianBreaksTheGlass) {
  const auto patient = Created(NewPatient("Maria", "Ortiz"));
  const auto clinician = Clinician("practitioners/dr-chen", kIrvine);
  EXPECT_THAT(Get(clinician, patient.name()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(Get(clinician, "patients/nobody"),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  auto search = ByName("Maria Ortiz");
  EXPECT_THAT(Value(clinician.patients->Call(&PatientStub::SearchPatients, search)).matches(),
              IsEmpty());
  search.set_all_clinics(true);
  const auto outline = Value(clinician.patients->Call(&PatientStub::SearchPatients, search));
  ASSERT_THAT(outline.matches(), SizeIs(1));
  EXPECT_EQ(outline.matches(0).patient().given_name(), "Maria");
  EXPECT_THAT(outline.matches(0).patient().phone_numbers(), IsEmpty());

  v1::BreakGlassRequest glass;
  glass.set_patient(patient.name());
  glass.set_reason("came to our door");
  EXPECT_THAT(agent_.patients->Call(&PatientStub::BreakGlass, glass),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  Value(clinician.patients->Call(&PatientStub::BreakGlass, glass));
  EXPECT_EQ(Value(Get(clinician, patient.name())).name(), patient.name());
  EXPECT_THAT(Get(Clinician("practitioners/dr-ito", kIrvine), patient.name()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));

  const auto reviewer = Caller(Claims("privacy", "SERVICE"));
  const auto accesses = Value(reviewer.patients->Call(&PatientStub::ListEmergencyAccesses,
                                                      v1::ListEmergencyAccessesRequest()));
  ASSERT_THAT(accesses.emergency_accesses(), SizeIs(1));
  EXPECT_EQ(accesses.emergency_accesses(0).practitioner(), "practitioners/dr-chen");
  EXPECT_EQ(accesses.emergency_accesses(0).reason(), "came to our door");

  clock().Advance(absl::Hours(4) + absl::Seconds(1));
  EXPECT_THAT(Get(clinician, patient.name()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(PatientsTest, ARecordThatMovesIsSeenByTheClinicItMovesTo) {
  const auto patient = Created(NewPatient("Maria", "Ortiz"));
  auto moved = patient;
  moved.set_clinic(kIrvine);
  EXPECT_THAT(CallerOf(kLakeForest, "STAFF")
                  .patients->Call(&PatientStub::UpdatePatient, Change(moved, {"clinic"})),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  Value(staff_.patients->Call(&PatientStub::UpdatePatient, Change(moved, {"clinic"})));
  EXPECT_EQ(Value(Get(CallerOf(kIrvine, "AGENT"), patient.name())).name(), patient.name());
  EXPECT_THAT(Get(CallerOf(kLakeForest, "AGENT"), patient.name()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(PatientsTest, ARepeatedRequestMakesOneRecord) {
  auto request = NewPatient("Maria", "Ortiz");
  request.set_request_id("once");
  const auto first = Created(request);
  EXPECT_EQ(Created(request).name(), first.name());
  auto validate = NewPatient("Peter", "Chen");
  validate.set_validate_only(true);
  EXPECT_EQ(Created(validate).name(), "");
  EXPECT_THAT(Names(Search(ByName("Peter Chen"))), IsEmpty());
}

}  // namespace
}  // namespace clarity::tests
