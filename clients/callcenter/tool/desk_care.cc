// The desk: how far a patient's care has come, and what is said about it on the telephone.
#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/first_items.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/terminal/names.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using consultation::v1::Contact;
using consultation::v1::Episode;
using consultation::v1::GetPathwayRequest;
using consultation::v1::ListEpisodesRequest;
using consultation::v1::ListOverdueContactsRequest;
using consultation::v1::ListOverdueContactsResponse;
using consultation::v1::LogContactRequest;
using consultation::v1::OpenEpisodeRequest;
using OverdueContact = ListOverdueContactsResponse::OverdueContact;

// Who has called whom, where the agent does not say: what nobody answered was our call.
Contact::Direction DirectionOf(Contact::Disposition disposition, bool called) {
  const bool is_ours = called || disposition == Contact::DISPOSITION_MESSAGE_LEFT ||
                       disposition == Contact::DISPOSITION_NO_ANSWER ||
                       disposition == Contact::DISPOSITION_WRONG_NUMBER;
  return is_ours ? Contact::DIRECTION_OUTBOUND : Contact::DIRECTION_INBOUND;
}

}  // namespace

// -- Whom to call ---------------------------------------------------------------------------------

// One more than is shown, so that it can be said that there are more.
absl::StatusOr<std::vector<OverdueContact>> Desk::WhomToCall(const OverdueCommand& command) {
  ListOverdueContactsRequest request;
  request.set_clinic(FullName("clinics", command.clinic));
  request.set_page_size(command.limit + 1);
  return FirstItems(care_.ListOverdueContacts(request), command.limit + 1);
}

void Desk::ListToCall(std::vector<OverdueContact> contacts, int limit) {
  const bool has_more = static_cast<int>(contacts.size()) > limit;
  if (has_more) contacts.resize(static_cast<size_t>(limit));
  if (contacts.empty()) {
    *console_.out << "Nobody has to be called.\n";
    return;
  }
  people_.clear();
  for (const OverdueContact& contact : contacts) people_.push_back({contact.patient(), true});
  numbered_ = Numbered::kPeople;
  directory_.Load().IgnoreError();
  *console_.out << console_.Styled(Tone::kStrong, "To be called:") << '\n';
  care_screen_.ShowToCall(contacts);
  if (has_more)
    screen_.Advise(absl::StrCat("The first ", limit, "; 'overdue --limit' shows more."));
  if (setup_.session) {
    screen_.Advise(
        "Next: '1' takes the first on the line; 'caller NUMBER' takes somebody who calls.");
  }
}

ExitCode Desk::Overdue(const OverdueCommand& command) {
  auto contacts = WhomToCall(command);
  if (!contacts.ok()) return Fail(contacts.status());
  if (!setup_.json) {
    ListToCall(*std::move(contacts), command.limit);
    return kExitOk;
  }
  const auto shown = std::min(contacts->size(), static_cast<size_t>(command.limit));
  ListOverdueContactsResponse reply;
  *reply.mutable_overdue_contacts() = {contacts->begin(),
                                       contacts->begin() + static_cast<ptrdiff_t>(shown)};
  return PrintJson(reply);
}

void Desk::BeginWithWhomToCall() {
  OverdueCommand command;
  command.limit = kShownAtTheStart;
  auto contacts = WhomToCall(command);
  if (contacts.ok()) return ListToCall(*std::move(contacts), command.limit);
  CannotBegin("Whom to call cannot be told. 'overdue' asks again.", contacts.status());
}

void Desk::Begin() {
  if (setup_.json) return;
  BeginWithAlerts();
  BeginWithWhomToCall();
}

void Desk::CannotBegin(absl::string_view what, const absl::Status& status) {
  const bool is_for_others = absl::IsUnimplemented(status) || absl::IsPermissionDenied(status);
  if (is_for_others) return;
  *console_.err << console_.Styled(Tone::kWarning, what) << '\n';
  Fail(status);
}

// -- The episode ----------------------------------------------------------------------------------

absl::StatusOr<std::string> Desk::ClinicOr(const std::string& typed, const std::string& patient) {
  if (!typed.empty()) return FullName("clinics", typed);
  if (!patient.empty() && patient == line_.record.name()) return line_.record.clinic();
  if (!patient.empty()) {
    const auto record = care_.GetPatient(patient);
    if (!record.ok()) return record.status();
    return record->clinic();
  }
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return loaded;
  if (directory_.clinics().size() == 1) return directory_.clinics().begin()->first;
  return absl::InvalidArgumentError("say at which clinic: --clinic C; 'clinics' lists them");
}

