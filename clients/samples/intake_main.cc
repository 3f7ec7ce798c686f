// From a telephone number to a booked consultation. The servers are named by CLARITY_SERVER and,
// where it is another one, CLARITY_CONSULTATION_SERVER, the agent by the token in the file
// CLARITY_TOKEN_FILE:
//
//   sample_intake clinics/lake-forest Maria Ortiz 1980-04-12 949-555-0100

#include <cstdlib>
#include <iostream>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "clients/core/errors.h"
#include "clients/samples/agent_intake.h"

namespace {

using namespace clarity;  // NOLINT: a sample reads better without it on every line

int Fail(const absl::Status& status) {
  std::cerr << status << '\n' << "reason: " << client::ReasonOf(status) << '\n';
  return 1;
}

std::shared_ptr<grpc::Channel> ChannelTo(const char* server) {
  client::ChannelOptions options;
  options.server = server;
  options.user_agent = "sample-intake";
  return client::MakeChannel(options).value_or(nullptr);
}

consultation::v1::Patient PatientOf(char** what, absl::CivilDay born) {
  consultation::v1::Patient patient;
  patient.set_clinic(what[0]);
  patient.set_given_name(what[1]);
  patient.set_family_name(what[2]);
  patient.mutable_birth_date()->set_year(static_cast<int32_t>(born.year()));
  patient.mutable_birth_date()->set_month(born.month());
  patient.mutable_birth_date()->set_day(born.day());
  patient.add_phone_numbers()->set_number(what[4]);
  return patient;
}

int Run(const char* server, const char* consultation_server, const char* token_file, char** what) {
  absl::CivilDay born;
  if (!absl::ParseCivilTime(what[3], &born)) {
    return Fail(absl::InvalidArgumentError("the birth date is given as 1980-04-12"));
  }
  const auto channel = ChannelTo(server);
  const auto consultation_channel = ChannelTo(consultation_server);
  if (channel == nullptr || consultation_channel == nullptr) {
    return Fail(absl::InvalidArgumentError("a server that is not this machine needs TLS"));
  }
  client::Options options;
  options.credentials = client::TokenFileCredentials(token_file);
  const client::CareClient care(client::MakeCareConnections(consultation_channel, options));
  const client::CallCenterClient visits(client::MakeSchedulingConnection(channel, options),
                                        client::MakeCatalogConnection(channel, options),
                                        client::MakeOrderConnection(channel, options));

  const consultation::v1::Patient caller = PatientOf(what, born);
  const auto patient = samples::RecordOfCaller(care, caller, [&](const auto& record) {
    return record.birth_date().SerializeAsString() == caller.birth_date().SerializeAsString();
  });
  if (!patient.ok()) return Fail(patient.status());
  std::cout << "patient " << patient->name() << '\n';
  const auto pathway =
      samples::PathwayOf(care, *patient, consultation::v1::Episode::REASON_DEPRESSION);
  if (!pathway.ok()) return Fail(pathway.status());
  for (const auto& visit : pathway->bookable()) {
    std::cout << "bookable " << visit.visit_type() << ": " << visit.description() << '\n';
  }
  const auto booked = samples::BookWhatIsNext(visits, *pathway, absl::Now());
  if (!booked.ok()) return Fail(booked.status());
  std::cout << "booked " << booked->name() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* server = std::getenv("CLARITY_SERVER");
  const char* consultation_server = std::getenv("CLARITY_CONSULTATION_SERVER");
  const char* token_file = std::getenv("CLARITY_TOKEN_FILE");
  if (argc != 6 || server == nullptr || token_file == nullptr) {
    std::cerr << "usage: CLARITY_SERVER=HOST:PORT CLARITY_TOKEN_FILE=FILE " << argv[0]
              << " CLINIC GIVEN-NAME FAMILY-NAME BIRTH-DATE NUMBER\n";
    return 2;
  }
  return Run(server, consultation_server != nullptr ? consultation_server : server, token_file,
             argv + 1);
}
