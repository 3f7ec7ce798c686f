// The desk: who is calling, and their record.
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/telephone.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/care_requests.h"
#include "clients/core/errors.h"
#include "clients/terminal/names.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using consultation::v1::BatchGetPatientsRequest;
using consultation::v1::CreatePatientRequest;
using consultation::v1::LikelyDuplicates;
using consultation::v1::Patient;
using consultation::v1::PhoneNumber;
using consultation::v1::SearchPatientsRequest;
using consultation::v1::SearchPatientsResponse;
using consultation::v1::UpdatePatientRequest;
using google::protobuf::FieldMask;

// "name, birth date".
std::string LikenessesOf(const LikelyDuplicates::Candidate& candidate) {
  return absl::StrJoin(candidate.likenesses(), ", ", [](std::string* out, int likeness) {
    std::string word = WordFor(static_cast<LikelyDuplicates::Likeness>(likeness));
    for (char& c : word) c = c == '-' ? ' ' : c;
    absl::StrAppend(out, word);
  });
}

// With what is known of it: that it is a mobile, and may be texted.
PhoneNumber NumberAsKnown(const std::string& typed, const Patient& patient) {
  const auto dialled = ParseTelephone(typed);
  for (const PhoneNumber& known : patient.phone_numbers()) {
    if (known.number() == dialled.value_or(typed)) return known;
  }
  PhoneNumber number;
  number.set_number(typed);
  return number;
}

std::vector<Patient> PatientsOf(const SearchPatientsResponse& found) {
  std::vector<Patient> patients;
  for (const auto& match : found.matches()) patients.push_back(match.patient());
  return patients;
}

}  // namespace

// -- Who is on the line ---------------------------------------------------------------------------

ExitCode Desk::Caller(const CallerCommand& command) {
  absl::optional<absl::TimeZone> zone = setup_.caller_zone;
  if (!command.zone.empty()) {
    const auto parsed = ParseZone(command.zone);
    if (!parsed.ok()) return Fail(parsed.status());
    zone = *parsed;
  }
  const std::string who = absl::StrJoin(command.who, " ");
  // Nobody's record is called so: who was on the line stays.
  if (IsDialled(who) && !LooksLikeTelephone(who)) return Fail(NoTelephone(who));
  ReleaseAll();  // what the caller before did not take
  BeginWith(OnTheLine());
  line_.order = command.order;
  line_.label = command.label;
  line_.title = command.label;
  screen_.set_caller_zone(zone);
  if (LooksLikeTelephone(who)) return CallerWithNumber(who);
  const std::string patient = FullName("patients", command.patient.empty() ? who : command.patient);
  if (!patient.empty()) return CallerWithRecord(patient);
  Aside() << "On the line: "
          << Printable(line_.label.empty() ? "a caller without a record" : line_.label) << ".\n";
  return kExitOk;
}

// What stood on the screen for somebody else means nothing any more.
void Desk::BeginWith(OnTheLine line) {
  line_ = std::move(line);
  visits_.clear();
  moving_.clear();
  distinct_.Clear();
  if (numbered_ != Numbered::kSlots) Remember({});
}

ExitCode Desk::CallerWithNumber(const std::string& number) {
  line_.number = number;
  if (line_.label.empty()) line_.label = ReadableTelephone(number);
  line_.title = line_.label;
  const auto found = care_.SearchPatients(SearchByPhoneNumber(number));
  if (absl::IsUnimplemented(found.status())) {
    Aside() << "On the line: " << Printable(line_.label) << ".\n";
    return kExitOk;
  }
  if (absl::IsInvalidArgument(found.status())) return Fail(NoTelephone(number));
  if (!found.ok()) return Fail(found.status());
  if (setup_.json) PrintJson(*found);
  if (found->matches_size() == 1) return TakeOnTheLine(found->matches(0).patient(), false);
  if (found->matches_size() == 0) {
    Aside() << "Nobody has the number " << Printable(line_.label) << " on record.\n";
    if (!setup_.json) {
      screen_.Advise(
          "Next: 'patient find NAME' looks for the name, 'patient new GIVEN FAMILY' makes a record "
          "with this number.");
    }
    return kExitOk;
  }
  ListPeople(PatientsOf(*found));
  if (!setup_.json)
    screen_.Advise("Ask for the birth date. Next: '1' takes the first on the line.");
  return kExitOk;
}

