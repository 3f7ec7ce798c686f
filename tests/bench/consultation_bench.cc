// What an agent waits for with a caller on the line: the search for a patient, and their pathway,
// one call after the other, beside an echo behind the same door in the same run.
//
//   consultation_bench --patients 100000    prints a line for each: median and 99th percentile in
//                                           microseconds, and how often the echo's median that is

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "tests/bench/cores.h"
#include "tests/bench/echo_service.pb.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::bench {
namespace {

namespace v1 = consultation::v1;

constexpr int kCallers = 32;
constexpr int kCalls = 2000;  // of each kind that is measured
constexpr int kEchoBytes = 1000;
constexpr char kCreate[] = "/clarity.consultation.v1.PatientService/CreatePatient";
constexpr char kSearch[] = "/clarity.consultation.v1.PatientService/SearchPatients";
constexpr char kOpen[] = "/clarity.consultation.v1.EpisodeService/OpenEpisode";
constexpr char kPathway[] = "/clarity.consultation.v1.EpisodeService/GetPathway";
constexpr char kEcho[] = "/clarity.bench.EchoService/Echo";

constexpr const char* kGiven[] = {
    "Maria", "José",  "Anna",   "Liam",   "Noor",    "Wei",   "Fatima", "Jonas", "Chloë", "Dmitri",
    "Aiko",  "Kwame", "Ingrid", "Rafael", "Siobhán", "Tariq", "Yara",   "Pavel", "Grace", "Mateo"};
constexpr const char* kSyllables[] = {"ber", "man", "ors", "tiz", "wil", "son", "kal", "dra",
                                      "men", "ner", "hof", "lin", "var", "gas", "rou", "chet"};

struct Options {
  int server_core = 0;
  int client_core = 1;
  uint32_t seed = 1;
  int patients = 100'000;
};

std::string FamilyName(std::mt19937& random) {
  std::string name = absl::StrCat(kSyllables[random() % std::size(kSyllables)],
                                  kSyllables[random() % std::size(kSyllables)],
                                  kSyllables[random() % std::size(kSyllables)]);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

// The 949 numbers of a number.
std::string PhoneOf(int number) { return absl::StrFormat("+1949%07d", 2'000'000 + number); }

v1::CreatePatientRequest NewPatient(int number, std::mt19937& random) {
  v1::CreatePatientRequest request;
  v1::Patient& patient = *request.mutable_patient();
  patient.set_given_name(kGiven[random() % std::size(kGiven)]);
  patient.set_family_name(FamilyName(random));
  patient.mutable_birth_date()->set_year(1940 + static_cast<int>(random() % 65));
  patient.mutable_birth_date()->set_month(1 + static_cast<int>(random() % 12));
  patient.mutable_birth_date()->set_day(1 + static_cast<int>(random() % 28));
  patient.add_phone_numbers()->set_number(PhoneOf(number));
  patient.set_clinic(ClinicName(static_cast<int>(random() % kClinics)));
  request.set_request_id(absl::StrCat("create-", number));
  return request;
}

void ApplyPolicy(const tests::ClaritydProcess& server) {
  v1::ApplyPolicyRequest request;
  *request.mutable_policy() = tests::DemoPolicy();
  auto& types = *request.mutable_policy()->mutable_settings();
  types.clear_consultation_visit_types();
  types.add_consultation_visit_types(kConsultation);
  tests::Value(tests::ConnectConsultation(server.address(), server.Token("operator", "OPERATOR"))
                   .AsOperator()
                   .ApplyPolicy(request));
}

void FillPatients(const tests::ClaritydProcess& server, const Options& options,
                  std::mt19937& random) {
  std::vector<grpc::ByteBuffer> buffers;
  buffers.reserve(static_cast<size_t>(options.patients));
  for (int i = 0; i < options.patients; ++i) buffers.push_back(Serialised(NewPatient(i, random)));
  Requests requests(std::move(buffers), Requests::Use::kOnce);
  Load create(server, kCreate, "AGENT");
  const Outcome made = create.Run(kCallers, absl::Hours(1), &requests);
  std::fprintf(stderr, "%lld patients made, %.0f a second; %lld that look like another were not\n",
               static_cast<long long>(made.succeeded), made.Rate(),
               static_cast<long long>(made.refused));
}

v1::SearchPatientsRequest ByPhone(std::mt19937& random, const Options& options) {
  v1::SearchPatientsRequest request;
  request.set_phone_number(PhoneOf(static_cast<int>(random() % options.patients)));
  return request;
}

// Some of them, found by their numbers, with an episode each.
std::vector<v1::Patient> OpenEpisodes(const tests::ClaritydProcess& server, const Options& options,
                                      std::mt19937& random) {
  Load search(server, kSearch, "AGENT");
  Load open(server, kOpen, "AGENT");
  std::vector<v1::Patient> patients;
  std::set<std::string> opened;
  while (static_cast<int>(patients.size()) < kCalls) {
    v1::SearchPatientsResponse found;
    Parse(search.CallEach({Serialised(ByPhone(random, options))})[0], &found);
    if (found.matches().empty()) continue;
    const v1::Patient& patient = found.matches(0).patient();
    if (!opened.insert(patient.name()).second) continue;
    v1::OpenEpisodeRequest request;
    v1::Episode& episode = *request.mutable_episode();
    episode.set_patient(patient.name());
    episode.set_clinic(patient.clinic());
    episode.add_reasons(v1::Episode::REASON_DEPRESSION);
    episode.set_source(v1::Episode::SOURCE_PHONE);
    request.set_request_id(absl::StrCat("open-", patient.name()));
    open.CallEach({Serialised(request)});
    patients.push_back(patient);
  }
  return patients;
}

// As somebody types it who has heard it: in small letters, with one letter wrong.
v1::SearchPatientsRequest ByName(const v1::Patient& patient, std::mt19937& random) {
  v1::SearchPatientsRequest request;
  std::string family = patient.family_name();
  family[1 + random() % (family.size() - 1)] = 'x';
  request.mutable_person()->set_full_name(absl::StrCat(family, " ", patient.given_name()));
  *request.mutable_person()->mutable_birth_date() = patient.birth_date();
  return request;
}

// A kind of call, and how long each took.
struct Measured {
  const char* name;
  Load load;
  std::vector<grpc::ByteBuffer> requests;
  std::vector<double> micros;

  void CallOne(size_t i) {
    const absl::Time begin = absl::Now();
    load.CallEach({requests[i]});
    micros.push_back(absl::ToDoubleMicroseconds(absl::Now() - begin));
  }
  double Quantile(double q) {
    std::sort(micros.begin(), micros.end());
    return micros[static_cast<size_t>(q * static_cast<double>(micros.size() - 1))];
  }
};

grpc::ByteBuffer EchoRequestOf() {
  EchoRequest echo;
  echo.mutable_search()->mutable_query()->set_visit_type(kConsultation);
  echo.mutable_search()->mutable_query()->add_clinics(ClinicName(0));
  *echo.mutable_search()->mutable_query()->mutable_window()->mutable_start_time() =
      tests::ToWire(absl::FromCivil(FirstMonday(), Zone()));
  *echo.mutable_search()->mutable_query()->mutable_window()->mutable_end_time() =
      tests::ToWire(absl::FromCivil(FirstMonday() + 7, Zone()));
  echo.set_reply_bytes(kEchoBytes);
  return Serialised(echo);
}

void StartOnServerCore(const Options& options, tests::ClaritydProcess* server) {
  PinTo(options.server_core);
  server->Start();
  PinTo(options.client_core);
}

int Run(const Options& options) {
  tests::ClaritydProcess clarityd;
  tests::ClaritydProcess echo_server(CLARITY_BENCH_ECHO_SERVER);
  StartOnServerCore(options, &clarityd);
  StartOnServerCore(options, &echo_server);
  Apply(NetworkM(), clarityd);
  ApplyPolicy(clarityd);

  std::fprintf(stderr, "seed %u\n", options.seed);
  std::mt19937 random(options.seed);
  FillPatients(clarityd, options, random);
  const std::vector<v1::Patient> patients = OpenEpisodes(clarityd, options, random);

  Measured kinds[] = {{"echo", Load(echo_server, kEcho, "AGENT"), {}, {}},
                      {"SearchPatients by number", Load(clarityd, kSearch, "AGENT"), {}, {}},
                      {"SearchPatients by name", Load(clarityd, kSearch, "AGENT"), {}, {}},
                      {"GetPathway", Load(clarityd, kPathway, "AGENT"), {}, {}}};
  for (const v1::Patient& patient : patients) {
    kinds[0].requests.push_back(EchoRequestOf());
    kinds[1].requests.push_back(Serialised(ByPhone(random, options)));
    kinds[2].requests.push_back(Serialised(ByName(patient, random)));
    v1::GetPathwayRequest pathway;
    pathway.set_patient(patient.name());
    kinds[3].requests.push_back(Serialised(pathway));
  }
  for (size_t i = 0; i < patients.size(); ++i) {
    for (Measured& kind : kinds) kind.CallOne(i);
  }
  const double echo = kinds[0].Quantile(0.5);
  std::printf("%-26s %9s %9s %8s\n", "", "p50 us", "p99 us", "/ echo");
  for (Measured& kind : kinds) {
    std::printf("%-26s %9.0f %9.0f %8.2f\n", kind.name, kind.Quantile(0.5), kind.Quantile(0.99),
                kind.Quantile(0.5) / echo);
  }
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main(int argc, char** argv) {
  clarity::bench::Options options;
  CLI::App app("consultation_bench");
  app.add_option("--server-core", options.server_core);
  app.add_option("--client-core", options.client_core);
  app.add_option("--seed", options.seed);
  app.add_option("--patients", options.patients)->check(CLI::Range(1000, 10'000'000));
  CLI11_PARSE(app, argc, argv);
  return clarity::bench::Run(options);
}