ExitCode Desk::OpenEpisode(const OpenEpisodeCommand& command) {
  const std::string patient = PatientOr(command.patient);
  if (patient.empty()) {
    return Fail(absl::InvalidArgumentError("say for whom: --patient P, or 'caller' first"));
  }
  const auto clinic = ClinicOr(command.clinic, patient);
  if (!clinic.ok()) return Fail(clinic.status());
  OpenEpisodeRequest request;
  Episode& episode = *request.mutable_episode();
  episode.set_patient(patient);
  episode.set_clinic(*clinic);
  for (const std::string& reason : command.reasons) {
    episode.add_reasons(ValueFor<Episode::Reason>(reason));
  }
  episode.set_reason_note(command.note);
  episode.set_source(ValueFor<Episode::Source>(command.source));
  if (!command.referrer.empty()) {
    episode.mutable_referrer()->set_display_name(command.referrer);
  }
  const auto opened = care_.OpenEpisode(request);
  if (!opened.ok()) return Fail(opened.status());
  if (setup_.json) return PrintJson(*opened);
  directory_.Load().IgnoreError();
  *console_.out << console_.Styled(Tone::kGood, "Opened. ") << "The consultation is due by "
                << care_screen_.ConsultationDue(*opened) << ".\n";
  if (setup_.session) return Pathway(patient);
  screen_.Advise(absl::StrCat("Next: 'pathway ", ShortName(patient), "'."));
  return kExitOk;
}

absl::StatusOr<Episode> Desk::EpisodeOf(const std::string& patient) {
  if (patient == line_.patient && line_.pathway.has_episode()) return line_.pathway.episode();
  ListEpisodesRequest request;
  request.set_patient(patient);
  request.set_page_size(1);
  const auto open = FirstItems(care_.ListEpisodes(request), 1);
  if (!open.ok()) return open.status();
  if (open->empty()) {
    return absl::FailedPreconditionError(
        "the patient has no open episode: 'episode open depression' opens one");
  }
  return open->front();
}

// -- The pathway ----------------------------------------------------------------------------------

absl::StatusOr<consultation::v1::Pathway> Desk::GetPathway(const std::string& patient) {
  GetPathwayRequest request;
  request.set_patient(patient);
  return care_.GetPathway(request);
}

ExitCode Desk::Pathway(const std::string& typed) {
  const std::string patient = PatientOr(typed);
  if (patient.empty()) return Fail(absl::InvalidArgumentError("say whose: the patient"));
  auto pathway = GetPathway(patient);
  if (ReasonOf(pathway.status()) == "NO_EPISODE" && !setup_.json) {
    *console_.out << "No episode is open.\n";
    screen_.Advise(
        "Next: 'episode open depression' opens one: with depression, anxiety, ptsd or other.");
    return kExitOk;
  }
  if (!pathway.ok()) return Fail(pathway.status());
  if (setup_.json) PrintJson(*pathway);
  const std::vector<std::string> booked = LeaveOutBooked(&*pathway);
  if (patient == line_.patient) {
    line_.pathway = *pathway;
    line_.alert_open = pathway->safety_alert_open();
  }
  if (setup_.json) return kExitOk;
  ShowPathway(*pathway);
  if (!booked.empty()) {
    screen_.Advise(absl::StrCat("Booked just now, and not in this yet: ",
                                absl::StrJoin(booked, ", "), ". 'pathway' soon shows it."));
  }
  return kExitOk;
}

std::vector<std::string> Desk::LeaveOutBooked(consultation::v1::Pathway* pathway) {
  const auto is_known = [&](const JustBooked& booked) {
    return now() - booked.time > kNewsTakes ||
           absl::c_any_of(pathway->visits(), [&](const auto& visit) {
             return visit.appointment() == booked.appointment.name();
           });
  };
  booked_.erase(std::remove_if(booked_.begin(), booked_.end(), is_known), booked_.end());
  std::vector<std::string> names;
  for (const auto& [appointment, time] : booked_) {
    const auto is_of_patient = [&](const auto& participant) {
      return participant.patient() == pathway->episode().patient();
    };
    if (!absl::c_any_of(appointment.participants(), is_of_patient)) continue;
    names.push_back(directory_.VisitTypeTitle(appointment.visit_type()));
    auto& bookable = *pathway->mutable_bookable();
    const auto visit = absl::c_find_if(bookable, [&, &booked = appointment](const auto& each) {
      return each.visit_type() == booked.visit_type() && each.order() == booked.order();
    });
    if (visit == bookable.end()) continue;
    visit->set_visits_left(visit->visits_left() - 1);
    if (visit->visits_left() <= 0) bookable.erase(visit);
  }
  return names;
}