// A patient of whom consultation knows nothing may have visits all the same.
ExitCode Desk::CallerWithRecord(const std::string& name) {
  line_.patient = name;
  line_.title = ShortName(name);
  auto patient = care_.GetPatient(name);
  if (patient.ok() && !patient->merged_into().empty()) {
    patient = care_.GetPatient(patient->merged_into());
  }
  if (patient.ok()) return TakeOnTheLine(*patient, false);
  Aside() << "On the line: " << Printable(name) << ".\n";
  if (absl::IsUnimplemented(patient.status())) return kExitOk;
  const bool is_unknown =
      absl::IsPermissionDenied(patient.status()) || absl::IsNotFound(patient.status());
  if (!is_unknown) return Fail(patient.status());
  if (!setup_.json) {
    screen_.Advise(
        "Consultation has no record of them that you may see. 'patient find NAME' looks "
        "for one.");
  }
  return kExitOk;
}

ExitCode Desk::TakeOnTheLine(const Patient& patient, bool called) {
  // What is held for a caller without a record is for whom they turn out to be.
  const bool is_the_same = line_.patient.empty() || line_.patient == patient.name();
  if (!is_the_same) ReleaseAll();
  OnTheLine line;
  line.title = CareScreen::NameOf(patient);
  line.patient = patient.name();
  if (is_the_same) line.order = line_.order;
  line.called = called;
  line.record = patient;
  BeginWith(std::move(line));
  if (!patient.time_zone().empty() && !screen_.caller_zone().has_value()) {
    const auto zone = ParseZone(patient.time_zone());
    if (zone.ok()) screen_.set_caller_zone(*zone);
  }
  if (setup_.json) {
    Aside() << "On the line: " << Printable(line_.title) << ".\n";
    return kExitOk;
  }
  directory_.Load().IgnoreError();  // without it names are shown as ids
  care_screen_.Introduce(patient);
  return Pathway("");
}

ExitCode Desk::TakeNumber(const std::string& number) {
  if (numbered_ == Numbered::kPeople) return TakePerson(number);
  if (numbered_ == Numbered::kVisits) {
    return SlotsOfVisit(number, scheduling::v1::MODALITY_UNSPECIFIED);
  }
  HoldCommand command;
  command.choice.what = number;
  return Hold(command);
}

ExitCode Desk::TakePerson(const std::string& number) {
  size_t index = 0;
  if (!absl::SimpleAtoi(number, &index) || index < 1 || index > people_.size()) {
    return Fail(absl::NotFoundError(
        absl::StrCat("there is nobody with the number ", number, ": 1 to ", people_.size())));
  }
  const Listed person = people_[index - 1];
  return TakeOnTheLine(person.patient, person.to_call);
}

void Desk::ListPeople(const std::vector<Patient>& patients,
                      const std::map<std::string, std::string>& alike) {
  people_.clear();
  for (const Patient& patient : patients) people_.push_back({patient, false});
  numbered_ = Numbered::kPeople;
  directory_.Load().IgnoreError();
  if (!setup_.json) care_screen_.ShowPatients(patients, alike);
}

// -- Records --------------------------------------------------------------------------------------

ExitCode Desk::FindPatient(const FindPatientCommand& command) {
  const std::string who = absl::StrJoin(command.who, " ");
  SearchPatientsRequest request;
  if (!command.portal.empty()) {
    request = SearchByPortalSubject(command.portal);
  } else if (who.empty()) {
    return Fail(absl::InvalidArgumentError("say who: a telephone number, or a name"));
  } else if (LooksLikeTelephone(who)) {
    request = SearchByPhoneNumber(who);
  } else {
    request = SearchByName(who);
    if (!command.born.empty()) {
      const auto born =
          ParseBirthDate(command.born, absl::ToCivilDay(now(), absl::LocalTimeZone()));
      if (!born.ok()) return Fail(born.status());
      *request.mutable_person()->mutable_birth_date() = *born;
    }
  }
  const auto found = care_.SearchPatients(request);
  if (!found.ok()) return Fail(found.status());
  if (setup_.json) PrintJson(*found);
  if (found->matches().empty()) {
    Aside() << "Nobody is found. Try the number, part of the name, or no birth date; 'patient new' "
               "makes a record.\n";
    return kExitOk;
  }
  ListPeople(PatientsOf(*found));
  if (setup_.json) return kExitOk;
  if (found->truncated()) screen_.Advise("There are more: say the birth date as well.");
  if (setup_.session) screen_.Advise("Next: '1' takes the first on the line.");
  return kExitOk;
}

ExitCode Desk::ShowPatient(const std::string& typed) {
  const std::string name = PatientOr(typed);
  if (name.empty()) return Fail(absl::InvalidArgumentError("say whose: the patient"));
  const auto patient = care_.GetPatient(name);
  if (!patient.ok()) return Fail(patient.status());
  if (setup_.json) return PrintJson(*patient);
  directory_.Load().IgnoreError();
  care_screen_.ShowPatient(*patient);
  return kExitOk;
}

ExitCode Desk::NewPatient(const PatientCommand& command) {
  CreatePatientRequest request = distinct_;
  if (!command.distinct || !request.has_patient()) {
    auto typed = NewPatientRequest(command);
    if (!typed.ok()) return Fail(typed.status());
    request = *std::move(typed);
  }
  const auto patient = care_.CreatePatient(request);
  if (!patient.ok()) return FailedToMake(request, patient.status());
  if (setup_.json) {
    PrintJson(*patient);
  } else {
    *console_.out << console_.Styled(Tone::kGood, "Made ") << patient->name() << ": "
                  << Printable(CareScreen::NameOf(*patient)) << ".\n";
  }
  if (setup_.session) return TakeOnTheLine(*patient, line_.called);
  if (!setup_.json) {
    screen_.Advise(absl::StrCat("Next: 'episode open depression --patient ",
                                ShortName(patient->name()), "'."));
  }
  return kExitOk;
}

absl::StatusOr<CreatePatientRequest> Desk::NewPatientRequest(const PatientCommand& command) {
  if (command.given_name.empty() || command.family_name.empty()) {
    return absl::InvalidArgumentError("say the given and the family name");
  }
  CreatePatientRequest request;
  Patient& patient = *request.mutable_patient();
  FieldMask all;
  const absl::Status written = WriteDown(command, &patient, &all);
  if (!written.ok()) return written;
  if (command.phones.empty() && !line_.number.empty()) {
    patient.add_phone_numbers()->set_number(line_.number);
  }
  const auto clinic = ClinicOr(command.clinic, "");
  if (!clinic.ok()) return clinic.status();
  patient.set_clinic(*clinic);
  for (const std::string& name : command.distinct_from) {
    request.add_confirmed_distinct_from(FullName("patients", name));
  }
  return request;
}