// Only what can be booked for who is on the line is called by its number: it is booked for them.
void Desk::ShowPathway(const consultation::v1::Pathway& pathway) {
  directory_.Load().IgnoreError();
  const bool is_on_the_line = setup_.session && pathway.episode().patient() == line_.patient;
  std::vector<std::string> visits;
  for (const auto& visit : pathway.visits()) visits.push_back(visit.appointment());
  care_screen_.ShowPathway(pathway, NamesShown(visits), is_on_the_line);
  if (pathway.safety_alert_open()) care_screen_.WarnOfAlert();  // the last word, too
  if (is_on_the_line) numbered_ = Numbered::kVisits;
  if (pathway.bookable().empty()) return;
  if (is_on_the_line) {
    screen_.Advise("Next: '1' or 'book 1' shows the times of the first one.");
  } else if (setup_.session) {
    screen_.Advise(absl::StrCat("Next: 'caller ", ShortName(pathway.episode().patient()),
                                "' takes them on the line."));
  } else {
    screen_.Advise(absl::StrCat("Next: 'slots ", ShortName(pathway.bookable(0).visit_type()), " ",
                                ShortName(pathway.episode().clinic()), " --patient ",
                                ShortName(pathway.episode().patient()), "'."));
  }
}

ExitCode Desk::SlotsOfVisit(const std::string& number, Modality modality) {
  const auto& bookable = line_.pathway.bookable();
  int index = 0;
  if (!absl::SimpleAtoi(number, &index) || index < 1 || index > bookable.size()) {
    return Fail(absl::NotFoundError(bookable.empty()
                                        ? "nothing can be booked now: 'pathway' says what is open"
                                        : absl::StrCat("nothing that can be booked has the number ",
                                                       number, ": 1 to ", bookable.size())));
  }
  line_.visit = bookable.Get(index - 1);
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return Fail(loaded);
  SlotsCommand command;
  command.visit_type = line_.visit.visit_type();
  command.clinics = {line_.pathway.episode().clinic()};
  command.patient = line_.patient;
  command.order = line_.visit.order();
  command.modality = modality;
  if (line_.visit.has_end_time()) command.not_after = FromProto(line_.visit.end_time());
  if (line_.visit.has_start_time() && FromProto(line_.visit.start_time()) > now()) {
    command.not_before = FromProto(line_.visit.start_time());
    command.from =
        absl::FormatTime("%Y-%m-%d", *command.not_before, ZoneOfClinic(command.clinics.front()));
  }
  return Slots(command);
}

// -- What is said on the telephone ----------------------------------------------------------------

ExitCode Desk::LogContact(const ContactCommand& command) {
  const std::string patient = PatientOr(command.patient);
  if (patient.empty()) {
    return Fail(absl::InvalidArgumentError("say with whom: --patient P, or 'caller' first"));
  }
  const auto episode = EpisodeOf(patient);
  if (!episode.ok()) return Fail(episode.status());
  directory_.Load().IgnoreError();
  const auto request = ContactRequest(command, *episode);
  if (!request.ok()) return Fail(request.status());
  const auto contact = care_.LogContact(*request);
  if (!contact.ok()) return Fail(contact.status());
  if (setup_.json) return PrintJson(*contact);
  care_screen_.ShowContact(*contact, ZoneOfClinic(episode->clinic()));
  if (line_.called) screen_.Advise("Next: 'overdue' shows whom to call now.");
  return kExitOk;
}

// A time to call back is on the caller's clock where that is known: it is they who have said it.
absl::StatusOr<LogContactRequest> Desk::ContactRequest(const ContactCommand& command,
                                                       const Episode& episode) {
  LogContactRequest request;
  Contact& contact = *request.mutable_contact();
  contact.set_episode(episode.name());
  contact.set_disposition(ValueFor<Contact::Disposition>(command.disposition));
  contact.set_medium(ValueFor<Contact::Medium>(command.medium));
  contact.set_direction(command.direction.empty()
                            ? DirectionOf(contact.disposition(), line_.called)
                            : ValueFor<Contact::Direction>(command.direction));
  contact.set_callback_number(command.number);
  contact.set_note(command.note);
  const absl::TimeZone at_clinic = ZoneOfClinic(episode.clinic());
  if (!command.callback.empty()) {
    const auto time =
        ParseMoment(command.callback, now(), screen_.caller_zone().value_or(at_clinic));
    if (!time.ok()) return time.status();
    *contact.mutable_callback_time() = ToProto(*time);
  }
  if (!command.at.empty()) {
    const auto time = ParseMomentPast(command.at, now(), at_clinic);
    if (!time.ok()) return time.status();
    *contact.mutable_time() = ToProto(*time);
  }
  return request;
}

}  // namespace clarity::client