absl::Status Desk::WriteDown(const PatientCommand& command, Patient* patient,
                             FieldMask* fields) const {
  const auto write = [fields](const char* field, const std::string& said, std::string* value) {
    if (said.empty()) return;
    *value = said;
    fields->add_paths(field);
  };
  write("given_name", command.given_name, patient->mutable_given_name());
  write("family_name", command.family_name, patient->mutable_family_name());
  write("preferred_name", command.preferred_name, patient->mutable_preferred_name());
  write("email", command.email, patient->mutable_email());
  write("language", command.language, patient->mutable_language());
  write("clinic", FullName("clinics", command.clinic), patient->mutable_clinic());
  if (!command.zone.empty()) {
    const auto zone = ParseZone(command.zone);
    if (!zone.ok()) return zone.status();
    write("time_zone", zone->name(), patient->mutable_time_zone());
  }
  if (!command.born.empty()) {
    const auto born = ParseBirthDate(command.born, absl::ToCivilDay(now(), absl::LocalTimeZone()));
    if (!born.ok()) return born.status();
    *patient->mutable_birth_date() = *born;
    fields->add_paths("birth_date");
  }
  if (!command.sex.empty()) {
    patient->set_sex(ValueFor<Patient::Sex>(command.sex));
    fields->add_paths("sex");
  }
  if (command.interpreter != 0) {
    patient->set_interpreter_needed(command.interpreter > 0);
    fields->add_paths("interpreter_needed");
  }
  if (!command.phones.empty()) {
    const Patient before = *patient;
    patient->clear_phone_numbers();
    for (const std::string& typed : command.phones) {
      *patient->add_phone_numbers() = NumberAsKnown(typed, before);
    }
    fields->add_paths("phone_numbers");
  }
  return absl::OkStatus();
}

ExitCode Desk::ChangePatient(const PatientCommand& command) {
  const std::string name = PatientOr(command.patient);
  if (name.empty()) return Fail(absl::InvalidArgumentError("say whose: the patient"));
  const auto present = care_.GetPatient(name);
  if (!present.ok()) return Fail(present.status());
  UpdatePatientRequest request;
  *request.mutable_patient() = *present;
  for (const FieldOfRecord& empty : kMayBeEmpty) {
    if (!absl::c_linear_search(command.cleared, empty.option)) continue;
    Patient& patient = *request.mutable_patient();
    patient.GetReflection()->ClearField(&patient,
                                        patient.GetDescriptor()->FindFieldByName(empty.field));
    request.mutable_update_mask()->add_paths(empty.field);
  }
  const absl::Status written =
      WriteDown(command, request.mutable_patient(), request.mutable_update_mask());
  if (!written.ok()) return Fail(written);
  if (request.update_mask().paths().empty()) {
    return Fail(
        absl::InvalidArgumentError("say what changes: --phone, --email, --language, --clear ..."));
  }
  const auto patient = care_.UpdatePatient(request);
  if (!patient.ok()) return Fail(patient.status());
  if (patient->name() == line_.patient) {
    line_.record = *patient;
    line_.title = CareScreen::NameOf(*patient);
  }
  if (setup_.json) return PrintJson(*patient);
  directory_.Load().IgnoreError();
  *console_.out << console_.Styled(Tone::kGood, "Changed:") << '\n';
  care_screen_.ShowPatient(*patient);
  return kExitOk;
}

// Records that look like the new one are listed as people, to be taken or to be told apart.
ExitCode Desk::FailedToMake(const CreatePatientRequest& request, const absl::Status& status) {
  const auto duplicates = DetailOf<LikelyDuplicates>(status);
  if (!duplicates.has_value() || setup_.json) return Fail(status);
  BatchGetPatientsRequest get;
  std::map<std::string, std::string> alike;
  for (const auto& candidate : duplicates->candidates()) {
    get.add_names(candidate.patient());
    alike[candidate.patient()] = LikenessesOf(candidate);
  }
  const auto found = care_.BatchGetPatients(get);
  if (!found.ok()) return Fail(status);
  std::vector<Patient> patients;
  for (const auto& item : found->items()) {
    if (item.has_patient()) patients.push_back(item.patient());
  }
  *console_.err << console_.Styled(Tone::kWarning, "This may be somebody who has a record:")
                << std::endl;
  ListPeople(patients, alike);
  distinct_ = DistinctFrom(*duplicates, request);
  if (setup_.session) {
    screen_.Advise(
        "Ask. Next: '1' takes the first on the line; 'patient new --distinct' makes a record for "
        "somebody else.");
    return ExitCodeOf(status);
  }
  std::string distinct = "The same with";
  for (const Patient& patient : patients) {
    absl::StrAppend(&distinct, " --distinct-from ", ShortName(patient.name()));
  }
  screen_.Advise(absl::StrCat(distinct, " makes a record for somebody else."));
  return ExitCodeOf(status);
}

}  // namespace clarity::client
